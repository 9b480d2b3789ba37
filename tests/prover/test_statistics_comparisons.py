from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.statistics import McNemar, Tally, TooFewAttempts, by_category, holm, mcnemar, paired_difference
from prover.statistics.categories import different

pytest.importorskip("scipy")


def _runs(gained: int, lost: int, both: int = 3, neither: int = 2) -> tuple[dict[str, bool], dict[str, bool]]:
    pairs = [(False, True)] * gained + [(True, False)] * lost + [(True, True)] * both + [(False, False)] * neither
    return {f"p{i}": before for i, (before, _) in enumerate(pairs)}, {f"p{i}": after for i, (_, after) in enumerate(pairs)}


@pytest.mark.parametrize(
    ("gained", "lost", "p_value"),
    [(6, 0, 0.031), (8, 1, 0.039), (10, 2, 0.039), (10, 3, 0.092), (15, 5, 0.041), (5, 0, 0.0625), (4, 4, 1.0), (0, 0, 1.0)],
)
def test_mcnemar_by_hand(gained: int, lost: int, p_value: float) -> None:
    found = mcnemar(*_runs(gained, lost))
    assert (found.gained, found.lost) == (gained, lost)
    assert found.p_value == pytest.approx(p_value, abs=5e-4)
    assert mcnemar(*_runs(lost, gained)) == McNemar(lost, gained, found.p_value)


@settings(max_examples=30)
@given(st.integers(0, 6), st.integers(0, 6))
def test_mcnemar_counts_the_ways_a_coin_could_fall(gained: int, lost: int) -> None:
    falls = [sum(fall) for fall in product((0, 1), repeat=gained + lost)]
    at_least_as_far = sum(abs(2 * heads - gained - lost) >= abs(gained - lost) for heads in falls)
    assert mcnemar(*_runs(gained, lost)).p_value == pytest.approx(at_least_as_far / len(falls))


def test_mcnemar_wants_the_same_problems() -> None:
    with pytest.raises(ValueError, match=r"only one of the two runs has a, b$"):
        mcnemar({"a": True, "c": True}, {"b": True, "c": True})
    with pytest.raises(ValueError, match="n0, n1, n2, n3, n4 and 2 more"):
        mcnemar({f"n{i}": True for i in range(7)}, {})
    assert mcnemar({}, {}) == McNemar(0, 0, 1.0)


def test_a_difference_is_that_of_the_means_and_flips_its_sign() -> None:
    before, after = [i % 5 / 4 for i in range(60)], [min(1.0, i % 5 / 4 + (i % 3) / 4) for i in range(60)]
    there, back = paired_difference(before, after), paired_difference(after, before)
    assert there.value == pytest.approx((sum(after) - sum(before)) / 60)
    assert there.interval.method.startswith("BCa")
    assert 0 < there.interval.low < there.value < there.interval.high
    assert back.value == pytest.approx(-there.value)
    assert (-back.interval.high, -back.interval.low) == pytest.approx((there.interval.low, there.interval.high), abs=0.01)


def test_the_same_difference_is_the_same_whatever_its_rounding() -> None:
    # 0.3 - 0.2 and 0.2 - 0.1 differ in the last bit; told apart, they would look like two kinds of problems.
    estimate = paired_difference([0.2, 0.1] * 30, [0.3, 0.2] * 30)
    assert estimate.interval.method == "Wilson on gains and losses (fewer than 10 problems differ from the others)"


def test_pairs_that_agree_say_more_than_two_separate_runs() -> None:
    # The same 40 of 100 in both, and ten more in the second.
    before = [1.0] * 40 + [0.0] * 60
    after = [1.0] * 50 + [0.0] * 50
    assert paired_difference(before, after).interval.low > 0.04


def test_runs_without_a_difference_still_leave_doubt() -> None:
    same = paired_difference([1.0, 0.0] * 50, [1.0, 0.0] * 50)
    # Nobody of 100 gained: up to z^2 / (100 + z^2) may, and as many may lose.
    assert (same.interval.low, same.value, same.interval.high) == pytest.approx((-0.037, 0.0, 0.037), abs=1e-4)
    assert same.interval.method == "Wilson on gains and losses (fewer than 10 problems differ from the others)"
    better = paired_difference([0.0] * 20, [1.0] * 20)
    assert better.value == better.interval.high == 1.0
    assert 0.7 < better.interval.low < 0.8


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [([0.0], [], "no pairs"), ([], [], "no problems"), ([0.0], [1.5], "0..1"), ([math.nan], [1.0], "0..1")],
)
def test_what_is_no_pair_of_runs(before: list[float], after: list[float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        paired_difference(before, after)


def test_holm_by_hand() -> None:
    # Sorted .005 .01 .03 .04, times 4 3 2 1, never falling: .02 .03 .06 .06.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == []
    with pytest.raises(ValueError, match="p-value"):
        holm([1.5])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_lies_between_nothing_and_bonferroni(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= q <= min(1.0, p * len(p_values)) for p, q in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[i] for i in order] == sorted(adjusted)


def test_categories_with_one_attempt_each_are_fishers() -> None:
    # The tea tasting: 3 of 4 against 1 of 4 has p = 34/70.
    algebra, number_theory, empty = by_category(
        {"algebra": [Tally(1, 1)] * 3 + [Tally(1, 0)], "number_theory": [Tally(1, 1)] + [Tally(1, 0)] * 3, "geometry": []}
    )
    assert (algebra.name, algebra.problems, algebra.solved) == ("algebra", 4, 3)
    assert algebra.estimate is not None
    assert algebra.estimate.value == 0.75
    assert algebra.estimate.interval.method == "Wilson"
    assert algebra.p_value == number_theory.p_value == pytest.approx(34 / 70)
    assert algebra.adjusted == pytest.approx(68 / 70)
    assert (empty.problems, empty.solved, empty.estimate, empty.p_value, empty.adjusted) == (0, 0, None, None, None)


def test_the_only_category_has_nothing_to_differ_from() -> None:
    [cell] = by_category({"all": [Tally(4, 1)] * 3})
    assert (cell.p_value, cell.adjusted) == (None, None)
    assert cell.estimate is not None
    assert cell.solved == 3
    assert by_category({}) == []


def test_a_category_is_counted_at_its_k() -> None:
    cells = by_category({"a": [Tally(4, 1)] * 8, "b": [Tally(4, 4)] * 8}, k=2)
    assert [cell.estimate.value for cell in cells if cell.estimate] == [0.5, 1.0]
    with pytest.raises(TooFewAttempts):
        by_category({"a": [Tally(1, 1)], "b": [Tally(4, 4)]}, k=2)


def test_the_permutation_test_counts_relabellings() -> None:
    inside, outside = [0.25, 0.75, 1.0, 1.0], [0.0, 0.0, 0.25, 0.5, 0.5, 1.0]
    everything = inside + outside
    expected = len(inside) * sum(everything) / len(everything)
    sums = [sum(chosen) for chosen in combinations(everything, len(inside))]
    exact = sum(abs(each - expected) >= abs(sum(inside) - expected) - 1e-9 for each in sums) / len(sums)
    assert different(Counter(inside), Counter(outside), seed=3) == pytest.approx(exact, abs=0.015)


def test_a_permutation_p_value_is_never_zero_and_one_where_all_agree() -> None:
    assert different(Counter({1.0: 40, 0.5: 10}), Counter({0.0: 50}), seed=0) == 1 / 10_001
    assert different(Counter({0.5: 9}), Counter({0.5: 3}), seed=0) == 1.0
    assert different(Counter({1.0: 9}), Counter({1.0: 3}), seed=0) == 1.0
