"""Every option of a proof attempt, with its unit and what 0 means."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from search.budget import Budget
from search.config import SearchConfig


@dataclass(frozen=True, slots=True)
class ProveConfig:
    """How one theorem is attempted; recorded with the attempt.

    budget          of the two searches together; the default is 60 seconds and nothing else
    search          width, strategy (`order`: best, breadth, depth, alternate, puct), scoring and depth of each search
    workers         Lean workers that search at the same time (>= 1); the check has one of its own
    lookahead       goals that the policy may be asked about before a worker is free for them, so that it and Lean work at the same
                    time; 0 = none, and with one worker an attempt can be repeated exactly
    candidates      how many tactics the policy may propose for a goal (>= 1)
    heartbeats      default limit of one tactic, in thousands, as Lean's maxHeartbeats counts; 0 = no limit
    soft_ms         default wall-clock limit of one tactic in milliseconds; 0 = no limit, which leaves only the kill
    floor_mass      share of the probability that symbolic moves get under a learned policy, in [0, 1); 0 = none. A policy without
                    a model has no floor
    learned_temperature  the probabilities of a learned policy become p ** (1 / this) within a goal's candidates (> 0); 1 = as they
                    are
    negation_share  one in how many expansions goes to the negation; 0 = the negation is not tried
    seed            of whatever is random in the policy
    """

    budget: Budget = field(default_factory=lambda: Budget(seconds=60.0))
    search: SearchConfig = field(default_factory=SearchConfig)
    workers: int = 2
    lookahead: int = 0
    candidates: int = 96
    heartbeats: int = 400
    soft_ms: int = 3000
    floor_mass: float = 0.02
    learned_temperature: float = 1.0
    negation_share: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        least_values = {"workers": 1, "lookahead": 0, "candidates": 1, "heartbeats": 0, "soft_ms": 0, "negation_share": 0}
        for name, least in least_values.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not 0 <= self.floor_mass < 1:
            raise ValueError(f"floor_mass must be at least 0 and below 1, not {self.floor_mass}")
        if not 0 < self.learned_temperature < inf:
            raise ValueError(f"learned_temperature must be finite and above 0, not {self.learned_temperature}")
