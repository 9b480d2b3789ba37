"""The values of terms and the truth of relations for given numbers, as Lean has them; and terms as linear forms.

Owns Lean's conventions: over ℕ subtraction stops at 0, division rounds down and by 0 gives 0, remainders are not negative. Promises
either Lean's value or None (a name without a value, a number too large to be computed).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Formula,
    Negative,
    Not,
    Number,
    Operation,
    Quantified,
    Sort,
    Term,
    Value,
    Variable,
)

MAX_BITS = 200_000  # of a number that is computed


def evaluate(term: Term, values: Mapping[str, int], sort: Sort) -> int | None:
    """The value of a term over `sort`; None if a name has none or a number gets too large."""
    match term:
        case Number(value):
            return value
        case Variable(name):
            return values.get(name)
        case Value():
            return None
        case Negative(inner):
            value = evaluate(inner, values, sort)
            return None if value is None else -value
        case Apply(operation, left, right):
            a, b = evaluate(left, values, sort), evaluate(right, values, "ℕ" if operation == "^" else sort)
            return None if a is None or b is None else _applied(operation, a, b, sort)


def _applied(operation: Operation, a: int, b: int, sort: Sort) -> int | None:
    match operation:
        case "+":
            return a + b
        case "-":
            return a - b if sort == "ℤ" else max(0, a - b)
        case "*":
            return a * b if a.bit_length() + b.bit_length() <= MAX_BITS else None
        case "/":
            return 0 if b == 0 else (a - a % abs(b)) // b
        case "%":
            return a if b == 0 else a % abs(b)
        case "^":
            return a**b if b >= 0 and a.bit_length() * b <= MAX_BITS else None
        case "gcd":
            return math.gcd(a, b)
        case "lcm":
            return math.lcm(a, b)


def variables_of(part: Term | Formula) -> Iterator[str]:
    """The names of variables and sequences in a term or formula, those that a quantifier binds left out."""
    match part:
        case Number():
            pass
        case Variable(name):
            yield name
        case Value(function, argument):
            yield function
            yield from variables_of(argument)
        case Negative(inner) | Not(inner):
            yield from variables_of(inner)
        case Apply(_, left, right) | Compare(_, left, right) | Connect(_, left, right):
            yield from variables_of(left)
            yield from variables_of(right)
        case Quantified(_, name, _, inner):
            yield from (each for each in variables_of(inner) if each != name)


@dataclass(frozen=True, slots=True)
class Linear:
    """A constant, and a rational coefficient (not 0) for each variable."""

    constant: Fraction
    coefficients: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])

    def plus(self, other: Linear, factor: Fraction) -> Linear:
        """Self + factor * other."""
        names = {*self.coefficients, *other.coefficients}
        sums = {name: self.coefficients.get(name, Fraction()) + factor * other.coefficients.get(name, Fraction()) for name in names}
        return Linear(self.constant + factor * other.constant, {name: value for name, value in sums.items() if value})

    def times(self, factor: Fraction) -> Linear:
        """The form multiplied by a number."""
        return Linear(Fraction(), {}).plus(self, factor)


def linear(term: Term, values: Mapping[str, int], sort: Sort) -> Linear | None:
    """The term as a linear form in the names that have no value; None if it is none, or a subtraction over ℕ could stop at 0."""
    value = evaluate(term, values, sort)
    if value is not None:
        return Linear(Fraction(value))
    match term:
        case Variable(name):
            return Linear(Fraction(), {name: Fraction(1)})
        case Negative(inner):
            form = linear(inner, values, sort)
            return None if form is None else form.times(Fraction(-1))
        case Apply("+" | "-" | "*" as operation, left, right):
            a, b = linear(left, values, sort), linear(right, values, sort)
            if a is None or b is None or (operation == "-" and sort == "ℕ"):
                return None
            if operation == "*":
                return a.times(b.constant) if not b.coefficients else b.times(a.constant) if not a.coefficients else None
            return a.plus(b, Fraction(1 if operation == "+" else -1))
        case _:
            return None


def row_reduced(rows: list[Linear]) -> dict[str, Linear]:
    """The equations `row = 0` solved for one variable each: x ↦ a form in those left. Raises ArithmeticError for 0 = 1."""
    solved: dict[str, Linear] = {}
    for row in rows:
        for name, form in solved.items():
            if name in row.coefficients:
                factor = row.coefficients[name]
                rest = {other: value for other, value in row.coefficients.items() if other != name}
                row = Linear(row.constant, rest).plus(form, factor)  # noqa: PLW2901 - the row with what is known put in
        if not row.coefficients:
            if row.constant:
                raise ArithmeticError("the equations contradict each other")
            continue
        pivot = sorted(row.coefficients)[0]
        rest = {other: value for other, value in row.coefficients.items() if other != pivot}
        form = Linear(row.constant, rest).times(-1 / row.coefficients[pivot])
        solved = {name: _put(other, pivot, form) for name, other in solved.items()}
        solved[pivot] = form
    return solved


def _put(form: Linear, name: str, value: Linear) -> Linear:
    """The form with `value` in the place of a variable."""
    factor = form.coefficients.get(name)
    if factor is None:
        return form
    rest = {other: each for other, each in form.coefficients.items() if other != name}
    return Linear(form.constant, rest).plus(value, factor)


def reduced(form: Linear, solved: Mapping[str, Linear]) -> Linear:
    """The form with all solved variables replaced."""
    for name, value in solved.items():
        form = _put(form, name, value)
    return form


def solved_for(name: str, equation: Compare, values: Mapping[str, int], sort: Sort) -> Term | None:
    """The one term that the variable equals by the equation, in its other names; None if that is not so plain.

    Over ℕ it is exact if the equation holds at all: a program that uses it has to check the equation.
    """
    left, right = equation.left, equation.right
    if list(variables_of(equation)).count(name) != 1 or equation.relation != "=":
        return None
    side, other = (left, right) if name in variables_of(left) else (right, left)
    while side != Variable(name):
        match side:
            case Apply("+", a, b):
                side, other = (a, Apply("-", other, b)) if name in variables_of(a) else (b, Apply("-", other, a))
            case Apply("*", a, b):
                side, factor = (a, b) if name in variables_of(a) else (b, a)
                if not evaluate(factor, values, sort):
                    return None
                other = Apply("/", other, factor)
            case Apply("-", a, b) if sort == "ℤ":
                side, other = (a, Apply("+", other, b)) if name in variables_of(a) else (b, Apply("-", a, other))
            case Negative(inner):
                side, other = inner, Negative(other)
            case _:
                return None
    return other
