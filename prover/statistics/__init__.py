"""What a run's counts are evidence for: pass@k with intervals, comparisons, categories, curves.

Pure functions over plain numbers: nothing here reads a file, knows a record, or looks at a clock. The same input and seed give the
same numbers. Intervals treat the problems of a benchmark as a sample of all problems like them; shares are in 0..1, not percent.
"""

from __future__ import annotations

from prover.statistics.categories import Cell, by_category, holm
from prover.statistics.curve import CurvePoint, solved_by_budget
from prover.statistics.extras import NeedsScipy
from prover.statistics.intervals import Estimate, Interval, wilson
from prover.statistics.majority import Ballot, maj_at_k, mean_maj_at_k
from prover.statistics.paired import McNemar, mcnemar, paired_difference
from prover.statistics.pass_at_k import (
    Tally,
    TooFewAttempts,
    mean_pass_at_k,
    not_run_range,
    pass_at_k,
    solved_within_attempts,
)
from prover.statistics.variance import VarianceSplit, variance_split

__all__ = [
    "Cell",
    "Ballot",
    "CurvePoint",
    "Estimate",
    "Interval",
    "McNemar",
    "NeedsScipy",
    "Tally",
    "TooFewAttempts",
    "VarianceSplit",
    "by_category",
    "holm",
    "maj_at_k",
    "mcnemar",
    "mean_maj_at_k",
    "mean_pass_at_k",
    "not_run_range",
    "paired_difference",
    "pass_at_k",
    "solved_by_budget",
    "solved_within_attempts",
    "variance_split",
    "wilson",
]
