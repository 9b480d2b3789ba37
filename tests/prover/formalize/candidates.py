"""Candidates that were never compiled, with the findings that a test wants."""

from __future__ import annotations

from lean_env.messages import Goal
from lean_env.statement import Statement
from prover.formalize.candidate import Candidate, CheckName, Compiled, Draft, Finding, Verdict, WordProblem

PROBLEM = WordProblem("p_1", "Is 1 = 1?", "1")
STATEMENT = Statement("p_1", "theorem p_1 : 1 = 1", "", "1 = 1")


def candidate(
    *findings: tuple[CheckName, Verdict], lean: str = "theorem x : 1 = 1", times: int = 1, dead: bool = False
) -> Candidate:
    draft = Draft(lean, "m")
    compiled = None if dead else Compiled(draft, STATEMENT, Goal("⊢ 1 = 1", (), ["?"]))
    return Candidate(draft, compiled, tuple(Finding(check, verdict) for check, verdict in findings), times, ("m",))


GOOD_TO_BAD = [
    candidate((CheckName.AGREEMENT, "pass"), (CheckName.MEANING, "pass")),
    candidate((CheckName.AGREEMENT, "pass"), (CheckName.MEANING, "flag")),
    candidate((CheckName.AGREEMENT, "unknown"), (CheckName.MEANING, "pass")),
    candidate((CheckName.AGREEMENT, "unknown"), (CheckName.UNUSED, "flag")),
    candidate((CheckName.AGREEMENT, "flag"), times=9),
    candidate((CheckName.AGREEMENT, "pass"), (CheckName.NUMBERS, "reject"), times=9),
    candidate((CheckName.COMPILES, "reject"), dead=True, times=9),
]
