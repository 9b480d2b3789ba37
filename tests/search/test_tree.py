"""Statuses are decided bottom-up and once; cycles prove nothing and are noticed; paths are real."""

from __future__ import annotations

import pytest

from search.hopeless import SCAN_NODES
from search.nodes import ROOT, Edge, EdgeStatus, NodeStatus, Step
from search.tree import Tree


def add(tree: Tree, parent: str, *left: str, logprob: float = -1.0) -> Edge:
    """An edge between goals by name; its tactic is `parent>left,left`."""
    return tree.add_edge(tree.find(parent), f"{parent}>{','.join(left)}", left, (), logprob, 1).edge


def finish(tree: Tree, *goals: str) -> None:
    for goal in goals:
        tree.complete(tree.find(goal))


def status(tree: Tree, goal: str) -> NodeStatus:
    return tree.nodes[tree.find(goal)].status


def test_a_tactic_that_leaves_nothing_proves_its_goal() -> None:
    tree = Tree("A")
    edge = add(tree, "A")
    assert edge.status is EdgeStatus.PROVEN
    assert status(tree, "A") is NodeStatus.PROVEN


def test_a_conjunction_needs_every_child() -> None:
    tree = Tree("A")
    edge = add(tree, "A", "B", "C")
    add(tree, "B")
    assert (edge.status, status(tree, "A")) == (EdgeStatus.LIVE, NodeStatus.UNKNOWN)
    add(tree, "C")
    assert (edge.status, status(tree, "A")) == (EdgeStatus.PROVEN, NodeStatus.PROVEN)


def test_one_goal_twice_in_a_conjunction_is_proven_once() -> None:
    tree = Tree("A")
    edge = add(tree, "A", "B", "B")
    assert edge.children == (1, 1)
    assert edge.waiting == 1
    assert tree.nodes[1].parents == [edge]
    add(tree, "B")
    assert status(tree, "A") is NodeStatus.PROVEN


def test_a_goal_that_is_proven_already_counts_at_once() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "A", "C", "D")
    add(tree, "C")
    assert add(tree, "B", "C").status is EdgeStatus.PROVEN
    assert status(tree, "A") is NodeStatus.PROVEN


def test_a_goal_is_unprovable_only_when_all_was_tried_and_all_is_dead() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    finish(tree, "B")
    assert status(tree, "B") is NodeStatus.UNPROVABLE
    assert tree.edges[0].status is EdgeStatus.DEAD
    assert status(tree, "A") is NodeStatus.UNKNOWN  # it may still get other edges
    finish(tree, "A")
    assert status(tree, "A") is NodeStatus.UNPROVABLE


def test_an_unprovable_child_kills_an_edge_that_is_made_later() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "A", "C")
    finish(tree, "B")
    assert add(tree, "C", "B", "D").status is EdgeStatus.DEAD
    finish(tree, "C")
    assert status(tree, "C") is NodeStatus.UNPROVABLE


def test_a_cycle_is_no_proof() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "B", "C")
    add(tree, "C", "A")
    assert {node.status for node in tree.nodes} == {NodeStatus.UNKNOWN}


def test_finished_goals_that_wait_for_each_other_are_unprovable() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "B", "A")
    finish(tree, "B")
    assert status(tree, "B") is NodeStatus.UNKNOWN  # A may find another way
    finish(tree, "A")
    assert (status(tree, "A"), status(tree, "B")) == (NodeStatus.UNPROVABLE, NodeStatus.UNPROVABLE)


def test_a_cycle_below_a_conjunction_makes_the_conjunction_hopeless() -> None:
    tree = Tree("A")
    whole = add(tree, "A", "B", "Z")
    add(tree, "B", "C")
    add(tree, "C", "B")
    finish(tree, "B", "C")
    assert whole.status is EdgeStatus.DEAD
    assert not tree.is_relevant(tree.find("Z"))


def test_a_cycle_that_loses_its_last_way_out_is_noticed() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "B", "A")
    add(tree, "B", "X")
    finish(tree, "A", "B")
    assert status(tree, "A") is NodeStatus.UNKNOWN
    finish(tree, "X")
    assert status(tree, "A") is NodeStatus.UNPROVABLE


def test_a_cycle_with_a_proof_on_the_side_is_proven_from_the_side() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "B", "A")
    add(tree, "B", "X")
    finish(tree, "A", "B")
    add(tree, "X")
    b, a = tree.nodes[tree.find("B")], tree.nodes[ROOT]
    assert b.proof is not None
    assert b.proof.tactic == "B>X"
    assert 0 < tree.nodes[tree.find("X")].proved_at < b.proved_at < a.proved_at


def test_hope_may_come_from_a_goal_that_was_found_late() -> None:
    """Y needs X, which lies after it in the order of the look: one pass would give A up."""
    tree = Tree("A")
    add(tree, "A", "X", "Y")
    add(tree, "X", "L")
    add(tree, "Y", "X")
    finish(tree, "X", "Y", "A")
    assert status(tree, "A") is NodeStatus.UNKNOWN
    finish(tree, "L")
    assert status(tree, "A") is NodeStatus.UNPROVABLE


