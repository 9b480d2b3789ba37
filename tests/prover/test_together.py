"""Coroutines at once: results in order, one exception as it is, and nothing left running."""

from __future__ import annotations

import asyncio

import pytest

from prover.together import together


async def _ended(value: int, turns: int) -> int:
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def test_results_come_in_the_order_of_the_jobs() -> None:
    assert await together(_ended(value, 5 - value) for value in range(5)) == [0, 1, 2, 3, 4]
    assert await together([]) == []


async def test_the_first_to_fail_ends_the_others_and_is_raised_as_it_is() -> None:
    tidied: list[str] = []

    async def waits() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # tidying up may take its time: it is waited for
            tidied.append("waits")
        return 0

    async def fails() -> int:
        await asyncio.sleep(0)
        raise OSError("it broke")

    with pytest.raises(OSError, match="it broke"):
        await together([waits(), fails(), waits()])
    assert tidied == ["waits", "waits"]


async def test_cancelled_it_ends_them_all() -> None:
    tidied: list[int] = []

    async def waits(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tidied.append(number)

    task = asyncio.create_task(together(waits(number) for number in range(3)))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(tidied) == [0, 1, 2]
