"""A draft becomes a statement, or the reason why it is none: Lean reads it, what could change its meaning unseen is refused.

Promises that a `Compiled` draft states one theorem, under the problem's name and without its proof, after commands that run no code
and assume nothing; `Statement.inert` says so to whoever checks a proof of it. Whether it says what the problem says is for the
other checks: notation and instances of the draft's own are kept here, and judged in `checks/notation.py`.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace

from lean_env.messages import Advanced, Command, Goal, Message, NotElaborated, Outline, Position, TacticCall
from lean_env.reading import Listing, Reading, read_text
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement
from lean_env.term import Term, decode_term
from prover.formalize.candidate import Compiled, Draft
from prover.formalize.lean_text import defined_names, strange_text, without_comments
from prover.formalize.own_meanings import own_meanings

PATIENCE_MS = 5000  # for introducing variables and unfolding definitions, which take milliseconds
_LIMITS_IN_FRONT = re.compile(r"^[^\S\n]*set_option\s+(?:maxHeartbeats|maxRecDepth)\s+\d+\s+in\b", re.MULTILINE)
# `open A B in` right before the theorem. As nothing comes after it, the scope may as well stay open.
_OPEN_IN_FRONT = re.compile(
    r"^([^\S\n]*open(?:[^\S\n]+[\w.]+)+)([^\S\n]+in)(?=\s+(?:/--(?:(?!-/).)*-/\s*)?(?:@\[[^\]]*\]\s*)?(?:private\s+)?theorem\b)",
    re.M | re.S,
)
_HARMLESS_OPTION = re.compile(r"set_option\s+(?:maxHeartbeats|maxRecDepth|exponentiation\.threshold|(?:linter|pp|trace)\.\S+)\s")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_']*(?:\.[A-Za-z_][A-Za-z0-9_']*)*")
LIMIT_S = 45.0  # for all that is done about one draft here; an honest one takes less than a second
MOST_DEFINITIONS = 24  # before a theorem: each is unfolded, and each may double what the one before it says
MOST_DIGITS = 1000  # of a numeral
# Words that Lean's parser, with core's notation, does not take for a name at the head of a theorem.
_WORDS = """
    _ abbrev add_decl_doc at attribute axiom binder_predicate break builtin_initialize by by_elab calc catch class
    coinductive continue dbg_trace declare_syntax_cat decreasing_by def deriving do docs_to_verso elab elab_rules else end
    example exists export extends finally for forall from fun generalizing grind_pattern have haveI hiding if import in
    include include_str inductive infix infixl infixr init_quot initialize instance leading_parser
    let letI local macro macro_rules match matches meta mut mutual namespace nat_lit no_index nofun nomatch noncomputable
    nonrec norm_cast_add_elim notation omit opaque open partial postfix prefix private Prop protected public
    recommended_spelling renaming repeat return run_cmd scoped seal section set_option show show_term simproc sorry Sort
    structure suffices syntax termination_by then theorem trailing_parser try Type unif_hint universe unless unsafe unseal
    using variable where while with
"""
_LEANS_WORDS = frozenset(_WORDS.split())
_HOLE = re.compile(r"\b(?:sorry|admit|sorryAx)\b")
_COMMAND = "Lean.Parser.Command."


@dataclass(frozen=True, slots=True)
class NotCompiled:
    """Why a draft is no statement: `reason` in one line, and `messages`, positioned in the draft's text, for whoever repairs it."""

    messages: tuple[Message, ...]
    reason: str


async def compile_draft(session: Session, draft: Draft, name: str) -> Compiled | NotCompiled:
    """The draft's statement as the theorem `name`, with its goal after all binders; or what is wrong with it.

    The goal has the draft's own definitions unfolded, so that nothing hides in them. A draft that takes more than `LIMIT_S` costs
    the worker. Raises EnvError if it is lost for another reason.
    """
    try:
        async with asyncio.timeout(LIMIT_S):
            return await _compiled(session, draft, name)
    except TimeoutError:
        reason = f"Lean was not done with it within {LIMIT_S:g} seconds"
        return NotCompiled((Message("error", reason, Position(1, 0)),), reason)


