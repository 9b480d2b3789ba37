"""What "any integer" and "every integer" speak of in a claim, and that several of them are different numbers.

Owns where such a word may stand so that a declared variable says the same: not under a condition, not within "there is".
"""

from __future__ import annotations

from collections.abc import Iterator

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import All, Any, Bound, Denied, Joined, OneOf, Spoken
from prover.fragment.english.substituting import nodes

_UNCLEAR = "“any” and “every” are understood only where they speak of the whole of what is to be shown"


def lifted(formula: Spoken) -> tuple[Any, ...]:
    """The different ones in a claim. Raises Senseless where a variable in its place would say something else."""
    return tuple(dict.fromkeys(_lifted(formula)))


def _lifted(formula: Spoken) -> Iterator[Any]:
    if isinstance(formula, Joined):
        if formula.connective in ("→", "↔"):
            _refuse(formula.left)
        if formula.connective == "↔":
            _refuse(formula.right)
        if formula.connective != "→":
            yield from _lifted(formula.left)
        yield from _lifted(formula.right)
    elif isinstance(formula, All | OneOf):
        for one in formula.formulas:
            yield from _lifted(one)
    elif isinstance(formula, Denied):
        for one in _lifted(formula.formula):
            if one.is_every:
                raise Senseless("“every” and “not” can be read in two ways")
            yield one
    elif isinstance(formula, Bound):
        if formula.quantifier == "∃":
            _refuse(formula.formula)
        _refuse(formula.domain)
        yield from _lifted(formula.formula)
    else:
        yield from (node for node in nodes(formula) if isinstance(node, Any))


def _refuse(said: object) -> None:
    if any(isinstance(node, Any) for node in nodes(said)):
        raise Senseless(_UNCLEAR)
