"""Lets Lean read a problem of a benchmark: the statement to prove, or why this engine cannot attempt it.

Promises to name a reason for every problem that is not attempted, and never to guess: whether a statement needs Mathlib is decided
by elaborating it. A header that imports Mathlib is left out first: the statements that need nothing of it elaborate without.
"""

from __future__ import annotations

import re

from lean_env.messages import Message, NotElaborated, Opened
from lean_env.reading import missing_names, read_text
from lean_env.session import Session
from lean_env.statement import Statement
from prover.problems import Problem
from prover.records import Cause, ProblemRecord

_OF_NO_MEANING = re.compile(r"^\s*(?:import\s.*|open\s.*|set_option\s+maxHeartbeats\s.*|noncomputable\s+section\s*|--.*)?$")
_IMPORTS_MATHLIB = re.compile(r"^\s*import\s+(?:Mathlib|Aesop)\b", re.MULTILINE)
_OVER_RATIONALS = re.compile(r"ℚ|\bRat\b")
_EMPTY_PROOF = re.compile(r":=\s*(?:by\s*)?(?:sorry\s*)?\Z")
MAX_NAMES = 5  # of what is missing, in a reason


async def read_problem(session: Session, problem: Problem) -> ProblemRecord:
    """Read one problem. Raises EnvError if the worker is lost over it."""
    if problem.answer_hole:
        return _not_here(problem, Cause.ANSWER, f"{problem.answer_hole} has to be filled in before there is anything to prove")
    refusal = await _quick_refusal(session, problem)
    if refusal is not None:
        return refusal
    reading = await read_text(session, lean_text(problem))
    if isinstance(reading, NotElaborated):
        return _refused(problem, reading.messages)
    holes = [listing for listing in reading.listings if listing.has_hole]
    if len(holes) != 1 or reading.unread:
        found = f"{len(holes)} theorems to prove" if not reading.unread else "a theorem in a form that is not supported"
        return _not_here(problem, Cause.REFUSED, f"expected one theorem to prove, found {found}")
    if holes[0].errors:
        return _refused(problem, holes[0].errors)
    if needs_mathlib(problem) and _OVER_RATIONALS.search(problem.source):
        return _not_here(problem, Cause.RATIONALS, "over ℚ, where Mathlib's instances are not those of the core library")
    return problem_record(problem, statement=holes[0].statement)


async def _quick_refusal(session: Session, problem: Problem) -> ProblemRecord | None:
    """The refusal of a bare signature, which most problems are: much sooner than reading says it, and most need Mathlib."""
    signature = _EMPTY_PROOF.sub("", problem.source).strip()
    if not signature.startswith("theorem ") or lean_text(problem) != problem.source:
        return None
    opened = await session.open(signature)
    if isinstance(opened, Opened):
        await session.free([opened.part.state])
        return None
    return _refused(problem, opened.messages) if opened.stage == "elaborate" else None


def lean_text(problem: Problem) -> str:
    """What Lean is given: the source, after its header unless that only brings Mathlib along."""
    is_spare = needs_mathlib(problem) and all(_OF_NO_MEANING.match(line) for line in problem.header.splitlines())
    return problem.source if is_spare else f"{problem.header.rstrip()}\n\n{problem.source}"


def needs_mathlib(problem: Problem) -> bool:
    """Whether the problem asks for Mathlib; it may well do without."""
    return _IMPORTS_MATHLIB.search(problem.header) is not None


def _refused(problem: Problem, messages: tuple[Message, ...]) -> ProblemRecord:
    errors = [message for message in messages if message.severity == "error"]
    missing = missing_names(tuple(errors), lean_text(problem))
    if missing:
        reason = f"not in this engine's library: {', '.join(missing[:MAX_NAMES])}"
    else:
        reason = errors[0].data.strip().splitlines()[0] if errors else "Lean does not accept the statement"
    return _not_here(problem, Cause.MATHLIB if needs_mathlib(problem) else Cause.REFUSED, reason)


def _not_here(problem: Problem, cause: str, reason: str) -> ProblemRecord:
    return problem_record(problem, cause=cause, reason=reason)


def problem_record(problem: Problem, *, statement: Statement | None = None, cause: str = "", reason: str = "") -> ProblemRecord:
    """What a run keeps of a problem: with its statement, or with why there is none."""
    return ProblemRecord(
        name=problem.name,
        split=problem.split,
        category=problem.category,
        problem_sha256=problem.digest,
        statement_sha256=statement.digest if statement else "",
        source=problem.source,
        informal=problem.informal,
        suspect=problem.suspect,
        cause=cause,
        reason=reason,
        statement=statement,
    )
