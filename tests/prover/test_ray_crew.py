"""Hands on three nodes: what a job comes to arrives, and what dies costs only what it held."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from lean_env.cluster import Needs, Patience
from lean_env.errors import EnvError, WorkerLost
from lean_env.ray_pool import RayHost
from prover.config import ProveConfig
from prover.crew import Crew, Hand, HandLost, Result, Withdrawn
from prover.method_choice import MethodChoice
from prover.problems import Problem
from prover.ray_crew import RayCrew, RayHand, ray_crew
from prover.shared_policy import SharedPolicy
from tests.fakes.ray_cluster import RAY_WARNINGS, SimulatedCluster, simulated_cluster, soon
from tests.fakes.ray_hands import job
from tests.fakes.runs import CONFIG
from tests.fakes.workers import eventually, is_running

pytestmark = [pytest.mark.ray, *(pytest.mark.filterwarnings(warning) for warning in RAY_WARNINGS)]

HANDS = "tests.fakes.ray_hands"
PATIENCE = Patience(place=40.0, build=20.0, beat=0.5, answer=5.0)


@pytest.fixture(scope="module")
def nodes() -> Generator[SimulatedCluster]:
    with simulated_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def host(nodes: SimulatedCluster) -> Generator[RayHost]:
    """Bound to no event loop."""
    host = asyncio.run(RayHost.connect(nodes.address, patience=PATIENCE))
    yield host
    asyncio.run(host.close())


@asynccontextmanager
async def hired(host: RayHost, hands: int = 1) -> AsyncGenerator[list[RayHand]]:
    crew = RayCrew(host, CONFIG, hands, factory=f"{HANDS}:open_hand")
    try:
        yield [await soon(crew.hire()) for _ in range(hands)]
    finally:
        await soon(crew.close())


def told(result: Result, what: str) -> int:
    """The number of the hand's process, or of its Lean worker, out of what the scripted hand says."""
    return next(int(line.split()[1]) for line in result.record.open_goals if line.startswith(what))


async def ending(coroutine: Coroutine[Any, Any, object]) -> object:
    """What it returns or raises."""
    (end,) = await asyncio.gather(coroutine, return_exceptions=True)
    return end


async def test_jobs_and_problems_travel_and_so_do_results(host: RayHost) -> None:
    crew: Crew = RayCrew(host, CONFIG, 2, factory=f"{HANDS}:open_hand")
    hand: Hand = await soon(crew.hire())
    try:
        assert (crew.size, crew.ahead) == (2, 1)
        result = await soon(hand.attempt(job("work", 3)))
        assert (result.record.key, result.record.seed) == ("work#3", 21)
        assert result.tree is not None
        assert hand.name.endswith(f":{told(result, 'process')}")
        assert (await soon(hand.read(Problem("p", "theorem p : 1 = 1 := sorry")))).name == "p"
        with pytest.raises(EnvError, match="cannot read it") as refused:
            await soon(hand.read(Problem("unreadable", "")))
        assert not isinstance(refused.value, HandLost)
        await soon(hand.check_alive())
    finally:
        await soon(crew.close())
    await eventually(lambda: not is_running(told(result, "process")) and not is_running(told(result, "worker")))


async def test_a_waiting_job_can_be_taken_back_while_another_runs(host: RayHost) -> None:
    async with hired(host) as (hand,):
        runs = asyncio.create_task(hand.attempt(job("never", 1)))
        waits = asyncio.create_task(hand.attempt(job("work", 2)))

        await asyncio.sleep(0)  # both are on their way; what is sent after them arrives after them
        assert await soon(hand.withdraw("work#2"))
        assert not await soon(hand.withdraw("never#1"))
        await soon(hand.check_alive())
        runs.cancel()
        with pytest.raises(Withdrawn):
            await soon(waits_for(waits))


async def waits_for(task: asyncio.Task[Result]) -> Result:
    return await task


async def test_a_hand_whose_lean_worker_dies_goes_on(host: RayHost) -> None:
    async with hired(host) as (hand,):
        before = await soon(hand.attempt(job("work")))
        lost = await soon(ending(hand.attempt(job("lose_worker"))))
        assert isinstance(lost, WorkerLost)
        assert not isinstance(lost, HandLost)
        after = await soon(hand.attempt(job("work")))
        assert told(after, "process") == told(before, "process")
        assert told(after, "worker") != told(before, "worker")


