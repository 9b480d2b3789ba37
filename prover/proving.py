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
from prover.attempt import Attempt, Effort, Outcome
from prover.config import ProveConfig
from prover.lane import Lane, ReplayFailed, Side, StatementRefused, key_of
from prover.lemmas import LemmaLibrary
from prover.policy import Candidate, Policy
from prover.proof_text import proof_text
from prover.shorten import shorten
from search.best_first import BestFirst, SearchStatus
from search.budget import Stopped
from search.expansion import Closed, Failed, Subgoals
from search.expansion import Outcome as StepOutcome
from search.nodes import ROOT, NodeId
from search.script import script_lines

MAX_PARTS = 25  # a tactic that leaves more goals than this is not a step forward
OPEN_GOALS_SHOWN = 5
LOST_IN_A_ROW = 8  # so many workers lost without one answer between them: it is us, not the tactics


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
    watch: Callable[[Progress], None] = lambda _: None,
    observe: Callable[[tuple[Side, ...]], None] = lambda _: None,
) -> Attempt:
    """Attempt one statement.

    `clock` gives seconds; `watch` is called after every expansion; `observe` gets the searches at the end (for the tree page).
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
        watch: Callable[[Progress], None],
    ) -> None:
        self._statement, self._pool, self._checker, self._policy = statement, pool, checker, policy
        self._config, self._clock, self._watch = config, clock, watch
        self._lemmas = LemmaLibrary.load()
        self._begun = clock()
        self._turns = self._lost = self._lost_in_a_row = self._steps_out = 0
        self._settling = 0  # proofs that are being shortened and checked, which the search's budget does not cut short
        self._changed = asyncio.Event()  # set whenever a search may have something new to ask for
        self._result: Attempt | None = None
        self._settled: list[Side] = []
        self.sides: tuple[Side, ...] = ()

    async def run(self) -> Attempt:
        """Work until there is a result; the first lane opens the statement before the others start."""
        lanes = [asyncio.create_task(self._keep_a_lane(first=True))]
        lanes += [asyncio.create_task(self._keep_a_lane()) for _ in range(self._config.workers - 1)]
        try:
            while self._result is None:
                remaining = self._config.budget.seconds - self._elapsed() if self._config.budget.seconds else None
                if self._settling:
                    remaining = None
                running = [lane for lane in lanes if not lane.done()]
                done, _ = await asyncio.wait(running, timeout=remaining, return_when=asyncio.FIRST_COMPLETED)
                for lane in done:
                    lane.result()  # raises what the lane raised
                if self._result is None and not self._settling:
                    self._conclude_without_proof()
            return self._result
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    # -- lanes ------------------------------------------------------------------------------------------------------------

    async def _keep_a_lane(self, *, first: bool = False) -> None:
        """Hold a worker, and another when it is lost, until there is nothing to do."""
        while self._result is None:
            try:
                if not first:
                    await self._until(lambda: bool(self.sides))
                async with self._pool.lease() as session:
                    lane = Lane(session)
                    if not self.sides:
                        await self._open(lane)
                    await self._work(lane)
                    await lane.release()
                    return
            except WorkerLost:
                self._lost += 1
                self._lost_in_a_row += 1
                if self._lost_in_a_row >= LOST_IN_A_ROW:
                    raise
                self._changed.set()

    async def _open(self, lane: Lane) -> None:
        sides = [await self._side(lane, self._statement)]
        if self._config.negation_share and self._statement.can_be_negated:
            with suppress(StatementRefused):  # some binders cannot stand after ∀: then there is nothing to refute
                sides.append(await self._side(lane, self._statement.negation()))
        self.sides = tuple(sides)
        self._changed.set()

    async def _side(self, lane: Lane, statement: Statement) -> Side:
        part = await lane.open(statement)
        key = key_of(part.goals)
        return Side(statement, BestFirst(key, self._config.search), {key: part.goals})

    async def _work(self, lane: Lane) -> None:
        """Expand goals until there is a result or nothing will ever come up again."""
        while self._result is None:
            picked = self._pick()
            if picked is None:
                if not self._settling and not any(side.search.counts.in_flight for side in self.sides):
                    return
                self._changed.clear()
                await self._changed.wait()
                continue
            side, node = picked
            try:
                await self._expand(lane, side, node)
            finally:
                self._changed.set()
            if side.search.status is SearchStatus.PROVEN and self._result is None and side not in self._settled:
                self._settled.append(side)
                self._settling += 1
                try:
                    await self._settle(lane, side)
                finally:
                    self._settling -= 1
                    self._changed.set()

    def _pick(self) -> tuple[Side, NodeId] | None:
        """The next goal: the negation's turn comes every so often, and whenever the statement's search has nothing ready."""
        if self._stopped() is not None:
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
        taken: list[Candidate] = []
        try:
            if search.needs_candidates(node):
                [suggestions] = await self._policy.suggest([side.goals_of(node)[0]], self._config.candidates)
                search.offer(node, suggestions)
            allowed = self._config.budget.steps_allowed(self._config.search.width, spent=self._steps())
            taken = cast(
                "list[Candidate]", search.take(node, 1 if node in side.fragile else allowed)
            )  # what was offered comes back
            self._steps_out += len(taken)
            try:
                results = await lane.step(side, node, [self._call(candidate) for candidate in taken]) if taken else []
            finally:
                self._steps_out -= len(taken)
        except ReplayFailed as failure:
            search.tell(node, [Failed(str(failure)) for _ in taken])
        except WorkerLost as loss:
            # Which of the batch did it is not known: next time they go one by one, and then it is.
            if node in side.fragile and len(taken) == 1:
                search.tell(node, [Failed(f"the worker was lost: {str(loss).splitlines()[0]}")])
            else:
                side.fragile.add(node)
                search.release(node)
            raise
        except BaseException:
            search.release(node)
            raise
        else:
            self._lost_in_a_row = 0
            search.tell(node, [self._outcome(side, result) for result in results])
        self._watch(self._progress("search"))

    def _call(self, candidate: Candidate) -> TacticCall:
        config = self._config
        soft_ms = config.soft_ms if candidate.soft_ms is None else candidate.soft_ms
        if config.budget.seconds:  # no tactic outlives the budget
            left_ms = max(1, round(1000 * (config.budget.seconds - self._elapsed())))
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
        """A search closed its root: write the proof down, shorten it, have it checked."""
        self._watch(self._progress("check"))
        proof = await shorten(lane, side, self._clock)
        text = proof_text(side.statement, script_lines(proof), self._lemmas)
        verdict = await self._verdict(lane, side.statement, text)
        is_negation = side.statement is not self._statement
        if verdict.accepted:
            outcome = Outcome.REFUTED if is_negation else Outcome.PROVED
            self._result = Attempt(self._statement, outcome, self._effort(), verdict, text)
        elif not is_negation:
            reason = f"the search closed every goal, but the check refused the proof: {getattr(verdict.result, 'message', '')}"
            self._result = Attempt(self._statement, Outcome.REJECTED, self._effort(), verdict, text, reason)

    async def _verdict(self, lane: Lane, statement: Statement, text: str) -> Verdict:
        for _ in range(2):
            try:
                return await self._checker.check_in(lane.session, statement, text)
            except ChallengeBroken as broken:
                raise EnvError(
                    "the clean worker does not elaborate a statement that the search opened", detail=str(broken.messages)
                ) from broken
            except WorkerLost:
                if not lane.session.alive:
                    break
        return await self._checker.check(statement, text)  # in a worker of its own

    def _conclude_without_proof(self) -> None:
        stopped = self._stopped()
        if stopped is not None:
            outcome, reason = Outcome.OUT_OF_BUDGET, stopped.message
        else:
            outcome, reason = Outcome.EXHAUSTED, "every tactic that the policy proposes was tried"
        self._result = Attempt(
            self._statement, outcome, self._effort(), reason=reason, open_goals=self._open_goals(OPEN_GOALS_SHOWN)
        )

    # -- measures ---------------------------------------------------------------------------------------------------------------

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition() and self._result is None:
            self._changed.clear()
            await self._changed.wait()

    def _elapsed(self) -> float:
        return self._clock() - self._begun

    def _steps(self) -> int:
        return sum(side.search.counts.steps for side in self.sides) + self._steps_out

    def _stopped(self) -> Stopped | None:
        expansions = sum(side.search.counts.expansions + side.search.counts.in_flight for side in self.sides)
        return self._config.budget.stopped_by(expansions=expansions, steps=self._steps(), seconds=self._elapsed())

    def _effort(self) -> Effort:
        counts = [side.search.counts for side in self.sides]
        return Effort(
            seconds=self._elapsed(),
            expansions=sum(each.expansions for each in counts),
            steps=sum(each.steps for each in counts),
            nodes=sum(each.nodes for each in counts),
            workers_lost=self._lost,
        )

    def _open_goals(self, count: int) -> tuple[str, ...]:
        if not self.sides:
            return ()
        side = self.sides[0]
        nodes = side.search.best_open(count) or [ROOT]
        return tuple("\n\n".join(goal.text for goal in side.goals_of(node)) for node in nodes)

    def _progress(self, phase: str) -> Progress:
        return Progress(self._effort(), next(iter(self._open_goals(1)), ""), phase)
