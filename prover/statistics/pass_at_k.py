"""pass@k: the chance that at least one of k independent attempts solves a problem.

One attempt is one whole search with its own seed. Fewer attempts than k say nothing about pass@k, and are refused, not made up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from prover.statistics.intervals import Estimate, mean_over_problems


class TooFewAttempts(ValueError):
    """The statistic is not defined for a problem with so few attempts."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The attempts made at one problem, and how many of them solved it."""

    attempts: int
    solved: int

    def __post_init__(self) -> None:
        """Raises ValueError unless 0 <= solved <= attempts."""
        if not 0 <= self.solved <= self.attempts:
            raise ValueError(f"{self.solved} of {self.attempts} attempts cannot have solved it")


def pass_at_k(tally: Tally, k: int) -> float:
    """The unbiased estimate of pass@k from n attempts of which c solved the problem: 1 - C(n-c, k) / C(n, k), in 0..1.

    Source: Chen et al. 2021 (arXiv 2107.03374), equation 1, as the product of figure 3, which never forms the large binomials.
    The plug-in 1 - (1 - c/n)^k is biased. Raises TooFewAttempts if n < k, ValueError if k < 1.
    """
    if k < 1:
        raise ValueError(f"k must be positive: {k}")
    if tally.attempts < k:
        raise TooFewAttempts(f"pass@{k} needs {k} attempts at the problem, not {tally.attempts}")
    if tally.attempts - tally.solved < k:
        return 1.0
    if k == 1:
        return tally.solved / tally.attempts  # the product below, without its rounding
    return 1.0 - math.prod(1.0 - k / i for i in range(tally.attempts - tally.solved + 1, tally.attempts + 1))


def mean_pass_at_k(tallies: Sequence[Tally], k: int, *, level: float = 0.95, seed: int = 0, resamples: int = 10_000) -> Estimate:
    """pass@k, averaged over problems, each with its own number of attempts; the interval is over problems.

    Wilson if every problem had exactly k attempts, for then each is a plain success or failure; otherwise the bootstrap, or the
    wider Wilson interval where that knows too little (see `intervals.py`). The interval covers the choice of the problems and of
    the seeds together. Raises TooFewAttempts if any problem has fewer than k attempts; ValueError on no problems; NeedsScipy.
    """
    return mean_over_problems(
        values_at_k(tallies, k),
        level=level,
        seed=seed,
        resamples=resamples,
        proportion=all(tally.attempts == k for tally in tallies),
    )


def solved_within_attempts(
    tallies: Sequence[Tally], *, level: float = 0.95, seed: int = 0, resamples: int = 10_000, points: int = 60
) -> list[tuple[int, Estimate]]:
    """pass@k with its interval for k from 1 to the fewest attempts at any problem, ascending.

    More than `points` values of k are thinned in equal ratios, the first and the last kept. Empty if a problem has no attempts.
    Raises ValueError on no problems or fewer than two points; NeedsScipy.
    """
    if not tallies:
        raise ValueError("no problems")
    if points < 2:
        raise ValueError(f"a curve has at least two points: {points}")
    most = min(tally.attempts for tally in tallies)
    ks = range(1, most + 1) if most <= points else sorted({round(most ** (i / (points - 1))) for i in range(points)})
    return [(k, mean_pass_at_k(tallies, k, level=level, seed=seed, resamples=resamples)) for k in ks]


def not_run_range(tallies: Sequence[Tally], not_run: Sequence[int], k: int) -> tuple[float, float]:
    """pass@k if every attempt that our own machinery lost had failed, and if every one had succeeded.

    `not_run[i]` are the lost attempts of problem i; its tally counts them as attempts that solved nothing. Raises ValueError if
    the lengths differ, there are no problems, or more attempts were lost than failed; TooFewAttempts.
    """
    if len(tallies) != len(not_run) or not tallies:
        raise ValueError(f"{len(tallies)} tallies and {len(not_run)} counts of lost attempts")
    if any(lost < 0 or lost > tally.attempts - tally.solved for tally, lost in zip(tallies, not_run, strict=True)):
        raise ValueError("more attempts lost than failed: a tally counts its lost attempts as failed")
    best = [Tally(tally.attempts, tally.solved + lost) for tally, lost in zip(tallies, not_run, strict=True)]
    worst_sum, best_sum = (math.fsum(v * count for v, count in values_at_k(each, k).items()) for each in (tallies, best))
    return worst_sum / len(tallies), best_sum / len(tallies)


def values_at_k(tallies: Sequence[Tally], k: int) -> Counter[float]:
    """The pass@k of each problem, as value -> number of problems. Raises TooFewAttempts; ValueError if k < 1."""
    short = sum(tally.attempts < k for tally in tallies)
    if short:
        raise TooFewAttempts(f"pass@{k} needs {k} attempts at every problem; {short} of {len(tallies)} have fewer")
    values: Counter[float] = Counter()
    for tally, count in Counter(tallies).items():  # few tallies differ: each is worked out once
        values[pass_at_k(tally, k)] += count
    return values
