"""Several coroutines at once, for what needs all of them.

Promises that nothing is left running: whether they end well, one of them fails, or the caller is cancelled, all have ended when
`together` does. (`asyncio.gather` lets the others go on, with workers and models that are about to be closed.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def together(jobs: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """What the jobs return, in their order. The first to fail cancels the others, and its exception is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    return [task.result() for task in tasks]
