"""What solving a problem needs, opened: the solver, the interpreters, who compares answers, and who proves them.

Owns the way from a config to all of these, and the two steps that `run.py` and the command ask for: one sample, and settling a
problem when its samples are there. What is opened is let go of at the end of the `async with`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from prover.formalize.candidate import Candidate, CheckName, WordProblem
from prover.formalize.desk import Desk, opened_desk, require_askable
from prover.formalize.formalizing import Formalization, formalize
from prover.formalize.proving import prove_stated
from prover.formalize.records import FormalizedRecord, formalized_record, proof_record
from prover.open_models import open_models
from prover.run_config import attempt_seed
from prover.solve.config import SolveConfig
from prover.solve.equivalence import Comparer
from prover.solve.records import AnswerRecord, Match, SampleRecord, sample_key
from prover.solve.rewards import RewardModel
from prover.solve.solvers import Solves, opened_reward, opened_solver
from prover.solve.voting import Vote, vote
from prover.word_problems import shown_that
from prover.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Solving:
    """A desk of one command; keeps the contract that `run.py` states. `statements` is None where nothing is to be proved."""

    config: SolveConfig
    solver: Solves
    reward: RewardModel | None
    comparer: Comparer
    statements: Desk | None
    shop: Workshop
    clock: Callable[[], float]

    @property
    def name(self) -> str:
        """Who solves, with its revision."""
        return self.solver.name

    async def sample(self, problem: WordProblem, number: int) -> SampleRecord:
        """See run.SolveDesk."""
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        seed = attempt_seed(self.config.seed, problem.name, number)
        solution = await self.solver.solve(problem, seed)
        return SampleRecord(sample_key(problem.name, number), problem.name, number, seed, solution, begun)

    async def settle(self, problem: WordProblem, samples: Sequence[SampleRecord]) -> AnswerRecord:
        """See run.SolveDesk."""
        begun = self.clock()
        solutions = [each.solution for each in samples]
        weights = await self.reward.scores(problem.text, solutions, self.config.seed) if self.reward else []
        voted = await vote([each.answer for each in solutions], self.comparer, weights=weights)
        right, wrong = await self._ballot(voted, problem.answer)
        matches: Match = "unknown" if not problem.answer else "yes" if await self._same(voted.answer, problem.answer) else "no"
        statement = await self._statement(problem, voted.answer) if self.statements and voted.answer else None
        return AnswerRecord(
            name=problem.name,
            category=problem.category,
            samples=len(samples),
            vote=voted,
            expected=problem.answer,
            matches=matches,
            right=right,
            wrong=wrong,
            none=len(samples) - voted.answered,
            weights=tuple(weights),
            statement=statement,
            seconds=round(self.clock() - begun, 3),
        )

    async def _ballot(self, voted: Vote, expected: str) -> tuple[int, tuple[int, ...]]:
        """Samples with the expected answer, and those of each other class."""
        classes = [(voted.answer, voted.votes), *((each.answer, each.votes) for each in voted.runners_up)]
        right, wrong = 0, list[int]()
        for answer, votes in classes:
            if expected and await self._same(answer, expected):
                right += votes
            elif votes:
                wrong.append(votes)
        return right, tuple(wrong)

    async def _same(self, answer: str, expected: str) -> bool:
        return bool(answer) and await self.comparer.equivalent(answer, expected)

    async def _statement(self, problem: WordProblem, answer: str) -> FormalizedRecord:
        """That it is this answer, as a statement, and the attempt at its proof; or at the proof of its negation, if it is false."""
        assert self.statements is not None  # the caller's condition
        begun, desk = self.clock(), self.statements
        result = await formalize(shown_that(problem, answer), desk.formalizers, desk.examiners, desk.config)
        accepted, proof = result.best, None
        attempted = accepted or found_false(result)
        if attempted is not None and attempted.compiled is not None:
            attempt = await prove_stated(
                attempted.compiled.statement, self.shop, seconds=self.config.prove_seconds, seed=self.config.seed, clock=self.clock
            )
            proof = proof_record(attempt)
        return formalized_record(result, accepted, "checks", self.config.desk.identity, self.clock() - begun, proof)


def found_false(result: Formalization) -> Candidate | None:
    """The best candidate against which nothing speaks but a proof of its negation: what a wrong answer comes to."""
    for candidate in result.candidates:
        against = {finding.check for finding in candidate.findings if finding.verdict == "reject"}
        if candidate.compiled is not None and against == {CheckName.NEGATION}:
            return candidate
    return None


def require_solvable(config: SolveConfig) -> None:
    """That there is a way to ask each model, before anything is started. Raises DialectProblem, ToolchainMissing."""
    if config.model.model:
        config.model.dialect_for("solve")
    if config.reward.model:
        config.reward.dialect_for("reward")
    if config.prove:
        require_askable(config.desk)


@asynccontextmanager
async def opened_solving(
    config: SolveConfig, shop: Workshop, clock: Callable[[], float], *, say: Callable[[str], None] = lambda _: None
) -> AsyncGenerator[Solving]:
    """Everything ready for the body of the `async with`. Raises EnvError with what a model needs and does not have, NoIsolation."""
    async with AsyncExitStack() as stack:
        comparer = Comparer()
        stack.push_async_callback(comparer.close)
        models = await stack.enter_async_context(open_models(say))
        pool = shop.pool
        if config.model.model:
            pool = shop.pool_apart(pool.size)
            stack.push_async_callback(pool.close)
        solver = await opened_solver(config, pool, models, clock)
        reward = await opened_reward(config, models)
        statements = await opened_desk(config.desk, shop, models, clock) if config.prove else None
        yield Solving(config, solver, reward, comparer, statements, shop, clock)
