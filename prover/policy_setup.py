"""From the name of a policy, and a model if it is one, to a policy that can be asked.

Owns what stands around a model in a search: premises for the dialects that show them, and the floor of symbolic moves. What is
opened here is let go of at the end of the `async with`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from prover.config import ProveConfig
from prover.critic import NO_CRITIC, Critic
from prover.method_choice import MODEL
from prover.models.choice import ModelChoice
from prover.policies import make_policy
from prover.policy import Policy
from prover.premises import PremiseIndex, premises_of

CRITIC_DIALECT = "internlm2.5-step-prover-critic"


@dataclass(frozen=True, slots=True)
class OpenedPolicy:
    """A policy that can be asked, and a critic; `model` is the name and revision of the model behind it, "" if there is none."""

    policy: Policy
    model: str = ""
    critic: Critic = NO_CRITIC


@asynccontextmanager
async def opened_policy(
    name: str, choice: ModelChoice, config: ProveConfig, *, say: Callable[[str], None] = lambda _: None
) -> AsyncGenerator[OpenedPolicy]:
    """The policy of that name for the body of the `async with`.

    `say` hears what takes time or is worth knowing. Raises UnknownPolicy, and EnvError with what a model needs and does not have.
    """
    if name != MODEL:
        yield OpenedPolicy(make_policy(name))
        return
    from prover.mixing import Mixed
    from prover.models.choice import opened
    from prover.models.model_policy import ModelPolicy

    dialect = choice.dialect_for("tactic")
    async with opened(choice, say=say) as generator:  # first: a model that is not there must not be noticed after minutes
        premises = await _premises(say) if "premises" in dialect.needs else None
        model = ModelPolicy(generator, dialect, choice.sampling_in(dialect), premises=premises)
        mixed = Mixed(model, make_policy("symbolic"), config.floor_mass, config.learned_temperature)
        async with _opened_critic(choice) as critic:
            yield OpenedPolicy(mixed, generator.name, critic)


@asynccontextmanager
async def _opened_critic(choice: ModelChoice) -> AsyncGenerator[Critic]:
    if not choice.critic:
        yield NO_CRITIC
        return
    from prover.models.critics import ScoreCritic
    from prover.models.dialect import load_dialect
    from prover.models.options import LocalOptions

    options = LocalOptions(device=choice.device, dtype=choice.dtype, trust_remote_code=choice.trust_remote_code)
    critic = await asyncio.to_thread(ScoreCritic.load, choice.critic, load_dialect(CRITIC_DIALECT), options)
    try:
        yield critic
    finally:
        await critic.close()


async def _premises(say: Callable[[str], None]) -> PremiseIndex:
    """The library's theorems, from the cache or listed now."""
    engine = await asyncio.to_thread(ensure_engine)
    session = await EmbeddedSession.start(engine)
    told = False

    def listing(_: int) -> None:  # called only if they are not in the cache
        nonlocal told
        if not told:
            told = True
            say("the theorems of the library are listed for retrieval, once: that takes a minute or two")

    try:
        premises = await premises_of(engine, session, listing)
    finally:
        await session.close()
    return await asyncio.to_thread(PremiseIndex, premises)
