"""Whether two statements say the same.

Owns the answer for a pair: what is shown in both directions by `rungs.py`, and what that makes of the two. Promises that statements
which are merely both true do not come out equivalent; not that equivalent ones are found: UNDECIDED is no verdict against either.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement
from prover.formalize.agreement.introduced import CannotCompare, Claim, closed_form, introduced
from prover.formalize.agreement.numerals import are_exchanged, values_in
from prover.formalize.agreement.rungs import Direction, Implication, Limits, Rung
from prover.formalize.lean_text import without_comments

_NAMES = ("«what is claimed by one»", "«what is claimed by the other»")
_SCOPES_ONLY = re.compile(r"(?:open(?: scoped)?(?: [\w.]+)+|set_option [\w.]+ \w+)?\s*")


class Relation(StrEnum):
    """What is shown of two statements.

    SAME        the same up to names and the order of hypotheses
    EQUIVALENT  each follows from the other, and would not follow from just anything
    STRONGER    the right one follows from the left one, and the way back was not found
    WEAKER      the left one follows from the right one, and the way back was not found
    UNDECIDED   neither was found to follow: they may well say different things
    """

    SAME = "same"
    EQUIVALENT = "equivalent"
    STRONGER = "stronger"
    WEAKER = "weaker"
    UNDECIDED = "undecided"

    @property
    def mirrored(self) -> Relation:
        """The relation of right to left."""
        return {Relation.STRONGER: Relation.WEAKER, Relation.WEAKER: Relation.STRONGER}.get(self, self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the left statement stands to the right one. `how` is a sentence for people; `forward` is right from left."""

    relation: Relation
    how: str
    forward: Implication
    backward: Implication

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.relation in (Relation.SAME, Relation.EQUIVALENT)

    @property
    def mirrored(self) -> Comparison:
        """The comparison of right with left."""
        return Comparison(self.relation.mirrored, self.how, self.backward, self.forward)


async def compare(
    session: Session,
    left: Statement,
    right: Statement,
    limits: Limits | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Comparison:
    """Compare two statements, whatever they are called. Both are elaborated here, so they must not be able to run code.

    `clock` counts seconds. What it holds in the session is freed. Raises WorkerLost.
    """
    limits = limits or Limits()
    if (left.binders, left.type, left.levels, left.context) == (right.binders, right.type, right.levels, right.context):
        shown = Implication(Rung.TREES, "exact")
        return Comparison(Relation.SAME, "the same text", shown, shown)
    end = clock() + limits.total_s
    environments: list[int] = []
    try:
        return await _compared(session, left, right, limits, lambda: clock() > end, environments)
    except CannotCompare as cannot:
        unknown = Implication(None, reason=str(cannot))
        return Comparison(Relation.UNDECIDED, str(cannot), unknown, unknown)
    finally:
        if session.alive and environments:
            await session.free(envs=environments)


async def _compared(
    session: Session, left: Statement, right: Statement, limits: Limits, is_late: Callable[[], bool], environments: list[int]
) -> Comparison:
    claims = await _claims(session, left, right, environments)
    views = (await introduced(session, claims[0]), await introduced(session, claims[1]))
    questions = (Direction(session, *views, limits, is_late), Direction(session, views[1], views[0], limits, is_late))
    try:
        await questions[0].open(*claims)
        await questions[1].open(claims[1], claims[0])
        if views[0].key and views[0].key == views[1].key:
            both = (await questions[0].is_same(), await questions[1].is_same())
            if all(one.is_shown for one in both):
                return Comparison(Relation.SAME, "the same up to names and the order of hypotheses", *both)
        # One number in place of another: then a proof that it makes no difference has computed, and is not looked for.
        are_others = are_exchanged(values_in(views[0].terms), values_in(views[1].terms))
        return _judged(await questions[0].climb(may_compute=not are_others), await questions[1].climb(may_compute=not are_others))
    finally:
        for question in questions:
            await question.close()


def _judged(forward: Implication, backward: Implication) -> Comparison:
    if forward.is_shown and backward.is_shown:
        return Comparison(Relation.EQUIVALENT, f"each follows from the other ({_means(forward, backward)})", forward, backward)
    if forward.is_shown:
        how = f"the right one follows from the left one ({_means(forward)}), not the other way round: {backward.reason}"
        return Comparison(Relation.STRONGER, how, forward, backward)
    if backward.is_shown:
        how = f"the left one follows from the right one ({_means(backward)}), not the other way round: {forward.reason}"
        return Comparison(Relation.WEAKER, how, forward, backward)
    reasons = dict.fromkeys((forward.reason, backward.reason))
    return Comparison(Relation.UNDECIDED, f"neither follows from the other: {'; '.join(reasons)}", forward, backward)


def _means(*shown: Implication) -> str:
    words = {
        Rung.TREES: "as it stands",
        Rung.SCHEMES: "whatever the numbers",
        Rung.CONSTANTS: "whatever the constants",
        Rung.NUMBERS: "with these numbers",
    }
    return words[max((one.rung for one in shown if one.rung), key=list(Rung).index)]


# -- what stands before the theorems ------------------------------------------------------------------------------------------


def _commands(context: str) -> list[str]:
    """The lines of a context without comments and blanks."""
    return [stripped for line in without_comments(context).splitlines() if (stripped := " ".join(line.split()))]


def _is_scopes(context: str) -> bool:
    """Whether a context only opens namespaces and sets options: it changes how a statement is read, and adds nothing to it."""
    return all(_SCOPES_ONLY.fullmatch(line) for line in _commands(context))


async def _claims(session: Session, left: Statement, right: Statement, environments: list[int]) -> tuple[Claim, Claim]:
    """Both statements in one environment. Raises CannotCompare if that may change what one of them says."""
    closed = (closed_form(left), closed_form(right))
    if _commands(left.context) == _commands(right.context):
        env = await _ran(session, left.context, environments) if _commands(left.context) else ROOT_ENV
        return Claim(closed[0], env), Claim(closed[1], env)
    if not (_is_scopes(left.context) and _is_scopes(right.context)):
        raise CannotCompare("what stands before the theorems differs")
    # Each is read in its own scopes, under a name.
    sections = zip((left.context, right.context), _NAMES, closed, strict=True)
    source = "\n".join(f"section\n{context}\ndef {name} : Prop :=\n{text}\nend" for context, name, text in sections)
    env = await _ran(session, source, environments)
    return Claim(_NAMES[0], env, _NAMES[0]), Claim(_NAMES[1], env, _NAMES[1])


async def _ran(session: Session, source: str, environments: list[int]) -> int:
    ran = await session.run(source)
    environments.append(ran.env)
    if ran.errors or ran.interrupted:
        raise CannotCompare("what stands before the theorems does not elaborate")
    return ran.env
