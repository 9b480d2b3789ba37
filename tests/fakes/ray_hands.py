"""A hand whose jobs say what happens to it. Runs in an actor's process."""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from lean_env.errors import EnvError, WorkerLost
from lean_env.messages import Goal
from lean_env.process import WorkerProcess
from lean_env.statement import Statement
from prover.attempt import Outcome
from prover.batching import Batching
from prover.config import ProveConfig
from prover.crew import Job, Result, Withdrawn
from prover.method_choice import MethodChoice
from prover.policy import Candidate, Policy, Situation
from prover.problems import Problem
from prover.records import ProblemRecord, TreeRecord
from prover.run_config import RunConfig
from tests.fakes import runs
from tests.fakes.workers import start

STATEMENT = Statement("t", "theorem t : 1 = 1", "", "1 = 1")


def job(accident: str = "work", number: int = 1) -> Job:
    """The accident is the problem's name: a method of `ScriptedHand`."""
    return Job(f"{accident}#{number}", accident, number, seed=7 * number, statement=STATEMENT)


class ScriptedHand:
    """Takes turns as a real one does, and has a worker process of its own."""

    def __init__(self, worker: WorkerProcess, policy: Policy | None) -> None:
        self._worker, self._policy = worker, policy
        self._turn = asyncio.Lock()
        self._waiting: set[str] = set()
        self._says: tuple[str, ...] = ()

    async def read(self, problem: Problem) -> ProblemRecord:
        if problem.name == "unreadable":
            raise EnvError("the worker cannot read it")
        return runs.problem(problem.name)

    async def attempt(self, job: Job) -> Result:
        self._waiting.add(job.key)
        async with self._turn:
            if job.key not in self._waiting:
                raise Withdrawn(job.key)
            self._waiting.remove(job.key)
            self._says = ()
            await getattr(self, job.name)()
        record = runs.attempt(job.name, job.attempt, Outcome.EXHAUSTED)
        told = (*self._says, f"worker {self._worker.pid}", f"process {os.getpid()}")
        record = msgspec.structs.replace(record, seed=job.seed, worker=platform.node(), open_goals=told)
        return Result(record, TreeRecord(job.key, [{"id": 0}]))

    async def withdraw(self, key: str) -> bool:
        waited = key in self._waiting
        self._waiting.discard(key)
        return waited

    async def close(self) -> None:
        await self._worker.close()

    # What can happen to a job

    async def work(self) -> None:
        await self._worker.request(b"tactic", timeout_s=30)

    async def never(self) -> None:
        await asyncio.Event().wait()

    async def wedge(self) -> None:
        time.sleep(600)  # noqa: ASYNC251 - the accident is that it blocks

    async def lose_worker(self) -> None:
        """The Lean worker dies; the hand starts another one for its next job."""
        os.kill(self._worker.pid, signal.SIGKILL)
        try:
            await self.work()
        except WorkerLost:
            self._worker = await start("echo")
            raise

    async def lose_actor(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)
        await self.never()

    async def where(self) -> None:
        import ray

        library: Any = ray
        self._says = (library.get_runtime_context().get_node_id(),)

    async def ask_policy(self, goal: str = "⊢ 1 = 1") -> None:
        assert self._policy is not None
        ((candidate,),) = await self._policy.suggest([Situation(Goal(goal))], 1)
        self._says = (candidate.tactic,)

    async def ask_policy_in_vain(self) -> None:
        await self.ask_policy("never")


async def open_hand(config: RunConfig, policy: Policy | None = None) -> ScriptedHand:
    if config.dataset == "broken":
        raise EnvError("the engine does not start")
    return ScriptedHand(await start("echo"), policy)


class ScriptedPolicy:
    """Proposes the number of its process; never answers a question about the goal "never"."""

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        if any(each.goal.text == "never" for each in situations):
            await asyncio.Event().wait()
        return [[Candidate(str(os.getpid()), -1.0)][:count] for _ in situations]


async def open_policy(choice: MethodChoice, config: ProveConfig, most_goals: int, wait_s: float) -> Batching:  # noqa: ARG001 - as the real one
    assert choice.policy == "scripted"
    return Batching(ScriptedPolicy(), most_goals=most_goals, wait_s=wait_s)
