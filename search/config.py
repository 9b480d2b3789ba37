"""The options of one search, with their units and what 0 means."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

from search.frontier import Order
from search.scoring import Rule, Scoring


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How a search goes about it; two searches with equal options and equal answers build equal trees.

    width: candidates tried per expansion (>= 1); the rest wait until the goal's turn comes again.
    scoring: how paths compare.
    order: which goal is expanded next. BREADTH ignores `scoring`; DEPTH and PUCT use it only to choose among paths to
        one goal.
    max_depth: tactics on a path; a goal that is this deep is not expanded. 0 = no limit.
    path_turns, critic_turns: ALTERNATE expands so many goals by score, then so many by the critic's opinion (>= 0, not
        both 0). 0 critic turns = best-first search; 0 path turns = by score only what the critic has no opinion of.
    exploration: PUCT's weight of the policy's expectations and of what is little visited, against what was found (>= 0).
        0 = only what was found, which sticks to the first goal that looks good.
    prior_temperature: PUCT takes probability ** (1 / this) for a candidate's prior (> 0); 1 = as the policy says, more =
        flatter.
    """

    width: int = 8
    scoring: Scoring = field(default_factory=Scoring)
    order: Order = Order.BEST
    max_depth: int = 64
    path_turns: int = 1
    critic_turns: int = 1
    exploration: float = 0.5
    prior_temperature: float = 1.0

    def __post_init__(self) -> None:
        """Refuses what cannot be searched with: ValueError."""
        if self.width < 1:
            raise ValueError(f"width must be at least 1, not {self.width}")
        if self.max_depth < 0:
            raise ValueError(f"max_depth must be at least 0 (no limit), not {self.max_depth}")
        if min(self.path_turns, self.critic_turns) < 0 or self.path_turns + self.critic_turns == 0:
            raise ValueError(f"turns are at least 0 and not both 0, not {self.path_turns} and {self.critic_turns}")
        if not (isfinite(self.exploration) and self.exploration >= 0):
            raise ValueError(f"exploration must be finite and at least 0, not {self.exploration}")
        if not (isfinite(self.prior_temperature) and self.prior_temperature > 0):
            raise ValueError(f"prior_temperature must be finite and above 0, not {self.prior_temperature}")

    @property
    def reads_values(self) -> bool:
        """Whether a critic's values make a difference."""
        by_turns = self.order is Order.ALTERNATE and self.critic_turns > 0
        by_score = self.scoring.rule is Rule.CRITIC and self.order is not Order.BREADTH
        return by_turns or by_score or self.order is Order.PUCT
