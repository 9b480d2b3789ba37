"""A run: every problem of a set attempted so many times by a crew, with a record of each on the disk.

Owns what is to be done and what was done. Promises that a run which was interrupted, however rudely, goes on where it was: attempts
with a record are never made again, those without one are made anew with the same seed and the same budget, and what comes out is
what would have come out. Never looks into a search; who does the work is `dispatch.py`'s.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from prover.attempt import Effort, Outcome
from prover.crew import Crew, Hand, Job, Result
from prover.dispatch import Dispatch, Done, GivenUp, Muster, Rules, Work
from prover.problem_reading import problem_record
from prover.problems import Problem, ProblemSet
from prover.record_writer import RecordWriter
from prover.records import AttemptRecord, Cause, ProblemRecord, StartRecord
from prover.run_config import RunConfig, attempt_seed
from prover.run_folder import RunFolder

CONTROLS = ("noop", "sorry")  # policies that must not prove anything
LEFT_OUT_OF_CORE = (Cause.MATHLIB, Cause.RATIONALS)
OUR_BREAKAGE = (Cause.MACHINERY, Cause.QUARANTINED)
MANY_HANDS = 100
SELDOM = (100_000, 50, 100)  # thresholds of the garbage collector

Product = ProblemRecord | Result


@dataclass(slots=True)
class Standing:
    """How far a run is, for progress.

    Problems: how many there are, are still to be read by Lean, have an attempt that ended (`attempted`), have a proof (`solved`).
    Attempts: `due` in all, `made` so far, `made_before` this start of the driver, and `not_run`. Controls: `controls_due` are still
    to be made, and `controls_proved` should be 0.
    """

    problems: int
    to_read: int
    due: int = 0
    made: int = 0
    made_before: int = 0
    not_run: int = 0
    attempted: set[str] = field(default_factory=set[str])
    solved: set[str] = field(default_factory=set[str])
    controls_due: int = 0
    controls_proved: int = 0

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to do."""
        return self.to_read == 0 and self.made >= self.due and self.controls_due <= 0

    def count(self, record: AttemptRecord) -> None:
        """An attempt ended."""
        proved = record.outcome is Outcome.PROVED
        if record.control:
            self.controls_due -= 1
            self.controls_proved += proved
            return
        self.made += 1
        self.attempted.add(record.name)
        self.not_run += record.outcome is Outcome.NOT_RUN
        if proved:
            self.solved.add(record.name)


