"""Writes exports by hand: whatever the format can say, true or not.

Ids are the format's own: 0 is the anonymous name, 1 the level zero, then one for each record in order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self, cast

HEADER = '["entail-export",1]'
DECLARATIONS = frozenset({"thm", "def", "opq", "ax", "ind"})
ZERO = 1  # the level
SORTS = {"n": "name", "l": "level", "e": "expression"}  # of a record, by the first letter of its tag
# Sort of each argument that is an id, or a list of ids; "" for any other argument.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "ns": ("name", ""),
    "nn": ("name", ""),
    "ls": ("level",),
    "lm": ("level", "level"),
    "li": ("level", "level"),
    "lp": ("name",),
    "eb": ("",),
    "es": ("level",),
    "ec": ("name", "level"),
    "ea": ("expression", "expression"),
    "el": ("expression", "expression"),
    "ep": ("expression", "expression"),
    "ez": ("expression", "expression", "expression"),
    "en": ("",),
    "et": ("",),
    "ej": ("name", "", "expression"),
}


class Export:
    """Records that are shared where they are equal, and declarations in the order in which they are added."""

    def __init__(self) -> None:
        self.records: list[list[Any]] = []
        self.declarations: list[list[Any]] = []
        self._ids: dict[str, int] = {}

    @classmethod
    def read(cls, text: str) -> Self:
        """The records and declarations of an export, to go on from."""
        export = cls()
        for line in text.splitlines()[1:-1]:
            record = json.loads(line)
            if record[0] in DECLARATIONS:
                export.declarations.append(record)
            else:
                export.record(*record)
        return export

    def record(self, *parts: Any) -> int:
        """Id of a record."""
        key = json.dumps(parts)
        if key not in self._ids:
            self._ids[key] = len(self.records) + 2
            self.records.append(list(parts))
        return self._ids[key]

    def adopt(self, other: Export) -> list[int]:
        """Take over another export's records, not its declarations; the id here of each id there."""
        ids = [0, ZERO]
        for tag, *arguments in other.records:
            sorted_arguments = zip(arguments, ARGUMENTS[tag], strict=True)
            ids.append(self.record(tag, *(renumbered(argument, ids) if sort else argument for argument, sort in sorted_arguments)))
        return ids

    def sort_of(self, id: int) -> str:
        return ("name", "level")[id] if id < 2 else SORTS[self.records[id - 2][0][0]]

    # -- names, levels, expressions -------------------------------------------------------------------------------------------

    def name(self, dotted: str) -> int:
        current = 0
        for part in dotted.split("."):
            current = self.record("ns", current, part)
        return current

    def names(self, dotted: Sequence[str]) -> list[int]:
        return [self.name(each) for each in dotted]

    def level(self, number: int) -> int:
        return ZERO if number == 0 else self.record("ls", self.level(number - 1))

    def parameter(self, name: str) -> int:
        return self.record("lp", self.name(name))

    def sort(self, level: int = ZERO) -> int:
        return self.record("es", level)

    def const(self, name: str, *levels: int) -> int:
        return self.record("ec", self.name(name), list(levels))

    def app(self, function: int, *arguments: int) -> int:
        for argument in arguments:
            function = self.record("ea", function, argument)
        return function

    def bound(self, index: int) -> int:
        return self.record("eb", str(index))

    def fun(self, domain: int, body: int) -> int:
        return self.record("el", domain, body)

    def pi(self, domain: int, body: int) -> int:
        return self.record("ep", domain, body)

    def let(self, type: int, value: int, body: int) -> int:
        return self.record("ez", type, value, body)

    def nat(self, number: int) -> int:
        return self.record("en", str(number))

    def text(self, text: str) -> int:
        return self.record("et", text)

    def proj(self, structure: str, index: int, of: int) -> int:
        return self.record("ej", self.name(structure), str(index), of)

    # -- declarations -----------------------------------------------------------------------------------------------------------

    def theorem(self, name: str, type: int, value: int, levels: Sequence[str] = ()) -> Self:
        self.declarations.append(["thm", self.name(name), self.names(levels), type, value])
        return self

    def definition(self, name: str, type: int, value: int, levels: Sequence[str] = (), height: int = 1) -> Self:
        self.declarations.append(["def", self.name(name), self.names(levels), type, value, height])
        return self

    def opaque(self, name: str, type: int, value: int, levels: Sequence[str] = ()) -> Self:
        self.declarations.append(["opq", self.name(name), self.names(levels), type, value])
        return self

    def inductive(self, name: str, type: int, parameters: int, *constructors: tuple[str, int], levels: Sequence[str] = ()) -> Self:
        written = [[self.name(constructor), its_type] for constructor, its_type in constructors]
        self.declarations.append(["ind", self.name(name), self.names(levels), type, parameters, written])
        return self

    # -- what most attacks begin or end with ------------------------------------------------------------------------------------

    def eq(self, type: int, left: int, right: int, level: int = 1) -> int:
        return self.app(self.const("Eq", self.level(level)), type, left, right)

    def refl(self, type: int, value: int, level: int = 1) -> int:
        return self.app(self.const("Eq.refl", self.level(level)), type, value)

    def trivially(self) -> Self:
        """Add a proof of `theorem t : True`."""
        return self.theorem("t", self.const("True"), self.const("True.intro"))

    def __str__(self) -> str:
        lines = [HEADER, *(dump(record) for record in [*self.records, *self.declarations]), f'["end",{len(self.declarations)}]']
        return "\n".join(lines) + "\n"


def renumbered(value: object, ids: Sequence[int]) -> Any:
    """Ids, or lists of them, as `ids` says."""
    if isinstance(value, list):
        return [renumbered(each, ids) for each in cast(list[object], value)]
    return ids[cast(int, value)]


def dump(record: object) -> str:
    """A line of the format."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def lines(*records: object, end: str | None = None) -> str:
    """An export of lines as they are given: text stays text, anything else is written as JSON."""
    count = sum(isinstance(record, list) and record[:1] in ([tag] for tag in DECLARATIONS) for record in records)
    body = [record if isinstance(record, str) else dump(record) for record in records]
    return "\n".join([HEADER, *body, end if end is not None else f'["end",{count}]']) + "\n"
