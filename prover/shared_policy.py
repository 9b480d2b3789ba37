"""One policy for the searches of a whole cluster: it lives in an actor of its own, and batches what they ask.

Owns the actor's life, and how a search speaks to it. Promises that a question ends with the answer to just that question or with an
EnvError, and that a policy that died is started again under the same name, where the searches find it. Never asks a question twice:
it may be the question that kills.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Self

from lean_env.cluster import ONE_CPU, Needs
from lean_env.errors import EnvError
from lean_env.ray_pool import NamedObject, RayHost, RemoteObject
from prover.batching import Batching
from prover.config import ProveConfig
from prover.method_choice import MethodChoice
from prover.policy import Candidate, Situation
from prover.policy_setup import opened_policy

_FACTORY = "prover.shared_policy:open_policy"
_PAUSE_S = 1.0  # between two tries to start it again


async def open_policy(choice: MethodChoice, config: ProveConfig, most_goals: int, wait_s: float) -> Batching:
    """What the actor hosts; a model is let go of when its process ends. Raises UnknownPolicy, ValueError, what a model raises."""
    opened = await AsyncExitStack().enter_async_context(opened_policy(choice.policy, choice.model, config))
    return Batching(opened.policy, most_goals=most_goals, wait_s=wait_s)


@dataclass(frozen=True, slots=True)
class _Start:
    """How the actor is started, and started again."""

    factory: str
    arguments: tuple[object, ...]
    needs: Needs
    called: str

    async def on(self, host: RayHost) -> RemoteObject:
        return await host.start(self.factory, *self.arguments, needs=self.needs, name=self.called)


class RemotePolicy:
    """A policy elsewhere. It can be sent to other machines."""

    def __init__(self, policy: NamedObject) -> None:
        self._policy = policy

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """What the policy says. Raises EnvError if it is lost meanwhile, or is not there in time."""
        return await self._policy.call("suggest", tuple(situations), count)


class SharedPolicy:
    """The actor's keeper, in the driver. `policy` is for the hands; `restarts` counts how often it was started again."""

    def __init__(self, host: RayHost, remote: RemoteObject, start: _Start) -> None:
        """Take over a policy that runs. Use `open` instead."""
        self._host, self._remote, self._start = host, remote, start
        self.restarts = 0
        self.policy = RemotePolicy(NamedObject(start.called))
        self._keeper = asyncio.create_task(self._keep())

    @classmethod
    async def open(
        cls,
        host: RayHost,
        choice: MethodChoice,
        config: ProveConfig,
        *,
        most_goals: int = 64,
        wait_s: float = 0.003,
        needs: Needs = ONE_CPU,
        factory: str = _FACTORY,
        called: str = "policy",
    ) -> Self:
        """Start the policy of that choice. `most_goals` and `wait_s` are `Batching`'s; `called` is the actor's name there.

        Raises what `RayHost.start` raises, UnknownPolicy and ValueError.
        """
        start = _Start(factory, (choice, config, most_goals, wait_s), needs, called)
        return cls(host, await start.on(host), start)

    async def close(self) -> None:
        """End it. Idempotent, never raises."""
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._remote.kill()

    async def _keep(self) -> None:
        """Runs until cancelled."""
        while True:
            await self._remote.until_lost()
            self.restarts += 1
            while self._remote.is_lost:
                with suppress(EnvError):  # the searches meet it as well, and tell
                    self._remote = await self._start.on(self._host)
                    break
                await asyncio.sleep(_PAUSE_S)
