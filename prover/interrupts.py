"""Being told to stop: Ctrl-C, SIGTERM, a closed terminal.

Promises that a command which is told to stop winds up first, whatever it is doing: progress bars go, workers are killed, temporary
folders are removed. Outside of an event loop that is an exception like KeyboardInterrupt; inside, a cancelled task.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

_ASKED_TO_STOP = (signal.SIGTERM, signal.SIGHUP)  # SIGINT is Python's and asyncio's own

Result = TypeVar("Result")


class ToldToStop(BaseException):
    """The process got a signal that asks it to end. Not an Exception: nothing but the command line may catch it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


@contextmanager
def stoppable() -> Generator[None]:
    """Raise `ToldToStop` where a signal that asks to stop arrives; a signal that is ignored (nohup) stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {signum: signal.getsignal(signum) for signum in _ASKED_TO_STOP}
    for signum, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(signum, _raise)
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def run_stoppable(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` for use inside `stoppable`: the signals cancel the coroutine. Raises ToldToStop, KeyboardInterrupt."""
    got: list[int] = []
    ours = [signum for signum in _ASKED_TO_STOP if signal.getsignal(signum) is _raise]

    async def cancellable() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop(signum: int) -> None:
            got.append(signum)
            if task is not None:
                task.cancel()

        for signum in ours:
            loop.add_signal_handler(signum, stop, signum)
        return await coroutine

    try:
        return asyncio.run(cancellable())
    except asyncio.CancelledError:
        if got:
            raise ToldToStop(got[0]) from None
        raise
    finally:
        for signum in ours:  # the loop left the system's default behind
            signal.signal(signum, _raise)


@contextmanager
def drained_first(drain: Callable[[], None]) -> Generator[None]:
    """Inside an event loop: the first Ctrl-C calls `drain`, the second ends the body with KeyboardInterrupt."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    presses = 0

    def pressed() -> None:
        nonlocal presses
        presses += 1
        if presses == 1:
            drain()
        elif task is not None:
            task.cancel()

    before = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, pressed)
    try:
        yield
    except asyncio.CancelledError:
        if presses > 1:
            raise KeyboardInterrupt from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)


def _raise(signum: int, _frame: FrameType | None) -> None:
    raise ToldToStop(signum)
