from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.statistics import (
    Tally,
    TooFewAttempts,
    VarianceSplit,
    mean_pass_at_k,
    not_run_range,
    pass_at_k,
    solved_within_attempts,
    variance_split,
)


@st.composite
def tallies(draw: st.DrawFn, most: int = 9) -> Tally:
    attempts = draw(st.integers(1, most))
    return Tally(attempts, draw(st.integers(0, attempts)))


def test_pass_at_k_by_hand() -> None:
    # 4 attempts, 2 solved: of the 6 pairs only one has two failures.
    assert pass_at_k(Tally(4, 2), 2) == pytest.approx(5 / 6)
    # 10 attempts, 3 solved: 1 - C(7, 5) / C(10, 5) = 1 - 21 / 252.
    assert pass_at_k(Tally(10, 3), 5) == pytest.approx(11 / 12)
    assert pass_at_k(Tally(10, 0), 10) == 0
    assert pass_at_k(Tally(10, 1), 10) == 1


@given(tallies(), st.data())
def test_pass_at_k_is_the_share_of_subsets_with_a_success(tally: Tally, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, tally.attempts))
    subsets = list(combinations([True] * tally.solved + [False] * (tally.attempts - tally.solved), k))
    assert pass_at_k(tally, k) == pytest.approx(sum(any(each) for each in subsets) / len(subsets), abs=1e-12)


@given(tallies(most=200))
def test_pass_at_k_starts_at_the_rate_and_never_falls(tally: Tally) -> None:
    curve = [pass_at_k(tally, k) for k in range(1, tally.attempts + 1)]
    assert curve[0] == tally.solved / tally.attempts
    assert all(0 <= value <= 1 for value in curve)
    assert all(earlier <= later + 1e-12 for earlier, later in pairwise(curve))
    assert curve[-1] == (1 if tally.solved else 0)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_the_estimate_is_unbiased_and_the_plug_in_is_not(rate: float) -> None:
    n, k = 6, 3
    truth = 1 - (1 - rate) ** k
    chance = [math.comb(n, c) * rate**c * (1 - rate) ** (n - c) for c in range(n + 1)]
    assert sum(p * pass_at_k(Tally(n, c), k) for c, p in enumerate(chance)) == pytest.approx(truth)
    plug_in = sum(p * (1 - (1 - c / n) ** k) for c, p in enumerate(chance))
    assert plug_in < truth - 0.02


def test_many_attempts_neither_overflow_nor_cancel() -> None:
    exact = 1 - math.comb(8192 - 3, 4096) / math.comb(8192, 4096)
    assert pass_at_k(Tally(8192, 3), 4096) == pytest.approx(exact, rel=1e-12)


def test_what_was_not_attempted_is_not_made_up() -> None:
    with pytest.raises(TooFewAttempts, match="pass@5 needs 5 attempts at the problem, not 4"):
        pass_at_k(Tally(4, 4), 5)
    with pytest.raises(TooFewAttempts, match="1 of 2 have fewer"):
        mean_pass_at_k([Tally(4, 4), Tally(1, 1)], 2)
    with pytest.raises(ValueError, match="k must be positive"):
        pass_at_k(Tally(4, 4), 0)
    with pytest.raises(ValueError, match="no problems"):
        mean_pass_at_k([], 1)


@pytest.mark.parametrize(("attempts", "solved"), [(1, 2), (1, -1), (-1, -1)])
def test_a_tally_adds_up(attempts: int, solved: int) -> None:
    with pytest.raises(ValueError, match="cannot have solved"):
        Tally(attempts, solved)


def test_one_attempt_each_is_a_proportion_with_the_published_interval() -> None:
    # 74 of 244 is MiniF2F's 30.3 %.
    estimate = mean_pass_at_k([Tally(1, 1)] * 74 + [Tally(1, 0)] * 170, 1)
    assert estimate.value == pytest.approx(74 / 244)
    assert (estimate.interval.low, estimate.interval.high) == pytest.approx((0.249, 0.364), abs=5e-4)
    assert estimate.interval.method == "Wilson"


def test_exactly_k_attempts_each_are_a_proportion_of_problems_solved_at_all() -> None:
    some = [Tally(8, 3)] * 74 + [Tally(8, 0)] * 170
    assert mean_pass_at_k(some, 8) == mean_pass_at_k([Tally(1, 1)] * 74 + [Tally(1, 0)] * 170, 1)


def test_each_problem_counts_once_with_its_own_number_of_attempts() -> None:
    assert mean_pass_at_k([Tally(2, 1), Tally(8, 0), Tally(4, 4)], 1).value == pytest.approx(0.5)


@pytest.mark.parametrize("solved", [0, 2, 4])
def test_problems_that_all_agree_still_leave_doubt(solved: int) -> None:
    estimate = mean_pass_at_k([Tally(4, solved)] * 50, 1)
    assert estimate.interval.low <= estimate.value <= estimate.interval.high
    assert estimate.interval.high - estimate.interval.low > 0.05
    assert estimate.interval.method == "Wilson on problems (fewer than 10 problems differ from the others)"