@pytest.mark.parametrize("how", ["by itself", "from outside"])
async def test_an_actor_that_dies_loses_its_hand_with_its_worker_and_the_crew_hires_another(host: RayHost, how: str) -> None:
    async with hired(host, 2) as (hand, other):
        result = await soon(hand.attempt(job("work")))
        elsewhere = asyncio.create_task(other.attempt(job("never")))
        held = [
            asyncio.create_task(hand.attempt(job(name))) for name in ("never" if how == "from outside" else "lose_actor", "work")
        ]
        await asyncio.sleep(0)
        if how == "from outside":
            os.kill(told(result, "process"), signal.SIGKILL)
        for task in held:
            assert isinstance(await soon(ending(waits_for(task))), HandLost)
        for lost in (hand.check_alive(), hand.withdraw("work#1"), hand.attempt(job())):
            assert isinstance(await soon(ending(lost)), HandLost)
        await soon(hand.close())
        await eventually(lambda: not is_running(told(result, "worker")))
        assert not elsewhere.done()
        async with hired(host) as (another,):
            assert (await soon(another.attempt(job("work", 2)))).record.key == "work#2"
        elsewhere.cancel()


async def test_a_hand_that_is_wedged_is_lost_and_ended(host: RayHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "patience", replace(PATIENCE, answer=1.0))
    async with hired(host) as (hand,):
        result = await soon(hand.attempt(job("work")))
        lost = await soon(ending(hand.attempt(job("wedge"))))
        assert isinstance(lost, HandLost)
        assert re.search("did not answer within 1 s", str(lost))
        await eventually(lambda: not is_running(told(result, "process")) and not is_running(told(result, "worker")))


async def test_a_hand_that_cannot_start_says_why(host: RayHost) -> None:
    crew = RayCrew(host, replace(CONFIG, dataset="broken"), 1, factory=f"{HANDS}:open_hand")
    with pytest.raises(EnvError, match="the engine does not start") as failure:
        await soon(crew.hire())
    assert not isinstance(failure.value, HandLost)
    await soon(crew.close())
    await soon(crew.close())


def test_a_crew_of_nobody_is_refused(host: RayHost) -> None:
    with pytest.raises(ValueError, match="at least one hand"):
        RayCrew(host, CONFIG, 0)


async def test_a_policy_that_dies_costs_the_questions_in_flight_and_is_started_again(host: RayHost) -> None:
    shared = await soon(
        SharedPolicy.open(host, MethodChoice("scripted"), ProveConfig(), needs=Needs(0), factory=f"{HANDS}:open_policy")
    )
    crew = RayCrew(host, CONFIG, 2, policy=shared.policy, factory=f"{HANDS}:open_hand")
    try:
        hand, other = await soon(crew.hire()), await soon(crew.hire())
        first = (await soon(hand.attempt(job("ask_policy")))).record.open_goals[0]
        assert (await soon(other.attempt(job("ask_policy")))).record.open_goals[0] == first
        asked = asyncio.create_task(hand.attempt(job("ask_policy_in_vain")))
        await soon(hand.check_alive())
        os.kill(int(first), signal.SIGKILL)
        lost = await soon(ending(waits_for(asked)))
        assert type(lost) is EnvError  # not WorkerLost, which would be the hand's Lean worker, and not HandLost
        seconds = [(await soon(one.attempt(job("ask_policy")))).record.open_goals[0] for one in (hand, other)]
        assert seconds[0] == seconds[1] != first
        assert shared.restarts == 1
    finally:
        await soon(crew.close())
        await soon(shared.close())
        await soon(shared.close())
    await eventually(lambda: not is_running(int(seconds[0])))


async def test_a_named_policy_is_served_to_whoever_has_its_remote(host: RayHost) -> None:
    shared = await soon(SharedPolicy.open(host, MethodChoice("noop"), ProveConfig(), needs=Needs(0), called="noop"))
    assert await soon(shared.policy.suggest([], 4)) == []
    await soon(shared.close())


async def test_a_process_that_is_connected_cannot_open_a_second_crew(host: RayHost, nodes: SimulatedCluster) -> None:
    assert not host.is_closed

    async def second() -> None:
        async with ray_crew(CONFIG, nodes.address):
            raise AssertionError

    with pytest.raises(EnvError, match="already"):
        await soon(second())


# Last: Ray takes some seconds to notice that a node is gone, and places actors there meanwhile.


async def test_a_node_that_dies_loses_its_hand_and_no_other(host: RayHost, nodes: SimulatedCluster) -> None:
    async with hired(host, 3) as hands:
        homes = [(await soon(hand.attempt(job("where")))).record.open_goals[0] for hand in hands]
        assert len(set(homes)) == 3  # one CPU each: one hand each
        which = next(number for number, home in enumerate(homes) if not nodes.is_head(home))
        held = [asyncio.create_task(hand.attempt(job("never"))) for hand in hands]
        await soon(hands[which].check_alive())
        nodes.kill_node(homes[which])
        assert isinstance(await soon(ending(waits_for(held[which]))), HandLost)
        assert isinstance(await soon(ending(hands[which].check_alive())), HandLost)
        for number in {0, 1, 2} - {which}:
            await soon(hands[number].check_alive())
            assert not held[number].done()
            held[number].cancel()
        nodes.add_node()
        async with hired(host) as (another,):
            assert (await soon(another.attempt(job("work")))).record.key == "work#1"
