"""What the user typed, as statements: a theorem's text, a file, a theorem of a file, or standard input.

Every way in which an input can be unusable ends in `BadInput` with a sentence that says what to do.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lean_env.messages import Message, NotElaborated
from lean_env.reading import Listing, Reading, missing_names

MAX_SOURCE_KIB = 256  # default of --max-source-kib
COMMAND_LINE = "<theorem>"
STANDARD_INPUT = "<stdin>"
A_THEOREM = "'theorem t (n : ℕ) : n + 0 = n'"
NAMES_SHOWN = 20
_FILE = re.compile(r"(?P<path>.+\.lean)(?P<colon>:(?P<name>«.*»|[^\s:\"]*))?")


class BadInput(Exception):
    """The input cannot be used. `messages` are Lean's, positioned in `source`, which is called `place`."""

    def __init__(self, text: str, *, messages: tuple[Message, ...] = (), source: str = "", place: str = "") -> None:
        super().__init__(text)
        self.messages = messages
        self.source = source
        self.place = place


@dataclass(frozen=True, slots=True)
class Target:
    """Source text and where it came from; `name` selects one theorem of it ("" = no selection)."""

    source: str
    place: str
    name: str = ""


# -- text -----------------------------------------------------------------------------------------------------------------------


def read_target(argument: str, *, max_source_kib: int = MAX_SOURCE_KIB) -> Target:
    """The text behind `argument`: `FILE.lean`, `FILE.lean:NAME`, `-` for standard input, else the theorem itself.

    A file may have any name if it exists. Raises BadInput for a missing or unreadable file, bytes that are not UTF-8, nothing but
    blanks, too much text.
    """
    limit = max_source_kib * 1024
    if argument == "-":
        if sys.stdin is None:  # as it is in a process that was started without one
            raise BadInput("standard input is closed")
        return _target(_read(sys.stdin.buffer, limit), STANDARD_INPUT, max_source_kib)
    path, name = _file_meant(argument)
    if path is None:
        # fsencode: in a locale that is not UTF-8, Python decoded the arguments by that locale
        return _target(os.fsencode(argument), COMMAND_LINE, max_source_kib)
    try:
        with path.open("rb") as file:
            data = _read(file, limit)
    except IsADirectoryError as error:
        raise BadInput(f"{path} is a folder; give a file: {path}/FILE.lean") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    return _target(data, str(path), max_source_kib, name)


def _file_meant(argument: str) -> tuple[Path | None, str]:
    """The file that an argument names, and the theorem in it; None if the argument is itself the text."""
    if "\n" in argument:
        return None, ""
    if _exists(argument):
        return Path(argument), ""
    if found := _FILE.fullmatch(argument):
        if found["colon"] and not found["name"]:
            raise BadInput(f"the name is missing: {found['path']}:NAME")
        return Path(found["path"]), found["name"] or ""
    if argument.strip() and not re.search(r"\s", argument.strip()):
        raise BadInput(f"there is no file {argument}, and a theorem looks like {A_THEOREM}")
    return None, ""


def _exists(argument: str) -> bool:
    try:
        return bool(argument) and Path(argument).exists()
    except (OSError, ValueError):  # too long for a name, or not a name at all
        return False


def _read(file: BinaryIO, limit: int) -> bytes:
    """What there is, but not much more than may be: the file may be endless."""
    return file.read(limit + 1)


