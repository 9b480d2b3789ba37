"""Hands on this machine: each searches with one Lean worker; proofs are judged by clean workers that the hands share.

Owns how a job becomes an `Attempt`, and an attempt a record. All hands of a process share its event loop, so a process is good for
a few of them; a cluster's actors (`ray_crew.py`) hold one such hand each.
"""

from __future__ import annotations

import asyncio
import math
import os
import platform
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

from lean_env.checker import Checker
from lean_env.embedded.engine import Engine
from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted
from lean_env.pool import SessionPool
from prover.attempt import Attempt, Effort, Outcome
from prover.config import ProveConfig
from prover.crew import Job, Result, Withdrawn
from prover.lane import Side, StatementRefused
from prover.methods import Method, TreeSearch, opened_method
from prover.policies import make_policy
from prover.policy import Policy
from prover.problem_reading import read_problem
from prover.problems import Problem
from prover.records import AttemptRecord, Cause, ProblemRecord, TreeRecord
from prover.run_config import RunConfig
from prover.search_page import tree_nodes
from search.budget import Budget
from search.config import SearchConfig

OPEN_GOALS = 3  # kept in a record
CONTROL = ProveConfig(Budget(expansions=2), SearchConfig(width=96), workers=1, negation_share=0)  # of the no-op and sorry policies
HANDS_PER_JUDGE = 8  # a check takes a hundredth of what a search does

Start = Callable[[], Awaitable[EmbeddedSession]]


class LocalHand:
    """One Lean worker that searches. One job at a time, in order of arrival."""

    def __init__(
        self, name: str, config: RunConfig, pool: SessionPool, clean: SessionPool, method: Method, owned: AsyncExitStack
    ) -> None:
        """`pool` is this hand's own, of one worker; `clean` and `method` may be shared. What is `owned` ends with the hand."""
        self.name = name
        self._config, self._pool, self._method = config, pool, method
        self._checker = Checker(pool, clean)
        self._owned = owned
        self._turn = asyncio.Lock()
        self._waiting: set[str] = set()

    async def warm(self) -> None:
        """Start the worker now. Raises EnvError."""
        async with self._pool.lease():
            pass

    async def read(self, problem: Problem) -> ProblemRecord:
        """Let Lean read a problem. Raises EnvError."""
        async with self._turn, self._pool.lease() as session:
            return await read_problem(session, problem)

    async def attempt(self, job: Job) -> Result:
        """Make one attempt. Raises EnvError, and Withdrawn when its turn comes and it was taken back."""
        self._waiting.add(job.key)
        try:
            async with self._turn:
                if job.key not in self._waiting:
                    raise Withdrawn(job.key)
                self._waiting.remove(job.key)
                return await self._attempt(job)
        finally:
            self._waiting.discard(job.key)

    async def withdraw(self, key: str) -> bool:
        """Take back a job that has not begun; whether it could be."""
        if key not in self._waiting:
            return False
        self._waiting.remove(key)
        return True

    async def check_alive(self) -> None:
        """Nothing to ask: this process is alive, and each call to the worker has a deadline of its own."""

    async def close(self) -> None:
        """End the worker."""
        await self._owned.aclose()

    async def _attempt(self, job: Job) -> Result:
        begun = datetime.now(UTC)
        method, config = self._method_of(job)
        sides: list[Side] = []
        try:
            attempt = await method.attempt(
                job.statement,
                pool=self._pool,
                checker=self._checker,
                config=config,
                clock=time.monotonic,
                informal=job.informal,
                observe=sides.extend,
            )
        except StatementRefused as refusal:
            attempt = Attempt(job.statement, Outcome.NOT_RUN, Effort(), reason=str(refusal))
        record = _record(job, attempt, begun=begun.isoformat(timespec="seconds"), worker=self.name)
        return Result(record, self._tree(job, attempt, sides))

    def _method_of(self, job: Job) -> tuple[Method, ProveConfig]:
        if job.control:
            return TreeSearch(make_policy(job.control)), CONTROL
        return self._method, replace(self._config.prove, seed=job.seed)

    def _tree(self, job: Job, attempt: Attempt, sides: list[Side]) -> TreeRecord | None:
        if job.control or not (self._config.tree_nodes and sides):
            return None
        nodes, left_out = tree_nodes(attempt, sides, self._config.tree_nodes)
        return TreeRecord(job.key, nodes, left_out)


class LocalCrew:
    """Hands in this process."""

    ahead = 0  # the driver is in the same event loop: a hand never waits for it

    def __init__(self, engine: Engine, config: RunConfig, size: int, *, method: Method | None = None) -> None:
        """Nothing starts before the first `hire`. All hands share `method`; without one, the config's policy, without a model."""
        self.size = size
        self._config, self._method = config, method or TreeSearch(make_policy(config.policy), config.temperature)
        self._start = _starter(engine)
        self._clean = SessionPool(self._start, math.ceil(size / HANDS_PER_JUDGE))
        self._hired = 0

    async def hire(self) -> LocalHand:
        """A hand whose worker is up. Raises EnvError."""
        self._hired += 1
        return await _hand(f"{_process()}/{self._hired}", self._config, self._start, self._clean, self._method, AsyncExitStack())

    async def close(self) -> None:
        """End the clean workers; each hand ends its own."""
        await self._clean.close()


async def open_hand(config: RunConfig, policy: Policy | None = None) -> LocalHand:
    """A hand that stands alone, as in an actor of a cluster: with a judge and a method of its own, which it ends.

    `policy` takes the place of the config's. Sets the engine up if need be. Raises EnvError.
    """
    start = _starter(await asyncio.to_thread(ensure_engine))
    clean = SessionPool(start, 1)
    owned = AsyncExitStack()
    owned.push_async_callback(clean.close)
    try:
        method = await owned.enter_async_context(opened_method(config.method, config.prove, policy=policy))
    except BaseException:
        await owned.aclose()
        raise
    return await _hand(_process(), config, start, clean, method, owned)


async def _hand(name: str, config: RunConfig, start: Start, clean: SessionPool, method: Method, owned: AsyncExitStack) -> LocalHand:
    """A hand that owns these things and its worker; if the worker does not come up, they are ended."""
    pool = SessionPool(start, 1)
    owned.push_async_callback(pool.close)
    hand = LocalHand(name, config, pool, clean, method, owned)
    try:
        await hand.warm()
    except BaseException:
        await hand.close()
        raise
    return hand


def _process() -> str:
    return f"{platform.node()}:{os.getpid()}"


def _starter(engine: Engine) -> Start:
    async def start() -> EmbeddedSession:
        return await EmbeddedSession.start(engine)

    return start


def _record(job: Job, attempt: Attempt, *, begun: str, worker: str) -> AttemptRecord:
    verdict = attempt.verdict
    accepted = verdict.result if verdict and isinstance(verdict.result, Accepted) else None
    return AttemptRecord(
        key=job.key,
        name=job.name,
        attempt=job.attempt,
        seed=job.seed,
        statement_sha256=job.statement.digest,
        outcome=attempt.outcome,
        effort=attempt.effort,
        tier=verdict.tier.value if verdict else "",
        reason=attempt.reason,
        cause=Cause.REFUSED if attempt.outcome is Outcome.NOT_RUN else "",
        proof=attempt.proof,
        script=attempt.script,
        axioms=accepted.axioms if accepted else (),
        export_sha256=verdict.export_digest if verdict and accepted else "",
        open_goals=attempt.open_goals[:OPEN_GOALS],
        control=job.control,
        begun=begun,
        worker=worker,
    )
