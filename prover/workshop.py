"""The workers of one run: a pool for searching, a pool of one clean worker for judging, and the engine below both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
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


@asynccontextmanager
async def workshop(engine: Engine, workers: int) -> AsyncGenerator[Workshop, None]:
    """Workers on the embedded engine, started when first used and gone at the end.

    The clean worker starts by itself as soon as the first search worker is up: two starting at once would get in each other's
    way, and one that is there when the search ends costs no wait.
    """
    searching = asyncio.Event()

    async def start() -> EmbeddedSession:
        session = await EmbeddedSession.start(engine)
        searching.set()
        return session

    pool, clean = SessionPool(start, workers), SessionPool(start, 1)
    warming = asyncio.create_task(_warm(clean, searching))
    try:
        yield Workshop(engine, pool, Checker(pool, clean))
    finally:
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
        await asyncio.gather(pool.close(), clean.close())


async def _warm(pool: SessionPool, when: asyncio.Event) -> None:
    await when.wait()
    async with pool.lease():
        pass
