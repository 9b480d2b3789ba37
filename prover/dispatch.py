"""Gives work to hands, and outlives them.

Owns who does what, at most `1 + crew.ahead` pieces of work per hand. Promises that every piece ends exactly once, done or given up;
that a lost hand costs only what it was doing, which is done again elsewhere; that one poisonous problem cannot eat the run; and
that towards the end no piece waits behind a busy hand while another is idle. Never looks into what is done; keeps nothing on disk.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lean_env.errors import EnvError, SetupFailed, ToolchainMissing
from prover.crew import Crew, Hand, HandLost, Withdrawn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules:
    """When to try again, and when to give up.

    tries             how often one piece of work is begun, at most (>= 1)
    failures_pardoned how many more tries at one group may fail than were done, before the rest of it is not begun any more: among
                      thousands of attempts at one problem, some fall to lost machines
    deadline_s        of one piece of work, from when its hand is free for it; 0 = none
    check_every_s     how often a hand is asked whether it lives; a crew of many hands is asked at `checks_per_s` at most
    answer_within_s   how long it may take to say so
    pause_s           before another hand is hired in place of one that could not be had
    failures_in_a_row so many failures of any kind with nothing done in between, on top of two per hand, and the run ends
    """

    tries: int = 3
    failures_pardoned: int = 5
    deadline_s: float = 0.0
    check_every_s: float = 15.0
    checks_per_s: float = 100.0
    answer_within_s: float = 60.0
    pause_s: float = 1.0
    failures_in_a_row: int = 30


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """A piece of work. `run` may be called several times, on one hand after the other; `group` is what is put aside as a whole."""

    key: str
    group: str
    run: Callable[[Hand], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """A piece of work that was done, in its `tries`-th try."""

    work: Work[T]
    value: T
    tries: int


@dataclass(frozen=True, slots=True)
class GivenUp(Generic[T]):
    """A piece of work that our machinery did not get done; `quarantined`: because of others in its group."""

    work: Work[T]
    reason: str
    tries: int
    quarantined: bool = False


@dataclass(slots=True)
class Muster:
    """Who is there, for progress. `lost` counts hands that died or could not be hired."""

    alive: int = 0
    lost: int = 0
    stolen: int = 0


@dataclass(slots=True, eq=False)
class _Item(Generic[T]):
    work: Work[T]
    tries: int = 0
    reason: str = ""


@dataclass(slots=True, eq=False)
class _Place(Generic[T]):
    """A hand and what it was given, in order: the first is being done, the others wait there."""

    hand: Hand
    items: list[_Item[T]] = field(default_factory=list["_Item[T]"])
    head_since: float = 0.0


class Dispatch(Generic[T]):
    """One batch of work over one crew. `muster` may be read at any time."""

    def __init__(
        self, crew: Crew, rules: Rules, ended: Callable[[Done[T] | GivenUp[T]], None], *, clock: Callable[[], float]
    ) -> None:
        """`ended` is called once for every piece of work that ends, in this event loop. `clock` gives seconds, for deadlines."""
        self.muster = Muster()
        self._crew, self._rules, self._ended, self._clock = crew, rules, ended, clock
        self._queue: deque[_Item[T]] = deque()
        self._open = 0  # pieces that have not ended
        self._waiting: dict[_Item[T], _Place[T]] = {}  # given to a hand that is busy with another
        self._idle: deque[asyncio.Future[None]] = deque()  # hands with nothing at all to do
        self._content: deque[asyncio.Future[None]] = deque()  # hands that are busy and could take one more
        self._failures: Counter[str] = Counter()  # by group: those that nothing done has made up for
        self._failures_in_a_row = 0
        self._draining = False
        self._withdrawing: asyncio.Task[None] | None = None
        self._places: set[_Place[T]] = set()
        self._hands: set[Hand] = set()  # that are not closed
        self._over = asyncio.Event()

    def add(self, works: Iterable[Work[T]]) -> None:
        """More work, behind what there is. Before `run`, or from within `ended`."""
        before = len(self._queue)
        self._queue.extend(_Item(work) for work in works)
        self._open += len(self._queue) - before
        self._wake(len(self._queue) - before)

    async def run(self, hands: int) -> None:
        """Get everything done by so many hands at most (the crew's size is another bound).

        Returns when all has ended, or all that was begun when it was told to `drain`. Raises ToolchainMissing and SetupFailed at
        once, EnvError if hands are lost without end. Cancelled, it drops what is in flight and ends the hands.
        """
        if not self._queue:
            return
        keepers = [asyncio.create_task(self._keep_place()) for _ in range(min(self._crew.size, hands))]
        all_kept, over = asyncio.create_task(_all(keepers)), asyncio.create_task(self._until_over())
        try:
            await _first(all_kept, over)
        finally:
            await _end([over, all_kept, *keepers, *([self._withdrawing] if self._withdrawing else [])])
            await asyncio.gather(*(hand.close() for hand in self._hands))  # of keepers that were cancelled while they tidied up

    def drain(self) -> None:
        """Begin nothing more; `run` returns when what was begun has ended. Idempotent."""
        if not self._draining:
            self._draining = True
            self._withdrawing = asyncio.create_task(self._withdraw_all())

    async def _withdraw_all(self) -> None:
        """Nothing that waits at a busy hand shall be begun there."""
        for item, place in list(self._waiting.items()):
            await self._withdraw(item, place)
        self._look_whether_over()
        self._wake_all()

    async def _until_over(self) -> None:
        await self._over.wait()

    # -- places -------------------------------------------------------------------------------------------------------------------

    async def _keep_place(self) -> None:
        """Keep one hand at work, and another one when it is lost."""
        while not (self._draining or self._over.is_set()):
            hand = await self._hire()
            if hand is None:
                continue
            self._hands.add(hand)
            place = _Place[T](hand)
            self._places.add(place)
            self.muster.alive += 1
            tasks = [asyncio.create_task(self._work(place)) for _ in range(1 + self._crew.ahead)]
            all_done, watch = asyncio.create_task(_all(tasks)), asyncio.create_task(self._watch_over(place))
            try:
                await _first(all_done, watch)
                return
            except HandLost as lost:
                self.muster.lost += 1
                self._take_back(place, lost)
            finally:
                self._places.discard(place)
                self.muster.alive -= 1
                await _end([watch, all_done, *tasks])
                await hand.close()
                self._hands.discard(hand)

    async def _hire(self) -> Hand | None:
        try:
            return await self._crew.hire()
        except (ToolchainMissing, SetupFailed):
            raise
        except EnvError as failure:
            self.muster.lost += 1
            if not self.muster.alive:  # else the run goes on, with fewer hands than were asked for
                self._count_failure(failure)
            await asyncio.sleep(self._rules.pause_s)
            return None

    def _count_failure(self, failure: EnvError) -> None:
        """Raises EnvError if nothing but failures has been seen for too long: then it is us, not the work."""
        self._failures_in_a_row += 1
        allowed = self._rules.failures_in_a_row + 2 * self._crew.size
        if self._failures_in_a_row >= allowed:
            raise EnvError(f"{allowed} failures with nothing done in between; the last one: {failure}") from failure

    async def _watch_over(self, place: _Place[T]) -> None:
        """Ends only by raising HandLost: the hand does not answer, or what it does takes too long."""
        rules = self._rules
        pause_s = max(rules.check_every_s, self._crew.size / rules.checks_per_s)
        while True:
            await asyncio.sleep(pause_s)
            try:
                async with asyncio.timeout(rules.answer_within_s):
                    await place.hand.check_alive()
            except TimeoutError as late:
                raise HandLost(f"{place.hand.name} did not answer within {rules.answer_within_s:g} s") from late
            if rules.deadline_s and place.items and self._clock() - place.head_since > rules.deadline_s:
                raise HandLost(f"{place.hand.name} did not end {place.items[0].work.key} within {rules.deadline_s:g} s")

    async def _work(self, place: _Place[T]) -> None:
        while (item := await self._next(place)) is not None:
            try:
                value = await item.work.run(place.hand)
            except Withdrawn:
                continue  # whoever took it back has it
            except HandLost:
                raise  # `_take_back` looks after everything that the hand had
            except EnvError as broken:
                self._leave(place, item)
                self._failed(item, broken)
            else:
                self._leave(place, item)
                self._failures_in_a_row = 0
                if self._failures[item.work.group] > 0:
                    self._failures[item.work.group] -= 1
                self._end_item(Done(item.work, value, item.tries + 1))

    # -- what comes next ----------------------------------------------------------------------------------------------------------

    async def _next(self, place: _Place[T]) -> _Item[T] | None:
        """The next piece for a hand; None if there will be none."""
        while not (self._draining or self._over.is_set()):
            item = self._from_queue()
            if item is None and not place.items:
                item = await self._steal()
                if self._draining or self._queue:  # what happened meanwhile woke nobody: this hand was not parked
                    self._queue.extendleft([item] if item else [])
                    continue
            if item is not None:
                place.items.append(item)
                if len(place.items) == 1:
                    place.head_since = self._clock()
                else:
                    self._waiting[item] = place
                return item
            await self._park(self._content if place.items else self._idle)
        return None

    def _from_queue(self) -> _Item[T] | None:
        while self._queue:
            item = self._queue.popleft()
            if self._failures[item.work.group] <= self._rules.failures_pardoned:
                return item
            self._end_item(GivenUp(item.work, item.reason or "other attempts at it failed too often", item.tries, quarantined=True))
        return None

    async def _steal(self) -> _Item[T] | None:
        """A piece that waits behind a busy hand, taken back from there."""
        while self._waiting:
            item, place = next(iter(self._waiting.items()))
            if await self._withdraw(item, place):
                self.muster.stolen += 1
                return item
        return None

    async def _withdraw(self, item: _Item[T], place: _Place[T]) -> bool:
        """Take a piece back that waits at a busy hand; whether it is ours now. It does not count as waiting any more."""
        self._waiting.pop(item, None)
        with suppress(HandLost):  # that place looks after itself
            if await place.hand.withdraw(item.work.key) and item in place.items:
                self._leave(place, item)
                return True
        return False

    def _leave(self, place: _Place[T], item: _Item[T]) -> None:
        """Cross a piece off at the place that had it; the next one's time begins."""
        self._waiting.pop(item, None)
        was_head = place.items[:1] == [item]
        place.items.remove(item)
        if was_head and place.items:
            self._waiting.pop(place.items[0], None)
            place.head_since = self._clock()

    # -- ends ---------------------------------------------------------------------------------------------------------------------

    def _take_back(self, place: _Place[T], lost: HandLost) -> None:
        """What a lost hand had goes on elsewhere; only the piece that it was doing may be to blame."""
        items, place.items = place.items, []
        for item in reversed(items[1:]):
            self._waiting.pop(item, None)
            self._queue.appendleft(item)
        self._wake(len(items[1:]))
        if items:
            self._failed(items[0], lost)
        else:
            self._count_failure(lost)
        self._look_whether_over()

    def _failed(self, item: _Item[T], failure: EnvError) -> None:
        self._count_failure(failure)
        item.tries += 1
        item.reason = str(failure)
        self._failures[item.work.group] += 1
        if item.tries >= self._rules.tries:
            self._end_item(GivenUp(item.work, item.reason, item.tries))
        else:
            self._queue.append(item)  # at the end: what is wrong may pass
            self._wake(1)
        self._look_whether_over()

    def _end_item(self, ending: Done[T] | GivenUp[T]) -> None:
        self._open -= 1
        self._ended(ending)
        self._look_whether_over()

    def _look_whether_over(self) -> None:
        drained = self._draining and not any(place.items for place in self._places)
        if self._open == 0 or drained:
            self._over.set()
            self._wake_all()

    # -- waiting ------------------------------------------------------------------------------------------------------------------

    async def _park(self, waiters: deque[asyncio.Future[None]]) -> None:
        waiter = asyncio.get_running_loop().create_future()
        waiters.append(waiter)
        try:
            await waiter
        finally:
            with suppress(ValueError):
                waiters.remove(waiter)

    def _wake(self, count: int) -> None:
        """As many as there is new work for, those without any first."""
        for waiters in (self._idle, self._content):
            while count and waiters:
                waiter = waiters.popleft()
                if not waiter.done():
                    waiter.set_result(None)
                    count -= 1

    def _wake_all(self) -> None:
        self._wake(len(self._idle) + len(self._content))


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)


async def _first(*tasks: asyncio.Task[None]) -> None:
    """Return when the first of them ends, or raise what it raises."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel tasks, wait until they are gone, and let what they raised go with them."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
