"""A meaning's formulas and terms as what a sentence says, for whom the two have to be judged alike (bounds.py)."""

from __future__ import annotations

from prover.fragment.english.spoken import Bound, Called, Denied, Domain, Joined, Kind, Minus, Operated, Related, Said, Spoken
from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Formula,
    Negative,
    Not,
    Number,
    Quantified,
    Term,
    Value,
    Variable,
)


def spoken(formula: Formula) -> Spoken:
    """The same formula, as said."""
    match formula:
        case Compare(relation, left, right):
            return Related(relation, spoken_term(left), spoken_term(right))
        case Not(inner):
            return Denied(spoken(inner))
        case Connect(connective, left, right):
            return Joined(connective, spoken(left), spoken(right))
        case Quantified(quantifier, variable, sort, inner):
            return Bound(quantifier, Domain((variable,), Kind(sort)), spoken(inner))


def spoken_term(term: Term) -> Said:
    """The same term, as said."""
    match term:
        case Number() | Variable():
            return term
        case Value(function, argument):
            return Called(function, spoken_term(argument))
        case Negative(inner):
            return Minus(spoken_term(inner))
        case Apply(operation, left, right):
            return Operated(operation, spoken_term(left), spoken_term(right))
