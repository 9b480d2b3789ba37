"""A bounded set of Lean sessions on this machine, lent to one caller at a time each.

Owns the sessions it starts: no more than `size` exist at once, each starts when it is first needed, a dead one is
replaced, and one that served long or grew fat is retired between two leases. Promises that waiting callers are served
in order of arrival, that a lease begins with a session not known to be dead, and that `close` leaves none. Never
repeats what a caller did, and never looks into a session: handles left behind in it are the caller's to free.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from lean_env.errors import EnvError, WorkerLost
from lean_env.session import Session

_Fate = Literal["fit", "worn", "lost"]


@dataclass(slots=True, eq=False)
class _Slot:
    """A session and what the pool remembers of it. `lost`: a caller met WorkerLost, whatever the session says."""

    session: Session
    returns: int = 0
    lost: bool = False

    @property
    def usable(self) -> bool:
        return self.session.alive and not self.lost


class SessionPool:
    """Sessions on loan: `async with pool.lease() as session`.

    Counters, all from 0: `leases` granted; `restarts`, sessions that died at their start, in a lease or between two;
    `recycled`, sessions retired by age or memory.
    """

    def __init__(
        self,
        factory: Callable[[], Awaitable[Session]],
        size: int,
        *,
        recycle_after_requests: int = 5000,
        recycle_heap_mib: int = 1024,
        stats_every: int = 1,
        start_attempts: int = 3,
    ) -> None:
        """Nothing starts before the first lease. Raises ValueError if a number below is out of range.

        factory                 starts one session
        size                    sessions at once, at least 1
        recycle_after_requests  a session that served as many is retired when it comes back; 0 = never
        recycle_heap_mib        the same for its heap; 0 = never
        stats_every             at every how many returns a session is asked for the two (one round trip), at least 1
        start_attempts          how often one lease tries to start a session that is lost while it starts, at least 1
        """
        if min(size, stats_every, start_attempts) < 1:
            raise ValueError("size, stats_every and start_attempts are at least 1")
        if min(recycle_after_requests, recycle_heap_mib) < 0:
            raise ValueError("recycle_after_requests and recycle_heap_mib are at least 0")
        self.size = size
        self.leases = 0
        self.restarts = 0
        self.recycled = 0
        self._factory = factory
        self._recycle_after_requests = recycle_after_requests or math.inf
        self._recycle_heap_mib = recycle_heap_mib or math.inf
        self._stats_every = stats_every
        self._start_attempts = start_attempts
        self._places = asyncio.Semaphore(size)  # wakes its waiters in order of arrival
        self._slots: list[_Slot] = []
        self._idle: list[_Slot] = []  # a stack: the session used last is lent first, and what is not needed never starts
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    @asynccontextmanager
    async def lease(self) -> AsyncGenerator[Session]:
        """A live session for the body of the `async with`, waiting for one if all are lent.

        A `WorkerLost` that leaves the body gives the session up, and goes on to the caller, who may lease again. Raises
        what the factory raises (`ToolchainMissing` and `SetupFailed` at once, `WorkerLost` after `start_attempts`
        sessions in a row that were lost at their start), and EnvError if the pool is closed.
        """
        async with self._places:
            slot = await self._take()
            self.leases += 1
            try:
                yield slot.session
            except WorkerLost:
                slot.lost = True
                raise
            finally:
                await self._give_back(slot)

    async def close(self) -> None:
        """End every session, also those on loan, and refuse further leases. Idempotent, never raises.

        A session that is being started meanwhile is ended as soon as it is there.
        """
        self._closed = True
        slots, self._slots, self._idle = self._slots, [], []
        await asyncio.gather(*(slot.session.close() for slot in slots))

    async def _take(self) -> _Slot:
        """A usable session off the stack, or a new one."""
        while self._idle:
            slot = self._idle.pop()
            if slot.usable:
                return slot
            self.restarts += 1
            await self._discard(slot)
        return await self._start()

    async def _start(self) -> _Slot:
        failures = 0
        while not self._closed:
            try:
                session = await self._factory()
            except WorkerLost:
                self.restarts += 1
                failures += 1
                if failures == self._start_attempts:
                    raise
                continue
            slot = _Slot(session)
            self._slots.append(slot)
            if not self._closed:
                return slot
            await self._discard(slot)  # the pool was closed meanwhile
        # Not WorkerLost: whoever retries after that would retry for ever.
        raise EnvError("the session pool is closed")

    async def _give_back(self, slot: _Slot) -> None:
        """Put the session back on the stack, or end it. The caller has its result: what is found here is not raised."""
        slot.returns += 1
        fate: _Fate = "lost"  # also if this is cancelled: whether the session is still in step is then unknown
        try:
            with suppress(WorkerLost):
                fate = await self._fate(slot)
        finally:
            if fate == "fit" and not self._closed:
                self._idle.append(slot)
            else:
                self.restarts += fate == "lost" and not self._closed
                self.recycled += fate == "worn"
                await self._discard(slot)

    async def _fate(self, slot: _Slot) -> _Fate:
        """Whether a session that comes back may go out again. Asks it only at every `stats_every`-th return."""
        if not slot.usable:
            return "lost"
        if self._closed or slot.returns % self._stats_every:
            return "fit"
        stats = await slot.session.stats()
        old = stats.requests >= self._recycle_after_requests
        return "worn" if old or stats.heap_mib >= self._recycle_heap_mib else "fit"

    async def _discard(self, slot: _Slot) -> None:
        """End the session before its place is given away, so that `size` bounds memory too."""
        try:
            await slot.session.close()
        finally:
            with suppress(ValueError):  # `close` forgot it first
                self._slots.remove(slot)
