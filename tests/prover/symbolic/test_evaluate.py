from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.symbolic.evaluate import NotComputable, truth_of, value_of
from prover.symbolic.terms import number, operation
from tests.prover.symbolic.hand_made import goal


def truth(text: str, **values: int) -> bool | None:
    return truth_of(goal("n m : Nat", "a b : Int", "f : Nat → Nat", f"⊢ {text}").target_tree, values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 - 5 = 0", True),
        ("7 / 0 = 0", True),
        ("7 % 0 = 7", True),
        ("Nat.gcd 12 18 = 6 ∧ Nat.lcm 4 6 = 12", True),
        ("2 ^ 10 % 7 = 2", True),
        ("0 ∣ 5", False),
        ("5 ∣ 0", True),
        ("2 ^ 3 ^ 30 = 0", None),
        ("(∀ x : Nat, x < 5)", False),
        ("(∀ x : Nat, x < x + 1)", None),
        ("(∃ x : Nat, x * x = 49)", True),
        ("f 1 = 2 ∨ 1 = 1", True),
        ("f 1 = 2 ∧ 1 = 2", False),
        ("1 = 2 → f 1 = 2", True),
    ],
)
def test_lean_arithmetic_and_three_valued_truth(text: str, expected: bool | None) -> None:
    assert truth(text) is expected


@given(st.integers(-30, 30), st.integers(-30, 30))
def test_division_on_int_is_euclidean(a: int, b: int) -> None:
    quotient = value_of(operation("/", number(a, "Int"), number(b, "Int"), "Int"), {})
    remainder = value_of(operation("%", number(a, "Int"), number(b, "Int"), "Int"), {})
    assert b * quotient + remainder == a
    assert b == 0 or 0 <= remainder < abs(b)


def test_a_bound_variable_does_not_take_the_value_of_a_local_one() -> None:
    assert truth("(∃ n : Nat, n = 4) ∧ n = 7", n=7) is True


def test_an_unknown_variable_is_not_computable() -> None:
    with pytest.raises(NotComputable):
        value_of(goal("n : Nat", "⊢ n = n").target_tree.args[0], {})


def test_deep_quantifiers_are_tried_less_far_each() -> None:
    assert truth("(∀ x : Nat, x < 50)") is False
    assert truth("(∀ p q r s t u : Nat, p + q + r + s + t + u < 50)") is None
