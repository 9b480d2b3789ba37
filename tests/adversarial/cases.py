"""Reads the cheats: Lean files that hold a challenge, texts that must not pass for its proof, and honest twins that must.

A case is a file of `cases/CATEGORY/`. Its first comment says what is tried; a line `--# KEYWORD` begins each section:

    --# context                 commands before the challenges that follow (optional)
    --# challenge               one signature, `theorem NAME binders : type`; the sections after it answer this one
    --# cheat CLAUSE; CLAUSE    a whole Lean file that must be refused
    --# twin                    a whole Lean file that must be accepted

Clauses of a cheat, of which the first kind or `kills the worker` is needed:

    refused: REASON             the verdict's reason (several, joined by `or`, where it does not matter which check comes first)
    Lean says: TEXT             the canary. Without this clause Lean must have no objection; with it, Lean's errors hold TEXT
    kills the worker            there is no verdict, because the worker that elaborates the text is lost
    spoils the worker           the worker is not used again
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lean_env.statement import Statement

CASES = Path(__file__).parent / "cases"
_MARK = "--# "


@dataclass(frozen=True, slots=True)
class Part:
    """One text against one challenge; `line` is where its section begins in `file`."""

    file: Path
    line: int
    kind: Literal["cheat", "twin"]
    challenge: Statement
    text: str
    reasons: tuple[str, ...] = ()
    lean_says: str = ""
    kills: bool = False
    spoils: bool = False

    @property
    def name(self) -> str:
        """Category, file and line: how the test is called."""
        return f"{self.file.parent.name}/{self.file.stem}:{self.line}:{self.kind}"


def all_parts() -> list[Part]:
    """Every cheat and every twin of every file, in order of the files' names."""
    return [part for file in sorted(CASES.glob("*/*.lean")) for part in read_parts(file, file.read_text(encoding="utf-8"))]


def read_parts(file: Path, text: str) -> list[Part]:
    """The parts of one file. Raises ValueError for a section or a clause that does not exist, or one that answers nothing."""
    context, challenge = "", None
    parts: list[Part] = []
    for line, header, body in _sections(text):
        keyword, _, clauses = header.partition(" ")
        if keyword == "context":
            context = body
        elif keyword == "challenge":
            challenge = Statement("", body.strip(), "", "", context=context)
        elif keyword in ("cheat", "twin") and challenge is not None:
            parts.append(_part(file, line, keyword, challenge, body, clauses))
        else:
            raise ValueError(f"{file.name}:{line}: {header!r} does not belong here")
    if not parts:
        raise ValueError(f"{file.name} holds neither a cheat nor a twin")
    return parts


def _sections(text: str) -> list[tuple[int, str, str]]:
    """(line of the header, header without its mark, lines up to the next one) of each section."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith(_MARK)]
    ends = [*starts[1:], len(lines)]
    return [(at + 1, lines[at].removeprefix(_MARK), "\n".join(lines[at + 1 : end])) for at, end in zip(starts, ends, strict=True)]


def _part(file: Path, line: int, kind: Literal["cheat", "twin"], challenge: Statement, body: str, clauses: str) -> Part:
    reasons: tuple[str, ...] = ()
    lean_says, kills, spoils = "", False, False
    for clause in filter(None, (clause.strip() for clause in clauses.split(";"))):
        key, _, value = clause.partition(": ")
        match key:
            case "refused":
                reasons = tuple(value.split(" or "))
            case "Lean says":
                lean_says = value
            case "kills the worker":
                kills = True
            case "spoils the worker":
                spoils = True
            case _:
                raise ValueError(f"{file.name}:{line}: no clause {key!r}")
    if (kind == "cheat") != (bool(reasons) or kills):
        raise ValueError(f"{file.name}:{line}: a cheat is refused or kills the worker, a twin neither")
    return Part(file, line, kind, challenge, body, reasons, lean_says, kills, spoils)
