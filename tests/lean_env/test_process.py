"""Requests get their own replies; every known way a child misbehaves ends in the right error and a dead group."""

from __future__ import annotations

import asyncio
import math
import os
from pathlib import Path

import pytest

from lean_env.errors import ProtocolViolation, ToolchainMissing, WorkerLost, WorkerTimeout
from lean_env.process import WorkerProcess
from tests.fakes.workers import (
    ENOUGH_S,
    MIB,
    MISSED_S,
    block_until_exists,
    eventually,
    fake_worker,
    group_exists,
    start,
    worker_for,
)


async def assert_dead_for_good(worker: WorkerProcess) -> None:
    assert not worker.is_alive
    await eventually(lambda: not group_exists(worker.pid))
    with pytest.raises(WorkerLost, match="is gone: it "):
        await worker.request(b"x", timeout_s=ENOUGH_S)


# What works


async def test_requests_get_their_own_replies_whatever_their_size() -> None:
    async with worker_for("echo") as worker:
        assert worker.ready == b"ready"
        for payload in (b"", b"{}", b"\n12\n", "∀ n : ℕ".encode(), b"x" * 70_000, b"y" * (3 * MIB), b"z"):
            assert await worker.request(payload, timeout_s=ENOUGH_S) == payload


async def test_concurrent_requests_take_turns_in_order_of_arrival() -> None:
    async with worker_for("echo") as worker:
        payloads = [b"%d" % number * (1 + 9000 * (number % 3)) for number in range(20)]
        assert await asyncio.gather(*(worker.request(payload, timeout_s=ENOUGH_S) for payload in payloads)) == payloads


async def test_an_infinite_timeout_waits() -> None:
    async with worker_for("echo") as worker:
        assert await worker.request(b"x", timeout_s=math.inf) == b"x"


async def test_the_deadline_of_an_answered_request_does_not_outlive_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, advanced_s = asyncio.get_running_loop(), 0.0
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + advanced_s)
    async with worker_for("echo") as worker:
        for payload in (b"first", b"second"):
            assert await worker.request(payload, timeout_s=ENOUGH_S) == payload
            advanced_s += 2 * ENOUGH_S
            await asyncio.sleep(0.001)  # timers that are due run


async def test_a_slow_start_is_waited_for() -> None:
    async with worker_for("slow_start") as worker:
        assert await worker.request(b"x", timeout_s=ENOUGH_S) == b"x"


async def test_a_five_mib_line_arrives_whole() -> None:
    async with worker_for("five_mib_line") as worker:
        for _ in range(2):
            assert await worker.request(b"x", timeout_s=ENOUGH_S) == b"y" * (5 * MIB)


async def test_a_frame_that_dribbles_in_arrives_whole() -> None:
    async with worker_for("byte_by_byte") as worker:
        for _ in range(2):
            assert await worker.request(b"dribble", timeout_s=ENOUGH_S) == b"dribble"


async def test_no_deadlock_when_both_sides_write_more_than_a_pipe_holds() -> None:
    async with worker_for("reply_before_reading") as worker:
        for _ in range(3):
            assert await worker.request(b"x" * (2 * MIB), timeout_s=ENOUGH_S) == b"z" * MIB


async def test_a_flood_on_stderr_blocks_nobody_and_leaves_a_bounded_tail() -> None:
    async with worker_for("flood_stderr") as worker:
        for _ in range(3):
            assert await worker.request(b"x", timeout_s=ENOUGH_S) == b"x"
        await eventually(lambda: worker.stderr_tail.endswith("last words\n"))
        assert len(worker.stderr_tail) <= 16 * 1024
        assert "warning 15 \N{REPLACEMENT CHARACTER}\n" in worker.stderr_tail


# What fails at the start


async def test_a_program_that_is_not_installed_is_toolchain_missing(tmp_path: Path) -> None:
    absent = str(tmp_path / "no-such-node")
    with pytest.raises(ToolchainMissing, match="no-such-node"):
        await WorkerProcess.start([absent], ready_timeout_s=ENOUGH_S)


async def test_a_worker_that_is_never_ready_is_a_timeout() -> None:
    with pytest.raises(WorkerTimeout, match=r"sent no ready frame within 0\.05 s and was killed"):
        await WorkerProcess.start(fake_worker("never_ready", os.devnull), ready_timeout_s=MISSED_S)


async def test_an_exit_before_ready_tells_the_status_and_the_last_words() -> None:
    with pytest.raises(WorkerLost, match="exited with status 3") as caught:
        await start("exit_before_ready")
    assert caught.value.detail == "cannot map the snapshot\n"
    assert "cannot map the snapshot" in str(caught.value)


async def test_garbage_instead_of_ready_is_a_violation() -> None:
    with pytest.raises(ProtocolViolation, match="node: bad option"):
        await start("garbage_instead_of_ready")


# What fails in a request