async def _compiled(session: Session, draft: Draft, name: str) -> Compiled | NotCompiled:
    if strange := strange_text(draft.lean):
        return NotCompiled((Message("error", strange[0], Position(*strange[1])),), strange[0])
    text = _LIMITS_IN_FRONT.sub(lambda found: " " * len(found[0]) if "\n" not in found[0] else found[0], draft.lean)
    text = _OPEN_IN_FRONT.sub(lambda found: found[1] + " " * len(found[2]), text)
    reading = await read_text(session, text)
    if isinstance(reading, NotElaborated):
        return _refused(reading.messages)
    problem = _fault(reading)
    if problem is not None:
        return problem
    [listing] = reading.listings
    statement = _renamed(reading, listing, lean_name(name))
    if len(defined_names(statement.context)) > MOST_DEFINITIONS:
        return _at(reading, listing.start, f"the theorem stands behind more than {MOST_DEFINITIONS} definitions")
    outline = await _read_again(session, reading, statement)
    if isinstance(outline, NotCompiled):
        return outline
    goal = await first_goal(session, statement)
    if isinstance(goal, NotElaborated):
        return _refused(goal.messages)
    if fault := _fault_of_goal(goal):
        return _at(reading, listing.start, fault)
    own = await own_meanings(session, statement, outline)
    return Compiled(draft, statement, goal, own.altered, own.needs_context)


async def first_goal(session: Session, statement: Statement) -> Goal | NotElaborated:
    """What is to be proved once every leading variable and hypothesis is introduced, with definitions of the context unfolded."""
    env = ROOT_ENV
    if statement.context.strip():
        ran = await session.run(statement.context, inert=statement.inert)
        env = ran.env
        if ran.errors:
            await session.free(envs=[env])
            return NotElaborated("elaborate", ran.errors)
    opened = await session.open(statement.signature, env)
    states: list[int] = []
    try:
        if isinstance(opened, NotElaborated):
            return opened
        states.append(opened.part.state)
        goal = opened.part.goals[0]
        for tactic in (*_introducing(goal.target_tree), *_unfolding(statement.context)):
            [result] = await session.step(states[-1], [TacticCall(tactic, 0, PATIENCE_MS)])
            if isinstance(result, Advanced) and len(result.parts) == 1:
                states.append(result.parts[0].state)
                goal = result.parts[0].goals[0]
            if any(node.tag == "cut" for node in goal.target_tree.walk()):
                break  # what is too large to be seen does not get smaller
        return goal
    finally:
        if session.alive:
            await session.free(states, [env] if env != ROOT_ENV else [])


def lean_name(name: str) -> str:
    """A problem's name as a theorem's: in quotes where Lean's grammar needs them. Deterministic; "" becomes `problem`."""
    if _PLAIN_NAME.fullmatch(name) and not _LEANS_WORDS.intersection(name.split(".")):
        return name
    inside = re.sub(r"[«»\s]+", "_", name).strip("_") or "problem"
    return inside if inside == "problem" else f"«{inside}»"


def _introducing(type_: Term) -> list[str]:
    """Tactics that introduce every leading binder, one by one where a `let` is among them: its value takes the name's place."""
    steps: list[str] = []
    while type_.tag in ("forall", "implies", "let"):
        steps.append("intro value\nsubst value" if type_.tag == "let" else "intro")
        type_ = type_.args[-1]
    return steps if any("subst" in step for step in steps) else ["intros"]


def _unfolding(context: str) -> list[str]:
    """Tactics that replace the context's definitions by what they say; the last definition first, for it may use the others."""
    names = [defined.name for defined in reversed(defined_names(context)) if not defined.is_recursive]
    return [*(f"delta {name} at *" for name in names), *(["beta_reduce at *"] if names else [])]


# -- what is refused --------------------------------------------------------------------------------------------------------------


def _fault(reading: Reading) -> NotCompiled | None:
    """What the commands of a draft must not be: anything but one theorem, and what a statement may need before it."""
    if reading.unread:
        data = reading.text.encode()
        start = len(b"\n".join(data.split(b"\n")[: reading.unread[0] - 1]))
        return _at(
            reading, start, "the theorem is written in a form that is not supported: write `theorem NAME BINDERS : CLAIM := by`"
        )
    theorems = reading.listings
    theorem = next(iter(theorems), None)
    if theorem is None:
        return _at(reading, 0, "the draft holds no theorem")
    if len(theorems) > 1:
        names = ", ".join(listing.statement.name for listing in theorems)
        return _at(reading, theorems[1].start, f"the draft has to state one theorem, and states {len(theorems)}: {names}")
    for command in reading.commands:
        if command.start < theorem.start and (reason := _refusal(reading.source.encode(), command)):
            return _at(reading, command.start, reason)
    return None


