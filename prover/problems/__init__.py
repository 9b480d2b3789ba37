"""Benchmarks as data: one loader for every lineage of MiniF2F and its like."""

from __future__ import annotations

from prover.problems.loading import load_problems
from prover.problems.names import canonical_name, same_name
from prover.problems.problem import BadData, Problem, ProblemSet

__all__ = ["BadData", "Problem", "ProblemSet", "canonical_name", "load_problems", "same_name"]
