"""One expansion: the policy says what to try at a goal, Lean what comes of it, the critic what to think of that; tell the search.

Owns what happens at one node between `ask` and `tell`, and who is to blame when a worker is lost there. Promises that every node
that was asked for is told or released, whatever is raised, and that a lost worker costs no candidate its turn without reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from lean_env.errors import WorkerLost
from lean_env.messages import Advanced, Limit, Refused, StepResult, TacticCall
from prover.config import ProveConfig
from prover.critic import Critic, Opinion, opinions
from prover.lane import Lane, ReplayFailed, Side, key_of
from prover.ledger import Ledger
from prover.policy import Candidate, Policy, Situation, usage_of
from search.expansion import Closed, Failed, Outcome, Subgoals
from search.nodes import NodeId, NodeStatus
from search.search import SearchStatus

MAX_PARTS = 25  # a tactic that leaves more goals than this is not a step forward
UNHURRIED_SOFT_MS = 30_000
LOSSES_PARDONED = 1  # so often a worker may be lost to a tactic that is tried alone, before the tactic counts as failed


class Expander:
    """Expands goals for all lanes of one attempt. `out_of_reach`: goals whose path did not work again."""

    def __init__(self, policy: Policy, critic: Critic, config: ProveConfig, ledger: Ledger, clock: Callable[[], float]) -> None:
        self.out_of_reach = 0
        self._policy, self._config, self._ledger, self._clock = policy, config, ledger, clock
        self._critic = critic if config.search.reads_values and critic.kind is not Opinion.NOTHING else None

    async def prepare(self, side: Side, node: NodeId) -> None:
        """Ask the policy about a node that was asked for; no worker is needed. The node stays in flight, but not if this raises."""
        try:
            if side.search.needs_candidates(node):
                side.search.offer(node, await self._suggestions(side, node))
        except BaseException:
            side.search.release(node)
            raise

    async def expand(self, lane: Lane, side: Side, node: NodeId, sides: Sequence[Side]) -> None:
        """Expand a node that was asked for. `sides` are all searches of the attempt, which share its budget.

        Raises WorkerLost if the lane's worker is lost, and what policy and critic raise.
        """
        search = side.search
        calls: list[TacticCall] = []
        results: list[StepResult] = []
        begun: float | None = None
        try:
            if search.needs_candidates(node):
                search.offer(node, await self._suggestions(side, node))
            width = 1 if node in side.fragile else self._config.search.width
            allowed = self._ledger.steps_allowed(width, sides)
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
            self.out_of_reach += 1
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
            self._ledger.tried(results)
            await self._assess(side, search.tell(node, [self._outcome(side, result) for result in results]))

    async def _suggestions(self, side: Side, node: NodeId) -> list[Candidate]:
        with self._ledger.policy:
            [suggestions] = await self._policy.suggest([_situation(side, node, self._config.seed)], self._config.candidates)
        self._ledger.suggested(usage_of(suggestions))
        return [candidate for candidate in suggestions if _is_text(candidate.tactic)]

    async def _assess(self, side: Side, new: Sequence[NodeId]) -> None:
        """Pass on the critic's opinion of new nodes, as long as they matter. Lanes that are free do not wait for it."""
        nodes = [node for node in new if side.search.tree.nodes[node].status is NodeStatus.UNKNOWN]
        if self._critic is None or not nodes or side.search.status is not SearchStatus.OPEN:
            return
        self._ledger.assessed += len(nodes)
        with self._ledger.critic:
            values = await opinions(self._critic, [_situation(side, node, self._config.seed) for node in nodes])
        for node, value in zip(nodes, values, strict=True):
            side.search.assess(node, value)

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
        self.out_of_reach += to_blame and begun is None
        return to_blame

    def _call(self, candidate: Candidate) -> TacticCall:
        config = self._config
        soft_ms = config.soft_ms if candidate.soft_ms is None else candidate.soft_ms
        left_ms = self._ledger.left_ms()
        if left_ms is not None:  # no tactic outlives the budget
            soft_ms = min(soft_ms or left_ms, left_ms)
        elif (
            soft_ms and config.budget.repeatable
        ):  # a budget that is the same on every machine: heartbeats end a tactic, the clock only what they do not count
            soft_ms = max(soft_ms, UNHURRIED_SOFT_MS)
        heartbeats = config.heartbeats if candidate.heartbeats is None else candidate.heartbeats
        return TacticCall(candidate.tactic, heartbeats, soft_ms)

    def _outcome(self, side: Side, result: StepResult) -> Outcome:
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


def _is_text(tactic: str) -> bool:
    """Whether it can be sent: a model's half of a character is a lone surrogate, which no encoding has."""
    try:
        tactic.encode()
    except UnicodeEncodeError:
        return False
    return True


def _situation(side: Side, node: NodeId, seed: int) -> Situation:
    """What policies and critics are told about a node. A path has at most `max_depth` steps, so this costs microseconds."""
    first, *others = side.goals_of(node)
    return Situation(first, side.statement.name, tuple(step.tactic for step in side.search.path(node)), len(others), seed)
