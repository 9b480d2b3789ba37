"""Categories of problems, each against all others, with the correction for having looked at several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prover.statistics.extras import numpy, scipy_stats
from prover.statistics.intervals import Estimate, mean_over_problems
from prover.statistics.pass_at_k import Tally, values_at_k

PERMUTATIONS = 10_000
_TIE = 1e-9  # permuted sums this close are the same sum in another order


@dataclass(frozen=True, slots=True)
class Cell:
    """A category: its problems, those solved at least once, its pass@k, and whether it differs from the others.

    `p_value` is two-sided; `adjusted` is that after Holm over all cells of the table. `estimate` is None without problems, and
    both p-values also where there are no other problems.
    """

    name: str
    problems: int
    solved: int
    estimate: Estimate | None
    p_value: float | None
    adjusted: float | None


def by_category(
    tallies: Mapping[str, Sequence[Tally]], *, k: int = 1, level: float = 0.95, seed: int = 0, resamples: int = 10_000
) -> list[Cell]:
    """One cell for each category, in the order given.

    The p-value is that of a permutation test on pass@k of the problems inside against those outside. Where every value is 0 or 1,
    as with one attempt each, that is Fisher's exact test; otherwise `PERMUTATIONS` relabellings are drawn, and p is at least
    1 / (PERMUTATIONS + 1). Raises TooFewAttempts; NeedsScipy.
    """
    values = {name: values_at_k(cell, k) for name, cell in tallies.items()}
    everything = sum(values.values(), Counter[float]())
    raw = {
        name: different(cell, everything - cell, seed=seed)
        for name, cell in values.items()
        if 0 < cell.total() < everything.total()
    }
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    return [
        Cell(
            name,
            problems=len(cell),
            solved=sum(tally.solved > 0 for tally in cell),
            estimate=mean_over_problems(
                values[name],
                level=level,
                seed=seed,
                resamples=resamples,
                proportion=all(tally.attempts == k for tally in cell),
            )
            if cell
            else None,
            p_value=raw.get(name),
            adjusted=adjusted.get(name),
        )
        for name, cell in tallies.items()
    ]


def different(inside: Counter[float], outside: Counter[float], *, seed: int) -> float:
    """The two-sided p-value that two groups of problems, as value -> number of problems, have the same mean.

    Source: Fisher 1935 for values 0 and 1, with tables no likelier than the one seen counting as extreme; otherwise the difference
    of means under drawn relabellings, with p = (b + 1) / (m + 1) after Phipson & Smyth 2010 (Stat. Appl. Genet. Mol. Biol. 9, 39).
    Raises NeedsScipy.
    """
    if not (inside.keys() | outside.keys()) - {0.0, 1.0}:
        table = [[inside[1.0], inside[0.0]], [outside[1.0], outside[0.0]]]
        return min(1.0, float(scipy_stats().fisher_exact(table).pvalue))
    np = numpy()
    both = inside + outside
    points = np.array(sorted(both))
    numbers = np.array([both[value] for value in sorted(both)])
    size = inside.total()
    # Which problems a relabelling puts inside matters only through how many of each value there are.
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(numbers, size, size=PERMUTATIONS, method="marginals")
    expected = size * float(points @ numbers) / both.total()
    observed = abs(sum(value * count for value, count in inside.items()) - expected)
    beyond = int(np.count_nonzero(np.abs(drawn @ points - expected) >= observed - _TIE))
    return (beyond + 1) / (PERMUTATIONS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the same order: reject where one is at most alpha, and the chance of any false one is alpha.

    Source: Holm 1979 (Scand. J. Statist. 6, 65-70). Raises ValueError if one is outside 0..1.
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError("a p-value lies in 0..1")
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
