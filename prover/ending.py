"""How an attempt ends, as the record of it: with a verdict, or without a proof and with the reason why.

Pure: reads the searches, changes nothing, asks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from lean_env.checker import Verdict
from lean_env.messages import Rejected
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.lane import Side
from search.budget import Stopped
from search.nodes import ROOT
from search.search import SearchStatus

OPEN_GOALS_SHOWN = 5
ALL_TRIED = "every tactic that the policy proposes was tried"


def with_verdict(statement: Statement, verdict: Verdict, proof: str, script: Sequence[str], effort: Effort) -> Attempt | None:
    """What a verdict on the statement, or on its negation, means for the attempt; None if it means nothing."""
    is_negation = verdict.challenge != statement
    match verdict.result:
        case Rejected() if is_negation:
            return None
        case Rejected(message=message):
            reason = f"the search closed every goal, but the check refused the proof: {message}"
            return Attempt(statement, Outcome.REJECTED, effort, verdict, proof, tuple(script), reason)
        case _:
            outcome = Outcome.REFUTED if is_negation else Outcome.PROVED
            return Attempt(statement, outcome, effort, verdict, proof, tuple(script))


def without_proof(
    statement: Statement, sides: Sequence[Side], effort: Effort, *, stopped: Stopped | None, out_of_reach: int
) -> Attempt:
    """The end of searches that found nothing: a limit `stopped` them, or all was tried.

    `out_of_reach` counts goals that a worker could not get to again, which is our failure and is said.
    """
    remarks = [_exhausted(sides[0])] if sides else ["the statement was not even opened"]
    if out_of_reach:
        remarks.append(f"{out_of_reach} times a goal could not be reached again")
    if stopped is not None:
        limit = stopped.limit.value
        remarks.insert(0, f"the limit of {stopped.allowed:g} {limit} was reached (--{limit} moves it, 0 removes it)")
    outcome = Outcome.EXHAUSTED if stopped is None else Outcome.OUT_OF_BUDGET
    reason = "; ".join(remark for remark in remarks if remark)
    return Attempt(statement, outcome, effort, reason=reason, open_goals=open_goals(sides, OPEN_GOALS_SHOWN))


def open_goals(sides: Sequence[Side], count: int) -> tuple[str, ...]:
    """The most promising goals of the statement's own search, best first; the statement itself if none is left."""
    if not sides:
        return ()
    nodes = sides[0].search.best_open(count) or [ROOT]
    return tuple("\n\n".join(goal.text for goal in sides[0].goals_of(node)) for node in nodes)


def _exhausted(side: Side) -> str:
    if side.search.status is not SearchStatus.EXHAUSTED:
        return ""
    deep = side.search.counts.too_deep
    return f"{ALL_TRIED}, but not on {deep} goals at the depth limit of {side.search.config.max_depth}" if deep else ALL_TRIED
