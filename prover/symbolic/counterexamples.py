"""Refuting universal statements: find small values for which they fail, and instantiate them there.

`¬ ∀ x y, p x → q x y` is proved by numbers with p true and q false; a hypothesis `∀ ...` that is false proves anything. What
cannot be computed among the premises (a quantifier) is left as a goal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.assignments import Found, Unknown, assignments
from prover.symbolic.evaluate import truth_of
from prover.symbolic.move import Move, tactic
from prover.symbolic.render import Unprintable
from prover.symbolic.terms import negated
from prover.symbolic.view import GoalView, is_number_type

EFFORT = 20_000
MOST_FOUND = 2


def telescope(term: Term) -> tuple[list[tuple[str, Term]], Term]:
    """Leading quantifiers and premises as (binder name or "", type or premise), and what they lead to."""
    steps: list[tuple[str, Term]] = []
    while term.tag in ("forall", "implies"):
        steps.append((term.name if term.tag == "forall" else "", term.args[0]))
        term = term.args[1]
    inner = negated(term)
    if inner is not None and not term.is_app("Ne"):
        steps.append(("", inner))
        term = Term("const", "False", "", ())
    return steps, term


def refute(statement: Term) -> Iterator[tuple[str, Found]]:
    """Arguments (as text, `?_` for what is left open) that make a universal statement fail."""
    steps, conclusion = telescope(statement)
    binders = [(name, domain) for name, domain in steps if name and is_number_type(domain)]
    premises = [premise for name, premise in steps if not name]
    if any(name and not is_number_type(domain) for name, domain in steps) or not binders or statement.locals():
        return
    if len({name for name, _ in binders}) < len(binders):
        return
    unknowns = [Unknown(name, domain.name, bound=True) for name, domain in binders]
    for found in itertools.islice(assignments(unknowns, premises, [conclusion], EFFORT), MOST_FOUND):
        arguments: list[str] = []
        for name, premise in steps:
            if name:
                value = found.values[Unknown(name, premise.name, bound=True).key]
                arguments.append(f"{value}" if value >= 0 else f"({value})")
            else:
                arguments.append("(by decide +kernel)" if truth_of(premise, found.values) is True else "?_")
        yield " ".join(arguments), found


def _finish(conclusion: Term, applied: str) -> str:
    if conclusion.is_app("False", 0):
        return f"refine ({applied}).elim"
    return f"refine absurd ({applied}) (by decide +kernel)"


def _negated_target(view: GoalView) -> Iterator[Candidate]:
    """A target `¬ ∀ ...` by a counterexample."""
    inner = negated(view.target)
    if inner is None or inner.tag != "forall":
        return
    name = view.fresh("h")
    try:
        for arguments, found in refute(inner):
            _, conclusion = telescope(inner)
            text = f"intro {name}\n{_finish(conclusion, f'{name} {arguments}')}"
            yield tactic(text, 0.05 + 0.4 * found.unknown, heartbeats=400, soft_ms=2000)
    except Unprintable:
        return


def _false_hypothesis(view: GoalView) -> Iterator[Candidate]:
    """A universal hypothesis that fails for some numbers."""
    if not (view.target.is_app("False", 0) or view.target_is_arithmetic):
        return
    for hyp in view.props:
        if hyp.term.tag != "forall" or hyp.term.locals():
            continue
        for arguments, found in refute(hyp.term):
            _, conclusion = telescope(hyp.term)
            text = _finish(conclusion, f"{hyp.name} {arguments}")
            yield tactic(text, 0.3 + 0.4 * found.unknown, heartbeats=400, soft_ms=2000)


MOVES = (Move("counterexample", _negated_target), Move("false hypothesis", _false_hypothesis))
