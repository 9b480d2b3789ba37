"""Whether a node can no longer be proven, cycles included.

A node that takes no more edges and whose edges are all dead is the plain case. The other one is a cycle of such
finished nodes that wait only for each other (`symm` twice leads back): every one has a live edge, yet none can be
proven first. Only reads the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

from search.nodes import Edge, EdgeStatus, Node, NodeId, NodeStatus

# How many finished nodes below the one in question are looked at: a few settle most questions, and beyond the last number
# the node counts as hopeful, which costs pruning and never soundness.
SCAN_NODES = (16, 128, 1024)


def is_hopeless(nodes: Sequence[Node], node: Node) -> bool:
    """Whether no future expansion can prove the unknown `node`. May say False where the finished region is huge.

    The nodes that can still be proven are the least set that contains each proven and each unfinished node, and each
    node with an edge into the set. A part of the graph is enough to see that `node` is in it, and the finished nodes
    below are enough to see that it is not.
    """
    if not node.complete:
        return False
    if node.not_dead == 0:
        return True
    for limit in SCAN_NODES:
        finished = _finished_below(nodes, node, limit)
        if _is_hopeful(nodes, node, finished):
            return False
        if len(finished) <= limit:
            return True
    return False


def _finished_below(nodes: Sequence[Node], node: Node, limit: int) -> list[Node]:
    """`node` and the complete unknown nodes it reaches over live edges through such nodes only; cut short past `limit`."""
    found, seen = [node], {node.id}
    for at in found:  # which grows
        if len(found) > limit:
            break
        for edge in at.edges:
            for child in edge.children if edge.status is EdgeStatus.LIVE else ():
                below = nodes[child]
                if below.complete and below.status is NodeStatus.UNKNOWN and child not in seen:
                    seen.add(child)
                    found.append(below)
    return found


def _is_hopeful(nodes: Sequence[Node], node: Node, finished: Sequence[Node]) -> bool:
    """Whether `node` can still be proven by the help of the nodes in `finished` and of unfinished and proven ones alone."""
    hopeful: set[NodeId] = set()
    changed = True
    while changed and node.id not in hopeful:
        changed = False
        for at in reversed(finished):  # deepest first, so that one pass is nearly always enough
            if at.id not in hopeful and any(_can_be_proven(nodes, edge, hopeful) for edge in at.edges):
                hopeful.add(at.id)
                changed = True
    return node.id in hopeful


def _can_be_proven(nodes: Sequence[Node], edge: Edge, hopeful: set[NodeId]) -> bool:
    """Whether all that the edge needs is proven, not finished, or known to be hopeful."""
    return all(
        child in hopeful
        or nodes[child].status is NodeStatus.PROVEN
        or (nodes[child].status is NodeStatus.UNKNOWN and not nodes[child].complete)
        for child in edge.children
    )
