"""PUCT over the AND/OR graph: each expansion walks down from the root, by what was found below and what the policy expects.

At a goal the walk compares its live edges and one more action, "try the next candidates here". An action scores

    worth + exploration * prior * sqrt(1 + visits of the goal) / (1 + visits of the action)

prior    share of the action among the goal's candidates that have not failed: probability ** (1 / temperature). Edges to
         the same children are one action with the sum of their shares; "here" has that of the next `width` candidates.
worth    of an edge: of its hardest child, the one that is worth least (proven ones are worth 1); of "here": the critic's
         value of the goal times the share of its candidates that were not tried.
         Of a goal: 1 proven, 0 unprovable, else the mean of the critic's value (as long as it gave none, the one of the
         goal above, or if that has none, a half) and of what each visit brought back: the worth of the edge it went by,
         or at its end, of the best action that is left there.

Behind an edge the walk goes to the hardest child first. An expansion in flight counts as a visit that brought nothing
(virtual loss), so that others go elsewhere. A walk never meets a goal twice, steps back where nothing waits, and so finds
a goal that waits and matters whenever there is one. Equal scores go to the older edge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp, sqrt

from search.nodes import ROOT, Edge, EdgeStatus, Node, NodeId, NodeStatus
from search.tree import Tree
from search.work import Work

NEUTRAL = 0.5  # the opinion of no critic
LEAST_WEIGHT = 1e-12  # relative to the best candidate's: nothing is impossible, and no share is 0 / 0


@dataclass(slots=True)
class Visits:
    """Of a node or an edge: how many walks came by and are told, what they brought back in all, how many are in flight."""

    told: int = 0
    brought: float = 0.0
    flying: int = 0


@dataclass(slots=True)
class Actions:
    """Of a goal: the sums of the weights of its first 0, 1, 2, ... candidates, and its edges, one of those that are twins.

    `weights` are those of an edge and its twins, by the set of their children; `seen` edges of the goal are in them.
    `top` is the greatest log-probability of a candidate.
    """

    sums: list[float]
    top: float
    weights: dict[frozenset[NodeId], float] = field(default_factory=dict[frozenset[NodeId], float])
    edges: list[tuple[Edge, frozenset[NodeId]]] = field(default_factory=list[tuple[Edge, frozenset[NodeId]]])
    seen: int = 0


NO_VISITS = Visits()  # for reading


class Puct:
    """The queue that is a walk. Only reads the tree and the work records."""

    def __init__(self, tree: Tree, work: Sequence[Work], *, width: int, exploration: float, temperature: float) -> None:
        """`exploration` >= 0: 0 = worth alone. `temperature` > 0 flattens the priors above 1."""
        self.nodes: dict[NodeId, Visits] = {}
        self.edges: dict[int, Visits] = {}
        self.flights: dict[NodeId, tuple[tuple[Edge, NodeId], ...]] = {}  # node in flight -> the walk to it
        self._tree, self._work = tree, work
        self._width, self._exploration, self._temperature = width, exploration, temperature
        self._waiting: dict[NodeId, float] = {}
        self._known: dict[NodeId, Actions] = {}
        self._walk: list[tuple[Edge, NodeId]] = []  # to the node that `peek` gave last

    def __contains__(self, node: NodeId) -> bool:
        """Whether the node waits."""
        return node in self._waiting

    def push(self, node: NodeId, merit: float, handed_out_at: int) -> None:  # noqa: ARG002 - the protocol's
        """Let `node` wait where it stands in the graph."""
        self._waiting[node] = merit

    improve = push

    def remove(self, node: NodeId) -> None:
        """Take a waiting node out. Raises KeyError if it does not wait."""
        del self._waiting[node]

    def merit(self, node: NodeId) -> float:
        """The merit that a waiting node was queued with; it is not what this queue goes by. Raises KeyError."""
        return self._waiting[node]

    def peek(self) -> NodeId | None:
        """Where the next walk ends; None if it leads nowhere."""
        if self._tree.nodes[ROOT].status is not NodeStatus.UNKNOWN:
            return None
        seen = {ROOT}
        walk: list[tuple[Edge, NodeId]] = []
        choices = [self._choices(self._tree.nodes[ROOT])]
        while choices:
            choice = next(choices[-1], None)
            if choice is None:
                choices.pop()
                del walk[-1:]
            elif isinstance(choice, int):
                self._walk = walk
                return choice
            elif choice[1] not in seen:
                seen.add(choice[1])
                walk.append(choice)
                choices.append(self._choices(self._tree.nodes[choice[1]]))
        return None

    def hand_out(self, node: NodeId) -> None:
        """Take out the node that `peek` gave last. Raises KeyError if it does not wait."""
        self.remove(node)
        self.flights[node] = tuple(self._walk)
        for visits in self._visits_on(self.flights[node]):
            visits.flying += 1

    def land(self, node: NodeId, *, told: bool) -> None:
        """End a flight, and if something came of it, carry that up the walk to the root."""
        walk = self.flights.pop(node)
        for visits in self._visits_on(walk):
            visits.flying -= 1
        if told:
            brought = self._left_at(self._tree.nodes[node])
            for edge, child in reversed(walk):
                _count(self._of_node(child), brought)
                brought = self._edge_worth(edge)
                _count(self._of_edge(edge), brought)
            _count(self._of_node(ROOT), brought)

    def worth(self, node: NodeId, guess: float = NEUTRAL) -> float:
        """How near a goal is to being proven, as far as is known: from 0 to 1. `guess` stands for the critic if it is silent."""
        at = self._tree.nodes[node]
        if at.status is not NodeStatus.UNKNOWN:
            return float(at.status is NodeStatus.PROVEN)
        visits, first = self.nodes.get(node), at.value if at.assessed else guess
        return first if visits is None else (first + visits.brought) / (1 + visits.told)

    # -- the walk -------------------------------------------------------------------------------------------------------

    def _choices(self, at: Node) -> Iterator[tuple[Edge, NodeId] | NodeId]:
        """Where the walk may go from a goal, best first: over an edge to a child, or no farther (the goal's own id)."""
        scored = self._scored(at)
        scored.sort(key=_score)
        nodes = self._tree.nodes
        for _, edge in scored:
            if edge is None:
                yield at.id
            elif len(edge.children) == 1:
                yield edge, edge.children[0]
            else:
                unproven = {child for child in edge.children if nodes[child].status is NodeStatus.UNKNOWN}
                for child in sorted(unproven, key=lambda each: (self.worth(each), each)):
                    yield edge, child

    def _scored(self, at: Node) -> list[tuple[float, Edge | None]]:
        """The live edges, one of those with the same children, and None for trying on here; each with minus its score."""
        known = self._actions(at)
        live = [(edge, known.weights[children]) for edge, children in known.edges if edge.status is EdgeStatus.LIVE]
        total = sum([weight for _, weight in live])
        here = 0.0
        if at.id in self._waiting:
            tried = self._work[at.id].tried
            total += known.sums[-1] - known.sums[tried]
            here = known.sums[min(tried + self._width, len(known.sums) - 1)] - known.sums[tried]
        visits = self.nodes.get(at.id, NO_VISITS)
        per_share = self._exploration * sqrt(1 + visits.told + visits.flying) / (total or 1.0)
        scored: list[tuple[float, Edge | None]] = []
        for edge, weight in live:
            visits = self.edges.get(edge.id, NO_VISITS)
            landed, all_of_them = 1 + visits.told, 1 + visits.told + visits.flying
            scored.append((-(self._edge_worth(edge) * landed + per_share * weight) / all_of_them, edge))
        if at.id in self._waiting:
            scored.append((-(self._here_worth(at) + per_share * here), None))
        return scored

    def _actions(self, at: Node) -> Actions:
        """Brought up to date with the candidates and edges that the goal has now."""
        known = self._known.get(at.id)
        if known is None or (len(known.sums) == 1 and self._work[at.id].candidates):
            logprobs = [each.logprob for each in self._work[at.id].candidates]
            top = max(logprobs, default=0.0)
            weights = (self._weight(logprob - top) for logprob in logprobs)
            known = self._known[at.id] = Actions(list(accumulate(weights, initial=0.0)), top)
        for edge in at.edges[known.seen :]:
            children = frozenset(edge.children)
            if children not in known.weights:
                known.edges.append((edge, children))
            known.weights[children] = known.weights.get(children, 0.0) + self._weight(edge.logprob - known.top)
        known.seen = len(at.edges)
        return known

    # -- what things are worth ------------------------------------------------------------------------------------------

    def _edge_worth(self, edge: Edge) -> float:
        guess = _first(self._tree.nodes[edge.parent])
        if len(edge.children) == 1:
            return self.worth(edge.children[0], guess)
        return min([self.worth(child, guess) for child in edge.children], default=1.0)

    def _here_worth(self, at: Node) -> float:
        """Of the candidates that were not tried."""
        sums = self._actions(at).sums
        return _first(at) * ((sums[-1] - sums[self._work[at.id].tried]) / sums[-1] if sums[-1] else 1.0)

    def _left_at(self, at: Node) -> float:
        """Of the best action that is left at a goal which was expanded just now."""
        if at.status is not NodeStatus.UNKNOWN:
            return float(at.status is NodeStatus.PROVEN)
        live = [self._edge_worth(edge) for edge, _ in self._actions(at).edges if edge.status is EdgeStatus.LIVE]
        return max(live, default=0.0) if at.complete else max([self._here_worth(at), *live])

    def _weight(self, behind: float) -> float:
        """Of one candidate, relative to the most probable one, from the difference of their log-probabilities."""
        return max(exp(behind / self._temperature), LEAST_WEIGHT)

    # -- the counts -----------------------------------------------------------------------------------------------------

    def _visits_on(self, walk: Sequence[tuple[Edge, NodeId]]) -> Iterator[Visits]:
        yield self._of_node(ROOT)
        for edge, child in walk:
            yield self._of_edge(edge)
            yield self._of_node(child)

    def _of_node(self, node: NodeId) -> Visits:
        return self.nodes.setdefault(node, Visits())

    def _of_edge(self, edge: Edge) -> Visits:
        return self.edges.setdefault(edge.id, Visits())


def _first(at: Node) -> float:
    """What a goal is worth before anything was tried."""
    return at.value if at.assessed else NEUTRAL


def _score(action: tuple[float, Edge | None]) -> float:
    return action[0]


def _count(visits: Visits, brought: float) -> None:
    visits.told += 1
    visits.brought += brought
