"""What every cached fact of a search means, computed the slow way from the edges alone.

Tests and the `--check` option compare these definitions with what the search keeps up as it goes. Only reads. A
difference is a bug in this package, whatever the caller did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from search.hopeless import SCAN_NODES
from search.nodes import ROOT, Edge, EdgeStatus, Node, NodeId, NodeStatus
from search.puct import Puct, Visits
from search.search import Search, SearchStatus
from search.tree import Tree
from search.work import Place

SLACK = 1e-9  # sums of values from 0 to 1 are floats


class BrokenInvariant(AssertionError):
    """The search contradicts itself; the message lists how."""


def check(search: Search) -> None:
    """Raises BrokenInvariant if any cached fact differs from its definition. Takes time linear in the tree and more."""
    broken = list(violations(search))
    if broken:
        raise BrokenInvariant("search: internal error: " + "; ".join(broken))


def violations(search: Search) -> Iterator[str]:
    """One sentence per fact that is not as defined."""
    yield from _links(search.tree)
    yield from _statuses(search.tree)
    yield from _proof_order(search.tree)
    yield from _marks(search.tree)
    yield from _paths(search)
    yield from _places(search)
    yield from _conclusion(search)
    if isinstance(search.frontier, Puct):
        yield from _walks(search, search.frontier)
        yield from _visits(search, search.frontier)


def proven_slow(tree: Tree) -> set[NodeId]:
    """The least set with every node that has an edge whose children are all in it."""
    return _least_set(tree, set())


def possible_slow(tree: Tree) -> set[NodeId]:
    """The nodes that may be proven yet: the least set with the proven and the incomplete ones, and all that follow."""
    seed = {node.id for node in tree.nodes if not node.complete} | proven_slow(tree)
    return _least_set(tree, seed)


def relevant_slow(tree: Tree) -> set[NodeId]:
    """The unknown nodes to which a way of live edges leads from the root over unknown nodes."""
    found: set[NodeId] = {ROOT} if _unknown(tree.nodes[ROOT]) else set()
    stack = list(found)
    while stack:
        for edge in tree.nodes[stack.pop()].edges:
            for child in edge.children if edge_status_slow(tree, edge) is EdgeStatus.LIVE else ():
                if child not in found and _unknown(tree.nodes[child]):
                    found.add(child)
                    stack.append(child)
    return found


def edge_status_slow(tree: Tree, edge: Edge) -> EdgeStatus:
    """DEAD if a child is unprovable, else PROVEN if all are proven (of none, too), else LIVE."""
    statuses = {tree.nodes[child].status for child in edge.children}
    if NodeStatus.UNPROVABLE in statuses:
        return EdgeStatus.DEAD
    return EdgeStatus.LIVE if NodeStatus.UNKNOWN in statuses else EdgeStatus.PROVEN


def _least_set(tree: Tree, seed: set[NodeId]) -> set[NodeId]:
    """`seed` closed under: a node with an edge, all of whose children are in the set, is in the set."""
    found = set(seed)
    grew = True
    while grew:
        grew = False
        for edge in tree.edges:
            if edge.parent not in found and all(child in found for child in edge.children):
                found.add(edge.parent)
                grew = True
    return found


def _unknown(node: Node) -> bool:
    """Whether the node is undecided."""
    return node.status is NodeStatus.UNKNOWN


def _links(tree: Tree) -> Iterator[str]:
    """Ids, keys, and the two ends of every edge."""
    if len({node.key for node in tree.nodes}) != len(tree.nodes):
        yield "two nodes have one key"
    for position, node in enumerate(tree.nodes):
        if node.id != position or tree.find(node.key) != position:
            yield f"node {position} is not found under its id and key"
        if node.edges != [edge for edge in tree.edges if edge.parent == position]:
            yield f"node {position} does not list its edges"
        if node.parents != [edge for edge in tree.edges if position in edge.children]:
            yield f"node {position} does not list its parents"
    for position, edge in enumerate(tree.edges):
        if edge.id != position:
            yield f"edge {position} has the id {edge.id}"
        if edge.parent in edge.children:
            yield f"edge {position} leads back to its parent"


def _statuses(tree: Tree) -> Iterator[str]:
    """Statuses of edges and nodes, and the counters behind them."""
    proven, possible = proven_slow(tree), possible_slow(tree)
    for edge in tree.edges:
        if edge.status is not edge_status_slow(tree, edge):
            yield f"edge {edge.id} is {edge.status.value}"
        waiting = sum(tree.nodes[child].status is not NodeStatus.PROVEN for child in set(edge.children))
        if edge.waiting != waiting:
            yield f"edge {edge.id} waits for {edge.waiting} children, not {waiting}"
    for node in tree.nodes:
        if (node.status is NodeStatus.PROVEN) != (node.id in proven):
            yield f"node {node.id} is {node.status.value}, but proven = {node.id in proven}"
        hopeless = node.id not in possible
        exact = len(tree.nodes) <= SCAN_NODES[-1]  # above that, cycles may be missed, but nothing wrong may be said
        if node.status is NodeStatus.UNPROVABLE and not hopeless:
            yield f"node {node.id} is unprovable, but may be proven yet"
        if hopeless and exact and node.status is not NodeStatus.UNPROVABLE:
            yield f"node {node.id} is {node.status.value}, but can never be proven"
        if node.not_dead != sum(edge.status is not EdgeStatus.DEAD for edge in node.edges):
            yield f"node {node.id} counts {node.not_dead} edges that are not dead"


def _proof_order(tree: Tree) -> Iterator[str]:
    """Each proven node was proven by an edge of its own, after all of that edge's children."""
    for node in tree.nodes:
        if (node.status is NodeStatus.PROVEN) != (node.proof is not None and node.proved_at > 0):
            yield f"node {node.id} is {node.status.value}, but its proof says otherwise"
        if node.proof is not None:
            if node.proof.parent != node.id:
                yield f"node {node.id} is proven by an edge of node {node.proof.parent}"
            if any(not 0 < tree.nodes[child].proved_at < node.proved_at for child in node.proof.children):
                yield f"node {node.id} was proven before what it rests on"


