from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lean_env.term import Term
from prover.symbolic.evaluate import truth_of
from prover.symbolic.intervals import propagate
from prover.symbolic.linear import system_of
from tests.prover.symbolic.hand_made import goal


def facts(*texts: str) -> list[Term]:
    lines = [f"h{index} : {text}" for index, text in enumerate(texts)]
    return [hyp.term for hyp in goal("x y : Nat", "a b : Int", *lines, "⊢ False").hypotheses if hyp.is_prop]


def ends(atom: str, *texts: str) -> tuple[int | None, int | None]:
    found = propagate(system_of(facts(*texts)))
    return found.low(atom), found.high(atom)


def test_linear_equations_and_the_sign_of_nat_bound_both_sides() -> None:
    assert ends("x", "2 * x + 3 * y = 12") == (0, 6)
    assert ends("x", "x * y + (x + y) = 71") == (0, 71)


def test_bounds_are_rounded_to_integers_and_moved_off_excluded_values() -> None:
    assert ends("a", "3 * a < 10", "-7 ≤ 2 * a", "a ≠ 3") == (-3, 2)


def test_division_remainder_subtraction_and_negation_are_understood() -> None:
    assert ends("x", "x / 5 = 3") == (15, 19)
    assert ends("x", "¬ x > 9", "x % 4 = 1", "x - 3 > 4") == (9, 9)
    assert ends("a", "¬ (a < 2 ∨ 7 ≤ a)") == (2, 6)


def test_powers_of_a_numeral_share_an_atom_with_their_successors() -> None:
    assert ends("2 ^ x", "2 ^ (x + 3) ≤ 100") == (0, 12)


def test_a_contradiction_is_seen_and_endless_tightening_stops() -> None:
    assert propagate(system_of(facts("x < 3", "5 < x"))).contradiction
    endless = propagate(system_of(facts("x < y", "y < x")))
    assert endless.low("x") is not None


def comparison(p: int, q: int, r: int, c: int, sign: str) -> str:
    return f"{p} * x + {q} * y + {r} * (x - y) {sign} {c}"


SMALL = st.integers(0, 4)
COMPARISONS = st.builds(comparison, SMALL, SMALL, SMALL, st.integers(0, 40), st.sampled_from(["≤", "<", "=", "≥", "≠"]))


@given(st.lists(COMPARISONS, min_size=1, max_size=4), st.integers(0, 12), st.integers(0, 12))
def test_no_solution_lies_outside_the_bounds(texts: list[str], x: int, y: int) -> None:
    assumed = facts(*texts)
    if not all(truth_of(fact, {"x": x, "y": y}) for fact in assumed):
        return
    found = propagate(system_of(assumed))
    assert not found.contradiction
    for name, value in (("x", x), ("y", y)):
        low, high = found.low(name), found.high(name)
        assert low is None or low <= value
        assert high is None or value <= high
