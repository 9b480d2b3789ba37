"""`entail formalize`: word problems as Lean statements, each with its checks; with --prove, their proofs.

Owns what is printed and recorded, and that a statement's digest is fixed before any search for its proof begins.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lean_env.embedded.engine import Engine
from prover.attempt import Attempt, Outcome
from prover.commands import engine_for, require_writable
from prover.console import Console
from prover.formalize.candidate import Candidate, WordProblem
from prover.formalize.desk import Desk, DeskChoice, desk_choice, opened_desk, require_askable
from prover.formalize.formalizing import Formalization, formalize
from prover.formalize.proving import prove_stated
from prover.formalize.records import (
    FormalizedRecord,
    OtherOptions,
    formalized_record,
    open_records,
    proof_record,
    text_digest,
    way_of,
)
from prover.formalize.report import candidate_text, commented, findings_text, not_understood_text, statement_text, summary_text
from prover.formalize.review import NobodyThere, review
from prover.interrupts import run_stoppable
from prover.models.dialect_file import DialectProblem
from prover.open_models import open_models
from prover.problems import BadData
from prover.proving import Progress
from prover.records import BrokenRecords, RecordFile
from prover.targets import BadInput
from prover.together import together
from prover.word_options import READS, chosen
from prover.word_problems import is_table, load_word_problems, typed_problem
from prover.workshop import Workshop, workshop

A_MODEL = f"""{READS}
a model reads any text: --model NAME@URL#chat-formalizer for one on a server (`entail models` lists the dialects)"""


@dataclass(frozen=True, slots=True)
class _Stated:
    """A problem that ended: what came of it, the statement that was accepted by whom, and the attempt at its proof."""

    result: Formalization
    accepted: Candidate | None
    by: str
    attempt: Attempt | None
    seconds: float


def formalize_command(options: argparse.Namespace, console: Console) -> bool:
    """Formalize the problems of the options; whether all were stated, and with --prove proved. Raises BadInput, EnvError."""
    if options.review and options.problem == "-":
        raise BadInput("--review asks on standard input, which - has read to its end; give the problem itself, or a file")
    require_records(options)
    try:
        problems = word_problems(options)
        choice = desk_choice(options, [chosen(name, options) for name in options.formalizers])
        require_askable(choice)
    except (BadData, ValueError, DialectProblem) as bad:
        raise BadInput(str(bad)) from bad
    way = way_of(choice.identity, prove_seconds=options.seconds if options.prove else None, review=options.review)
    with ExitStack() as stack:
        records = _records(options, way, stack)
        done = {(each.name, each.text_sha256): each for each in records.records} if records else {}
        due = [problem for problem in problems if (problem.name, text_digest(problem)) not in done]
        before = [done[key] for problem in problems if (key := (problem.name, text_digest(problem))) in done]
        if before:
            console.note(f"{len(before)} of {len(problems)} problems are in {options.output} already")
        good = all(_is_good(each, options) for each in before)
        if not due:
            return good
        engine = engine_for(console)
        try:
            return run_stoppable(_Work(options, choice, way, records, console).all_of(due, engine)) and good
        except BaseException:
            if records:
                console.note(f"problems that had ended are in {options.output}; the same command goes on with the others")
            raise


def word_problems(options: argparse.Namespace) -> list[WordProblem]:
    """The problems that an argument means: a file of them, or the one it is. Raises BadData, BadInput."""
    argument: str = options.problem
    if is_table(argument):
        if options.answer:
            raise BadInput("--answer is for one problem; in a file, each row has its own")
        return list(load_word_problems(Path(argument), names=options.names).problems)
    if options.names:
        raise BadInput("--names chooses from a file, and one problem was given")
    return [typed_problem(argument, answer=options.answer)]


def require_records(options: argparse.Namespace) -> None:
    """That --output names a file for records, and none that holds something else. Raises BadInput."""
    if not options.output:
        return
    if not options.output.endswith(".jsonl"):
        raise BadInput(f"--output is a file of records, FILE.jsonl, and not {options.output}")
    if options.output == options.problem:
        raise BadInput(f"{options.output} holds the problems; the records go into another file")
    require_writable(options.output)


def _records(options: argparse.Namespace, way: str, stack: ExitStack) -> RecordFile[FormalizedRecord] | None:
    if not options.output:
        return None
    try:
        return stack.enter_context(open_records(Path(options.output), way))
    except (OtherOptions, BrokenRecords) as unusable:
        raise BadInput(str(unusable)) from unusable


def _is_good(record: FormalizedRecord, options: argparse.Namespace) -> bool:
    """Whether a problem came to what was asked for."""
    proved = record.proof is not None and record.proof.outcome == Outcome.PROVED.value
    return bool(record.lean) and (proved or not options.prove)


