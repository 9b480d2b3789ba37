"""Values of variables that equations settle: numbers put in where they are told, linear systems with one solution solved.

Owns exact linear algebra over the equations of a problem. What comes out is only a guess for whoever looks for values: it makes
the equations true that it was read from, and nothing is promised of the other facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lean_env.term import Term
from prover.formalize.checks.bounds import linear_form
from prover.symbolic.terms import NUMBERS, number, sides, substitute

_MOST_EQUATIONS = 40


def settled(kinds: Mapping[str, str], facts: Sequence[Term]) -> dict[str, int]:
    """Values of the variables (name to Nat or Int) that equations among the facts leave no choice for; {} if they contradict."""
    known: dict[str, int] = {}
    while True:
        rows = _rows(kinds, [substituted(fact, known, kinds) for fact in facts])
        found = _unique(rows)
        if found is None or any(value.denominator != 1 or (kinds[name] == "Nat" and value < 0) for name, value in found.items()):
            return {}
        new = {name: int(value) for name, value in found.items() if name not in known}
        if not new:
            return known
        known |= new


def substituted(term: Term, known: Mapping[str, int], kinds: Mapping[str, str]) -> Term:
    """A term with values in place of variables."""
    return substitute(term, {name: number(value, kinds[name]) for name, value in known.items()})


def _rows(kinds: Mapping[str, str], facts: Sequence[Term]) -> list[tuple[dict[str, Fraction], Fraction]]:
    """The linear equations: coefficients by variable, and what they come to."""
    rows: list[tuple[dict[str, Fraction], Fraction]] = []
    for fact in facts:
        pair = sides(fact, "=")
        if pair is None or fact.type not in NUMBERS:
            continue
        form = linear_form(pair[0]).plus(linear_form(pair[1]), -1)
        if all(atom.tag == "local" and not atom.args and atom.name in kinds for atom in form.atoms):
            rows.append(({atom.name: Fraction(times) for atom, times in form.atoms.items()}, Fraction(-form.constant)))
    return rows[:_MOST_EQUATIONS]


def _unique(rows: list[tuple[dict[str, Fraction], Fraction]]) -> dict[str, Fraction] | None:
    """The variables that all solutions agree on; None if there is no solution."""
    solved: dict[str, tuple[dict[str, Fraction], Fraction]] = {}
    for row in rows:
        coefficients, total = dict(row[0]), row[1]
        for name, (others, value) in solved.items():
            if times := coefficients.pop(name, None):
                coefficients = _plus(coefficients, others, -times)
                total -= times * value
        if not coefficients:
            if total:
                return None
            continue
        pivot = min(coefficients)
        times = coefficients.pop(pivot)
        coefficients = {name: factor / times for name, factor in coefficients.items()}
        total /= times
        for name, (others, value) in solved.items():
            if pivot in others:
                factor = others[pivot]
                rest = {other: each for other, each in others.items() if other != pivot}
                solved[name] = (_plus(rest, coefficients, -factor), value - factor * total)
        solved[pivot] = (coefficients, total)
    return {name: value for name, (others, value) in solved.items() if not others}


def _plus(row: Mapping[str, Fraction], other: Mapping[str, Fraction], times: Fraction) -> dict[str, Fraction]:
    sums = {name: row.get(name, Fraction(0)) + times * other.get(name, Fraction(0)) for name in {**row, **other}}
    return {name: value for name, value in sums.items() if value}
