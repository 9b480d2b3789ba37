"""The bootstrap of a mean over problems, with the bias-corrected and accelerated (BCa) limits.

Problems are drawn as a whole, never attempts: attempts at one problem are not independent of each other. A resample of N problems
out of V distinct values is one draw of a multinomial distribution, so that ten thousand resamples cost ten thousand times V draws
instead of N; a pass@k has at most one value more than there are attempts.
"""

from __future__ import annotations

from collections import Counter
from statistics import NormalDist
from typing import Any

from prover.statistics.extras import numpy

_BLOCK = 1 << 22  # counts drawn at once: 32 MiB
_TIE = 1e-12  # resampled means this close are the same sum in another order


def bca(values: Counter[float], *, level: float, seed: int, resamples: int) -> tuple[float, float]:
    """The BCa limits for the mean of `values`, given as value -> number of problems; at least two values must differ.

    Source: Efron 1987 (JASA 82, 171-185); Efron & Tibshirani 1993, equations 14.9, 14.10, 14.14 and 14.15, where the jackknife of
    a mean has a closed form. Resampled means equal to the mean count half on either side: with few problems there are many of
    them. Raises NeedsScipy; ValueError if all values are equal, or `resamples` is not positive.
    """
    if len(values) < 2:
        raise ValueError("all values are equal: a bootstrap would give an interval of no width")
    if resamples < 1:
        raise ValueError(f"resamples must be positive: {resamples}")
    np = numpy()
    items = sorted(values.items())  # whatever the order of the problems, the seed gives the same draws
    points = np.array([value for value, _ in items])
    counts = np.array([count for _, count in items], dtype=float)
    total = counts.sum()
    mean = float(points @ counts / total)
    means = _resampled_means(points, counts, np.random.default_rng(seed), resamples)

    below = float(np.count_nonzero(means < mean - _TIE) + np.count_nonzero(means <= mean + _TIE)) / (2 * resamples)
    normal = NormalDist()
    bias = normal.inv_cdf(min(max(below, 1 / (resamples + 1)), resamples / (resamples + 1)))
    apart = points - mean
    acceleration = float(counts @ apart**3) / (6 * float(counts @ apart**2) ** 1.5)
    quantiles: list[float] = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal.inv_cdf(tail)
        quantiles.append(normal.cdf(bias + z / (1 - acceleration * z)))
    low, high = np.quantile(means, quantiles)
    return float(low), float(high)


def _resampled_means(points: Any, counts: Any, generator: Any, resamples: int) -> Any:
    """An array of `resamples` means, each over as many problems as there are."""
    np = numpy()
    total = int(counts.sum())
    block = max(1, _BLOCK // len(points))
    sizes = [min(block, resamples - done) for done in range(0, resamples, block)]
    return np.concatenate([generator.multinomial(total, counts / total, size=size) @ points / total for size in sizes])
