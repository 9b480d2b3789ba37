"""`entail augment`: variants of word problems that a model writes, each stated as a Lean theorem with all its checks.

Owns what is printed and recorded: a variant's record is there before it is shown. A variant whose answer the model did not say is
an open question: it is kept, and not stated.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from lean_env.embedded.engine import Engine
from prover.commands import engine_for
from prover.console import Console
from prover.formalize.augmenting import Augmented, augment
from prover.formalize.candidate import WordProblem
from prover.formalize.desk import Desk, DeskChoice, desk_choice, opened_desk, require_askable
from prover.formalize.formalizing import formalize
from prover.formalize.records import FormalizedRecord, OtherOptions, formalized_record, only_here
from prover.formalize.report import commented, findings_text
from prover.formalize_command import require_records, word_problems
from prover.interrupts import run_stoppable
from prover.models.choice import ModelChoice
from prover.models.dialect_file import DialectProblem
from prover.open_models import open_models
from prover.problems import BadData
from prover.records import BrokenRecords, RecordFile, read_records
from prover.targets import BadInput
from prover.word_options import chosen
from prover.workshop import workshop


class VariantRecord(msgspec.Struct, frozen=True, tag="variant"):
    """One variant: its text and answer ("" = not known), whose variant it is, what speaks against it, and how it was stated.

    `way` is a hash of the options that decide what it comes to, but for its kind.
    """

    name: str
    problem: str
    answer: str
    kind: str
    source: str
    way: str
    objection: str = ""
    statement: FormalizedRecord | None = None


def augment_command(options: argparse.Namespace, console: Console) -> bool:
    """Write variants of the problems; whether any of them was stated. Raises BadInput, EnvError."""
    require_records(options)
    try:
        problems = word_problems(options)
        writer = chosen(options.writer, options)
        writer.dialect_for("augment")
        choice = desk_choice(options, [chosen(name, options) for name in options.formalizers])
        require_askable(choice)
    except (BadData, ValueError, DialectProblem) as bad:
        raise BadInput(str(bad)) from bad
    work = _Work(options, writer, choice, console)
    with ExitStack() as stack:
        try:
            records = work.open(stack)
        except (BrokenRecords, OtherOptions) as unusable:
            raise BadInput(str(unusable)) from unusable
        before = [record for record in records if record.kind == options.kind]
        done = {record.source for record in before}
        due = [problem for problem in problems if problem.name not in done]
        if len(due) < len(problems):
            console.note(f"{len(problems) - len(due)} of {len(problems)} problems have their variants in {options.output} already")
        good = any(map(_is_stated, before))
        return bool(due and run_stoppable(work.all_of(due, engine_for(console)))) or good


class _Work:
    """One command on its way: a problem after the other, each recorded with its variants when these were looked at."""

    def __init__(self, options: argparse.Namespace, writer: ModelChoice, choice: DeskChoice, console: Console) -> None:
        self._options, self._writer, self._choice, self._console = options, writer, choice, console
        made = f"{writer} {choice.identity} {options.variants} {options.seed}"
        self._way = hashlib.sha256(made.encode()).hexdigest()
        self._file: RecordFile[VariantRecord] | None = None

    def open(self, stack: ExitStack) -> list[VariantRecord]:
        """What the file of --output holds, if there is one. Raises OtherOptions, BrokenRecords."""
        if not self._options.output:
            return []
        path = Path(self._options.output)
        stack.enter_context(only_here(path))
        if path.exists() and any(record.way != self._way for record in read_records(path, VariantRecord)):
            raise OtherOptions(f"{path} holds variants that were made with other options; give another --output")
        self._file = stack.enter_context(RecordFile[VariantRecord](path, VariantRecord))
        return self._file.records

    async def all_of(self, problems: Sequence[WordProblem], engine: Engine) -> bool:
        """Whether any variant was stated. Raises EnvError."""
        stated, console = 0, self._console
        with console.watching_words(problems[0].name if len(problems) == 1 else Path(self._options.problem).name) as show:
            show("getting ready")
            async with workshop(engine, self._options.workers) as shop, open_models(console.note) as models:
                model = await models.generator(self._writer)
                desk = await opened_desk(self._choice, shop, models, time.monotonic)
                for number, problem in enumerate(problems, 1):
                    place = f"problem {number} of {len(problems)}, {problem.name}"
                    show(f"{place}: writing variants")
                    variants = await augment(
                        problem,
                        self._options.kind,
                        model,
                        self._writer.dialect_for("augment"),
                        self._options.variants,
                        self._options.seed,
                        choice=self._writer,
                    )
                    records = list[VariantRecord]()
                    for each in variants:
                        show(f"{place}: stating {each.problem.name}")
                        records.append(await self._examined(each, desk))
                    if self._file is not None:
                        self._file.append(records)
                    with console.aside():
                        for record in records:
                            _show(record, console)
                        if not records:
                            console.say(f"{problem.name}: the model wrote no variant")
                    stated += sum(map(_is_stated, records))
        return stated > 0

    async def _examined(self, variant: Augmented, desk: Desk) -> VariantRecord:
        made = variant.problem
        record = VariantRecord(made.name, made.text, made.answer, variant.kind, variant.source, self._way, variant.reason)
        if not variant.is_taken:
            return record
        begun = time.monotonic()
        result = await formalize(made, desk.formalizers, desk.examiners, desk.config)
        statement = formalized_record(result, result.best, "checks", self._choice.identity, time.monotonic() - begun)
        return msgspec.structs.replace(record, statement=statement)


def _is_stated(record: VariantRecord) -> bool:
    return bool(record.statement and record.statement.lean)


def _show(record: VariantRecord, console: Console) -> None:
    """The variant as a Lean comment, with its statement."""
    console.struct(record)
    heading = commented(f"{record.name}: {record.problem}")
    if record.objection:
        console.lean(f"{heading}\n-- not taken: {record.objection}")
        return
    statement = record.statement
    if statement is not None and statement.lean:
        console.lean(f"{heading}\n{statement.lean}")
        return
    console.lean(f"{heading}\n-- not stated")
    for candidate in statement.candidates[:1] if statement else ():
        console.note(f"{candidate.lean}\n{findings_text(candidate.findings)}")
    for name, reason in statement.silent.items() if statement else ():
        console.note(f"  {name}: {reason}")
