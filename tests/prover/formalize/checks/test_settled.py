"""Values that equations settle, hypotheses that only define, and what is given by its form."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from lean_env.term import Term
from prover.formalize.checks.defining import without_definitions
from prover.formalize.checks.given import is_given, is_same_sum
from prover.formalize.checks.settled import settled
from prover.formalize.checks.trees import canonical
from prover.symbolic.terms import const, local, number, operation, relation

NAT, INT = "Nat", "Int"


def equation(left: Term, right: Term, type_: str = NAT) -> Term:
    return relation("=", left, right, type_)


def test_a_chain_of_definitions_is_settled_in_any_order() -> None:
    boxes, per_box, apples, left = (local(name) for name in ("boxes", "per_box", "apples", "left"))
    chain = [
        equation(boxes, number(3)),
        equation(per_box, number(12)),
        equation(apples, operation("*", boxes, per_box)),
        equation(operation("+", left, number(5)), apples),
    ]
    expected = {"boxes": 3, "per_box": 12, "apples": 36, "left": 31}
    kinds: dict[str, str] = dict.fromkeys(expected, NAT)
    assert settled(kinds, chain) == expected
    assert settled(kinds, chain[::-1]) == expected


@given(
    strategies.lists(strategies.integers(-50, 50), min_size=3, max_size=3),
    strategies.lists(strategies.lists(strategies.integers(-9, 9), min_size=3, max_size=3), min_size=3, max_size=4),
)
def test_what_is_settled_is_the_solution(values: list[int], rows: list[list[int]]) -> None:
    names = ("x", "y", "z")
    facts: list[Term] = []
    for row in rows:
        total = number(0, INT)
        for factor, name in zip(row, names, strict=True):
            total = operation("+", total, operation("*", number(factor, INT), local(name), INT), INT)
        facts.append(equation(total, number(sum(f * v for f, v in zip(row, values, strict=True)), INT), INT))
    found = settled(dict.fromkeys(names, INT), facts)
    assert found == {name: value for name, value in zip(names, values, strict=True) if name in found}


def test_nothing_is_settled_by_a_contradiction_or_outside_of_the_type() -> None:
    x = local("x")
    assert settled({"x": NAT}, [equation(x, number(1)), equation(x, number(2))]) == {}
    assert settled({"x": NAT}, [equation(operation("+", x, number(5)), number(2))]) == {}
    assert settled({"x": INT}, [equation(operation("*", number(2, INT), x, INT), number(3, INT), INT)]) == {}
    assert settled({"x": NAT, "y": NAT}, [equation(operation("+", x, local("y")), number(2))]) == {}


def test_hypotheses_that_only_define_are_left_out() -> None:
    bound = Term("bound", "x", "", ())
    f = Term("forall", "x", "", (const(INT), equation(local("f", bound), operation("*", bound, bound, INT), INT)))
    kinds = {"f": Term("implies", "", "", (const(INT), const(INT))), "n": const(INT)}
    fact = relation("<", number(2, INT), local("n"), INT)
    assert without_definitions(kinds, [f, fact]) == (frozenset({"f"}), (fact,))
    of_itself = Term("forall", "x", "", (const(INT), equation(local("f", bound), local("f", number(1, INT)), INT)))
    assert without_definitions(kinds, [of_itself]) == (frozenset(), (of_itself,))
    twice = equation(local("f", number(3, INT)), number(4, INT), INT)
    assert without_definitions(kinds, [f, twice]) == (frozenset(), (f, twice))


@pytest.mark.parametrize("is_flipped", [False, True])
def test_an_instance_of_a_rule_is_given(is_flipped: bool) -> None:
    bound = Term("bound", "n", "", ())
    sides = (local("f", bound), number(1))
    rule = Term("forall", "n", "", (const(NAT), equation(sides[is_flipped], sides[not is_flipped])))
    goal = canonical(equation(local("f", number(2003)), number(1)))
    assert is_given(goal, [canonical(rule)])
    assert not is_given(canonical(equation(local("f", number(2003)), number(2))), [canonical(rule)])
    premise = relation("<", number(5), bound)
    bound_rule = canonical(Term("forall", "n", "", (const(NAT), Term("implies", "", "", (premise, rule.args[1])))))
    assert not is_given(goal, [bound_rule])
    assert is_given(goal, [bound_rule, canonical(relation("<", number(5), number(2003)))])


def test_sums_are_the_same_up_to_order_and_numerals() -> None:
    x, y = local("x"), local("y")
    assert is_same_sum(operation("+", x, number(0)), x)
    assert is_same_sum(operation("+", x, operation("*", number(2), y)), operation("+", operation("+", y, x), y))
    assert not is_same_sum(operation("+", x, number(1)), x)
    assert not is_same_sum(number(2), operation("+", number(1), number(1)))  # that is computed, and may be the problem
    assert not is_same_sum(operation("-", operation("+", x, y), y), x)  # over the natural numbers that is atoms
