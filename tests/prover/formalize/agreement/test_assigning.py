"""Which variables are tried for which."""

from __future__ import annotations

from lean_env.term import Term
from prover.formalize.agreement.assigning import MOST_WAYS, assignments
from prover.formalize.agreement.introduced import Introduced, Variable
from prover.symbolic.terms import const

NAT, INT = const("Nat"), const("Int")
SEQUENCE = Term("implies", "", "", (NAT, NAT))


def statement(*variables: tuple[str, Term], first: int = 1) -> Introduced:
    """Variables whose binders are counted from `first`."""
    named = tuple(Variable(name, sort) for name, sort in variables)
    return Introduced(named, tuple(range(first, first + len(named))), (), "")


def test_equal_names_come_first() -> None:
    ways = assignments(statement(("x", NAT), ("y", NAT)), statement(("y", NAT), ("x", NAT)))
    assert ways == [{"x": "b2", "y": "b1"}, {"x": "b1", "y": "b2"}]


def test_other_names_go_by_order_and_by_the_numbers_of_binders() -> None:
    ways = assignments(statement(("a", NAT), ("b", NAT)), statement(("x", NAT), ("y", NAT), first=3))
    assert ways == [{"a": "b3", "b": "b4"}, {"a": "b4", "b": "b3"}]


def test_the_same_type_comes_before_another_kind_of_number() -> None:
    assert assignments(statement(("n", INT)), statement(("n", NAT), ("k", INT)))[0] == {"n": "b2"}
    assert assignments(statement(("n", INT)), statement(("n", NAT))) == [{"n": "b1"}]


def test_what_fits_nothing_is_left_out() -> None:
    assert assignments(statement(("u", SEQUENCE), ("n", NAT)), statement(("n", NAT))) == [{"n": "b1"}, {}]
    assert assignments(statement(("n", NAT)), statement()) == [{}]
    assert assignments(statement(), statement(("n", NAT))) == [{}]


def test_there_is_an_end_to_it() -> None:
    many = statement(*((name, NAT) for name in "abcdefgh"))
    assert len(assignments(many, many)) == MOST_WAYS
    assert assignments(many, many)[0] == {name: f"b{number}" for number, name in enumerate("abcdefgh", 1)}
