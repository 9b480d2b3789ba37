"""One Lean worker for all tests that do not break theirs: starting is cheap, but the first tactics of a process are slow."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest_asyncio

from lean_env.embedded.session import EmbeddedSession
from tests.fakes.lean import Workers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def workers() -> AsyncGenerator[Workers]:
    """Starts sessions, and ends those that are left."""
    starter = Workers()
    yield starter
    await starter.close()


@pytest_asyncio.fixture(loop_scope="session")
async def session(workers: Workers) -> EmbeddedSession:
    """The shared session; a new one after a test that lost it, so that one failure stays one."""
    return await workers.shared()
