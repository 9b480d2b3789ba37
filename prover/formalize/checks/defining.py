"""Hypotheses that only define: `f = fun x => ...`, `∀ x, f x = ...`, `n = 3 * m`, for something that nothing else is said of.

Such a hypothesis can always be met, by what it says itself; leaving it out changes nothing about whether the others can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lean_env.term import Term
from prover.symbolic.terms import sides


def without_definitions(variables: Mapping[str, Term], facts: Sequence[Term]) -> tuple[frozenset[str], tuple[Term, ...]]:
    """Which of the variables (name to type) some hypotheses only define, and the other hypotheses."""
    names: set[str] = set()
    left = list(facts)
    while True:
        found = next(((fact, name) for fact in left for name in variables if _defines(fact, name, left, variables)), None)
        if found is None:
            return frozenset(names), tuple(left)
        left.remove(found[0])
        names.add(found[1])


def _defines(fact: Term, name: str, facts: Sequence[Term], variables: Mapping[str, Term]) -> bool:
    """Whether a fact says what the variable is, and it occurs in no other fact and in the type of no variable."""
    if name not in fact.locals() or any(name in other.locals() for other in facts if other is not fact):
        return False
    if any(name in kind.locals() for kind in variables.values()):
        return False
    bound: list[str] = []
    while fact.tag == "forall":
        bound.append(fact.name)
        fact = fact.args[1]
    pair = sides(fact, "=")
    if pair is None or len(set(bound)) < len(bound):
        return False
    return any(_is_head(side, name, bound) and name not in other.locals() for side, other in (pair, pair[::-1]))


def _is_head(side: Term, name: str, bound: Sequence[str]) -> bool:
    """Whether a term is the variable itself, applied to all bound variables in order."""
    arguments = [arg.name if arg.tag == "bound" and not arg.args else "" for arg in side.args]
    return side.tag == "local" and side.name == name and arguments == list(bound)
