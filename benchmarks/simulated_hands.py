"""Hands that do nothing but let recorded time pass, so that a driver meets thousands of them on one machine.

Owns what a simulated attempt is like: how long it takes and what its records weigh come from a recording of a real run; whether its
hand is lost over it is drawn. A hand computes when it begins and ends each piece, as one with a clock of its own would: a driver
that is late makes it idle, and never makes its attempts longer. Everything is as repeatable as the event loop's clock.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from lean_env.errors import WorkerLost
from lean_env.statement import Statement
from prover.attempt import Effort, Outcome
from prover.crew import HandLost, Job, Result, Withdrawn
from prover.problem_reading import problem_record
from prover.problems import Problem
from prover.records import AttemptRecord, ProblemRecord, TreeRecord

RECORDING = Path(__file__).with_name("recorded_attempts.jsonl")
_TACTICS_PER_NODE = 3


class Recorded(msgspec.Struct, frozen=True):
    """An attempt of a real run: how long it took, what came of it, how long its proof was and how many nodes its tree had."""

    name: str
    seconds: float
    steps: int
    outcome: Outcome
    proof_bytes: int
    nodes: int


def recorded_attempts(path: Path = RECORDING) -> list[Recorded]:
    """The attempts of a recording, in order. Raises msgspec.DecodeError, OSError."""
    decoder = msgspec.json.Decoder(Recorded)
    return [decoder.decode(line) for line in path.read_bytes().splitlines()]


@dataclass(frozen=True, slots=True)
class Weather:
    """What the hands have to stand.

    speed         recorded times are divided by it
    latency_s     of a round trip between the driver and a hand
    loss_rate     share of tries over which the hand dies, somewhere on the way
    failure_rate  share of tries that fail, somewhere on the way, and leave the hand
    """

    speed: float = 1.0
    latency_s: float = 0.0
    loss_rate: float = 0.0
    failure_rate: float = 0.0


@dataclass(slots=True)
class Log:
    """What the hands did, one entry per try that was begun: columns, because there may be a million of them.

    `arrival`: its number in the order in which the driver sent them. `idle_s`: how long the hand had nothing to do before it.
    `first`: it was the hand's first. `done`: it ended well.
    """

    arrival: array[int] = field(default_factory=lambda: array("L"))
    problem: array[int] = field(default_factory=lambda: array("H"))
    hand: array[int] = field(default_factory=lambda: array("L"))
    began_s: array[float] = field(default_factory=lambda: array("d"))
    ended_s: array[float] = field(default_factory=lambda: array("d"))
    idle_s: array[float] = field(default_factory=lambda: array("d"))
    first: array[int] = field(default_factory=lambda: array("B"))
    done: array[int] = field(default_factory=lambda: array("B"))

    def in_order(self) -> list[int]:
        """The indices of the tries, as they were begun."""
        return sorted(range(len(self.began_s)), key=lambda index: (self.began_s[index], self.arrival[index]))


@dataclass(slots=True, eq=False)
class _Piece:
    """A job at a hand. `free_s`: when the hand has done what it got before."""

    job: Job
    what: _Template
    arrival: int
    first: bool
    free_s: float
    begins_s: float
    ends_s: float
    accident: str
    ended: asyncio.Future[Result]
    timer: asyncio.TimerHandle | None = None


class _Template:
    """What all simulated attempts that follow one recorded attempt share."""

    def __init__(self, recorded: Recorded, problem: int) -> None:
        self.recorded, self.problem = recorded, problem
        self.effort = Effort(seconds=recorded.seconds, steps=recorded.steps)
        self.proof = "x" * recorded.proof_bytes
        self.nodes = _nodes(recorded.nodes)

    def result(self, job: Job, worker: str) -> Result:
        record = AttemptRecord(
            key=job.key,
            name=job.name,
            attempt=job.attempt,
            seed=job.seed,
            statement_sha256=job.statement.digest,
            outcome=self.recorded.outcome,
            effort=self.effort,
            proof=self.proof,
            worker=worker,
        )
        return Result(record, TreeRecord(job.key, self.nodes))


class SimulatedHand:
    """One hand. Its pieces come one after the other, in order of arrival."""

    def __init__(self, number: int, crew: SimulatedCrew) -> None:
        self.name = f"simulated/{number}"
        self._number, self._crew = number, crew
        self._loop = asyncio.get_running_loop()
        self._free_s = self._loop.time()
        self._held: dict[str, _Piece] = {}
        self._began = 0
        self._dead = False

    async def read(self, problem: Problem) -> ProblemRecord:
        """Takes a round trip and no time."""
        await self._travel(1.0)
        return problem_record(problem, statement=Statement(problem.name, f"theorem {problem.name} : True", "", "True"))

    async def attempt(self, job: Job) -> Result:
        """Let the time of an attempt pass, or of the part of it up to an accident. Raises WorkerLost, HandLost, Withdrawn."""
        self._require_life()
        crew, half_s = self._crew, self._crew.weather.latency_s / 2
        what, seconds, accident = crew.fate(job)
        crew.sent += 1
        free_s, self._began = self._free_s, self._began + 1
        begins_s = max(self._loop.time() + half_s, free_s)
        ends_s = self._free_s = begins_s + seconds
        piece = _Piece(job, what, crew.sent, self._began == 1, free_s, begins_s, ends_s, accident, self._loop.create_future())
        self._held[job.key] = piece
        piece.timer = self._loop.call_at(ends_s + half_s, self._end, piece)
        return await piece.ended

    async def withdraw(self, key: str) -> bool:
        """Take back a piece that was not begun when the message arrives. Raises HandLost."""
        await self._travel(0.5)
        piece = self._held.get(key)
        is_ours = piece is not None and piece.begins_s > self._loop.time()
        if piece is not None and is_ours:
            assert next(reversed(self._held)) == key, "a piece behind this one would have to move up"
            self._free_s = piece.free_s
            self._drop(piece, Withdrawn(key))
        await self._travel(0.5)
        return is_ours

    async def check_alive(self) -> None:
        """Takes a round trip. Raises HandLost."""
        await self._travel(1.0)

    async def close(self) -> None:
        """Forget everything."""
        self._dead = True
        for piece in list(self._held.values()):
            self._drop(piece, HandLost(f"{self.name} was closed"))

    async def _travel(self, round_trips: float) -> None:
        self._require_life()
        await asyncio.sleep(round_trips * self._crew.weather.latency_s)
        self._require_life()

    def _require_life(self) -> None:
        if self._dead:
            raise HandLost(f"{self.name} is dead")

    def _end(self, piece: _Piece) -> None:
        self._crew.note(self._number, piece)
        if piece.accident == "dies":
            self._dead = True
            for held in list(self._held.values()):
                self._drop(held, HandLost(f"{self.name} died"))
        elif piece.accident == "fails":
            self._drop(piece, WorkerLost("a simulated failure"))
        else:
            del self._held[piece.job.key]
            if not piece.ended.done():  # else whoever waited for it was cancelled
                piece.ended.set_result(piece.what.result(piece.job, self.name))

    def _drop(self, piece: _Piece, why: Exception) -> None:
        del self._held[piece.job.key]
        if piece.timer is not None:
            piece.timer.cancel()
        if not piece.ended.done():
            piece.ended.set_exception(why)


class SimulatedCrew:
    """Hires simulated hands. `log` says what they did; `gate` holds every `hire` up until it is set."""

    def __init__(self, recording: Sequence[Recorded], size: int, ahead: int, weather: Weather, *, seed: int = 0) -> None:
        """`ahead` is 0 or 1: with more, a piece that is taken back would have others behind it."""
        if ahead not in (0, 1):
            raise ValueError(f"ahead is 0 or 1, not {ahead}")
        self.size, self.ahead, self.weather = size, ahead, weather
        self.names = sorted({each.name for each in recording})
        self.log = Log()
        self.gate = asyncio.Event()
        self.gate.set()
        self.hired = self.sent = 0
        self._rng = random.Random(seed)
        self._templates: dict[str, list[_Template]] = defaultdict(list)
        for each in recording:
            self._templates[each.name].append(_Template(each, self.names.index(each.name)))

    async def hire(self) -> SimulatedHand:
        """A hand, after a round trip."""
        await self.gate.wait()
        await asyncio.sleep(self.weather.latency_s)
        self.hired += 1
        return SimulatedHand(self.hired, self)

    async def close(self) -> None:
        """There is nothing left."""

    def fate(self, job: Job) -> tuple[_Template, float, str]:
        """What the next try at a job follows, how long it takes (s), and what happens to it ("", "fails", "dies")."""
        what, weather, draw = self._rng.choice(self._templates[job.name]), self.weather, self._rng.random()
        seconds = what.recorded.seconds / weather.speed
        if draw >= weather.loss_rate + weather.failure_rate:
            return what, seconds, ""
        return what, seconds * self._rng.random(), "dies" if draw < weather.loss_rate else "fails"

    def note(self, hand: int, piece: _Piece) -> None:
        """A piece ended at a hand."""
        log = self.log
        log.arrival.append(piece.arrival)
        log.problem.append(piece.what.problem)
        log.hand.append(hand)
        log.began_s.append(piece.begins_s)
        log.ended_s.append(piece.ends_s)
        log.idle_s.append(piece.begins_s - piece.free_s)
        log.first.append(piece.first)
        log.done.append(not piece.accident)


def _nodes(count: int) -> list[dict[str, Any]]:
    """A tree of so many nodes that is as long on paper as a real one."""
    edge: dict[str, Any] = {"tactic": "simp_all; omega", "logprob": -1.0, "status": "failed", "children": [], "message": "m" * 100}
    node: dict[str, Any] = {
        "goals": ["g" * 150],
        "status": "open",
        "depth": 1,
        "priority": -1.0,
        "edges": [edge] * _TACTICS_PER_NODE,
    }
    return [{"id": number, **node} for number in range(count)]
