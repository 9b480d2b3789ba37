"""What is shown of a search is what the search was. How a page is drawn is `test_tree_page.py`'s."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.attempt import Attempt, Outcome
from prover.records import TreeRecord
from prover.search_page import KEPT_FAILURES, MAX_NODES, search_page, tree_nodes
from prover.tree_page import PageNode, TreePage, render_page
from search.budget import Budget
from tests.fakes.hunting import Hunt
from tests.fakes.scripted_lean import Effect, Lean, Table

TABLE: Table = {
    "A": {"bad": Effect(refuses="type mismatch"), "stuck": ("S",), "split": ("B", "C<x>")},
    "B": {"close": ()},
    "C<x>": {"end": ()},
    "S": {},
}


async def hunted(table: Table, *, negation_share: int = 0) -> tuple[Attempt, Hunt]:
    hunt = Hunt(Lean(table), negation_share=negation_share)
    return await hunt.run(), hunt


async def test_a_proof_with_its_tree() -> None:
    attempt, hunt = await hunted(TABLE)
    page = search_page(attempt, hunt.sides)
    for text in ("PROVED", "theorem t : A", "split", "type mismatch", "stuck", "close", "T2", "C&lt;x&gt;"):
        assert text in page or text.replace("&lt;", "\\u003c").replace("&gt;", "\\u003e") in page, text
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "http://" not in page.replace("http://www.w3.org", "")


async def test_a_refutation_shows_the_search_of_the_negation() -> None:
    attempt, hunt = await hunted({"¬ (A)": {"intro": ("N",)}, "N": {"no": ()}}, negation_share=4)
    page = search_page(attempt, hunt.sides)
    assert "REFUTED" in page
    assert "theorem t_negation : ¬ (A)" in page


async def test_without_a_proof_the_statement_s_own_search() -> None:
    attempt, hunt = await hunted({"A": {"stuck": ("S",)}, "S": {}, "¬ (A)": {}}, negation_share=4)
    page = search_page(attempt, hunt.sides)
    assert "EXHAUSTED" in page
    assert "theorem t : A" in page


async def test_a_huge_search_is_cut_and_still_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.search_page.MAX_NODES", 10)
    hunt = Hunt(Lean(chain(40)), budget=Budget(expansions=30))
    attempt = await hunt.run()
    assert hunt.sides[0].search.counts.nodes > 10
    page = search_page(attempt, hunt.sides)
    assert "go0" in page
    assert "go30" not in page
    assert MAX_NODES == 5000


# -- the nodes that a run keeps -----------------------------------------------------------------------------------------------


def chain(length: int) -> Table:
    return {"A": {"go": ("A0",)}, **{f"A{n}": {f"go{n}": (f"A{n + 1}",)} for n in range(length)}}


def shown(attempt: Attempt, hunt: Hunt, limit: int) -> tuple[dict[int, PageNode], int]:
    """The nodes kept, after a journey through a file; whatever is kept, it is a tree that can be drawn."""
    nodes, left_out = tree_nodes(attempt, hunt.sides, limit)
    record = TreeRecord("t#1", nodes, left_out)
    again = msgspec.json.decode(msgspec.json.encode(record), type=TreeRecord)
    assert again == record
    pages = msgspec.convert(again.nodes, tuple[PageNode, ...])
    by_id = {node.id: node for node in pages}
    render_page(TreePage("t", "", "", (), None, pages))
    reached, ways = {0}, [0]
    while ways:
        children = {child for edge in by_id[ways.pop()].edges for child in edge.children} - reached
        reached |= children
        ways.extend(children)
    assert reached == set(by_id)
    return by_id, left_out


async def test_what_is_small_is_kept_whole() -> None:
    attempt, hunt = await hunted(TABLE)
    nodes, left_out = shown(attempt, hunt, 60)
    assert left_out == 0
    assert [node.goals for node in nodes.values()] == [("⊢ A",), ("⊢ S",), ("⊢ B",), ("⊢ C<x>",)]
    root = nodes[0]
    assert (root.status, root.depth) == ("proved", 0)
    assert [(edge.tactic, edge.status, edge.children, edge.message) for edge in root.edges] == [
        ("stuck", "dead", (1,), ""),
        ("split", "proved", (2, 3), ""),
        ("bad", "failed", (), "type mismatch"),
    ]


async def test_the_proof_is_kept_before_what_was_met_first() -> None:
    table: Table = {
        "A": {**{f"try{n}": (f"S{n}",) for n in range(7)}, "split": ("B", "C")},
        "B": {"close": ()},
        "C": {"go": ("D",)},
    }
    attempt, hunt = await hunted({**table, "D": {"end": ()}})
    assert attempt.outcome is Outcome.PROVED
    nodes, left_out = shown(attempt, hunt, 5)
    assert {goal for node in nodes.values() for goal in node.goals} == {"⊢ A", "⊢ B", "⊢ C", "⊢ D", "⊢ S0"}
    assert left_out == hunt.sides[0].search.counts.nodes - 5
    assert all(node.status == "proved" for node in nodes.values() if node.goals != ("⊢ S0",))


async def test_an_edge_is_shown_with_all_its_children_or_not_at_all() -> None:
    attempt, hunt = await hunted({"A": {"many": ("B", "C", "D"), "one": ("E",)}})
    nodes, left_out = shown(attempt, hunt, 3)
    assert [edge.tactic for edge in nodes[0].edges if edge.children] == ["one"]
    assert left_out == 3


async def test_of_many_failures_the_first_are_kept_and_the_others_counted() -> None:
    useless = {f"bad{number}": Effect(refuses="no " * 400) for number in range(20)}
    attempt, hunt = await hunted({"A": useless})
    nodes, _ = shown(attempt, hunt, 60)
    edges = nodes[0].edges
    assert [edge.tactic for edge in edges] == [*(f"bad{number}" for number in range(KEPT_FAILURES)), "… and 12 more"]
    assert max(len(edge.message) for edge in edges) == 160
    page = search_page(attempt, hunt.sides)
    assert "bad19" in page
    assert "no " * 400 in page


async def test_a_refutation_keeps_the_search_of_the_negation() -> None:
    attempt, hunt = await hunted({"¬ (A)": {"intro": ("N",)}, "N": {"no": ()}}, negation_share=4)
    nodes, _ = shown(attempt, hunt, 60)
    assert nodes[0].goals == ("⊢ ¬ (A)",)


async def test_nothing_is_kept_of_no_search_or_by_a_limit_of_zero() -> None:
    attempt, hunt = await hunted(TABLE)
    assert tree_nodes(attempt, (), 60) == ([], 0)
    assert tree_nodes(attempt, hunt.sides, 0) == ([], hunt.sides[0].search.counts.nodes)


@settings(max_examples=80, deadline=None)
@given(
    table=st.dictionaries(
        st.sampled_from("ABCDEFG"),
        st.dictionaries(st.sampled_from("uvwxyz"), st.lists(st.sampled_from("ABCDEFG"), max_size=4).map(tuple), max_size=4),
        max_size=7,
    ),
    limit=st.integers(1, 8),
)
async def test_whatever_is_cut_a_tree_remains(table: dict[str, dict[str, tuple[str, ...]]], limit: int) -> None:
    hunt = Hunt(Lean(table), budget=Budget(expansions=20))
    attempt = await hunt.run()
    nodes, left_out = shown(attempt, hunt, limit)
    assert len(nodes) <= limit
    assert len(nodes) + left_out == hunt.sides[0].search.counts.nodes
    if attempt.outcome is Outcome.PROVED and not left_out:
        assert nodes[0].status == "proved"
