"""How good a path is, as a function of its log-probability, tokens, depth and a critic's value.

Pure arithmetic: bigger is better, no state, no knowledge of trees. The same function scores a node that was never
expanded (its own path) and one that goes back with candidates left (its path and the next candidate), so that a goal's
second helping competes with the child it would make.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite


class Rule(Enum):
    """Which formula, over L = sum of log-probabilities, T = tokens, D = tactics on the path, V = the critic's value.

    SUM: L, the log-probability of the path; shallow goals first.
    MEAN: L / T, per token; long tactics are not punished for their length.
    LENGTH: L / D ** alpha; alpha 0 is SUM, alpha 1 the mean per tactic. BFS-Prover, arXiv:2502.03438.
    CRITIC: V + path_weight * L / D ** alpha.
    """

    SUM = "sum"
    MEAN = "mean"
    LENGTH = "length"
    CRITIC = "critic"


@dataclass(frozen=True, slots=True)
class Scoring:
    """A rule with its parameters.

    `alpha` (>= 0) is the exponent of depth in LENGTH and CRITIC. `path_weight` (>= 0) is read by CRITIC alone; at 0 a
    goal that the critic likes best is expanded until its candidates run out, because nothing makes its later ones less
    attractive.
    """

    rule: Rule = Rule.LENGTH
    alpha: float = 0.5
    path_weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuses parameters that would not give an order: ValueError."""
        if not (isfinite(self.alpha) and self.alpha >= 0):
            raise ValueError(f"alpha must be finite and at least 0, not {self.alpha}")
        if not (isfinite(self.path_weight) and self.path_weight >= 0):
            raise ValueError(f"path_weight must be finite and at least 0, not {self.path_weight}")

    def score(self, logprob: float, tokens: int, depth: int, value: float) -> float:
        """The path's score; bigger is better. The empty path (depth 0) scores as if it had one step and one token."""
        match self.rule:
            case Rule.LENGTH:
                return logprob / max(depth, 1) ** self.alpha
            case Rule.SUM:
                return logprob
            case Rule.MEAN:
                return logprob / max(tokens, 1)
            case Rule.CRITIC:
                return value + self.path_weight * logprob / max(depth, 1) ** self.alpha
