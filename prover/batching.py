"""Puts the questions of many searches to one policy together.

Owns the waiting room of one policy on one event loop. A batch closes when it is full or the wait is over; one is out at a time, and
while it is, the next one gathers. Promises first come first served, that every caller gets its own rows or the error of its own
batch, and that a caller who goes away takes nothing from the others. Never repeats a question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lean_env.errors import EnvError
from prover.policy import Candidate, Policy, Situation


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    situations: tuple[Situation, ...]
    count: int
    answer: asyncio.Future[list[list[Candidate]]]


class Batching:
    """A policy that gathers the calls of many searches into few calls of another one.

    Calls with different `count` are never in one batch: the first rows of a longer answer need not be the shorter answer (beams,
    samples), and what a search is told must not depend on who else happened to ask. A call with more goals than fit stays whole.

    Counters, all from 0: `batches` put to the policy, `goals` in them, `largest` of them in goals.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        most_goals: int = 64,
        wait_s: float = 0.003,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`most_goals` (>= 1) make a batch full, `wait_s` (>= 0) is how long others are waited for, by `pause`; else ValueError."""
        if most_goals < 1 or not 0 <= wait_s < float("inf"):
            raise ValueError(f"most_goals is at least 1 and wait_s finite and at least 0, not {most_goals} and {wait_s}")
        self.batches = self.goals = self.largest = 0
        self._policy, self._most_goals, self._wait_s, self._pause = policy, most_goals, wait_s, pause
        self._waiting: list[_Question] = []
        self._full: asyncio.Future[None] | None = None  # while a batch gathers: done when it is full
        self._serving: asyncio.Task[None] | None = None

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """What the policy says of these situations. Raises what it raised for their batch; EnvError if it cancelled itself."""
        if not situations:
            return []
        question = _Question(tuple(situations), count, asyncio.get_running_loop().create_future())
        self._waiting.append(question)
        if self._full is not None and not self._full.done() and self._is_full():
            self._full.set_result(None)
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await question.answer  # a caller that is cancelled cancels it, too, and so is known to be gone

    def _is_full(self) -> bool:
        return sum(len(question.situations) for question in self._waiting if not question.answer.done()) >= self._most_goals

    async def _serve(self) -> None:
        """Answer until nobody waits."""
        batch: list[_Question] = []
        try:
            while self._waiting:
                await self._gather()
                batch = self._take()
                if batch:
                    await self._answer(batch)
        finally:  # if this very task is cancelled, as all are when the loop ends, or the pause raised: nobody is left waiting
            for question in (*batch, *self._waiting):
                question.answer.cancel()

    async def _gather(self) -> None:
        """Wait until there is a whole batch, or for as long as it may take."""
        if self._is_full():
            return
        self._full = asyncio.get_running_loop().create_future()
        pause = asyncio.ensure_future(self._pause(self._wait_s))
        try:
            await asyncio.wait([pause, self._full], return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            self._full = None

    def _take(self) -> list[_Question]:
        """The longest waiting question, and those after it that want as many candidates and fit beside it."""
        batch: list[_Question] = []
        later: list[_Question] = []
        room, closed = self._most_goals, False
        for question in self._waiting:
            if question.answer.done():  # its caller is gone
                continue
            if not batch or (not closed and question.count == batch[0].count and len(question.situations) <= room):
                batch.append(question)
                room -= len(question.situations)
            else:
                later.append(question)
                closed = closed or question.count == batch[0].count  # a smaller one behind it does not overtake it
        self._waiting = later
        return batch

    async def _answer(self, batch: list[_Question]) -> None:
        situations = [each for question in batch for each in question.situations]
        self.batches += 1
        self.goals += len(situations)
        self.largest = max(self.largest, len(situations))
        call = asyncio.ensure_future(self._policy.suggest(situations, batch[0].count))
        everybody_left = asyncio.gather(*(question.answer for question in batch), return_exceptions=True)
        try:
            await asyncio.wait([call, everybody_left], return_when=asyncio.FIRST_COMPLETED)
        finally:
            call.cancel()  # no effect on a call that has ended
        if everybody_left.done():
            await asyncio.gather(call, return_exceptions=True)
            return
        error = EnvError("the policy's call was cancelled") if call.cancelled() else call.exception()
        rows = [] if error is not None else call.result()
        if error is None and len(rows) != len(situations):
            error = ValueError(f"the policy answered {len(rows)} rows for {len(situations)} goals")
        start = 0
        for question in batch:
            end = start + len(question.situations)
            if question.answer.done():
                pass
            elif error is not None:
                question.answer.set_exception(error)
            else:
                question.answer.set_result(rows[start:end])
            start = end
