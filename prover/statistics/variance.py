"""Where the uncertainty of a score comes from: more problems would help against one part, more attempts against the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from prover.statistics.pass_at_k import Tally, TooFewAttempts


@dataclass(frozen=True, slots=True)
class VarianceSplit:
    """Standard errors of the mean pass@1, as shares: from which problems are asked, and from the seeds of the attempts."""

    between_problems: float
    between_attempts: float


def variance_split(tallies: Sequence[Tally]) -> VarianceSplit:
    """Split the variance of the mean pass@1 by the law of total variance; the squares of the two parts add up to it.

    Source: Miller 2024 (arXiv 2411.00640), its section on reducing variance by resampling. For N problems with success rate
    p_i in n_i attempts, the part of the attempts is sum p_i (1 - p_i) / (n_i - 1) / N^2, without bias; the part of the problems
    is what it leaves of the sample variance of the p_i over N, and 0 if it leaves nothing. Raises TooFewAttempts if a problem
    has fewer than two attempts, ValueError on fewer than two problems.
    """
    total = len(tallies)
    if total < 2:
        raise ValueError(f"the spread between problems needs two problems, not {total}")
    if short := sum(tally.attempts < 2 for tally in tallies):
        raise TooFewAttempts(f"the spread between attempts needs two at every problem; {short} of {total} have fewer")
    rates = [tally.solved / tally.attempts for tally in tallies]
    mean = math.fsum(rates) / total
    whole = math.fsum((rate - mean) ** 2 for rate in rates) / (total - 1) / total
    seeds = math.fsum(rate * (1 - rate) / (tally.attempts - 1) for rate, tally in zip(rates, tallies, strict=True)) / total**2
    return VarianceSplit(math.sqrt(max(whole - seeds, 0.0)), math.sqrt(seeds))
