"""A toy in place of Lean: goals are words, and a table says what each tactic does to each of them.

Runs whole tactic scripts too, with bullets and `<;>`, so that a proof the search assembled can be run again as text and a wrong
layout shows. What a test wants to go wrong is written into the table (`Effect`) or queued for an operation (`Lean.accidents`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lean_env.errors import WorkerLost
from lean_env.messages import Advanced, Goal, Limit, Part, Refused, StepResult, TacticCall


@dataclass(slots=True)
class Effect:
    """What a tactic does to a goal.

    `leaves` these goals, in one part if `bundled`; or says `refuses` or runs into `limit`. Before that it moves the clock by
    `seconds`, loses its worker the next `kills` times, and waits for `gate`.
    """

    leaves: tuple[str, ...] = ()
    refuses: str = ""
    limit: str = ""
    bundled: bool = False
    seconds: float = 0.0
    kills: int = 0
    gate: asyncio.Event | None = None


@dataclass(slots=True)
class Clock:
    """Seconds that pass only when somebody says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


FOREVER = 10**9
Table = Mapping[str, Mapping[str, Effect | tuple[str, ...]]]


@dataclass(slots=True)
class Lean:
    """The table, and everything that sessions of it share.

    `accidents` by operation: what the next calls of it, in any session, raise (None = nothing). `refused` holds theorems whose
    proof the judge does not accept; `log` has each tactic that was run, as (goal, tactic); `calls` what was asked for.
    """

    table: Table
    clock: Clock = field(default_factory=Clock)
    accidents: dict[str, list[Exception | None]] = field(default_factory=dict[str, list[Exception | None]])
    refused: set[str] = field(default_factory=set[str])
    log: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: list[TacticCall] = field(default_factory=list[TacticCall])
    gates: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    def effect(self, goal: str, tactic: str) -> Effect:
        found = self.table.get(goal, {}).get(tactic)
        if found is None:
            return Effect(refuses=f"{tactic} does not apply to {goal}")
        return Effect(found) if isinstance(found, tuple) else found

    async def happen(self, operation: str) -> None:
        """What happens to an operation before it is done: it waits at its gate, and meets the accident that is next."""
        if operation in self.gates:
            await self.gates[operation].wait()
        queued = self.accidents.get(operation)
        accident = queued.pop(0) if queued else None
        if accident is not None:
            raise accident

    async def one(self, goal: str, tactic: str) -> Effect:
        """Run one tactic."""
        self.log.append((goal, tactic))
        effect = self.effect(goal, tactic)
        self.clock.now += effect.seconds
        if effect.kills:
            effect.kills -= 1
            raise WorkerLost(f"{tactic} kills")
        if effect.gate is not None:
            await effect.gate.wait()
        return effect

    async def script(self, goals: tuple[str, ...], text: str) -> tuple[tuple[str, ...], Effect | None]:
        """Run a tactic block on goals: what is left, and the effect that stopped it, if one did."""
        lines = text.split("\n")
        while lines:
            line = lines.pop(0)
            if not goals:
                return (), Effect(refuses="no goals")
            if line.startswith("· "):
                inner = [line[2:]]
                while lines and lines[0].startswith("  "):
                    inner.append(lines.pop(0)[2:])
                left, stopped = await self.script(goals[:1], "\n".join(inner))
                if stopped or left:
                    return left, stopped or Effect(refuses="unsolved goals")
                goals = goals[1:]
                continue
            first, *others = line.split(" <;> ")
            effect = await self.one(goals[0], first)
            if effect.refuses or effect.limit:
                return goals, effect
            made = effect.leaves
            for tactic in others:
                after: tuple[str, ...] = ()
                for goal in made:
                    effect = await self.one(goal, tactic)
                    if effect.refuses or effect.limit:
                        return goals, effect
                    after += effect.leaves
                made = after
            goals = made + goals[1:]
        return goals, None


def goal_of(text: str) -> Goal:
    return Goal(f"⊢ {text}")


def text_of(goal: Goal) -> str:
    return goal.text.removeprefix("⊢ ")


async def step(lean: Lean, goals: tuple[str, ...], call: TacticCall, new: Callable[[tuple[str, ...]], int]) -> StepResult:
    """What a worker answers; `new` makes a state of goals."""
    lean.calls.append(call)
    bundled = len(goals) > 1 or any(lean.effect(goal, call.text).bundled for goal in goals)
    left, stopped = await lean.script(goals, call.text)
    if stopped is not None and stopped.limit:
        return Limit("heartbeats", stopped.limit)
    if stopped is not None:
        return Refused(stopped.refuses)
    if not left:
        return Advanced((), new(()))
    pieces = [left] if bundled else [(goal,) for goal in left]
    return Advanced(tuple(Part(new(piece), tuple(map(goal_of, piece))) for piece in pieces))


def claim(signature: str) -> str:
    """The toy goal of a signature `theorem NAME : GOAL`."""
    found = re.fullmatch(r"theorem \S+ : (.+)", signature.strip())
    assert found is not None, signature
    return found[1]
