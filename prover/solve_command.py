"""`entail solve`: word problems answered by samples that vote, and the proof that the answer is right.

Owns what is printed, and that a table of problems becomes a run in a folder which the same command goes on with.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import platform
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lean_env.embedded.engine import LEAN_VERSION, Engine
from lean_env.errors import ToolchainMissing
from prover.commands import engine_for
from prover.config_file import BadConfig
from prover.console import Console
from prover.formalize.candidate import WordProblem
from prover.formalize.desk import desk_choice
from prover.formalize.records import FormalizedRecord, ProofRecord
from prover.formalize.report import commented, findings_text, not_understood_text
from prover.formalize_command import word_problems
from prover.interrupts import drained_first, run_stoppable
from prover.models.dialect_file import DialectProblem
from prover.problems import BadData
from prover.records import BrokenRecords, StartRecord
from prover.run_folder import RunRefused
from prover.sandbox.outcomes import Limits
from prover.solve.config import SolveConfig
from prover.solve.desk import Solving, opened_solving, require_solvable
from prover.solve.records import AnswerRecord, SampleRecord
from prover.solve.report import load_solved, solve_report_json, solve_report_text, summarise_solved
from prover.solve.run import SolveFolder, SolveRun, open_solve_run
from prover.solve.solving import SolveLimits
from prover.statistics.intervals import MIN_PROBLEMS
from prover.targets import BadInput
from prover.together import together
from prover.version import version
from prover.word_options import READS, chosen
from prover.word_problems import WordProblemSet, is_table
from prover.workshop import workshop

A_SOLVER = f"""{READS}
a model takes any problem: --model NAME@URL#chat-solve for one on a server (`entail models` lists the dialects)"""
_MOVED_BY = {"too many blocks": "--max-blocks", "too long": "--max-tokens"}  # the options for limits that a solution met
AT_ONCE = 16  # solutions under way at the same time: a model is asked in batches, and most of them wait for it


def solve_command(options: argparse.Namespace, console: Console) -> bool:
    """Solve the problems of the options; whether all were answered. Raises BadInput, EnvError."""
    try:
        problems = word_problems(options)
        config = solve_config(options, problems)
        require_solvable(config)
    except (BadData, ValueError, DialectProblem) as bad:
        raise BadInput(str(bad)) from bad
    if not is_table(options.problem):
        return run_stoppable(_solve_one(problems[0], config, options, engine_for(console), console))
    # Before the work, not after it; intervals over few problems do without.
    if len(problems) >= MIN_PROBLEMS and importlib.util.find_spec("scipy") is None:
        raise ToolchainMissing("the statistics need scipy: pip install 'entail[eval]'")
    path = Path(options.runs) / (options.name or config.title)
    with _understood():
        with open_solve_run(path, config) as folder:
            engine = engine_for(console)
            try:
                complete = run_stoppable(_solve_all(problems, config, folder, options, engine, console))
            except BaseException:
                console.note(f"what had ended is in {path}; the same command goes on with the rest")
                raise
        report = summarise_solved(load_solved(path), path.name)
    console.result(solve_report_text(report))
    console.record(solve_report_json(report))
    console.note(f"{'' if complete else 'the same command goes on with it; '}`entail report {path}` shows this again")
    return complete and all(each.vote.answer for each in report.rows)


def solve_config(options: argparse.Namespace, problems: Sequence[WordProblem]) -> SolveConfig:
    """The options of `word_options.add_solve`, as data. Raises ValueError."""
    return SolveConfig(
        dataset=Path(options.problem).stem if is_table(options.problem) else "",
        problems=len(problems),
        problems_sha256=WordProblemSet("", tuple(problems)).digest,
        names=tuple(sorted(set(options.names))),
        attempts=options.samples,
        model=chosen(options.model, options),
        reward=chosen(options.reward, options),
        limits=SolveLimits(options.max_blocks, total_tokens=max(SolveLimits().total_tokens, options.max_tokens)),
        code=_code_limits(options),
        unsafe_code=options.unsafe_code,
        seed=options.seed,
        prove=not options.no_prove,
        prove_seconds=options.seconds,
        desk=desk_choice(options, [chosen(name, options) for name in options.formalizers]),
    )


def _code_limits(options: argparse.Namespace) -> Limits:
    try:
        return Limits(wall_s=options.code_seconds, memory_mib=options.code_memory, output_kib=options.code_output)
    except ValueError as out_of_range:
        raise ValueError(f"--code-seconds, --code-memory or --code-output cannot be kept: {out_of_range}") from out_of_range


# -- one problem ------------------------------------------------------------------------------------------------------------------


async def _solve_one(
    problem: WordProblem, config: SolveConfig, options: argparse.Namespace, engine: Engine, console: Console
) -> bool:
    async with workshop(engine, options.workers) as shop, opened_solving(config, shop, time.monotonic, say=console.note) as desk:
        with console.watching_words(problem.name) as watch:
            samples = await _samples(problem, desk, watch)
            with console.aside():
                for sample in samples if options.all or config.attempts == 1 else ():
                    console.note(_solution_text(sample))
            watch("voting, stating and proving the answer")
            record = await desk.settle(problem, samples)
    console.struct(record)
    _show(problem, record, config, console)
    if not record.vote.answer:
        _show_limits_met(samples, console)
    return bool(record.vote.answer)


