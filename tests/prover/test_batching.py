"""Many searches, one policy: who shares a batch, who gets what, and what happens to whom when something breaks.

Time passes only when a test says so: the pause between the first question and the closing of its batch is an event here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lean_env.errors import EnvError
from lean_env.messages import Goal
from prover.batching import Batching
from prover.policy import Candidate, Ranking, Situation, Usage, usage_of
from tests.fakes.hunting import Hunt, until
from tests.fakes.scripted_lean import Lean
from tests.fakes.scripted_session import of_table


class Broken(Exception):
    """What the policy of these tests raises."""


@dataclass(slots=True)
class Model:
    """Answers each goal with its text, so that whose row is whose can be seen; waits at `gate`, and raises what is queued."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[list[str], int]] = field(default_factory=list[tuple[list[str], int]])
    errors: list[BaseException] = field(default_factory=list[BaseException])
    lost_rows: int = 0
    at_once: int = 0
    most_at_once: int = 0
    cancelled: int = 0

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        goals = [each.goal for each in situations]
        self.asked.append(([goal.text for goal in goals], count))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.at_once -= 1
        if self.errors:
            raise self.errors.pop(0)
        rows: list[list[Candidate]] = [Ranking([Candidate(goal.text, -1.0)], Usage(len(goal.text), 1)) for goal in goals]
        return rows[self.lost_rows :]


@dataclass(slots=True)
class Room:
    """A batching policy over the model, with pauses that end when they are told to."""

    model: Model = field(default_factory=Model)
    most_goals: int = 4
    pauses: list[float] = field(default_factory=list[float])
    over: asyncio.Event = field(default_factory=asyncio.Event)
    batching: Batching = field(init=False)

    def __post_init__(self) -> None:
        self.batching = Batching(self.model, most_goals=self.most_goals, wait_s=0.25, pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.over.wait()

    def ask(self, *texts: str, count: int = 3) -> asyncio.Task[list[list[Candidate]]]:
        return asyncio.create_task(self.batching.suggest([Situation(Goal(text)) for text in texts], count))

    def open(self) -> None:
        """No more waiting anywhere."""
        self.over.set()
        self.model.gate.set()


def texts(rows: list[list[Candidate]]) -> list[str]:
    return [row[0].tactic for row in rows]


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_full_batch_waits_for_nobody() -> None:
    room = Room(most_goals=3)
    room.model.gate.set()
    answers = await asyncio.gather(*(room.ask(name) for name in "abc"))
    assert [texts(rows) for rows in answers] == [["a"], ["b"], ["c"]]
    assert room.model.asked == [(["a", "b", "c"], 3)]
    assert not room.over.is_set()


async def test_one_that_is_filled_while_it_waits_goes_at_once() -> None:
    room = Room(most_goals=2)
    room.model.gate.set()
    first = room.ask("a")
    await until(lambda: room.pauses == [0.25])
    assert texts(await room.ask("b")) == ["b"]
    assert texts(await first) == ["a"]
    assert not room.over.is_set()


async def test_one_that_is_not_full_goes_when_the_wait_is_over() -> None:
    room = Room()
    room.model.gate.set()
    first, second = room.ask("a"), room.ask("b", "c")
    await settle()
    assert room.model.asked == []
    assert room.pauses == [0.25]
    room.over.set()
    assert (texts(await first), texts(await second)) == (["a"], ["b", "c"])
    assert room.model.asked == [(["a", "b", "c"], 3)]


async def test_while_one_is_out_the_next_gathers() -> None:
    room = Room()
    room.over.set()
    first = room.ask("a")
    await until(lambda: len(room.model.asked) == 1)
    others = [room.ask(name) for name in "bcd"]
    await settle()
    assert len(room.model.asked) == 1
    room.open()
    await asyncio.gather(first, *others)
    assert [goals for goals, _ in room.model.asked] == [["a"], ["b", "c", "d"]]
    assert room.model.most_at_once == 1
    assert (room.batching.batches, room.batching.goals, room.batching.largest) == (2, 4, 3)


async def test_first_come_first_served_and_none_overtakes() -> None:
    room = Room(most_goals=3)
    asked = [room.ask(*goals) for goals in ("ab", "cd", "e", "fghij", "k")]
    room.open()
    await asyncio.gather(*asked)
    # `e` would fit beside `ab`; a call that is too big for any batch goes as a whole.
    assert ["".join(goals) for goals, _ in room.model.asked] == ["ab", "cde", "fghij", "k"]


async def test_those_who_want_other_counts_are_asked_for_apart() -> None:
    room = Room(most_goals=8)
    asked = [room.ask(name, count=count) for name, count in (("a", 3), ("b", 5), ("c", 3), ("d", 5))]
    room.open()
    assert [texts(rows) for rows in await asyncio.gather(*asked)] == [["a"], ["b"], ["c"], ["d"]]
    assert room.model.asked == [(["a", "c"], 3), (["b", "d"], 5)]


async def test_no_goals_no_question() -> None:
    room = Room()
    assert await room.batching.suggest([], 3) == []
    assert room.batching.batches == 0


async def test_everybody_pays_for_his_own() -> None:
    room = Room()
    room.open()
    [[one], [two, three]] = await asyncio.gather(room.ask("a"), room.ask("bb", "ccc"))
    assert [usage_of(row).prompt_tokens for row in (one, two, three)] == [1, 2, 3]


@pytest.mark.parametrize(("most_goals", "wait_s"), [(0, 0.1), (1, -0.1), (1, float("inf"))])
def test_options_out_of_range_are_refused(most_goals: int, wait_s: float) -> None:
    with pytest.raises(ValueError, match="most_goals"):
        Batching(Model(), most_goals=most_goals, wait_s=wait_s)


@settings(max_examples=60, deadline=None)
@given(
    calls=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2), st.integers(0, 3)), max_size=15),
    most_goals=st.integers(1, 6),
)
async def test_every_caller_gets_his_own_rows(calls: list[tuple[int, int, int]], most_goals: int) -> None:
    room = Room(most_goals=most_goals)
    room.open()
    asked: list[tuple[list[str], asyncio.Task[list[list[Candidate]]]]] = []
    for number, (goals, count, turns) in enumerate(calls):
        for _ in range(turns):
            await asyncio.sleep(0)
        names = [f"{number}.{goal}" for goal in range(goals)]
        asked.append((names, room.ask(*names, count=count)))
    for names, task in asked:
        assert texts(await task) == names
    assert room.batching.goals == sum(goals for goals, _, _ in calls)
    assert all(len(goals) <= most_goals or len({name.split(".")[0] for name in goals}) == 1 for goals, _ in room.model.asked)


