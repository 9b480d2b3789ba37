"""A person's verdict on a statement: text and statement side by side, then accept, edit or reject.

Owns the dialogue. An edited statement goes through the same checks as any other before it can be accepted.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from prover.editor import NoEditor, edited
from prover.formalize.candidate import Candidate, CheckName, Compiled, Draft, Finding
from prover.formalize.desk import Desk
from prover.formalize.formalizing import Formalization, compiled_by_a_worker, examined
from prover.formalize.report import findings_text, statement_text

QUESTION = "[a]ccept, [n]ext, [e]dit, [r]eject? "
PERSON = "person"


class NobodyThere(Exception):
    """The input ended before a verdict: that is none."""


class Reviewer(Protocol):
    """The terminal of a person."""

    def side_by_side(self, left: str, right: str, below: str) -> None:
        """Show two texts next to each other, and one below."""
        ...

    async def ask(self, question: str, answers: str) -> str:
        """One of the letters in `answers`; "" if there is nobody to ask any more."""
        ...

    def note(self, text: str) -> None:
        """Say something."""
        ...


async def review(result: Formalization, desk: Desk, reviewer: Reviewer) -> Candidate | None:
    """The candidate that a person accepts; None if they reject all. Raises NobodyThere, EnvError."""
    waiting = [candidate for candidate in result.candidates if candidate.compiled is not None]
    if not waiting:
        reviewer.note(f"{result.problem.name}: there is no statement to review")
        return None
    at = 0
    while True:
        candidate = waiting[at % len(waiting)]
        assert candidate.compiled is not None  # those without are not in the list
        lean = statement_text(candidate.compiled.statement)
        heading = f"candidate {at % len(waiting) + 1} of {len(waiting)}"
        reviewer.side_by_side(result.problem.text, lean, f"{heading}\n{findings_text(candidate.findings)}")
        match await reviewer.ask(QUESTION, "aner"):
            case "a":
                return candidate
            case "n":
                at += 1
            case "e":
                if (changed := await _edited(result, lean, desk, reviewer)) is not None:
                    waiting.insert(at % len(waiting), changed)
            case "r":
                return None
            case _:
                raise NobodyThere


async def _edited(result: Formalization, lean: str, desk: Desk, reviewer: Reviewer) -> Candidate | None:
    """The statement as the person changed it, examined; None if there is no new one."""
    try:
        text = await asyncio.to_thread(edited, lean)
    except NoEditor as missing:
        reviewer.note(str(missing))
        return None
    if text.strip() == lean.strip():
        return None
    draft = Draft(text, PERSON)
    compiled = await compiled_by_a_worker(result.problem, draft, desk.examiners.pool)
    if not isinstance(compiled, Compiled):
        reviewer.note(f"Lean does not take it: {compiled.reason}")
        return None
    candidate = Candidate(draft, compiled, (Finding(CheckName.COMPILES, "pass"),), formalizers=(PERSON,))
    [looked_at] = await examined(result.problem, [candidate], desk.examiners, desk.config)
    return looked_at
