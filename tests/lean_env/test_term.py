from __future__ import annotations

from typing import Any

import pytest

from lean_env.term import Term, decode_term

SUM: list[Any] = ["c", "HAdd.hAdd", "Nat", ["$", "n", ""], ["#", "1", "Nat"]]


def test_the_wire_form_becomes_a_tree() -> None:
    tree = decode_term(["→", "", "", ["c", "Eq", "Nat", SUM, ["@", "m", ""]], ["λ", "x", "", ["c", "Nat", ""], SUM]])
    assert tree.tag == "implies"
    assert tree.args[0].is_app("Eq", 2)
    assert tree.args[0].type == "Nat"
    assert tree.args[0].args[1] == Term("bound", "m", "", ())
    assert tree.args[1].tag == "lambda"


def test_walk_is_parents_first_and_locals_are_collected() -> None:
    tree = decode_term(["c", "And", "", ["$", "p", "", ["$", "x", ""]], SUM])
    assert [node.name for node in tree.walk()] == ["And", "p", "x", "HAdd.hAdd", "n", "1"]
    assert tree.locals() == {"p", "x", "n"}


def test_is_app_looks_at_the_number_of_arguments() -> None:
    tree = decode_term(SUM)
    assert tree.is_app("HAdd.hAdd")
    assert not tree.is_app("HAdd.hAdd", 3)
    assert not decode_term(["$", "HAdd.hAdd", ""]).is_app("HAdd.hAdd")


@pytest.mark.parametrize("wire", [[], ["c", "Nat"], ["no such tag", "a", ""], ["c", 3, ""], "c", ["c", "f", "", ["x"]]])
def test_anything_else_is_refused(wire: Any) -> None:
    with pytest.raises(ValueError, match="not a term"):
        decode_term(wire)
