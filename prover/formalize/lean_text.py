"""Lean text looked at by eye: comments cut, the names that commands define. For explaining and for finding suspects.

What a statement means is never decided here: that is read from the elaborated trees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_IDENTIFIER = r"(?:«[^»\n]*»|[^\W\d][\w'!?₀-₉]*)(?:\.(?:«[^»\n]*»|[^\W\d][\w'!?₀-₉]*))*"
_DEFINING = re.compile(rf"\b(?P<kind>def|abbrev|structure|inductive|class)\s+(?P<name>{_IDENTIFIER})")
_SCOPE = re.compile(rf"^\s*(?P<word>namespace|end)\s+(?P<name>{_IDENTIFIER})", re.MULTILINE)
_TOKEN = re.compile(_IDENTIFIER)
_MARK = re.compile(r"/-|-/")
_LITERAL_OR_MARK = re.compile(
    r"""/--?|--[^\n]*|\br(?P<hashes>#*)".*?"(?P=hashes)|"(?:\\.|[^"\\])*"|(?<![\w'])'(?:\\(?:x..|u....|.)|[^\\'\n])'|«[^»\n]*»""",
    re.DOTALL,
)
LONGEST_DRAFT = 200_000  # characters
LONGEST_TEXT = 16_384  # characters of a draft besides its comments


@dataclass(frozen=True, slots=True)
class Defined:
    """A name as a command of this kind gives it, the namespace around it ("" = none), and whether its text comes back to it."""

    name: str
    namespace: str
    is_recursive: bool
    kind: str = "def"

    @property
    def full_name(self) -> str:
        """With its namespace."""
        return f"{self.namespace}.{self.name}" if self.namespace else self.name


def strange_text(text: str) -> tuple[str, tuple[int, int]] | None:
    """Why a text is none that a person could check, with the place (line from 1, column); None if it is in order.

    Characters that do not show, or that turn the order of others round, make what is read differ from what Lean reads.
    """
    length = len(text) if len(text) > LONGEST_DRAFT else len(re.sub(r"\s+", " ", without_comments(text)))
    if length > LONGEST_TEXT:
        return f"a draft may have {LONGEST_TEXT} characters besides comments, and this one has {length}", (1, 0)
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        for column, letter in enumerate(line):
            if letter not in "\t\r" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
                return f"the character U+{ord(letter):04X} cannot be seen: leave it out", (number, column)
    return None


def without_comments(text: str) -> str:
    """Comments as blanks, line ends kept; block comments nest, and what is in a string or a character stays."""
    parts: list[str] = []
    at = 0
    for start, end in _comments(text):
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Where the comments of a text are, in order."""
    depth, start, at = 0, 0, 0
    while found := (_MARK if depth else _LITERAL_OR_MARK).search(text, at):
        at = found.end()
        if found[0].startswith("/-"):
            start = start if depth else found.start()
            depth += 1
        elif depth and found[0] == "-/":
            depth -= 1
            if not depth:
                yield start, at
        elif found[0].startswith("--"):
            yield found.start(), at
    if depth:
        yield start, len(text)


def defined_names(context: str) -> tuple[Defined, ...]:
    """What the definitions of a context define, in order."""
    code = without_comments(context)
    starts = [*_DEFINING.finditer(code)]
    found: list[Defined] = []
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(code)
        body = code[start.end() : end]
        last = start["name"].split(".")[-1]
        found.append(
            Defined(start["name"], _namespace_at(code, start.start()), last in identifiers(body, parts=True), start["kind"])
        )
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
