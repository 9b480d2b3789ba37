"""The search, driven from outside: ask for a goal to expand, tell what came of it.

Owns the order of calls and the counts; many goals may be in flight. Promises that the same calls in the same order
build the same tree, that a candidate is counted once and only when it was tried, and that between calls `status` is up
to date and the head of the queue is a goal that still matters. Never runs a tactic, waits, or reads a clock. One
expansion is: ask, offer (the first time), take, tell; or release, if the work was lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from heapq import nsmallest
from math import isfinite

from search.agenda import Agenda
from search.config import SearchConfig
from search.events import Asked, Assessed, Event, Observer, Offered, Released, Started, Taken, Told
from search.expansion import Candidate, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.nodes import ROOT, NodeId, NodeStatus, Step
from search.proof import ProofTree, extract_proof
from search.queue import Queue
from search.tree import Tree
from search.work import Place, Work

NO_PROGRESS = "no progress: the goal itself is among what is left"


class SearchStatus(Enum):
    """OPEN: there is work. PROVEN: the root is closed, which is not yet a checked proof. EXHAUSTED: no work is left."""

    OPEN = "open"
    PROVEN = "proven"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Counts:
    """How large a search is.

    `expansions` were told, `steps` candidates were tried, `failures` of them in vain. `in_flight` nodes are handed out.
    `too_deep` nodes are held back by the depth limit; while there are any, EXHAUSTED speaks about that limit too.
    `depth` is the deepest node's, in tactics from the root.
    """

    expansions: int
    steps: int
    failures: int
    nodes: int
    edges: int
    in_flight: int
    too_deep: int
    depth: int


class Search:
    """A search of one theorem; `config.order` is its strategy. Nodes are ints, the root is 0.

    `tree` is for reading. `observer` is called with each event after it took effect; it must not call back.
    """

    def __init__(self, root_key: str, config: SearchConfig | None = None, observer: Observer | None = None) -> None:
        self.config = config or SearchConfig()
        self.tree = Tree(root_key)
        self.status = SearchStatus.OPEN
        self._observer = observer
        self._agenda = Agenda(self.tree, self.config)
        self._head = self._agenda.head()  # who is next
        self._asks = self._expansions = self._steps = self._failures = 0
        self._emit(Started(root_key, self.config))

    def ask(self) -> NodeId | None:
        """Hand out the best goal; None if none is ready. A node handed out comes back by one `tell` or `release`."""
        node = self._head if self.status is SearchStatus.OPEN else None
        if node is not None:
            self._asks += 1
            self._agenda.hand_out(node, self._asks)
            self._settle()
            self._emit(Asked(node))
        return node

    def needs_candidates(self, node: NodeId) -> bool:
        """Whether the policy was never asked about this goal."""
        return not self._agenda.work[node].offered

    def offer(self, node: NodeId, candidates: Sequence[Candidate]) -> None:
        """Give the policy's whole list for a node in flight, best first; once per node. Empty = nothing to try there.

        Raises ValueError for a second offer, a log-probability that is not finite, or fewer than one token.
        """
        work = self._flying(node)
        if work.offered:
            raise ValueError(f"node {node} has its candidates already")
        for each in candidates:
            if not isfinite(each.logprob) or each.tokens < 1:
                raise ValueError(f"{each.tactic!r} has log-probability {each.logprob} over {each.tokens} tokens")
        work.candidates, work.offered = tuple(candidates), True
        if self._observer:
            plain = tuple(PlainCandidate(each.tactic, each.logprob, each.tokens) for each in candidates)
            self._observer(Offered(node, plain))

    def take(self, node: NodeId, limit: int = 0) -> list[Candidate]:
        """The next untried candidates in rank order, at most `width` of them, and at most `limit` unless that is 0.

        Empty if none is left, or if the goal was decided or stopped to matter while it was in flight; then tell it no
        outcomes. Raises ValueError if candidates are out already, or none were offered yet.
        """
        work = self._flying(node)
        if work.taken or not work.offered:
            raise ValueError(f"node {node} has {work.taken} candidates out; it was offered any: {work.offered}")
        if self.tree.is_relevant(node):
            width = min(self.config.width, limit) if limit > 0 else self.config.width
            work.taken = min(width, len(work.candidates) - work.tried)
        self._emit(Taken(node, work.taken))
        return list(work.candidates[work.tried : work.tried + work.taken])

    def tell(self, node: NodeId, outcomes: Sequence[Outcome]) -> tuple[NodeId, ...]:
        """Report what came of the candidates taken, one outcome each, in order. Returns the nodes that are new.

        Fewer outcomes than candidates = the batch ended early: the others were not tried and go back in front. Outcomes
        for a goal that is decided are counted and otherwise ignored. Raises ValueError for too many outcomes.
        """
        work = self._flying(node)
        if len(outcomes) > work.taken:
            raise ValueError(f"node {node} has {work.taken} candidates out and got {len(outcomes)} outcomes")
        known = len(self.tree.nodes)
        moved: list[NodeId] = []
        for candidate, outcome in zip(work.candidates[work.tried : work.tried + len(outcomes)], outcomes, strict=True):
            moved.extend(self._record(node, candidate, outcome))
        work.tried += len(outcomes)
        self._expansions += 1
        self._agenda.land(node, told=True)
        for each in reversed(moved):  # after their parent and the best last: a depth-first queue takes the latest
            self._agenda.queue(each)
        self._settle()
        self._emit(Told(node, tuple(outcomes)))
        return tuple(range(known, len(self.tree.nodes)))

    def release(self, node: NodeId) -> None:
        """Take back a node whose work was lost: candidates that were out are untried again, nothing is counted."""
        self._flying(node)
        self._agenda.land(node, told=False)
        self._settle()
        self._emit(Released(node))

    def assess(self, node: NodeId, value: float) -> None:
        """Set a critic's opinion of a goal: any finite number, bigger is better; from 0 to 1 under PUCT. Raises ValueError."""
        if not isfinite(value):
            raise ValueError(f"the value of node {node} must be finite, not {value}")
        if self.config.order is Order.PUCT and not 0 <= value <= 1:
            raise ValueError(f"the value of node {node} must be between 0 and 1, not {value}")
        self.tree.nodes[node].value, self.tree.nodes[node].assessed = value, True
        if node in self._agenda.frontier:
            self._agenda.queue(node)
        self._settle()
        self._emit(Assessed(node, value))

    def proof(self) -> ProofTree:
        """The proof that was found. Raises ValueError unless `status` is PROVEN."""
        return extract_proof(self.tree, ROOT)

    def path(self, node: NodeId) -> list[Step]:
        """What to run from the root to stand at `node`: its best path so far. Empty for the root."""
        return self.tree.path(node)

    def place(self, node: NodeId) -> Place:
        """Where the node stands."""
        return self._agenda.place(node)

    def priority(self, node: NodeId) -> float:
        """What the queue orders by; bigger is sooner (not under Order.DEPTH, which goes by recency)."""
        return self._agenda.priority(node)

    def work(self, node: NodeId) -> Work:
        """What was and was not tried at a node; for reading."""
        return self._agenda.work[node]

    @property
    def frontier(self) -> Queue:
        """The queue; for reading."""
        return self._agenda.frontier

    def best_open(self, count: int) -> list[NodeId]:
        """At most `count` goals that could still help the root and have work left, best priority first."""
        places = (Place.QUEUED, Place.IN_FLIGHT, Place.TOO_DEEP)
        ids = (at.id for at in self.tree.nodes if not at.complete and self.place(at.id) in places)
        return nsmallest(count, filter(self.tree.is_relevant, ids), key=lambda node: (-self.priority(node), node))

    @property
    def counts(self) -> Counts:
        """Sizes, as of now."""
        return Counts(
            expansions=self._expansions,
            steps=self._steps,
            failures=self._failures,
            nodes=len(self.tree.nodes),
            edges=len(self.tree.edges),
            in_flight=self._agenda.in_flight,
            too_deep=self._agenda.too_deep,
            depth=self._agenda.depth,
        )

    def _record(self, node: NodeId, candidate: Candidate, outcome: Outcome) -> list[NodeId]:
        """Enter one outcome into the tree; returns the nodes that have to be queued, in order."""
        self._steps += 1
        at = self.tree.nodes[node]
        left = outcome if isinstance(outcome, Subgoals) else Subgoals(())
        if isinstance(outcome, Failed) or at.key in left.keys:
            self._failures += 1
            reason = outcome.reason if isinstance(outcome, Failed) else NO_PROGRESS
            self.tree.add_failure(node, candidate.tactic, reason)
        elif at.status is NodeStatus.UNKNOWN:
            return self._extend(node, candidate, left)
        return []

    def _extend(self, node: NodeId, candidate: Candidate, left: Subgoals) -> list[NodeId]:
        """Add an edge; returns the nodes to queue: new ones, those with a better path, those that matter again."""
        known = {self.tree.find(key): None for key in left.keys if key in self.tree}
        edge, reconnected = self.tree.add_edge(node, candidate.tactic, left.keys, left.goals, candidate.logprob, candidate.tokens)
        parts = enumerate(edge.children)
        better = [child for part, child in parts if child in known and self._agenda.met_again(child, edge, part)]
        awake = [each for each in reconnected if self._agenda.work[each].place is Place.IRRELEVANT]
        return [*self._agenda.admit(), *better, *awake]

    def _settle(self) -> None:
        """Park what stands in front of the queue in vain, and conclude."""
        self._head = self._agenda.head()
        root = self.tree.nodes[ROOT].status
        if root is NodeStatus.PROVEN:
            self.status = SearchStatus.PROVEN
        elif root is NodeStatus.UNPROVABLE or (self._head is None and self._agenda.in_flight == 0):
            self.status = SearchStatus.EXHAUSTED

    def _flying(self, node: NodeId) -> Work:
        """The work record of a node in flight. Raises ValueError for any other node."""
        if not (0 <= node < len(self._agenda.work)) or self._agenda.work[node].place is not Place.IN_FLIGHT:
            raise ValueError(f"node {node} is not in flight")
        return self._agenda.work[node]

    def _emit(self, event: Event) -> None:
        """Tell the observer."""
        if self._observer:
            self._observer(event)
