"""What a run leaves on disk: one line per problem, per attempt and per start of the driver, append-only.

Owns the format (`VERSION`) and its durability: a line that `append` returned from is on the disk, and a line torn by a crash is
cut off when the file is opened again. Records are plain data; what they add up to is `statistics.py`'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import msgspec

from lean_env.statement import Statement
from prover.attempt import Effort, Outcome

VERSION = 1


class BrokenRecords(Exception):
    """A file of records cannot be read; the message says which line, and why."""


class Cause:
    """Why an attempt was NOT_RUN, as a word for tables; the reason is the sentence."""

    MATHLIB = "needs_mathlib"  # uses something that this engine's library does not have
    RATIONALS = "rationals"  # over ℚ: elaborates, but Mathlib's ℚ is not the core library's
    ANSWER = "answer_hole"  # a definition has to be filled in before there is anything to prove
    REFUSED = "not_elaborated"  # Lean does not accept the statement, for any other reason
    MACHINERY = "machinery"  # our own breakage, after retries
    QUARANTINED = "quarantined"  # other attempts at this problem broke the machinery too often


class ProblemRecord(msgspec.Struct, frozen=True, tag="problem"):
    """A problem of the run, as Lean read it at the start: its `statement`, or why it cannot be attempted (`cause`, `reason`)."""

    name: str
    split: str
    category: str
    problem_sha256: str
    statement_sha256: str
    source: str
    informal: str = ""
    suspect: str = ""
    cause: str = ""
    reason: str = ""
    statement: Statement | None = None


class AttemptRecord(msgspec.Struct, frozen=True, tag="attempt"):
    """One attempt, ended.

    `key` is NAME#ATTEMPT, attempts counted from 1. `tries`: how often it was begun, with those that our machinery lost. `proof` is
    a whole Lean text (of the negation if refuted, of what the check refused if rejected); `script` the tactics in it, line by line.
    `begun` is UTC in ISO format; `worker` says which machine and process made it. `cause` is a word of `Cause`, for NOT_RUN alone.
    `control` names the control policy that made it, whose records have a file of their own and PROVED in none.
    """

    key: str
    name: str
    attempt: int
    seed: int
    statement_sha256: str
    outcome: Outcome
    effort: Effort
    tier: str = ""
    reason: str = ""
    cause: str = ""
    proof: str = ""
    script: tuple[str, ...] = ()
    axioms: tuple[str, ...] = ()
    export_sha256: str = ""
    open_goals: tuple[str, ...] = ()
    control: str = ""
    tries: int = 1
    begun: str = ""
    worker: str = ""


class TreeRecord(msgspec.Struct, frozen=True, tag="tree"):
    """The search behind an attempt, cut to a number of nodes; `nodes` are as `search_page.tree_nodes` gives them."""

    key: str
    nodes: list[dict[str, Any]]
    left_out: int = 0


class StartRecord(msgspec.Struct, frozen=True, tag="start"):
    """A start of the driver: a run that was interrupted has several. `facts` are versions, machine, workers."""

    begun: str
    version: int = VERSION
    facts: dict[str, str] = {}


Record = ProblemRecord | AttemptRecord | TreeRecord | StartRecord
R = TypeVar("R", bound=msgspec.Struct)


class RecordFile(Generic[R]):
    """An append-only JSONL file of records. Open it once per run: who else appends is kept out by the run's lock."""

    def __init__(self, path: Path, kind: Any, *, durable: bool = True) -> None:
        """Open for appending, cutting off a torn last line. `kind` is the record type, or a union of them.

        `durable`: every append is flushed to the disk before it returns. Raises BrokenRecords if a whole line cannot be read.
        """
        self._path, self._durable = path, durable
        self.records: list[R] = read_records(path, kind) if path.exists() else []
        self._file = path.open("ab")
        _cut_torn_line(path, self._file.fileno())
        self._encoder = msgspec.json.Encoder()

    def append(self, records: Iterable[R]) -> None:
        """Write lines, then force them to the disk together. Raises OSError (a full disk), with no line half believed."""
        lines = [self._encoder.encode(record) + b"\n" for record in records]
        self._file.write(b"".join(lines))
        self._file.flush()
        if self._durable:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def read_records(path: Path, kind: Any) -> list[Any]:
    """The records of a file, in order; a last line without its end is left out, because it was never promised.

    Raises BrokenRecords if any other line is not a record of `kind` or a newer version's, FileNotFoundError.
    """
    decoder = msgspec.json.Decoder(kind)
    records: list[Any] = []
    data = path.read_bytes()
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BrokenRecords(f"{path}, line {number}: not a record of this version ({error})") from error
        if isinstance(record, StartRecord) and record.version > VERSION:
            raise BrokenRecords(f"{path}, line {number}: made by a newer entail (records of version {record.version})")
        records.append(record)
    return records


def _cut_torn_line(path: Path, descriptor: int) -> None:
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.ftruncate(descriptor, whole)
