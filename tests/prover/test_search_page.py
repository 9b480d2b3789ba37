"""The page of a search shows what the search was. How a page is drawn is `test_tree_page.py`'s."""

from __future__ import annotations

import pytest

from prover.attempt import Attempt
from prover.search_page import MAX_NODES, search_page
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
    table: Table = {"A": {"go": ("A0",)}, **{f"A{n}": {f"go{n}": (f"A{n + 1}",)} for n in range(40)}}
    hunt = Hunt(Lean(table), budget=Budget(expansions=30))
    attempt = await hunt.run()
    assert hunt.sides[0].search.counts.nodes > 10
    page = search_page(attempt, hunt.sides)
    assert "go0" in page
    assert "go30" not in page
    assert MAX_NODES == 5000
