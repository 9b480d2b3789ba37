"""The checks of a statement that prove something: HYPOTHESES, NEGATION and TRIVIALITY, by our own prover within a small budget.

Only the checker's verdict on a proof rejects. Finding nothing within the budget is no evidence of much, and the findings say so.
Small numbers are tried before anything is searched for: values that the hypotheses hold for cost a millisecond, and settle it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lean_env.checker import Checker
from lean_env.errors import WorkerLost
from lean_env.messages import Advanced, Goal, Opened, TacticCall
from lean_env.pool import SessionPool
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement
from lean_env.term import decode_term
from prover.attempt import Attempt, Outcome
from prover.config import ProveConfig
from prover.formalize.candidate import CheckName, Compiled, Finding
from prover.formalize.checks.false_conclusion import without_conclusion
from prover.formalize.checks.trees import Claim, claim_of
from prover.formalize.checks.witness import values_for
from prover.lane import StatementRefused
from prover.symbolic.terms import NUMBERS
from search.budget import Budget

CHEAP_TACTICS = ("rfl", "decide", "omega", "simp", "simp_all")
PROOF_LINES_SHOWN = 3
_TELLING = frozenset({"Eq", "Dvd.dvd"})


@dataclass(frozen=True, slots=True)
class ProofCheckConfig:
    """What the checks may spend.

    seconds      wall clock of each of the two searches, for a proof of False and of the negation; 0 = no limit
    steps        tactics that each of them may try; 0 = no limit. With `seconds` 0 the checks can be repeated exactly
    assignments  how many choices of small numbers are tried for the variables (>= 0)
    cheap_ms     wall clock that one cheap tactic may take (> 0)
    seed         of what is random in the searches
    """

    seconds: float = 5.0
    steps: int = 0
    assignments: int = 3000
    cheap_ms: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range, and if no limit is left."""
        if self.assignments < 0 or self.cheap_ms <= 0:
            raise ValueError("assignments must be at least 0, cheap_ms above 0")
        if not (self.seconds or self.steps):
            raise ValueError("a check without a limit might never end: give seconds (--check-seconds) or steps")
        _ = self.budget

    @property
    def budget(self) -> Budget:
        """Of one search. Raises ValueError for limits below 0."""
        return Budget(seconds=self.seconds, steps=self.steps)


class Prove(Protocol):
    """Attempts one statement; `prove_with_symbols` is the one that is used outside of tests."""

    async def __call__(
        self, statement: Statement, *, pool: SessionPool, checker: Checker, config: ProveConfig, clock: Callable[[], float]
    ) -> Attempt:
        """Raises StatementRefused, EnvError."""
        ...


async def prove_with_symbols(
    statement: Statement, *, pool: SessionPool, checker: Checker, config: ProveConfig, clock: Callable[[], float]
) -> Attempt:
    """An attempt with the policy that needs no model, and small numbers for universal hypotheses."""
    from prover.formalize.checks.small_instances import MOVES
    from prover.methods import TreeSearch
    from prover.symbolic import DEFAULT_MOVES, SymbolicPolicy

    method = TreeSearch(SymbolicPolicy((*MOVES, *DEFAULT_MOVES)))
    return await method.attempt(statement, pool=pool, checker=checker, config=config, clock=clock)


