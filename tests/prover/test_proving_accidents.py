"""Lost workers, failing machinery, cancellation: they cost time, they are told, and they never become an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.errors import EnvError, ToolchainMissing, WorkerLost
from prover.attempt import Outcome
from prover.proving import CHECKS_LOST, LOST_IN_A_ROW
from search.budget import Budget
from tests.fakes.hunting import Hunt, statement, until
from tests.fakes.scripted_lean import FOREVER, Effect, Lean
from tests.fakes.scripted_session import ScriptedPolicy

CHAIN = {"A": {"a": ("B",)}, "B": {"b": ("C",)}, "C": {"c": ("D",)}, "D": {"d": ()}}


# -- workers lost to tactics ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
async def test_the_guilty_one_of_a_batch_is_found_and_the_proof_too(workers: int) -> None:
    hunt = Hunt(Lean({"A": {"bad": Effect(refuses="no"), "bomb": Effect(kills=FOREVER), "win": ()}}), workers=workers)
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.script == ("win",)
    assert attempt.effort.workers_lost == 3, "once in the batch, twice alone"
    assert "worker was lost" in hunt.failures()["bomb"]
    assert hunt.failures()["bad"] == "no"


async def test_one_that_ran_on_past_its_soft_limit_is_guilty_at_once() -> None:
    hunt = Hunt(Lean({"A": {"loop": Effect(kills=FOREVER, seconds=7.0), "win": ()}}))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.effort.workers_lost == 2, "once in the batch, once alone"


async def test_two_accidents_in_a_row_count_against_nobody() -> None:
    lean = Lean({"A": {"a": Effect(refuses="no"), "win": Effect(kills=1)}}, accidents={"step": [WorkerLost("killed")]})
    attempt = await Hunt(lean).run()
    assert (attempt.outcome, attempt.effort.workers_lost) == (Outcome.PROVED, 2)


async def test_a_goal_whose_path_costs_the_worker_is_given_up() -> None:
    class Mined(Lean):
        def effect(self, goal: str, tactic: str) -> Effect:
            return Effect(kills=1) if self.log[:-1].count(("A", "mined")) and tactic == "mined" else Lean.effect(self, goal, tactic)

    lean = Mined({"A": {"mined": ("B",), "win": ("C",)}, "B": {"b": Effect(kills=1)}, "C": {"c": ()}})
    hunt = Hunt(lean, width=1)
    attempt = await hunt.run()
    assert attempt.script == ("win", "c")
    assert attempt.effort.workers_lost == 3, "once at the goal, twice on the way back to it"


async def test_a_loss_that_does_not_happen_again_counts_against_nobody() -> None:
    hunt = Hunt(Lean({"A": {"unlucky": Effect(refuses="no", kills=1), "win": ()}}))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.PROVED
    assert hunt.failures() == {"unlucky": "no"}
    assert (attempt.effort.workers_lost, attempt.effort.steps) == (1, 2)


async def test_another_worker_gets_to_the_goal_by_the_path() -> None:
    hunt = Hunt(Lean({**CHAIN, "D": {"d": Effect(kills=1)}}))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.PROVED
    assert [tactic for _, tactic in hunt.lean.log][:8] == ["a", "b", "c", "d", "a", "b", "c", "d"]
    assert attempt.effort.steps == 4, "a replay is no step"


async def test_a_second_worker_gets_there_too() -> None:
    table = {"A": {"split": ("B", "C")}, "B": {"b": Effect(gate=asyncio.Event())}, "C": {"c": ("D",)}, "D": {"d": ()}}
    hunt = Hunt(Lean(table), workers=2)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("D"))
    assert hunt.tried("A") == ["split", "split"], "once on each worker"
    gate = table["B"]["b"]
    assert isinstance(gate, Effect)
    assert gate.gate is not None
    gate.gate.set()
    assert (await running).outcome is Outcome.PROVED


async def test_a_better_path_that_is_found_during_a_replay_confuses_nobody() -> None:
    # C is first met over the long way; while one worker replays that, the other finds a short cut.
    table = {"A": {"long": ("B",), "short": ("C",)}, "B": {"on": ("C",)}, "C": {"c": ("D",)}, "D": {"d": ()}}
    for gate_at in ("long", "on", "c"):
        lean = Lean(
            {
                goal: {tactic: Effect(leaves, kills=int(tactic == gate_at)) for tactic, leaves in row.items()}
                for goal, row in table.items()
            }
        )
        attempt = await Hunt(lean, workers=3, width=1).run()
        assert attempt.outcome is Outcome.PROVED


class Fickle(Lean):
    """A Lean where one tactic works only so many times."""

    times = 1

    def effect(self, goal: str, tactic: str) -> Effect:
        if (goal, tactic) == ("A", "fickle") and self.log.count((goal, tactic)) > self.times:
            return Effect(refuses="not again")
        return Lean.effect(self, goal, tactic)


async def test_a_path_that_works_only_once_loses_its_goals_and_nothing_else() -> None:
    lean = Fickle({"A": {"fickle": ("B",), "win": ("C",)}, "B": {"b": Effect(kills=1), "bb": ()}, "C": {"c": ()}})
    hunt = Hunt(lean, width=1)
    attempt = await hunt.run()
    assert attempt.script == ("win", "c")
    assert "did not lead to the same goal" in hunt.failures()["b"]


async def test_goals_that_could_not_be_reached_again_are_told() -> None:
    hunt = Hunt(Fickle({"A": {"fickle": ("B",)}, "B": {"b": Effect(kills=1)}}))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.EXHAUSTED
    assert "1 times a goal could not be reached again" in attempt.reason


async def test_when_nothing_but_losses_comes_back_it_is_us() -> None:
    hunt = Hunt(Lean({"A": {f"bomb{number}": Effect(kills=FOREVER) for number in range(LOST_IN_A_ROW)}}), workers=2)
    with pytest.raises(WorkerLost):
        await hunt.run()
    assert len(hunt.lean.log) == LOST_IN_A_ROW


async def test_losses_with_answers_between_them_are_not() -> None:
    bombs = {f"bomb{number}": Effect(kills=FOREVER) for number in range(LOST_IN_A_ROW)}
    table = {
        "A": {name: effect for bomb, kill in bombs.items() for name, effect in ((bomb, kill), (f"no-{bomb}", Effect(refuses="no")))}
    }
    attempt = await Hunt(Lean(table)).run()
    assert attempt.outcome is Outcome.EXHAUSTED
    assert attempt.effort.workers_lost == 1 + 2 * LOST_IN_A_ROW


# -- workers lost elsewhere -------------------------------------------------------------------------------------------------------


async def test_workers_that_do_not_start_end_it() -> None:
    lean = Lean(CHAIN, accidents={"start": [WorkerLost("no memory")] * 1000})
    with pytest.raises(WorkerLost, match="no memory"):
        await Hunt(lean, workers=2).run()


@pytest.mark.parametrize("workers", [1, 2])
async def test_what_is_not_installed_ends_it_at_once(workers: int) -> None:
    lean = Lean(CHAIN, accidents={"start": [ToolchainMissing("node is missing")]})
    with pytest.raises(ToolchainMissing):
        await Hunt(lean, workers=workers).run()


async def test_a_second_worker_that_breaks_for_good_ends_it_while_the_first_waits() -> None:
    lean = Lean({"A": {"wait": Effect(gate=asyncio.Event())}}, accidents={"start": [None, ToolchainMissing("gone")]})
    with pytest.raises(ToolchainMissing):
        await Hunt(lean, workers=2).run()


@pytest.mark.parametrize("operation", ["start", "open", "free", "stats"])
@pytest.mark.parametrize("workers", [1, 2])
async def test_a_loss_outside_of_tactics_only_costs_a_worker(operation: str, workers: int) -> None:
    lean = Lean(CHAIN, accidents={operation: [WorkerLost("killed")]})
    assert (await Hunt(lean, workers=workers).run()).outcome is Outcome.PROVED


async def test_a_negation_that_costs_the_worker_when_it_is_opened_is_left_out() -> None:
    hunt = Hunt(Lean(CHAIN, accidents={"open_negation": [WorkerLost("killed")] * 1000}), negation_share=2)
    assert (await hunt.run()).outcome is Outcome.PROVED
    assert len(hunt.sides) == 1


async def test_a_closed_pool_is_no_endless_loop() -> None:
    hunt = Hunt(Lean(CHAIN), workers=2)
    await hunt.shop.pool.close()
    with pytest.raises(EnvError, match="closed"):
        await hunt.run()


async def test_a_pool_that_is_closed_in_the_middle_ends_it() -> None:
    gate = asyncio.Event()
    hunt = Hunt(Lean({"A": {"wait": Effect(refuses="no", gate=gate), "win": ()}}), workers=2, width=1)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.lean.log)
    await hunt.shop.pool.close()
    gate.set()
    with pytest.raises(EnvError, match="closed"):
        await running


@pytest.mark.parametrize("where", ["A", "D"])
async def test_a_policy_that_breaks_is_a_bug_and_not_an_outcome(where: str) -> None:
    policy = ScriptedPolicy({goal: list(row) for goal, row in CHAIN.items()})
    policy.raises[where] = RuntimeError("out of cheese")
    with pytest.raises(RuntimeError, match="cheese"):
        await Hunt(Lean(CHAIN), workers=2, policy=policy).run()


# -- the check --------------------------------------------------------------------------------------------------------------------


async def test_what_the_check_refuses_is_not_proved() -> None:
    attempt = await Hunt(Lean(CHAIN, refused={"t"}), workers=2).run()
    assert attempt.outcome is Outcome.REJECTED
    assert "the kernel does not like it" in attempt.reason
    assert attempt.verdict is not None
    assert not attempt.verdict.accepted


async def test_a_negation_that_the_check_refuses_means_nothing() -> None:
    lean = Lean({**CHAIN, "¬ (A)": {"no": ()}}, refused={"t_negation"})
    hunt = Hunt(lean, workers=2, negation_share=1)
    assert (await hunt.run()).outcome is Outcome.PROVED
    lean = Lean({"¬ (A)": {"no": ()}}, refused={"t_negation"})
    assert (await Hunt(lean, workers=2, negation_share=1).run()).outcome is Outcome.EXHAUSTED


async def test_seconds_end_it_after_a_check_that_came_to_nothing() -> None:
    # The check of the negation keeps the clock from ending it; when it is over, a lane still waits for its policy.
    lean = Lean({"¬ (A)": {"no": ()}}, refused={"t_negation"})
    lean.gates["judge"] = asyncio.Event()
    policy = ScriptedPolicy({"¬ (A)": ["no"]})
    policy.gates["A"] = asyncio.Event()
    hunt = Hunt(lean, workers=2, negation_share=4, policy=policy, budget=Budget(seconds=0.01))
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.shop.clean_sessions and hunt.shop.clean_sessions[0].requests)
    lean.clock.now = 1.0
    await asyncio.sleep(0.02)
    assert not running.done()
    lean.gates["judge"].set()
    assert (await running).outcome is Outcome.OUT_OF_BUDGET


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("operation", ["run", "export", "judge"])
async def test_a_worker_lost_in_the_check_does_not_lose_the_proof(operation: str, workers: int) -> None:
    lean = Lean(CHAIN, accidents={operation: [WorkerLost("killed")] * (CHECKS_LOST - 1)})
    attempt = await Hunt(lean, workers=workers, budget=Budget(steps=4)).run()
    assert attempt.outcome is Outcome.PROVED, "though no step is left"


async def test_a_worker_lost_while_a_proof_is_shortened_does_not_either() -> None:
    table = {"A": {"a": ("B",), "b": Effect(kills=1, refuses="no")}, "B": {"b": ()}}
    policy = ScriptedPolicy({"A": ["a"], "B": ["b"]})
    attempt = await Hunt(Lean(table), policy=policy).run()
    assert attempt.script == ("a", "b")
    assert attempt.effort.workers_lost == 1


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_check_that_never_comes_through_is_our_failure(workers: int) -> None:
    lean = Lean(CHAIN, accidents={"export": [WorkerLost("killed")] * CHECKS_LOST})
    with pytest.raises(EnvError, match=f"lost its worker {CHECKS_LOST} times"):
        await Hunt(lean, workers=workers).run()


async def test_of_the_negation_it_is_left_at_that() -> None:
    table = {"A": {"a": ("B",)}, "B": {}, "¬ (A)": {"no": ()}}
    lean = Lean(table, accidents={"export": [WorkerLost("killed")] * CHECKS_LOST})
    assert (await Hunt(lean, workers=2, negation_share=1).run()).outcome is Outcome.EXHAUSTED


# -- cancellation -----------------------------------------------------------------------------------------------------------------


def _in_step(lean: Lean, _policy: ScriptedPolicy) -> None:
    lean.table["C"]["c"] = Effect(gate=asyncio.Event())  # type: ignore[index]


def _in_policy(_lean: Lean, policy: ScriptedPolicy) -> None:
    policy.gates["C"] = asyncio.Event()


def _in(operation: str) -> Callable[[Lean, ScriptedPolicy], None]:
    def hold(lean: Lean, _policy: ScriptedPolicy) -> None:
        lean.gates[operation] = asyncio.Event()

    return hold


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("hold", [_in_step, _in_policy, _in("start"), _in("open"), _in("open_negation"), _in("run"), _in("judge")])
async def test_cancelling_leaves_nothing_behind(hold: Callable[[Lean, ScriptedPolicy], None], workers: int) -> None:
    lean = Lean({goal: dict(row) for goal, row in CHAIN.items()})
    policy = ScriptedPolicy({goal: list(row) for goal, row in CHAIN.items()})
    hold(lean, policy)
    hunt = Hunt(lean, workers=workers, negation_share=2, policy=policy)
    running = asyncio.create_task(hunt.run())
    for _ in range(200):
        await asyncio.sleep(0)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running  # which looks at leases, handles and searches
    assert len(asyncio.all_tasks()) == 1


async def test_a_result_ends_the_other_lanes_in_peace_if_they_listen() -> None:
    hunt = Hunt(Lean({"A": {"a": ()}, "¬ (A)": {"no": ("N",)}}), workers=3, negation_share=2)
    assert (await hunt.run()).outcome is Outcome.PROVED
    assert all(session.alive for session in hunt.shop.sessions)


# -- everything at once -----------------------------------------------------------------------------------------------------------

GOALS = ("A", "B", "C", "D", "E")


@st.composite
def tables(draw: st.DrawFn) -> dict[str, dict[str, Effect]]:
    """Small proof graphs, cycles and all, with a few tactics that lose their worker the first time they are run, as pardoned."""
    bombs = draw(st.sets(st.tuples(st.sampled_from(GOALS), st.integers(0, 2)), max_size=3))
    table: dict[str, dict[str, Effect]] = {}
    for goal in GOALS:
        table[goal] = {}
        for number in range(draw(st.integers(0, 3))):
            leaves = tuple(draw(st.lists(st.sampled_from(GOALS), max_size=3)))
            works = draw(st.integers(0, 3)) > 0
            table[goal][f"{goal.lower()}{number}"] = Effect(
                leaves, refuses="" if works else "no", kills=int((goal, number) in bombs)
            )
    return table


def provable(table: dict[str, dict[str, Effect]]) -> set[str]:
    """The truth about a table: the least set of goals with a tactic that leaves only goals of the set."""
    known: set[str] = set()
    while True:
        more = {goal for goal, row in table.items() if any(not e.refuses and known.issuperset(e.leaves) for e in row.values())}
        if more <= known:
            return known
        known |= more


@given(
    table=tables(),
    workers=st.integers(1, 3),
    width=st.integers(1, 4),
    lost=st.lists(st.sampled_from(["open", "run", "export", "judge", "free", "stats", "start"]), max_size=2),
)
def test_the_outcome_is_the_truth_whatever_is_lost(
    table: dict[str, dict[str, Effect]], workers: int, width: int, lost: list[str]
) -> None:
    true = "A" in provable(table)
    accidents: dict[str, list[Exception | None]] = {}
    for operation in lost:
        accidents.setdefault(operation, []).append(WorkerLost("killed"))
    attempt = asyncio.run(Hunt(Lean(table, accidents=accidents), workers=workers, width=width).run())
    assert attempt.outcome is (Outcome.PROVED if true else Outcome.EXHAUSTED)


@given(table=tables(), workers=st.integers(1, 3), steps=st.integers(1, 12), share=st.integers(0, 3))
def test_within_a_budget_it_is_never_a_lie(table: dict[str, dict[str, Effect]], workers: int, steps: int, share: int) -> None:
    true = "A" in provable(table)
    table["¬ (A)"] = {"no": Effect(("N",))}
    hunt = Hunt(Lean(table), workers=workers, negation_share=share, budget=Budget(steps=steps))
    attempt = asyncio.run(hunt.run())
    assert attempt.outcome in ((Outcome.PROVED, Outcome.OUT_OF_BUDGET) if true else (Outcome.EXHAUSTED, Outcome.OUT_OF_BUDGET))
    assert attempt.effort.steps <= steps
    assert attempt.statement == statement()
