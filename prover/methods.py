"""How a statement is attempted: by a search whose policy proposes tactics, or by whole proofs that a model writes.

Owns the one call that `prove`, the hands of a run and the library's `prove` make. Which method it is, and which model, is data
(`MethodChoice`); what is opened for it is let go of at the end of the `async with`, and nothing of models is imported without one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from lean_env.checker import Checker
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt
from prover.config import ProveConfig
from prover.critic import NO_CRITIC, Critic
from prover.lane import Side
from prover.method_choice import MODEL, WHOLE_PROOF, MethodChoice
from prover.policy import Policy
from prover.policy_setup import opened_policy
from prover.proving import Progress, prove_statement
from prover.sampling import Sampled


class Method(Protocol):
    """Attempts statements. One object may be at several at once. `name`: the model's, with its revision; "" without a model."""

    @property
    def name(self) -> str:
        """For records."""
        ...

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
        """One attempt with the seed of `config`. Raises StatementRefused, EnvError."""
        ...


@dataclass(frozen=True, slots=True)
class TreeSearch:
    """Best-first or another search with this policy; what is drawn without a model is noise of this temperature."""

    policy: Policy
    temperature: float = 0.0
    name: str = ""
    critic: Critic = NO_CRITIC

    async def attempt(
        self,
        statement: Statement,
        *,
        pool: SessionPool,
        checker: Checker,
        config: ProveConfig,
        clock: Callable[[], float],
        informal: str = "",  # noqa: ARG002 - a search is not told what the problem was in words
        watch: Callable[[Progress], None] | None = None,
        observe: Callable[[tuple[Side, ...]], None] = lambda _: None,
    ) -> Attempt:
        """See Method."""
        policy = Sampled(self.policy, config.seed, self.temperature)
        return await prove_statement(
            statement,
            pool=pool,
            checker=checker,
            policy=policy,
            critic=self.critic,
            config=config,
            clock=clock,
            watch=watch,
            observe=observe,
        )


@asynccontextmanager
async def opened_method(
    choice: MethodChoice, config: ProveConfig, *, policy: Policy | None = None, say: Callable[[str], None] = lambda _: None
) -> AsyncGenerator[Method]:
    """The method, ready for the body of the `async with`. `policy` takes the place of the one that `choice` names.

    `say` hears what takes time. Raises UnknownPolicy, and EnvError with what a model needs and does not have.
    """
    if choice.policy == WHOLE_PROOF:
        from prover.whole.method import opened_whole_proofs

        async with opened_whole_proofs(choice.model, say=say) as method:
            yield method
        return
    # A model draws for itself, from the seed of each situation.
    temperature = 0.0 if choice.policy == MODEL else choice.temperature
    if policy is not None:
        yield TreeSearch(policy, temperature, choice.model.model)
        return
    async with opened_policy(choice.policy, choice.model, config, say=say) as own:
        yield TreeSearch(own.policy, temperature, own.model, own.critic)
