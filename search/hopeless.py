"""Whether a node can no longer be proven, cycles included.

A node that takes no more edges and whose edges are all dead is the plain case. The other one is a cycle of such
finished nodes that wait only for each other (`symm` twice leads back): every one has a live edge, yet none can be
proven first. Only reads the graph.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from search.nodes import EdgeStatus, Node, NodeId, NodeStatus

# Past this many finished nodes below the one in question the look is given up and the node counts as hopeful, which
# costs pruning and never soundness.
SCAN_NODES = 1000


def is_hopeless(nodes: Sequence[Node], node: Node) -> bool:
    """Whether no future expansion can prove the unknown `node`. May say False where the finished region is huge.

    The nodes that can still be proven are the least set that contains each proven and each unfinished node, and each
    node with an edge into the set; the finished nodes below are enough to compute it for `node`.
    """
    if not node.complete:
        return False
    if node.not_dead == 0:
        return True
    finished = _finished_below(nodes, node)
    if len(finished) > SCAN_NODES:
        return False
    hopeful: set[NodeId] = set()
    changed = True
    while changed and node.id not in hopeful:
        changed = False
        for at in reversed(finished):  # deepest first, so that one pass is nearly always enough
            if at not in hopeful and _has_hopeful_edge(nodes, at, finished, hopeful):
                hopeful.add(at)
                changed = True
    return node.id not in hopeful


def _finished_below(nodes: Sequence[Node], node: Node) -> dict[NodeId, None]:
    """`node` and the complete unknown nodes it reaches over live edges through such nodes only, as an ordered set."""
    found: dict[NodeId, None] = {node.id: None}
    queue = deque([node])
    while queue and len(found) <= SCAN_NODES:
        for edge in queue.popleft().edges:
            for child in edge.children if edge.status is EdgeStatus.LIVE else ():
                below = nodes[child]
                if below.complete and below.status is NodeStatus.UNKNOWN and child not in found:
                    found[child] = None
                    queue.append(below)
    return found


def _has_hopeful_edge(nodes: Sequence[Node], at: NodeId, finished: dict[NodeId, None], hopeful: set[NodeId]) -> bool:
    """Whether some edge needs only nodes that are proven, not finished, or already known to be hopeful."""
    for edge in nodes[at].edges:
        if edge.status is EdgeStatus.LIVE and all(
            (child not in finished or child in hopeful) and nodes[child].status is not NodeStatus.UNPROVABLE
            for child in edge.children
        ):
            return True
    return False
