"""The one form of a meaning among those that say the same, so that wording and reading can meet.

The rule, which `lean/reading.py` applies to what it reads and `english/mathematics.py` to what it understands:

- what is given comes as single hypotheses: a hypothesis `P ∧ Q` is two;
- a claim `∀ x, P` declares x (unless x is declared already), and a claim `P → Q` gives P, until neither is left;
- a claim `term = numeral` (or the negative of one) is a question with that answer; a question whose answer is no numeral is a
  claim.

Owns nothing else: no term is rewritten and nothing is reordered.
"""

from __future__ import annotations

from collections.abc import Iterator

from prover.fragment.meaning import Compare, Connect, Declared, Formula, Meaning, Negative, Number, Quantified, Term


def canonical(meaning: Meaning) -> Meaning:
    """The form above; idempotent, and of the same truth as `meaning`."""
    declared, given = list(meaning.declared), list(meaning.hypotheses)
    claim = meaning.conclusion
    while claim is not None:
        match claim:
            case Quantified("∀", name, sort, inner) if all(each.name != name for each in declared):
                declared.append(Declared(name, sort))
                claim = inner
            case Connect("→", premise, inner):
                given.append(premise)
                claim = inner
            case _:
                break
    hypotheses = tuple(part for hypothesis in given for part in _parts(hypothesis))
    match claim:
        case None:
            return Meaning(tuple(declared), hypotheses, asked=meaning.asked)
        case Compare("=", asked, answer) if is_numeral(answer):
            return Meaning(tuple(declared), hypotheses, asked=asked, answer=answer)
        case _:
            return Meaning(tuple(declared), hypotheses, claim=claim)


def is_numeral(term: Term) -> bool:
    """Whether the term is a number as an answer gives it: 7 or -7."""
    return isinstance(term, Number) or (isinstance(term, Negative) and isinstance(term.term, Number))


def _parts(formula: Formula) -> Iterator[Formula]:
    match formula:
        case Connect("∧", left, right):
            yield from _parts(left)
            yield from _parts(right)
        case _:
            yield formula
