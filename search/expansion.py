"""What the caller hands to the search: candidates to try, and the outcome of each one that was tried.

Owns the vocabulary of one expansion. Goals are known by their keys alone: equal keys are the same goal, and what a key
means is the caller's business. Nothing here looks inside a key or a tactic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Candidate(Protocol):
    """A tactic to try, with its log-probability and length."""

    @property
    def tactic(self) -> str:
        """The text that will be run."""
        ...

    @property
    def logprob(self) -> float:
        """Natural log of the probability, summed over the tokens: finite, <= 0."""
        ...

    @property
    def tokens(self) -> int:
        """How many tokens `logprob` is the sum over: >= 1."""
        ...


@dataclass(frozen=True, slots=True)
class PlainCandidate:
    """A candidate with nothing but what the search reads; what a replayed trace and the tests use."""

    tactic: str
    logprob: float
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class Closed:
    """The tactic left nothing to prove."""


@dataclass(frozen=True, slots=True)
class Subgoals:
    """The tactic left these goals, every one of which must be proved.

    `keys[i]` is the key of part number i. `goals[i]` is how many goals of the prover that part bundles because they
    share metavariables (>= 1); empty = one each. Only the layout of the final script reads it.
    """

    keys: tuple[str, ...]
    goals: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuses a count that does not belong to a key: ValueError."""
        if self.goals and (len(self.goals) != len(self.keys) or min(self.goals) < 1):
            raise ValueError(f"{len(self.keys)} subgoals cannot bundle {self.goals} goals")


@dataclass(frozen=True, slots=True)
class Failed:
    """The tactic did not work here; `reason` is for people."""

    reason: str


Outcome = Closed | Subgoals | Failed
