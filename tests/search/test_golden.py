"""Whole searches, compared node by node with stored ones (`golden_trees.py` holds them and writes them anew)."""

from __future__ import annotations

import json

import pytest

from tests.search.golden_trees import CASES, FOLDER, Case, rendered


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_tree_is_the_stored_one(case: Case) -> None:
    assert rendered(case) == json.loads((FOLDER / f"{case.name}.json").read_text(encoding="utf-8"))


def test_no_stored_tree_is_without_its_search() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {case.name for case in CASES}
