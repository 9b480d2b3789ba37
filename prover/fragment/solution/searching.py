"""A search through the numbers that could satisfy what is given, as a Lean program.

Owns how far is looked: as far as the hypotheses say, else as far as a search of a few seconds comes. Promises that what the program
prints as the answer is the only value within that range, and that it says where nothing fits as far as it looked. A unique value
within the range is not a proof that there is no other one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prover.fragment.lean.writing import formula_text, term_text
from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Formula,
    Negative,
    Not,
    Number,
    Quantified,
    Relation,
    Sort,
    Term,
    Value,
    Variable,
)
from prover.fragment.solution.arithmetic import evaluate, solved_for, variables_of
from prover.fragment.solution.powers import is_beyond_search
from prover.fragment.sorts import Scope, sort_of, subtracts

MAX_CASES = 300_000  # that are tried where nothing bounds the numbers
MAX_BOUNDED = 2_000_000  # that are tried where the hypotheses do
MAX_ALONE = 20_000  # numbers of one variable that nothing bounds
MAX_EXPONENT = 60

_SHOWN = """def shown_answers : List {sort} → String
  | [] => "{nothing}"
  | [value] => toString value
  | first :: second :: _ => s!"more than one: {{first}} and {{second}}\""""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what is given about it, the values of what the program has defined, and the names that it has not."""

    scope: Scope
    asked: Term
    sort: Sort
    facts: tuple[Formula, ...]
    values: Mapping[str, int]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """The lines of the program, and in words how it looks."""

    lines: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class _Range:
    """From `low` to `high`; `is_given`: the hypotheses leave nothing outside."""

    low: int
    high: int
    is_given: bool

    @property
    def size(self) -> int:
        return max(0, self.high - self.low + 1)


def searched(question: Question, nothing_fits: str) -> Searched:
    """The program. Raises ValueError if there is too much to search."""
    if any(is_beyond_search(term, question.values) for part in (question.asked, *question.facts) for term in outer_terms(part)):
        raise ValueError("the numbers get too large to be computed")
    tied = _tied(question)
    free = [name for name in question.unknown if name not in tied]
    ranges = _ranges(question, free)
    if math.prod(each.size for each in ranges.values()) > MAX_BOUNDED:
        raise ValueError("there are too many numbers to try")
    lines = ["def all_answers : List " + question.sort + " := Id.run do", f"  let mut found_values : List {question.sort} := []"]
    indent, open_facts, bound = "  ", list(question.facts), set(question.scope) - set(question.unknown)
    pending = dict(tied)
    for name in [None, *free]:
        if name is not None:
            lines += _loop(question.scope[name].sort, name, ranges[name], indent)
            indent, bound = indent + "  ", bound | {name}
        while ready := [each for each, (term, _) in pending.items() if set(variables_of(term)) <= bound]:
            term, _ = pending.pop(ready[0])
            sort = question.scope[ready[0]].sort
            lines.append(f"{indent}let {ready[0]} : {sort} := {term_text(term, question.scope, sort)}")
            bound.add(ready[0])
        for fact in [each for each in open_facts if set(variables_of(each)) <= bound]:
            stop = "return []" if indent == "  " else "continue"
            lines.append(f"{indent}unless {formula_text(fact, question.scope)} do {stop}")
            open_facts.remove(fact)
    lines += [
        f"{indent}let this_value : {question.sort} := {term_text(question.asked, question.scope, question.sort)}",
        f"{indent}match found_values with",
        f"{indent}| [] => found_values := [this_value]",
        f"{indent}| first :: _ => if first ≠ this_value then return [first, this_value]",
        "  return found_values",
    ]
    is_whole = all(each.is_given for each in ranges.values())
    nothing = nothing_fits if is_whole else f"{nothing_fits}, as far as was looked"
    lines.append(_SHOWN.format(sort=question.sort, nothing=nothing))
    lines.append("#eval IO.println (shown_answers all_answers)")
    looked = ", ".join(f"{name} from {each.low} to {each.high}" for name, each in ranges.items())
    return Searched(tuple(lines), f"by trying {looked}" if looked else "by computing")


def outer_terms(part: Term | Formula) -> Iterator[Term]:
    """The sides of the relations in a formula; a term itself."""
    match part:
        case Compare(_, left, right):
            yield from (left, right)
        case Connect(_, first, second):
            yield from outer_terms(first)
            yield from outer_terms(second)
        case Not(inner) | Quantified(_, _, _, inner):
            yield from outer_terms(inner)
        case _:
            yield part


def _loop(sort: Sort, name: str, span: _Range, indent: str) -> list[str]:
    index = f"{name}_index"
    if sort == "ℕ" and span.low == 0:
        return [f"{indent}for {name} in List.range {span.size} do"]
    value = f"{index} + {span.low}" if span.low >= 0 else f"{index} - {-span.low}"
    return [f"{indent}for {index} in List.range {span.size} do", f"{indent}  let {name} : {sort} := {value}"]


def _tied(question: Question) -> dict[str, tuple[Term, Compare]]:
    """Variables that one equation gives in terms of others, each through its own equation, and in an order that ends."""
    tied: dict[str, tuple[Term, Compare]] = {}
    used: set[Formula] = set()
    for name in reversed(question.unknown):
        for fact in question.facts:
            if not isinstance(fact, Compare) or fact in used or name not in variables_of(fact):
                continue
            sort = question.scope[name].sort
            term = solved_for(name, fact, question.values, sort) if sort_of(question.scope, fact.left, fact.right) == sort else None
            if term is not None and not any(_depends(other, name, tied) for other in variables_of(term)):
                tied[name] = (term, fact)
                used.add(fact)
                break
    return tied


def _depends(name: str, on: str, tied: Mapping[str, tuple[Term, Compare]]) -> bool:
    """Whether a variable is computed, at the end, from the other one."""
    return name == on or (name in tied and any(_depends(each, on, tied) for each in variables_of(tied[name][0])))


# -- how far ------------------------------------------------------------------------------------------------------------------


def _ranges(question: Question, names: list[str]) -> dict[str, _Range]:
    """Where to look for each variable."""
    given = {name: _given(question, name) for name in names}
    open_names = [name for name, (low, high) in given.items() if low is None or high is None]
    bounded = math.prod(high - low + 1 for low, high in given.values() if low is not None and high is not None and high >= low)
    room = max(1, MAX_CASES // max(1, bounded))
    size = min(MAX_ALONE, math.floor(room ** (1 / len(open_names)) + 1e-9)) if open_names else 0
    if len(names) == 1:
        size = max(size, min(2 * _period(question), MAX_CASES))
    ranges: dict[str, _Range] = {}
    for name, (low, high) in given.items():
        if low is not None and high is not None:
            ranges[name] = _Range(low, high, is_given=True)
            continue
        length = min(size, MAX_EXPONENT) if _is_exponent(question, name) else size
        if low is not None:
            ranges[name] = _Range(low, low + length, is_given=False)
        elif high is not None:
            ranges[name] = _Range(high - length, high, is_given=False)
        else:
            ranges[name] = _Range(-(length // 2), length // 2, is_given=False)
    return ranges


def _given(question: Question, name: str) -> tuple[int | None, int | None]:
    """The bounds that the hypotheses state for a variable, or make plain."""
    is_natural = question.scope[name].sort == "ℕ"
    lows, highs = [0] if is_natural else list[int](), list[int]()
    for relation, left, right in _comparisons(question):
        for side, other, sign in ((left, right, relation), (right, left, _turned(relation))):
            value = evaluate(other, question.values, "ℤ")
            if value is None:
                continue
            if side == Variable(name):
                lows += [value + (sign == ">")] if sign in (">", "≥", "=") else []
                highs += [value - (sign == "<")] if sign in ("<", "≤", "=") else []
            elif is_natural and sign in ("=", "<", "≤") and value > 0 and (most := _most(side, name, value)) is not None:
                highs.append(most)
    return max(lows, default=None), min(highs, default=None)


def _comparisons(question: Question) -> Iterator[tuple[Relation, Term, Term]]:
    for fact in question.facts:
        if isinstance(fact, Compare):
            yield fact.relation, fact.left, fact.right


def _turned(relation: Relation) -> Relation:
    turned: dict[Relation, Relation] = {"<": ">", "≤": "≥", ">": "<", "≥": "≤"}
    return turned.get(relation, relation)


def _most(term: Term, name: str, value: int) -> int | None:
    """The most that the variable can be where a term over ℕ is at most `value` and no factor is 0; None if that is not plain."""
    match term:
        case Variable(found):
            return value if found == name else None
        case Apply("+" | "*", left, right) if not subtracts(left) and not subtracts(right):
            return next((most for side in (left, right) if (most := _most(side, name, value)) is not None), None)
        case Apply("^", base, Number(exponent)) if exponent > 0:
            return _most(base, name, value)
        case Apply("^", Number(base), exponent) if base > 1:
            return _most(exponent, name, value.bit_length())
        case _:
            return None


def _period(question: Question) -> int:
    """A number after which everything that is said about remainders repeats; 1 if nothing is."""
    terms = [term for part in (question.asked, *question.facts) for term in _moduli(part)]
    moduli = [abs(value) for term in terms if (value := evaluate(term, question.values, "ℤ"))]
    return math.lcm(*moduli)


def _moduli(part: Term | Formula) -> Iterator[Term]:
    match part:
        case Apply("%", left, right) | Compare("∣", right, left):
            yield right
            yield from _moduli(left)
        case Apply(_, left, right) | Compare(_, left, right) | Connect(_, left, right):
            yield from _moduli(left)
            yield from _moduli(right)
        case Negative(inner) | Not(inner):
            yield from _moduli(inner)
        case Number() | Variable() | Value() | Quantified():
            pass


def _is_exponent(question: Question, name: str) -> bool:
    return any(name in variables_of(term) for part in (question.asked, *question.facts) for term in _exponents(part))


def _exponents(part: Term | Formula) -> Iterator[Term]:
    match part:
        case Apply("^", base, exponent):
            yield exponent
            yield from _exponents(base)
        case Apply(_, left, right) | Compare(_, left, right) | Connect(_, left, right):
            yield from _exponents(left)
            yield from _exponents(right)
        case Negative(inner) | Not(inner) | Value(_, inner):
            yield from _exponents(inner)
        case Number() | Variable() | Quantified():
            pass
