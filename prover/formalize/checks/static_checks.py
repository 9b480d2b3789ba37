"""The checks of a statement that need no proof: what it says, read from its elaborated goal, against the words of the problem.

The check of the goal is in `goal_check.py`, those of numbers and notation are in files of their own. Each check is one function of
what it needs; each takes less than a millisecond or so, and none asks Lean. A verdict does not depend on the order of hypotheses
or, but for names that mean something elsewhere, on the names of variables.
"""

from __future__ import annotations

from collections.abc import Iterator

from lean_env.term import Term
from prover.formalize.candidate import CheckName, Compiled, Finding, WordProblem
from prover.formalize.checks.goal_check import check_goal
from prover.formalize.checks.notation import check_notation
from prover.formalize.checks.number_check import check_numbers
from prover.formalize.checks.trees import Claim, claim_of, spoken
from prover.formalize.checks.whole_numbers import check_division, check_subtraction


def static_findings(problem: WordProblem, compiled: Compiled) -> tuple[Finding, ...]:
    """One finding for each of NOTATION, GOAL, UNUSED, NUMBERS, SUBTRACTION and DIVISION, in this order."""
    claim = claim_of(compiled.goal)
    return (
        check_notation(compiled, claim),
        check_goal(claim, problem.text),
        check_unused(claim),
        check_numbers(problem, claim),
        check_subtraction(claim, problem.text),
        check_division(claim, problem.text),
    )


# -- what plays no part -----------------------------------------------------------------------------------------------------------


def check_unused(claim: Claim) -> Finding:
    """Whether what is given bears on what is claimed: flag a variable or hypothesis that does not, reject if none does."""
    if claim.is_cut:
        return Finding(CheckName.UNUSED, "unknown", "the statement is too large to be looked at whole")
    reached = _reached(claim)
    bearing = [fact for fact in claim.facts if fact.term.locals() & reached]
    about_something = [fact for fact in claim.facts if fact.term.locals()]
    if about_something and not bearing:
        return Finding(CheckName.UNUSED, "reject", "nothing that is given bears on what is claimed")
    idle = dict.fromkeys(f"`{spoken(fact.name)}`" for fact in claim.facts if fact not in bearing)
    nowhere = [f"`{spoken(name)}`" for name in _nowhere(claim)]
    remarks = [f"{', '.join(nowhere)} occurs nowhere"] if nowhere else []
    if idle:
        remarks.append(f"{', '.join(idle)} has nothing to do with what is claimed")
    return Finding(CheckName.UNUSED, "flag" if remarks else "pass", "; ".join(remarks))


def _reached(claim: Claim) -> frozenset[str]:
    """The variables that what is claimed depends on, by way of hypotheses about them and others."""
    reached = claim.target.locals()
    if not reached and claim.target.is_app("False", 0):  # "there is no x with ...": all hypotheses speak of it
        return frozenset(claim.variables)
    while True:
        wider = reached.union(*(fact.term.locals() for fact in claim.facts if fact.term.locals() & reached))
        if wider == reached:
            return reached
        reached = wider


def _nowhere(claim: Claim) -> Iterator[str]:
    said = frozenset[str]().union(*(term.locals() for term in (*claim.terms, *claim.variables.values())))
    yield from (name for name, kind in claim.variables.items() if name not in said and not _is_instance(kind))


def _is_instance(kind: Term) -> bool:
    """Whether a variable without a name of its own is there for its class alone."""
    return kind.tag == "const" and any(arg.tag == "local" for arg in kind.args)