async def proof_findings(
    compiled: Compiled,
    *,
    pool: SessionPool,
    checker: Checker,
    config: ProofCheckConfig,
    clock: Callable[[], float],
    prove: Prove = prove_with_symbols,
) -> tuple[Finding, ...]:
    """Findings of HYPOTHESES, NEGATION and TRIVIALITY, in this order.

    One worker of the pool is used at a time. Raises EnvError if the machinery is broken beyond retrying.
    """
    claim = claim_of(compiled.goal)
    searcher = _Searcher(pool, checker, clock, prove, config.seed)
    cheap, hypotheses_alone, is_needless = await _prepared(compiled, pool, config)
    witness = values_for(claim, config.assignments) if claim.facts else None
    if not claim.facts and _are_inhabited(claim):
        hypotheses = Finding(CheckName.HYPOTHESES, "pass", "it assumes nothing")
    elif witness is not None:
        said = f"they hold for {witness}" if witness else "they hold"
        needless = f"{said}, but what is claimed holds without them, by `{cheap}`"
        hypotheses = Finding(CheckName.HYPOTHESES, "flag", needless) if is_needless else Finding(CheckName.HYPOTHESES, "pass", said)
    else:
        hypotheses = await _check_hypotheses(hypotheses_alone, searcher, config.budget)
    if hypotheses.verdict == "reject":
        negation = Finding(CheckName.NEGATION, "pass", "true, but only because its hypotheses never hold")
    elif cheap:
        negation = Finding(CheckName.NEGATION, "pass", f"the statement itself is closed by `{cheap}`")
    else:
        negation = await _check_negation(compiled.statement, claim, searcher, config)
    closed = f"closed by `{cheap}` alone" if cheap else f"not closed by {', '.join(f'`{tactic}`' for tactic in CHEAP_TACTICS)}"
    return hypotheses, negation, Finding(CheckName.TRIVIALITY, "pass", closed)


# -- False from the hypotheses ----------------------------------------------------------------------------------------------------


async def _check_hypotheses(statement: Statement | None, searcher: _Searcher, budget: Budget) -> Finding:
    """Reject if False is proved. What was not proved is not settled: no values were found either."""
    if statement is None:
        return Finding(CheckName.HYPOTHESES, "unknown", "the hypotheses could not be stated on their own")
    attempt = await searcher.attempt(statement, budget)
    match attempt:
        case Attempt(outcome=Outcome.PROVED):
            return Finding(CheckName.HYPOTHESES, "reject", f"False follows from the hypotheses: {_proof_shown(attempt)}")
        case Attempt():
            text = f"False was not proved from the hypotheses within {_said(budget)}, and no values were found for which they hold"
            return Finding(CheckName.HYPOTHESES, "unknown", text)
        case None:
            return Finding(CheckName.HYPOTHESES, "unknown", "Lean does not accept the hypotheses on their own")


def _are_inhabited(claim: Claim) -> bool:
    """Whether every variable is of a type that has something in it, as far as its form tells."""
    return all(
        kind.tag == "sort" or kind.name in NUMBERS or (kind.tag == "implies" and kind.args[1].name in NUMBERS)
        for kind in claim.variables.values()
    )


# -- the negation -----------------------------------------------------------------------------------------------------------------


async def _check_negation(statement: Statement, claim: Claim, searcher: _Searcher, config: ProofCheckConfig) -> Finding:
    """Reject if the negation is proved."""
    if not statement.can_be_negated:
        return Finding(CheckName.NEGATION, "unknown", "the negation cannot be written: parameters are outside of the signature")
    attempt = await searcher.attempt(statement.negation(), config.budget)
    counterexample = values_for(claim, config.assignments, refuting=True)
    match attempt:
        case Attempt(outcome=Outcome.PROVED):
            why = f"for {counterexample}" if counterexample else _proof_shown(attempt)
            return Finding(CheckName.NEGATION, "reject", f"it is false: {why}")
        case Attempt() if counterexample is not None:
            text = f"it seems false for {counterexample or 'want of any variable'}, though no proof of that was found"
            return Finding(CheckName.NEGATION, "flag", f"{text} within {_said(config.budget)}")
        case Attempt():
            return Finding(CheckName.NEGATION, "pass", f"not refuted within {_said(config.budget)}")
        case None:
            return Finding(CheckName.NEGATION, "unknown", "Lean does not accept the negation")


