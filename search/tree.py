"""The AND/OR graph: goals as nodes, tactics as edges to a tuple of subgoals (empty = closed).

Owns who is proven, who can no longer be proven, who still matters, and each node's primary path. Equal keys are one
node, so this is a graph that may have cycles. Promises that a status is decided bottom-up, changes once and never
again, and that every proven node was proven after all children of the edge that proved it: a cycle can never count as a
proof. Never chooses what to expand. Every cached fact has its slow definition in `invariants.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from search.hopeless import is_hopeless
from search.nodes import ROOT, Edge, EdgeStatus, Failure, Node, NodeId, NodeStatus, Step


class Added(NamedTuple):
    """A new edge, and the nodes that it made reachable again after they had been cut off from the root."""

    edge: Edge
    reconnected: tuple[NodeId, ...]


class Tree:
    """All nodes and edges, by id, in the order they were made. Node 0 is the root."""

    def __init__(self, root_key: str) -> None:
        self.nodes: list[Node] = [Node(ROOT, root_key)]
        self.edges: list[Edge] = []
        self._by_key: dict[str, NodeId] = {root_key: ROOT}
        self._proven = 0

    def __contains__(self, key: str) -> bool:
        """Whether the goal has been met."""
        return key in self._by_key

    def find(self, key: str) -> NodeId:
        """The node of a goal. Raises KeyError if it was never met."""
        return self._by_key[key]

    def add_edge(
        self, parent: NodeId, tactic: str, keys: Sequence[str], goals: Sequence[int], logprob: float, tokens: int
    ) -> Added:
        """Record that `tactic` reduced `parent` to the goals `keys`, and draw every conclusion from it.

        Goals not met before become nodes whose primary path is this edge; those met before keep theirs (see
        `reparent`). `goals[i]` = size of the bundle, empty = 1. Raises ValueError for a completed parent, and for an
        edge back to its own parent: that is no progress, so the caller counts it as a failure.
        """
        above = self.nodes[parent]
        if above.complete:
            raise ValueError(f"node {parent} is complete; it takes no more edges")
        if above.key in keys:
            raise ValueError(f"an edge of node {parent} leads back to it")
        edge = Edge(len(self.edges), parent, tactic, (), logprob, tokens)
        sizes = goals or (1,) * len(keys)
        edge.children = tuple(self._child(edge, part, key, sizes[part]) for part, key in enumerate(keys))
        self.edges.append(edge)
        above.edges.append(edge)
        above.not_dead += 1
        for child in dict.fromkeys(edge.children):  # in order, each once
            node = self.nodes[child]
            node.parents.append(edge)
            edge.waiting += node.status is not NodeStatus.PROVEN
            if node.status is NodeStatus.UNPROVABLE:
                edge.status = EdgeStatus.DEAD
        if edge.status is EdgeStatus.DEAD:
            above.not_dead -= 1
        elif edge.waiting == 0:
            edge.status = EdgeStatus.PROVEN
            self._prove(above, edge)
        return Added(edge, tuple(self._reconnect(edge)))

    def add_failure(self, node: NodeId, tactic: str, reason: str) -> None:
        """Record a tactic that did not work at `node`; it changes no status."""
        self.nodes[node].failures.append(Failure(tactic, reason))

    def complete(self, node: NodeId) -> None:
        """Declare that `node` takes no more edges, and draw every conclusion from it. Idempotent."""
        target = self.nodes[node]
        if not target.complete:
            target.complete = True
            self._give_up_if_hopeless(target)

    def reparent(self, node: NodeId, edge: Edge, part: int) -> None:
        """Make `edge` the last step of `node`'s primary path. The caller has asked `passes_through` first."""
        target = self.nodes[node]
        target.via, target.part = edge, part
        target.logprob, target.tokens, target.depth = self.sums_over(edge)

    def sums_over(self, edge: Edge) -> tuple[float, int, int]:
        """(log-probability, tokens, depth) of the primary path to the edge's parent, and then the edge."""
        above = self.nodes[edge.parent]
        return above.logprob + edge.logprob, above.tokens + edge.tokens, above.depth + 1

    def passes_through(self, node: NodeId, other: NodeId) -> bool:
        """Whether the primary path to `node`, both ends included, visits `other`."""
        at = self.nodes[node]
        while at.id != other:
            if at.via is None:
                return False
            at = self.nodes[at.via.parent]
        return True

    def path(self, node: NodeId) -> list[Step]:
        """The primary path from the root: what to run, in order, to stand at `node`. Empty for the root."""
        steps: list[Step] = []
        at = self.nodes[node]
        while at.via is not None:
            steps.append(Step(at.via.tactic, at.part))
            at = self.nodes[at.via.parent]
        steps.reverse()
        return steps

    def is_relevant(self, node: NodeId) -> bool:
        """Whether proving `node` could still help the root: both are unknown, with a way of live edges between."""
        target = at = self.nodes[node]
        if target.cut_off or target.status is not NodeStatus.UNKNOWN:
            return False
        while at.status is NodeStatus.UNKNOWN:  # nearly always this line is alive, and following it is all there is
            if at.lifeline is None:
                return True
            if at.lifeline.status is not EdgeStatus.LIVE:
                break
            at = self.nodes[at.lifeline.parent]
        return self._find_lifeline(target)

    def _child(self, edge: Edge, part: int, key: str, goals: int) -> NodeId:
        """The node of `key`, made if it is new."""
        known = self._by_key.get(key)
        if known is not None:
            return known
        node = Node(len(self.nodes), key, goals, via=edge, part=part, lifeline=edge)
        node.logprob, node.tokens, node.depth = self.sums_over(edge)
        self.nodes.append(node)
        self._by_key[key] = node.id
        return node.id

    def _find_lifeline(self, target: Node) -> bool:
        """Whether some way of live edges leads from the root to `target`; remembers it, or all that cannot be reached."""
        down: dict[NodeId, tuple[Edge, Node]] = {}  # the step from a node towards the target
        stack = [target]
        while stack:
            at = stack.pop()
            # The old line last, so that it is followed first: it is mended where it broke, for all that hang on it.
            for edge in sorted(at.parents, key=lambda each, line=at.lifeline: each is line):
                if edge.status is not EdgeStatus.LIVE or edge.parent in down:
                    continue
                above = self.nodes[edge.parent]
                if above.status is NodeStatus.UNKNOWN and not above.cut_off:
                    down[above.id] = edge, at
                    stack.append(above)
                    if above.id == ROOT:
                        self._tie(target, down)
                        return True
        target.cut_off = True
        for above in down:  # every way up from each of them was followed to its end
            self.nodes[above].cut_off = True
        return False

    def _tie(self, target: Node, down: dict[NodeId, tuple[Edge, Node]]) -> None:
        """Make the way from the root to `target` the lifeline of each node on it."""
        at = self.nodes[ROOT]
        while at is not target:
            edge, at = down[at.id]
            at.lifeline = edge

    def _reconnect(self, edge: Edge) -> Iterator[NodeId]:
        """Clear the marks of what may be reached again over a new edge; yields those nodes."""
        above = self.nodes[edge.parent]
        if edge.status is not EdgeStatus.LIVE or above.cut_off:
            return
        queue = deque([edge])
        while queue:
            for child in queue.popleft().children:
                below = self.nodes[child]
                if below.cut_off:
                    below.cut_off = False
                    yield child
                    queue.extend(each for each in below.edges if each.status is EdgeStatus.LIVE)

    def _prove(self, node: Node, edge: Edge) -> None:
        """Mark `node` proven by `edge`, whose children all are, and everything above that this decides."""
        ready = deque([(node, edge)])
        while ready:
            node, edge = ready.popleft()
            if node.status is not NodeStatus.UNKNOWN:
                continue
            self._proven += 1
            node.status, node.proof, node.proved_at = NodeStatus.PROVEN, edge, self._proven
            for above in node.parents:
                above.waiting -= 1
                if above.waiting == 0:  # never for a dead edge, which waits for an unprovable child
                    above.status = EdgeStatus.PROVEN
                    ready.append((self.nodes[above.parent], above))

    def _give_up_if_hopeless(self, node: Node) -> None:
        """Mark `node` unprovable if it is, and everything above that this decides."""
        suspects = deque([node])
        while suspects:
            node = suspects.popleft()
            if node.status is not NodeStatus.UNKNOWN or not is_hopeless(self.nodes, node):
                continue
            node.status = NodeStatus.UNPROVABLE
            for edge in node.parents:
                if edge.status is EdgeStatus.LIVE:
                    edge.status = EdgeStatus.DEAD
                    above = self.nodes[edge.parent]
                    above.not_dead -= 1
                    suspects.append(above)
