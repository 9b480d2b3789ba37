"""Names, categories and splits, over all copies."""

from __future__ import annotations

from collections import Counter

import pytest

from prover.problems import canonical_name, load_problems, same_name
from prover.problems.names import category_of, minif2f_valid_names
from prover.problems.splits import split_name, split_of_path
from tests.prover.problems.writing import minif2f

PREFIXES = ("mathd_algebra", "mathd_numbertheory", "amc", "imo", "algebra", "aime", "induction", "numbertheory")
CATEGORIES = dict(zip(PREFIXES, (70, 60, 45, 20, 18, 15, 8, 8), strict=True))


def test_names_are_compared_without_case_and_with_aliases() -> None:
    assert same_name("numbertheory_notEquiv2i2jasqbsqdiv8", "numbertheory_notequiv2i2jasqbsqdiv8")
    assert same_name("imo_2006_p6", "IMO_2006_P3")
    assert not same_name("imo_2006_p6", "imo_2006_p3", dataset="putnam")
    assert canonical_name(" aimeII_2001_p3 ") == "aimeii_2001_p3"


@pytest.mark.parametrize(
    ("name", "dataset", "tag", "category"),
    [
        ("mathd_algebra_182", "minif2f", "", "mathd_algebra"),
        ("aimeII_2001_p3", "MiniF2F", "", "aime"),
        ("imosl_2007_algebra_p6", "minif2f", "", "imo"),
        ("algebra_2rootsintpoly_am10tap11eqasqpam110", "minif2f", "", "algebra"),
        ("numbertheory_4x3m7y3neq2003", "minif2f", "", "numbertheory"),
        ("my_lemma", "minif2f", "", ""),
        ("my_lemma", "minif2f", "geometry", "geometry"),
        ("putnam_1962_a1", "putnam", "", "a1"),
        ("putnam_2023_b6", "PutnamBench", "algebra", "b6"),
        ("lean_workbook_3", "lean-workbook", "inequality", "inequality"),
        ("amc_1", "lean_workbook", "", ""),
    ],
)
def test_categories(name: str, dataset: str, tag: str, category: str) -> None:
    assert category_of(name, dataset, tag) == category


def test_the_known_names_and_categories_are_those_of_the_data() -> None:
    names = minif2f_valid_names()
    assert Counter(category_of(name) for name in names) == CATEGORIES
    for file_name in ("valid.jsonl", "valid_deepseek.jsonl"):
        problems = load_problems(minif2f(file_name)).problems
        assert {canonical_name(problem.name) for problem in problems} == names
        assert Counter(problem.category for problem in problems) == CATEGORIES


@pytest.mark.parametrize(
    ("label", "split"),
    [("Valid", "valid"), ("validation", "valid"), (" val ", "valid"), ("TEST", "test"), ("all", ""), ("", ""), ("Lite", "lite")],
)
def test_labels_of_splits(label: str, split: str) -> None:
    assert split_name(label) == split


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("MiniF2F/Test.lean", "test"),
        ("MiniF2F/Validation.lean", "valid"),
        ("MiniF2F/Valid/amc_1.lean", "valid"),
        ("MiniF2F/Valid/amc_test.lean", "valid"),
        ("data/test-00000-of-00001.parquet", "test"),
        ("minif2f_test.jsonl", "test"),
        ("latest.jsonl", ""),
        ("my_test_data/rows.jsonl", ""),
        ("my_test.lean", ""),
        ("", ""),
    ],
)
def test_splits_of_paths(path: str, split: str) -> None:
    assert split_of_path(path) == split