def test_a_huge_finished_region_counts_as_hopeful() -> None:
    tree = Tree("0")
    for number in range(SCAN_NODES[-1] + 5):
        add(tree, str(number), str(number + 1))
    add(tree, str(SCAN_NODES[-1] + 5), "0")
    finish(tree, *(str(number) for number in reversed(range(SCAN_NODES[-1] + 6))))
    assert status(tree, "0") is NodeStatus.UNKNOWN  # not wrong, only not known; the empty queue will end this search


def test_what_cannot_be_an_edge_is_refused() -> None:
    tree = Tree("A")
    with pytest.raises(ValueError, match="leads back to it"):
        add(tree, "A", "B", "A")
    finish(tree, "A")
    with pytest.raises(ValueError, match="takes no more edges"):
        add(tree, "A", "B")
    assert len(tree.nodes) == 1


def test_a_goal_matters_while_some_way_from_the_root_is_alive() -> None:
    tree = Tree("A")
    add(tree, "A", "B", "X")
    add(tree, "A", "C")
    add(tree, "B", "G")
    add(tree, "C", "G")
    finish(tree, "X")  # B is of no use any more
    assert [tree.is_relevant(tree.find(goal)) for goal in "ABXCG"] == [True, False, False, True, True]
    add(tree, "C")
    assert not any(tree.is_relevant(node.id) for node in tree.nodes)  # the root is proven


def test_the_ways_that_matter_do_not_run_in_circles() -> None:
    tree = Tree("A")
    add(tree, "A", "B", "X")
    add(tree, "B", "C")
    add(tree, "C", "B")
    finish(tree, "X")
    assert not tree.is_relevant(tree.find("C"))  # B and C only have each other


def test_a_new_edge_reconnects_what_was_cut_off() -> None:
    tree = Tree("A")
    add(tree, "A", "B", "X")
    add(tree, "A", "E")
    add(tree, "B", "C")
    add(tree, "C", "B")
    add(tree, "C", "D", "F")
    add(tree, "C", "D2", "X2")
    finish(tree, "X", "X2")
    assert not tree.is_relevant(tree.find("D2"))
    assert not tree.is_relevant(tree.find("D"))  # found out, and remembered for B, C and D, but not for F
    added = tree.add_edge(tree.find("E"), "back", ("C",), (), -1.0, 1)
    assert [tree.nodes[node].key for node in added.reconnected] == ["C", "B", "D"]
    assert all(tree.is_relevant(tree.find(goal)) for goal in "CBDF")


def test_the_way_that_was_found_is_remembered() -> None:
    tree = Tree("A")
    dying = add(tree, "A", "B", "X")
    add(tree, "B", "C")
    other = add(tree, "A", "E")
    cross = add(tree, "E", "B")
    finish(tree, "X")
    b, c = tree.nodes[tree.find("B")], tree.nodes[tree.find("C")]
    assert b.lifeline is dying
    assert tree.is_relevant(c.id)
    assert b.lifeline is cross  # mended where it broke
    assert c.lifeline is not cross
    assert tree.nodes[tree.find("E")].lifeline is other


def test_a_dead_edge_reconnects_nothing() -> None:
    tree = Tree("A")
    add(tree, "A", "B", "X")
    add(tree, "A", "E")
    finish(tree, "X")
    assert not tree.is_relevant(tree.find("B"))
    assert tree.add_edge(tree.find("E"), "t", ("B", "X"), (), -1.0, 1).reconnected == ()


def test_an_edge_from_a_goal_that_is_cut_off_itself_reconnects_nothing() -> None:
    tree = Tree("A")
    add(tree, "A", "B", "C", "X")
    finish(tree, "X")
    assert not tree.is_relevant(tree.find("B"))
    assert not tree.is_relevant(tree.find("C"))
    assert tree.add_edge(tree.find("B"), "t", ("C",), (), -1.0, 1).reconnected == ()


def test_a_path_is_what_to_run_from_the_root() -> None:
    tree = Tree("A")
    add(tree, "A", "B", "C", logprob=-0.5)
    add(tree, "C", "D", "E", logprob=-0.25)
    node = tree.nodes[tree.find("E")]
    assert tree.path(node.id) == [Step("A>B,C", 1), Step("C>D,E", 1)]
    assert tree.path(ROOT) == []
    assert (node.logprob, node.tokens, node.depth) == (-0.75, 2, 2)


def test_a_new_primary_path_is_followed_from_below() -> None:
    tree = Tree("A")
    add(tree, "A", "B")
    add(tree, "B", "C")
    add(tree, "C", "D")
    short = add(tree, "A", "X", "C", logprob=-0.5)
    c, d = tree.find("C"), tree.find("D")
    assert tree.passes_through(d, c)
    assert not tree.passes_through(tree.find("X"), c)
    tree.reparent(c, short, 1)
    assert tree.path(d) == [Step("A>X,C", 1), Step("C>D", 0)]
    assert (tree.nodes[c].depth, tree.nodes[d].depth) == (1, 3)  # what lies below keeps its sums
