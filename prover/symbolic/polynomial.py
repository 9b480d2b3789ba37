"""Polynomials with integer coefficients in the atoms of a term: expansion, solving for a variable, text.

Only ring operations are expanded; everything else (`x % 3`, truncated subtraction, `2 ^ n`) is an atom. The expansion is
mathematics, not what Lean does by itself: a tactic that uses it must prove it (`grind` does).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lean_env.term import Term
from prover.symbolic.render import render
from prover.symbolic.terms import NUMBERS, numeral, symbol_of

Monomial = tuple[tuple[str, int], ...]  # atoms with exponents, sorted by text
MAX_TERMS = 200
MAX_POWER = 12


class TooLarge(Exception):
    """The expansion has more terms than are worth looking at."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """Sum of `coefficient * monomial`; no coefficient is 0."""

    terms: dict[Monomial, int]

    def plus(self, other: Polynomial, factor: int = 1) -> Polynomial:
        """`self + factor * other`."""
        sums = Counter(self.terms)
        for monomial, coefficient in other.terms.items():
            sums[monomial] += factor * coefficient
        return Polynomial({monomial: value for monomial, value in sums.items() if value})

    def times(self, other: Polynomial) -> Polynomial:
        """The product. Raises TooLarge."""
        if len(self.terms) * len(other.terms) > 40 * MAX_TERMS:
            raise TooLarge
        sums: Counter[Monomial] = Counter()
        for left, first in self.terms.items():
            for right, second in other.terms.items():
                sums[_product(left, right)] += first * second
        if len(sums) > MAX_TERMS:
            raise TooLarge
        return Polynomial({monomial: value for monomial, value in sums.items() if value})

    def degree_in(self, atom: str) -> int:
        """The largest exponent of the atom."""
        return max((dict(monomial).get(atom, 0) for monomial in self.terms), default=0)

    def atoms(self) -> frozenset[str]:
        """The atoms that occur."""
        return frozenset(atom for monomial in self.terms for atom, _ in monomial)

    def coefficient_of(self, atom: str) -> tuple[Polynomial, Polynomial]:
        """(A, R) with `self = A * atom + R`, for a polynomial of degree at most 1 in the atom."""
        factor: dict[Monomial, int] = {}
        rest: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms.items():
            if any(name == atom for name, _ in monomial):
                factor[tuple(pair for pair in monomial if pair[0] != atom)] = coefficient
            else:
                rest[monomial] = coefficient
        return Polynomial(factor), Polynomial(rest)

    def split_signs(self) -> tuple[Polynomial, Polynomial]:
        """(P, Q), both with positive coefficients, with `self = P - Q`."""
        positive = {monomial: value for monomial, value in self.terms.items() if value > 0}
        negative = {monomial: -value for monomial, value in self.terms.items() if value < 0}
        return Polynomial(positive), Polynomial(negative)

    def text(self, kind: str) -> str:
        """Lean text; on Nat all coefficients must be positive."""
        pieces: list[str] = []
        for monomial, coefficient in self.terms.items():
            powers = [_atom_text(atom) if power == 1 else f"{_atom_text(atom)} ^ {power}" for atom, power in monomial]
            shown = f"{coefficient}" if coefficient >= 0 else f"({coefficient})"
            pieces.append(" * ".join(([shown] if coefficient != 1 or not powers else []) + powers))
        total = " + ".join(pieces) or "0"
        return f"({total} : {kind})" if not self.atoms() else f"({total})"


def _atom_text(text: str) -> str:
    return text if text.replace("_", "a").replace("'", "a").isalnum() else f"({text})"


def _product(left: Monomial, right: Monomial) -> Monomial:
    powers = Counter(dict(left))
    powers.update(dict(right))
    return tuple(sorted(powers.items()))


def constant(value: int) -> Polynomial:
    """The constant polynomial."""
    return Polynomial({(): value} if value else {})


def polynomial_of(term: Term) -> Polynomial:
    """The expansion of a Nat or Int term. Raises TooLarge, or Unprintable where an atom has no text."""
    literal = numeral(term)
    if literal is not None:
        return constant(literal)
    symbol = symbol_of(term)
    if term.is_app("Neg.neg", 1):
        return constant(0).plus(polynomial_of(term.args[0]), -1)
    if (symbol in ("+", "*") and term.type in NUMBERS) or (symbol == "-" and term.type == "Int"):
        left, right = (polynomial_of(arg) for arg in term.args)
        return left.times(right) if symbol == "*" else left.plus(right, 1 if symbol == "+" else -1)
    if symbol == "^" and (power := numeral(term.args[1])) is not None and power <= MAX_POWER:
        base = polynomial_of(term.args[0])
        total = constant(1)
        for _ in range(power):
            total = total.times(base)
        return total
    return Polynomial({((render(term), 1),): 1})
