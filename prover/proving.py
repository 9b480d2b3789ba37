"""READ FIRST. A statement in, an attempt out: ask the search for a goal, the policy for tactics, Lean what they do; tell; check.

Two searches share the workers: one of the statement, one of its negation. What the search closes is only *closed*: the assembled
text goes to the checker, and nothing but its verdict makes an outcome PROVED or REFUTED. A lost worker costs time, never an answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from lean_env.checker import ChallengeBroken, Checker, Verdict
from lean_env.errors import EnvError, WorkerLost
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort
from prover.config import ProveConfig
from prover.critic import NO_CRITIC, Critic, require_fit
from prover.ending import open_goals, with_verdict, without_proof
from prover.expanding import Expander
from prover.lane import Lane, Side, StatementRefused, key_of
from prover.ledger import Ledger
from prover.lemmas import LemmaLibrary
from prover.policy import Policy
from prover.proof_text import proof_text
from prover.shorten import QUICK, REPEATABLE, shorten
from search.nodes import NodeId
from search.script import script_lines
from search.search import Search, SearchStatus

LOST_IN_A_ROW = 8  # so many workers lost without one answer between them: it is us, not the tactics
CHECKS_LOST = 3  # so often a worker may be lost to the check of one proof, before that is an error
WATCH_EVERY_S = 0.1
ALONE_S = 0.5  # easy theorems close at the root within it: until then a second worker would only take the cores away
FAREWELL_S = 0.1  # how long lanes may go on with what they do once there is a result; then their workers are killed


@dataclass(frozen=True, slots=True)
class Progress:
    """A snapshot for whoever watches."""

    effort: Effort
    best_goal: str
    phase: str  # "search" or "check"


async def prove_statement(
    statement: Statement,
    *,
    pool: SessionPool,
    checker: Checker,
    policy: Policy,
    config: ProveConfig,
    clock: Callable[[], float],
    critic: Critic = NO_CRITIC,
    watch: Callable[[Progress], None] | None = None,
    observe: Callable[[tuple[Side, ...]], None] = lambda _: None,
) -> Attempt:
    """Attempt one statement.

    `clock` gives seconds; `watch` is called after an expansion, ten times a second at most, and when a check begins; `observe` gets
    the searches at the end (for the tree page), none if the statement was never opened.
    Raises ValueError if the search cannot go by this critic, StatementRefused if Lean does not accept the statement, EnvError if
    our machinery is broken beyond retrying.
    """
    require_fit(critic, config.search)
    hunt = _Hunt(statement, pool, checker, policy, critic, config, clock, watch)
    try:
        return await hunt.run()
    finally:
        observe(hunt.sides)


class _Hunt:
    """One attempt under way: the searches, and the lanes that work on them."""

    def __init__(
        self,
        statement: Statement,
        pool: SessionPool,
        checker: Checker,
        policy: Policy,
        critic: Critic,
        config: ProveConfig,
        clock: Callable[[], float],
        watch: Callable[[Progress], None] | None,
    ) -> None:
        self._statement, self._pool, self._checker = statement, pool, checker
        self._config, self._clock, self._watch = config, clock, watch
        self._lemmas = LemmaLibrary.load()
        self._ledger = Ledger(config.budget, clock)
        self._watched = float("-inf")
        self._expander = Expander(policy, critic, config, self._ledger, clock)
        self._patience = REPEATABLE if config.budget.repeatable else QUICK
        self._turns = 0
        self._negatable = config.negation_share > 0 and statement.can_be_negated
        self._in_check: list[Side] = []  # closed searches whose proof some lane is shortening and checking
        self._checked: list[Side] = []
        self._checks_lost = 0
        self._ready: deque[tuple[Side, NodeId]] = deque()  # asked for, and the policy has spoken; the next free lane's
        self._changed = asyncio.Event()  # set whenever a waiting lane, or the clock, may have something new to do
        self._over = False
        self._result: Attempt | None = None
        self.sides: tuple[Side, ...] = ()

    async def run(self) -> Attempt:
        """Work until there is a result; the first lane opens the statement before the others start."""
        lanes = [asyncio.create_task(self._keep_a_lane(first=number == 0)) for number in range(self._config.workers)]
        scouts = [asyncio.create_task(self._scout()) for _ in range(self._config.lookahead)]
        time = asyncio.create_task(self._keep_time())
        try:
            while self._result is None:
                working = [task for task in (*lanes, *scouts, time) if not task.done()]
                done, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # raises what the lane or scout raised
                if self._result is None and not self._awaits_check():
                    self._conclude_without_proof()  # a lane found nothing left to do, or time is up
                elif time.done():
                    time = asyncio.create_task(self._keep_time())
            self._finish()
            await asyncio.wait(lanes, timeout=FAREWELL_S)
            return self._result
        finally:
            self._finish()
            for task in (*lanes, *scouts, time):
                task.cancel()
            await asyncio.gather(*lanes, *scouts, time, return_exceptions=True)
            for side, node in self._ready:
                side.search.release(node)

    async def _keep_time(self) -> None:
        """Ends when the seconds are up and no proof is being checked; never without a limit."""
        limit_s = self._config.budget.seconds
        elapsed_s = self._ledger.elapsed_s
        while not limit_s or elapsed_s < limit_s:
            await asyncio.sleep(limit_s - elapsed_s if limit_s else 3600.0)
            elapsed_s = self._ledger.elapsed_s
        await self._until(lambda: not self._awaits_check())

    # -- lanes ------------------------------------------------------------------------------------------------------------

    async def _keep_a_lane(self, *, first: bool) -> None:
        """Hold a worker, and another when it is lost, until there is nothing to do."""
        while not self._over:
            if not first:
                await self._until(lambda: bool(self.sides))
                with suppress(TimeoutError):
                    async with asyncio.timeout(ALONE_S):
                        await self._until(lambda: any(side.search.counts.expansions for side in self.sides))
            try:
                async with self._pool.lease() as session:
                    lane = Lane(session)
                    try:
                        if not self.sides:
                            await self._open(lane)
                        await self._work(lane)
                    finally:
                        await lane.release()
                    return
            except WorkerLost:
                self._ledger.lost_worker()
                if self._ledger.lost_in_a_row >= LOST_IN_A_ROW:
                    raise
                self._changed.set()

    async def _open(self, lane: Lane) -> None:
        sides = [await self._side(lane, self._statement)]
        if self._negatable:
            self._negatable = False  # should it cost us the worker, the next one goes without
            with suppress(StatementRefused):  # some binders cannot stand after ∀: then there is nothing to refute
                sides.append(await self._side(lane, self._statement.negation()))
        self.sides = tuple(sides)
        self._changed.set()

    async def _side(self, lane: Lane, statement: Statement) -> Side:
        with self._ledger.lean:
            part = await lane.open(statement)
        key = key_of(part.goals)
        return Side(statement, Search(key, self._config.search), {key: part.goals})

    async def _work(self, lane: Lane) -> None:
        """Expand goals, and settle what is closed, until the hunt is over or nothing will ever come up again."""
        while not self._over:
            closed = next((side for side in self._closed() if side not in self._in_check), None)
            if closed is not None:
                await self._settle(lane, closed)
                continue
            picked = self._ready.popleft() if self._ready else self._pick()
            if picked is not None:
                self._changed.set()  # for the scout who made it ready
                try:
                    await self._expander.expand(lane, *picked, self.sides)
                finally:
                    self._changed.set()
                self._show("search")
            elif self._awaits_check() or any(side.search.counts.in_flight for side in self.sides):
                self._changed.clear()
                await self._changed.wait()
            else:
                return

    async def _scout(self) -> None:
        """Ask the policy about goals ahead of the lanes, so that it and Lean are busy at the same time; one goal at a time."""
        while not self._over:
            picked = self._pick() if self.sides else None
            if picked is None:
                self._changed.clear()
                await self._changed.wait()
                continue
            await self._expander.prepare(*picked)
            self._ready.append(picked)
            self._changed.set()
            await self._until(lambda picked=picked: picked not in self._ready)

    def _pick(self) -> tuple[Side, NodeId] | None:
        """The next goal: the negation's turn comes every so often, and whenever the statement's search has nothing ready."""
        if self._ledger.stopped(self.sides) is not None:
            return None
        self._turns += 1
        order = list(self.sides)
        if self._config.negation_share and self._turns % self._config.negation_share == 0:
            order.reverse()
        for side in order:
            node = side.search.ask()
            if node is not None:
                return side, node
        return None

    # -- the end --------------------------------------------------------------------------------------------------------------

    async def _settle(self, lane: Lane, side: Side) -> None:
        """A search closed its root: write the proof down, shorten it, have it checked. If the worker is lost, another does it."""
        is_negation = side.statement is not self._statement
        self._in_check.append(side)
        try:
            self._show("check")
            with self._ledger.lean:
                script = script_lines(await shorten(lane, side, self._clock, self._patience))
                text = proof_text(side.statement, script, self._lemmas)
                verdict = await self._verdict(lane, side.statement, text)
        except WorkerLost as loss:
            self._checks_lost += 1
            if self._checks_lost == CHECKS_LOST:
                self._checked.append(side)
                if not is_negation:
                    text = f"the check of the proof that was found lost its worker {CHECKS_LOST} times"
                    raise EnvError(text, detail=str(loss)) from loss
            raise
        except ChallengeBroken as broken:
            self._checked.append(side)
            if not is_negation:
                text = "the clean worker does not elaborate a statement that the search opened"
                raise EnvError(text, detail=str(broken.messages)) from broken
        else:
            self._checked.append(side)
            if self._result is None:
                self._result = with_verdict(self._statement, verdict, text, script, self._ledger.effort(self.sides))
                self._over = self._result is not None
        finally:
            self._in_check.remove(side)
            self._changed.set()

    async def _verdict(self, lane: Lane, statement: Statement, text: str) -> Verdict:
        """Raises WorkerLost if the lane's worker is lost, or the clean one twice; ChallengeBroken as the checker does."""
        with suppress(WorkerLost):
            return await self._checker.check_in(lane.session, statement, text)
        if not lane.session.alive:
            # Not in a worker from the pool: this lane still holds its place there, and it may be the only one.
            raise WorkerLost("the worker was lost while it elaborated the proof for its check")
        return await self._checker.check_in(lane.session, statement, text)

    def _conclude_without_proof(self) -> None:
        effort, stopped = self._ledger.effort(self.sides), self._ledger.stopped(self.sides)
        self._result = without_proof(self._statement, self.sides, effort, stopped=stopped, out_of_reach=self._expander.out_of_reach)

    def _finish(self) -> None:
        """Tell the lanes that wait or are between two steps to end."""
        self._over = True
        self._changed.set()

    def _closed(self) -> list[Side]:
        """Searches that closed their root, and whose proof is not checked yet."""
        return [side for side in self.sides if side.search.status is SearchStatus.PROVEN and side not in self._checked]

    def _awaits_check(self) -> bool:
        """Whether a proof was found that may still become the result: the search's budget does not cut its check short."""
        return bool(self._closed())

    # -- measures ---------------------------------------------------------------------------------------------------------------

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition() and not self._over:
            self._changed.clear()
            await self._changed.wait()

    def _show(self, phase: str) -> None:
        """Tell whoever watches, unless they were told just now."""
        now = self._clock()
        if self._watch is not None and (phase != "search" or now - self._watched >= WATCH_EVERY_S):
            self._watched = now
            self._watch(Progress(self._ledger.effort(self.sides), next(iter(open_goals(self.sides, 1)), ""), phase))
