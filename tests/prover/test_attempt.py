"""The law of outcomes: no verdict, no claim."""

from __future__ import annotations

import pytest

from lean_env.checker import Tier, Verdict
from lean_env.messages import Accepted, Rejected
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.ending import with_verdict

CLAIM = Statement("t", "theorem t : P", "", "P")
OTHER = Statement("t", "theorem t : Q", "", "Q")
YES, NO = Accepted("t", (), 1), Rejected("kernel", "no")


def test_an_accepted_verdict_on_the_statement_proves_it() -> None:
    attempt = Attempt(CLAIM, Outcome.PROVED, Effort(), Verdict(CLAIM, YES), "theorem t : P := by\n  simp\n")
    assert attempt.verdict is not None
    assert attempt.verdict.tier is Tier.TWO_PROCESS


@pytest.mark.parametrize("outcome", [Outcome.PROVED, Outcome.REFUTED])
@pytest.mark.parametrize(
    "verdict", [None, Verdict(CLAIM, NO), Verdict(CLAIM.negation(), NO), Verdict(OTHER, YES), Verdict(OTHER.negation(), YES)]
)
def test_nothing_else_proves_or_refutes(outcome: Outcome, verdict: Verdict | None) -> None:
    with pytest.raises(ValueError, match="accepted verdict"):
        Attempt(CLAIM, outcome, Effort(), verdict, "proof")


def test_a_proof_of_the_one_is_none_of_the_other() -> None:
    with pytest.raises(ValueError, match="accepted verdict"):
        Attempt(CLAIM, Outcome.PROVED, Effort(), Verdict(CLAIM.negation(), YES), "proof")
    with pytest.raises(ValueError, match="accepted verdict"):
        Attempt(CLAIM, Outcome.REFUTED, Effort(), Verdict(CLAIM, YES), "proof")


def test_a_claim_without_its_proof_is_none() -> None:
    with pytest.raises(ValueError, match="needs the proof"):
        Attempt(CLAIM, Outcome.PROVED, Effort(), Verdict(CLAIM, YES))


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.EXHAUSTED, Outcome.OUT_OF_BUDGET, Outcome.NOT_RUN])
def test_other_outcomes_claim_nothing(outcome: Outcome) -> None:
    assert Attempt(CLAIM, outcome, Effort()).verdict is None


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict(CLAIM, YES), Outcome.PROVED),
        (Verdict(CLAIM.negation(), YES), Outcome.REFUTED),
        (Verdict(CLAIM, NO), Outcome.REJECTED),
        (Verdict(CLAIM.negation(), NO), None),
    ],
)
def test_what_a_verdict_makes_of_an_attempt(verdict: Verdict, outcome: Outcome | None) -> None:
    attempt = with_verdict(CLAIM, verdict, "proof", ["simp"], Effort())
    assert (attempt.outcome if attempt else None) is outcome
    if attempt:
        assert (attempt.proof, attempt.script) == ("proof", ("simp",))
