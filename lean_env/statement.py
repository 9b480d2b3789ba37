"""Statements: what is to be proved, as source text that a proof never edits.

Owns the type and the reading of statements out of Lean text. The cutting is done by Lean's own parser (a session's `outline`);
this file only slices. Never decides whether something is proved.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from lean_env.messages import Command, Message, NotElaborated, Outline, Position
from lean_env.session import Session

_IMPORT = re.compile(r"^(?:public\s+)?(?:meta\s+)?import\s+(?:all\s+)?(\S+)[^\S\n]*$")
_SKIPPED_BEFORE_IMPORTS = re.compile(r"^\s*(?:--.*)?$|^module\s*$|^prelude\s*$")
_PLACEHOLDER = "\n  := sorry"
_EMPTY_PROOF = re.compile(r":=\s*by\s*\Z")


@dataclass(frozen=True, slots=True)
class Statement:
    """One theorem to prove.

    `signature` is `theorem NAME binders : type`, nothing else; `context` the commands before it (definitions, `open`,
    options; no imports), in whose scopes it is read; `binders` and `type` are the parts of the signature and `levels` its
    universe parameters (`.{u}` or ""). `imports` are the modules that the file asked for.
    """

    name: str
    signature: str
    binders: str
    type: str
    levels: str = ""
    context: str = ""
    imports: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of context and signature with line ends and trailing blanks normalised: names this statement in records."""
        text = "\0".join("\n".join(line.rstrip() for line in part.splitlines()) for part in (self.context, self.signature))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    @property
    def can_be_negated(self) -> bool:
        """Whether `negation` says the opposite: `variable`s of the context are binders that it would not quantify over."""
        return re.search(r"\bvariables?\b", self.context) is None

    def negation(self) -> Statement:
        """`theorem NAME_negation : ¬ ∀ binders, type`. Raises ValueError unless `can_be_negated`."""
        if not self.can_be_negated:
            raise ValueError("the statement has parameters outside its signature")
        name = f"{self.name.removesuffix('»')}_negation" + ("»" if self.name.endswith("»") else "")
        claim = f"¬ (∀ {self.binders}, {self.type})" if self.binders else f"¬ ({self.type})"
        signature = f"theorem {name}{self.levels} : {claim}"
        return Statement(name, signature, "", claim, self.levels, self.context, self.imports)


@dataclass(frozen=True, slots=True)
class Listing:
    """A statement found in a text; `has_hole`: its proof is missing, has a visible sorry, or does not elaborate."""

    statement: Statement
    has_hole: bool


def without_imports(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with its leading `import` lines blanked (so that positions stay), and the modules they name."""
    lines, imports = text.split("\n"), list[str]()
    for number, line in enumerate(lines):
        if found := _IMPORT.match(line.rstrip("\r")):
            imports.append(found[1])
            lines[number] = " " * len(line)
        elif not _SKIPPED_BEFORE_IMPORTS.match(line):
            break
    return "\n".join(lines), tuple(imports)


async def read_statements(session: Session, text: str) -> list[Listing] | NotElaborated:
    """Every theorem of a Lean text, in order; the text may also be one bare signature without a proof.

    What stands before a theorem becomes its context, except theorems that have holes or errors: nothing may rest on those. Errors
    outside of proofs make the whole text `NotElaborated`, with positions in `text`.
    """
    source, imports = without_imports(text)
    if _EMPTY_PROOF.search(source):
        source = f"{source.rstrip()} sorry"
    outline = await session.outline(source)
    if not any(command.theorem for command in outline.commands) or ":=" not in source:
        completed = source.rstrip() + _PLACEHOLDER
        again = await session.outline(completed)
        if any(command.theorem for command in again.commands) or ":=" not in source:
            source, outline = completed, again
    return _listings(source.encode("utf-8", "replace"), outline, imports)


def _listings(source: bytes, outline: Outline, imports: tuple[str, ...]) -> list[Listing] | NotElaborated:
    errors = [message for message in outline.messages if message.severity == "error"]
    offsets = [_offset(source, message.pos) for message in errors]
    broken = {id(c) for c in outline.commands if any(_in_proof(c, at) for at in offsets)}
    outside = [
        message
        for message, at in zip(errors, offsets, strict=True)
        if not any(_in_proof(command, at) for command in outline.commands)
    ]
    if outside:
        return NotElaborated("elaborate" if any(c.theorem for c in outline.commands) else "parse", tuple(outside))
    found: list[Listing] = []
    context = bytearray(source)
    for command in outline.commands:
        theorem = command.theorem
        if theorem is None or not theorem.name:
            continue
        signature = source[theorem.start : theorem.value].decode().rstrip()
        identifier = _part(source, theorem.identifier)
        levels = identifier[identifier.index(".{") :] if ".{" in identifier else ""
        before = bytes(context[: command.start]).decode().rstrip()
        name = identifier.removesuffix(levels)
        statement = Statement(name, signature, _part(source, theorem.binders), _part(source, theorem.type), levels, before, imports)
        is_broken = id(command) in broken
        found.append(Listing(statement, theorem.has_sorry or is_broken))
        if theorem.has_sorry or is_broken:
            context[command.start : command.end] = _blanked(source[command.start : command.end])
    return found


def _part(source: bytes, span: tuple[int, int] | None) -> str:
    return "" if span is None else source[span[0] : span[1]].decode()


def _blanked(text: bytes) -> bytes:
    return bytes(byte if byte == 0x0A else 0x20 for byte in text)


def _in_proof(command: Command, offset: int) -> bool:
    theorem = command.theorem
    return theorem is not None and theorem.value <= offset < max(theorem.end, theorem.value + 1)


def _offset(source: bytes, position: Position | None) -> int:
    """Byte offset of a position of Lean's; -1 if it has none."""
    if position is None:
        return -1
    lines = source.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: position.line - 1])
    line = lines[position.line - 1] if position.line <= len(lines) else b""
    return before + len(line.decode()[: position.column].encode())


def missing_names(messages: tuple[Message, ...]) -> tuple[str, ...]:
    """Identifiers that Lean does not know, from its error texts; only for telling people what to install."""
    pattern = re.compile(r"[Uu]nknown (?:identifier|constant|namespace) [`']([^`']+)[`']")
    return tuple(dict.fromkeys(name for message in messages for name in pattern.findall(message.data)))
