"""A proof that is read off the graph rests on nothing but itself, however tangled the graph."""

from __future__ import annotations

import pytest
from hypothesis import given

from search.config import SearchConfig
from search.frontier import Order
from search.nodes import NodeStatus
from search.proof import extract_proof
from search.search import Search, SearchStatus
from search.tree import Tree
from tests.search.toy import Move, assert_sound, graph, graphs, orders, provable, run


def test_the_parts_keep_their_order() -> None:
    world = graph(A="B C D", B="-", C="D", D="-")
    proof = run(Search("A"), world).proof()
    assert [child.tactic for child in proof.children] == ["B0", "C0", "D0"]
    assert [child.tactic for child in proof.children[1].children] == ["D0"]
    assert proof.steps == 5  # D is written twice
    assert proof.children[1].children[0] is proof.children[2]


def test_only_what_is_proven_has_a_proof() -> None:
    with pytest.raises(ValueError, match="node 0 is unknown"):
        extract_proof(Tree("A"), 0)


def test_a_proof_may_be_deeper_than_recursion() -> None:
    world = {str(n): [Move(f"t{n}", (str(n + 1),))] for n in range(1500)} | {"1500": [Move("end", ())]}
    search = run(Search("0", SearchConfig(max_depth=0)), world)
    assert search.proof().steps == 1501


def test_shared_lemmas_are_counted_without_writing_them_out() -> None:
    world = {str(n): [Move(f"t{n}", (str(n + 1), str(n + 1)))] for n in range(50)} | {"50": [Move("end", ())]}
    search = run(Search("0", SearchConfig(max_depth=0)), world)
    assert search.proof().steps == 2**51 - 1


@given(graphs(), orders)
def test_proofs_on_cyclic_graphs_are_sound(world: dict[str, list[Move]], order: Order) -> None:
    search = run(Search("A", SearchConfig(width=2, order=order, max_depth=0)), world)
    assert (search.status is SearchStatus.PROVEN) == ("A" in provable(world))
    for node in search.tree.nodes:
        if node.status is NodeStatus.PROVEN:
            assert_sound(search, extract_proof(search.tree, node.id))
