"""A thread of one's own for a library that blocks: its calls run there one after another, and each is waited for with a deadline.

Owns the thread, which lives until `stop`: some libraries tie what they start (child processes that die with their parent *thread*)
to the thread that called them. It is a daemon: a call that never returns keeps nobody from exiting.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from lean_env.errors import EnvError

T = TypeVar("T")


class OwnThread:
    """Runs functions in order of arrival, off the event loop."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    async def run(self, function: Callable[[], T], deadline_s: float, what: str) -> T:
        """What `function` returns or raises. Raises EnvError saying that `what` took too long; the call then goes on, unheard."""
        answer: asyncio.Future[T] = asyncio.wrap_future(self.post(function))
        answer.add_done_callback(_hear)
        # Not wait_for: that cancels what it waits for, and the other thread would trip over it.
        done, _ = await asyncio.wait({answer}, timeout=deadline_s)
        if not done:
            raise EnvError(f"{what} did not end within {deadline_s:.3g} s")
        return answer.result()

    def post(self, function: Callable[[], T]) -> Future[T]:
        """Let `function` run when its turn comes."""
        answer: Future[T] = Future()
        self._jobs.put((function, answer))
        return answer

    def stop(self) -> None:
        """End the thread once it has done what was given to it. Idempotent, does not wait."""
        self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            function, answer = job
            try:
                value = function()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                answer.set_exception(error)
            else:
                answer.set_result(value)
            del job, function, answer  # or the last value would live on while the next job is waited for


def _hear(answer: asyncio.Future[Any]) -> None:
    """An error that comes after its deadline is no news: without this look, asyncio would report it."""
    if not answer.cancelled():
        answer.exception()
