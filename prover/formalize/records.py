"""What formalizing leaves behind: one record per problem, with every candidate and every finding.

Owns the format, and that a file of records holds problems that were formalized in the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from prover.attempt import Attempt
from prover.formalize.candidate import Candidate, Finding, WordProblem
from prover.formalize.formalizing import Formalization
from prover.formalize.report import statement_text
from prover.records import RecordFile, read_records


class OtherOptions(Exception):
    """Records cannot go into a file: those in it were made otherwise, or are being made. The message says what to do."""


class CandidateRecord(msgspec.Struct, frozen=True):
    """A candidate: what was drafted, by whom, how often, and what was found."""

    lean: str
    formalizers: tuple[str, ...]
    times: int
    repairs: int
    findings: tuple[Finding, ...]


class ProofRecord(msgspec.Struct, frozen=True):
    """An attempt at the statement: its outcome as in other records, the tier of the check, the proof's whole text, seconds."""

    outcome: str
    tier: str = ""
    proof: str = ""
    reason: str = ""
    seconds: float = 0.0


class FormalizedRecord(msgspec.Struct, frozen=True, tag="formalized"):
    """One problem, ended.

    identity          `way_of` it was made
    by                who accepted the statement: "checks" (none rejects it), "person", "" (nobody: it is not stated)
    lean              the accepted statement as Lean text, "" if there is none; `statement_sha256` was fixed before any search
    silent            formalizers without a draft, and why
    proof             the attempt at the accepted statement; in a record of `entail solve` that has none, at one that is false
    """

    name: str
    text_sha256: str
    identity: str
    by: str
    lean: str
    statement_sha256: str
    candidates: tuple[CandidateRecord, ...]
    silent: Mapping[str, str]
    seconds: float
    proof: ProofRecord | None = None


def formalized_record(
    result: Formalization, accepted: Candidate | None, by: str, identity: str, seconds: float, proof: ProofRecord | None = None
) -> FormalizedRecord:
    """The record of a problem. `seconds` is wall clock, the proof's included."""
    statement = accepted.compiled.statement if accepted and accepted.compiled else None
    return FormalizedRecord(
        name=result.problem.name,
        text_sha256=text_digest(result.problem),
        identity=identity,
        by=by if statement else "",
        lean=statement_text(statement) if statement else "",
        statement_sha256=statement.digest if statement else "",
        candidates=tuple(_candidate_record(each) for each in result.candidates),
        silent=dict(result.silent),
        seconds=round(seconds, 3),
        proof=proof,
    )


def proof_record(attempt: Attempt) -> ProofRecord:
    """An attempt, for the record of its problem."""
    return ProofRecord(
        outcome=attempt.outcome.value,
        tier=attempt.verdict.tier.value if attempt.verdict else "",
        proof=attempt.proof,
        reason=attempt.reason,
        seconds=round(attempt.effort.seconds, 3),
    )


def text_digest(problem: WordProblem) -> str:
    """SHA-256 of the words and the known answer."""
    return hashlib.sha256(f"{problem.text}\0{problem.answer}".encode("utf-8", "replace")).hexdigest()


def way_of(desk_identity: str, *, prove_seconds: float | None, review: bool) -> str:
    """SHA-256 of all that decides what a record says; `prove_seconds` is None where no proof is looked for."""
    return hashlib.sha256(f"{desk_identity} {prove_seconds} {review}".encode()).hexdigest()


@contextmanager
def open_records(path: Path, way: str) -> Generator[RecordFile[FormalizedRecord]]:
    """The file, for going on with it. Raises OtherOptions, BrokenRecords, OSError."""
    with only_here(path):
        if path.exists() and any(record.identity != way for record in read_records(path, FormalizedRecord)):
            raise OtherOptions(f"{path} holds problems that were formalized with other options; give another --output")
        with RecordFile[FormalizedRecord](path, FormalizedRecord) as file:
            yield file


@contextmanager
def only_here(path: Path) -> Generator[None]:
    """Keeps other processes from writing records into a file meanwhile. Raises OtherOptions."""
    beside = path.with_name(f"{path.name}.lock")
    lock = FileLock(beside)
    try:
        lock.acquire(timeout=0)
    except Timeout as busy:
        raise OtherOptions(f"{path} is in use: another process writes into it") from busy
    try:
        yield
    finally:
        beside.unlink(missing_ok=True)  # while it is held: once it is not, it may be another process's already
        lock.release()


def _candidate_record(candidate: Candidate) -> CandidateRecord:
    draft = candidate.draft
    return CandidateRecord(draft.lean, candidate.formalizers, candidate.times, draft.repairs, candidate.findings)
