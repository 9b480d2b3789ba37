"""The least and the greatest number of a kind with a property, where the text says which number that is.

That it has the property, and that every number which has it is at least, or at most, as great.

There is no term for the number itself, so that without the answer there is nothing to say.
"""

from __future__ import annotations

from functools import partial

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import All, AskExtreme, Bound, Domain, OfKind, Related, Said, Spoken
from prover.fragment.english.substituting import about, nodes, substituted
from prover.fragment.meaning import Variable


def is_extreme(asked: AskExtreme, answer: Said) -> tuple[Spoken, ...]:
    """What is to be shown: of the answer, and of all numbers. Raises Senseless."""
    if not asked.kind.sort:
        raise Senseless("of which numbers the smallest or largest is meant is not said")
    name = asked.name
    if any(isinstance(node, Variable) and node.name == name for node in nodes(answer)):
        raise Senseless(f"the answer speaks of {name}, which is asked for")
    here = substituted(asked.formula, partial(_instead_of, name, answer))
    properties = tuple(about(one, answer) for one in asked.kind.properties)
    restriction = asked.formula if _flat(asked.formula) else None
    there = Bound("∀", Domain((name,), asked.kind, restriction), Related(asked.relation, answer, Variable(name)))
    return (*properties, *(_flat(here)), there)


def _flat(formula: Spoken) -> tuple[Spoken, ...]:
    if isinstance(formula, All):
        return tuple(part for one in formula.formulas for part in _flat(one))
    if isinstance(formula, OfKind) and not formula.kind.properties:
        return ()
    return (formula,)


def _instead_of(name: str, term: Said, said: object) -> object:
    return term if isinstance(said, Variable) and said.name == name else said
