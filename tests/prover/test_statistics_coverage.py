"""Intervals hold what they promise: over simulated benchmarks, a nominal 95 % interval contains the truth that often.

A benchmark is N problems whose chances to be solved are drawn from a Beta distribution; the truth is the mean over all problems
that could have been drawn. Of 1,000 benchmarks an exact 95 % interval covers 93.6 to 96.4 % in nineteen of twenty seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from prover.statistics import (
    Estimate,
    Tally,
    by_category,
    mean_pass_at_k,
    paired_difference,
    variance_split,
    wilson,
)

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")

BENCHMARKS = 1000
TIE = 1e-12  # a limit that is the truth, but for rounding, contains it
RESAMPLES = 500

# How hard problems are, as a Beta distribution: mixed; most never solved; most always solved; evenly spread.
MIXED, HARD, EASY, EVEN = (0.3, 0.7), (0.05, 0.5), (0.3, 0.1), (1.0, 1.0)


def _truth(difficulty: tuple[float, float], k: int) -> float:
    """E[1 - (1 - p)^k] for p from Beta(a, b), by its moments."""
    a, b = difficulty
    return 1.0 - float(np.prod([(b + i) / (a + b + i) for i in range(k)]))


def _coverage(truth: float, make: Callable[[Any], Estimate]) -> float:
    generator = np.random.default_rng(20)
    intervals = [make(generator).interval for _ in range(BENCHMARKS)]
    return sum(interval.low - TIE <= truth <= interval.high + TIE for interval in intervals) / BENCHMARKS


def _benchmark(generator: Any, problems: int, attempts: int, difficulty: tuple[float, float]) -> list[Tally]:
    return [Tally(attempts, int(c)) for c in generator.binomial(attempts, generator.beta(*difficulty, problems))]


@pytest.mark.parametrize(
    ("problems", "attempts", "k", "difficulty"),
    [
        (244, 1, 1, MIXED),
        (244, 8, 8, HARD),
        (244, 4, 1, HARD),
        (244, 8, 4, EASY),
        (100, 8, 4, HARD),
        (50, 4, 2, EVEN),
    ],
)
def test_the_interval_of_pass_at_k_covers(problems: int, attempts: int, k: int, difficulty: tuple[float, float]) -> None:
    covered = _coverage(
        _truth(difficulty, k),
        lambda generator: mean_pass_at_k(_benchmark(generator, problems, attempts, difficulty), k, resamples=RESAMPLES),
    )
    assert 0.925 <= covered <= 0.975


@pytest.mark.parametrize(
    ("problems", "attempts", "k", "difficulty"),
    [(8, 4, 1, HARD), (8, 32, 8, EVEN), (20, 8, 4, EASY), (40, 8, 4, EASY), (100, 4, 1, (0.02, 0.5))],
)
def test_few_problems_or_few_solved_make_it_too_wide_but_not_too_narrow(
    problems: int, attempts: int, k: int, difficulty: tuple[float, float]
) -> None:
    covered = _coverage(
        _truth(difficulty, k),
        lambda generator: mean_pass_at_k(_benchmark(generator, problems, attempts, difficulty), k, resamples=RESAMPLES),
    )
    assert covered >= 0.93


@pytest.mark.parametrize(("total", "rate"), [(244, 0.303), (244, 0.95), (100, 0.5), (30, 0.2)])
def test_wilson_covers(total: int, rate: float) -> None:
    # Without drawing: the chance of every count, times whether its interval holds the rate.
    stats = pytest.importorskip("scipy.stats")
    intervals = [wilson(solved, total) for solved in range(total + 1)]
    chances = stats.binom.pmf(range(total + 1), total, rate)
    covered = sum(p for p, each in zip(chances, intervals, strict=True) if each.low <= rate <= each.high)
    assert 0.925 <= covered <= 0.975


@pytest.mark.parametrize(
    ("problems", "gain", "loss", "highest"),
    [(244, 0.1, 0.1, 0.975), (244, 0.05, 0.02, 0.975), (60, 0.3, 0.1, 0.975), (244, 0.01, 0.01, 1.0), (20, 0.05, 0.02, 1.0)],
)
def test_the_interval_of_a_difference_covers(problems: int, gain: float, loss: float, highest: float) -> None:
    def make(generator: Any) -> Estimate:
        steps = generator.choice([1.0, -1.0, 0.0], size=problems, p=[gain, loss, 1 - gain - loss]).tolist()
        return paired_difference([float(s < 0) for s in steps], [float(s > 0) for s in steps], resamples=RESAMPLES)

    assert 0.925 <= _coverage(gain - loss, make) <= highest


def test_categories_that_do_not_differ_are_rarely_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prover.statistics.categories.PERMUTATIONS", 1000)
    generator = np.random.default_rng(4)
    smallest: list[float] = []
    for _ in range(200):
        cells = by_category(
            {name: _benchmark(generator, size, 4, MIXED) for name, size in (("a", 60), ("b", 30), ("c", 8))}, resamples=10
        )
        smallest.append(min(cell.adjusted for cell in cells if cell.adjusted is not None))
    # At most 5 % in the long run; 10 of 200 would be it, and 19 are three standard deviations more.
    assert sum(p <= 0.05 for p in smallest) <= 19


def test_the_variance_is_split_where_it_belongs() -> None:
    generator = np.random.default_rng(8)
    splits = [variance_split(_benchmark(generator, 200, 4, EVEN)) for _ in range(300)]
    # A rate even in 0..1 has variance 1/12, and p (1 - p) has mean 1/6.
    assert np.mean([split.between_problems**2 for split in splits]) == pytest.approx(1 / 12 / 200, rel=0.03)
    assert np.mean([split.between_attempts**2 for split in splits]) == pytest.approx(1 / 6 / 4 / 200, rel=0.03)
