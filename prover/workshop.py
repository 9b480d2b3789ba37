"""The workers of one run: a pool for searching, a pool of one clean worker for judging, and the engine below both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lean_env.checker import Checker
from lean_env.embedded.engine import Engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.pool import SessionPool


@dataclass(frozen=True, slots=True)
class Workshop:
    """Pools and checker; `pool` runs candidates and is never trusted."""

    engine: Engine
    pool: SessionPool
    checker: Checker

    def pool_apart(self, workers: int) -> SessionPool:
        """Workers of their own, for programs that models wrote: what these do to a worker must not be seen by `pool`'s users.

        Whoever asks for it closes it.
        """
        return SessionPool(_starter(self.engine), workers)


@asynccontextmanager
async def workshop(engine: Engine, workers: int) -> AsyncGenerator[Workshop, None]:
    """Workers on the embedded engine, started when first used and gone at the end.

    The clean worker starts at once, beside the first search worker: one that is there when the search ends costs no wait.
    """
    start = _starter(engine)
    pool, clean = SessionPool(start, workers), SessionPool(start, 1)
    warming = asyncio.create_task(_warm(clean))
    try:
        yield Workshop(engine, pool, Checker(pool, clean))
    finally:
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
        await asyncio.gather(pool.close(), clean.close())


def _starter(engine: Engine) -> Callable[[], Awaitable[EmbeddedSession]]:
    async def start() -> EmbeddedSession:
        return await EmbeddedSession.start(engine)

    return start


async def _warm(pool: SessionPool) -> None:
    async with pool.lease():
        pass
