"""A whole `Session` over the toy Lean, and the pools and policies that tests of the prover need."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lean_env.checker import Checker
from lean_env.embedded.session import LEMMA_ENV
from lean_env.errors import WorkerLost
from lean_env.messages import (
    Accepted,
    Advanced,
    Exported,
    LibraryPage,
    Message,
    NotElaborated,
    Opened,
    Outline,
    Part,
    Position,
    Ran,
    Refused,
    Rejected,
    Stats,
    StepResult,
    TacticCall,
)
from lean_env.pool import SessionPool
from lean_env.session import ROOT_ENV, Session
from prover.policy import Candidate, Situation
from tests.fakes.scripted_lean import Lean, claim, goal_of, step, text_of

NOT_ELABORATED = NotElaborated("elaborate", (Message("error", "Unknown identifier `foo`", Position(1, 12), Position(1, 15)),))


class ScriptedSession:
    """One worker of the toy Lean. Dies of a `WorkerLost`; knows which handles are alive."""

    def __init__(self, lean: Lean) -> None:
        self.lean = lean
        self.dead = False
        self.states: dict[int, tuple[str, ...]] = {}
        self.envs: dict[int, str] = {ROOT_ENV: "", LEMMA_ENV: ""}
        self.requests = 0
        self.most_states = 0
        self._made = LEMMA_ENV

    @property
    def alive(self) -> bool:
        return not self.dead

    async def _begin(self, operation: str) -> None:
        self.requests += 1
        if self.dead:
            raise WorkerLost("the worker is gone")
        await asyncio.sleep(0)
        try:
            await self.lean.happen(operation)
        except WorkerLost:
            self.dead = True
            raise
        except asyncio.CancelledError:  # as with a real worker, which is killed when a request is given up
            self.dead = True
            raise

    def _state(self, goals: tuple[str, ...]) -> int:
        self._made += 1
        self.states[self._made] = goals
        self.most_states = max(self.most_states, len(self.states))
        return self._made

    async def run(
        self,
        source: str,
        env: int = ROOT_ENV,
        *,
        soft_ms: int = 0,  # noqa: ARG002 - the protocol's
        inert: bool = False,  # noqa: ARG002 - the protocol's
    ) -> Ran:
        await self._begin("run")
        if "broken" in source:
            return Ran(env, NOT_ELABORATED.messages)
        self._made += 1
        self.envs[self._made] = source
        return Ran(self._made, ())

    async def open(self, signature: str, env: int = ROOT_ENV) -> Opened | NotElaborated:
        await self._begin("open_negation" if "_negation" in signature else "open")
        assert env in self.envs
        goal = claim(signature)
        if "foo" in goal:
            return NOT_ELABORATED
        return Opened(signature.split()[1], Part(self._state((goal,)), (goal_of(goal),)))

    async def step(self, state: int, tactics: Sequence[TacticCall], *, until_closed: bool = False) -> list[StepResult]:
        await self._begin("step")
        assert state in self.states, "a state that was freed or never made"
        results: list[StepResult] = []
        try:
            for call in tactics:
                results.append(await step(self.lean, self.states[state], call, self._state))
                if until_closed and isinstance(results[-1], Advanced) and not results[-1].parts:
                    break
        except (WorkerLost, asyncio.CancelledError):
            self.dead = True
            raise
        return results

    async def finish(self, state: int) -> Exported | Refused:
        await self._begin("finish")
        return Refused("unsolved goals") if self.states[state] else Exported("proof")

    async def outline(self, source: str, env: int = ROOT_ENV) -> Outline:  # noqa: ARG002 - the protocol's
        await self._begin("outline")
        return Outline((), ())

    async def export(self, signature: str, env: int, scope: int = ROOT_ENV) -> Exported | Refused | NotElaborated:
        await self._begin("export")
        assert scope in self.envs
        left = await self._run_proof(signature, self.envs[env])
        return Exported(self.envs[env]) if left is None else Refused(left)

    async def judge(
        self,
        signature: str,
        text: str,
        env: int = ROOT_ENV,
        *,
        inert: bool = False,  # noqa: ARG002 - the protocol's
    ) -> Accepted | Rejected | NotElaborated:
        await self._begin("judge")
        assert env in self.envs
        name = signature.split()[1]
        if name in self.lean.refused:
            return Rejected("kernel", "the kernel does not like it")
        left = await self._run_proof(signature, text)
        return Accepted(name, (), 1) if left is None else Rejected("kernel", left)

    async def _run_proof(self, signature: str, text: str) -> str | None:
        """Why the text does not prove the signature, None if it does."""
        head = f"{signature} := by\n"
        if head not in text:
            return f"{signature} is not there"
        block = text[text.index(head) + len(head) :].rstrip("\n").split("\n")
        log, now = list(self.lean.log), self.lean.clock.now
        left, stopped = await self.lean.script((claim(signature),), "\n".join(line[2:] for line in block))
        self.lean.log[:], self.lean.clock.now = log, now
        return stopped.refuses if stopped is not None else "unsolved goals" if left else None

    async def theorems(self, offset: int = 0, count: int = 1000) -> LibraryPage:  # noqa: ARG002 - the protocol's
        return LibraryPage((), None)

    async def free(self, states: Sequence[int] = (), envs: Sequence[int] = ()) -> None:
        await self._begin("free")
        for state in states:
            self.states.pop(state, None)
        for env in envs:
            if env > LEMMA_ENV:
                self.envs.pop(env, None)

    async def stats(self) -> Stats:
        await self._begin("stats")
        return Stats(100.0, 100.0, len(self.states), len(self.envs), self.requests)

    async def close(self) -> None:
        self.dead = True


@dataclass(slots=True)
class Shop:
    """Pools over the toy Lean, and the checker that uses them."""

    lean: Lean
    workers: int = 1
    sessions: list[ScriptedSession] = field(default_factory=list[ScriptedSession])
    clean_sessions: list[ScriptedSession] = field(default_factory=list[ScriptedSession])
    pool: SessionPool = field(init=False)
    clean: SessionPool = field(init=False)
    checker: Checker = field(init=False)

    def __post_init__(self) -> None:
        self.pool = SessionPool(self._start, self.workers)
        self.clean = SessionPool(self._start_clean, 1)
        self.checker = Checker(self.pool, self.clean)

    async def _start(self) -> Session:
        await self.lean.happen("start")
        self.sessions.append(ScriptedSession(self.lean))
        return self.sessions[-1]

    async def _start_clean(self) -> Session:
        self.clean_sessions.append(ScriptedSession(self.lean))
        return self.clean_sessions[-1]

    def lent(self) -> int:
        """Workers on loan; the pools have no such number, and need none."""
        return self.workers - self.pool._places._value + 1 - self.clean._places._value  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def handles(self) -> int:
        """States and environments that somebody forgot to free in living sessions."""
        alive = [session for session in self.sessions + self.clean_sessions if session.alive]
        return sum(len(session.states) + len(session.envs) - 2 for session in alive)


class ScriptedPolicy:
    """Proposes for a goal what the table of tactics says, in that order; remembers what it was asked.

    An `Event` under `gates` holds a goal's suggestions back, an exception under `raises` replaces them.
    """

    def __init__(self, tactics: Mapping[str, Sequence[str | Candidate]], default: Sequence[str] = ()) -> None:
        self.tactics = tactics
        self.default = default
        self.asked: list[str] = []
        self.situations: list[Situation] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.raises: dict[str, Exception] = {}

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        self.situations.extend(situations)
        return [await self._for(text_of(each.goal), count) for each in situations]

    async def _for(self, goal: str, count: int) -> list[Candidate]:
        self.asked.append(goal)
        if goal in self.gates:
            await self.gates[goal].wait()
        if goal in self.raises:
            raise self.raises[goal]
        listed = self.tactics.get(goal, self.default)[:count]
        return [each if isinstance(each, Candidate) else Candidate(each, -1.0 - rank) for rank, each in enumerate(listed)]


def of_table(lean: Lean) -> ScriptedPolicy:
    """The policy that proposes what the table has for each goal."""
    return ScriptedPolicy({goal: list(tactics) for goal, tactics in lean.table.items()})
