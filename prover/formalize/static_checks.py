"""The checks of a statement that need no proof: what it says, read from its elaborated goal, against the words of the problem.

Each check is one function of what it needs; each takes less than a millisecond or so, and none asks Lean. A verdict does not depend
on the order of hypotheses or, but for names that mean something elsewhere, on the names of variables.
"""

from __future__ import annotations

from collections.abc import Iterator

from lean_env.term import Term
from prover.formalize.candidate import CheckName, Compiled, Finding, WordProblem
from prover.formalize.notation import check_notation
from prover.formalize.number_check import check_numbers
from prover.formalize.trees import Claim, canonical, claim_of, spoken
from prover.formalize.whole_numbers import check_division, check_subtraction
from prover.symbolic.terms import conjuncts

_REFLEXIVE = frozenset({"Eq", "LE.le", "Dvd.dvd", "Iff"})


def static_findings(problem: WordProblem, compiled: Compiled) -> tuple[Finding, ...]:
    """One finding for each of NOTATION, GOAL, UNUSED, NUMBERS, SUBTRACTION and DIVISION, in this order."""
    claim = claim_of(compiled.goal)
    return (
        check_notation(compiled, claim),
        check_goal(claim),
        check_unused(claim),
        check_numbers(problem, claim),
        check_subtraction(claim),
        check_division(claim, problem.text),
    )


# -- the goal ---------------------------------------------------------------------------------------------------------------------


def check_goal(claim: Claim) -> Finding:
    """Whether anything is claimed: reject a goal that is true by its form or is given, flag one of which that holds in part."""
    given = {canonical(fact.term) for fact in claim.facts}
    parts = conjuncts(claim.target)
    empty = [reason for part in parts if (reason := _says_nothing(part, given))]
    if canonical(claim.target) in given:
        empty = [_IS_GIVEN] * len(parts)
    if len(empty) == len(parts):
        return Finding(CheckName.GOAL, "reject", empty[0])
    if empty:
        return Finding(CheckName.GOAL, "flag", f"a part of the goal says nothing: {empty[0]}")
    return Finding(CheckName.GOAL, "pass")


_IS_GIVEN = "the goal is one of the hypotheses"


def _says_nothing(part: Term, given: set[Term]) -> str:
    """Why a conjunct of the goal claims nothing; "" if it seems to claim something."""
    form = canonical(part)
    if form in given:
        return _IS_GIVEN
    if part.is_app("True", 0):
        return "the goal is True"
    if form.tag == "const" and form.name in _REFLEXIVE and len(form.args) == 2 and form.args[0] == form.args[1]:
        return "both sides of the goal are the same"
    if form.tag == "forall":
        return _says_nothing(part.args[1], set())
    if form.tag == "implies":
        premises = {canonical(premise) for premise in conjuncts(part.args[0])}
        return "the goal follows from its own premise by its form" if _says_nothing(part.args[1], premises) else ""
    if part.is_app("Or", 2):
        return next((reason for side in part.args if (reason := _says_nothing(side, given))), "")
    if part.is_app("Exists", 1) and part.args[0].tag == "lambda":
        return _empty_existence(part.args[0])
    return ""


def _empty_existence(body: Term) -> str:
    """`∃ x, x = e` and `∃ x, True`: there always is one."""
    inner = body.args[1]
    while inner.is_app("Exists", 1) and inner.args[0].tag == "lambda":
        inner = inner.args[0].args[1]
    if inner.is_app("Eq", 2):
        for side, other in (inner.args, inner.args[::-1]):
            is_it = side.tag == "bound" and side.name == body.name and not side.args
            if is_it and not any(node.tag == "bound" and node.name == body.name for node in other.walk()):
                return "the goal says only that something equal to a given term exists"
    return "the goal says only that something exists" if inner.is_app("True", 0) else ""


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
