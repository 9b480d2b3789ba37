"""Every option of a proof attempt, with its unit and what 0 means."""

from __future__ import annotations

from dataclasses import dataclass, field

from search.budget import Budget
from search.config import SearchConfig


@dataclass(frozen=True, slots=True)
class ProveConfig:
    """How one theorem is attempted; recorded with the attempt.

    budget          of the two searches together; the default is 60 seconds and nothing else
    search          width, order, scoring and depth of each search
    workers         Lean workers that search at the same time (>= 1); the check has one of its own
    candidates      how many tactics the policy may propose for a goal (>= 1)
    heartbeats      default limit of one tactic, in thousands, as Lean's maxHeartbeats counts; 0 = no limit
    soft_ms         default wall-clock limit of one tactic in milliseconds; 0 = no limit, which leaves only the kill
    negation_share  one in how many expansions goes to the negation; 0 = the negation is not tried
    seed            of whatever is random in the policy
    """

    budget: Budget = field(default_factory=lambda: Budget(seconds=60.0))
    search: SearchConfig = field(default_factory=SearchConfig)
    workers: int = 2
    candidates: int = 96
    heartbeats: int = 400
    soft_ms: int = 3000
    negation_share: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        for name, least in (("workers", 1), ("candidates", 1), ("heartbeats", 0), ("soft_ms", 0), ("negation_share", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")