@dataclass(slots=True)
class _Work:
    """One command on its way. Several problems at a time, unless a person is asked; each is recorded when it ends."""

    options: argparse.Namespace
    choice: DeskChoice
    way: str
    records: RecordFile[FormalizedRecord] | None
    console: Console
    ended: int = 0
    unseen: int = 0  # problems of which a person did not say anything, because they had left

    async def all_of(self, problems: list[WordProblem], engine: Engine) -> bool:
        """Whether all came to what was asked for. An interrupt loses what is in flight, and nothing else."""
        at_once = 1 if self.options.review else min(self.options.workers, len(problems))
        turns, good, unread = asyncio.Semaphore(at_once), list[bool](), list[bool]()
        heading = problems[0].name if len(problems) == 1 else Path(self.options.problem).name
        with self.console.watching_words(heading) as show:
            show("getting ready")
            async with self._opened(engine) as (desk, shop):

                async def one(problem: WordProblem) -> None:
                    async with turns:
                        watch = self._watch(show, problem, len(problems))
                        try:
                            stated = await self._state(problem, desk, shop, watch, self.options.workers // at_once)
                        except NobodyThere:
                            self.unseen += 1
                            return
                        record = self._record(stated)
                        if self.records is not None:
                            self.records.append([record])
                        unread.append(await self._show(stated, record))
                        good.append(_is_good(record, self.options))
                        self.ended += 1

                await together(one(problem) for problem in problems)
        if any(unread) and not self.choice.formalizers:
            self.console.note(A_MODEL)
        if self.unseen:
            self.console.say(f"the input has ended: {self.unseen} of {len(problems)} problems were not reviewed")
        return all(good) and not self.unseen

    @asynccontextmanager
    async def _opened(self, engine: Engine) -> AsyncGenerator[tuple[Desk, Workshop]]:
        async with workshop(engine, self.options.workers) as shop, open_models(self.console.note) as models:
            yield await opened_desk(self.choice, shop, models, time.monotonic), shop

    def _watch(self, show: Callable[[str], None], problem: WordProblem, total: int) -> Callable[[str], None]:
        if total == 1:
            return show
        return lambda text: show(f"{self.ended} of {total} problems; {problem.name}: {text}")

    async def _state(self, problem: WordProblem, desk: Desk, shop: Workshop, watch: Callable[[str], None], workers: int) -> _Stated:
        if self.unseen:
            raise NobodyThere
        begun = time.monotonic()
        result = await formalize(problem, desk.formalizers, desk.examiners, desk.config, watch=watch)
        accepted, by = result.best, "checks"
        if self.options.review:
            with self.console.aside():
                accepted, by = await review(result, desk, self.console), "person"
        attempt: Attempt | None = None
        if self.options.prove and accepted is not None and accepted.compiled is not None:
            if not is_table(self.options.problem):  # in a table, what is said of one problem stays together
                with self.console.aside():
                    self._show_stated(result, accepted)

            def observe(progress: Progress) -> None:
                watch(f"proving: {progress.phase}  {progress.effort.seconds:4.1f} s  {progress.effort.steps} steps")

            attempt = await prove_stated(
                accepted.compiled.statement,
                shop,
                seconds=self.options.seconds,
                seed=self.options.seed,
                workers=workers,
                clock=time.monotonic,
                watch=observe,
            )
        return _Stated(result, accepted, by, attempt, time.monotonic() - begun)

    def _record(self, stated: _Stated) -> FormalizedRecord:
        proof = proof_record(stated.attempt) if stated.attempt else None
        return formalized_record(stated.result, stated.accepted, stated.by, self.way, stated.seconds, proof)

    # -- what is shown ------------------------------------------------------------------------------------------------------------

    async def _show(self, stated: _Stated, record: FormalizedRecord) -> bool:
        """Whether it was the built-in grammar that did not understand the text, and there was nothing else."""
        text = stated.result.problem.text
        unread = ""
        if not stated.result.candidates and self.choice.fragment:
            unread = await asyncio.to_thread(not_understood_text, text)
        with self.console.aside():
            self.console.struct(record)
            if unread and not self.choice.formalizers:
                self.console.say(f"{stated.result.problem.name}: {unread}")
            elif stated.attempt is None or is_table(self.options.problem):
                self._show_stated(stated.result, stated.accepted)
            heading = commented(text)
            if stated.attempt is not None:
                self.console.proof(stated.attempt, heading=heading)
            proved = stated.attempt is not None and stated.attempt.outcome in (Outcome.PROVED, Outcome.REFUTED)
            if record.lean and not proved:
                self.console.lean(f"{heading}\n{record.lean}")
        return bool(unread)

    def _show_stated(self, result: Formalization, accepted: Candidate | None) -> None:
        """Everything that was found out, before a proof is looked for."""
        self.console.note(summary_text(result))
        rejected_all = accepted is None and not self.options.review
        shown = result.candidates if self.options.all else result.candidates[:1] if rejected_all else ()
        for number, candidate in enumerate(shown, 1):
            self.console.note(candidate_text(candidate, number))
        if accepted is None:
            who = "no statement was accepted" if result.candidates else "it could not be stated"
            self.console.say(f"{result.problem.name}: {who}")
        elif accepted.compiled is not None:
            if accepted not in shown and not self.options.review:
                self.console.note(f"{statement_text(accepted.compiled.statement)}\n{findings_text(accepted.findings)}")
            self.console.note(f"{result.problem.name}: accepted, and frozen as {accepted.compiled.statement.digest[:16]}")
