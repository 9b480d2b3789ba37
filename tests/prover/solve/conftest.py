"""Lean workers for the tests that need one, and the kernel of this machine if it can isolate code."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.embedded.session import EmbeddedSession
from lean_env.pool import SessionPool
from prover.sandbox.isolation import NoIsolation
from prover.sandbox.kernel import find_isolation


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lean_pool() -> AsyncGenerator[SessionPool]:
    async with SessionPool(EmbeddedSession.start, 1) as pool:
        yield pool


@pytest_asyncio.fixture
async def isolated() -> None:
    """Skips where code cannot be confined, and says why."""
    try:
        await find_isolation()
    except NoIsolation as error:
        pytest.skip(f"no isolation on this machine: {error}")