def _refusal(data: bytes, command: Command) -> str:
    """Why a command may not stand before the theorem; "" if it may."""
    source = without_comments(data[command.start : command.end].decode()).strip()
    first = source.split("\n")[0][:60]
    if command.declares in ("axiom", "opaque"):
        return f"`{first}` assumes something: state it as a hypothesis of the theorem"
    if not command.inert:
        return f"`{first}` may not stand before the theorem: it is no definition, or could run code"
    match command.kind.removeprefix(_COMMAND):
        case "set_option" if not _HARMLESS_OPTION.match(source):
            return f"`{first}` could change what the statement says"
        case "variable":
            return f"`{first}`: write the variables and hypotheses in the theorem itself"
        case _ if _HOLE.search(source):
            return f"`{first}` has a hole (sorry), so it defines nothing"
        case _:
            return ""


def _fault_of_goal(goal: Goal) -> str:
    """What no check can look behind; "" if there is nothing of the kind."""
    for term in (goal.target_tree, *(decode_term(local.term) for local in goal.locals)):
        for node in term.walk():
            if node.name == "sorryAx":
                return "the statement rests on `sorry`"
            if node.is_app("optParam"):
                return "write no default values in binders: state what a variable is as a hypothesis"
            if node.tag == "number" and len(node.name) > MOST_DIGITS:
                return f"a numeral has {len(node.name)} digits: write it as a power or a product"
    return ""


def _renamed(reading: Reading, listing: Listing, name: str) -> Statement:
    """The statement under another name. Only the identifier changes, at the place where Lean's parser saw it."""
    data = reading.source.encode()
    source = next(command.theorem for command in reading.commands if command.theorem and command.start == listing.start)
    after = source.identifier[1] if source.identifier else source.start
    statement = listing.statement
    signature = f"theorem {name}{statement.levels}{data[after : source.type[1]].decode()}"
    # Without comments: of nothing but a comment, and of one at its end, Lean says that the context ends too early.
    lines = [line.rstrip() for line in without_comments(statement.context).strip().split("\n")]
    context = "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before)
    return replace(statement, name=name, signature=signature, context=context, inert=True)


async def _read_again(session: Session, reading: Reading, statement: Statement) -> NotCompiled | Outline:
    """Reads the statement as it will be used: it must mean one theorem still, and must not run code on the way."""
    head = f"{statement.context}\n\n" if statement.context else ""
    text = f"{head}{statement.signature} := sorry"
    outline = await session.outline(text)
    start = reading.listings[0].start
    if any(message.severity == "error" for message in outline.messages):
        return _at(
            reading, start, f"the statement does not elaborate as theorem {statement.name}: {_first_error(outline.messages)}"
        )
    before = (command for command in outline.commands if command.theorem is None)
    if reason := next(filter(None, (_refusal(text.encode(), command) for command in before)), ""):
        return _at(reading, start, reason)
    stated = [command for command in outline.commands if command.theorem is not None]
    if len(stated) != 1 or stated[0].runs_code:
        return _at(reading, start, "the statement runs tactics or programs of its own")
    return outline


def _refused(messages: tuple[Message, ...]) -> NotCompiled:
    errors = tuple(message for message in messages if message.severity == "error")
    return NotCompiled(errors, _first_error(errors))


def _first_error(messages: tuple[Message, ...]) -> str:
    errors = [message.data.strip() for message in messages if message.severity == "error"]
    return errors[0].splitlines()[0] if errors and errors[0] else "Lean does not accept it"


def _at(reading: Reading, start: int, reason: str) -> NotCompiled:
    """A refusal of ours as a message of Lean's form, at an offset in bytes."""
    before = reading.text.encode()[:start].decode(errors="ignore")
    position = Position(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1))
    return NotCompiled((Message("error", reason, position),), reason)
