"""Limits that stop a tactic and leave its state good, and those that cost the worker."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from lean_env.embedded import session as session_module
from lean_env.embedded.session import EmbeddedSession
from lean_env.errors import WorkerLost, WorkerTimeout
from lean_env.messages import Limit, TacticCall
from lean_env.pool import SessionPool
from tests.fakes.lean import Workers, advanced, kind_of, opened, ran, stepped

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

ACKERMANN = """def ack : ℕ → ℕ → ℕ
  | 0, n => n + 1
  | m + 1, 0 => ack m 1
  | m + 1, n + 1 => ack m (ack (m + 1) n)
termination_by m n => (m, n)"""

# Compiled Lean code, where no limit of Lean's is asked about: a definition, and what to evaluate.
RUNAWAYS = {
    "loops": ("partial def spin (n : ℕ) : ℕ := if n == 0 then 0 else spin (n + 1)", "spin 1"),
    "recurses": ("partial def dive (n : ℕ) : ℕ := 1 + dive (n + 1)", "dive 1"),
    "eats memory": ('def grow : ℕ → String | 0 => "x" | n + 1 => grow n ++ grow n', "(grow 33).length"),
    "exits": ("", "(IO.Process.exit 0 : IO Unit)"),
}


async def slow_state(session: EmbeddedSession) -> int:
    """A state on which `simp [ack]` would take minutes."""
    scope = await ran(session, ACKERMANN)
    return (await opened(session, "theorem t : ack 3 7 = 1", scope.env)).state


async def test_heartbeats_stop_a_tactic_at_the_same_place_every_time(session: EmbeddedSession) -> None:
    state = await slow_state(session)
    results = [(await session.step(state, [TacticCall("simp [ack]", heartbeats, 0)]))[0] for heartbeats in (20, 20, 20, 200)]
    assert [kind_of(result) for result in results] == ["heartbeats"] * 4
    _, first, second, more = [result.heartbeats for result in results]  # the very first may fill caches
    assert 20 <= first < 200 <= more
    assert first == second


async def test_heartbeats_are_counted_anew_for_each_tactic(session: EmbeddedSession) -> None:
    state = (await opened(session, "theorem t (a b : ℕ) (h : a < b) : a + 1 ≤ b")).state
    alone = await stepped(session, state, "omega", heartbeats=200)
    assert kind_of(alone) == "closed"
    many = await session.step(state, [TacticCall("omega", 200, 20_000)] * 10)
    assert {kind_of(result) for result in many} == {"closed"}
    assert all(0 < result.heartbeats < 200 for result in many)


async def test_the_soft_limit_stops_a_tactic_and_the_batch_goes_on(session: EmbeddedSession) -> None:
    state = await slow_state(session)
    limits_ms = {"simp [ack]": 100, "nonsense": 20_000, "simp [ack] at *": 50, "skip": 20_000}
    results = await session.step(state, [TacticCall(tactic, 0, soft_ms) for tactic, soft_ms in limits_ms.items()])
    assert [kind_of(result) for result in results] == ["soft_wall", "refused", "soft_wall", "open"]
    assert isinstance(results[0], Limit)
    assert await advanced(session, state, "skip") != ()


async def test_the_kernel_listens_to_the_soft_limit_too(session: EmbeddedSession) -> None:
    state = (await opened(session, "theorem t : (List.range 200000).foldl (fun a b => (a * 31 + b) % 1009) 7 = 5")).state
    calls = [TacticCall("set_option maxRecDepth 1000000 in decide +kernel", 0, 200), TacticCall("skip", 0, 20_000)]
    assert [kind_of(result) for result in await session.step(state, calls)] == ["soft_wall", "open"]


async def test_a_tactic_that_does_not_listen_costs_the_worker_within_the_hard_limit(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "STEP_GRACE_S", 0.3)
    session = await workers.start()
    state = (await opened(session, "theorem t : 1 = 1")).state
    assert kind_of((await session.step(state, [TacticCall("sleep 1", 0, 20_000)]))[0]) == "open"
    with pytest.raises(WorkerTimeout, match="hard limit"):
        await session.step(state, [TacticCall("sleep 600000", 0, 100)])  # ten minutes: a test that waited for it would time out
    assert not session.alive
    with pytest.raises(WorkerLost):
        await session.stats()


@pytest.mark.parametrize("runaway", RUNAWAYS)
async def test_code_that_runs_away_costs_the_worker_and_nothing_else(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, runaway: str
) -> None:
    definition, action = RUNAWAYS[runaway]
    async with SessionPool(workers.start, 1) as pool:
        async with pool.lease() as session:
            scope = await session.run(definition)
            assert scope.errors == ()
        monkeypatch.setattr(session_module, "RUN_LIMIT_S", 2.0)
        with pytest.raises(WorkerLost) as lost:
            async with pool.lease() as session:
                await session.run(f"#eval {action}", scope.env)
        assert runaway != "loops" or isinstance(lost.value, WorkerTimeout)
        async with pool.lease() as successor:
            assert successor is not session
            assert (await successor.stats()).requests == 1
        assert pool.restarts == 1


async def test_a_worker_that_is_killed_from_outside_is_lost_also_in_the_middle_of_a_request(workers: Workers) -> None:
    session = await workers.start()
    os.kill(session.pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        await session.run("#check 1")
    assert not session.alive
    session = await workers.start()
    state = (await opened(session, "theorem t : 1 = 1")).state
    request = asyncio.create_task(session.step(state, [TacticCall("sleep 600000", 0, 600_000)]))
    await asyncio.sleep(0.1)
    assert not request.done()
    os.kill(session.pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        await request
    await session.close()


async def test_a_request_that_is_cancelled_takes_its_worker_with_it(workers: Workers) -> None:
    session = await workers.start()
    state = (await opened(session, "theorem t : 1 = 1")).state
    request = asyncio.create_task(session.step(state, [TacticCall("sleep 600000", 0, 600_000)]))
    await asyncio.sleep(0.1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    with pytest.raises(WorkerLost):
        await session.stats()
