"""The options of one search, with their units and what 0 means."""

from __future__ import annotations

from dataclasses import dataclass, field

from search.frontier import Order
from search.scoring import Scoring


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """How a search goes about it; two searches with equal options and equal answers build equal trees.

    width: candidates tried per expansion (>= 1); the rest wait until the goal's turn comes again.
    scoring: how paths compare.
    order: which goal is expanded next. BREADTH ignores `scoring`; DEPTH uses it only to choose among paths to one goal.
    max_depth: tactics on a path; a goal that is this deep is not expanded. 0 = no limit.
    """

    width: int = 8
    scoring: Scoring = field(default_factory=Scoring)
    order: Order = Order.BEST
    max_depth: int = 64

    def __post_init__(self) -> None:
        """Refuses what cannot be searched with: ValueError."""
        if self.width < 1:
            raise ValueError(f"width must be at least 1, not {self.width}")
        if self.max_depth < 0:
            raise ValueError(f"max_depth must be at least 0 (no limit), not {self.max_depth}")
