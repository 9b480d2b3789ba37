"""What the user typed, as statements: a theorem's text, a file, a theorem of a file, or standard input.

Every way in which an input can be unusable ends in `BadInput` with a sentence that says what to do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lean_env.messages import Message, NotElaborated
from lean_env.session import Session
from lean_env.statement import Listing, Statement, missing_names, read_statements

MAX_SOURCE_KIB = 256  # default of --max-source-kib
COMMAND_LINE = "<theorem>"


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


def read_target(argument: str, *, max_source_kib: int = MAX_SOURCE_KIB) -> Target:
    """The text behind `argument`: `FILE.lean`, `FILE.lean:NAME`, `-` for standard input, else the theorem itself.

    Raises BadInput for a missing or unreadable file, bytes that are not UTF-8, nothing but blanks, too much text.
    """
    path_text, _, name = argument.partition(".lean:")
    path = Path(f"{path_text}.lean" if name else argument) if "\n" not in argument and len(argument) < 4096 else None
    if argument == "-":
        return _checked(Target(_decoded(sys.stdin.buffer.read(), "<stdin>"), "<stdin>"), max_source_kib)
    if path is not None and (path.suffix == ".lean" or (" " not in argument and path.is_file())):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BadInput(f"cannot read {path}: {error.strerror}") from error
        return _checked(Target(_decoded(data, str(path)), str(path), name), max_source_kib)
    return _checked(Target(_decoded(argument.encode("utf-8", "surrogateescape"), COMMAND_LINE), COMMAND_LINE), max_source_kib)


def _decoded(data: bytes, place: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{place} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}") from error
    if "\0" in text:
        raise BadInput(f"{place} holds a NUL character at position {text.index(chr(0))}")
    return text.replace("\r\n", "\n")


def _checked(target: Target, max_source_kib: int) -> Target:
    size = len(target.source.encode())
    if not target.source.strip():
        raise BadInput(f"{target.place} is empty; give a theorem such as 'theorem t (n : ℕ) : n + 0 = n'")
    if size > max_source_kib * 1024:
        raise BadInput(f"{target.place} has {size} bytes; the limit is {max_source_kib} KiB (option --max-source-kib moves it)")
    return target


async def find_statements(session: Session, target: Target, *, holes_only: bool = True) -> list[Statement]:
    """The theorems that a target means: the one named, else those with holes (all, if `holes_only` is off), else its only one.

    Raises BadInput if Lean does not accept the text or there is no such theorem.
    """
    found = await read_statements(session, target.source)
    if isinstance(found, NotElaborated):
        raise refused(found.messages, target.source, target.place)
    if not found:
        raise BadInput(f"{target.place} holds no theorem")
    if target.name:
        chosen = [listing for listing in found if listing.statement.name == target.name]
        if not chosen:
            raise BadInput(f"{target.place} has no theorem {target.name}; it has {_names(found)}")
    else:
        chosen = [listing for listing in found if listing.has_hole] if holes_only else found
        if not chosen and len(found) == 1:
            chosen = found
    if not chosen:
        raise BadInput(f"{target.place} has no theorem without a proof; name one as {target.place}:NAME ({_names(found)})")
    return [listing.statement for listing in chosen]


def refused(messages: tuple[Message, ...], source: str, place: str) -> BadInput:
    """Lean's refusal of a text, with what the user can do about it."""
    missing = missing_names(messages)
    text = f"Lean does not accept {place}"
    if missing:
        names = ", ".join(missing)
        text += f": {names} is not in Lean's core library. If it belongs to Mathlib, the statement needs the native engine"
    return BadInput(text, messages=messages, source=source, place=place)


def _names(found: Sequence[Listing]) -> str:
    return ", ".join(listing.statement.name for listing in found[:20])
