"""What a parse tree says: a function per rule of the grammar, and all readings where the grammar has several.

Owns the walk alone; the functions are in term_readings.py, formula_readings.py and sentence_readings.py. A reading that cannot be
meant raises Senseless and is dropped; different ones are all handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, cast

from prover.fragment.english.spoken import Acts, Any
from prover.fragment.english.substituting import nodes, substituted

if TYPE_CHECKING:
    from lark import Token, Tree

# More readings of one phrase than this, and nobody could say which is meant.
MAX_READINGS = 24

Rule = Callable[..., object]


class Senseless(Exception):
    """A reading that cannot be meant; the message says why, for people."""


class TooManyReadings(Exception):
    """A phrase that can be read in more than MAX_READINGS ways."""


def readings(tree: Tree[Token]) -> tuple[Acts, ...]:
    """The readings of a sentence that differ and make sense. Raises Senseless if there is none, TooManyReadings."""
    found = _read(tree, _rules(), {})
    return tuple(cast(Acts, one) for one in found)


@cache
def _rules() -> Mapping[str, Rule]:
    from prover.fragment.english.formula_readings import FORMULAS
    from prover.fragment.english.sentence_readings import SENTENCES
    from prover.fragment.english.term_readings import TERMS

    return {**TERMS, **FORMULAS, **SENTENCES}


def _read(tree: Tree[Token], rules: Mapping[str, Rule], known: dict[int, tuple[object, ...]]) -> tuple[object, ...]:
    if id(tree) in known:
        return known[id(tree)]
    found: dict[object, None] = {}
    failure: Senseless | None = None
    try:
        parts: list[tuple[object, ...]] = [
            (str(child),) if isinstance(child, str) else _read(child, rules, known) for child in tree.children
        ]
        ways = [(one,) for part in parts for one in part] if tree.data == "_ambig" else product(*parts)
    except Senseless as senseless:
        if tree.data != "_ambig":
            raise
        ways, failure = _sensible(tree, rules, known), senseless
    for way in ways:
        try:
            found[way[0] if tree.data == "_ambig" else _rule(rules, str(tree.data))(*_apart(way))] = None
        except Senseless as senseless:
            failure = senseless
        if len(found) > MAX_READINGS:
            raise TooManyReadings
    if not found:
        raise failure or Senseless("nothing can be made of it")
    known[id(tree)] = tuple(found)
    return known[id(tree)]


def _apart(way: tuple[object, ...]) -> tuple[object, ...]:
    """The parts of one rule, with different serials for "any integer" here and "any integer" there."""
    taken = 0
    parts: list[object] = []
    for part in way:
        found = [node.serial for node in nodes(part) if isinstance(node, Any)] if not isinstance(part, str) else []
        parts.append(substituted(part, partial(_raised, taken)) if found and taken else part)
        taken += max(found, default=-1) + 1
    return tuple(parts)


def _raised(by: int, said: object) -> object:
    return replace(said, serial=said.serial + by) if isinstance(said, Any) else said


def _rule(rules: Mapping[str, Rule], name: str) -> Rule:
    return rules.get(name, _only)


def _only(said: object) -> object:
    """A rule with one part and no meaning of its own, which an ambiguous forest keeps."""
    return said


def _sensible(tree: Tree[Token], rules: Mapping[str, Rule], known: dict[int, tuple[object, ...]]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for child in tree.children:
        try:
            found += [(one,) for one in _read(cast("Tree[Token]", child), rules, known)]
        except Senseless:
            continue
    return found
