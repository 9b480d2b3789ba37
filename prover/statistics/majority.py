"""maj@k: the chance that the answer which most of k samples give is the right one.

The samples at hand are n draws; maj@k is what a vote among k of them, drawn without replacement, comes to on average. A tie is
won by each of the tied answers with the same chance; a sample without an answer is drawn like any other and votes for nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from prover.statistics.intervals import Estimate, mean_over_problems
from prover.statistics.pass_at_k import TooFewAttempts


@dataclass(frozen=True, slots=True)
class Ballot:
    """The samples of one problem: how many gave the right answer, how many each of the wrong ones, how many none."""

    right: int
    wrong: tuple[int, ...] = ()
    none: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for a negative count, and for a wrong answer that nobody gave."""
        if self.right < 0 or self.none < 0 or any(count < 1 for count in self.wrong):
            raise ValueError(f"no ballot: {self.right} right, {self.wrong} wrong, {self.none} without an answer")

    @property
    def samples(self) -> int:
        """All of them."""
        return self.right + sum(self.wrong) + self.none


def maj_at_k(ballot: Ballot, k: int) -> float:
    """The share of the subsets of k samples whose vote is right, in 0..1; exact up to the rounding of the result.

    Raises TooFewAttempts if there are fewer than k samples, ValueError if k < 1.
    """
    if k < 1:
        raise ValueError(f"k must be positive: {k}")
    if ballot.samples < k:
        raise TooFewAttempts(f"maj@{k} needs {k} samples of the problem, not {ballot.samples}")
    won = math.fsum(
        math.comb(ballot.right, votes) * ways / (tied + 1) / math.comb(ballot.samples, k)
        for votes in range(1, min(ballot.right, k) + 1)
        for tied, ways in _rest(ballot, votes, k - votes).items()
    )
    return min(won, 1.0)


def mean_maj_at_k(ballots: Sequence[Ballot], k: int, *, level: float = 0.95, seed: int = 0, resamples: int = 10_000) -> Estimate:
    """maj@k, averaged over problems, with an interval over problems as for pass@k (`pass_at_k.mean_pass_at_k`).

    Raises TooFewAttempts if any problem has fewer than k samples; ValueError on no problems; NeedsScipy.
    """
    values = Counter[float]()
    for ballot, count in Counter(ballots).items():
        values[maj_at_k(ballot, k)] += count
    plain = all(ballot.samples == k for ballot in ballots) and all(value in (0.0, 1.0) for value in values)
    return mean_over_problems(values, level=level, seed=seed, resamples=resamples, proportion=plain)


def _rest(ballot: Ballot, votes: int, drawn: int) -> dict[int, int]:
    """In how many ways `drawn` samples can be none of the right ones, with no wrong answer more than `votes` times.

    By how many wrong answers come exactly as often, which ties the vote.
    """
    ways = {(0, 0): 1}  # samples drawn so far, ties so far
    for count in ballot.wrong:
        more = Counter[tuple[int, int]]()
        for (used, tied), number in ways.items():
            for these in range(min(count, votes, drawn - used) + 1):
                more[used + these, tied + (these == votes)] += number * math.comb(count, these)
        ways = dict(more)
    by_ties = Counter[int]()
    for (used, tied), number in ways.items():
        by_ties[tied] += number * math.comb(ballot.none, drawn - used)
    return dict(by_ties)
