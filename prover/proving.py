"""READ FIRST. A statement in, an attempt out: ask the search for a goal, the policy for tactics, Lean what they do; tell; check.

Two searches share the workers: one of the statement, one of its negation. What the search closes is only *closed*: the assembled
text goes to the checker, and nothing but its verdict makes an outcome PROVED or REFUTED. A lost worker costs time, never an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from lean_env.checker import ChallengeBroken, Checker, Verdict
from lean_env.errors import EnvError, WorkerLost
from lean_env.messages import Advanced, Limit, Refused, StepResult, TacticCall
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort
from prover.config import ProveConfig
from prover.ending import open_goals, with_verdict, without_proof
from prover.lane import Lane, ReplayFailed, Side, StatementRefused, key_of
from prover.ledger import Ledger
from prover.lemmas import LemmaLibrary
from prover.policy import Candidate, Policy, usage_of
from prover.proof_text import proof_text
from prover.shorten import shorten
from search.best_first import BestFirst, SearchStatus
from search.expansion import Closed, Failed, Subgoals
from search.expansion import Outcome as StepOutcome
from search.nodes import NodeId
from search.script import script_lines

MAX_PARTS = 25  # a tactic that leaves more goals than this is not a step forward
LOST_IN_A_ROW = 8  # so many workers lost without one answer between them: it is us, not the tactics
LOSSES_PARDONED = 1  # so often a worker may be lost to a tactic that is tried alone, before the tactic counts as failed
CHECKS_LOST = 3  # the same for the check of one proof
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
    watch: Callable[[Progress], None] | None = None,
    observe: Callable[[tuple[Side, ...]], None] = lambda _: None,
) -> Attempt:
    """Attempt one statement.

    `clock` gives seconds; `watch` is called after an expansion, ten times a second at most, and when a check begins; `observe` gets
    the searches at the end (for the tree page), none if the statement was never opened.
    Raises StatementRefused if Lean does not accept the statement, EnvError if our machinery is broken beyond retrying.
    """
    hunt = _Hunt(statement, pool, checker, policy, config, clock, watch)
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
        config: ProveConfig,
        clock: Callable[[], float],
        watch: Callable[[Progress], None] | None,
    ) -> None:
        self._statement, self._pool, self._checker, self._policy = statement, pool, checker, policy
        self._config, self._clock, self._watch = config, clock, watch
        self._lemmas = LemmaLibrary.load()
        self._ledger = Ledger(config.budget, clock)
        self._watched = float("-inf")
        self._turns = self._lost_in_a_row = self._out_of_reach = 0
        self._negatable = config.negation_share > 0 and statement.can_be_negated
        self._in_check: list[Side] = []  # closed searches whose proof some lane is shortening and checking
        self._checked: list[Side] = []
        self._checks_lost = 0
        self._changed = asyncio.Event()  # set whenever a waiting lane, or the clock, may have something new to do
        self._over = False
        self._result: Attempt | None = None
        self.sides: tuple[Side, ...] = ()

    async def run(self) -> Attempt:
        """Work until there is a result; the first lane opens the statement before the others start."""
        lanes = [asyncio.create_task(self._keep_a_lane(first=number == 0)) for number in range(self._config.workers)]
        time = asyncio.create_task(self._keep_time())
        try:
            while self._result is None:
                working = [task for task in (*lanes, time) if not task.done()]
                done, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # raises what the lane raised
                if self._result is None and not self._awaits_check():
                    self._conclude_without_proof()  # a lane found nothing left to do, or time is up
                elif time.done():
                    time = asyncio.create_task(self._keep_time())
            self._finish()
            await asyncio.wait(lanes, timeout=FAREWELL_S)
            return self._result
        finally:
            self._finish()
            for task in (*lanes, time):
                task.cancel()
            await asyncio.gather(*lanes, time, return_exceptions=True)

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
                self._ledger.workers_lost += 1
                self._lost_in_a_row += 1
                if self._lost_in_a_row >= LOST_IN_A_ROW:
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
        return Side(statement, BestFirst(key, self._config.search), {key: part.goals})

    async def _work(self, lane: Lane) -> None:
        """Expand goals, and settle what is closed, until the hunt is over or nothing will ever come up again."""
        while not self._over:
            closed = next((side for side in self._closed() if side not in self._in_check), None)
            if closed is not None:
                await self._settle(lane, closed)
                continue
            picked = self._pick()
            if picked is not None:
                try:
                    await self._expand(lane, *picked)
                finally:
                    self._changed.set()
            elif self._awaits_check() or any(side.search.counts.in_flight for side in self.sides):
                self._changed.clear()
                await self._changed.wait()
            else:
                return

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

    # -- one expansion ------------------------------------------------------------------------------------------------------

    async def _expand(self, lane: Lane, side: Side, node: NodeId) -> None:
        search = side.search
        calls: list[TacticCall] = []
        results: list[StepResult] = []
        begun: float | None = None
        try:
            if search.needs_candidates(node):
                with self._ledger.policy:
                    [suggestions] = await self._policy.suggest([side.goals_of(node)[0]], self._config.candidates)
                self._ledger.suggested(usage_of(suggestions))
                search.offer(node, suggestions)
            width = 1 if node in side.fragile else self._config.search.width
            allowed = self._ledger.steps_allowed(width, self.sides)
            if allowed == 0:  # other lanes took the last steps meanwhile
                search.release(node)
                return
            calls = [self._call(cast("Candidate", each)) for each in search.take(node, allowed)]  # what was offered comes back
            self._ledger.steps_out += len(calls)
            try:
                if calls:
                    with self._ledger.lean:
                        await lane.reach(side, node)
                        begun = self._clock()
                        results = await lane.step(side, node, calls)
            finally:
                self._ledger.steps_out -= len(calls)
        except ReplayFailed as failure:
            self._out_of_reach += 1
            search.tell(node, [Failed(str(failure)) for _ in calls])
        except WorkerLost as loss:
            if self._is_to_blame(side, node, calls, begun):
                search.tell(node, [Failed(f"the worker was lost: {str(loss).splitlines()[0]}") for _ in calls])
            else:
                search.release(node)
            raise
        except BaseException:
            search.release(node)
            raise
        else:
            self._lost_in_a_row = 0
            self._ledger.tried(results)
            search.tell(node, [self._outcome(side, result) for result in results])
        self._show("search")

    def _is_to_blame(self, side: Side, node: NodeId, calls: list[TacticCall], begun: float | None) -> bool:
        """Whether a loss is the tactic's doing, or that of the way to the goal (`begun` is None), and not an accident.

        Which of a batch did it is not known: next time they go one by one, and then it is. Alone, a tactic that ran on past its
        soft limit is to blame at once, any other when it happens again.
        """
        if begun is None:
            culprit, overran = "", False
        elif len(calls) > 1:
            side.fragile.add(node)
            return False
        else:
            culprit, overran = calls[0].text, 0 < calls[0].soft_ms / 1000 < self._clock() - begun
        side.losses[node, culprit] += 1
        to_blame = overran or side.losses[node, culprit] > LOSSES_PARDONED
        self._out_of_reach += to_blame and begun is None
        return to_blame

    def _call(self, candidate: Candidate) -> TacticCall:
        config = self._config
        soft_ms = config.soft_ms if candidate.soft_ms is None else candidate.soft_ms
        left_ms = self._ledger.left_ms()
        if left_ms is not None:  # no tactic outlives the budget
            soft_ms = min(soft_ms or left_ms, left_ms)
        heartbeats = config.heartbeats if candidate.heartbeats is None else candidate.heartbeats
        return TacticCall(candidate.tactic, heartbeats, soft_ms)

    def _outcome(self, side: Side, result: StepResult) -> StepOutcome:
        match result:
            case Refused(message=message):
                return Failed(message)
            case Limit(kind=kind, message=message):
                return Failed(message or f"stopped by the limit: {kind}")
            case Advanced(parts=()):
                return Closed()
            case Advanced(parts=parts):
                if sum(len(part.goals) for part in parts) > MAX_PARTS:
                    return Failed(f"left more than {MAX_PARTS} goals")
                for part in parts:
                    side.goals.setdefault(key_of(part.goals), part.goals)
                return Subgoals(tuple(key_of(part.goals) for part in parts), tuple(len(part.goals) for part in parts))

    # -- the end --------------------------------------------------------------------------------------------------------------

    async def _settle(self, lane: Lane, side: Side) -> None:
        """A search closed its root: write the proof down, shorten it, have it checked. If the worker is lost, another does it."""
        is_negation = side.statement is not self._statement
        self._in_check.append(side)
        try:
            self._show("check")
            with self._ledger.lean:
                script = script_lines(await shorten(lane, side, self._clock))
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
        self._result = without_proof(self._statement, self.sides, effort, stopped=stopped, out_of_reach=self._out_of_reach)

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
