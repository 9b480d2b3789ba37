"""GOAL: whether anything is claimed, and whether the form of the claim lets it say less than it seems to.

Looks at the elaborated goal. What is true by its form, or given, is rejected; forms in which much is often lost are flagged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from lean_env.term import Term
from prover.formalize.candidate import CheckName, Finding
from prover.formalize.checks.given import is_given, is_same_sum
from prover.formalize.checks.trees import Claim, canonical, leaves, spoken
from prover.symbolic.terms import conjuncts

_REFLEXIVE = frozenset({"Eq", "LE.le", "Dvd.dvd", "Iff"})
_IS_GIVEN = "the goal is one of the hypotheses"
_SAME_SUM = "both sides of the goal are the same sum"
_ONLY_SOME = "the goal says only that some values do, and nothing of all others that do"
_ASKS_FOR_SOME = re.compile(
    r"\b(?:exists?|not|false|there (?:is|are|was|were)|can be|possible|at least one"
    r"|(?:find|give|name|determine) (?:a|an|some|any|one)"
    r"(?= [a-z]{2})|for some)(?!\w)",
    re.I,
)


def check_goal(claim: Claim, text: str = "") -> Finding:
    """Whether anything is claimed: reject a goal that is true by its form or is given, flag one of which that holds in part.

    `text` is the problem's: a claim that there is something is in order where the text asks for that.
    """
    given = {canonical(fact.term) for fact in claim.facts}
    parts = conjuncts(claim.target)
    empty = [reason for part in parts if (reason := _says_nothing(part, given))]
    if is_given(canonical(claim.target), given):
        empty = [_IS_GIVEN] * len(parts)
    if len(empty) == len(parts) and not (set(empty) == {_SAME_SUM} and not claim.facts):  # an identity may be the problem
        return Finding(CheckName.GOAL, "reject", empty[0])
    remarks = [f"a part of the goal says nothing: {empty[0]}"] if empty else []
    remarks += dict.fromkeys(_doubts(claim, text))
    return Finding(CheckName.GOAL, "flag" if remarks else "pass", "; ".join(remarks))


# -- what says nothing ------------------------------------------------------------------------------------------------------------


def _says_nothing(part: Term, given: Collection[Term]) -> str:
    """Why a conjunct of the goal claims nothing; "" if it seems to claim something."""
    form = canonical(part)
    if is_given(form, given):
        return _IS_GIVEN
    if part.is_app("True", 0):
        return "the goal is True"
    if form.tag == "const" and form.name in _REFLEXIVE and len(form.args) == 2:
        if form.args[0] == form.args[1]:
            return "both sides of the goal are the same"
        return _SAME_SUM if form.name != "Iff" and form.type and is_same_sum(*form.args) else ""
    if form.tag == "forall":
        return _says_nothing(part.args[1], set())
    if form.tag == "implies":
        premises = {canonical(premise) for premise in conjuncts(part.args[0])}
        return "the goal follows from its own premise by its form" if _says_nothing(part.args[1], premises) else ""
    if part.is_app("Or", 2):
        return next((reason for side in part.args if (reason := _says_nothing(side, given))), "")
    if part.is_app("ite", 3):
        reasons = [_says_nothing(side, given) for side in part.args[1:]]
        return reasons[0] if all(reasons) else ""
    if part.is_app("Exists", 1) and part.args[0].tag == "lambda":
        return _empty_existence(part.args[0])
    return ""


def _empty_existence(body: Term) -> str:
    """`∃ x, x = e` and `∃ x, True`: there always is one."""
    inner = _below(body)
    if inner.is_app("Eq", 2):
        for side, other in (inner.args, inner.args[::-1]):
            is_it = side.tag == "bound" and side.name == body.name and not side.args
            if is_it and not any(node.tag == "bound" and node.name == body.name for node in other.walk()):
                return "the goal says only that something equal to a given term exists"
    return "the goal says only that something exists" if inner.is_app("True", 0) else ""


def _below(body: Term) -> Term:
    """What is said below all the quantifiers of an existence."""
    inner = body.args[1]
    while inner.is_app("Exists", 1) and inner.args[0].tag == "lambda":
        inner = inner.args[0].args[1]
    return inner


# -- what says less than it seems -------------------------------------------------------------------------------------------------


def _doubts(claim: Claim, text: str) -> Iterator[str]:
    for leaf in leaves(claim.target):
        if leaf.tag == "const" and (leaf.name in ("ite", "dite") or re.search(r"(?:^|\.)match_\d", leaf.name)):
            yield "the goal is told by cases: read each of them"
    for node in claim.target.walk():
        if node.is_app("Exists", 1) and node.args[0].tag == "lambda":
            parts = conjuncts(_below(node.args[0]))
            if any(part.tag == "implies" for part in parts):
                yield "an implication below ∃ holds wherever its premise fails"
            if reason := next(filter(None, (_says_nothing(part, set()) for part in parts if not part.is_app("Exists"))), ""):
                yield f"a part of the goal says nothing: {reason}"
    if not _ASKS_FOR_SOME.search(text):
        yield from _only_some(claim.target)
    said = {canonical(part) for part in conjuncts(claim.target) if part.locals()}
    for fact in claim.facts:
        if any(canonical(node) in said for node in fact.term.walk()):
            yield f"what is claimed is a part of the hypothesis `{spoken(fact.name)}`"


def _only_some(target: Term) -> Iterator[str]:
    """Whether the claim is that there is something, with conditions, however it is put."""
    if target.is_app("Not", 1) and target.args[0].is_app("Not", 1):
        yield from _only_some(target.args[0].args[0])
    elif target.is_app("Exists", 1) and target.args[0].tag == "lambda":
        conditions = conjuncts(_below(target.args[0]))
        if target.args[0].args[0].tag in ("forall", "implies"):
            yield "the goal says only that there is some function"
        elif sum(any(node.tag == "bound" for node in part.walk()) for part in conditions) > 1:
            yield _ONLY_SOME
    elif target.is_app("Nonempty", 1) or (target.is_app("Not", 1) and target.args[0].tag == "forall"):
        yield _ONLY_SOME
