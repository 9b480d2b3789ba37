"""Sessions without Lean, for tests of what lends and uses sessions."""

from __future__ import annotations

import asyncio
from typing import cast

from lean_env.errors import WorkerLost
from lean_env.messages import Ran, Stats
from lean_env.process import WorkerProcess
from lean_env.session import ROOT_ENV, Session
from tests.fakes.workers import ENOUGH_S


class FakeSession:
    """The part of a session that a pool and its tests touch, without a process. What a test sets happens in it."""

    def __init__(self) -> None:
        self.died = False
        self.closed = 0
        self.requests = 0
        self.heap_mib = 100.0
        self.stats_asked = 0
        self.stats_error: WorkerLost | None = None
        self.stats_gate: asyncio.Event | None = None
        self.close_gate: asyncio.Event | None = None

    @property
    def alive(self) -> bool:
        return not self.died

    async def run(self, source: str, env: int = ROOT_ENV, *, soft_ms: int = 0, inert: bool = False) -> Ran:  # noqa: ARG002 - the protocol's
        self.requests += 1
        return Ran(env, ())

    async def stats(self) -> Stats:
        self.stats_asked += 1
        if self.stats_gate is not None:
            await self.stats_gate.wait()
        if self.stats_error is not None:
            self.died = True
            raise self.stats_error
        return Stats(rss_mib=200.0, heap_mib=self.heap_mib, states=0, envs=1, requests=self.requests)

    async def close(self) -> None:
        self.closed += 1
        self.died = True
        if self.close_gate is not None:
            await self.close_gate.wait()


class Factory:
    """Makes fake sessions, after raising each of `errors` once; knows how many live at the same time."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.made: list[FakeSession] = []
        self.calls = 0
        self.most_alive = 0
        self.gate: asyncio.Event | None = None

    async def __call__(self) -> Session:
        self.calls += 1
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.made.append(FakeSession())
        self.most_alive = max(self.most_alive, sum(session.alive for session in self.made))
        return cast("Session", self.made[-1])


class ProcessSession(FakeSession):
    """A fake session on top of a real, misbehaving process: what the engines look like to the pool."""

    def __init__(self, process: WorkerProcess) -> None:
        super().__init__()
        self.process = process

    @property
    def alive(self) -> bool:
        return self.process.is_alive

    async def run(self, source: str, env: int = ROOT_ENV, *, soft_ms: int = 0, inert: bool = False) -> Ran:
        await self.process.request(source.encode(), timeout_s=ENOUGH_S)
        return await super().run(source, env, soft_ms=soft_ms, inert=inert)

    async def close(self) -> None:
        await self.process.close()