async def _samples(problem: WordProblem, desk: Solving, watch: Callable[[str], None]) -> list[SampleRecord]:
    """The solutions, in the order of their numbers; several under way at a time."""
    turns, total, ended = asyncio.Semaphore(AT_ONCE), desk.config.attempts, 0

    async def one(number: int) -> SampleRecord:
        nonlocal ended
        async with turns:
            sample = await desk.sample(problem, number)
        ended += 1
        watch(f"{ended} of {total} solutions")
        return sample

    watch(f"0 of {total} solutions")
    return await together(one(number) for number in range(1, total + 1))


def _show(problem: WordProblem, record: AnswerRecord, config: SolveConfig, console: Console) -> None:
    """The answer, whether it matches, and its proof: three things, each by itself."""
    voted = record.vote
    if not voted.answer:
        unread = "" if config.model.model else not_understood_text(problem.text)
        console.say(f"{problem.name}: {unread or f'no answer in {_solutions(record.samples)}'}")
        if unread:
            console.note(A_SOLVER)
        return
    console.result(f"-- answer: {_line(voted.answer)} ({voted.votes} of {_solutions(record.samples)})")
    if record.expected:
        console.result(f"-- expected: {_line(record.expected)}, which {'matches' if record.matches == 'yes' else 'DOES NOT match'}")
    if not config.prove:
        return
    statement, heading = record.statement, commented(problem.text)
    if statement is None:
        return
    proof = statement.proof
    match record.standing:
        case "proved" if proof:
            console.result("-- proof: checked in a clean process, tier T2")
            console.lean(f"{heading}\n{proof.proof}")
        case "refuted" if proof:
            console.result("-- proof: none. That this is the answer is REFUTED: what follows proves the opposite, tier T2")
            console.lean(f"{heading}\n{proof.proof}")
        case _ if statement.lean:
            console.result(f"-- proof: none ({_why_not(proof)})")
            console.lean(f"{heading}\n{statement.lean}")
        case _:
            console.result("-- proof: none, because no statement of the answer was accepted")
            _show_why_unstated(statement, console)


def _show_limits_met(samples: Sequence[SampleRecord], console: Console) -> None:
    met = Counter(each.solution.ending for each in samples if each.solution.ending in _MOVED_BY)
    for ending, number in met.items():
        console.note(f"  {_solutions(number)} ended at a limit ({ending}): {_MOVED_BY[ending]} moves it")


def _show_why_unstated(statement: FormalizedRecord, console: Console) -> None:
    for name, reason in statement.silent.items():
        console.note(f"  {name}: {reason}")
    for candidate in statement.candidates[:1]:
        console.note(f"{candidate.lean}\n{findings_text(candidate.findings)}")


def _why_not(proof: ProofRecord | None) -> str:
    return _line(" ".join(each for each in (proof.outcome, proof.reason) if each)) if proof else "not looked for"


def _solutions(count: int) -> str:
    return "1 solution" if count == 1 else f"{count} solutions"


def _line(text: str) -> str:
    """In one line, for a comment that ends with it."""
    return " ".join(text.split())


def _solution_text(record: SampleRecord) -> str:
    """A solution as it was written, block by block."""
    parts = [f"solution {record.sample} ({record.solution.ending}):"]
    for block in record.solution.blocks:
        mark = {"text": "", "code": f"[{block.language}]", "execution": f"[{block.outcome or 'output'}]"}[block.kind]
        parts.append(f"{mark}\n{block.content.rstrip()}".strip("\n"))
    return "\n".join(parts)


# -- a table of problems -----------------------------------------------------------------------------------------------------------


async def _solve_all(
    problems: Sequence[WordProblem],
    config: SolveConfig,
    folder: SolveFolder,
    options: argparse.Namespace,
    engine: Engine,
    console: Console,
) -> bool:
    run = SolveRun(folder, problems, config, AT_ONCE if config.model.model else options.workers)
    if run.tallies.complete:
        return True
    async with workshop(engine, options.workers) as shop, opened_solving(config, shop, time.monotonic, say=console.note) as desk:
        with console.progress_of_run(folder.path.name) as show, drained_first(lambda: _drain(run, console)):
            await run.go(desk, _start(desk), watch=lambda: show and show(*_progress(run)))
    return run.tallies.complete


def _drain(run: SolveRun, console: Console) -> None:
    run.drain()
    console.note("ending what was begun; Ctrl-C again stops at once")


def _progress(run: SolveRun) -> tuple[float, str]:
    tallies = run.tallies
    done = (tallies.drawn / max(1, tallies.due) + tallies.settled / tallies.problems) / 2
    return done, f"{tallies.settled}/{tallies.problems} settled, {tallies.right} match, {tallies.proved} proved"


def _start(desk: Solving) -> StartRecord:
    facts = {
        "entail": version(),
        "lean": f"{LEAN_VERSION} (embedded, core library)",
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "solver": desk.name,
    }
    return StartRecord(datetime.now(UTC).isoformat(timespec="seconds"), facts=facts)


@contextmanager
def _understood() -> Generator[None]:
    """What the user can mend, as BadInput."""
    try:
        yield
    except (BadConfig, BrokenRecords, RunRefused) as bad:
        raise BadInput(str(bad)) from bad
