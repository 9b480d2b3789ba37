"""A move for contradictions: universal hypotheses at small numbers, which is where a careless hypothesis breaks.

`∀ n, f n < n` is absurd at 0, and no number in sight says so. Proposes only where the goal is False: the search for a proof
has better things to try.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.move import Move, tactic
from prover.symbolic.terms import NUMBERS
from prover.symbolic.view import GoalView

_VALUES = {"Nat": ("0", "1", "2", "3", "10"), "Int": ("0", "1", "(-1)", "2", "10")}
_FEWER = 3  # values of each of several binders
_MOST_BINDERS = 3


def small_instances(view: GoalView) -> Iterator[Candidate]:
    """One tactic that puts small numbers into every universal hypothesis at once, and looks for a contradiction."""
    if not view.target.is_app("False", 0):
        return
    names: list[str] = []
    lines: list[str] = []
    for hypothesis in view.props:
        kinds = _leading_kinds(hypothesis.term)
        values = [_VALUES[kind] if len(kinds) == 1 else _VALUES[kind][:_FEWER] for kind in kinds[:_MOST_BINDERS]]
        for chosen in product(*values) if values else ():
            names.append(view.fresh(hypothesis.name, names))
            lines.append(f"have {names[-1]} := {hypothesis.name} {' '.join(chosen)}")
    if lines:
        yield tactic("\n".join([*lines, "first | omega | (simp_all; done) | grind"]), 0.2, heartbeats=4000, soft_ms=4000)


def _leading_kinds(term: Term) -> list[str]:
    """The types of the numbers that a proposition is about all of, as far as the binders stand in front."""
    kinds: list[str] = []
    while term.tag == "forall" and term.args[0].tag == "const" and term.args[0].name in NUMBERS and not term.args[0].args:
        kinds.append(term.args[0].name)
        term = term.args[1]
    return kinds


MOVES = (Move("small instances", small_instances),)
