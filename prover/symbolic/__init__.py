"""The policy without weights: what a goal looks like decides which tactics are tried, and in which order.

Owns the list of moves and their ranking. A move is a small named rule in a module of its own; every candidate carries its
move's name. Promises never to raise for what a goal says and never to propose the same text twice for a goal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lean_env.messages import Goal
from prover.policy import Candidate, Situation
from prover.symbolic import (
    closers,
    cofactors,
    common_divisors,
    counterexamples,
    divisors,
    finite,
    ground_powers,
    hypotheses,
    induction,
    inequalities,
    recurrences,
    residues,
    saturation,
    shared_divisors,
    structural,
    witnesses,
)
from prover.symbolic.falsity import is_false
from prover.symbolic.move import Move
from prover.symbolic.view import GoalView

__all__ = ["DEFAULT_MOVES", "Move", "SymbolicPolicy"]

DEFAULT_MOVES: tuple[Move, ...] = (
    *closers.MOVES,
    *structural.MOVES,
    *induction.MOVES,
    *residues.MOVES,
    *finite.MOVES,
    *divisors.MOVES,
    *shared_divisors.MOVES,
    *saturation.MOVES,
    *ground_powers.MOVES,
    *common_divisors.MOVES,
    *cofactors.MOVES,
    *inequalities.MOVES,
    *recurrences.MOVES,
    *counterexamples.MOVES,
    *witnesses.MOVES,
    *hypotheses.MOVES,
)


class SymbolicPolicy:
    """Ranks the proposals of a list of moves; stateless, deterministic."""

    def __init__(self, moves: Sequence[Move] = DEFAULT_MOVES) -> None:
        self.moves = tuple(moves)

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """For each goal at most `count` candidates, most probable first, no text twice. `logprob` is the log of a prior weight."""
        return [self.rank(each.goal)[:count] for each in situations]

    def rank(self, goal: Goal) -> list[Candidate]:
        """Every candidate for the goal, most probable first; none for a goal that small numbers refute."""
        view = GoalView(goal)
        if is_false(view):
            return []
        best: dict[str, Candidate] = {}
        for move in self.moves:
            for candidate in move.propose(view):
                known = best.get(candidate.tactic)
                if known is None or candidate.logprob > known.logprob:
                    best[candidate.tactic] = replace(candidate, move=move.name)
        return sorted(best.values(), key=lambda candidate: -candidate.logprob)
