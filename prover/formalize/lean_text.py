"""Lean text looked at by eye: comments cut, the names that commands define. For explaining and for finding suspects.

What a statement means is never decided here: that is read from the elaborated trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_IDENTIFIER = r"(?:«[^»\n]*»|[^\W\d][\w'!?₀-₉]*)(?:\.(?:«[^»\n]*»|[^\W\d][\w'!?₀-₉]*))*"
_DEFINING = re.compile(rf"\b(?P<kind>def|abbrev|structure|inductive|class)\s+(?P<name>{_IDENTIFIER})")
_SCOPE = re.compile(rf"^\s*(?P<word>namespace|end)\s+(?P<name>{_IDENTIFIER})", re.MULTILINE)
_TOKEN = re.compile(_IDENTIFIER)


@dataclass(frozen=True, slots=True)
class Defined:
    """A name as a command gives it, the namespace around it ("" = none), and whether the command's text comes back to the name."""

    name: str
    namespace: str
    is_recursive: bool

    @property
    def full_name(self) -> str:
        """With its namespace."""
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


def without_comments(text: str) -> str:
    """Comments as blanks, line ends kept; block comments nest, and what is in a string stays."""
    parts: list[str] = []
    depth = 0
    for piece in _pieces(text):
        if piece.startswith("/-"):
            depth += 1
        inside = depth > 0 or piece.startswith("--")
        parts.append(re.sub(r"[^\n]", " ", piece) if inside else piece)
        if piece == "-/":
            depth = max(0, depth - 1)
    return "".join(parts)


def _pieces(text: str) -> Iterator[str]:
    """The text cut at comment marks, with line comments and strings whole (a mark in a string is none)."""
    depth, at = 0, 0
    for found in re.finditer(r'/-|-/|--[^\n]*|"(?:\\.|[^"\\])*"', text):
        piece = found[0]
        if found.start() < at or (depth > 0 and piece[0] in '"-' and piece != "-/"):
            continue
        yield text[at : found.start()]
        yield piece
        depth += 1 if piece == "/-" else -1 if piece == "-/" else 0
        at = found.end()
    yield text[at:]


def defined_names(context: str) -> tuple[Defined, ...]:
    """What the definitions of a context define, in order."""
    code = without_comments(context)
    starts = [*_DEFINING.finditer(code)]
    found: list[Defined] = []
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(code)
        body = code[start.end() : end]
        last = start["name"].split(".")[-1]
        found.append(Defined(start["name"], _namespace_at(code, start.start()), last in identifiers(body, parts=True)))
    return tuple(found)


def _namespace_at(code: str, offset: int) -> str:
    open_names: list[str] = []
    for scope in _SCOPE.finditer(code, 0, offset):
        if scope["word"] == "namespace":
            open_names.append(scope["name"])
        elif open_names and open_names[-1] == scope["name"]:
            open_names.pop()
    return ".".join(open_names)


def identifiers(code: str, *, parts: bool = False) -> frozenset[str]:
    """The identifiers of a text; with `parts`, those between dots as well."""
    whole = frozenset(_TOKEN.findall(code))
    return whole | frozenset(piece for name in whole for piece in name.split(".")) if parts else whole
