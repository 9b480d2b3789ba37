from __future__ import annotations

import pytest

from lean_env.term import Term
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import conjuncts, factors, local, negated, normal, number, numeral, sides, substitute
from tests.prover.symbolic.hand_made import goal

CONTEXT = ("n m : Nat", "a b : Int", "f : Nat → Int")


def target(text: str) -> Term:
    return goal(*CONTEXT, f"⊢ {text}").target_tree


@pytest.mark.parametrize(
    "text",
    [
        "n + m * 2 - 1 = 3",
        "(n + m) * 2 ^ (n + 1) ≤ m",
        "(n - (m - 1)) / 2 % 3 ≠ 0",
        "n ∣ m ∧ (m < n ∨ ¬(n = m)) ↔ True",
        "n = m → m = n → False",
        "∀ x : Nat, x < n → f x = a",
        "∃ x : Nat, x * x = n",
        "f (n + 1) = f n + b",
        "(n ^ m) ^ 2 = n ^ m ^ 2",
    ],
)
def test_text_is_read_back_as_the_same_term(text: str) -> None:
    assert target(render(target(text))) == target(text)


def test_numerals_of_int_and_casts_are_ascribed() -> None:
    assert render(target("a ^ 2 + 1 = -3")) == "a ^ 2 + (1 : Int) = -(3 : Int)"
    assert render(target("a = ↑n")) == "a = (n : Int)"


@pytest.mark.parametrize("term", [Term("meta", "", "", ()), Term("cut", "", "", ()), local("h✝")])
def test_what_has_no_text_is_not_written(term: Term) -> None:
    with pytest.raises(Unprintable):
        render(term)


def test_recognisers() -> None:
    assert numeral(number(-7, "Int")) == -7
    assert numeral(local("n")) is None
    assert negated(target("n ≠ m")) == target("n = m")
    assert negated(target("n = m → False")) == target("n = m")
    assert conjuncts(target("n = 1 ∧ m = 2 ∧ n = m"))[1:] == (target("m = 2"), target("n = m"))
    left = sides(target("n * m * 3 = 1"), "=")
    assert left is not None
    assert factors(left[0]) == (local("n"), local("m"), number(3))


def test_substitution_stops_at_a_binder_of_the_same_name() -> None:
    term = target("∀ x : Nat, x = n")
    assert substitute(term, {"x": number(5), "n": number(2)}) == target("∀ x : Nat, x = 2")


def test_an_unused_premise_is_an_implication() -> None:
    premise = target("0 < n")
    quantified = Term("forall", "h", "", (premise, target("n = m")))
    assert normal(quantified).tag == "implies"
    assert normal(target("∀ x : Nat, n = m")).tag == "forall"