# -- accidents -----------------------------------------------------------------------------------------------------------------


async def test_an_error_is_for_its_batch_alone() -> None:
    room = Room(most_goals=2)
    room.model.errors = [Broken("out of memory")]
    asked = [room.ask(name) for name in "abc"]
    room.open()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Broken, Broken, list]
    assert texts(await room.ask("d")) == ["d"]


async def test_a_policy_that_answers_too_little_is_told_to_everybody() -> None:
    room = Room(most_goals=2)
    room.model.lost_rows = 1
    room.open()
    answers = await asyncio.gather(room.ask("a"), room.ask("b"), return_exceptions=True)
    assert [str(answer) for answer in answers] == ["the policy answered 1 rows for 2 goals"] * 2


async def test_a_policy_that_cancels_itself_is_broken_machinery() -> None:
    room = Room(most_goals=1)
    room.model.errors = [asyncio.CancelledError()]
    room.open()
    with pytest.raises(EnvError, match="cancelled"):
        await room.ask("a")


async def test_a_caller_who_goes_away_takes_nothing_from_the_others() -> None:
    room = Room(most_goals=2)
    gone, stays = room.ask("a"), room.ask("b")
    await until(lambda: len(room.model.asked) == 1)
    gone.cancel()
    await settle()
    assert not stays.done()
    room.open()
    assert texts(await stays) == ["b"]
    assert gone.cancelled()
    assert room.model.cancelled == 0


async def test_one_who_goes_away_before_is_not_asked_for() -> None:
    room = Room(most_goals=2)
    gone = room.ask("a")
    await until(lambda: bool(room.pauses))
    gone.cancel()
    await settle()
    stays = room.ask("b")
    await settle()
    assert room.model.asked == [], "nobody else fills this batch"
    room.open()
    assert texts(await stays) == ["b"]
    assert room.model.asked == [(["b"], 3)]


async def test_when_all_go_away_the_policy_is_let_go_too() -> None:
    room = Room(most_goals=2)
    gone = [room.ask("a"), room.ask("b")]
    await until(lambda: len(room.model.asked) == 1)
    for task in gone:
        task.cancel()
    await until(lambda: room.model.cancelled == 1)
    room.open()
    assert texts(await room.ask("c")) == ["c"]


async def test_a_broken_pause_leaves_nobody_waiting() -> None:
    async def broken(_: float) -> None:
        raise Broken("no such clock")

    model = Model()
    model.gate.set()
    batching = Batching(model, pause=broken)
    assert texts(await batching.suggest([Situation(Goal("a"))], 1)) == ["a"]


def test_the_end_of_the_loop_leaves_nothing_behind() -> None:
    room = Room()

    async def left() -> None:
        room.ask("a")
        room.over.set()
        await until(lambda: len(room.model.asked) == 1)

    asyncio.run(left())
    assert room.model.cancelled == 1


async def test_searches_over_one_policy_find_what_they_would_find_alone() -> None:
    table = {"A": {"split": ("B", "C")}, "B": {"fold": ("D",)}, "C": {"close": ()}, "D": {"end": ()}}
    lean = Lean(table)
    shared = Batching(of_table(lean), most_goals=4, wait_s=0.0)
    alone = await Hunt(Lean(table)).run()
    attempts = await asyncio.gather(*(Hunt(Lean(table), policy=shared).run() for _ in range(6)))
    assert all(attempt == alone for attempt in attempts)
    assert shared.goals == 6 * 4
    assert shared.largest > 1
