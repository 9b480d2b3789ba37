"""Finds the statements of a Lean text.

The cutting is done by Lean's own parser (a session's `outline`); this file slices, and blanks what the engine cannot read, so that
every offset and every position stays what it is in the text. Never decides whether something is proved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lean_env.messages import Command, Message, NotElaborated, Outline, Position, TheoremSource
from lean_env.session import Session
from lean_env.statement import Statement

_IMPORT = re.compile(r"^(?:public\s+)?(?:meta\s+)?import\s+(?:all\s+)?(\S+)[^\S\n]*$")
_SKIPPED_BEFORE_IMPORTS = re.compile(r"^\s*(?:--.*)?$|^module\s*$|^prelude\s*$")
_PLACEHOLDERS = ("\n  := sorry", "\n  sorry")  # what may be missing at the end of a text
_OPEN = "Lean.Parser.Command.open"
_MISSING = re.compile(r"[Uu]nknown (?:identifier|constant|namespace) [`']([^`']+)[`']")
_UNKNOWN_NAMESPACE = "unknown namespace"
_UNKNOWN_TOKEN = "expected token"


@dataclass(frozen=True, slots=True)
class Listing:
    """A statement found in a text.

    `has_hole`: its proof is missing, has a visible sorry, or does not elaborate, and then `errors` says why. Offsets in bytes of
    `Reading.text`: where the command starts, its signature ends, and its proof (from the `:=`) starts and ends. Only blanks and
    comments are between the two.
    """

    statement: Statement
    has_hole: bool
    errors: tuple[Message, ...]
    start: int
    signature_end: int
    proof_start: int
    proof_end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A Lean text, read.

    text      as given, completed by a `sorry` where its end is a theorem without a proof
    source    what Lean was given: `text` with the imports, and what they alone would bring, blanked; equal offsets
    commands  the commands of `source`
    listings  its theorems, in order
    unread    places (line from 1) of commands that hold theorems in a form that is not supported
    left_out  what was blanked: "import Mathlib", "open BigOperators"
    broken    numbers of the commands whose proofs have errors
    """

    text: str
    source: str
    commands: tuple[Command, ...]
    listings: tuple[Listing, ...]
    unread: tuple[int, ...]
    left_out: tuple[str, ...]
    broken: frozenset[int] = frozenset()


async def read_text(session: Session, text: str) -> Reading | NotElaborated:
    """Every theorem of a Lean text; the last may be a bare signature without a proof.

    What stands before a theorem becomes its context, except theorems that have holes or errors, and those that rest on them. Errors
    outside of proofs make the whole text `NotElaborated`, with positions in `text`.
    """
    text = text.encode("utf-8", "replace").decode()  # lone surrogates have no place in a file
    source, imports = without_imports(text)
    outline = await session.outline(source)
    left_out = [f"import {module}" for module in imports]
    if imports:
        source, namespaces, outline = await _without_foreign_namespaces(session, source, outline)
        left_out += [f"open {name}" for name in namespaces]
    placeholder, outline = await _completed(session, source, outline)
    if not outline.commands and _is_commented_out(source):
        return Reading(text, source, (), (), (), tuple(left_out))
    if placeholder:
        source, text = source.rstrip() + placeholder, text.rstrip() + placeholder
    data = source.encode()
    broken, outside = await _blamed(session, data, outline)
    if outside:
        return NotElaborated("elaborate" if any(c.theorem for c in outline.commands) else "parse", tuple(outside))
    listings = await _listings(session, data, outline.commands, broken, imports)
    unread = tuple(data[: c.start].count(b"\n") + 1 for c in outline.commands if _holds_unread_theorem(data, c))
    return Reading(text, source, outline.commands, listings, unread, tuple(left_out), frozenset(broken))


async def without_broken(session: Session, reading: Reading) -> tuple[str, tuple[Listing, ...]]:
    """The source without the theorems whose proofs have errors, and without those that rest on them; and those theorems."""
    data = reading.source.encode()
    unusable = await _resting_on(session, data, reading.commands, set(reading.broken))
    for number in unusable:
        data = _blanked(data, reading.commands[number].start, reading.commands[number].end)
    gone = {reading.commands[number].start for number in unusable}
    return data.decode(), tuple(listing for listing in reading.listings if listing.start in gone)


