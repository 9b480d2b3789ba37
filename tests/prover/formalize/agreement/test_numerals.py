"""Numbers in statements: which occur, which were exchanged, how they are hidden; and what an equation gives for a variable."""

from __future__ import annotations

from collections import Counter

import pytest

from lean_env.term import Term
from prover.formalize.agreement.eliminated import solved
from prover.formalize.agreement.numerals import are_exchanged, coefficients_in, hiding_tactic, values_in
from prover.symbolic.terms import const, local, number, operation, relation

X, Y = local("b1"), local("b2")
REMAINDER = relation("=", operation("%", operation("+", operation("*", number(2), X), number(1)), number(7)), number(0))


def test_numbers_from_2_on_count() -> None:
    assert values_in([REMAINDER, number(7, "Int"), Term("number", "1.5", "Rat", ())]) == Counter({7: 2, 2: 1})
    assert coefficients_in([REMAINDER, relation("=", X, number(5))]) == {2, 7}


@pytest.mark.parametrize(
    ("left", "right", "exchanged"),
    [
        ([2, 7], [7, 2], False),
        ([2, 7], [9, 7], True),
        ([2, 7], [7], False),
        ([9], [10], False),
        ([9, 9], [10, 8], False),
        ([9], [11], True),
        ([5, 5], [5, 6, 6, 7], False),
        ([14, 7], [7, 7], True),
    ],
)
def test_exchanged_numbers(left: list[int], right: list[int], exchanged: bool) -> None:
    assert are_exchanged(Counter(left), Counter(right)) is exchanged
    assert are_exchanged(Counter(right), Counter(left)) is exchanged


def test_nothing_is_hidden_where_there_is_nothing_to_hide() -> None:
    assert hiding_tactic([relation("=", X, number(1))]) == ""
    assert hiding_tactic([REMAINDER], frozenset({2, 7})) == ""
    assert hiding_tactic([number(5, "Fin")]) == ""


def test_what_stays_known_of_hidden_numbers() -> None:
    lines = hiding_tactic([number(9), number(10), number(10, "Int")]).splitlines()
    assert lines == [
        "have large_9_Nat : (1 : Nat) < 9 := by decide",
        "have large_10_Int : (1 : Int) < 10 := by decide",
        "have link_10 : ((10 : Nat) : Int) = (10 : Int) := rfl",
        "have large_10_Nat : (1 : Nat) < 10 := by decide",
        "have next_10_Nat : (10 : Nat) = 9 + 1 := rfl",
        "generalize (9 : Nat) = number_9_Nat, (10 : Int) = number_10_Int, (10 : Nat) = number_10_Nat at *",
        "subst link_10",
    ]


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (relation("=", operation("+", X, Y), number(10)), "(#10 - x)"),
        (relation("=", number(10), operation("+", Y, operation("*", number(2), X))), "(#10 - (#2 * x))"),
        (relation("=", operation("-", X, Y), number(4)), "(x - #4)"),
        (relation("=", operation("-", Y, X), number(4)), "(#4 + x)"),
        (const("And", relation("<", X, Y), relation("=", Y, X)), "x"),
        (relation("=", operation("*", Y, X), number(4)), ""),
        (relation("=", operation("+", Y, local("b3")), number(4)), ""),
        (relation("<", Y, number(4)), ""),
    ],
)
def test_what_an_equation_gives_for_a_variable(fact: Term, text: str) -> None:
    assert solved("b2", [fact], {"b1": "x"}, lambda value, _: f"#{value}") == text
