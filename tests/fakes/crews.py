"""A crew whose hands do what a test says: work, fail, die, fall silent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lean_env.errors import EnvError, WorkerLost
from lean_env.statement import Statement
from prover.attempt import Effort, Outcome
from prover.crew import HandLost, Job, Result, Withdrawn
from prover.problem_reading import problem_record
from prover.problems import Problem
from prover.records import AttemptRecord, ProblemRecord, TreeRecord

# What happens to the next try at a key.
FAILS, DIES, HANGS = "fails", "dies", "hangs"


@dataclass(slots=True)
class Script:
    """What the hands of a crew share.

    `accidents` by key: what happens to its tries, in order; after the last one they succeed. `silent`: numbers of hands that no
    longer answer. `gates` by key: the work waits until the event is set. `log` has (hand, key) as work begins.
    """

    accidents: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    gates: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    silent: set[int] = field(default_factory=set[int])
    hires_fail: int = 0
    log: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    running: Counter[int] = field(default_factory=Counter[int])
    most_held: int = 0
    open_hands: int = 0
    hired: int = 0
    outcome: Callable[[Job], Outcome] = lambda _: Outcome.EXHAUSTED
    causes: dict[str, str] = field(default_factory=dict[str, str])  # by problem: why it cannot be attempted

    def begun(self) -> list[str]:
        """Keys of the work that was begun, in order."""
        return [key for _, key in self.log]


class ScriptedHand:
    """One hand. Attempts run one at a time, in order of arrival."""

    def __init__(self, number: int, script: Script) -> None:
        self.name = f"hand {number}"
        self._number, self._script = number, script
        self._turn = asyncio.Lock()
        self._waiting: set[str] = set()
        self._held = 0
        self._dead = asyncio.Event()
        script.open_hands += 1

    async def read(self, problem: Problem) -> ProblemRecord:
        await self._work(f"read:{problem.name}")
        cause = self._script.causes.get(problem.name, "")
        if cause:
            return problem_record(problem, cause=cause, reason=f"{problem.name} has the cause {cause}")
        return problem_record(problem, statement=Statement(problem.name, f"theorem {problem.name} : True", "", "True"))

    async def attempt(self, job: Job) -> Result:
        await self._work(job.key)
        record = AttemptRecord(
            key=job.key,
            name=job.name,
            attempt=job.attempt,
            seed=job.seed,
            statement_sha256=job.statement.digest,
            outcome=self._script.outcome(job),
            effort=Effort(seconds=1.0, steps=job.seed % 100),
            control=job.control,
            worker=self.name,
        )
        return Result(record, None if job.control else TreeRecord(job.key, []))

    async def withdraw(self, key: str) -> bool:
        await self._alive(asyncio.sleep(0))
        if key not in self._waiting:
            return False
        self._waiting.remove(key)
        return True

    async def check_alive(self) -> None:
        if self._number in self._script.silent:
            await asyncio.Event().wait()
        await self._alive(asyncio.sleep(0))

    async def close(self) -> None:
        if not self._dead.is_set():
            self._dead.set()
        if self.name:
            self._script.open_hands -= 1
            self.name = ""

    async def _work(self, key: str) -> None:
        self._waiting.add(key)
        self._held += 1
        self._script.most_held = max(self._script.most_held, self._held)
        try:
            await self._alive(self._in_turn(key))
        finally:
            self._held -= 1
            self._waiting.discard(key)

    async def _in_turn(self, key: str) -> None:
        async with self._turn:
            if key not in self._waiting:
                raise Withdrawn(key)
            self._waiting.remove(key)
            script = self._script
            script.log.append((self._number, key))
            script.running[self._number] += 1
            assert script.running[self._number] == 1
            try:
                await self._happen(key)
            finally:
                script.running[self._number] -= 1

    async def _happen(self, key: str) -> None:
        script = self._script
        if key in script.gates:
            await script.gates[key].wait()
        await asyncio.sleep(0)
        accidents = script.accidents.get(key, [])
        match accidents.pop(0) if accidents else "":
            case "fails":
                raise WorkerLost(f"{key} fails")
            case "dies":
                self._dead.set()
                raise HandLost(f"{key} kills")
            case "hangs":
                await asyncio.Event().wait()
            case _:
                pass

    async def _alive(self, awaited: object) -> None:
        """Await something, unless the hand dies first."""
        assert asyncio.iscoroutine(awaited)
        task, death = asyncio.ensure_future(awaited), asyncio.ensure_future(self._dead.wait())
        try:
            await asyncio.wait((task, death), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise HandLost("the hand is dead")
            task.result()
        finally:
            for each in (task, death):
                each.cancel()
            await asyncio.gather(task, death, return_exceptions=True)


@dataclass(slots=True)
class ScriptedCrew:
    """Hires scripted hands."""

    script: Script
    size: int = 2
    ahead: int = 0

    async def hire(self) -> ScriptedHand:
        await asyncio.sleep(0)
        if self.script.hires_fail:
            self.script.hires_fail -= 1
            raise EnvError("no hand can be had")
        self.script.hired += 1
        return ScriptedHand(self.script.hired, self.script)

    async def close(self) -> None:
        assert self.script.open_hands == 0


def problems(names: Iterable[str]) -> tuple[Problem, ...]:
    """Problems of these names."""
    return tuple(Problem(name, f"theorem {name} : True := by", category="toy") for name in names)
