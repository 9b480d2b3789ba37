"""Hands on the nodes of a Ray cluster: a whole attempt runs in an actor, next to its Lean workers; jobs and results travel.

Owns how a hand's loss is told: whatever takes the actor away is `HandLost`. What the hand itself raises (its Lean worker died, the
shared policy was lost) arrives as it is, and the hand goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from lean_env.cluster import ClusterFacts, Needs
from lean_env.hosted import ActorLost
from lean_env.ray_pool import RayHost, RemoteObject
from prover.crew import HandLost, Job, Result
from prover.method_choice import MODEL
from prover.problems import Problem
from prover.records import ProblemRecord
from prover.run_config import RunConfig
from prover.shared_policy import RemotePolicy, SharedPolicy

_FACTORY = "prover.local_crew:open_hand"


class RayHand:
    """A hand in an actor. One job at a time, in order of arrival there."""

    def __init__(self, remote: RemoteObject) -> None:
        self._remote = remote

    @property
    def name(self) -> str:
        """Machine and process, for people and records."""
        return self._remote.name

    @property
    def is_lost(self) -> bool:
        """Whether it is known to be lost, or was closed."""
        return self._remote.is_lost

    async def read(self, problem: Problem) -> ProblemRecord:
        """Let Lean read a problem. Raises EnvError, HandLost."""
        return await self._call("read", problem)

    async def attempt(self, job: Job) -> Result:
        """Make one attempt. Raises EnvError, HandLost, Withdrawn."""
        return await self._call("attempt", job)

    async def withdraw(self, key: str) -> bool:
        """Take back a job that waits; whether it could be. Raises HandLost."""
        return await self._call("withdraw", key)

    async def check_alive(self) -> None:
        """Return soon, or raise HandLost."""
        try:
            await self._remote.ping()
        except ActorLost as lost:
            raise HandLost(f"{self.name}: {lost.args[0]}", detail=lost.detail) from lost

    async def close(self) -> None:
        """End the actor, and with it its Lean workers, whatever they are doing. Idempotent, never raises."""
        await self._remote.close()

    async def _call(self, method: str, argument: object) -> Any:
        try:
            return await self._remote.call(method, argument)
        except ActorLost as lost:
            raise HandLost(f"{self.name}: {lost.args[0]}", detail=lost.detail) from lost


class RayCrew:
    """Hands on a cluster, each wherever a CPU is free."""

    ahead = 1  # the next job is there when one ends: no round trip in between

    def __init__(
        self, host: RayHost, config: RunConfig, size: int, *, policy: RemotePolicy | None = None, factory: str = _FACTORY
    ) -> None:
        """Nothing starts before the first `hire`. Each hand makes the config's policy itself, or asks `policy`."""
        if size < 1:
            raise ValueError(f"a crew has at least one hand, not {size}")
        self.size = size
        self._host, self._factory = host, factory
        self._arguments = (config,) if policy is None else (config, policy)
        self._hands: set[RayHand] = set()

    async def hire(self) -> RayHand:
        """A hand whose Lean worker is up; a node that has no engine sets it up first. Raises EnvError as the contract says."""
        hand = RayHand(await self._host.start(self._factory, *self._arguments))
        self._hands = {known for known in self._hands if not known.is_lost} | {hand}
        return hand

    async def close(self) -> None:
        """End the hands that are left. Idempotent, never raises."""
        hands, self._hands = self._hands, set()
        await asyncio.gather(*(hand.close() for hand in hands))


@asynccontextmanager
async def ray_crew(
    config: RunConfig, address: str = "auto", *, size: int = 0, share_policy: bool = False
) -> AsyncGenerator[tuple[RayCrew, ClusterFacts]]:
    """Connect, and a crew on that cluster, with the facts of it for the record; all of it ends with the body.

    A model that does not run on a server runs in one actor, on a GPU if the cluster has one, and all hands share it.

    `size` hands at most; 0 = as many as there are CPUs now, less the one of a shared policy. On a Ray that is started for this,
    there are as many CPUs. Raises what `RayHost.connect` and `SharedPolicy.open` raise.
    """
    has_model = config.policy == MODEL and not config.model.server  # of a server, each hand is a client of its own
    share_policy = share_policy or has_model
    async with await RayHost.connect(address, cpus=size + share_policy if size else None) as host:
        facts = await host.facts()
        needs = Needs(gpus=float(has_model and facts.gpus > 0))
        shared = await SharedPolicy.open(host, config.method, config.prove, needs=needs) if share_policy else None
        crew = RayCrew(host, config, size or max(1, facts.cpus - share_policy), policy=shared.policy if shared else None)
        try:
            yield crew, facts
        finally:
            await crew.close()
            if shared is not None:
                await shared.close()
