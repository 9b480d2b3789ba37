"""A meaning in words: the one English text for it, which reads back as the very same meaning.

`read_mathematics(worded(m))` is `Understood(canonical(m))`, without notes. Formulas below the outermost are written in symbols, so
that no word order can blur what is inside what. A subtraction of natural numbers that might be cut off at 0 is written ∸ and said
to be one. Never shortens, and never leaves out a hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from prover.fragment.canonical import canonical
from prover.fragment.english.worded_symbols import Writer
from prover.fragment.meaning import Apply, Compare, Declared, Formula, Meaning, Not, Sort, Term

_KINDS: dict[Sort, tuple[str, str]] = {"ℕ": ("a natural number", "natural numbers"), "ℤ": ("an integer", "integers")}
_MONUS = "Here ∸ is subtraction cut off at 0."


def worded(meaning: Meaning) -> str:
    """The text of a meaning. Raises ValueError if a name of it cannot be written, or its sorts do not fit."""
    meaning = canonical(meaning)
    writer = Writer.of(meaning)
    sentences = [*_declarations(meaning.declared), *(f"Suppose that {_formula(one, writer)}." for one in meaning.hypotheses)]
    if meaning.asked is not None:
        answer = [] if meaning.answer is None else [meaning.answer]
        writer.enter(meaning.asked, *answer)
        sentences.append(f"What is {_term(meaning.asked, writer)}?")
        sentences += [f"Show that it is ${writer.term(one)}$." for one in answer]
    elif meaning.claim is not None:
        sentences.append(f"Show that {_formula(meaning.claim, writer)}.")
    return " ".join([_MONUS, *sentences] if writer.has_monus else sentences)


def _declarations(declared: tuple[Declared, ...]) -> Iterator[str]:
    for (arity, sort), group in groupby(declared, key=lambda one: (one.arity, one.sort)):
        names = [f"${Writer.name(one.name)}$" for one in group]
        one, many = _KINDS[sort]
        if arity:
            yield from (f"Let {name} be a sequence of {many}." for name in names)
        elif len(names) == 1:
            yield f"Let {names[0]} be {one}."
        else:
            yield f"Let {', '.join(names[:-1])} and {names[-1]} be {many}."


def _formula(formula: Formula, writer: Writer) -> str:
    """A formula in words where its outermost part has some, else in symbols."""
    match formula:
        case Compare("∣", left, right):
            writer.enter(left, right)
            return f"${writer.operand(left)}$ divides ${writer.operand(right)}$"
        case Not(Compare("∣", left, right)):
            writer.enter(left, right)
            return f"${writer.operand(left)}$ does not divide ${writer.operand(right)}$"
        case Compare("=", Apply("%", left, right), remainder):
            writer.enter(left, right, remainder)
            divided = f"${writer.operand(left)}$ is divided by ${writer.operand(right)}$"
            return f"the remainder when {divided} is ${writer.operand(remainder)}$"
        case _:
            return f"${writer.formula(formula)}$"


def _term(term: Term, writer: Writer) -> str:
    match term:
        case Apply("%", left, right):
            return f"the remainder when ${writer.operand(left)}$ is divided by ${writer.operand(right)}$"
        case Apply("gcd", left, right):
            return f"the greatest common divisor of ${writer.operand(left)}$ and ${writer.operand(right)}$"
        case Apply("lcm", left, right):
            return f"the least common multiple of ${writer.operand(left)}$ and ${writer.operand(right)}$"
        case _:
            return f"${writer.term(term)}$"
