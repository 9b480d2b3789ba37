from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prover.symbolic.evaluate import value_of
from prover.symbolic.polynomial import Polynomial, constant, polynomial_of
from tests.prover.symbolic.hand_made import goal


def joined(left: str, sign: str, right: str) -> str:
    return f"({left} {sign} {right})"


def raised(base: str, power: int) -> str:
    return f"({base}) ^ {power}"


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(joined, inner, st.sampled_from("+-*"), inner) | st.builds(raised, inner, st.integers(0, 2))


EXPRESSIONS = st.recursive(st.sampled_from(["x", "y", "1", "2", "5"]), larger, max_leaves=6)


def read(text: str) -> Polynomial:
    return polynomial_of(goal("x y : Int", f"⊢ x + 0 * x = {text} + 0 * x").target_tree.args[1])


@given(EXPRESSIONS, st.integers(-5, 5), st.integers(-5, 5))
def test_expansion_keeps_the_value(text: str, x: int, y: int) -> None:
    term = goal("x y : Int", f"⊢ x + 0 * x = {text} + 0 * x").target_tree.args[1]
    values = {"x": x, "y": y}
    total = 0
    for monomial, coefficient in polynomial_of(term).terms.items():
        for atom, power in monomial:
            coefficient *= values[atom] ** power  # noqa: PLW2901 - the product is built in place
        total += coefficient
    assert total == value_of(term, values)


def test_a_variable_is_split_off() -> None:
    factor, rest = read("3 * x * y + 2 * y - x + 7").coefficient_of("y")
    assert factor == read("3 * x + 2")
    assert rest == read("7 - x")


def test_signs_are_split_for_natural_numbers() -> None:
    positive, negative = read("x * x - 3 * y + 2").split_signs()
    assert positive == read("x ^ 2 + 2")
    assert negative == read("3 * y")


def test_truncated_subtraction_is_not_expanded() -> None:
    term = goal("n : Nat", "⊢ n - 1 + n = 5").target_tree.args[0]
    assert polynomial_of(term).atoms() == {"n - 1", "n"}


def test_text_can_be_read_again() -> None:
    found = read("(x - 2 * y) ^ 2 - 1")
    assert read(found.text("Int")) == found
    assert constant(0).text("Nat") == "(0 : Nat)"
