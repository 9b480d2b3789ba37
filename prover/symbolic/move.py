"""What a move is: a name and a rule that looks at a goal and proposes tactics.

A rule is a pure function of the view; it never raises for what a goal says and proposes nothing where it does not apply.
Costs are negative natural logs of a prior: 0.1 is "try this first", 1 is a step worth taking, 3 is a long shot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prover.policy import Candidate
from prover.symbolic.view import GoalView


@dataclass(frozen=True, slots=True)
class Move:
    """A named rule."""

    name: str
    propose: Callable[[GoalView], Iterable[Candidate]]


def tactic(text: str, cost: float, *, heartbeats: int = 400, soft_ms: int = 2500) -> Candidate:
    """A candidate at a cost; `heartbeats` in thousands, `soft_ms` milliseconds."""
    tokens = max(1, len(text) // 4)
    return Candidate(text, -cost, tokens=tokens, heartbeats=heartbeats, soft_ms=soft_ms)


def indented(text: str, columns: int = 2) -> str:
    """The block moved to the right."""
    pad = " " * columns
    return "\n".join(pad + line if line else line for line in text.split("\n"))
