"""How much a search may spend, and which limit ended it.

Compares numbers that the caller counted; owns no clock and no counter. In every limit 0 means that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite


class Limit(Enum):
    """What ran out; the value is the name of the option that moves it."""

    EXPANSIONS = "expansions"
    STEPS = "steps"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Stopped:
    """One limit was reached: which, how much it allows, how much was spent."""

    limit: Limit
    allowed: float
    spent: float

    @property
    def message(self) -> str:
        """One sentence with the limit, its value and the option."""
        name = self.limit.value
        return f"stopped at {self.spent:g} of {self.allowed:g} {name}; the option `{name}` moves the limit, 0 removes it"


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one search; 0 = unlimited.

    expansions: policy calls with their batch of steps. steps: tactics run. seconds: wall clock, by the caller's clock.
    Only `steps` and `expansions` make a run repeatable; `seconds` depends on the machine.
    """

    expansions: int = 0
    steps: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Refuses negative and infinite limits: ValueError."""
        for limit in Limit:
            allowed = self._allowed(limit)
            if not (isfinite(allowed) and allowed >= 0):
                raise ValueError(f"{limit.value} must be finite and at least 0 (no limit), not {allowed}")

    @property
    def repeatable(self) -> bool:
        """Whether it is the same on every machine: there is a limit, and no clock in it."""
        return not self.seconds and bool(self.steps or self.expansions)

    def stopped_by(self, *, expansions: int, steps: int, seconds: float) -> Stopped | None:
        """The first limit reached, in the order of `Limit`; None if the search may go on.

        Count expansions and steps in flight as spent, or a search with many workers goes over.
        """
        for limit, spent in zip(Limit, (expansions, steps, seconds), strict=True):
            allowed = self._allowed(limit)
            if allowed and spent >= allowed:
                return Stopped(limit, allowed, spent)
        return None

    def steps_allowed(self, wanted: int, *, spent: int) -> int:
        """How many of `wanted` further steps fit, given how many were spent: between 0 and `wanted`."""
        return wanted if self.steps == 0 else max(0, min(wanted, self.steps - spent))

    def _allowed(self, limit: Limit) -> float:
        """The number behind a limit's name."""
        match limit:
            case Limit.EXPANSIONS:
                return self.expansions
            case Limit.STEPS:
                return self.steps
            case Limit.SECONDS:
                return self.seconds
