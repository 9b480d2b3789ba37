"""A statement as the comparison of statements sees it: closed, and with its binders introduced.

Owns the key by which statements are recognised that differ only in names and in the order of hypotheses. Trees do not show
everything (instances and implicit arguments are left out), so that equal keys are a hint, which Lean has to confirm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lean_env.messages import Advanced, Goal, NotElaborated, Part, TacticCall
from lean_env.session import Session
from lean_env.statement import Statement
from lean_env.term import Term


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a statement and its type as a tree."""

    name: str
    type: Term


@dataclass(frozen=True, slots=True)
class Introduced:
    """A statement with all its binders introduced: its variables in order, hypotheses, and conclusion.

    `numbers`: which binder (from 1) each variable is; it is introduced as b1, b2, ...
    `key` is equal for statements that differ only in names and in the order of hypotheses, as far as trees show ("" = too large).
    """

    variables: tuple[Variable, ...]
    numbers: tuple[int, ...]
    terms: tuple[Term, ...]
    key: str

    @property
    def types(self) -> dict[str, Term]:
        """The type of each variable by the name under which it is introduced."""
        return {f"b{number}": variable.type for number, variable in zip(self.numbers, self.variables, strict=True)}


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as one proposition: its `text`, for environment `env`. `name`: the text is the name of a definition of it."""

    text: str
    env: int
    name: str = ""


class CannotCompare(Exception):
    """The theorem that would compare two statements does not say what it should; the text says why."""


def closed_form(statement: Statement) -> str:
    """The statement as one proposition. Raises CannotCompare if it has parameters outside its signature."""
    if statement.levels or not statement.can_be_negated:
        raise CannotCompare("a statement has parameters outside its signature")
    return f"(∀ {statement.binders}, {statement.type})" if statement.binders.strip() else f"({statement.type})"


async def introduced(session: Session, claim: Claim) -> Introduced:
    """Look at a statement. Raises CannotCompare if Lean refuses it, WorkerLost."""
    states: list[int] = []
    try:
        first, last = await opened_theorem(session, f"theorem statement_itself : {claim.text}", claim.env, (claim.name,), states)
        if first.goals[0].locals:
            raise CannotCompare("a statement has parameters outside its signature")
        return _view(last.goals[0], _bound_names(first.goals[0].target_tree))
    finally:
        if session.alive:
            await session.free(states)


async def opened_theorem(session: Session, signature: str, env: int, names: Sequence[str], states: list[int]) -> tuple[Part, Part]:
    """Open a theorem that this package wrote: before and after its binders are introduced as b1, b2, ...

    `names` are unfolded first; states are added to `states`, to be freed. Raises CannotCompare if Lean refuses it, WorkerLost.
    """
    opened = await session.open(signature, env)
    if isinstance(opened, NotElaborated):
        raise CannotCompare(f"Lean refuses the comparison: {next(m.data for m in opened.messages if m.severity == 'error')[:200]}")
    part = opened.part
    states.append(part.state)
    if unfolding := "\n".join(f"try unfold {name} at *" for name in names if name):
        part = await _moved(session, part, unfolding, states)
    count = len(_bound_names(part.goals[0].target_tree))
    introducing = f"intro {' '.join(f'b{number}' for number in range(1, count + 1))}"
    return part, await _moved(session, part, introducing, states) if count else part


async def _moved(session: Session, part: Part, tactic: str, states: list[int]) -> Part:
    [result] = await session.step(part.state, [TacticCall(tactic, 0, 0)])
    if not isinstance(result, Advanced) or len(result.parts) != 1:
        raise CannotCompare("the binders of a statement cannot be introduced")
    states.append(result.parts[0].state)
    return result.parts[0]


def _bound_names(term: Term) -> list[str]:
    names: list[str] = []
    while term.tag in ("forall", "implies"):
        names.append(term.name)
        term = term.args[1]
    return names


def _view(goal: Goal, written: list[str]) -> Introduced:
    """`written`: the names that the statement gave its binders."""
    data = [h for h in goal.hypotheses if not h.is_prop]
    facts = [h.term for h in goal.hypotheses if h.is_prop]
    numbers = tuple(int(h.name.removeprefix("b")) for h in data)
    variables = tuple(Variable(written[number - 1], h.term) for number, h in zip(numbers, data, strict=True))
    terms = (*facts, goal.target_tree)
    places = {h.name: f"v{number}" for number, h in enumerate(data)}
    if any(node.tag in ("cut", "meta") for term in terms for node in term.walk()):
        return Introduced(variables, numbers, terms, "")
    key = (
        [_canonical(h.term, places, 0) for h in data],
        sorted(_canonical(fact, places, 0) for fact in facts),
        _canonical(goal.target_tree, places, 0),
    )
    return Introduced(variables, numbers, terms, repr(key))


def _canonical(term: Term, names: dict[str, str], depth: int) -> str:
    """Text of a tree with variables and bound names replaced by where they are bound."""
    if term.tag in ("forall", "lambda", "let"):
        *before, body = term.args
        parts = [_canonical(arg, names, depth) for arg in before]
        parts.append(_canonical(body, {**names, term.name: f"@{depth}"}, depth + 1))
        return f"({term.tag} {' '.join(parts)})"
    name = names.get(term.name, term.name) if term.tag in ("local", "bound") else term.name
    return f"({term.tag} {name!r} {term.type} {' '.join(_canonical(arg, names, depth) for arg in term.args)})"
