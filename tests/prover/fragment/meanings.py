"""Well-sorted meanings for property tests: every constructor of `prover/fragment/meaning.py`, nested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from hypothesis import strategies as st

from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Connective,
    Declared,
    Formula,
    Meaning,
    Negative,
    Not,
    Number,
    Operation,
    Quantified,
    Quantifier,
    Relation,
    Sort,
    Term,
    Value,
    Variable,
)

NAMES = ("x", "y", "n", "a", "b", "k", "A", "rows", "x_1", "d'")
FUNCTIONS = ("u", "f", "T")
BOUND = ("m", "j", "n", "x")
SORTS: tuple[Sort, ...] = ("ℕ", "ℤ")

Scope = Mapping[str, Declared]


@st.composite
def terms(draw: st.DrawFn, scope: Scope, sort: Sort, depth: int) -> Term:
    """A term of a sort over what is in scope. An exponent and an argument are terms over ℕ of depth at most 1."""
    variables = [Variable(one.name) for one in scope.values() if one.sort == sort and one.arity == 0]
    functions = [one.name for one in scope.values() if one.sort == sort and one.arity == 1]
    leaves = st.builds(Number, st.integers(0, 10**6) | st.integers(0, 12))
    leaf: st.SearchStrategy[Term] = leaves | st.sampled_from(variables) if variables else leaves
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(leaf)
    shape = draw(
        st.sampled_from(["apply", "apply", "power", "negative" if sort == "ℤ" else "apply", "value" if functions else "apply"])
    )
    if shape == "value":
        return Value(draw(st.sampled_from(functions)), draw(terms(scope, "ℕ", min(depth - 1, 1))))
    if shape == "negative":
        return Negative(draw(terms(scope, sort, depth - 1)))
    if shape == "power":
        return Apply("^", draw(terms(scope, sort, depth - 1)), draw(terms(scope, "ℕ", min(depth - 1, 1))))
    operation = cast(Operation, draw(st.sampled_from(["+", "-", "*", "/", "%", "gcd", "lcm"])))
    return Apply(operation, draw(terms(scope, sort, depth - 1)), draw(terms(scope, sort, depth - 1)))


@st.composite
def compared(draw: st.DrawFn, scope: Scope) -> Formula:
    """A relation between two terms of one sort."""
    sort = draw(st.sampled_from(SORTS))
    relation = cast(Relation, draw(st.sampled_from(["=", "≠", "<", "≤", ">", "≥", "∣"])))
    return Compare(relation, draw(terms(scope, sort, 2)), draw(terms(scope, sort, 2)))


@st.composite
def formulas(draw: st.DrawFn, scope: Scope, depth: int) -> Formula:
    """A formula over what is in scope; a quantifier may hide a declared name."""
    shape = draw(st.sampled_from(["compare", "compare", "not", "connect", "quantified"])) if depth else "compare"
    if shape == "not":
        return Not(draw(formulas(scope, depth - 1)))
    if shape == "connect":
        connective = cast(Connective, draw(st.sampled_from(["∧", "∨", "→", "↔"])))
        return Connect(connective, draw(formulas(scope, depth - 1)), draw(formulas(scope, depth - 1)))
    if shape == "quantified":
        name, sort = draw(st.sampled_from(BOUND)), draw(st.sampled_from(SORTS))
        inside = {**scope, name: Declared(name, sort)}
        quantifier = cast(Quantifier, draw(st.sampled_from(["∀", "∃"])))
        return Quantified(quantifier, name, sort, draw(formulas(inside, depth - 1)))
    return draw(compared(scope))


@st.composite
def meanings(draw: st.DrawFn) -> Meaning:
    """A problem: up to three variables and one function, up to two hypotheses, and a claim or a question with or without answer."""
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    functions = draw(st.lists(st.sampled_from(FUNCTIONS), max_size=1))
    declared = [Declared(name, draw(st.sampled_from(SORTS))) for name in names]
    declared += [Declared(name, draw(st.sampled_from(SORTS)), 1) for name in functions]
    scope = {one.name: one for one in declared}
    hypotheses = tuple(draw(st.lists(formulas(scope, 2), max_size=2)))
    if draw(st.booleans()):
        return Meaning(tuple(declared), hypotheses, claim=draw(formulas(scope, 3)))
    sort = draw(st.sampled_from(SORTS))
    answer = draw(st.none() | terms(scope, sort, 1))
    return Meaning(tuple(declared), hypotheses, asked=draw(terms(scope, sort, 3)), answer=answer)
