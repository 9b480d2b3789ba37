"""Goals that are false: an assignment that makes every hypothesis true and the target false ends all work on the goal.

Sound by construction: only what was computed to be True and False counts, and a goal with anything that cannot be computed (a
function, a quantifier, a metavariable) is never called false. So a search loses no proof by giving such a goal up.
"""

from __future__ import annotations

from prover.symbolic.assignments import Unknown, assignments
from prover.symbolic.evaluate import truth_of
from prover.symbolic.view import GoalView, comparisons_only

EFFORT = 300


def is_false(view: GoalView) -> bool:
    """Whether small numbers refute the goal; False means "not known to be"."""
    target = view.target
    if view.is_large or not comparisons_only(target) or not all(comparisons_only(fact) for fact in view.facts):
        return False
    if any(node.tag in ("meta", "cut") for node in view.nodes):
        return False
    used = view.used
    if not used <= frozenset(view.numbers):
        return False
    if target.is_app("False", 0) and not used:
        return False
    unknowns = [Unknown(name, kind) for name, kind in view.numbers.items() if name in used]
    for found in assignments(unknowns, view.facts, [target], EFFORT):
        if found.unknown == 0 and all(truth_of(fact, found.values) is True for fact in view.facts):
            return True
    return False
