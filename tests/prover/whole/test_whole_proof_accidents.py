"""Limits and accidents of attempts by whole proofs: they are named and counted, and they never become an answer."""

from __future__ import annotations

import asyncio

import pytest

from lean_env.errors import EnvError, WorkerLost
from lean_env.statement import Statement
from prover.attempt import Outcome
from prover.models.generator import ModelFailed
from prover.whole.lanes import LOST_IN_A_ROW
from search.budget import Budget
from tests.fakes.drafting import BROKEN, PROOF, TABLE, config, drafting
from tests.fakes.hunting import until
from tests.fakes.scripted_lean import FOREVER, Effect, Lean

# -- limits -----------------------------------------------------------------------------------------------------------------------


async def test_a_limit_of_prompts_is_named() -> None:
    run = drafting("", "", "", at_once=1, budget=Budget(expansions=2))
    attempt = await run.run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert run.model.calls == 2
    assert "the limit of 2 expansions was reached (prompts to the model; --expansions moves it, 0 removes it)" in attempt.reason


async def test_prompts_that_were_all_needed_are_not_a_limit_that_was_reached() -> None:
    attempt = await drafting("", "", at_once=1, budget=Budget(expansions=2)).run()
    assert attempt.outcome is Outcome.EXHAUSTED


async def test_a_limit_of_proofs_is_named() -> None:
    run = drafting("  a\n", "  b\n", "  c\n", PROOF, budget=Budget(steps=2))
    attempt = await run.run()
    assert (attempt.outcome, attempt.effort.steps) == (Outcome.OUT_OF_BUDGET, 2)
    assert "--steps moves it" in attempt.reason


async def test_a_limit_of_seconds_is_named() -> None:
    lean = Lean({"A": {f"slow{number}": Effect(refuses="no", seconds=4.0) for number in range(9)}})
    run = drafting(*(f"  slow{number}\n" for number in range(9)), lean=lean, budget=Budget(seconds=10.0))
    attempt = await run.run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert "the limit of 10 seconds was reached (--seconds moves it" in attempt.reason


async def test_a_model_that_never_answers_is_left_when_time_is_up() -> None:
    run = drafting(PROOF, budget=Budget(seconds=5.0))
    run.model.gate = asyncio.Event()
    attempt = asyncio.create_task(run.run())
    await until(lambda: run.model.calls == 1)
    run.lean.clock.now = 6.0
    run.lean.accidents["run"] = []
    run.model.gate.set()
    assert (await attempt).outcome is Outcome.OUT_OF_BUDGET


async def test_a_proof_found_in_time_is_checked_after_it() -> None:
    run = drafting("  win\n", lean=Lean({"A": {"win": Effect((), seconds=4.0)}}), budget=Budget(seconds=3.0))
    assert (await run.run()).outcome is Outcome.PROVED


async def test_a_proof_stopped_by_its_own_limit_is_counted() -> None:
    run = drafting("  loop\n", lean=Lean({"A": {"loop": Effect(limit="slow")}}))
    attempt = await run.run()
    assert attempt.effort.limited == 1
    assert "1 were stopped by the limit of a proof" in attempt.reason


@pytest.mark.parametrize("name", ["samples", "at_once", "repairs", "resumes", "workers"])
def test_an_option_out_of_range_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 1"):
        config(**{name: 0})


# -- accidents --------------------------------------------------------------------------------------------------------------------


async def test_a_worker_that_is_lost_once_costs_nothing_but_time() -> None:
    attempt = await drafting("  win\n", lean=Lean({"A": {"win": Effect((), kills=1)}})).run()
    assert (attempt.outcome, attempt.effort.workers_lost, attempt.effort.steps) == (Outcome.PROVED, 1, 1)


async def test_proofs_that_kill_are_given_up_and_end_nothing() -> None:
    bombs = {f"bomb{number}": Effect(kills=FOREVER) for number in range(LOST_IN_A_ROW + 1)}
    run = drafting(*(f"  {bomb}\n" for bomb in bombs), "  win\n", lean=Lean({"A": {**bombs, "win": ()}}), at_once=20)
    attempt = await run.run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.effort.workers_lost >= LOST_IN_A_ROW + 1


async def test_workers_lost_without_any_proof_are_our_own_failure() -> None:
    lean = Lean(TABLE, accidents={"open": [WorkerLost("no")] * 99})
    with pytest.raises(WorkerLost):
        await drafting(PROOF, lean=lean).run()


async def test_a_worker_lost_in_the_check_is_no_verdict() -> None:
    lean = Lean(TABLE, accidents={"judge": [WorkerLost("no")]})
    assert (await drafting("  win\n", lean=lean).run()).outcome is Outcome.PROVED
    lean = Lean(TABLE, accidents={"judge": [WorkerLost("no")] * 99})
    attempt = await drafting("  win\n", lean=lean).run()
    assert attempt.outcome is Outcome.EXHAUSTED
    assert "1 cost their worker" in attempt.reason


async def test_a_model_that_fails_is_our_failure_unless_a_proof_was_found() -> None:
    run = drafting("", "", at_once=1)
    run.model.raises = [None, ModelFailed("out of memory")]
    with pytest.raises(ModelFailed):
        await run.run()
    run = drafting(PROOF, "", at_once=1)
    run.model.raises = [None, ModelFailed("out of memory")]
    assert (await run.run()).outcome is Outcome.PROVED


async def test_a_failure_of_another_kind_goes_through() -> None:
    run = drafting("", at_once=1)
    run.model.raises = [EnvError("no disk")]
    with pytest.raises(EnvError, match="no disk"):
        await run.run()


async def test_an_attempt_can_be_cancelled() -> None:
    run = drafting("  slow\n", lean=Lean({"A": {"slow": Effect(gate=asyncio.Event())}}))
    attempt = asyncio.create_task(run.run())
    await until(lambda: ("A", "slow") in run.lean.log)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt


async def test_who_watches_sees_the_counts() -> None:
    run = drafting(BROKEN, PROOF, at_once=2)
    await run.run()
    assert [progress.phase for progress in run.watched][:2] == ["search", "check"]
    assert run.watched[0].best_goal == "⊢ D"
    assert isinstance(run.goal, Statement)


@pytest.mark.parametrize("workers", [1, 2, 3])
async def test_any_number_of_workers_finds_it(workers: int) -> None:
    run = drafting(*(f"  no{number}\n" for number in range(10)), PROOF, workers=workers, at_once=3)
    run.workers, run.shop.workers = workers, workers
    run.__post_init__()
    assert (await run.run()).outcome is Outcome.PROVED
