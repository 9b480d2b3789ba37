"""Two queues over the same nodes that take turns: the best path first, and what a critic likes best first.

A critic finds deep proofs that path scores never reach, and misses easy ones that they find at once; so the two numbers
are not added but get a share of the expansions each. A node that is taken out of one queue is gone from the other.

The queue of the critic holds the goals that it gave an opinion of and at which nothing was tried yet: were later
helpings in it, its favourite would be expanded until its candidates run out. On the critic's turn, if it has none, the
best path is next. So a node waits in vain nowhere, and without a critic this is best-first search.
"""

from __future__ import annotations

from collections.abc import Callable

from search.frontier import Frontier, Order
from search.nodes import NodeId


class Alternating:
    """`path_turns` expansions by path, then `critic_turns` by `opinion`, and so on. Lost expansions have had their turn.

    `opinion(node)` is the critic's value of a goal where nothing was tried, None for any other goal.
    """

    def __init__(self, path_turns: int, critic_turns: int, opinion: Callable[[NodeId], float | None]) -> None:
        """The turns are at least 0, and one of them at least 1."""
        self._paths, self._liked = Frontier(Order.BEST), Frontier(Order.BEST)
        self._path_turns, self._critic_turns, self._opinion = path_turns, critic_turns, opinion
        self._turns = 0  # since the beginning

    def __contains__(self, node: NodeId) -> bool:
        """Whether the node waits."""
        return node in self._paths

    def push(self, node: NodeId, merit: float, handed_out_at: int) -> None:
        """Queue `node` in both orders, or move it."""
        self._paths.push(node, merit, handed_out_at)
        value = self._opinion(node)
        if value is not None:
            self._liked.push(node, value, 0)

    improve = push

    def peek(self) -> NodeId | None:
        """The first node of the queue whose turn it is."""
        by_critic = self._turns % (self._path_turns + self._critic_turns) >= self._path_turns
        liked = self._liked.peek() if by_critic else None
        return self._paths.peek() if liked is None else liked

    def remove(self, node: NodeId) -> None:
        """Take a waiting node out of both. Raises KeyError if it does not wait."""
        self._paths.remove(node)
        if node in self._liked:
            self._liked.remove(node)

    def hand_out(self, node: NodeId) -> None:
        """Take a waiting node out of both; the next turn begins."""
        self.remove(node)
        self._turns += 1

    def land(self, node: NodeId, *, told: bool) -> None:
        """Nothing to do."""

    def merit(self, node: NodeId) -> float:
        """The merit of its path that a waiting node was queued with. Raises KeyError if it does not wait."""
        return self._paths.merit(node)