@pytest.mark.parametrize(
    ("scenario", "error", "message"),
    [
        ("silence", WorkerTimeout, "sent no reply within 0.05 s and was killed"),
        ("half_a_frame_then_silence", WorkerTimeout, "sent no reply within 0.05 s and was killed"),
        ("garbage", ProtocolViolation, r"sent no frame header but b'Segmentation fault \(core dumped\)"),
        ("garbage_without_newline", ProtocolViolation, "sent no frame header but b'oops'"),
        ("endless_header", ProtocolViolation, "sent no frame header but b'1111"),
        ("oversize_header", ProtocolViolation, "announced a frame of 99999999999 bytes"),
        ("no_trailing_newline", ProtocolViolation, "does not end where its header says"),
        ("two_replies", ProtocolViolation, "after its reply"),
        ("crash", WorkerLost, "was killed by signal 11"),
        ("exit_0", WorkerLost, "exited with status 0"),
        ("half_a_frame_then_exit", WorkerLost, "exited with status 0 in the middle of a frame"),
        ("close_stdout", WorkerLost, "closed its output but lived on, and was killed"),
        ("exit_but_grandchild_holds_stdout", WorkerLost, "exited with status 5"),
    ],
)
async def test_a_broken_reply_is_the_right_error_and_the_end_of_the_group(
    scenario: str, error: type[WorkerLost], message: str
) -> None:
    async with worker_for(scenario) as worker:
        timeout_s = MISSED_S if error is WorkerTimeout else ENOUGH_S
        with pytest.raises(error, match=message) as caught:
            await worker.request(b"{}", timeout_s=timeout_s)
        assert type(caught.value) is error
        await assert_dead_for_good(worker)


async def test_a_reply_over_the_callers_cap_is_a_violation() -> None:
    worker = await WorkerProcess.start(fake_worker("echo"), ready_timeout_s=ENOUGH_S, max_frame_bytes=20)
    assert await worker.request(b"x" * 20, timeout_s=ENOUGH_S) == b"x" * 20
    with pytest.raises(ProtocolViolation, match="announced a frame of 21 bytes where 20 are allowed"):
        await worker.request(b"x" * 21, timeout_s=ENOUGH_S)
    await assert_dead_for_good(worker)


async def test_the_error_of_a_crash_carries_the_last_words() -> None:
    async with worker_for("crash") as worker:
        with pytest.raises(WorkerLost) as caught:
            await worker.request(b"x", timeout_s=ENOUGH_S)
        assert caught.value.detail == "panic: out of bounds\n"


async def test_a_child_that_is_ended_by_its_own_clock_missed_a_limit() -> None:
    async with worker_for("alarm_clock") as worker:
        with pytest.raises(WorkerTimeout, match="reached a hard limit of its own and ended itself"):
            await worker.request(b"x", timeout_s=ENOUGH_S)
        await assert_dead_for_good(worker)
        with pytest.raises(WorkerLost, match="is gone: it reached a hard limit") as caught:
            await worker.request(b"x", timeout_s=ENOUGH_S)
        assert type(caught.value) is WorkerLost


async def test_requests_after_a_timeout_are_lost_and_no_timeouts_themselves() -> None:
    async with worker_for("silence") as worker:
        with pytest.raises(WorkerTimeout):
            await worker.request(b"x", timeout_s=MISSED_S)
        with pytest.raises(WorkerLost, match="is gone: it sent no reply within") as caught:
            await worker.request(b"x", timeout_s=ENOUGH_S)
        assert type(caught.value) is WorkerLost


async def test_a_worker_that_closed_its_stdin_is_lost_at_the_next_request() -> None:
    async with worker_for("close_stdin") as worker:
        assert await worker.request(b"x", timeout_s=ENOUGH_S) == b"last reply"
        with pytest.raises(WorkerLost, match="closed its input but lived on, and was killed"):
            await worker.request(b"x", timeout_s=ENOUGH_S)


async def test_requests_waiting_for_their_turn_fail_with_the_one_in_flight() -> None:
    async with worker_for("exit_0") as worker:
        requests = (worker.request(b"x", timeout_s=ENOUGH_S) for _ in range(3))
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [WorkerLost] * 3


# What happens between requests


async def test_an_exit_while_idle_is_noticed_without_a_request() -> None:
    async with worker_for("exit_while_idle") as worker:
        await eventually(lambda: not worker.is_alive)
        with pytest.raises(WorkerLost, match="is gone: it exited with status 7"):
            await worker.request(b"x", timeout_s=ENOUGH_S)


async def test_a_frame_nobody_asked_for_kills_an_idle_worker(tmp_path: Path) -> None:
    go, sent = tmp_path / "go", tmp_path / "sent"
    async with worker_for("frame_while_idle", str(go), str(sent)) as worker:
        go.touch()
        await eventually(lambda: not worker.is_alive)
        with pytest.raises(ProtocolViolation, match=r"sent b'12\\nnobody asked\\n' unasked"):
            await worker.request(b"x", timeout_s=ENOUGH_S)


async def test_a_frame_nobody_asked_for_is_never_taken_for_the_next_reply(tmp_path: Path) -> None:
    go, sent = tmp_path / "go", tmp_path / "sent"
    async with worker_for("frame_while_idle", str(go), str(sent)) as worker:
        go.touch()
        block_until_exists(sent)
        with pytest.raises(ProtocolViolation, match="unasked"):
            await worker.request(b"x", timeout_s=ENOUGH_S)