def _target(data: bytes, place: str, max_source_kib: int, name: str = "") -> Target:
    if len(data) > max_source_kib * 1024:
        raise BadInput(f"{place} is longer than {max_source_kib} KiB (the option --max-source-kib moves this limit)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadInput(f"{place} is not UTF-8: byte 0x{data[error.start]:02x} in line {line}") from error
    if "\0" in text:
        raise BadInput(f"{place} holds a NUL character in line {text[: text.index(chr(0))].count(chr(10)) + 1}")
    if not text.strip():
        raise BadInput(f"{place} is empty; give a theorem such as {A_THEOREM}")
    return Target(text.replace("\r\n", "\n"), place, name)


# -- statements -----------------------------------------------------------------------------------------------------------------


def theorems_of(reading: Reading | NotElaborated, target: Target) -> Reading:
    """The target's text as it was read. Raises BadInput if Lean does not accept it, or there is no theorem in it."""
    if isinstance(reading, NotElaborated):
        raise refused(reading.messages, target.source, target.place)
    if not reading.listings:
        if reading.unread:
            raise BadInput(unread_theorems(target, reading))
        if any(command.theorem for command in reading.commands):
            raise BadInput(f"{target.place} has only an `example`, which has no name; write `theorem NAME` instead")
        raise BadInput(f"there is no theorem in {target.place}; a theorem looks like {A_THEOREM}")
    return reading


def to_prove(reading: Reading, target: Target) -> list[Listing]:
    """The theorems that a target means: the one named, else those with holes, else its only one. Raises BadInput if none is."""
    found = reading.listings
    if target.name:
        return [_named(reading, target)]
    with_holes = [listing for listing in found if listing.has_hole]
    if not with_holes and len(found) > 1:
        where = f"name one as {target.place}:NAME" if target.place.endswith(".lean") else "write sorry for the proof you want"
        raise BadInput(f"every theorem in {target.place} has a proof; {where} ({_names(found)})")
    return with_holes or list(found)


def to_check(reading: Reading, target: Target) -> list[Listing]:
    """The theorems whose proofs are to be checked: the one named, else all. Raises BadInput if one could not be."""
    if target.name:
        return [_named(reading, target)]
    if reading.unread:
        raise BadInput(unread_theorems(target, reading))
    return list(reading.listings)


def refused(messages: tuple[Message, ...], source: str, place: str) -> BadInput:
    """Lean's refusal of a text, with what the user can do about it."""
    text = f"Lean does not accept {place}"
    if missing := missing_names(messages, source):
        names, verb, it = ", ".join(missing), *(("is", "it belongs") if len(missing) == 1 else ("are", "they belong"))
        text += f": {names} {verb} not in Lean's core library. If {it} to Mathlib, the statement needs the native engine"
    elif hint := _hint(messages, source):
        text += f": {hint}"
    return BadInput(text, messages=messages, source=source, place=place)


def unread_theorems(target: Target, reading: Reading) -> str:
    """What to say of theorems in a form that cannot be read."""
    places = ", ".join(f"{target.place}:{line}" for line in reading.unread)
    return f"{places}: a theorem in `mutual`, after `... in` or by equations cannot be read; write `theorem NAME ... := ...`"


def _named(reading: Reading, target: Target) -> Listing:
    """The theorem that the target names, with or without its namespaces."""
    by_name = [listing for listing in reading.listings if listing.statement.name == target.name]
    by_end = [listing for listing in reading.listings if target.name.endswith(f".{listing.statement.name}")]
    chosen = by_name or by_end
    if not chosen:
        raise BadInput(f"{target.place} has no theorem {target.name}; it has {_names(reading.listings)}")
    if len(chosen) > 1:
        raise BadInput(f"{target.place} has {len(chosen)} theorems {target.name}")
    return chosen[0]


def _hint(messages: tuple[Message, ...], source: str) -> str:
    """A word on the commonest slips, by the word that Lean stumbled over."""
    first = messages[0].pos if messages else None
    if first is None or "expected command" not in messages[0].data:
        return ""
    line = source.split("\n")[first.line - 1][first.column :]
    return "`lemma` is Mathlib's word, write `theorem`" if line.startswith("lemma") else f"a theorem looks like {A_THEOREM}"


def _names(found: Sequence[Listing]) -> str:
    names = ", ".join(listing.statement.name for listing in found[:NAMES_SHOWN])
    return f"{names}, ..." if len(found) > NAMES_SHOWN else names
