"""Policies: goals in, ranked tactics out.

A policy never talks to Lean and never sees a worker; it is batched by design, so that one with weights can put the goals of
many searches into one forward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lean_env.messages import Goal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tactic that a policy proposes.

    `logprob` is the natural log of its probability (<= 0), `tokens` the length it is the sum over (>= 1). `heartbeats` (thousands)
    and `soft_ms` are what the policy thinks it deserves; None = the search's default. `move` names the rule it came from.
    """

    tactic: str
    logprob: float
    tokens: int = 1
    heartbeats: int | None = None
    soft_ms: int | None = None
    move: str = ""


class Policy(Protocol):
    """Proposes tactics for the first goal of each node."""

    async def suggest(self, goals: Sequence[Goal], count: int) -> list[list[Candidate]]:
        """For each goal at most `count` candidates, best first, no text twice. Never raises for what a goal says."""
        ...
