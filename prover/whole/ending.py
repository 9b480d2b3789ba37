"""How an attempt by whole proofs ends, as the record of it: with a verdict, or without a proof and with the reason why.

Pure: reads the account, changes nothing, asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from lean_env.checker import Verdict
from lean_env.messages import Rejected
from lean_env.statement import Statement
from prover.attempt import Attempt, Outcome
from prover.whole.account import FailedProof, ProofAccount, ProofCounts
from prover.whole.errors import UnderStatement
from search.budget import Limit, Stopped

_SPENT_ON = {Limit.EXPANSIONS: "prompts to the model", Limit.STEPS: "proofs given to Lean", Limit.SECONDS: ""}


def proved(verdict: Verdict, proof: UnderStatement, account: ProofAccount) -> Attempt:
    """The attempt whose proof was accepted."""
    return Attempt(proof.statement, Outcome.PROVED, account.effort(), verdict, proof.whole, proof.lines)


def rejected(verdict: Verdict, proof: UnderStatement, account: ProofAccount) -> Attempt:
    """The attempt whose best proof elaborates and was refused by the check."""
    said = verdict.result.message if isinstance(verdict.result, Rejected) else ""
    remarks = [f"Lean elaborates a proof, but the check refused it: {said}", _tried(account.counts), _limit(account.stopped)]
    reason = "; ".join(remark for remark in remarks if remark)
    return Attempt(proof.statement, Outcome.REJECTED, account.effort(), verdict, proof.whole, proof.lines, reason)


def without_proof(statement: Statement, account: ProofAccount, failures: Iterable[FailedProof], complaint: str) -> Attempt:
    """The end of an attempt without any proof that elaborates; `complaint` is what is wrong with the model's answers, if known."""
    remarks = [_limit(account.stopped), _tried(account.counts), complaint]
    outcome = Outcome.EXHAUSTED if account.stopped is None else Outcome.OUT_OF_BUDGET
    reason = "; ".join(remark for remark in remarks if remark)
    return Attempt(statement, outcome, account.effort(), reason=reason, open_goals=furthest(failures))


def furthest(failures: Iterable[FailedProof]) -> tuple[str, ...]:
    """The goals left by the longest part of a failing proof that works."""
    parts = [failure.part for failure in failures if failure.part is not None]
    return max(parts, key=lambda part: len(part.lines)).goals if parts else ()


def _limit(stopped: Stopped | None) -> str:
    if stopped is None:
        return ""
    name, what = stopped.limit.value, _SPENT_ON[stopped.limit]
    return f"the limit of {stopped.allowed:g} {name} was reached ({f'{what}; ' if what else ''}--{name} moves it, 0 removes it)"


def _tried(counts: ProofCounts) -> str:
    remarks = [f"{counts.sampled} answers of the model held {counts.unique} different proofs"]
    remarks += [f"{number} {what}" for number, what in _noted(counts) if number]
    return ", ".join(remarks)


def _noted(counts: ProofCounts) -> list[tuple[int, str]]:
    return [
        (counts.failed, "failed in Lean"),
        (counts.limited, "were stopped by the limit of a proof"),
        (counts.lost, "cost their worker"),
        (counts.empty, "answers had no proof in them"),
        (counts.unfit, "were too long or nested too deep"),
        (counts.unanswered, "prompts got no answer"),
    ]
