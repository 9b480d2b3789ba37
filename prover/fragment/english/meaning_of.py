"""Settled formulas and terms as those of a Meaning: nothing is decided here.

A natural number of the text that is bound as an integer gets its 0 ≤ with the quantifier.
"""

from __future__ import annotations

from collections.abc import Mapping

from prover.fragment.english.elaborating import MARK
from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import Bound, Called, Denied, Joined, Minus, Operated, Related, Said, Spoken
from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Formula,
    Negative,
    Not,
    Number,
    Quantified,
    Sort,
    Term,
    Value,
    Variable,
)


def formula_of(formula: Spoken, sorts: Mapping[str, Sort]) -> Formula:
    """An elaborated formula as a formula of a Meaning. Raises Senseless for what elaboration would not leave."""
    if isinstance(formula, Related):
        return Compare(formula.relation, term_of(formula.left), term_of(formula.right))
    if isinstance(formula, Denied):
        return Not(formula_of(formula.formula, sorts))
    if isinstance(formula, Joined):
        return Connect(formula.connective, formula_of(formula.left, sorts), formula_of(formula.right, sorts))
    if isinstance(formula, Bound):
        return _quantified(formula, sorts)
    raise Senseless("nothing can be made of it")


def _quantified(formula: Bound, sorts: Mapping[str, Sort]) -> Formula:
    name = formula.domain.names[0]
    inner = formula_of(formula.formula, sorts)
    said = formula.domain.kind.sort if formula.domain.kind else ""
    if said == "ℕ" and sorts[name] == "ℤ":
        natural = Compare("≤", Number(0), Variable(_plain(name)))
        inner = Connect("→" if formula.quantifier == "∀" else "∧", natural, inner)
    return Quantified(formula.quantifier, _plain(name), sorts[name], inner)


def term_of(term: Said) -> Term:
    """An elaborated term as a term of a Meaning. Raises Senseless for what elaboration would not leave."""
    if isinstance(term, Number):
        return term
    if isinstance(term, Variable):
        return Variable(_plain(term.name))
    if isinstance(term, Called):
        return Value(term.name, term_of(term.argument))
    if isinstance(term, Minus):
        return Negative(term_of(term.term))
    if isinstance(term, Operated):
        return Apply(term.operation, term_of(term.left), term_of(term.right))
    raise Senseless("nothing can be made of it")


def _plain(name: str) -> str:
    return name.partition(MARK)[0]
