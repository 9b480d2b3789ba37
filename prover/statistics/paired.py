"""Two runs over the same problems: which is better, and by how much.

Whether the two may be compared at all (same statements, same budget) is not decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prover.statistics.extras import scipy_stats
from prover.statistics.intervals import Estimate, mean_difference

_SHOWN = 5  # names in an error message


@dataclass(frozen=True, slots=True)
class McNemar:
    """Problems that only the second run solved, that only the first did, and the two-sided p-value that this is chance."""

    gained: int
    lost: int
    p_value: float


def mcnemar(before: Mapping[str, bool], after: Mapping[str, bool]) -> McNemar:
    """McNemar's exact test that two runs solve equally much, given problem -> solved; problems solved by both or none say nothing.

    Source: McNemar 1947 (Psychometrika 12, 153-157), with the binomial distribution instead of its chi-square limit, which is
    too far off for the few problems that differ. Raises ValueError if the names differ; NeedsScipy.
    """
    if strangers := sorted(before.keys() ^ after.keys()):
        more = f" and {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
        raise ValueError(f"only one of the two runs has {', '.join(strangers[:_SHOWN])}{more}")
    gained = sum(after[name] and not before[name] for name in before)
    lost = sum(before[name] and not after[name] for name in before)
    if gained + lost == 0:
        return McNemar(0, 0, 1.0)
    return McNemar(gained, lost, float(scipy_stats().binomtest(gained, gained + lost).pvalue))


def paired_difference(
    before: Sequence[float], after: Sequence[float], *, level: float = 0.95, seed: int = 0, resamples: int = 10_000
) -> Estimate:
    """The mean of after - before over problems, with a bootstrap over problems, which keeps the two runs of a problem together.

    Both hold one pass@k (or 0 and 1) per problem, in the same order. Source: Miller 2024 (arXiv 2411.00640) on paired
    differences; the interval is that of `intervals.mean_difference`. Raises ValueError if the lengths differ, there are no
    problems, or a value is outside 0..1; NeedsScipy.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} problems before and {len(after)} after are no pairs")
    if not all(0 <= value <= 1 for values in (before, after) for value in values):
        raise ValueError("a share of solved attempts lies in 0..1")
    # Rounded: 0.3 - 0.2 and 0.2 - 0.1 are the same difference.
    differences = Counter(round(later - earlier, 12) for earlier, later in zip(before, after, strict=True))
    return mean_difference(differences, level=level, seed=seed, resamples=resamples)
