"""Polynomial divisibility `D ∣ E` modulo the equations of the context, by finding the cofactor.

Linear algebra over an ansatz: E = D * Q + sum of C_i * (left_i - right_i) with unknown coefficients in Q and the C_i, where the
equations are those of the context and `e = d * k` for each `d ∣ e` in it. A solution with integer Q is the witness; that it works
is a polynomial identity for `grind`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction

from prover.policy import Candidate
from prover.symbolic.move import Move, tactic
from prover.symbolic.polynomial import Monomial, Polynomial, TooLarge, polynomial_of
from prover.symbolic.render import Unprintable
from prover.symbolic.terms import is_ground, sides
from prover.symbolic.view import GoalView

MOST_UNKNOWNS = 120
MOST_ATOMS = 5
MOST_DEGREE = 6


def degree(polynomial: Polynomial) -> int:
    """Total degree; 0 for a constant."""
    return max((sum(power for _, power in monomial) for monomial in polynomial.terms), default=0)


def monomials(atoms: Sequence[str], most: int) -> list[Monomial]:
    """All monomials in the atoms up to a total degree."""
    return [
        tuple((atom, power) for atom, power in zip(atoms, powers, strict=True) if power)
        for powers in itertools.product(range(most + 1), repeat=len(atoms))
        if sum(powers) <= most
    ]


def cofactor(divisor: Polynomial, dividend: Polynomial, zeros: Sequence[Polynomial], extra: int = 0) -> Polynomial | None:
    """An integer polynomial Q with `dividend = divisor * Q` modulo the zeros, if the ansatz has one. Raises TooLarge.

    `extra` is how much the degree of the ansatz exceeds that of what is given.
    """
    atoms = sorted(divisor.atoms().union(dividend.atoms(), *(zero.atoms() for zero in zeros)))
    total = max(degree(polynomial) for polynomial in (dividend, divisor, *zeros)) + extra
    if total > MOST_DEGREE or len(atoms) > MOST_ATOMS:
        raise TooLarge
    columns: list[Polynomial] = []
    quotient = monomials(atoms, total - degree(divisor))
    columns += [Polynomial({monomial: 1}).times(divisor) for monomial in quotient]
    for zero in zeros:
        columns += [Polynomial({monomial: 1}).times(zero) for monomial in monomials(atoms, total - degree(zero))]
    if len(columns) > MOST_UNKNOWNS:
        raise TooLarge
    solution = solve(columns, dividend)
    if solution is None or any(value.denominator != 1 for value in solution[: len(quotient)]):
        return None
    return Polynomial({monomial: int(value) for monomial, value in zip(quotient, solution, strict=False) if value})


def solve(columns: Sequence[Polynomial], wanted: Polynomial) -> list[Fraction] | None:
    """Rational coefficients that combine the columns to the wanted polynomial; unknowns that are free are 0."""
    rows = sorted({monomial for column in [*columns, wanted] for monomial in column.terms})
    matrix = [[Fraction(column.terms.get(row, 0)) for column in columns] + [Fraction(wanted.terms.get(row, 0))] for row in rows]
    pivots: list[int] = []
    for column in range(len(columns)):
        place = len(pivots)
        found = next((index for index in range(place, len(matrix)) if matrix[index][column]), None)
        if found is None:
            continue
        matrix[place], matrix[found] = matrix[found], matrix[place]
        scale = matrix[place][column]
        matrix[place] = [value / scale for value in matrix[place]]
        for index, row in enumerate(matrix):
            if index != place and (factor := row[column]):
                matrix[index] = [value - factor * pivot for value, pivot in zip(row, matrix[place], strict=True)]
        pivots.append(column)
    if any(row[-1] for row in matrix[len(pivots) :]):
        return None
    solution = [Fraction(0)] * len(columns)
    for place, column in enumerate(pivots):
        solution[column] = matrix[place][-1]
    return solution


def _cofactor(view: GoalView) -> Iterator[Candidate]:
    """`D ∣ E` with D not a number."""
    split = sides(view.target, "∣")
    kind = view.target.type
    if split is None or kind not in ("Nat", "Int") or is_ground(split[0]) or view.is_large:
        return
    try:
        divisor, dividend = (polynomial_of(side) for side in split)
        zeros: list[Polynomial] = []
        lines: list[str] = []
        for hyp in view.props:
            equation, divides = sides(hyp.term, "="), sides(hyp.term, "∣")
            if hyp.term.type != kind:
                continue
            if equation:
                zeros.append(polynomial_of(equation[0]).plus(polynomial_of(equation[1]), -1))
            elif divides:
                k = view.fresh(f"k{len(lines)}")
                lines.append(f"obtain ⟨{k}, {view.fresh(f'hk{len(lines)}')}⟩ := {hyp.name}")
                multiple = polynomial_of(divides[0]).times(Polynomial({((k, 1),): 1}))
                zeros.append(polynomial_of(divides[1]).plus(multiple, -1))
        found = cofactor(divisor, dividend, zeros)
        if found is None and lines:
            found = cofactor(divisor, dividend, zeros, extra=1)
    except (TooLarge, Unprintable):
        return
    if found is not None and (kind == "Int" or all(value > 0 for value in found.terms.values())):
        lines.append(f"exact ⟨{found.text(kind)}, by grind⟩")
        yield tactic("\n".join(lines), 0.15, heartbeats=4000, soft_ms=5000)


MOVES = (Move("polynomial cofactor", _cofactor),)