def _marks(tree: Tree) -> Iterator[str]:
    """Lifelines end at the root; no node that matters is marked as cut off, nor one that an unmarked node leads to."""
    relevant = relevant_slow(tree)
    for node in tree.nodes:
        seen, at = {node.id}, node
        while at.lifeline is not None and at.id in at.lifeline.children:
            at = tree.nodes[at.lifeline.parent]
            if at.id in seen:
                yield f"the lifeline of node {node.id} is a cycle"
                return
            seen.add(at.id)
        if at.id != ROOT:
            yield f"the lifeline of node {node.id} ends at node {at.id}"
        if node.cut_off and node.id in relevant:
            yield f"node {node.id} is marked as cut off, but matters"
        for edge in node.edges if _unknown(node) and not node.cut_off else ():
            for child in edge.children if edge.status is EdgeStatus.LIVE else ():
                if tree.nodes[child].cut_off and _unknown(tree.nodes[child]):
                    yield f"node {child} is marked as cut off, but its parent {node.id} is not"


def _paths(search: Search) -> Iterator[str]:
    """Each primary path is a sequence of real steps that begins at the root and visits no node twice."""
    tree = search.tree
    for node in tree.nodes:
        if (node.via is None) != (node.id == ROOT):
            yield f"node {node.id} has a wrong first parent"
        seen, at = {node.id}, node
        while at.via is not None:
            if not (at.part < len(at.via.children) and at.via.children[at.part] == at.id):
                yield f"the path to node {node.id} has a step that does not lead to node {at.id}"
            at = tree.nodes[at.via.parent]
            if at.id in seen:
                yield f"the path to node {node.id} is a cycle"
                return
            seen.add(at.id)
        if at.id != ROOT:
            yield f"the path to node {node.id} begins at node {at.id}"


def _places(search: Search) -> Iterator[str]:
    """Who is queued, who is parked and why, with which priority."""
    limit, relevant = search.config.max_depth, relevant_slow(search.tree)
    for node in search.tree.nodes:
        place, work = search.place(node.id), search.work(node.id)
        decided = node.complete or not _unknown(node)
        if decided and place not in (Place.DONE, Place.IN_FLIGHT):
            yield f"node {node.id} is decided, but {place.value}"
        if not decided and place is Place.DONE:
            yield f"node {node.id} has work left, but no place"
        if node.complete and not (work.offered and work.tried == len(work.candidates)):
            yield f"node {node.id} is complete with {len(work.candidates) - work.tried} candidates untried"
        if place is Place.IRRELEVANT and node.id in relevant:
            yield f"node {node.id} is parked as irrelevant, but matters"
        if (node.id in search.frontier) != (work.place is Place.QUEUED):
            yield f"node {node.id} is {place.value}, but in the queue: {node.id in search.frontier}"
        if node.id in search.frontier and not decided and search.frontier.merit(node.id) != search.priority(node.id):
            yield f"node {node.id} is queued with an old priority"
        if place is Place.TOO_DEEP and not 0 < limit <= node.depth:
            yield f"node {node.id} is called too deep at depth {node.depth}"
        if place is Place.QUEUED and 0 < limit <= node.depth:
            yield f"node {node.id} is queued at depth {node.depth}"
        if work.taken and place is not Place.IN_FLIGHT:
            yield f"node {node.id} has candidates out, but is {place.value}"


