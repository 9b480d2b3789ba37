from __future__ import annotations

import pytest

from prover.symbolic import SymbolicPolicy
from prover.symbolic.falsity import is_false
from prover.symbolic.view import GoalView
from tests.prover.symbolic.hand_made import goal


@pytest.mark.parametrize(
    "lines",
    [("⊢ 2 + 2 = 5",), ("n : Nat", "⊢ n < 10"), ("a b : Int", "h : a + b = 3", "⊢ a ≤ 3"), ("n : Nat", "h : n < 3", "⊢ False")],
)
def test_a_refuted_goal_is_given_up(lines: tuple[str, ...]) -> None:
    assert is_false(GoalView(goal(*lines)))
    assert SymbolicPolicy().rank(goal(*lines)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("n : Nat", "h : n < 3", "⊢ n < 10"),
        ("f : Nat → Nat", "n : Nat", "h : f n = n", "⊢ n < 10"),
        ("n : Nat", "h : ∀ m : Nat, m < n → m = m", "⊢ n < 10"),
        ("p : Prop", "⊢ p"),
    ],
)
def test_nothing_else_is_called_false(lines: tuple[str, ...]) -> None:
    assert not is_false(GoalView(goal(*lines)))
