"""Intervals: for a share of problems, for a mean over problems, and for a mean difference over problems.

A mean gets a BCa bootstrap over problems, from `bootstrap.py`. That choice, and the two limits below, come from simulated
benchmarks, a thousand for each of several spreads of difficulty, 8 to 244 problems and 4 to 32 attempts. In 48 such settings with
30 problems or more, nominal 95 % intervals as made here fell under 93 % once (92 %), those of the percentile bootstrap nine times
(down to 89 %), nearly always on the side of the rare outcome. Below `MIN_PROBLEMS` problems, or with fewer than `MIN_APART` of
them away from the commonest value, a bootstrap has seen too little of the tail (72-95 % at 8 problems; no width at all if the
problems agree): there the interval is Wilson's with the mean as the share of that many problems. No variable in 0..1 with that
mean varies more than a coin does, so it is too wide (96-99 %) rather than too narrow, and its `method` says that it was used.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import NormalDist

from prover.statistics.bootstrap import bca

MIN_PROBLEMS = 30
MIN_APART = 10
HIGHEST_LEVEL = 0.999  # beyond it ten thousand resamples say nothing about the tail


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval with its nominal level in 0..1, and in words how it was made."""

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how far it can be trusted."""

    value: float
    interval: Interval


def wilson(solved: int, total: int, *, level: float = 0.95) -> Interval:
    """Wilson's score interval for the share of successes in `total` independent trials; needs neither numpy nor scipy.

    Source: Wilson 1927 (JASA 22, 209-212); Brown, Cai & DasGupta 2001 (Statistical Science 16, 101-133), section 3.1.1. Raises
    ValueError unless 0 <= solved <= total, total > 0, and 0 < level <= 0.999.
    """
    if total <= 0 or not 0 <= solved <= total:
        raise ValueError(f"{solved} solved of {total} is no share")
    return _wilson(solved / total, total, level, "Wilson")


def mean_over_problems(values: Counter[float], *, level: float, seed: int, resamples: int, proportion: bool) -> Estimate:
    """The mean of one value in 0..1 per problem, given as value -> number of problems, with the interval of the module's text.

    `proportion`: every problem gave a plain success or failure by design, so that Wilson's interval is the right one, whatever
    the values. Raises ValueError on no problems; NeedsScipy.
    """
    total = values.total()
    if total == 0:
        raise ValueError("no problems: there is nothing to take the mean of")
    mean = _mean(values)
    if proportion:
        return Estimate(mean, _wilson(mean, total, level, "Wilson"))
    if too_few := _too_few(values):
        return Estimate(mean, _wilson(mean, total, level, f"Wilson on problems ({too_few})"))
    return Estimate(mean, _bootstrapped(values, level, seed, resamples))


def mean_difference(differences: Counter[float], *, level: float, seed: int, resamples: int) -> Estimate:
    """The mean of one difference in -1..1 per problem, given as difference -> number of problems.

    Where the bootstrap is not used, the interval puts Wilson's intervals of the mean gain and of the mean loss together by
    squaring and adding: Newcombe 1998 (Statistics in Medicine 17, 873-890), method 10. Raises ValueError on no problems;
    NeedsScipy.
    """
    total = differences.total()
    if total == 0:
        raise ValueError("no problems: there is nothing to take the mean of")
    mean = _mean(differences)
    too_few = _too_few(differences)
    if not too_few:
        return Estimate(mean, _bootstrapped(differences, level, seed, resamples))
    gain = math.fsum(max(value, 0.0) * count for value, count in differences.items()) / total
    loss = math.fsum(max(-value, 0.0) * count for value, count in differences.items()) / total
    gains, losses = _wilson(gain, total, level, ""), _wilson(loss, total, level, "")
    low = mean - math.hypot(gain - gains.low, losses.high - loss)
    high = mean + math.hypot(gains.high - gain, loss - losses.low)
    return Estimate(mean, Interval(max(low, -1.0), min(high, 1.0), level, f"Wilson on gains and losses ({too_few})"))


def _mean(values: Counter[float]) -> float:
    return math.fsum(value * count for value, count in values.items()) / values.total()


def _too_few(values: Counter[float]) -> str:
    """Why the bootstrap would promise too much here; "" if it would not."""
    if values.total() < MIN_PROBLEMS:
        return f"fewer than {MIN_PROBLEMS} problems"
    if values.total() - max(values.values()) < MIN_APART:
        return f"fewer than {MIN_APART} problems differ from the others"
    return ""


def _wilson(share: float, total: int, level: float, method: str) -> Interval:
    """Also for a share that is no whole number of `total`, which is why this is not left to scipy's binomtest."""
    z = NormalDist().inv_cdf((1 + _checked(level)) / 2)
    shrink = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / shrink
    reach = z / shrink * math.sqrt(max(share * (1 - share), 0.0) / total + (z / (2 * total)) ** 2)
    low = 0.0 if share <= 0 else max(centre - reach, 0.0)
    high = 1.0 if share >= 1 else min(centre + reach, 1.0)
    return Interval(low, high, level, method)


def _bootstrapped(values: Counter[float], level: float, seed: int, resamples: int) -> Interval:
    low, high = bca(values, level=_checked(level), seed=seed, resamples=resamples)
    return Interval(low, high, level, f"BCa bootstrap over problems, {resamples} resamples")


def _checked(level: float) -> float:
    if not 0 < level <= HIGHEST_LEVEL:
        raise ValueError(f"a confidence level lies in 0..{HIGHEST_LEVEL}: {level}")
    return level
