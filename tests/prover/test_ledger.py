"""What an attempt spent: every number of `Effort` that no search counts."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Sequence

import pytest

from lean_env.errors import WorkerLost
from prover.attempt import Effort, Outcome
from prover.expanding import MAX_PARTS
from prover.ledger import Stopwatch
from prover.policy import Candidate, Ranking, Situation, Usage, usage_of
from search.budget import Budget
from tests.fakes.hunting import Hunt, until
from tests.fakes.scripted_lean import FOREVER, Clock, Effect, Lean, Table
from tests.fakes.scripted_session import ScriptedPolicy, of_table


def answers(effort: Effort) -> tuple[int, int, int]:
    return effort.advanced, effort.refused, effort.limited


class Thinking(ScriptedPolicy):
    """Takes a second for every answer, and says that it read ten tokens and wrote three."""

    def __init__(self, lean: Lean) -> None:
        super().__init__(of_table(lean).tactics)
        self.lean = lean

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        self.lean.clock.now += 1.0
        return [Ranking(row, Usage(10, 3)) for row in await super().suggest(situations, count)]


# -- the stopwatch ----------------------------------------------------------------------------------------------------------------


def test_waits_add_up_also_those_at_the_same_time() -> None:
    clock = Clock(100.0)
    watch = Stopwatch(clock)
    with watch:
        clock.now += 1.0
        with watch:
            clock.now += 2.0
    clock.now += 50.0
    assert watch.seconds == 5.0


def test_a_wait_that_is_not_over_counts_as_far_as_it_has_come() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    with watch:
        clock.now += 3.0
        assert watch.seconds == 3.0
        clock.now += 1.0
    assert watch.seconds == 4.0


def test_a_wait_that_ends_badly_counts() -> None:
    clock = Clock()
    watch = Stopwatch(clock)

    def lose() -> None:
        with watch:
            clock.now += 3.0
            raise WorkerLost("gone")

    with pytest.raises(WorkerLost):
        lose()
    clock.now += 9.0
    assert watch.seconds == 3.0


# -- steps ------------------------------------------------------------------------------------------------------------------------


async def test_lean_s_answers_are_counted_by_kind_whatever_the_search_makes_of_them() -> None:
    crowd = tuple(f"B{number}" for number in range(MAX_PARTS + 1))
    table: Table = {"A": {"no": Effect(refuses="no"), "slow": Effect(limit="time"), "crowd": crowd, "back": ("A",), "end": ()}}
    attempt = await Hunt(Lean(table)).run()
    assert attempt.outcome is Outcome.PROVED
    assert answers(attempt.effort) == (3, 1, 1)
    assert attempt.effort.steps == 5


async def test_steps_that_were_not_taken_are_not_counted() -> None:
    attempt = await Hunt(Lean({"A": {"end": (), "after": Effect(refuses="no")}})).run()
    assert answers(attempt.effort) == (1, 0, 0)
    assert attempt.effort.steps == 1


@pytest.mark.parametrize("workers", [1, 2])
async def test_steps_are_the_answers_and_those_whose_worker_was_lost(workers: int) -> None:
    table: Table = {
        "A": {"bad": Effect(refuses="no"), "bomb": Effect(kills=FOREVER), "win": ("B",)},
        "B": {"slow": Effect(limit="time"), "end": ()},
    }
    attempt = await Hunt(Lean(table), workers=workers, negation_share=2).run()
    assert attempt.outcome is Outcome.PROVED
    assert sum(answers(attempt.effort)) == attempt.effort.steps - 1


@pytest.mark.parametrize("steps", [1, 4, 9])
async def test_a_budget_of_steps_is_spent_to_the_last(steps: int) -> None:
    useless = {f"bad{number}": Effect(refuses="no") for number in range(20)}
    attempt = await Hunt(Lean({"A": useless}), width=3, budget=Budget(steps=steps)).run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert answers(attempt.effort) == (0, steps, 0)


# -- seconds ----------------------------------------------------------------------------------------------------------------------


async def test_seconds_are_told_apart_by_whom_was_waited_for() -> None:
    lean = Lean({"A": {"go": Effect(("B",), seconds=4.0)}, "B": {"end": Effect(seconds=8.0)}})
    hunt = Hunt(lean, policy=Thinking(lean), budget=Budget(expansions=2))
    effort = (await hunt.run()).effort
    assert effort.policy_seconds == 2.0
    # Shortening ran `end` at the root, in vain; what the toy's judge runs takes no time.
    assert effort.lean_seconds == effort.seconds - effort.policy_seconds >= 12.0


async def test_a_replay_is_waiting_for_lean() -> None:
    lean = Lean({"A": {"go": Effect(("B",), seconds=4.0)}, "B": {"bomb": Effect(kills=1), "end": ()}})
    effort = (await Hunt(lean).run()).effort
    assert effort.workers_lost == 1
    assert effort.lean_seconds == effort.seconds == 4.0 * lean.log.count(("A", "go"))
    assert lean.log.count(("A", "go")) >= 2


async def test_a_check_is_waiting_for_lean() -> None:
    lean = Lean({"A": {"end": ()}})
    lean.gates["judge"] = asyncio.Event()
    running = asyncio.create_task((hunt := Hunt(lean)).run())
    await until(lambda: any(session.requests for session in hunt.shop.clean_sessions))
    lean.clock.now += 7.0
    lean.gates["judge"].set()
    assert (await running).effort.lean_seconds == 7.0


async def test_a_policy_that_never_answers_took_all_the_time() -> None:
    lean = Lean({"A": {"close": ()}})
    policy = ScriptedPolicy({})
    policy.gates["A"] = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, setattr, lean.clock, "now", 1.0)
    effort = (await Hunt(lean, policy=policy, budget=Budget(seconds=0.02)).run()).effort
    assert (effort.policy_seconds, effort.lean_seconds) == (1.0, 0.0)


async def test_whoever_watches_sees_the_seconds_so_far() -> None:
    lean = Lean({"A": {"go": Effect(("B",), seconds=4.0)}, "B": {"end": Effect(seconds=8.0)}})
    hunt = Hunt(lean)
    await hunt.run()
    assert [progress.effort.lean_seconds for progress in hunt.watched] == [4.0, 12.0, 12.0]


# -- tokens -----------------------------------------------------------------------------------------------------------------------


async def test_tokens_are_those_of_this_attempt_though_others_use_the_same_policy() -> None:
    lean = Lean({"A": {"go": ("B",)}, "B": {"end": ()}})
    policy = Thinking(lean)
    attempts = await asyncio.gather(*(Hunt(lean, policy=policy).run() for _ in range(3)))
    assert [(each.effort.prompt_tokens, each.effort.output_tokens) for each in attempts] == [(20, 6)] * 3


async def test_without_a_model_there_are_none() -> None:
    effort = (await Hunt(Lean({"A": {"end": ()}})).run()).effort
    assert (effort.prompt_tokens, effort.output_tokens) == (0, 0)


def test_a_ranking_is_a_list_that_keeps_its_cost_across_processes() -> None:
    ranking = Ranking([Candidate("omega", -1.0)], Usage(10, 3))
    copy = pickle.loads(pickle.dumps(ranking))
    assert copy == ranking == [Candidate("omega", -1.0)]
    assert usage_of(copy) == Usage(10, 3)
    assert usage_of([]) == Usage(0, 0)
