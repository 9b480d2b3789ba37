"""What an agenda needs of a queue: who waits, who is next, and what became of those who were handed out.

Owns the contract. `frontier.py`, `alternating.py` and `puct.py` keep it; each decides an order and nothing else.
"""

from __future__ import annotations

from typing import Protocol

from search.nodes import NodeId


class Queue(Protocol):
    """The nodes that wait for their turn, each at most once. All of it is deterministic."""

    def __contains__(self, node: NodeId) -> bool:
        """Whether the node waits."""
        ...

    def push(self, node: NodeId, merit: float, handed_out_at: int) -> None:
        """Queue `node`, or move it. `handed_out_at` = when it was last expanded, on any growing count; 0 = never."""
        ...

    def improve(self, node: NodeId, merit: float, handed_out_at: int) -> None:
        """Take note that a waiting node has another merit, or that a critic gave its opinion of it."""
        ...

    def peek(self) -> NodeId | None:
        """The first node; None if none can come up."""
        ...

    def remove(self, node: NodeId) -> None:
        """Take a waiting node out, unexpanded. Raises KeyError if it does not wait."""
        ...

    def hand_out(self, node: NodeId) -> None:
        """Take out the node that `peek` gave last, because it is being expanded. Raises KeyError if it does not wait."""
        ...

    def land(self, node: NodeId, *, told: bool) -> None:
        """A node that was handed out is back; its expansion happened (`told`) or was lost. It may be pushed again after this."""
        ...

    def merit(self, node: NodeId) -> float:
        """The merit a waiting node was queued with. Raises KeyError if it does not wait."""
        ...
