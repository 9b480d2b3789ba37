"""Whole proofs as a method: a model, its dialect, and how often it is asked to repair and to go on.

Apart from `methods.py` because everything about models is imported here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from lean_env.checker import Checker
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt, Outcome
from prover.config import ProveConfig
from prover.lane import Side
from prover.models.choice import ModelChoice, opened
from prover.models.dialect import Dialect
from prover.models.generator import Generator
from prover.policies import make_policy
from prover.proving import Progress
from prover.whole.account import Drafts
from prover.whole.config import WholeProofConfig
from prover.whole.resuming import seeds_of
from prover.whole.searching_on import search_on
from prover.whole.whole_proof import prove_whole

RESUME_ROUNDS = 1  # a failing proof is taken up at its first error once, where the dialect can ask for that


@dataclass(frozen=True, slots=True)
class WholeProofs:
    """Whole proofs of a model, repaired and taken up again where its dialect can ask for that."""

    generator: Generator
    dialect: Dialect
    choice: ModelChoice

    @property
    def name(self) -> str:
        """The model and its revision."""
        return self.generator.name

    async def attempt(
        self,
        statement: Statement,
        *,
        pool: SessionPool,
        checker: Checker,
        config: ProveConfig,
        clock: Callable[[], float],
        informal: str = "",
        watch: Callable[[Progress], None] | None = None,
        observe: Callable[[tuple[Side, ...]], None] = lambda _: None,
    ) -> Attempt:
        """See Method. Of the budget, expansions are prompts and steps are proofs given to Lean."""
        usual = WholeProofConfig()
        whole = replace(
            usual,
            budget=config.budget,
            samples=self.choice.samples or self.dialect.sampling().samples,
            repair_rounds=self.dialect.repairs,
            resume_rounds=RESUME_ROUNDS if self.dialect.resumes else 0,
            temperature=None if self.choice.temperature == -1 else self.choice.temperature,
            max_tokens=self.choice.max_tokens or None,
            workers=config.workers,
            seed=config.seed,
        )
        drafts: list[Drafts] = []
        attempt = await prove_whole(
            statement,
            pool=pool,
            checker=checker,
            generator=self.generator,
            dialect=self.dialect,
            config=whole,
            clock=clock,
            informal=informal,
            watch=watch,
            observe=drafts.append,
        )
        if not self.choice.then_search or attempt.outcome is not Outcome.EXHAUSTED:
            return attempt
        return await search_on(
            statement,
            attempt,
            seeds_of(drafts[0].failures),
            pool=pool,
            checker=checker,
            policy=make_policy("symbolic"),
            config=config,
            clock=clock,
            watch=watch,
            observe=observe,
        )


@asynccontextmanager
async def opened_whole_proofs(choice: ModelChoice, *, say: Callable[[str], None] = lambda _: None) -> AsyncGenerator[WholeProofs]:
    """The method for the body of the `async with`. Raises EnvError with what the model needs and does not have."""
    dialect = choice.dialect_for("proof")
    async with opened(choice, say=say) as generator:
        yield WholeProofs(generator, dialect, choice)
