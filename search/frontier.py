"""The queue of nodes that wait to be expanded, as a heap: push, peek, remove.

Owns the order and nothing else: whether a node is still worth expanding is the search's question. A node is in the
queue at most once; pushing it again replaces its place.

The order is total and the same on every machine:

- BEST and BREADTH: greater merit first; among equals the node that was handed out least recently (never = earliest), so
  that every one of them gets its turn before any gets a second one; then the older node, which is the one its policy
  ranked higher.
- DEPTH: the node pushed last comes first. Whoever pushes the children of one expansion pushes the best last.
"""

from __future__ import annotations

from enum import Enum
from heapq import heappop, heappush

from search.nodes import NodeId


class Order(Enum):
    """Which node comes first: the strategy of a search.

    BEST: the best score. BREADTH: the shallowest. DEPTH: the one met last. ALTERNATE: by turns the best score and the one
    that the critic likes best (`alternating.py`). PUCT: the end of a walk down from the root (`puct.py`).
    """

    BEST = "best"
    BREADTH = "breadth"
    DEPTH = "depth"
    ALTERNATE = "alternate"
    PUCT = "puct"

    def merit(self, score: float, depth: int) -> float:
        """What this order likes about a path; bigger is better. DEPTH uses it to compare paths, not to queue."""
        return -float(depth) if self is Order.BREADTH else score


class Frontier:
    """A priority queue of node ids, in the order BEST, BREADTH or DEPTH."""

    def __init__(self, order: Order) -> None:
        self.order = order
        # The last number is the push; an entry of any but the node's latest push is stale and skipped.
        self._heap: list[tuple[float, int, NodeId, int]] = []
        self._latest: dict[NodeId, int] = {}
        self._merit: dict[NodeId, float] = {}
        self._pushes = 0

    def __len__(self) -> int:
        """How many nodes wait."""
        return len(self._latest)

    def __contains__(self, node: NodeId) -> bool:
        """Whether the node waits."""
        return node in self._latest

    def push(self, node: NodeId, merit: float, handed_out_at: int) -> None:
        """Queue `node`, or move it. `handed_out_at` = when it was last expanded, on any growing count; 0 = never."""
        self._pushes += 1
        self._latest[node] = self._pushes
        self._merit[node] = merit
        if self.order is Order.DEPTH:
            heappush(self._heap, (-self._pushes, 0, node, self._pushes))
        else:
            heappush(self._heap, (-merit, handed_out_at, node, self._pushes))

    def improve(self, node: NodeId, merit: float, handed_out_at: int) -> None:
        """Give a waiting node its new merit. Under DEPTH it keeps its place: a depth-first walk does not jump."""
        if self.order is Order.DEPTH:
            self._merit[node] = merit
        else:
            self.push(node, merit, handed_out_at)

    def peek(self) -> NodeId | None:
        """The first node; None if no node waits."""
        while self._heap:
            _, _, node, push = self._heap[0]
            if self._latest.get(node) == push:
                return node
            heappop(self._heap)
        return None

    def remove(self, node: NodeId) -> None:
        """Take a waiting node out. Raises KeyError if it does not wait."""
        del self._latest[node], self._merit[node]

    hand_out = remove

    def land(self, node: NodeId, *, told: bool) -> None:
        """Nothing to do."""

    def merit(self, node: NodeId) -> float:
        """The merit a waiting node was queued with. Raises KeyError if it does not wait."""
        return self._merit[node]
