"""The forward-saturation move: state every nonlinear consequence in sight at once, and let a closer finish or the search go on."""

from __future__ import annotations

from collections.abc import Iterator

from prover.policy import Candidate
from prover.symbolic.closers import explosive
from prover.symbolic.facts import saturate
from prover.symbolic.move import Move, tactic
from prover.symbolic.view import GoalView


def _saturate(view: GoalView) -> Iterator[Candidate]:
    """All facts, then linear arithmetic or `grind`; also the facts alone."""
    if view.is_large or not view.is_arithmetic or explosive(view) or not view.target_is_arithmetic:
        return
    facts = saturate(view, view.assumptions).facts
    direct = saturate(view, view.facts).facts if facts else ()
    if direct:
        stated = "\n".join(fact.tactic() for fact in direct)
        yield tactic(f"{stated}\nfirst | omega | grind", 1.2, heartbeats=4000, soft_ms=4000)
        if not any(hyp.name.startswith("fact") for hyp in view.hypotheses):
            yield tactic(stated, 2.2, heartbeats=2000, soft_ms=2500)


MOVES = (Move("saturate", _saturate),)
