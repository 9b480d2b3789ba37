"""Known wrong statements: the wrong text is recognised, a repaired one is not accused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prover.problems import load_problems
from prover.problems.found import Lineage
from prover.problems.suspects import suspects, suspicion
from tests.prover.problems.writing import deepseek, minif2f, write_rows


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("mathd_numbertheory_35", "(h₀ : ∀ n : ℕ, n ∣ Nat.sqrt 196) : True", "(h₀ : ∀ n : ℕ, n ∈ S ↔ n ∣ Nat.sqrt 196) : True"),
        ("induction_sum_odd", ": (∑ k in range n, 2 * k) + 1 = n ^ 2", ": (∑ k ∈ range n, (2 * k + 1)) = n ^ 2"),
        ("mathd_algebra_247", "(n : ℤ) (n) (_ : n = 3) : t = 0", "(n : ℤ) (_ : n = 3) : t = 0"),
        ("mathd_algebra_314", ": (1 / 4) ^ (n + 1) * 2 = 1 / 4", ": (1 / 4 : ℝ) ^ (n + 1) * 2 = 1 / 4"),
        ("Mathd_NumberTheory_247", "(h₀ : 3 * n % 2 = 11) : n = 1", "(h₀ : 3 * n % 2 = 1) : n = 1"),
        ("mathd_numbertheory_618", "(n : ℕ) : 41 ≤ n", "(n : ℕ) (hn : n > 0) : 41 ≤ n"),
        ("aime_1994_p3", "(h₀ : f x + f (x - 1) = 1) : True", "(h₀ : ∀ x, f x + f (x - 1) = 1) : True"),
        ("amc12a_2019_p12", "(x y : ℝ) : x = y", "(x y : ℝ) (h : 0 < x ∧ 0 < y) : x = y"),
        ("amc12a_2020_p10", "(n : ℕ) (h₀ : 0 < n) : n = 1", "(n : ℕ) (h₀ : 1 < n) : n = 1"),
        ("amc12a_2021_p25", "(N : ℕ) (h₀ : ∀ n > 0, f n < f N) : N = 9", "(N : ℕ) (hN : 0 < N) : N = 9"),
        ("imo_1982_p1", "(f : ℕ → ℕ) : f 1 - f 0 = 1", "(f : ℕ → ℕ) : (f 1 : ℤ) - f 0 = 1"),
        ("algebra_ineq_nto1onlt2m1on", "(h : 1 ≤ n) : a < 2 - 1 / n", "(h : 1 ≤ n) : a ≤ 2 - 1 / n"),
        ("induction_pord1p1on2powklt5on2", ": ∏ k in s, 1 + (1 : ℝ) / 2 < 5", ": ∏ k ∈ s, (1 + (1 : ℝ) / 2) < 5"),
        ("induction_prod1p1onk3le3m1onn", ": ∏ k in s, (1 : ℝ) + 1 / k ≤ 3", ": (∏ k ∈ s, (1 + 1 / k)) ≤ 3"),
        ("amc12a_2021_p9", ": ∏ k in s, 2 ^ k + 3 ^ k = 5", ": ∏ k in s, (2 ^ k + 3 ^ k) = 5"),
        ("mathd_algebra_158", ": ∑ k in s, 2 * k + 1 - ∑ k in s, (a + k) = 4", ": ∑ k in s, (2 * k + 1) - ∑ k in s, (a + k) = 4"),
        ("mathd_algebra_342", ": ∑ k in s, a + k * d = 70", ": ∑ k in s, (a + k * d) = 70"),
        ("imo_1960_p2", "(h₀ : 0 ≤ 1 + 2 * x) : x < 4", "(h₀ : 0 ≤ 1 + 2 * x) (h₁ : x ≠ 0) : x < 4"),
    ],
)
def test_the_wrong_text_and_the_right_one(name: str, wrong: str, right: str) -> None:
    assert suspicion(name, f"theorem {name} {wrong} := by", Lineage.DEEPSEEK)
    assert suspicion(name, f"theorem {name} {right} := by", Lineage.DEEPSEEK) == ""


def test_every_entry_of_the_list_is_tried_above_and_well_formed() -> None:
    known = suspects()
    assert len(known) == 18
    lineages = {lineage.value for lineage in Lineage} | {"*"}
    for suspect in known.values():
        assert suspect.reason
        assert suspect.lineages
        assert suspect.lineages <= lineages
        assert isinstance(suspect.wrong or suspect.repaired, re.Pattern)
        assert suspect.name == suspect.name.lower()


def test_a_copy_that_was_repaired_is_not_accused_for_lack_of_our_form_of_the_repair() -> None:
    text = "theorem mathd_numbertheory_618 (n : PNat) : 41 ≤ n := by"
    assert suspicion("mathd_numbertheory_618", text, Lineage.DEEPSEEK)
    assert suspicion("mathd_numbertheory_618", text, Lineage.REFERENCE_FILES) == ""
    assert suspicion("mathd_numbertheory_618", text, Lineage.DEEPSEEK, dataset="proofnet") == ""


def test_a_suspect_is_marked_in_the_set(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "rows.jsonl", [deepseek("mathd_numbertheory_247", "test", "theorem {name} (h : 3 * n % 2 = 11) : n = 8")]
    )
    (problem,) = load_problems(path).problems
    assert "vacuous" in problem.suspect


def test_the_suspects_of_the_two_copies_of_the_validation_split() -> None:
    wrong = {problem.name for problem in load_problems(minif2f("valid_deepseek.jsonl")).problems if problem.suspect}
    assert wrong == {"mathd_numbertheory_35", "induction_sum_odd", "mathd_algebra_247"}
    assert not [problem.name for problem in load_problems(minif2f("valid.jsonl")).problems if problem.suspect]
