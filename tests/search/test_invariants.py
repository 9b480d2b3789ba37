"""A check that cannot fail checks nothing: each kind of wrong fact is planted here and has to be found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from search.config import SearchConfig
from search.expansion import PlainCandidate
from search.invariants import BrokenInvariant, check, possible_slow, proven_slow, relevant_slow
from search.nodes import EdgeStatus, NodeStatus
from search.search import Search, SearchStatus
from search.work import Place
from tests.search.toy import graph, run

WORLD = graph(A="B C | D", B="-", C="E | F", D="!", E="B G", F="H", G="!", H="I", I="J")


def searched() -> Search:
    """A search in the middle: B proven, D and G unprovable, E hopeless, H and others open."""
    search = run(Search("A", SearchConfig(width=2, max_depth=5)), WORLD, expansions=8)
    check(search)
    return search


def wrong_edge_status(search: Search) -> None:
    search.tree.edges[0].status = EdgeStatus.DEAD


def wrong_waiting(search: Search) -> None:
    search.tree.edges[0].waiting += 1


def proven_from_nothing(search: Search) -> None:
    search.tree.nodes[search.tree.find("H")].status = NodeStatus.PROVEN


def given_up_too_early(search: Search) -> None:
    search.tree.nodes[search.tree.find("H")].status = NodeStatus.UNPROVABLE


def not_given_up(search: Search) -> None:
    search.tree.nodes[search.tree.find("G")].status = NodeStatus.UNKNOWN


def wrong_count_of_edges(search: Search) -> None:
    search.tree.nodes[0].not_dead += 1


def proven_out_of_order(search: Search) -> None:
    search.tree.nodes[search.tree.find("B")].proved_at = 0


def proven_by_anothers_edge(search: Search) -> None:
    search.tree.nodes[search.tree.find("B")].proof = search.tree.edges[0]


def parent_forgotten(search: Search) -> None:
    search.tree.nodes[search.tree.find("B")].parents.pop()


def edge_forgotten(search: Search) -> None:
    search.tree.nodes[0].edges.pop()


def key_changed(search: Search) -> None:
    search.tree.nodes[1].key = "C"


def edge_renumbered(search: Search) -> None:
    search.tree.edges[0].id = 7


def edge_to_itself(search: Search) -> None:
    search.tree.edges[0].children = (0, 1)


def wrong_part(search: Search) -> None:
    search.tree.nodes[search.tree.find("C")].part = 0


def path_in_a_circle(search: Search) -> None:
    c, h = search.tree.nodes[search.tree.find("C")], search.tree.nodes[search.tree.find("H")]
    edge = next(edge for edge in search.tree.edges if edge.parent == search.tree.find("F"))
    edge.children = (h.id, c.id)
    c.via, c.part = edge, 1


def no_path(search: Search) -> None:
    search.tree.nodes[search.tree.find("C")].via = None


def lost_work(search: Search) -> None:
    search.work(search.tree.find("I")).place = Place.DONE


def parked_though_it_matters(search: Search) -> None:
    node = search.tree.find("I")
    search.frontier.remove(node)
    search.work(node).place = Place.IRRELEVANT


def not_in_the_queue(search: Search) -> None:
    search.frontier.remove(search.tree.find("I"))


def old_priority(search: Search) -> None:
    search.frontier.push(search.tree.find("I"), 99.0, 0)


def too_deep_without_reason(search: Search) -> None:
    search.work(search.tree.find("I")).place = Place.TOO_DEEP


def queued_beyond_the_limit(search: Search) -> None:
    search.tree.nodes[search.tree.find("I")].depth = 5


def candidates_out_on_the_ground(search: Search) -> None:
    search.work(search.tree.find("I")).taken = 1


def complete_with_work_left(search: Search) -> None:
    search.work(search.tree.find("G")).candidates = (PlainCandidate("more", -1.0),) * 5


def wrong_conclusion(search: Search) -> None:
    search.status = SearchStatus.EXHAUSTED


def miscounted_steps(search: Search) -> None:
    search.work(0).tried -= 1


def miscounted_failures(search: Search) -> None:
    search.tree.nodes[search.tree.find("G")].failures.clear()


def in_flight_unasked(search: Search) -> None:
    search.work(search.tree.find("B")).place = Place.IN_FLIGHT


def lifeline_in_a_circle(search: Search) -> None:
    c, f = search.tree.nodes[search.tree.find("C")], search.tree.nodes[search.tree.find("F")]
    edge = next(edge for edge in search.tree.edges if edge.parent == f.id)
    edge.children = (*edge.children, c.id)
    c.lifeline = edge


def lifeline_elsewhere(search: Search) -> None:
    search.tree.nodes[search.tree.find("I")].lifeline = search.tree.edges[0]


def cut_off_though_it_matters(search: Search) -> None:
    for goal in "ACFHI":
        search.tree.nodes[search.tree.find(goal)].cut_off = True


def cut_off_below_what_is_not(search: Search) -> None:
    search.tree.nodes[search.tree.find("I")].cut_off = True


def next_does_not_matter(search: Search) -> None:
    search.tree.nodes[search.tree.find("F")].status = NodeStatus.PROVEN


CORRUPTIONS: dict[Callable[[Search], None], str] = {
    wrong_edge_status: "edge 0 is dead",
    wrong_waiting: "edge 0 waits for 2 children, not 1",
    proven_from_nothing: "but proven = False",
    given_up_too_early: "is unprovable, but may be proven yet",
    not_given_up: "is unknown, but can never be proven",
    wrong_count_of_edges: "edges that are not dead",
    proven_out_of_order: "its proof says otherwise",
    proven_by_anothers_edge: "is proven by an edge of node 0",
    parent_forgotten: "does not list its parents",
    edge_forgotten: "does not list its edges",
    key_changed: "two nodes have one key",
    edge_renumbered: "edge 0 has the id 7",
    edge_to_itself: "leads back to its parent",
    wrong_part: "has a step that does not lead to node",
    path_in_a_circle: "is a cycle",
    no_path: "has a wrong first parent",
    lost_work: "has work left, but no place",
    parked_though_it_matters: "is parked as irrelevant, but matters",
    not_in_the_queue: "but in the queue: False",
    old_priority: "is queued with an old priority",
    too_deep_without_reason: "is called too deep at depth 4",
    queued_beyond_the_limit: "is queued at depth 5",
    candidates_out_on_the_ground: "has candidates out, but is queued",
    complete_with_work_left: "candidates untried",
    wrong_conclusion: "the search is exhausted, not open",
    miscounted_steps: "steps were counted",
    miscounted_failures: "failures were counted",
    in_flight_unasked: "nodes in flight",
    lifeline_in_a_circle: "is a cycle",
    lifeline_elsewhere: "ends at node",
    cut_off_though_it_matters: "is marked as cut off, but matters",
    cut_off_below_what_is_not: "is marked as cut off, but its parent",
    next_does_not_matter: "is next, but does not matter",
}


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corrupt: corrupt.__name__)
def test_a_planted_error_is_found(corrupt: Callable[[Search], None]) -> None:
    search = searched()
    corrupt(search)
    with pytest.raises(BrokenInvariant, match="search: internal error: ") as caught:
        check(search)
    assert CORRUPTIONS[corrupt] in str(caught.value)


def test_the_slow_definitions_say_what_they_say() -> None:
    search = searched()
    names = {node.id: node.key for node in search.tree.nodes}
    assert "".join(sorted(names[node] for node in proven_slow(search.tree))) == "B"
    assert sorted(set(names.values()) - {names[node] for node in possible_slow(search.tree)}) == ["D", "E", "G"]
    assert "".join(sorted(names[node] for node in relevant_slow(search.tree))) == "ACFHI"
