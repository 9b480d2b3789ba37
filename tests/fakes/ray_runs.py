"""Hands of a whole run in actors, and a driver in a process of its own: accidents lie as files in a folder, each happens once.

The folder is the config's `lineage`. A file KEY holds the accident of the next try at that key; `begun` has a file for every try.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from lean_env.cluster import Patience
from lean_env.errors import WorkerLost
from lean_env.process import WorkerProcess
from lean_env.ray_pool import RayHost
from lean_env.statement import Statement
from prover.attempt import Effort, Outcome
from prover.config import ProveConfig
from prover.crew import Job, Result, Withdrawn
from prover.dispatch import Rules
from prover.policy import Policy
from prover.problem_reading import problem_record
from prover.problems import Problem, ProblemSet
from prover.ray_crew import RayCrew
from prover.records import AttemptRecord, ProblemRecord, StartRecord, TreeRecord
from prover.run_config import RunConfig
from prover.run_folder import open_run
from prover.runs import Run
from tests.fakes.crews import problems
from tests.fakes.workers import start

NAMES = ("a", "b", "c", "d", "e", "f")
SET = ProblemSet("toy", "made here", problems(NAMES))
FACTORY = "tests.fakes.ray_runs:open_hand"
PATIENCE = Patience(place=40.0, build=20.0, beat=0.5, answer=5.0)
QUICK = Rules(check_every_s=0.5, answer_within_s=10.0, pause_s=0.1)
TAKES_S = 0.05

WORKER, ACTOR, NODE, WEDGE = "worker", "actor", "node", "wedge"


def config_of(folder: Path, attempts: int = 4) -> RunConfig:
    """The run whose accidents lie in a folder."""
    return RunConfig("toy", str(folder), "", len(NAMES), SET.digest, attempts=attempts, prove=ProveConfig(workers=1))


def outcome_of(seed: int, control: str = "") -> Outcome:
    """What an attempt comes to, which its seed decides."""
    return Outcome.EXHAUSTED if control or seed % 3 else Outcome.PROVED


class RunHand:
    """Takes turns as a real one does, and has a worker process of its own."""

    def __init__(self, folder: Path, worker: WorkerProcess) -> None:
        self._folder, self._worker = folder, worker
        self._turn = asyncio.Lock()
        self._waiting: set[str] = set()

    async def read(self, problem: Problem) -> ProblemRecord:
        await self._happen(f"read-{problem.name}")
        return problem_record(problem, statement=Statement(problem.name, f"theorem {problem.name} : True", "", "True"))

    async def attempt(self, job: Job) -> Result:
        self._waiting.add(job.key)
        async with self._turn:
            if job.key not in self._waiting:
                raise Withdrawn(job.key)
            self._waiting.remove(job.key)
            await self._happen(job.key.replace(":", "-"))
        record = AttemptRecord(
            key=job.key,
            name=job.name,
            attempt=job.attempt,
            seed=job.seed,
            statement_sha256=job.statement.digest,
            outcome=outcome_of(job.seed, job.control),
            effort=Effort(seconds=TAKES_S, steps=job.seed % 100),
            script=(f"tactic {job.seed}",),
            control=job.control,
            worker=str(os.getpid()),
        )
        return Result(record, None if job.control else TreeRecord(job.key, [{"id": 0}]))

    async def withdraw(self, key: str) -> bool:
        waited = key in self._waiting
        self._waiting.discard(key)
        return waited

    async def close(self) -> None:
        await self._worker.close()

    async def _happen(self, key: str) -> None:
        (self._folder / "begun" / f"{key}.{uuid.uuid4().hex}").touch()
        await asyncio.sleep(TAKES_S)
        await self._worker.request(b"tactic", timeout_s=30)
        match self._accident(key):
            case "worker":
                os.kill(self._worker.pid, signal.SIGKILL)
                try:
                    await self._worker.request(b"tactic", timeout_s=30)
                except WorkerLost:
                    self._worker = await start("echo")
                    raise
            case "actor":
                os.kill(os.getpid(), signal.SIGKILL)
                await asyncio.Event().wait()
            case "node":
                import ray

                library: Any = ray
                draft = self._folder / "node.draft"
                draft.write_text(library.get_runtime_context().get_node_id())
                draft.rename(self._folder / "node")
                await asyncio.Event().wait()
            case "wedge":
                time.sleep(600)  # noqa: ASYNC251 - the accident is that it blocks
            case _:
                pass

    def _accident(self, key: str) -> str:
        path = self._folder / key
        try:
            accident = path.read_text()
            path.unlink()
        except FileNotFoundError:
            return ""
        return accident


async def open_hand(config: RunConfig, policy: Policy | None = None) -> RunHand:
    """What an actor hosts."""
    assert policy is None
    return RunHand(Path(config.lineage), await start("echo"))


async def make_run(host: RayHost, folder: Path, accidents: Path, hands: int = 3) -> Run:
    """A start of the driver, to its end."""
    config = config_of(accidents)
    crew = RayCrew(host, config, hands, factory=FACTORY)
    try:
        with open_run(folder, config) as opened:
            run = Run(opened, SET, config, crew, clock=time.monotonic, rules=QUICK)
            await run.go(StartRecord("2026-01-01T00:00:00+00:00"))
            return run
    finally:
        await crew.close()


async def drive(address: str, folder: Path, accidents: Path) -> None:
    """A driver that connects to a cluster."""
    async with await RayHost.connect(address, patience=PATIENCE) as host:
        run = await make_run(host, folder, accidents)
    assert run.standing.complete


if __name__ == "__main__":
    asyncio.run(drive(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
