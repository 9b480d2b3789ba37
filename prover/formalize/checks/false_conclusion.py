"""A statement's hypotheses alone: the same binders and premises, with False for a conclusion.

The text is cut by eye and judged by Lean: only a statement that has the hypotheses of the original, once introduced, is given out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lean_env.messages import Goal, NotElaborated
from lean_env.session import Session
from lean_env.statement import Statement
from lean_env.term import Term, decode_term
from prover.formalize.checks.trees import canonical
from prover.formalize.compiling import first_goal

_OPENING, _CLOSING = "([{⟨⦃", ")]}⟩⦄"


async def without_conclusion(session: Session, statement: Statement, goal: Goal) -> Statement | None:
    """`theorem NAME_hypotheses` that proves False from what `statement` assumes; None if it cannot be written.

    `goal` is the statement's own, with everything introduced. Raises EnvError if the worker is lost.
    """
    wanted = _context(goal)
    for premises in _premises(statement.type):
        trial = _with_conclusion(statement, f"{premises}False")
        found = await first_goal(session, trial)
        if isinstance(found, NotElaborated) or not found.target_tree.is_app("False", 0):
            continue
        if _context(found) == wanted:
            return trial
    return None


def _context(goal: Goal) -> list[tuple[str, Term]]:
    return [(local.name, canonical(decode_term(local.term))) for local in goal.locals]


def _with_conclusion(statement: Statement, type_: str) -> Statement:
    name = f"{statement.name.removesuffix('»')}_hypotheses" + ("»" if statement.name.endswith("»") else "")
    binders = f" {statement.binders}" if statement.binders else ""
    return replace(statement, name=name, signature=f"theorem {name}{statement.levels}{binders} : {type_}", type=type_)


def _premises(type_: str) -> Iterator[str]:
    """What may stand before the conclusion of a type: nothing, or all up to one of its arrows and quantifiers; longest first."""
    ends = [0]
    at = 0
    while at < len(type_):
        rest = type_[at:]
        if rest.lstrip().startswith("∀"):
            comma = _at_depth_zero(rest, ",")
            if comma is None:
                break
            at += comma + 1
        else:
            arrow = _at_depth_zero(rest, "→")
            if arrow is None:
                break
            at += arrow + 1
        ends.append(at)
    yield from (f"{type_[:end]} " if end else "" for end in reversed(ends))


def _at_depth_zero(text: str, mark: str) -> int | None:
    """Offset of the first `mark` outside of all brackets."""
    depth = 0
    for at, letter in enumerate(text):
        if letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == mark and depth == 0:
            return at
    return None
