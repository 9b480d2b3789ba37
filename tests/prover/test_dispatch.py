"""Work is given to hands that fail, die and fall silent; every piece ends exactly once, and nothing hangs."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.errors import EnvError, SetupFailed
from prover.crew import Hand, Job, Result
from prover.dispatch import Dispatch, Done, GivenUp, Rules, Work
from tests.fakes.crews import DIES, FAILS, HANGS, Script, ScriptedCrew, ScriptedHand
from tests.fakes.hunting import statement, until

ENOUGH_S = 20.0
QUICK = Rules(check_every_s=0.02, answer_within_s=0.05, pause_s=0.001)
Ending = Done[Result] | GivenUp[Result]


def work(key: str) -> Work[Result]:
    job = Job(key, key.partition("#")[0], 1, 0, statement())

    async def run(hand: Hand) -> Result:
        return await hand.attempt(job)

    return Work(key, job.name, run)


class Batch:
    """Some pieces of work and what becomes of them."""

    def __init__(self, keys: Iterable[str], script: Script, *, size: int = 2, ahead: int = 0, rules: Rules = QUICK) -> None:
        self.endings: dict[str, Ending] = {}
        self.then: dict[str, list[str]] = {}  # work that is added when a piece ends
        self.script, self.keys = script, list(keys)
        self.crew = ScriptedCrew(script, size, ahead)
        self.dispatch = Dispatch[Result](self.crew, rules, self._ended, clock=asyncio.get_running_loop().time)

    def _ended(self, ending: Ending) -> None:
        assert ending.work.key not in self.endings, "a piece ended twice"
        self.endings[ending.work.key] = ending
        self.dispatch.add(work(key) for key in self.then.get(ending.work.key, ()))

    async def run(self) -> dict[str, Ending]:
        self.dispatch.add(work(key) for key in self.keys)
        async with asyncio.timeout(ENOUGH_S):
            await self.dispatch.run(hands=1000)
        await self.crew.close()
        assert self.dispatch.muster.alive == 0
        return self.endings

    def given_up(self) -> dict[str, GivenUp[Result]]:
        return {key: ending for key, ending in self.endings.items() if isinstance(ending, GivenUp)}


def keys(count: int) -> list[str]:
    return [f"p{number}#1" for number in range(count)]


async def test_everything_is_done_once_by_no_more_hands_than_allowed() -> None:
    batch = Batch(keys(20), Script(), size=3)
    assert set(await batch.run()) == set(batch.keys)
    assert Counter(batch.script.begun()) == Counter(batch.keys)
    assert batch.script.hired == 3


async def test_no_work_hires_nobody() -> None:
    batch = Batch([], Script())
    assert await batch.run() == {}
    assert batch.script.hired == 0


async def test_work_is_begun_in_the_order_given() -> None:
    batch = Batch(keys(10), Script(), size=1)
    await batch.run()
    assert batch.script.begun() == keys(10)


async def test_a_lost_hand_costs_only_what_it_was_doing() -> None:
    batch = Batch(keys(6), Script(accidents={"p2#1": [DIES]}), size=1, ahead=1)
    endings = await batch.run()
    assert all(isinstance(ending, Done) for ending in endings.values())
    assert {key: ending.tries for key, ending in endings.items()} == dict.fromkeys(keys(6), 1) | {"p2#1": 2}
    assert batch.script.hired == 2
    assert batch.dispatch.muster.lost == 1


async def test_a_failure_leaves_the_hand_and_is_tried_again_after_the_rest() -> None:
    batch = Batch(keys(3), Script(accidents={"p0#1": [FAILS]}), size=1)
    await batch.run()
    assert batch.script.begun() == ["p0#1", "p1#1", "p2#1", "p0#1"]
    assert batch.script.hired == 1


@pytest.mark.parametrize("accident", [FAILS, DIES])
async def test_poison_is_given_up_after_three_tries(accident: str) -> None:
    batch = Batch(keys(4), Script(accidents={"p1#1": [accident] * 99}))
    await batch.run()
    assert list(batch.given_up()) == ["p1#1"]
    assert batch.given_up()["p1#1"].tries == 3
    assert not batch.given_up()["p1#1"].quarantined


async def test_the_rest_of_a_poisonous_group_is_put_aside() -> None:
    poison = {f"bad#{number}": [DIES] * 99 for number in range(20)}
    batch = Batch([*poison, *keys(3)], Script(accidents=poison), size=1)
    await batch.run()
    tries = sum(ending.tries for ending in batch.given_up().values())
    assert set(batch.given_up()) == set(poison)
    assert sum(ending.quarantined for ending in batch.given_up().values()) >= 14
    assert tries == QUICK.failures_pardoned + 1


async def test_a_hand_that_does_not_answer_is_replaced() -> None:
    script = Script(accidents={"p0#1": [HANGS]}, silent={1})
    batch = Batch(keys(3), script, size=1)
    assert all(isinstance(ending, Done) for ending in (await batch.run()).values())
    assert script.hired == 2


async def test_work_that_does_not_end_loses_its_hand_when_its_time_is_up() -> None:
    rules = Rules(check_every_s=0.01, answer_within_s=1.0, deadline_s=0.05, tries=2)
    batch = Batch(keys(3), Script(accidents={"p1#1": [HANGS, HANGS]}), size=1, rules=rules)
    await batch.run()
    assert "did not end p1#1 within 0.05 s" in batch.given_up()["p1#1"].reason


async def test_the_time_of_waiting_work_begins_when_the_hand_is_free() -> None:
    rules = Rules(check_every_s=0.01, deadline_s=0.3)
    gates = {"p0#1": asyncio.Event(), "p1#1": asyncio.Event()}
    batch = Batch(keys(2), Script(gates=gates), size=1, ahead=1, rules=rules)
    running = asyncio.create_task(batch.run())
    await asyncio.sleep(0.2)
    gates["p0#1"].set()
    await asyncio.sleep(0.2)  # 0.4 s since it was given away, 0.2 s since its hand is free
    gates["p1#1"].set()
    await running
    assert batch.script.hired == 1


async def test_a_hand_holds_no_more_than_one_piece_ahead() -> None:
    batch = Batch(keys(30), Script(), size=2, ahead=1)
    await batch.run()
    assert batch.script.most_held == 2


async def test_nothing_waits_behind_a_busy_hand_while_another_is_idle() -> None:
    gates = {"p0#1": asyncio.Event()}
    batch = Batch(keys(4), Script(gates=gates), size=2, ahead=1)
    running = asyncio.create_task(batch.run())
    await until(lambda: len(batch.endings) == 3)  # all but the one that its hand cannot end
    assert batch.dispatch.muster.stolen == 1
    gates["p0#1"].set()
    await running
    assert Counter(batch.script.begun()) == Counter(keys(4))


async def test_hands_that_cannot_be_had_at_first_are_asked_for_again() -> None:
    batch = Batch(keys(3), Script(hires_fail=5), size=1)
    assert len(await batch.run()) == 3
    assert batch.dispatch.muster.lost == 5


async def test_a_crew_with_fewer_hands_than_asked_for_goes_on_with_those() -> None:
    class OneHand(ScriptedCrew):
        places = 1

        async def hire(self) -> ScriptedHand:
            if not self.places:
                await asyncio.sleep(0.001)
                raise EnvError("there is one CPU")
            self.places -= 1
            return await ScriptedCrew.hire(self)

    gate = asyncio.Event()
    ended: list[str] = []
    crew = OneHand(Script(gates={"p0#1": gate}), size=4)
    rules = Rules(pause_s=0, failures_in_a_row=10)
    dispatch = Dispatch[Result](crew, rules, lambda ending: ended.append(ending.work.key), clock=lambda: 0.0)
    dispatch.add(work(key) for key in keys(3))
    running = asyncio.create_task(dispatch.run(hands=4))
    await until(lambda: dispatch.muster.lost > 100)
    gate.set()
    async with asyncio.timeout(ENOUGH_S):
        await running
    assert ended == keys(3)


async def test_a_crew_without_hands_ends_the_run_with_the_reason() -> None:
    batch = Batch(keys(3), Script(hires_fail=10**9), size=2)
    with pytest.raises(EnvError, match=r"34 failures with nothing done in between.*no hand can be had"):
        await batch.run()


async def test_what_has_to_be_installed_first_ends_the_run_at_once() -> None:
    class NoCompiler(ScriptedCrew):
        async def hire(self) -> ScriptedHand:
            raise SetupFailed("no compiler")

    dispatch = Dispatch[Result](NoCompiler(Script()), QUICK, lambda _: None, clock=lambda: 0.0)
    dispatch.add([work("p0#1")])
    with pytest.raises(SetupFailed):
        await dispatch.run(hands=2)


async def test_draining_ends_what_was_begun_and_begins_nothing() -> None:
    gates = {key: asyncio.Event() for key in keys(10)}
    batch = Batch(keys(10), Script(gates=gates), size=2, ahead=1)
    running = asyncio.create_task(batch.run())
    await until(lambda: len(batch.script.log) == 2)
    batch.dispatch.drain()
    batch.dispatch.drain()
    await asyncio.sleep(0.01)
    assert not running.done()
    for gate in gates.values():
        gate.set()
    assert set(await running) == set(batch.script.begun())
    assert len(batch.endings) == 2


async def test_draining_does_not_wait_for_hands_that_are_being_hired() -> None:
    batch = Batch(keys(3), Script(hires_fail=10**9), rules=Rules(pause_s=3600))
    running = asyncio.create_task(batch.run())
    await until(lambda: batch.dispatch.muster.lost == 2)
    batch.dispatch.drain()
    assert await running == {}


async def test_cancelled_it_ends_its_hands() -> None:
    batch = Batch(keys(4), Script(accidents={key: [HANGS] for key in keys(4)}), size=2, ahead=1)
    running = asyncio.create_task(batch.run())
    await until(lambda: len(batch.script.log) == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert batch.script.open_hands == 0


async def test_work_may_be_added_by_work_that_ends() -> None:
    batch = Batch(keys(1), Script(), size=2)
    batch.then = {"p0#1": ["q#1", "q#2"]}
    assert set(await batch.run()) == {"p0#1", "q#1", "q#2"}


accidents = st.lists(st.sampled_from([FAILS, DIES, "works"]), max_size=4)


@given(
    st.lists(accidents, min_size=1, max_size=12),
    st.integers(1, 4),
    st.integers(0, 2),
    st.integers(0, 3),
    st.randoms(use_true_random=False),
)
def test_every_piece_ends_once_whatever_happens(
    fates: list[list[str]], size: int, ahead: int, hires_fail: int, chance: random.Random
) -> None:
    async def scenario() -> None:
        names = [f"g{chance.randrange(4)}#{number}" for number in range(len(fates))]
        script = Script({name: list(fate) for name, fate in zip(names, fates, strict=True)}, hires_fail=hires_fail)
        batch = Batch(names, script, size=size, ahead=ahead, rules=Rules(pause_s=0, failures_in_a_row=10**6))
        assert set(await batch.run()) == set(names)
        for key, ending in batch.endings.items():
            assert 0 <= ending.tries <= 3
            if isinstance(ending, GivenUp) and not ending.quarantined:
                assert ending.tries == 3
            assert batch.script.begun().count(key) >= ending.tries

    asyncio.run(scenario())