# -- the prover -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Searcher:
    """What every attempt of these checks shares."""

    pool: SessionPool
    checker: Checker
    clock: Callable[[], float]
    prove: Prove
    seed: int

    async def attempt(self, statement: Statement, budget: Budget) -> Attempt | None:
        """An attempt on one worker, without looking at the other side; None if Lean does not accept the statement."""
        config = ProveConfig(budget=budget, workers=1, negation_share=0, seed=self.seed)
        try:
            return await self.prove(statement, pool=self.pool, checker=self.checker, config=config, clock=self.clock)
        except StatementRefused:
            return None


async def _prepared(compiled: Compiled, pool: SessionPool, config: ProofCheckConfig) -> tuple[str, Statement | None, bool]:
    """The cheap tactic that closes the statement ("" if none does), its hypotheses alone, and whether it is closed without them."""
    try:
        async with pool.lease() as session:
            cheap = await _closed_by(session, compiled.statement, "intros", config.cheap_ms)
            alone = await without_conclusion(session, compiled.statement, compiled.goal)
            forgetting = _forgetting(compiled.goal) if cheap else ""
            needless = await _closed_by(session, compiled.statement, forgetting, config.cheap_ms) if forgetting else ""
            return cheap, alone, bool(needless)
    except WorkerLost:  # to a tactic on a monstrous number, most likely; the searches lease workers of their own
        try:
            async with pool.lease() as session:
                return "", await without_conclusion(session, compiled.statement, compiled.goal), False
        except WorkerLost:
            return "", None, False


def _forgetting(goal: Goal) -> str:
    """Tactics that introduce everything and drop the hypotheses; "" if none of them is an equation or a divisibility."""
    locals_ = [(local.name, local.prop, local.accessible, decode_term(local.term)) for local in goal.locals]
    if not any(is_prop and any(node.name in _TELLING for node in term.walk()) for _, is_prop, _, term in locals_):
        return ""  # that a number is positive is often given for good manners
    names = [name if accessible else f"hidden_{at}" for at, (name, _, accessible, _) in enumerate(locals_)]
    hidden = [name for name, (_, _, accessible, _) in zip(names, locals_, strict=True) if not accessible]
    dropped = [name for name, (_, is_prop, _, _) in zip(names, locals_, strict=True) if is_prop]
    return "\n".join(["intros", *([f"rename_i {' '.join(hidden)}"] if hidden else []), f"clear {' '.join(dropped)}"])


async def _closed_by(session: Session, statement: Statement, first: str, soft_ms: int) -> str:
    """The cheap tactic that closes a statement after the tactics `first`; "" if none does."""
    ran = await session.run(statement.context, inert=statement.inert) if statement.context.strip() else None
    env = ran.env if ran is not None else ROOT_ENV
    opened = await session.open(statement.signature, env)
    states: list[int] = []
    try:
        if not isinstance(opened, Opened):
            return ""
        states.append(opened.part.state)
        calls = [TacticCall(f"{first}\n{tactic}", 200, soft_ms) for tactic in CHEAP_TACTICS]
        results = await session.step(opened.part.state, calls, until_closed=True)
        closed = next((at for at, result in enumerate(results) if isinstance(result, Advanced) and not result.parts), None)
        states += [result.state for result in results if isinstance(result, Advanced) and result.state]
        states += [part.state for result in results if isinstance(result, Advanced) for part in result.parts]
        return "" if closed is None else CHEAP_TACTICS[closed]
    finally:
        if session.alive:
            await session.free(states, [env] if env != ROOT_ENV else [])


def _proof_shown(attempt: Attempt) -> str:
    """The first lines of the script."""
    lines = [line.strip() for text in attempt.script for line in text.split("\n") if line.strip()]
    return "; ".join(lines[:PROOF_LINES_SHOWN]) + (" …" if len(lines) > PROOF_LINES_SHOWN else "")


def _said(budget: Budget) -> str:
    limits = [(budget.seconds, "seconds"), (budget.steps, "steps"), (budget.expansions, "expansions")]
    return " and ".join(f"{amount:g} {name}" for amount, name in limits if amount) or "no limit"
