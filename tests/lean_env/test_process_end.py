"""However a worker's life ends (close, cancellation, a closed event loop, a dying interpreter), no process is left."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from lean_env.errors import WorkerLost, WorkerTimeout
from lean_env.process import WorkerProcess
from tests.fakes.workers import (
    ENOUGH_S,
    MISSED_S,
    block_until_exists,
    eventually,
    fake_worker,
    group_exists,
    is_running,
    start,
    worker_for,
)

ROOT = Path(__file__).parent.parent.parent
T = TypeVar("T")


def run_in_own_loop(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(call())
    finally:
        loop.close()


async def begin_request(worker: WorkerProcess) -> asyncio.Task[bytes]:
    """A request that the scenario `silence` has read and will never answer."""
    request = asyncio.create_task(worker.request(b"x", timeout_s=ENOUGH_S))
    await eventually(lambda: "thinking" in worker.stderr_tail)
    return request


async def assert_gone(worker: WorkerProcess, how: str) -> None:
    assert not worker.is_alive
    with pytest.raises(WorkerLost, match=f"is gone: it {how}"):
        await worker.request(b"x", timeout_s=ENOUGH_S)
    await eventually(lambda: not group_exists(worker.pid))


# Cancelling


async def test_cancelling_the_start_kills_the_child(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = fake_worker("never_ready", str(pid_file))
    starting = asyncio.create_task(WorkerProcess.start(command, ready_timeout_s=ENOUGH_S))
    await eventually(lambda: pid_file.exists() and bool(pid_file.read_text()))
    pid = int(pid_file.read_text())
    assert group_exists(pid)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await eventually(lambda: not group_exists(pid))


async def test_cancelling_a_request_in_flight_kills_the_worker() -> None:
    async with worker_for("silence") as worker:
        request = await begin_request(worker)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await assert_gone(worker, "was killed because the wait for its reply was cancelled")


async def test_cancelling_a_request_whose_reply_is_being_read_kills_the_worker_quietly(tmp_path: Path) -> None:
    accidents: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: accidents.append(context))
    async with worker_for("tell_of_reply", str(tmp_path / "replied")) as worker:
        request = asyncio.create_task(worker.request(b"x", timeout_s=ENOUGH_S))
        await asyncio.sleep(0)
        block_until_exists(tmp_path / "replied")
        await asyncio.sleep(0)  # now the loop has seen the reply, and will read it after this task's turn
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        await assert_gone(worker, "was killed because the wait for its reply was cancelled")
    assert accidents == []


async def test_cancelling_a_request_before_its_turn_leaves_the_worker_alone() -> None:
    async with worker_for("byte_by_byte") as worker:
        first = asyncio.create_task(worker.request(b"first", timeout_s=ENOUGH_S))
        second = asyncio.create_task(worker.request(b"second", timeout_s=ENOUGH_S))
        await asyncio.sleep(0)
        second.cancel()
        assert await first == b"first"
        assert await worker.request(b"third", timeout_s=ENOUGH_S) == b"third"


async def test_cancelling_close_still_kills() -> None:
    worker = await start("stubborn")
    closing = asyncio.create_task(worker.close(grace_s=ENOUGH_S))
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await eventually(lambda: not group_exists(worker.pid))
    await worker.close()


# Closing


async def test_close_is_idempotent_and_requests_after_it_are_lost() -> None:
    worker = await start("echo")
    await asyncio.gather(worker.close(), worker.close())
    await worker.close()
    await assert_gone(worker, "was closed")


async def test_close_fails_the_request_in_flight_without_grace() -> None:
    worker = await start("silence")
    request = await begin_request(worker)
    await worker.close(grace_s=3600.0)
    with pytest.raises(WorkerLost, match="was closed"):
        await request
    await assert_gone(worker, "was closed")


async def test_close_kills_a_worker_that_ignores_sigterm_and_the_end_of_its_input() -> None:
    worker = await start("stubborn")
    await worker.close(grace_s=MISSED_S)
    await assert_gone(worker, "was closed")


async def test_close_lets_a_worker_finish_that_writes_more_than_a_pipe_holds_on_its_way_out() -> None:
    worker = await start("exit_talking")
    await worker.close(grace_s=ENOUGH_S)
    assert worker.stderr_tail.endswith("xxx good bye\n")
    await assert_gone(worker, "was closed")


async def test_kill_now_fails_the_request_in_flight() -> None:
    worker = await start("silence")
    request = await begin_request(worker)
    worker.kill_now()
    worker.kill_now()
    with pytest.raises(WorkerLost, match="was killed on request"):
        await request
    await assert_gone(worker, "was killed on request")


async def test_kill_now_takes_the_last_words_that_the_loop_had_no_time_for(tmp_path: Path) -> None:
    go, said = tmp_path / "go", tmp_path / "said"
    worker = await start("frame_while_idle", str(go), str(said))
    go.touch()
    block_until_exists(said)
    worker.kill_now()
    assert worker.stderr_tail == "out of turn\n"


async def test_kill_now_in_a_forked_copy_spares_the_parents_worker() -> None:
    async with worker_for("echo") as worker:
        copy = os.fork()
        if copy == 0:
            worker.kill_now()
            os._exit(0)
        await eventually(lambda: os.waitpid(copy, os.WNOHANG) == (copy, 0))
        assert await worker.request(b"x", timeout_s=ENOUGH_S) == b"x"


@pytest.mark.parametrize("end", ["close", "timeout", "kill_now"])
async def test_grandchildren_die_with_the_group(end: str) -> None:
    worker = await start("with_grandchild")
    grandchild = int(worker.ready)
    assert is_running(grandchild)
    if end == "close":
        await worker.close()
    elif end == "timeout":
        with pytest.raises(WorkerTimeout):
            await worker.request(b"x", timeout_s=0.0)
    else:
        worker.kill_now()
    await eventually(lambda: not is_running(grandchild))


# Event loops and interpreters that end first


@pytest.mark.parametrize("how", ["close", "kill_now"])
def test_a_worker_can_be_ended_after_its_event_loop_was_closed(how: str) -> None:
    worker = run_in_own_loop(lambda: start("echo"))
    assert group_exists(worker.pid)
    if how == "close":
        run_in_own_loop(worker.close)
    else:
        worker.kill_now()
    assert not group_exists(worker.pid)
    del worker
    gc.collect()  # a descriptor left open would warn here


def test_close_from_another_event_loop_kills() -> None:
    home = asyncio.new_event_loop()
    worker = home.run_until_complete(start("echo"))
    run_in_own_loop(worker.close)
    assert not group_exists(worker.pid)
    home.run_until_complete(assert_gone(worker, "was killed on request"))
    home.close()


def test_a_loop_closed_right_after_a_cancellation_leaves_no_process() -> None:
    async def cancelled_request() -> WorkerProcess:
        worker = await start("silence")
        (await begin_request(worker)).cancel()
        await asyncio.sleep(0)  # the kill happens, the burial does not
        return worker

    worker = run_in_own_loop(cancelled_request)
    worker.kill_now()
    assert not group_exists(worker.pid)


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("pass", 0),
        ("raise SystemExit(4)", 4),
        ("raise RuntimeError('bug')", 1),
        ("signal.raise_signal(signal.SIGINT)", 130),
    ],
)
def test_an_interpreter_that_ends_without_closing_leaves_no_orphan(ending: str, status: int) -> None:
    program = f"""
        import asyncio, signal
        from lean_env.process import WorkerProcess

        async def main():
            worker = await WorkerProcess.start({fake_worker("with_grandchild")!r}, ready_timeout_s=30)
            print(worker.pid, flush=True)
            await worker.request(b"x", timeout_s=30)
            {ending}
            await asyncio.sleep(0)

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            raise SystemExit(130)
    """
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=ENOUGH_S, check=False)
    assert done.returncode == status, done.stderr
    assert "Warning" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert not group_exists(int(done.stdout))
