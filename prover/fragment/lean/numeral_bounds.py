"""Between which numbers a term over ℕ lies, as far as its own numerals tell: where a subtraction is never cut off at 0.

Promises bounds that hold for all values of the variables. Never looks at hypotheses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prover.fragment.meaning import Apply, Negative, Number, Term, Value, Variable
from prover.fragment.sorts import parts_of_its_sort

_MAX_BITS = 100_000  # of a power that is computed


@dataclass(frozen=True, slots=True)
class Span:
    """`low` ≤ the term, and the term ≤ `high` unless that is None (no bound)."""

    low: int
    high: int | None

    @property
    def value(self) -> int | None:
        """The only value that there is; None if there are more."""
        return self.low if self.low == self.high else None


def never_below_zero(term: Term) -> bool:
    """Whether every subtraction in the term, exponents and arguments aside, is the same over ℕ as over ℤ."""
    return all(_is_harmless(part) for part in parts_of_its_sort(term))


def _is_harmless(part: Term) -> bool:
    match part:
        case Negative():
            return False
        case Apply("-", left, right):
            subtracted = span(right).high
            return subtracted is not None and span(left).low >= subtracted
        case _:
            return True


def span(term: Term) -> Span:
    """The bounds of a term over ℕ (subtraction cut off at 0, division by 0 gives 0); of anything negated, none that helps."""
    match term:
        case Number(value):
            return Span(value, value)
        case Variable() | Value() | Negative():
            return Span(0, None)
        case Apply(operation, left, right):
            return _applied(operation, span(left), span(right))


def _applied(operation: str, left: Span, right: Span) -> Span:
    match operation:
        case "+":
            return Span(left.low + right.low, _both(left.high, right.high, lambda a, b: a + b))
        case "*":
            return Span(left.low * right.low, _both(left.high, right.high, lambda a, b: a * b))
        case "-":
            low = 0 if right.high is None else max(0, left.low - right.high)
            return Span(low, None if left.high is None else max(0, left.high - right.low))
        case "/" | "%":
            return Span(0, left.high)
        case "^":
            return _power(left, right)
        case _:
            return Span(0, None)


def _both(left: int | None, right: int | None, combine: Callable[[int, int], int]) -> int | None:
    return None if left is None or right is None else combine(left, right)


def _power(base: Span, exponent: Span) -> Span:
    if base.value is not None and exponent.value is not None and base.value.bit_length() * exponent.value <= _MAX_BITS:
        return Span(base.value**exponent.value, base.value**exponent.value)
    is_computed = base.low.bit_length() * exponent.low <= _MAX_BITS
    return Span(base.low**exponent.low if base.low and is_computed else min(base.low, 1), None)
