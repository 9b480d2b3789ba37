"""A table of word problems, each solved by several samples that vote, with a record of every one on the disk.

Owns the order of the work: the first sample of each problem before the second of any; a problem whose samples are all there is
settled (vote, statement, proof) before more are drawn. Promises that a run which was interrupted goes on where it was: what has a
record is never made again. Never looks into a solution.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from prover.formalize.candidate import WordProblem
from prover.records import RecordFile, StartRecord
from prover.run_folder import ANSWERS, RECORDS, reserved
from prover.solve.config import SolveConfig
from prover.solve.records import AnswerRecord, SampleRecord, sample_key
from prover.together import together


class SolveDesk(Protocol):
    """Who draws solutions, and settles what they come to."""

    async def sample(self, problem: WordProblem, number: int) -> SampleRecord:
        """One solution. Raises ModelFailed, EnvError."""
        ...

    async def settle(self, problem: WordProblem, samples: Sequence[SampleRecord]) -> AnswerRecord:
        """The vote among all samples of a problem, and the proof of its answer. Raises EnvError."""
        ...


@dataclass(frozen=True, slots=True)
class SolveFolder:
    """An open folder. What the files held when they were opened is in their `records`."""

    path: Path
    samples: RecordFile[SampleRecord | StartRecord]
    answers: RecordFile[AnswerRecord]


@contextmanager
def open_solve_run(path: Path, config: SolveConfig) -> Generator[SolveFolder]:
    """Begin a run, or go on with it. Raises what `run_folder.reserved` does, and BrokenRecords."""
    with reserved(path, config, SolveConfig), ExitStack() as stack:
        yield SolveFolder(
            path,
            stack.enter_context(RecordFile[SampleRecord | StartRecord](path / RECORDS, SampleRecord | StartRecord)),
            stack.enter_context(RecordFile[AnswerRecord](path / ANSWERS, AnswerRecord)),
        )


@dataclass(slots=True)
class Tallies:
    """How far a run is, for progress: problems, samples `due` and `drawn`, problems `settled`, of these `right` and `proved`."""

    problems: int
    due: int
    drawn: int = 0
    settled: int = 0
    right: int = 0
    proved: int = 0

    def count(self, record: AnswerRecord) -> None:
        """A problem was settled."""
        self.settled += 1
        self.right += record.matches == "yes"
        self.proved += record.is_proved

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to do."""
        return self.settled == self.problems


@dataclass(slots=True)
class _Pending:
    """A problem that is not settled: the samples that are there, and how many were begun."""

    problem: WordProblem
    samples: dict[int, SampleRecord] = field(default_factory=dict[int, SampleRecord])


class SolveRun:
    """One run on its way. `tallies` may be read at any time."""

    def __init__(self, folder: SolveFolder, problems: Sequence[WordProblem], config: SolveConfig, at_once: int) -> None:
        """`at_once`: pieces of work under way at the same time (>= 1)."""
        self._folder, self._config, self._at_once = folder, config, at_once
        settled = {each.name: each for each in folder.answers.records if each.samples == config.attempts}
        self._pending = {each.name: _Pending(each) for each in problems if each.name not in settled}
        self.tallies = Tallies(len(problems), len(problems) * config.attempts)
        for record in settled.values():
            self.tallies.count(record)
            self.tallies.drawn += record.samples
        for record in folder.samples.records:
            if isinstance(record, SampleRecord) and record.name in self._pending and record.sample <= config.attempts:
                self._pending[record.name].samples[record.sample] = record
                self.tallies.drawn += 1
        self._due = deque(
            (pending, number)
            for number in range(1, config.attempts + 1)
            for pending in self._pending.values()
            if number not in pending.samples
        )
        self._whole = deque(each for each in self._pending.values() if len(each.samples) == config.attempts)
        self._draining = False

    def drain(self) -> None:
        """Begin nothing more; `go` returns when what was begun has ended."""
        self._draining = True

    async def go(self, desk: SolveDesk, start: StartRecord, *, watch: Callable[[], None] = lambda: None) -> None:
        """Do all that has no record yet. `watch` is called whenever something ended.

        Raises ModelFailed, EnvError, OSError; what had ended by then is recorded. Cancelled, it loses what is in flight alone.
        """
        if not (self._due or self._whole):
            return
        self._folder.samples.append([start])
        await together(self._work(desk, watch) for _ in range(self._at_once))

    async def _work(self, desk: SolveDesk, watch: Callable[[], None]) -> None:
        while not self._draining and (self._due or self._whole):
            if self._whole:
                await self._settle(self._whole.popleft(), desk)
            else:
                pending, number = self._due.popleft()
                record = await desk.sample(pending.problem, number)
                assert record.key == sample_key(pending.problem.name, number)  # records are found again by it
                await asyncio.to_thread(self._folder.samples.append, [record])
                pending.samples[number] = record
                self.tallies.drawn += 1
                if len(pending.samples) == self._config.attempts:
                    self._whole.append(pending)
            watch()

    async def _settle(self, pending: _Pending, desk: SolveDesk) -> None:
        samples = [pending.samples[number] for number in sorted(pending.samples)]
        record = await desk.settle(pending.problem, samples)
        await asyncio.to_thread(self._folder.answers.append, [record])
        self.tallies.count(record)