def _conclusion(search: Search) -> Iterator[str]:
    """The status of the whole, and the counts."""
    relevant = relevant_slow(search.tree)
    places = [search.place(node.id) for node in search.tree.nodes]
    if search.tree.nodes[ROOT].status is NodeStatus.PROVEN:
        expected = SearchStatus.PROVEN
    elif any(place is Place.IN_FLIGHT for place in places) and _unknown(search.tree.nodes[ROOT]):
        expected = SearchStatus.OPEN
    else:
        ready = any(place is Place.QUEUED and node in relevant for node, place in enumerate(places))
        expected = SearchStatus.OPEN if ready else SearchStatus.EXHAUSTED
    if search.status is not expected:
        yield f"the search is {search.status.value}, not {expected.value}"
    if (head := search.frontier.peek()) is not None and head not in relevant:
        yield f"node {head} is next, but does not matter"
    counts = search.counts
    if counts.steps != sum(search.work(node.id).tried for node in search.tree.nodes):
        yield f"{counts.steps} steps were counted"
    if counts.failures != sum(len(node.failures) for node in search.tree.nodes):
        yield f"{counts.failures} failures were counted"
    if counts.in_flight != places.count(Place.IN_FLIGHT) or counts.too_deep != places.count(Place.TOO_DEEP):
        yield f"{counts.in_flight} nodes in flight and {counts.too_deep} too deep were counted"
    if counts.depth < max(node.depth for node in search.tree.nodes):  # not equal: a node may find a shorter path later
        yield f"a depth of {counts.depth} was counted"


def _walks(search: Search, puct: Puct) -> Iterator[str]:
    """The walks in flight lead from the root to their nodes, and are counted where they came by."""
    over: Counter[int] = Counter()
    by: Counter[NodeId] = Counter()
    for node, walk in puct.flights.items():
        ends = [ROOT, *(child for _, child in walk)]
        if any(edge.parent != at or child not in edge.children for at, (edge, child) in zip(ends, walk, strict=False)):
            yield f"the walk to node {node} does not follow its edges"
        if ends[-1] != node or search.place(node) is not Place.IN_FLIGHT:
            yield f"a walk in flight to node {node}, which is {search.place(node).value}, ends at node {ends[-1]}"
        over.update(edge.id for edge, _ in walk)
        by.update(ends)
    if len(puct.flights) != search.counts.in_flight:
        yield f"{len(puct.flights)} walks are in flight"
    for edge, visits in puct.edges.items():
        if visits.flying != over[edge]:
            yield f"edge {edge} has {visits}"
    for node, visits in puct.nodes.items():
        if visits.flying != by[node]:
            yield f"node {node} has {visits}"


def _visits(search: Search, puct: Puct) -> Iterator[str]:
    """Each expansion is one visit of the root; a walk that visits a node goes on over one edge or ends there."""
    onwards: Counter[NodeId] = Counter()
    for edge in search.tree.edges:
        onwards[edge.parent] += puct.edges.get(edge.id, Visits()).told
    visits = [puct.nodes.get(node.id, Visits()) for node in search.tree.nodes]
    ended = [each.told - onwards[node] for node, each in enumerate(visits)]
    if min(ended) < 0 or sum(ended) != search.counts.expansions or visits[ROOT].told != search.counts.expansions:
        yield f"after {search.counts.expansions} expansions, so many walks have ended at each node: {ended}"
    for each in (*visits, *puct.edges.values()):
        if not 0 <= each.brought <= each.told + SLACK:
            yield f"{each.told} visits brought {each.brought}"
    for node in search.tree.nodes:
        if not 0 <= puct.worth(node.id) <= 1 + SLACK:
            yield f"node {node.id} is worth {puct.worth(node.id)}"
