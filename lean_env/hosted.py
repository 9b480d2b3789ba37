"""The inside of an actor: one object, built there from the name of its factory, and served to whoever holds the actor.

Owns how a call and its answer travel. Promises that what the object raises arrives as itself, that a call made before the object is
built waits for it, and that calls run side by side on one event loop: a question about the actor's health never queues behind work.
Never decides what a loss means; knows nothing of the library that carries the bytes. Bytes come from the driver of the same run and
are trusted as its code is.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import pickle
import platform
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from lean_env.errors import EnvError, ToolchainMissing, WorkerLost


class ActorLost(WorkerLost):
    """The actor is gone (its process, its node, the connection to it) with whatever it was doing, and has been told to die."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which process on which machine, and what runs there. `package` is our version, "source" if it is not installed."""

    node: str
    pid: int
    python: str
    package: str

    def check_same(self, other: Origin) -> None:
        """Raises ToolchainMissing, naming the other's node, if it runs another version of Python or of us."""
        for what, ours, theirs in (("Python", self.python, other.python), ("entail", self.package, other.package)):
            if ours != theirs:
                raise ToolchainMissing(
                    f"node {other.node} runs {what} {theirs}, this process {ours}: install the same version on every node"
                )


def here() -> Origin:
    """This process."""
    try:
        package = version("entail")
    except PackageNotFoundError:
        package = "source"
    return Origin(platform.node(), os.getpid(), ".".join(platform.python_version_tuple()[:2]), package)


class Hosted:
    """What an actor is. Every method answers on the actor's one event loop."""

    def __init__(self) -> None:
        self._object: Any = None
        self._built = asyncio.Event()
        self._begun: dict[int, asyncio.Task[bytes]] = {}
        self._dropped: set[int] = set()

    async def where(self) -> bytes:
        """Packed: the `Origin`."""
        return pack(here())

    async def watch(self) -> None:
        """Never returns: whoever waits for it learns of the actor's death at once."""
        await asyncio.Event().wait()

    async def build(self, request: bytes) -> bytes:
        """Packed (factory, arguments) to a packed answer of None. The factory is "module:function", of an async function."""
        return await _answer(self._build, request)

    async def call(self, request: bytes) -> bytes:
        """Packed (method, arguments) to the packed answer of that async method, once there is an object."""
        await self._built.wait()
        return await _answer(self._call, request)

    async def begin(self, ticket: int, request: bytes) -> None:
        """Begin a `call` and return: whoever waits for that before the next one has its calls begun in order."""
        if ticket not in self._dropped:
            self._begun[ticket] = asyncio.create_task(self.call(request))

    async def result(self, ticket: int) -> bytes:
        """What `call` returned."""
        try:
            return await self._begun[ticket]
        finally:
            self._begun.pop(ticket, None)

    async def drop(self, ticket: int) -> None:
        """Cancel a call that nobody waits for any more; it may not have come yet."""
        task = self._begun.pop(ticket, None)
        if task is None:
            self._dropped.add(ticket)
        else:
            task.cancel()

    async def _build(self, factory: str, arguments: tuple[Any, ...]) -> None:
        module, _, function = factory.partition(":")
        make = getattr(importlib.import_module(module), function)
        self._object = await make(*arguments)
        self._built.set()

    async def _call(self, method: str, arguments: tuple[Any, ...]) -> Any:
        return await getattr(self._object, method)(*arguments)


def pack(value: object) -> bytes:
    """The value as bytes for `unpack`. Raises what pickle raises."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpack(data: bytes) -> Any:
    """The value. Only for bytes that a process of the same run packed."""
    return pickle.loads(data)


def pack_call(name: str, arguments: tuple[Any, ...]) -> bytes:
    """A request for `Hosted.build` or `Hosted.call`. Packed apart, the arguments may fail apart."""
    return pack((name, pack(arguments)))


def open_answer(data: bytes) -> Any:
    """What the object returned; raises what it raised."""
    answered, value = unpack(data)
    if answered:
        return value
    raise value


async def _answer(function: Callable[[str, tuple[Any, ...]], Awaitable[Any]], request: bytes) -> bytes:
    try:
        name, arguments = unpack(request)
        return pack((True, await function(name, unpack(arguments))))
    except ImportError as missing:
        told = f"node {platform.node()} cannot import {missing.name}: install entail there, with the extras that this run needs"
        return pack((False, ToolchainMissing(told, detail=f"{missing}\npython: {sys.executable}")))
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller is the one to know
        return _pack_error(error)


def _pack_error(error: Exception) -> bytes:
    """The error as itself, with the place where it arose if it is a bug; as EnvError if it cannot travel."""
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, ActorLost):  # another actor, which this one used: this one is there
        return pack((False, EnvError(str(error))))
    if not isinstance(error, EnvError):
        error.add_note(f"raised in process {os.getpid()} on {platform.node()}:\n{trace}")
    try:
        data = pack((False, error))
        unpack(data)  # an exception whose constructor wants more than its message breaks only here
    except Exception:  # noqa: BLE001 - pickle raises anything
        return pack((False, EnvError(f"{type(error).__name__}: {error}", detail=trace)))
    return data
