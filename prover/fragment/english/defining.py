"""Functions that a text defines by a formula, f(x) = 3x - 2 or a_n = 2n + 1: what they stand for is put in their place.

So the x of a definition is no number of the problem, and no sort of f has to be found. A definition by recursion is left alone; an
index of which the text does not say whether it is one number or all is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from typing import cast

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    Act,
    All,
    Bound,
    Called,
    Declare,
    DeclareFunction,
    Given,
    Indexed,
    Introduced,
    Kind,
    OfKind,
    Related,
    Said,
    Spoken,
)
from prover.fragment.english.substituting import nodes, substituted
from prover.fragment.meaning import Number, Variable

_MAX_STEPS = 200


@dataclass(frozen=True, slots=True)
class _Definition:
    variable: str
    body: Said


def inlined(acts: Sequence[Act], functions: set[str]) -> tuple[Act, ...]:
    """The acts without definitions by a formula. Raises Senseless where it is not clear what a variable of one stands for."""
    declared = _declared(acts)
    definitions: dict[str, _Definition] = {}
    rest: list[Act] = []
    for act in acts:
        if not isinstance(act, Given):
            rest.append(act)
            continue
        kept: list[Spoken] = []
        for formula in _parts(act.formula):
            found = _definition(formula, functions)
            is_value = found is not None and found[0] in definitions and found[1].variable not in _names(found[1].body)
            if found is None or is_value:
                kept.append(formula)
            elif found[0] in definitions or found[0] in declared or found[1].variable in declared:
                raise Senseless(f"it is not clear whether {found[1].variable} stands for one number or for all")
            else:
                definitions[found[0]] = found[1]
        rest += [Given(formula, act.is_fact) for formula in kept]
    _check(definitions, rest, functions, declared)
    return tuple(_Expansion(definitions).of(act) for act in rest) if definitions else tuple(acts)


def _parts(formula: Spoken) -> Iterator[Spoken]:
    if isinstance(formula, All):
        for one in formula.formulas:
            yield from _parts(one)
    else:
        yield formula


def _definition(formula: Spoken, functions: set[str]) -> tuple[str, _Definition] | None:
    if not isinstance(formula, Related) or formula.relation != "=":
        return None
    left = formula.left
    argument = left.argument if isinstance(left, Called) else left.index if isinstance(left, Indexed) else None
    if not isinstance(left, Called | Indexed) or left.name not in functions or not isinstance(argument, Variable):
        return None
    if left.name in _names(formula.right):
        return None
    return left.name, _Definition(argument.name, formula.right)


def _names(said: object) -> set[str]:
    return {node.name for node in nodes(said) if isinstance(node, Variable | Called | Indexed)}


def _declared(acts: Sequence[Act]) -> set[str]:
    found: set[str] = set()
    for node in nodes(tuple(acts)):
        if isinstance(node, Declare):
            found |= set(node.names)
        elif isinstance(node, DeclareFunction | Introduced):
            found.add(node.name)
        elif isinstance(node, OfKind):
            found |= {term.name for term in node.terms if isinstance(term, Variable)}
    return found


def _check(definitions: dict[str, _Definition], rest: list[Act], functions: set[str], declared: set[str]) -> None:
    free = set(_free(tuple(rest), frozenset()))
    variables = {one.variable for one in definitions.values()}
    for name in sorted(variables & free):
        raise Senseless(f"it is not clear whether {name} stands for one number or for all")
    has_bound = any(isinstance(node, Bound) for node in nodes(tuple(rest)))
    for one in definitions.values():
        others = _names(one.body) - {one.variable} - functions
        if others and (has_bound or others & variables):
            raise Senseless("a function is defined by what is not clear")
    for act in rest:
        for name in sorted(_indices(act, functions - set(definitions), frozenset()) - declared if isinstance(act, Given) else ()):
            raise Senseless(f"it is not clear whether {name} stands for one number or for all")


def _free(said: object, bound: frozenset[str]) -> Iterator[str]:
    """Names of variables outside quantifiers over them."""
    if isinstance(said, Variable):
        if said.name not in bound:
            yield said.name
        return
    inner = bound | set(said.domain.names) if isinstance(said, Bound) else bound
    for part in _children(said):
        yield from _free(part, inner)


def _indices(said: object, functions: set[str], bound: frozenset[str]) -> set[str]:
    """Names of free variables in arguments and indices."""
    inner = bound | set(said.domain.names) if isinstance(said, Bound) else bound
    found: set[str] = set()
    if isinstance(said, Called | Indexed) and said.name in functions:
        found |= set(_free(said.argument if isinstance(said, Called) else said.index, bound))
    for part in _children(said):
        found |= _indices(part, functions, inner)
    return found


def _children(said: object) -> Iterator[object]:
    if isinstance(said, tuple):
        yield from cast("tuple[object, ...]", said)
    elif is_dataclass(said) and not isinstance(said, type | Kind | Number):
        yield from (cast(object, getattr(said, field.name)) for field in fields(said))


class _Expansion:
    """Puts bodies in the place of values; gives up where definitions go round in a circle."""

    def __init__(self, definitions: dict[str, _Definition]) -> None:
        self._definitions = definitions
        self._steps = 0

    def of(self, act: Act) -> Act:
        return substituted(act, self._expanded)

    def _expanded(self, said: object) -> object:
        if not isinstance(said, Called | Indexed) or said.name not in self._definitions:
            return said
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Senseless("definitions go round in a circle, or too deep")
        one = self._definitions[said.name]
        argument = said.argument if isinstance(said, Called) else said.index
        return substituted(substituted(one.body, partial(_instead_of, one.variable, argument)), self._expanded)


def _instead_of(name: str, term: Said, said: object) -> object:
    return term if isinstance(said, Variable) and said.name == name else said
