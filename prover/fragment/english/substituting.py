"""Terms put in the place of others, anywhere in what a sentence says.

Owns the walk through the plain data of spoken.py, which is all it knows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from prover.fragment.english.spoken import Kind, Pronoun, Said

_T = TypeVar("_T")


def substituted(said: _T, change: Callable[[object], object]) -> _T:
    """The same with every node changed for which `change` gives another node, outermost first."""
    changed = change(said)
    if changed is not said:
        return cast(_T, changed)
    if isinstance(said, tuple):
        return cast(_T, tuple(substituted(part, change) for part in cast("tuple[object, ...]", said)))
    if not is_dataclass(said) or isinstance(said, type | Kind):
        return said
    parts: dict[str, object] = {field.name: getattr(said, field.name) for field in fields(said)}
    return replace(said, **{name: substituted(part, change) for name, part in parts.items()})


def about(said: _T, term: Said) -> _T:
    """The same about a term: it in the place of every pronoun, but for those in a kind of its own."""
    return substituted(said, lambda node: term if isinstance(node, Pronoun) else node)


def nodes(said: object) -> Iterator[object]:
    """Every node, outermost first; a kind, whose pronoun is its own, counts as one."""
    yield said
    if isinstance(said, tuple):
        for part in cast("tuple[object, ...]", said):
            yield from nodes(part)
    elif is_dataclass(said) and not isinstance(said, type | Kind):
        for field in fields(said):
            yield from nodes(cast(object, getattr(said, field.name)))
