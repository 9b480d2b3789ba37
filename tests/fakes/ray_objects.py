"""Objects for actors to host. Everything here runs in an actor's process."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any, NoReturn

from lean_env.errors import EnvError, WorkerTimeout
from lean_env.hosted import ActorLost


class Unportable(Exception):
    """An exception that pickle cannot make again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


class Refused(Exception):
    """An exception of the prover's, say."""


class Oddity:
    """Does as it is told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dropped: list[str] = []
        self.notes: list[int] = []

    async def echo(self, value: object) -> object:
        return value

    async def named(self) -> str:
        return self.name

    async def note(self, number: int) -> None:
        self.notes.append(number)

    async def noted(self) -> list[int]:
        return self.notes

    async def environment(self, variable: str) -> str | None:
        return os.environ.get(variable)

    async def node_id(self) -> str:
        import ray

        context: Any = ray
        return context.get_runtime_context().get_node_id()

    async def broken_machinery(self) -> NoReturn:
        raise WorkerTimeout("its own worker was late", detail="stderr of it")

    async def refuse(self) -> NoReturn:
        raise Refused("no")

    async def unportable(self) -> NoReturn:
        raise Unportable("this", "that")

    async def unportable_value(self) -> object:
        return lambda: None

    async def die(self) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.Event().wait()
        raise AssertionError

    async def never(self, name: str = "") -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.dropped.append(name)

    async def what_was_dropped(self) -> list[str]:
        return self.dropped

    async def block(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 - the accident is that it blocks

    async def ask(self, other: Any, method: str) -> object:
        """What another hosted object answers, or how that fails."""
        try:
            return await other.call(method)
        except EnvError as failure:
            return f"{type(failure).__name__}: {failure}"


async def open_oddity(name: str = "") -> Oddity:
    return Oddity(name)


async def fail_to_open() -> NoReturn:
    raise EnvError("no disk left")


async def never_open() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


class Bereft:
    """Uses another actor, which is lost."""

    async def call(self) -> NoReturn:
        raise ActorLost("the policy is lost")


async def open_bereft() -> Bereft:
    return Bereft()
