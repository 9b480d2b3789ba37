"""A lane: one leased Lean worker, and which nodes of which search it has states for.

Any node can be reached on any lane, because what identifies it is the path of tactics from the theorem: a state that is missing
here (it was found on another worker, or this one is new, or the state was forgotten) is made again by replaying the path.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from lean_env.embedded.session import LEMMA_ENV
from lean_env.errors import WorkerLost
from lean_env.messages import Advanced, Goal, NotElaborated, Opened, Part, StepResult, TacticCall
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement
from search.nodes import ROOT, NodeId
from search.search import Search

KEPT_STATES = 3000  # about 15 KiB each in the worker; a forgotten one costs a replay
FREED_TOGETHER = 200
REPLAY_HEARTBEATS = 0  # none: the step worked once within its limit, and may need more in a worker whose caches are cold
REPLAY_SOFT_MS = 20_000


class ReplayFailed(Exception):
    """A path of tactics that worked did not work again; the node cannot be reached on this lane."""


class StatementRefused(Exception):
    """Lean does not accept the statement; the refusal's messages are positioned in `source`."""

    def __init__(self, refusal: NotElaborated, source: str) -> None:
        super().__init__("\n".join(message.data for message in refusal.messages))
        self.refusal = refusal
        self.source = source


def key_of(goals: Sequence[Goal]) -> str:
    """The key under which goals that belong together are one node."""
    return "\n\n".join(goal.key for goal in goals)


@dataclass(slots=True)
class Side:
    """One of the two searches of an attempt: of the statement, or of its negation. `goals` are by node key."""

    statement: Statement
    search: Search
    goals: dict[str, tuple[Goal, ...]]
    fragile: set[NodeId] = field(default_factory=set[NodeId])  # a worker was lost to a batch here: try one candidate at a time
    losses: Counter[tuple[NodeId, str]] = field(default_factory=Counter[tuple[NodeId, str]])  # by a tactic alone; "" = on the way

    def goals_of(self, node: NodeId) -> tuple[Goal, ...]:
        """The goals of a node, the one that a tactic acts on first."""
        return self.goals[self.search.tree.nodes[node].key]


class Lane:
    """States of the current searches in one session. Dies with the session."""

    def __init__(self, session: Session) -> None:
        """Take a live session, with nothing opened in it yet."""
        self.session = session
        self._environments: dict[str, int] = {}
        self._states: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._forgotten: list[int] = []

    async def open(self, statement: Statement) -> Part:
        """Open a statement and keep its first state. Raises StatementRefused."""
        env = self._environments.get(statement.context)
        if env is None:
            env = self._environments[statement.context] = await self._environment(statement.context)
        opened = await self.session.open(statement.signature, env)
        if not isinstance(opened, Opened):
            raise StatementRefused(opened, statement.signature)
        self.keep(statement, opened.part)
        return opened.part

    async def _environment(self, context: str) -> int:
        """The context on top of the lemma library; or without the library, if the context brings lemmas of it along."""
        if not context.strip():
            return LEMMA_ENV
        ran = await self.session.run(context, LEMMA_ENV)
        if ran.errors:
            ran = await self.session.run(context, ROOT_ENV)
        if ran.errors:
            raise StatementRefused(NotElaborated("elaborate", ran.errors), context)
        return ran.env

    def keep(self, statement: Statement, part: Part) -> None:
        """Remember the state of a part, under its key."""
        where = (statement.digest, key_of(part.goals))
        if where in self._states:
            self._forgotten.append(part.state)
            return
        self._states[where] = part.state
        while len(self._states) > KEPT_STATES:
            self._forgotten.append(self._states.popitem(last=False)[1])

    async def step(self, side: Side, node: NodeId, calls: Sequence[TacticCall]) -> list[StepResult]:
        """Try tactics at a node, until one closes it. Keeps the states that they lead to. Raises ReplayFailed, EnvError."""
        state = await self.reach(side, node)
        results = await self.session.step(state, calls, until_closed=True)
        for result in results:
            if isinstance(result, Advanced):
                for part in result.parts:
                    self.keep(side.statement, part)
                if result.state:
                    self._forgotten.append(result.state)
        await self._flush()
        return results

    async def release(self) -> None:
        """Free everything in the session, for the next to use it. No error if the session is lost: then it holds nothing."""
        states, envs = [*self._states.values(), *self._forgotten], [*self._environments.values()]
        self._states.clear()
        self._forgotten.clear()
        self._environments.clear()
        if self.session.alive:
            with suppress(WorkerLost):
                await self.session.free(states, envs)

    async def _flush(self) -> None:
        if len(self._forgotten) >= FREED_TOGETHER:
            forgotten, self._forgotten = self._forgotten, []
            await self.session.free(forgotten)

    async def reach(self, side: Side, node: NodeId) -> int:
        """State of a node, replayed from the nearest ancestor that has one. Raises ReplayFailed, EnvError."""
        statement, nodes = side.statement, side.search.tree.nodes
        # The path is read at once: while a step is replayed, another lane may find a better one.
        steps: list[tuple[str, int, str]] = []
        at = node
        while (state := self._find(statement, nodes[at].key)) is None and (via := nodes[at].via) is not None:
            steps.append((via.tactic, nodes[at].part, nodes[at].key))
            at = via.parent
        if state is None:
            if at != ROOT:
                raise ReplayFailed(f"goal {at} has no path from the theorem")
            state = (await self.open(statement)).state
        for tactic, part, key in reversed(steps):
            state = await self._replay(statement, state, tactic, part, key)
        return state

    def _find(self, statement: Statement, key: str) -> int | None:
        """The state of a node that is here; it is the last to be forgotten now."""
        where = (statement.digest, key)
        if where in self._states:
            self._states.move_to_end(where)
        return self._states.get(where)

    async def _replay(self, statement: Statement, state: int, tactic: str, part: int, key: str) -> int:
        """The state that a tactic leads to at its part number `part`, which must have this key."""
        [result] = await self.session.step(state, [TacticCall(tactic, REPLAY_HEARTBEATS, REPLAY_SOFT_MS)])
        if not isinstance(result, Advanced) or part >= len(result.parts) or key_of(result.parts[part].goals) != key:
            raise ReplayFailed(f"replaying {tactic!r} did not lead to the same goal")
        for each in result.parts:
            self.keep(statement, each)
        return self._states[statement.digest, key]
