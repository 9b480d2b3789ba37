"""The policy is asked ahead of the lanes: both are busy at the same time, and what comes of an attempt is the same."""

from __future__ import annotations

import asyncio

import pytest

from prover.attempt import Outcome
from prover.models.generator import ModelFailed
from search.budget import Budget
from search.config import SearchConfig
from search.frontier import Order
from tests.fakes.hunting import Hunt, until
from tests.fakes.scripted_lean import FOREVER, Effect, Lean, Table
from tests.fakes.scripted_session import of_table

FORK: Table = {"A": {"left": ("L",), "right": ("R",)}, "L": {"no": Effect(refuses="no")}, "R": {"end": ()}}


async def test_while_lean_works_the_policy_is_asked_about_the_next_goal() -> None:
    gate = asyncio.Event()
    lean = Lean({**FORK, "L": {"slow": Effect(refuses="no", gate=gate)}})
    hunt = Hunt(lean, policy=(policy := of_table(lean)), lookahead=1)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("L") == ["slow"] and policy.asked == ["A", "L", "R"])
    gate.set()
    assert (await running).outcome is Outcome.PROVED
    assert policy.asked == ["A", "L", "R"]


async def test_without_lookahead_it_is_not() -> None:
    gate = asyncio.Event()
    lean = Lean({**FORK, "L": {"slow": Effect(refuses="no", gate=gate)}})
    hunt = Hunt(lean, policy=(policy := of_table(lean)))
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("L") == ["slow"])
    for _ in range(50):
        await asyncio.sleep(0)
    assert policy.asked == ["A", "L"]
    gate.set()
    assert (await running).outcome is Outcome.PROVED


async def test_a_policy_that_is_slow_about_one_goal_holds_up_no_other() -> None:
    lean = Lean(FORK)
    policy = of_table(lean)
    policy.gates["R"] = asyncio.Event()
    hunt = Hunt(lean, policy=policy, lookahead=1)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("L") == ["no"])
    policy.gates["R"].set()
    assert (await running).outcome is Outcome.PROVED


@pytest.mark.parametrize("order", [Order.BEST, Order.PUCT])
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("lookahead", [1, 4])
async def test_every_outcome_is_reached(workers: int, lookahead: int, order: Order) -> None:
    search = SearchConfig(order=order)
    tables: dict[Outcome, Table] = {
        Outcome.PROVED: {
            "A": {"split": ("B", "C"), "loop": ("D",)},
            "B": {"fold": ("C",)},
            "C": {"end": ()},
            "D": {"back": ("A",)},
        },
        Outcome.REFUTED: {"A": {"loop": ("D",)}, "D": {"back": ("A",)}, "¬ (A)": {"no": ("N",)}, "N": {"end": ()}},
        Outcome.EXHAUSTED: {"A": {"split": ("B", "C")}, "B": {"end": ()}},
    }
    for outcome, table in tables.items():
        hunt = Hunt(Lean(table), workers=workers, lookahead=lookahead, negation_share=2, search=search)
        assert (await hunt.run()).outcome is outcome


@pytest.mark.parametrize("lookahead", [1, 3])
async def test_budgets_hold(lookahead: int) -> None:
    endless: Table = {f"A{n or ''}": {"on": (f"A{n + 1}",), "side": (f"B{n}",), "no": Effect(refuses="no")} for n in range(60)}
    attempt = await Hunt(Lean(endless), lookahead=lookahead, budget=Budget(expansions=9)).run()
    assert (attempt.outcome, attempt.effort.expansions) == (Outcome.OUT_OF_BUDGET, 9)
    attempt = await Hunt(Lean(endless), lookahead=lookahead, budget=Budget(steps=10)).run()
    assert (attempt.outcome, attempt.effort.steps) == (Outcome.OUT_OF_BUDGET, 10)


async def test_lost_workers_cost_time_and_no_answer() -> None:
    table: Table = {"A": {"left": ("L",), "right": ("R",)}, "L": {"bomb": Effect(kills=FOREVER)}, "R": {"end": Effect(kills=1)}}
    attempt = await Hunt(Lean(table), lookahead=2, workers=2).run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.effort.workers_lost >= 1


async def test_a_model_that_fails_ends_the_attempt() -> None:
    gate = asyncio.Event()
    lean = Lean({**FORK, "L": {"slow": Effect(refuses="no", gate=gate)}})
    policy = of_table(lean)
    policy.raises["R"] = ModelFailed("out of memory")
    with pytest.raises(ModelFailed):  # though the lane is not through with its own goal
        await Hunt(lean, policy=policy, lookahead=1).run()


async def test_waits_at_the_same_time_are_counted_for_both() -> None:
    lean = Lean({**FORK, "L": {"slow": Effect(refuses="no", gate=asyncio.Event())}})
    policy = of_table(lean)
    policy.gates["R"] = asyncio.Event()
    hunt = Hunt(lean, policy=policy, lookahead=1)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("L") == ["slow"] and policy.asked == ["A", "L", "R"])
    lean.clock.now += 5.0
    policy.gates["R"].set()
    gate = lean.effect("L", "slow").gate
    assert gate is not None
    gate.set()
    effort = (await running).effort
    assert (effort.policy_seconds, effort.lean_seconds, effort.seconds) == (5.0, 5.0, 5.0)
