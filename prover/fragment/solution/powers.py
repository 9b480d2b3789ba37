"""Remainders of powers that are too large to be written out: the one thing that a program computes otherwise than the text says it.

Promises the same value: under `% m` a power is taken modulo m, which sums and products do not notice.
"""

from __future__ import annotations

from collections.abc import Mapping

from prover.fragment.lean.writing import term_text
from prover.fragment.meaning import Apply, Negative, Number, Sort, Term, Value, Variable
from prover.fragment.solution.arithmetic import MAX_BITS, evaluate, variables_of
from prover.fragment.sorts import Scope

MAX_TRIED_EXPONENT = 1000  # of a number that is tried
MAX_INDEX = 100_000  # of a sequence, whose values are all computed up to it

POWER_MODULO = """partial def power_modulo (base exponent modulus : ℕ) : ℕ :=
  if exponent = 0 then 1 % modulus else
  let half := power_modulo (base * base % modulus) (exponent / 2) modulus
  if exponent % 2 = 1 then base * half % modulus else half"""


def computable_text(term: Term, scope: Scope, sort: Sort, values: Mapping[str, int]) -> tuple[str | None, bool]:
    """The term in Lean, computed in reasonable time, and whether that needs `POWER_MODULO`; None if there is no such way."""
    if not is_too_large(term, values):
        return term_text(term, scope, sort), False
    return _Modular(scope, sort, values).text(term), True


def is_too_large(term: Term, values: Mapping[str, int]) -> bool:
    """Whether a power in the term has, as far as is known, too many digits to be written out, or a sequence is asked too far."""
    match term:
        case Number() | Variable():
            return False
        case Value(_, inner):
            index = evaluate(inner, values, "ℕ")
            return (index is not None and index > MAX_INDEX) or is_too_large(inner, values)
        case Negative(inner):
            return is_too_large(inner, values)
        case Apply("^", base, exponent):
            size, times = evaluate(base, values, "ℤ"), evaluate(exponent, values, "ℕ")
            is_here = times is not None and size is not None and size.bit_length() * times > MAX_BITS and abs(size) > 1
            return is_here or is_too_large(base, values) or is_too_large(exponent, values)
        case Apply(_, left, right):
            return is_too_large(left, values) or is_too_large(right, values)


def is_beyond_search(term: Term, values: Mapping[str, int]) -> bool:
    """Whether trying numbers in the term could lead to powers that no memory holds: large exponents, and towers."""
    match term:
        case Number() | Variable():
            return False
        case Value(_, inner) | Negative(inner):
            return is_too_large(term, values) or is_beyond_search(inner, values)
        case Apply("^", base, exponent):
            times = evaluate(exponent, values, "ℕ")
            is_constant = not set(variables_of(base)) and not set(variables_of(exponent))
            is_huge = (times > MAX_TRIED_EXPONENT if times is not None else _has_power(exponent)) and not is_constant
            return is_huge or is_beyond_search(base, values) or is_too_large(term, values)
        case Apply(_, left, right):
            return is_beyond_search(left, values) or is_beyond_search(right, values)


def _has_power(term: Term) -> bool:
    match term:
        case Apply("^"):
            return True
        case Apply(_, left, right):
            return _has_power(left) or _has_power(right)
        case Value(_, inner) | Negative(inner):
            return _has_power(inner)
        case Number() | Variable():
            return False


class _Modular:
    """Terms with a power in them that is too large."""

    def __init__(self, scope: Scope, sort: Sort, values: Mapping[str, int]) -> None:
        self._scope, self._values = scope, values
        self._sort: Sort = sort

    def text(self, term: Term) -> str | None:
        """The term outside every remainder."""
        if not is_too_large(term, self._values):
            return f"({term_text(term, self._scope, self._sort)})"
        match term:
            case Apply("%", left, right) if not is_too_large(right, self._values):
                modulus = term_text(right, self._scope, self._sort)
                inner = self._within(left, modulus)
                return inner and f"({inner} % ({modulus}))"
            case Apply("+" | "-" | "*" | "/" as operation, left, right):
                return self._both(self.text(left), operation, self.text(right))
            case _:
                return None

    def _within(self, term: Term, modulus: str) -> str | None:
        """The term up to a multiple of the modulus."""
        if not is_too_large(term, self._values):
            return f"({term_text(term, self._scope, self._sort)})"
        match term:
            case Apply("^", base, exponent) if not is_too_large(exponent, self._values):
                if self._sort == "ℤ" and not isinstance(base, Number):
                    return None
                inner = self._within(base, modulus)
                return inner and f"(power_modulo {inner} ({term_text(exponent, self._scope, 'ℕ')}) ({modulus}) : {self._sort})"
            case Apply("+" | "*" as operation, left, right):
                return self._both(self._within(left, modulus), operation, self._within(right, modulus))
            case Apply("-", left, right) if self._sort == "ℤ":
                return self._both(self._within(left, modulus), "-", self._within(right, modulus))
            case _:
                return None

    @staticmethod
    def _both(left: str | None, operation: str, right: str | None) -> str | None:
        return None if left is None or right is None else f"({left} {operation} {right})"
