from __future__ import annotations

import math

import pytest

from prover.statistics import Tally, TooFewAttempts, mean_pass_at_k, solved_by_budget


def test_the_curve_by_hand() -> None:
    # Two attempts at the first problem (at 3 and never), one at the second (at 1), two at the third (both at 3).
    curve = solved_by_budget([[3.0, None], [1.0], [3.0, 3.0]])
    assert [(point.budget, point.solved) for point in curve] == [(1.0, pytest.approx(1 / 3)), (3.0, pytest.approx(2.5 / 3))]
    assert all(point.interval.low < point.solved < point.interval.high for point in curve)


def test_one_attempt_each_has_wilsons_interval() -> None:
    [_, last] = solved_by_budget([[1.0], [2.0], [None], [None]])
    assert (last.budget, last.solved, last.interval.method) == (2.0, 0.5, "Wilson")


def test_the_curve_ends_at_pass_at_1() -> None:
    pytest.importorskip("numpy")
    attempts = [[float(i + j) if (i * j) % 3 else None for j in range(4)] for i in range(60)]
    tallies = [Tally(4, sum(spend is not None for spend in each)) for each in attempts]
    last = solved_by_budget(attempts)[-1]
    whole = mean_pass_at_k(tallies, 1)
    assert (last.solved, last.interval) == (whole.value, whole.interval)


def test_the_curve_rises_and_keeps_its_ends_when_thinned() -> None:
    curve = solved_by_budget([[float(i)] for i in range(1, 1001)], points=7)
    assert len(curve) == 7
    assert (curve[0].budget, curve[-1].budget) == (1.0, 1000.0)
    assert [point.solved for point in curve] == sorted(point.solved for point in curve)
    assert curve[-1].solved == 1.0


def test_nothing_solved_is_no_step() -> None:
    assert solved_by_budget([[None], [None, None]]) == []


def test_a_solution_for_nothing_counts() -> None:
    [point] = solved_by_budget([[0.0]])
    assert (point.budget, point.solved) == (0.0, 1.0)


def test_what_has_no_curve() -> None:
    with pytest.raises(ValueError, match="no problems"):
        solved_by_budget([])
    with pytest.raises(TooFewAttempts, match="without attempts"):
        solved_by_budget([[1.0], []])
    with pytest.raises(ValueError, match="two points"):
        solved_by_budget([[1.0]], points=1)
    for spend in (-1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="finite and not negative"):
            solved_by_budget([[spend]])
