"""The pool lends live sessions in order of arrival, gives up dead ones, retires worn ones, and leaves none behind."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from lean_env.errors import EnvError, SetupFailed, ToolchainMissing, WorkerLost, WorkerTimeout
from lean_env.pool import SessionPool
from lean_env.process import WorkerProcess
from lean_env.session import Session
from tests.fakes.sessions import Factory, ProcessSession
from tests.fakes.workers import ENOUGH_S, eventually, group_exists, start


def counters(pool: SessionPool) -> tuple[int, int, int]:
    return pool.leases, pool.restarts, pool.recycled


# Lending


async def test_nothing_starts_before_the_first_lease_and_a_session_is_used_again() -> None:
    factory = Factory()
    async with SessionPool(factory, 3) as pool:
        assert factory.calls == 0
        for _ in range(5):
            async with pool.lease() as session:
                assert session is factory.made[0]
        assert factory.calls == 1
        assert counters(pool) == (5, 0, 0)


async def test_the_session_used_last_is_lent_first_so_that_spare_ones_stay_cold() -> None:
    factory = Factory()
    async with SessionPool(factory, 2) as pool:
        async with pool.lease() as first, pool.lease() as second:
            assert [first, second] == factory.made
        async with pool.lease() as third:
            assert third is first


async def test_no_more_than_size_sessions_exist_at_once() -> None:
    factory = Factory()
    async with SessionPool(factory, 2, recycle_after_requests=2) as pool:

        async def work() -> None:
            async with pool.lease() as session:
                await session.run("")
                await asyncio.sleep(0)

        await asyncio.gather(*(work() for _ in range(9)))
        assert factory.most_alive == 2
        assert pool.leases == 9


async def test_waiting_callers_are_served_in_order_of_arrival_even_if_one_gives_up() -> None:
    served: list[int] = []
    async with SessionPool(Factory(), 1) as pool:

        async def work(number: int) -> None:
            async with pool.lease():
                served.append(number)
                await asyncio.sleep(0)

        tasks: list[asyncio.Task[None]] = []
        for number in range(6):
            tasks.append(asyncio.create_task(work(number)))
            await asyncio.sleep(0)
        tasks[3].cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), ENOUGH_S)
        assert served == [0, 1, 2, 4, 5]


async def test_an_error_of_the_callers_own_costs_no_session() -> None:
    factory = Factory()
    async with SessionPool(factory, 1) as pool:
        with pytest.raises(KeyError):
            async with pool.lease():
                raise KeyError("bug of the caller")
        async with pool.lease() as session:
            assert session is factory.made[0]
        assert counters(pool) == (2, 0, 0)


@pytest.mark.parametrize(
    "numbers",
    [
        {"size": 0},
        {"size": 1, "stats_every": 0},
        {"size": 1, "start_attempts": 0},
        {"size": 1, "recycle_after_requests": -1},
        {"size": 1, "recycle_heap_mib": -1},
    ],
)
async def test_numbers_out_of_range_are_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        SessionPool(Factory(), **numbers)


# Dead sessions


@pytest.mark.parametrize("error", [WorkerLost("crash"), WorkerTimeout("hard wall")])
async def test_worker_lost_in_a_lease_gives_the_session_up_and_reaches_the_caller(error: WorkerLost) -> None:
    factory = Factory()
    async with SessionPool(factory, 1) as pool:
        with pytest.raises(WorkerLost) as caught:
            async with pool.lease():
                raise error
        assert caught.value is error
        assert factory.made[0].closed == 1
        assert factory.made[0].stats_asked == 0
        async with pool.lease() as session:
            assert session is factory.made[1]
        assert counters(pool) == (2, 1, 0)


async def test_a_session_that_died_under_a_caller_who_hid_it_is_given_up() -> None:
    factory = Factory()
    async with SessionPool(factory, 1) as pool:
        async with pool.lease():
            factory.made[0].died = True
        async with pool.lease() as session:
            assert session is factory.made[1]
        assert counters(pool) == (2, 1, 0)


async def test_a_session_that_died_while_idle_is_never_lent() -> None:
    factory = Factory()
    async with SessionPool(factory, 1) as pool:
        async with pool.lease():
            pass
        factory.made[0].died = True
        async with pool.lease() as session:
            assert session is factory.made[1]
        assert factory.made[0].closed == 1
        assert counters(pool) == (2, 1, 0)


async def test_a_session_that_dies_when_asked_for_its_memory_does_not_spoil_the_callers_result() -> None:
    factory = Factory()
    async with SessionPool(factory, 1) as pool:
        async with pool.lease():
            factory.made[0].stats_error = WorkerLost("crash")
        async with pool.lease() as session:
            assert session is factory.made[1]
        assert counters(pool) == (2, 1, 0)


async def test_cancelling_the_return_neither_loses_the_place_nor_keeps_the_session() -> None:
    factory = Factory()
    async with SessionPool(factory, 1) as pool:

        async def work() -> None:
            async with pool.lease():
                factory.made[0].stats_gate = asyncio.Event()

        task = asyncio.create_task(work())
        await eventually(lambda: bool(factory.made) and factory.made[0].stats_asked == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert factory.made[0].closed == 1
        async with pool.lease() as session:
            assert session is factory.made[1]


# Starts that fail


@pytest.mark.parametrize("error", [ToolchainMissing("no node"), SetupFailed("digest")])
async def test_a_missing_toolchain_or_failed_set_up_propagates_at_once_and_frees_the_place(error: EnvError) -> None:
    factory = Factory(error)
    async with SessionPool(factory, 1) as pool:
        with pytest.raises(EnvError) as caught:
            async with pool.lease():
                pass
        assert caught.value is error
        assert factory.calls == 1
        async with pool.lease() as session:
            assert session is factory.made[0]
        assert counters(pool) == (1, 0, 0)


async def test_a_start_that_is_lost_is_tried_again() -> None:
    factory = Factory(WorkerLost("first"), WorkerTimeout("second"))
    async with SessionPool(factory, 1, start_attempts=3) as pool:
        async with pool.lease() as session:
            assert session is factory.made[0]
        assert counters(pool) == (1, 2, 0)


async def test_starts_that_are_lost_again_and_again_raise_the_last_error_instead_of_spinning() -> None:
    factory = Factory(*(WorkerLost(str(number)) for number in range(100)))
    async with SessionPool(factory, 1, start_attempts=4) as pool:
        with pytest.raises(WorkerLost, match="3"):
            async with pool.lease():
                pass
        assert factory.calls == 4
        assert counters(pool) == (0, 4, 0)


# Worn sessions


async def test_a_session_is_retired_after_its_share_of_requests() -> None:
    factory = Factory()
    async with SessionPool(factory, 1, recycle_after_requests=3) as pool:
        for _ in range(7):
            async with pool.lease() as session:
                await session.run("")
        assert [session.requests for session in factory.made] == [3, 3, 1]
        assert [session.closed for session in factory.made] == [1, 1, 0]
        assert counters(pool) == (7, 0, 2)


async def test_a_session_is_retired_when_its_heap_is_large() -> None:
    factory = Factory()
    async with SessionPool(factory, 1, recycle_heap_mib=1024) as pool:
        async with pool.lease():
            factory.made[0].heap_mib = 1023.9
        async with pool.lease() as session:
            assert session is factory.made[0]
            factory.made[0].heap_mib = 1024.0
        async with pool.lease() as session:
            assert session is factory.made[1]
        assert counters(pool) == (3, 0, 1)


async def test_zero_means_no_limit() -> None:
    factory = Factory()
    async with SessionPool(factory, 1, recycle_after_requests=0, recycle_heap_mib=0) as pool:
        async with pool.lease():
            factory.made[0].heap_mib = factory.made[0].requests = 10**9
        async with pool.lease() as session:
            assert session is factory.made[0]


async def test_a_session_is_asked_for_its_memory_only_at_every_nth_return() -> None:
    factory = Factory()
    async with SessionPool(factory, 1, stats_every=3) as pool:
        for _ in range(7):
            async with pool.lease():
                pass
        assert factory.made[0].stats_asked == 2


async def test_a_retired_session_is_gone_before_its_place_is_given_away() -> None:
    factory = Factory()
    async with SessionPool(factory, 1, recycle_after_requests=1) as pool:

        async def work() -> None:
            async with pool.lease() as session:
                factory.made[-1].close_gate = gate
                await session.run("")

        gate = asyncio.Event()
        tasks = [asyncio.create_task(work()) for _ in range(2)]
        await eventually(lambda: bool(factory.made) and factory.made[0].closed == 1)
        for _ in range(10):
            await asyncio.sleep(0)
        assert factory.calls == 1
        gate.set()
        await asyncio.wait_for(asyncio.gather(*tasks), ENOUGH_S)
        assert factory.calls == 2


# Closing


async def test_close_ends_idle_and_lent_sessions_and_refuses_leases() -> None:
    factory = Factory()
    pool = SessionPool(factory, 2)
    async with pool.lease():
        async with pool.lease():
            pass
        await pool.close()
        await pool.close()
        assert not any(session.alive for session in factory.made)
    assert counters(pool) == (2, 0, 0)
    with pytest.raises(EnvError, match="closed") as caught:
        async with pool.lease():
            pass
    assert not isinstance(caught.value, WorkerLost)
    assert factory.calls == 2


async def test_callers_who_wait_or_start_when_the_pool_is_closed_get_no_session() -> None:
    factory = Factory()
    factory.gate = asyncio.Event()
    pool = SessionPool(factory, 1)

    async def work() -> None:
        async with pool.lease():
            pytest.fail("lent by a closed pool")

    tasks = [asyncio.create_task(work()) for _ in range(3)]
    await eventually(lambda: factory.calls == 1)
    await pool.close()
    factory.gate.set()
    outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), ENOUGH_S)
    assert [type(outcome) for outcome in outcomes] == [EnvError] * 3
    assert [session.closed for session in factory.made] == [1]


# With real processes


async def test_cancelling_a_lease_in_mid_request_replaces_the_process() -> None:
    started: list[WorkerProcess] = []
    scenarios = ["silence", "echo"]

    async def factory() -> Session:
        started.append(await start(scenarios[len(started)]))
        return cast("Session", ProcessSession(started[-1]))

    async with SessionPool(factory, 1) as pool:

        async def work() -> None:
            async with pool.lease() as session:
                await session.run("x")

        task = asyncio.create_task(work())
        await eventually(lambda: bool(started) and "thinking" in started[0].stderr_tail)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(work(), ENOUGH_S)
        assert counters(pool) == (2, 1, 0)
        assert not group_exists(started[0].pid)
        assert started[1].is_alive
    assert not group_exists(started[1].pid)
