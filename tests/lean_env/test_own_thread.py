"""What blocks runs elsewhere, in order, and is waited for no longer than was said."""

from __future__ import annotations

import asyncio
import threading

import pytest

from lean_env.errors import EnvError
from lean_env.own_thread import OwnThread

ENOUGH_S = 30.0


async def test_functions_run_one_after_another_in_one_other_thread() -> None:
    thread, ran = OwnThread("test"), list[tuple[int, str]]()

    def note(number: int) -> int:
        ran.append((number, threading.current_thread().name))
        return number

    numbers = await asyncio.gather(*(thread.run(lambda n=n: note(n), ENOUGH_S, "noting") for n in range(20)))
    assert numbers == list(range(20))
    assert ran == [(number, "test") for number in range(20)]
    thread.stop()


async def test_errors_come_back_and_the_thread_goes_on() -> None:
    thread = OwnThread("test")

    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await thread.run(fail, ENOUGH_S, "failing")
    assert await thread.run(lambda: 1, ENOUGH_S, "counting") == 1
    thread.stop()
    thread.stop()


@pytest.mark.parametrize("fails", [False, True])
async def test_a_call_that_never_ends_is_left_alone(fails: bool) -> None:
    thread, release = OwnThread("test"), threading.Event()

    def block() -> None:
        release.wait(ENOUGH_S)
        if fails:
            raise KeyError("too late to matter")

    with pytest.raises(EnvError, match=r"blocking did not end within 0\.01 s"):
        await thread.run(block, 0.01, "blocking")
    waiting = asyncio.create_task(thread.run(block, ENOUGH_S, "waiting"))
    await asyncio.sleep(0)
    waiting.cancel()
    release.set()
    assert await thread.run(lambda: 1, ENOUGH_S, "counting") == 1
    thread.stop()


async def test_the_thread_keeps_nobody_from_exiting() -> None:
    thread = OwnThread("test")
    assert await thread.run(lambda: threading.current_thread().daemon, ENOUGH_S, "asking")
    thread.stop()