class Run:
    """One run on its way. `standing` and `muster` may be read at any time."""

    def __init__(
        self,
        folder: RunFolder,
        problems: ProblemSet,
        config: RunConfig,
        crew: Crew,
        *,
        clock: Callable[[], float],
        controls: Sequence[str] = CONTROLS,
        retry_not_run: bool = False,
        rules: Rules | None = None,
    ) -> None:
        """`retry_not_run`: what our machinery lost in an earlier start is tried again. `clock` gives seconds."""
        self._folder, self._config, self._controls = folder, config, ("", *controls)
        self._problems = {problem.name: problem for problem in problems.problems}

        def is_kept(record: ProblemRecord | AttemptRecord) -> bool:
            return not (retry_not_run and record.cause in OUR_BREAKAGE)

        self._read = {record.name: record for record in folder.problems.records if is_kept(record)}
        records = [*folder.controls.records, *(each for each in folder.records.records if isinstance(each, AttemptRecord))]
        self._made = {record.key: record for record in records if is_kept(record)}
        self._jobs: dict[str, Job] = {}
        self._writer = RecordWriter(folder)
        self._dispatch = Dispatch[Product](crew, rules or Rules(), self._ended, clock=clock)
        self._many_hands = crew.size >= MANY_HANDS
        self.standing = Standing(len(self._problems), len(self._problems.keys() - self._read.keys()))
        for record in self._made.values():
            self.standing.count(record)
        self.standing.made_before = self.standing.made

    @property
    def muster(self) -> Muster:
        """Who is there."""
        return self._dispatch.muster

    def drain(self) -> None:
        """Begin nothing more; `go` returns when what was begun has ended."""
        self._dispatch.drain()

    async def go(self, start: StartRecord) -> None:
        """Make all attempts that have no record yet. `start` goes into the records first, unless there is nothing left to do.

        Raises what `Dispatch.run` raises, and OSError if a record cannot be written. Cancelled, it loses what is in flight and
        nothing else.
        """
        unread = [problem for name, problem in self._problems.items() if name not in self._read]
        self._dispatch.add(_reading(problem) for problem in unread)
        if not unread:
            self._begin_attempts()
        if not (unread or self._jobs or self.standing.made > self.standing.made_before):
            return  # a look at a complete run must not change what the report says it was made on
        self._folder.records.append([start])  # nothing else was written yet
        writing = asyncio.create_task(self._writer.run())
        working = asyncio.create_task(self._dispatch.run(len(self._problems) * self._config.attempts))
        try:
            with _pauses(seldom=self._many_hands):
                await asyncio.wait((writing, working), return_when=asyncio.FIRST_COMPLETED)
            if not writing.done():  # else the disk is full, or gone
                working.result()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            self._writer.finish()
            await writing

    # -- what is to be done -------------------------------------------------------------------------------------------------------

    def _begin_attempts(self) -> None:
        """All problems were read: the controls first, then the first attempt at each problem before the second at any."""
        records = [self._read[name] for name in self._problems]
        due = [record for record in records if not (self._config.only == "core" and record.cause in LEFT_OUT_OF_CORE)]
        self.standing.due = len(due) * self._config.attempts
        for control in self._controls[1:]:
            for record in due:
                if record.statement is not None:
                    self.standing.controls_due += 1
                    self._begin(record, 1, control)
        for number in range(1, self._config.attempts + 1):
            for record in due:
                self._begin(record, number, "")

    def _begin(self, record: ProblemRecord, number: int, control: str) -> None:
        """See to one attempt, unless it was made."""
        key = attempt_key(record.name, number, control)
        if key in self._made:
            return
        if record.statement is None:
            self._keep(self._not_run(record, number, cause=record.cause, reason=record.reason))
            return
        seed = attempt_seed(self._config.seed, record.name, number)
        job = self._jobs[key] = Job(key, record.name, number, seed, record.statement, control, record.informal)
        self._dispatch.add([_attempting(job)])

    # -- what was done ------------------------------------------------------------------------------------------------------------

    def _ended(self, ending: Done[Product] | GivenUp[Product]) -> None:
        match ending:
            case Done(value=product, tries=tries):
                if isinstance(product, ProblemRecord):
                    self._keep_problem(product)
                else:
                    del self._jobs[product.record.key]
                    self._writer.put(*([product.tree] if product.tree else []))
                    self._keep(msgspec.structs.replace(product.record, tries=tries))
            case GivenUp(work=work, reason=reason, tries=tries, quarantined=quarantined):
                cause = Cause.QUARANTINED if quarantined else Cause.MACHINERY
                job = self._jobs.pop(work.key, None)
                if job is None:
                    self._keep_problem(problem_record(self._problems[work.group], cause=cause, reason=reason))
                else:
                    problem = self._read[job.name]
                    self._keep(self._not_run(problem, job.attempt, job.control, cause=cause, reason=reason, tries=tries))

    def _keep_problem(self, record: ProblemRecord) -> None:
        self._read[record.name] = record
        self._writer.put(record)
        self.standing.to_read -= 1
        if self.standing.to_read == 0:
            self._begin_attempts()

    def _keep(self, record: AttemptRecord) -> None:
        self._writer.put(record)
        self.standing.count(record)

    def _not_run(
        self, problem: ProblemRecord, number: int, control: str = "", *, cause: str, reason: str, tries: int = 0
    ) -> AttemptRecord:
        return AttemptRecord(
            key=attempt_key(problem.name, number, control),
            name=problem.name,
            attempt=number,
            seed=attempt_seed(self._config.seed, problem.name, number),
            statement_sha256=problem.statement_sha256,
            outcome=Outcome.NOT_RUN,
            effort=Effort(),
            reason=reason,
            cause=cause,
            control=control,
            tries=tries,
        )


@contextmanager
def _pauses(*, seldom: bool) -> Generator[None]:
    """While thousands of hands are at work, the garbage collector seldom looks through everything.

    There are a million objects then, nearly all of which live to the end; each look stops the driver for half a second, and every
    hand that ends an attempt meanwhile waits. Searches, which leave garbage, run elsewhere when there are so many hands.
    """
    before = gc.get_threshold()
    if seldom:
        gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def attempt_key(name: str, number: int, control: str = "") -> str:
    """The key of an attempt's record; of a control's, it begins with the policy."""
    return f"{control}:{name}#{number}" if control else f"{name}#{number}"


def _reading(problem: Problem) -> Work[Product]:
    async def read(hand: Hand) -> Product:
        return await hand.read(problem)

    return Work(f"read:{problem.name}", problem.name, read)


def _attempting(job: Job) -> Work[Product]:
    async def attempt(hand: Hand) -> Product:
        return await hand.attempt(job)

    return Work(job.key, job.name, attempt)
