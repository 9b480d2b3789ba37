from __future__ import annotations

import pytest

from lean_env.goal_text import Entry, split_goal


def test_groups_are_taken_apart_and_the_case_is_read() -> None:
    found = split_goal("case succ.left\nn m : ℕ\nh : n < m\n⊢ n + 1 ≤ m")
    assert found.case == "succ.left"
    assert [entry.name for entry in found.entries] == ["n", "m", "h"]
    assert found.entries[1] == Entry("m", "ℕ", None)
    assert found.target == "n + 1 ≤ m"


def test_lines_that_start_with_a_blank_continue_the_entry_above() -> None:
    found = split_goal("h :\n  a →\n    b\nk : c\n⊢ d ∧\n    e")
    assert found.entries == (Entry("h", "a →\n    b", None), Entry("k", "c", None))
    assert found.target == "d ∧\n    e"


def test_a_let_has_a_value_and_a_named_argument_is_none() -> None:
    found = split_goal("x : ℕ := 5 + 1\nh : f (n := 2) = 3\n⊢ True")
    assert found.entries[0] == Entry("x", "ℕ", "5 + 1")
    assert found.entries[1] == Entry("h", "f (n := 2) = 3", None)


def test_strange_names_are_names() -> None:
    found = split_goal("h✝ inst✝¹ «a : b» x' x₁ : T\n⊢ False")
    assert [entry.name for entry in found.entries] == ["h✝", "inst✝¹", "«a : b»", "x'", "x₁"]


def test_a_turnstile_inside_a_type_is_not_the_target() -> None:
    assert split_goal("h : a ⊢ b\n⊢ c").target == "c"


@pytest.mark.parametrize("text", ["", "h : a", "just words\n⊢ a", "⊢ a\nh : b"])
def test_what_is_not_a_goal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"goal|hypothesis"):
        split_goal(text)
