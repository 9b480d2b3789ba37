from __future__ import annotations

from itertools import islice

from prover.symbolic.assignments import Unknown, assignments
from tests.prover.symbolic.hand_made import goal


def first(unknowns: list[Unknown], wanted: list[str], refuted: str, effort: int = 5000) -> dict[str, int] | None:
    context = [f"{unknown.name} : {unknown.kind}" for unknown in unknowns]
    lines = [f"h{index} : {text}" for index, text in enumerate(wanted)]
    made = goal(*context, *lines, f"⊢ {refuted}")
    facts = [hyp.term for hyp in made.hypotheses if hyp.is_prop]
    found = next(iter(islice(assignments(unknowns, facts, [made.target_tree], effort), 1)), None)
    return dict(found.values) if found else None


def test_the_smallest_counterexample_comes_first() -> None:
    assert first([Unknown("n", "Nat")], [], "n < 5") == {"n": 5}
    assert first([Unknown("a", "Int")], ["a * a = 9"], "a = 3") == {"a": -3}


def test_a_variable_that_an_equation_fixes_is_solved_for() -> None:
    found = first([Unknown("x", "Nat"), Unknown("y", "Nat")], ["y = 1000 * x + 7", "x > 2"], "x < 3")
    assert found == {"x": 3, "y": 3007}


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert first([Unknown("n", "Nat")], ["n % 2 = 1"], "n * n % 2 = 1", effort=300) is None
