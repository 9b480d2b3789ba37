"""Solved against budget: what share of the problems one attempt would have solved, had it been stopped earlier."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from prover.statistics.intervals import Interval, mean_over_problems
from prover.statistics.pass_at_k import TooFewAttempts

_SEED = 0
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The share of problems, in 0..1, that one attempt of at most this budget solves. The interval is for this budget alone."""

    budget: float
    solved: float
    interval: Interval


def solved_by_budget(attempts: Sequence[Sequence[float | None]], *, level: float = 0.95, points: int = 60) -> list[CurvePoint]:
    """The steps of the empirical curve, ascending in budget; between two points the curve stays at the earlier one.

    `attempts`: for each problem, what each of its attempts had spent when it succeeded, in any one unit; None if it never did.
    Each point is the mean over a problem's attempts, then over problems, with the interval of `mean_pass_at_k` at k = 1. More
    than `points` steps are thinned evenly, the first and the last kept. Empty if nothing was solved. Raises TooFewAttempts if a
    problem has no attempts; ValueError on no problems, fewer than two points, or a spend negative or not finite; NeedsScipy.
    """
    if not attempts:
        raise ValueError("no problems")
    if points < 2:
        raise ValueError(f"a curve has at least two points: {points}")
    if not all(attempts):
        raise TooFewAttempts("a problem without attempts has no curve")
    spends = [sorted(spend for spend in problem if spend is not None) for problem in attempts]
    if not all(math.isfinite(spend) and spend >= 0 for problem in spends for spend in problem):
        raise ValueError("a budget spent is finite and not negative")
    proportion = all(len(problem) == 1 for problem in attempts)
    curve: list[CurvePoint] = []
    for budget in _thinned(sorted({spend for problem in spends for spend in problem}), points):
        solved = Counter(bisect_right(spent, budget) / len(problem) for spent, problem in zip(spends, attempts, strict=True))
        point = mean_over_problems(solved, level=level, seed=_SEED, resamples=_RESAMPLES, proportion=proportion)
        curve.append(CurvePoint(budget, point.value, point.interval))
    return curve


def _thinned(steps: list[float], points: int) -> list[float]:
    if len(steps) <= points:
        return steps
    return [steps[round(i * (len(steps) - 1) / (points - 1))] for i in range(points)]
