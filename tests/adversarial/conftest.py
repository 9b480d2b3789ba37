"""The two workers of the check, started once for all attacks on it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from prover.workshop import Workshop, workshop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shop() -> AsyncGenerator[Workshop]:
    """An untrusted worker and a clean one, replaced when they are lost, and the checker between them."""
    async with workshop(ensure_engine(), 1) as shop:
        yield shop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def judging() -> AsyncGenerator[EmbeddedSession]:
    """A clean worker of its own for attacks that begin with the export: no test may lose it."""
    session = await EmbeddedSession.start(ensure_engine())
    yield session
    await session.close()