def test_the_method_says_that_there_are_too_few_problems() -> None:
    assert mean_pass_at_k([Tally(2, i % 3) for i in range(12)], 1).interval.method == "Wilson on problems (fewer than 30 problems)"


def test_the_bootstrap_is_repeatable_and_blind_to_the_order_of_problems() -> None:
    pytest.importorskip("numpy")
    some = [Tally(4, i % 5) for i in range(60)]
    first = mean_pass_at_k(some, 2, resamples=500)
    assert first.interval.method == "BCa bootstrap over problems, 500 resamples"
    assert mean_pass_at_k(some[::-1], 2, resamples=500) == first
    assert mean_pass_at_k(some, 2, resamples=500, seed=1).interval != first.interval


@settings(max_examples=60, deadline=None)
@given(st.lists(tallies(), min_size=1, max_size=80), st.integers(0, 3))
def test_the_estimate_lies_in_its_interval_and_that_in_0_to_1(some: list[Tally], seed: int) -> None:
    pytest.importorskip("numpy")
    estimate = mean_pass_at_k(some, 1, seed=seed, resamples=200)
    assert 0 <= estimate.interval.low <= estimate.value + 1e-12
    assert estimate.value <= estimate.interval.high + 1e-12 <= 1 + 1e-12
    assert estimate.interval.low < estimate.interval.high


def test_a_higher_level_is_a_wider_interval() -> None:
    pytest.importorskip("numpy")
    some = [Tally(4, i % 5) for i in range(60)]
    narrow, wide = (mean_pass_at_k(some, 2, level=level, resamples=2000).interval for level in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert (narrow.level, wide.level) == (0.8, 0.99)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_is_a_share_below_one(level: float) -> None:
    with pytest.raises(ValueError, match="confidence level"):
        mean_pass_at_k([Tally(1, 1)], 1, level=level)
    with pytest.raises(ValueError, match="confidence level"):
        mean_pass_at_k([Tally(4, i % 5) for i in range(60)], 1, level=level)


def test_a_bootstrap_has_resamples() -> None:
    with pytest.raises(ValueError, match="resamples must be positive"):
        mean_pass_at_k([Tally(4, i % 5) for i in range(60)], 1, resamples=0)


def test_the_curve_over_attempts_ends_with_the_fewest() -> None:
    curve = solved_within_attempts([Tally(3, 1), Tally(4, 2), Tally(3, 0)])
    assert [k for k, _ in curve] == [1, 2, 3]
    assert [estimate.value for _, estimate in curve] == pytest.approx([(1 / 3 + 1 / 2) / 3, (2 / 3 + 5 / 6) / 3, 2 / 3])
    assert solved_within_attempts([Tally(3, 1), Tally(0, 0)]) == []
    with pytest.raises(ValueError, match="no problems"):
        solved_within_attempts([])


def test_a_long_curve_over_attempts_is_thinned_and_keeps_its_ends() -> None:
    ks = [k for k, _ in solved_within_attempts([Tally(1000, 3)] * 3, points=10)]
    assert ks == [1, 2, 5, 10, 22, 46, 100, 215, 464, 1000]
    with pytest.raises(ValueError, match="two points"):
        solved_within_attempts([Tally(4, 1)], points=1)


def test_the_range_that_our_own_failures_leave_open() -> None:
    some = [Tally(2, 0), Tally(2, 1), Tally(2, 0)]
    assert not_run_range(some, [0, 0, 0], 1) == pytest.approx((1 / 6, 1 / 6))
    assert not_run_range(some, [2, 1, 0], 1) == pytest.approx((1 / 6, 4 / 6))
    assert not_run_range(some, [1, 0, 0], 2) == pytest.approx((1 / 3, 2 / 3))
    with pytest.raises(ValueError, match="more attempts lost than failed"):
        not_run_range(some, [0, 2, 0], 1)
    with pytest.raises(ValueError, match="3 tallies and 1 counts"):
        not_run_range(some, [0], 1)


def test_variance_splits_by_hand() -> None:
    # Rates 1, 0, 1/2, 1/2: sample variance 1/6, over 4 problems 1/24; seeds: two times (1/4) / 1, over 16: 1/32.
    split = variance_split([Tally(2, 2), Tally(2, 0), Tally(2, 1), Tally(2, 1)])
    assert split.between_attempts == pytest.approx(math.sqrt(1 / 32))
    assert split.between_problems == pytest.approx(math.sqrt(1 / 24 - 1 / 32))


def test_variance_is_all_of_one_kind_at_the_ends() -> None:
    # Each problem always or never: which problems are asked is all that matters.
    assert variance_split([Tally(5, 5), Tally(5, 0)]) == VarianceSplit(0.5, 0.0)
    # Equal problems: what is seen is no more than seeds do.
    assert variance_split([Tally(4, 2)] * 9).between_problems == 0.0


def test_variance_needs_two_of_each() -> None:
    with pytest.raises(TooFewAttempts, match="1 of 2 have fewer"):
        variance_split([Tally(1, 1), Tally(2, 1)])
    with pytest.raises(ValueError, match="two problems, not 1"):
        variance_split([Tally(2, 1)])
