"""What a statement says with the commands before it, against what it says without them: Lean elaborates both.

Owns the answer to whether definitions, notation and instances of a draft change the meaning of words that it seems to share with
the library. Looks at the elaborated statement with everything written out, for no reading of the text finds every way to do that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lean_env.messages import Opened, Outline
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement

_WRITTEN_OUT = "set_option pp.all true\nset_option pp.deepTerms true\nset_option pp.maxSteps 20000"
_SCOPES = frozenset({"namespace", "section", "end", "open", "universe", "set_option"})
_CLASSES = """
    Add Sub Mul Div Mod Pow Neg Dvd HAdd HSub HMul HDiv HMod HPow OfNat LE LT BEq Coe CoeT CoeHTCT CoeTail CoeHead CoeOut CoeDep
    NatCast IntCast Min Max NatPow Zero One Append HAppend SMul HSMul HOr HAnd HXor HShiftLeft HShiftRight
"""
MEANING_OF_SIGNS = frozenset(_CLASSES.split())  # classes whose instances say what a sign means
_ANY_CLASS = "|".join(sorted(MEANING_OF_SIGNS))
_MADE = re.compile(rf"(?<![\w.])@?(?P<name>{_ANY_CLASS})\.mk(?![\w'])")
_BOUND = re.compile(rf":\s*@?(?P<name>{_ANY_CLASS})(?:\.\{{|\s|\]|\)|$)")


@dataclass(frozen=True, slots=True)
class OwnMeanings:
    """`altered`: what makes the statement say something else than it seems to ("" = nothing was found).

    `needs_context`: without the definitions before it Lean does not know what it means.
    """

    altered: str
    needs_context: bool


async def own_meanings(session: Session, statement: Statement, outline: Outline) -> OwnMeanings:
    """What the commands before a statement do to it; `outline` is of its context, and whatever comes after that.

    The statement elaborates, and neither it nor its context may run code. Raises WorkerLost.
    """
    said = await _written_out(session, statement, statement.context)
    by_hand = _MADE.search(said) or _BOUND.search(said)
    if by_hand is not None:
        return OwnMeanings(f"it brings an instance of `{by_hand['name']}` of its own, so operations may mean anything", False)
    scopes = _scopes(statement.context, outline)
    if scopes is None:
        return OwnMeanings("", needs_context=False)
    alone = await _written_out(session, statement, scopes)
    if alone and alone != said:
        return OwnMeanings("the commands before the theorem change what it says without being named in it", needs_context=False)
    return OwnMeanings("", needs_context=not alone)


def _scopes(context: str, outline: Outline) -> str | None:
    """The context without what defines anything, as blanks; None if that is all of it."""
    data = context.encode()
    has_own = False
    for command in outline.commands:
        if command.start < len(data) and command.kind.removeprefix("Lean.Parser.Command.") not in _SCOPES:
            has_own = True
            blank = bytes(byte if byte == 0x0A else 0x20 for byte in data[command.start : command.end])
            data = data[: command.start] + blank[: len(data) - command.start] + data[command.end :]
    return data.decode() if has_own else None


async def _written_out(session: Session, statement: Statement, context: str) -> str:
    """The statement with all that is implicit; "" if Lean does not take it."""
    ran = await session.run(f"{context.rstrip()}\n\n{_WRITTEN_OUT}", ROOT_ENV, inert=statement.inert)
    state = 0
    try:
        opened = None if ran.errors else await session.open(statement.signature, ran.env)
        if not isinstance(opened, Opened):
            return ""
        state = opened.part.state
        return opened.part.goals[0].text
    finally:
        if session.alive:
            await session.free([state] if state else [], [ran.env])
