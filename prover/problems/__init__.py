"""Benchmarks as data: one loader for every lineage of MiniF2F and its like."""

from __future__ import annotations

from prover.problems.problem import BadData, Problem, ProblemSet

__all__ = ["BadData", "Problem", "ProblemSet"]