def without_imports(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with its leading `import` lines blanked (so that offsets stay), and the modules they name."""
    lines, imports = text.split("\n"), list[str]()
    for number, line in enumerate(lines):
        if found := _IMPORT.match(line.rstrip("\r")):
            imports.append(found[1])
            lines[number] = " " * len(line.encode())
        elif not _SKIPPED_BEFORE_IMPORTS.match(line):
            break
    return "\n".join(lines), tuple(imports)


def missing_names(messages: tuple[Message, ...], source: str = "") -> tuple[str, ...]:
    """Names and symbols that Lean does not know, from its error texts; only for telling people what to install."""
    names = [name for message in messages for name in _MISSING.findall(message.data)]
    lines = source.split("\n")
    for message in messages:
        at = message.pos
        if at and message.data.startswith(_UNKNOWN_TOKEN) and at.line <= len(lines):
            names.extend(lines[at.line - 1][at.column : at.column + 1])  # the symbol of a notation, such as ∑
    return tuple(dict.fromkeys(names))


# -- what is missing, and what is too much ------------------------------------------------------------------------------------


async def _completed(session: Session, source: str, outline: Outline) -> tuple[str, Outline]:
    """The placeholder that makes the unfinished end of a text a theorem ("" if none is needed, or none helps), with its outline."""
    end = len(source.rstrip().encode())

    def unfinished(data: bytes, outline: Outline) -> bool:
        return any(message.severity == "error" and _offset(data, message.pos) >= end for message in outline.messages)

    if unfinished(source.encode(), outline):
        for placeholder in _PLACEHOLDERS:
            completed = (source.rstrip() + placeholder).encode()
            again = await session.outline(completed.decode())
            last = again.commands[-1].theorem if again.commands else None
            if last is not None and last.end >= len(completed) and not unfinished(completed, again):
                return placeholder, again
    return "", outline


def _is_commented_out(source: str) -> bool:
    """Whether there are only comments, which Lean takes for an unfinished command."""
    return re.fullmatch(r"(?:\s|--[^\n]*|/-(?:(?!-/).)*-/)*", source, re.DOTALL) is not None


async def _without_foreign_namespaces(session: Session, source: str, outline: Outline) -> tuple[str, list[str], Outline]:
    """The source without the namespaces that it opens and only an import would bring; their names; and its outline."""
    names: list[str] = []
    while (found := _foreign_namespace(source.encode(), outline)) is not None:
        command = found[0]
        # Lean complains of one namespace at a time: what comes after the command need not be elaborated so often.
        head, rest = source.encode()[: command.end], source.encode()[command.end :]
        while found is not None:
            _, start, end = found
            names.append(head[start:end].decode())
            head = _blanked(head, start, end)
            if head[command.start :].split() in ([b"open"], [b"open", b"scoped"]):
                head = _blanked(head, command.start, command.end)
            found = _foreign_namespace(head, await session.outline(head.decode()))
        source = (head + rest).decode()
        outline = await session.outline(source)
    return source, names, outline


def _foreign_namespace(data: bytes, outline: Outline) -> tuple[Command, int, int] | None:
    """An `open` command and the first name in it that is no namespace."""
    for message in outline.messages:
        if message.severity == "error" and message.data.startswith(_UNKNOWN_NAMESPACE):
            start, end = _offset(data, message.pos), _offset(data, message.end_pos)
            command = next((c for c in outline.commands if c.kind == _OPEN and c.start <= start < end <= c.end), None)
            if command is not None and data[start:end].strip():
                return command, start, end
    return None


async def _blamed(session: Session, data: bytes, outline: Outline) -> tuple[dict[int, list[Message]], list[Message]]:
    """Lean's errors, sorted: those of proofs, by the number of their command, and all others."""
    broken: dict[int, list[Message]] = {}
    outside: list[Message] = []
    for error in (message for message in outline.messages if message.severity == "error"):
        at = _offset(data, error.pos)
        number = next((number for number, command in enumerate(outline.commands) if _in_proof(command, at)), None)
        outside.append(error) if number is None else broken.setdefault(number, []).append(error)
    for number in await _broken_by_proof(session, data, outline, outside):
        command = outline.commands[number]
        here = [error for error in outside if command.start <= _offset(data, error.pos) < command.end]
        broken.setdefault(number, []).extend(here)
        outside = [error for error in outside if error not in here]
    return broken, outside


async def _broken_by_proof(session: Session, data: bytes, outline: Outline, outside: list[Message]) -> set[int]:
    """Numbers of the theorems that elaborate once their proof is a sorry: Lean reports some errors of a proof at the name."""
    suspects: dict[int, TheoremSource] = {}
    for number, command in enumerate(outline.commands):
        if command.theorem and any(command.start <= _offset(data, message.pos) < command.end for message in outside):
            suspects[number] = command.theorem
    if not suspects:
        return set()
    trial, last = b"", 0
    for theorem in suspects.values():
        trial += data[last : theorem.value] + b":= sorry"
        last = theorem.end
    trial += data[last:]
    again = await session.outline(trial.decode())
    if len(again.commands) != len(outline.commands):
        return set()
    wrong = [_offset(trial, message.pos) for message in again.messages if message.severity == "error"]
    return {n for n in suspects if not any(again.commands[n].start <= at < again.commands[n].end for at in wrong)}


# -- statements ---------------------------------------------------------------------------------------------------------------


async def _listings(
    session: Session, data: bytes, commands: tuple[Command, ...], broken: dict[int, list[Message]], imports: tuple[str, ...]
) -> tuple[Listing, ...]:
    holes = broken.keys() | {number for number, command in enumerate(commands) if command.theorem and command.theorem.has_sorry}
    unusable = await _resting_on(session, data, commands, holes)
    found: list[Listing] = []
    context = data
    for number, command in enumerate(commands):
        theorem = command.theorem
        if theorem is not None and theorem.name:
            # Comments alone are no context: Lean takes a text of nothing else for an unfinished command.
            is_first = unusable.issuperset(range(number))
            before = "" if is_first else context[: command.start].decode().rstrip()
            statement = _statement(data, theorem, before, imports)
            errors = tuple(broken.get(number, ()))
            offsets = (command.start, theorem.type[1], theorem.value, theorem.end)
            found.append(Listing(statement, number in holes, errors, *offsets))
        if number in unusable:
            context = _blanked(context, command.start, command.end)
    return tuple(found)


async def _resting_on(session: Session, data: bytes, commands: tuple[Command, ...], holes: set[int]) -> set[int]:
    """The theorems with holes, and all that no longer elaborate without them."""
    unusable = set(holes)
    theorems = {number for number, command in enumerate(commands) if command.theorem}
    while unusable and any(number > min(unusable) for number in theorems - unusable):
        context = data
        for number in unusable:
            context = _blanked(context, commands[number].start, commands[number].end)
        outline = await session.outline(context.decode())
        wrong = [_offset(context, message.pos) for message in outline.messages if message.severity == "error"]
        fallen = {n for n in theorems - unusable if any(commands[n].start <= at < commands[n].end for at in wrong)}
        if not fallen:
            break
        unusable |= fallen
    return unusable


def _statement(data: bytes, theorem: TheoremSource, context: str, imports: tuple[str, ...]) -> Statement:
    signature = data[theorem.start : theorem.type[1]].decode()  # not up to the proof: a comment may be in between
    identifier = _part(data, theorem.identifier)
    levels = identifier[identifier.index(".{") :] if ".{" in identifier else ""
    name = identifier.removesuffix(levels)
    return Statement(name, signature, _part(data, theorem.binders), _part(data, theorem.type), levels, context, imports)


def _holds_unread_theorem(data: bytes, command: Command) -> bool:
    """Whether a theorem hides here: written by equations, in a `mutual` block, or behind `... in`."""
    if command.theorem is not None:
        return False
    if command.kind in ("Lean.Parser.Command.in", "Lean.Parser.Command.mutual"):
        return re.search(rb"\btheorem\b", data[command.start : command.end]) is not None
    return command.declares == "theorem"


def _part(data: bytes, span: tuple[int, int] | None) -> str:
    return "" if span is None else data[span[0] : span[1]].decode()


def _blanked(data: bytes, start: int, end: int) -> bytes:
    blank = bytes(byte if byte == 0x0A else 0x20 for byte in data[start:end])
    return data[:start] + blank + data[end:]


def _in_proof(command: Command, offset: int) -> bool:
    theorem = command.theorem
    return theorem is not None and theorem.value <= offset < max(theorem.end, theorem.value + 1)


def _offset(data: bytes, position: Position | None) -> int:
    """Byte offset of a position of Lean's; -1 if it has none."""
    if position is None:
        return -1
    lines = data.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: position.line - 1])
    line = lines[position.line - 1] if position.line <= len(lines) else b""
    return before + len(line.decode()[: position.column].encode())
