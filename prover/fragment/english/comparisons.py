"""The comparisons of a formula, and which parts of their terms have the sort of the whole.

Exponents and arguments of sequences are natural numbers whatever stands around them. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prover.fragment.english.bounds import Bounds, subtractions
from prover.fragment.english.spoken import Bound, Called, Denied, Joined, Minus, Operated, Related, Said, Spoken
from prover.fragment.meaning import Number, Variable


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two terms of one sort, how they are compared, and what holds where they are."""

    left: Said
    right: Said
    relation: str
    bounds: Bounds


def comparisons(formula: Spoken, bounds: Bounds) -> Iterator[Comparison]:
    """Every comparison in a formula, with what its place adds to `bounds`."""
    if isinstance(formula, Related):
        yield Comparison(formula.left, formula.right, formula.relation, bounds)
    elif isinstance(formula, Denied | Bound):
        yield from comparisons(formula.formula, bounds)
    elif isinstance(formula, Joined):
        yield from comparisons(formula.left, bounds)
        inner = bounds
        if formula.connective in ("→", "∧"):
            inner = Bounds(dict(bounds.lower), set(bounds.at_most))
            inner.learn(formula.left)
        yield from comparisons(formula.right, inner)


def ground(term: Said) -> Iterator[str]:
    """Names in a term whose values have the sort of the term."""
    if isinstance(term, Variable | Called):
        yield term.name
    elif isinstance(term, Minus):
        yield from ground(term.term)
    elif isinstance(term, Operated):
        yield from ground(term.left)
        if term.operation != "^":
            yield from ground(term.right)


def ground_subtractions(term: Said) -> Iterator[Operated]:
    """Subtractions whose values have the sort of the term."""
    yield from subtractions(without_exponents(term))


def without_exponents(term: Said) -> Said:
    """The term with numerals for exponents, of which other sorts are asked."""
    if isinstance(term, Operated):
        if term.operation == "^":
            return Operated("^", without_exponents(term.left), term.right if not list(subtractions(term.right)) else Number(1))
        return Operated(term.operation, without_exponents(term.left), without_exponents(term.right), term.is_cut)
    return Minus(without_exponents(term.term)) if isinstance(term, Minus) else term


def natural_terms(term: Said) -> Iterator[Said]:
    """Exponents and arguments in a term."""
    if isinstance(term, Called):
        yield term.argument
    elif isinstance(term, Minus):
        yield from natural_terms(term.term)
    elif isinstance(term, Operated):
        yield from natural_terms(term.left)
        if term.operation == "^":
            yield term.right
        else:
            yield from natural_terms(term.right)


def has_negative(term: Said) -> bool:
    """Whether something in a term is negated, outside exponents and arguments."""
    if isinstance(term, Minus):
        return True
    if isinstance(term, Operated):
        return has_negative(term.left) or (term.operation != "^" and has_negative(term.right))
    return False


def is_counted(term: Said) -> bool:
    """Whether only remainders and divisors of what the variables stand for are spoken of."""
    return not list(ground(term)) or (isinstance(term, Operated) and term.operation in ("%", "gcd", "lcm"))
