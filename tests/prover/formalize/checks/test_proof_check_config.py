"""Budgets of the checks that prove: what is out of range is refused."""

from __future__ import annotations

import pytest

from prover.formalize.checks.proof_checks import ProofCheckConfig


@pytest.mark.parametrize(
    ("seconds", "steps", "assignments", "cheap_ms"),
    [(5.0, 0, -1, 500), (5.0, 0, 3000, 0), (0.0, 0, 3000, 500), (-1.0, 0, 3000, 500), (5.0, -1, 3000, 500)],
)
def test_budgets_out_of_range_are_refused(seconds: float, steps: int, assignments: int, cheap_ms: int) -> None:
    with pytest.raises(ValueError, match=r"must be|without a limit"):
        ProofCheckConfig(seconds=seconds, steps=steps, assignments=assignments, cheap_ms=cheap_ms)


def test_the_budget_of_a_search_is_what_was_asked_for() -> None:
    assert (ProofCheckConfig().budget.seconds, ProofCheckConfig().budget.steps) == (5.0, 0)
    assert ProofCheckConfig(seconds=0, steps=7).budget.repeatable
