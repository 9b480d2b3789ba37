"""Candidates and their findings as text for people, and the accepted statement as a Lean file.

Pure functions; who prints is the console.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lean_env.messages import Message, Position
from lean_env.statement import Statement
from prover.excerpt import excerpt
from prover.formalize.candidate import Candidate, Finding
from prover.formalize.formalizing import Formalization

_WIDTH = max(len(check) for check in ("compiles", "subtraction", "hypotheses"))


def statement_text(statement: Statement) -> str:
    """The statement with what has to stand before it, its proof left open."""
    parts = [statement.context.strip("\n"), f"{statement.signature.rstrip()} := by\n  sorry"]
    return "\n\n".join(part for part in parts if part)


def commented(text: str) -> str:
    """Words as a Lean comment that they cannot end early."""
    return f"/- {text.replace('-/', '- /').replace('/-', '/ -')} -/"


def findings_text(findings: Sequence[Finding]) -> str:
    """One line per check."""
    return "\n".join(f"  {each.check:<{_WIDTH}}  {each.verdict:<7}  {each.message}".rstrip() for each in findings)


def candidate_text(candidate: Candidate, number: int) -> str:
    """A candidate with all its findings."""
    who = ", ".join(candidate.formalizers) or candidate.draft.formalizer
    often = f", {candidate.times} times" if candidate.times > 1 else ""
    lean = statement_text(candidate.compiled.statement) if candidate.compiled else candidate.draft.lean.strip()
    return f"candidate {number} ({who}{often}):\n{lean}\n{findings_text(candidate.findings)}"


def summary_text(result: Formalization) -> str:
    """In one line, how many candidates there are and what became of them; a line more for each formalizer without any."""
    alive = [each for each in result.candidates if each.compiled and not each.is_rejected]
    rejected = Counter(_rejecting(each) for each in result.candidates if each not in alive)
    dead = ", ".join(f"{count} rejected by {check}" for check, count in sorted(rejected.items()))
    drafts = sum(each.times for each in result.candidates)
    made = "1 draft" if drafts == 1 else f"{drafts} drafts, {len(result.candidates)} different" if drafts else "no drafts"
    line = f"{result.problem.name}: {made}" + (f", {len(alive)} not rejected" if drafts else "")
    silent = [f"  {name}: {reason}" for name, reason in result.silent]
    return "\n".join([line + (f" ({dead})" if dead else ""), *silent])


def not_understood_text(text: str) -> str:
    """Where the built-in grammar stops understanding a text, with the place marked; "" if it understands all of it."""
    from prover.fragment.understanding import NotUnderstood, understand

    found = understand(text)
    if not isinstance(found, NotUnderstood):
        return ""
    before = text[: found.column - 1]
    place = Position(before.count("\n") + 1, len(before) - before.rfind("\n") - 1)
    length = len(found.excerpt.split("\n", 1)[0])
    message = Message("error", found.message, place, Position(place.line, place.column + length))
    shown = [f"  {line}" for line in excerpt(message, text)]
    return "\n".join([f"the built-in grammar does not understand this (column {found.column}): {found.message}", *shown])


def _rejecting(candidate: Candidate) -> str:
    return next(str(finding.check) for finding in candidate.findings if finding.verdict == "reject")
