"""Who makes the attempts of a run: hands, each with one Lean worker, on this machine or on others.

Owns the contract between the driver (`dispatch.py`) and the places where attempts run. Everything in a `Job` and in a `Result`
crosses machines. A hand makes one attempt at a time; whatever it raises from `EnvError` says nothing about the theorem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lean_env.errors import EnvError
from lean_env.statement import Statement
from prover.problems.problem import Problem
from prover.records import AttemptRecord, ProblemRecord, TreeRecord


class HandLost(EnvError):
    """The hand is gone with whatever it was doing (its process, its machine, the connection): hire another one."""


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt to make.

    `attempt` counts from 1; `seed` is of whatever is random in it. `control` names the control policy that makes it, with a budget
    of its own, in place of the run's method. `informal` is the problem in words.
    """

    key: str
    name: str
    attempt: int
    seed: int
    statement: Statement
    control: str = ""
    informal: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job; the tree only if trees are kept."""

    record: AttemptRecord
    tree: TreeRecord | None = None


class Withdrawn(Exception):
    """The job was taken back before the hand began it."""


class Hand(Protocol):
    """One Lean worker with all that an attempt needs around it."""

    @property
    def name(self) -> str:
        """Machine and process, for people and records."""
        ...

    async def read(self, problem: Problem) -> ProblemRecord:
        """Let Lean read a problem. Raises EnvError; HandLost if this hand can do nothing more."""
        ...

    async def attempt(self, job: Job) -> Result:
        """Make one attempt; a second call waits for the first to end. Raises EnvError, HandLost, Withdrawn."""
        ...

    async def withdraw(self, key: str) -> bool:
        """Take back a job that waits; whether it could be (its `attempt` then raises Withdrawn). Raises HandLost."""
        ...

    async def check_alive(self) -> None:
        """Return soon, or raise HandLost."""
        ...

    async def close(self) -> None:
        """End the hand and its worker, whatever they are doing. Idempotent, never raises."""
        ...


class Crew(Protocol):
    """Hires hands."""

    @property
    def size(self) -> int:
        """How many hands may exist at once."""
        ...

    @property
    def ahead(self) -> int:
        """How many jobs a hand may hold beside the one it works on, so that it never waits for the driver."""
        ...

    async def hire(self) -> Hand:
        """A new hand, ready to work. Raises EnvError (ToolchainMissing and SetupFailed: no use to ask again)."""
        ...

    async def close(self) -> None:
        """End what is left. Idempotent, never raises."""
        ...
