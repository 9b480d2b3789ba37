"""After whole proofs that failed, a search goes on from what they did right, with what is left of one budget."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from lean_env.embedded.install import ensure_engine
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.config import ProveConfig
from prover.policy import Candidate, Situation
from prover.whole.searching_on import LEAST_S, added, left_of, search_on
from prover.workshop import Workshop, workshop
from search.budget import Budget

BINDERS = "(x : Nat) (f : Nat → Prop) (h : f (x + 1 - 1))"
STATEMENT = Statement("t", f"theorem t {BINDERS} : f x ∧ x = x", BINDERS, "f x ∧ x = x")
HALF_RIGHT = ("constructor", "· simpa using h", "· exact nonsense")
CONFIG = ProveConfig(Budget(steps=30), workers=1, negation_share=0)


class Says:
    """A policy that knows these tactics and no others."""

    def __init__(self, *tactics: str) -> None:
        self.tactics = tactics

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        return [[Candidate(tactic, -1.0) for tactic in self.tactics[:count]] for _ in situations]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop() -> AsyncGenerator[Workshop]:
    async with workshop(ensure_engine(), 1) as opened:
        yield opened


def failed(**spent: float) -> Attempt:
    return Attempt(STATEMENT, Outcome.EXHAUSTED, Effort(**spent))  # type: ignore[arg-type]


async def go_on(shop: Workshop, before: Attempt, proofs: Sequence[tuple[str, ...]], config: ProveConfig = CONFIG) -> Attempt:
    return await search_on(
        STATEMENT, before, proofs, pool=shop.pool, checker=shop.checker, policy=Says("rfl"), config=config, clock=time.monotonic
    )


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_right_in_a_failing_proof_is_used(shop: Workshop) -> None:
    alone = await go_on(shop, failed(), [])
    assert alone.outcome is Outcome.EXHAUSTED, "the policy by itself does not get there"
    attempt = await go_on(shop, failed(steps=5, expansions=2, output_tokens=70), [HALF_RIGHT])
    assert attempt.outcome is Outcome.PROVED
    assert attempt.script == ("simpa using h",), "of the seeds, what shortening left"
    assert attempt.effort.steps > 5
    assert attempt.effort.output_tokens == 70


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="module")
async def test_both_have_one_budget(shop: Workshop) -> None:
    spent = failed(steps=30)
    assert await go_on(shop, spent, [HALF_RIGHT]) is spent
    nearly = await go_on(shop, failed(steps=29), [HALF_RIGHT], replace(CONFIG, search=replace(CONFIG.search, width=1)))
    assert nearly.outcome is Outcome.OUT_OF_BUDGET
    assert nearly.effort.steps == 30


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 50), st.integers(0, 60), st.integers(0, 60), st.floats(0, 60))
def test_what_is_left_is_what_was_not_spent(
    expansions: int, steps: int, seconds: float, spent_expansions: int, spent_steps: int, spent_s: float
) -> None:
    budget = Budget(expansions=expansions, steps=steps, seconds=seconds)
    left = left_of(budget, Effort(seconds=spent_s, expansions=spent_expansions, steps=spent_steps))
    if left is None:
        over_steps, over_expansions = 0 < steps <= spent_steps, 0 < expansions <= spent_expansions
        assert over_steps or over_expansions or (seconds > 0 and seconds - spent_s < LEAST_S)
        return
    for limit, allowed, spent in (
        (left.expansions, expansions, spent_expansions),
        (left.steps, steps, spent_steps),
        (left.seconds, seconds, spent_s),
    ):
        assert limit == (allowed - spent if allowed else 0)
        assert bool(limit) == bool(allowed), "a limit that is used up would read as none"


def test_efforts_add_up() -> None:
    one, other = Effort(seconds=1.5, steps=3, prompt_tokens=5), Effort(seconds=2.0, steps=4, nodes=7)
    assert added(one, other) == Effort(seconds=3.5, steps=7, nodes=7, prompt_tokens=5)
