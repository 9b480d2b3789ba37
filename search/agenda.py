"""Where every node of a search stands: waiting, handed out, parked or done; and which one is next.

Owns the queue, what was tried at each node, and the choice between two paths to one goal. Promises that a node which
matters and has work left is queued or in flight, unless the depth limit holds it back. Never changes a status in the
tree.
"""

from __future__ import annotations

from search.alternating import Alternating
from search.config import SearchConfig
from search.frontier import Frontier, Order
from search.nodes import ROOT, Edge, EdgeStatus, NodeId, NodeStatus
from search.puct import Puct
from search.queue import Queue
from search.tree import Tree
from search.work import Place, Work


class Agenda:
    """The work records of all nodes and the queue over them. Only Search drives it."""

    def __init__(self, tree: Tree, config: SearchConfig) -> None:
        self.config = config
        self.work: list[Work] = []
        self.in_flight = 0
        self.too_deep = 0
        self.depth = 0  # of the deepest node
        self._tree = tree
        self.frontier = self._new_queue()
        self.admit()
        self.queue(ROOT)

    def admit(self) -> range:
        """Give the nodes that the tree has just made their work records; returns their ids, which are to be queued."""
        fresh = range(len(self.work), len(self._tree.nodes))
        for node in fresh:
            self.work.append(Work())
            self.depth = max(self.depth, self._tree.nodes[node].depth)
        return fresh

    def hand_out(self, node: NodeId, ask: int) -> None:
        """Take a node out of the queue: it is in flight until `land`. `ask` counts the nodes handed out, from 1."""
        self.frontier.hand_out(node)
        self.in_flight += 1
        self.work[node].place, self.work[node].handed_out_at = Place.IN_FLIGHT, ask

    def land(self, node: NodeId, *, told: bool) -> None:
        """End a flight; a node with all its candidates tried is completed, any other is queued again.

        `told`: its expansion happened, and was not lost.
        """
        work = self.work[node]
        work.taken, work.place = 0, Place.DONE
        self.in_flight -= 1
        if work.offered and work.tried == len(work.candidates):
            self._tree.complete(node)
        self.frontier.land(node, told=told)
        self.queue(node)

    def queue(self, node: NodeId) -> None:
        """Put a node where its depth and priority of now belong, unless it is in flight or has nothing left to do."""
        at, work = self._tree.nodes[node], self.work[node]
        if work.place is Place.IN_FLIGHT or at.complete or at.status is not NodeStatus.UNKNOWN:
            return
        if work.place is Place.QUEUED:
            self.frontier.improve(node, self.priority(node), work.handed_out_at)
            return
        self.too_deep -= work.place is Place.TOO_DEEP
        if self._fits(at.depth):
            work.place = Place.QUEUED
            self.frontier.push(node, self.priority(node), work.handed_out_at)
        else:
            work.place = Place.TOO_DEEP
            self.too_deep += 1

    def head(self) -> NodeId | None:
        """The first node of the queue that still matters, None if there is none; those before it are parked."""
        while (node := self.frontier.peek()) is not None and not self._tree.is_relevant(node):
            self.frontier.remove(node)
            unknown = self._tree.nodes[node].status is NodeStatus.UNKNOWN
            self.work[node].place = Place.IRRELEVANT if unknown else Place.DONE
        return node

    def place(self, node: NodeId) -> Place:
        """Where the node stands."""
        at, place = self._tree.nodes[node], self.work[node].place
        decided = at.complete or at.status is not NodeStatus.UNKNOWN
        return Place.DONE if decided and place is not Place.IN_FLIGHT else place

    def priority(self, node: NodeId) -> float:
        """Merit of the node's path, or once it has untried candidates, of that path and the next of them."""
        work, at = self.work[node], self._tree.nodes[node]
        if work.tried < len(work.candidates):
            following = work.candidates[work.tried]
            return self._merit(at.logprob + following.logprob, at.tokens + following.tokens, at.depth + 1, at.value)
        return self._merit(at.logprob, at.tokens, at.depth, at.value)

    def met_again(self, node: NodeId, edge: Edge, part: int) -> bool:
        """Take the path over `edge` if it is better; True if the node is to be queued anew.

        Better = within the depth limit if the old one is not, then the greater merit. Goals below keep the sums they
        have (docs/decisions/0001).
        """
        at = self._tree.nodes[node]
        if edge.status is not EdgeStatus.LIVE or at.status is not NodeStatus.UNKNOWN:
            return False
        logprob, tokens, depth = self._tree.sums_over(edge)
        old = (self._fits(at.depth), self._merit(at.logprob, at.tokens, at.depth, at.value))
        if (self._fits(depth), self._merit(logprob, tokens, depth, at.value)) <= old:
            return False
        # A detour may score better than no detour, but it is no path. (For the root every path is one.)
        if self._tree.passes_through(edge.parent, node):
            return False
        self._tree.reparent(node, edge, part)
        self.depth = max(self.depth, depth)  # a better path may be a longer one
        return self.work[node].place in (Place.QUEUED, Place.TOO_DEEP)

    def _opinion(self, node: NodeId) -> float | None:
        """What the critic thinks of a goal where nothing was tried, if it was asked."""
        at = self._tree.nodes[node]
        return at.value if at.assessed and not self.work[node].tried else None

    def _new_queue(self) -> Queue:
        """The empty queue of the order that is wanted."""
        config = self.config
        match config.order:
            case Order.PUCT:
                exploration, temperature = config.exploration, config.prior_temperature
                return Puct(self._tree, self.work, width=config.width, exploration=exploration, temperature=temperature)
            case Order.ALTERNATE:
                return Alternating(config.path_turns, config.critic_turns, self._opinion)
            case Order.BEST | Order.BREADTH | Order.DEPTH:
                return Frontier(config.order)

    def _fits(self, depth: int) -> bool:
        """Whether a goal at this depth may be expanded."""
        return self.config.max_depth == 0 or depth < self.config.max_depth

    def _merit(self, logprob: float, tokens: int, depth: int, value: float) -> float:
        """What the order likes about a path."""
        return self.config.order.merit(self.config.scoring.score(logprob, tokens, depth, value), depth)
