"""What people see: results, Lean's messages with a caret, live progress; with --json, one object per line on stdout, nothing else.

Owns stdout and stderr. What was asked for goes to stdout (for `prove` that is Lean text, so that it can be redirected into a file),
everything else to stderr.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import msgspec

from lean_env.messages import Accepted, Message
from prover.attempt import Attempt, Outcome
from prover.excerpt import excerpt

if TYPE_CHECKING:
    from rich.status import Status

    from lean_env.checker import Verdict
    from prover.proving import Progress

MAX_GOAL_LINES = 24
MAX_GOAL_COLUMNS = 60  # of the goal in the line of progress
LOOK_S = 0.05  # between two looks whether something was typed


class Console:
    """Output of one command. `quiet` keeps progress and notes off stderr."""

    def __init__(self, *, as_json: bool, quiet: bool = False) -> None:
        """`as_json` replaces all results by JSON lines."""
        self.as_json = as_json
        self.quiet = quiet
        self._wrote_lean = False
        self._status: Status | None = None
        self._typed = b""  # read from standard input, and not yet an answer

    # -- building blocks -----------------------------------------------------------------------------------------------------

    def result(self, text: str) -> None:
        """A part of the result, for people."""
        if not self.as_json:
            _write(sys.stdout, text)

    def lean(self, text: str) -> None:
        """Lean text as the result, with an empty line between two of them."""
        if self._wrote_lean:
            self.result("")
        self.result(text.rstrip("\n"))
        self._wrote_lean = True

    def record(self, record: dict[str, object]) -> None:
        """A result for programs."""
        if self.as_json:
            _write(sys.stdout, json.dumps(record, ensure_ascii=False))

    def note(self, text: str) -> None:
        """Something worth knowing that is neither result nor error."""
        if not self.quiet:
            _write(sys.stderr, text)

    def struct(self, record: msgspec.Struct) -> None:
        """A result for programs, as it is recorded."""
        if self.as_json:
            _write(sys.stdout, msgspec.json.encode(record).decode())

    def say(self, text: str) -> None:
        """Something for people that even `quiet` must not hide."""
        _write(sys.stderr, text)

    def error(self, text: str, **facts: object) -> None:
        """What went wrong."""
        self.record({"error": text, **facts})
        _write(sys.stderr, f"entail: {text}")

    # -- Lean's messages -------------------------------------------------------------------------------------------------------

    def messages(self, messages: Sequence[Message], source: str, place: str) -> None:
        """Lean's messages, each with the line it is about and a caret under the column."""
        for message in messages:
            where = f"{place}:{message.pos.line}:{message.pos.column + 1}: " if message.pos else f"{place}: "
            _write(sys.stderr, f"{where}{message.severity}: {message.data.rstrip()}")
            for line in excerpt(message, source):
                _write(sys.stderr, f"  {line}")

    # -- attempts ----------------------------------------------------------------------------------------------------------------

    def attempt(self, attempt: Attempt, *, explain: bool, seed: int) -> None:
        """The end of an attempt: the proof, or why there is none."""
        self.record(_attempt_record(attempt, seed))
        self.proof(attempt, explain=explain)

    def proof(self, attempt: Attempt, *, heading: str = "", explain: bool = False) -> None:
        """The same for people alone; `heading` is a Lean comment that stands before the proof."""
        name, tier = attempt.statement.name, attempt.verdict.tier.value if attempt.verdict else "none"
        spent = _spent(attempt)
        match attempt.outcome:
            case Outcome.PROVED:
                self.lean(f"{heading}\n{attempt.proof}" if heading else attempt.proof)
                self.note(f"{name}: PROVED, tier {tier} (checked in a clean process), {spent}")
            case Outcome.REFUTED:
                self.lean(attempt.proof)
                # said even if quiet: the text on stdout proves the opposite of what was asked
                _write(sys.stderr, f"{name}: REFUTED: it is false; the proof is of its negation, tier {tier}, {spent}")
            case _:
                _write(sys.stderr, f"{name}: {attempt.outcome.name}: {attempt.reason}")
                self._open_goals(attempt, explain=explain)
                self.note(f"spent: {spent}")

    def _open_goals(self, attempt: Attempt, *, explain: bool) -> None:
        shown = attempt.open_goals if explain else attempt.open_goals[:1]
        for number, goal in enumerate(shown, 1):
            lines = goal.splitlines()
            _write(sys.stderr, "best open goal:" if number == 1 else f"open goal {number}:")
            for line in lines[:MAX_GOAL_LINES]:
                _write(sys.stderr, f"    {line}")
            if len(lines) > MAX_GOAL_LINES:
                _write(sys.stderr, f"    ({len(lines) - MAX_GOAL_LINES} more lines)")
        if len(attempt.open_goals) > len(shown) > 0:
            self.note(f"(--explain shows {len(attempt.open_goals)} of them)")

    def verdict(self, verdict: Verdict) -> None:
        """What the check of one theorem came to."""
        name, result = verdict.challenge.name, verdict.result
        if isinstance(result, Accepted):
            axioms = ", ".join(result.axioms) or "none by name"
            size = _counted(result.declarations, "declaration")
            self.result(f"{name}: accepted, tier {verdict.tier.value}, {size}, axioms: {axioms}")
            self.record(
                {
                    "name": name,
                    "accepted": True,
                    "tier": verdict.tier.value,
                    "axioms": list(result.axioms),
                    "export_sha256": verdict.export_digest,
                }
            )
        else:
            self.result(f"{name}: refused ({result.reason}): {result.message}")
            self.record({"name": name, "accepted": False, "reason": result.reason, "message": result.message})

    # -- dialogue ------------------------------------------------------------------------------------------------------------------

    def side_by_side(self, left: str, right: str, below: str) -> None:
        """Two texts next to each other on stderr, and one below them."""
        from rich.columns import Columns
        from rich.console import Console as RichConsole
        from rich.panel import Panel
        from rich.text import Text

        console = RichConsole(stderr=True)
        width = max(20, console.width // 2 - 1)
        console.print(Columns([Panel(Text(left), width=width), Panel(Text(right), width=width)]))
        console.print(Text(below))

    async def ask(self, question: str, answers: str) -> str:
        """One of the letters in `answers`; "" at the end of the input. Can be cancelled while it waits."""
        while True:
            sys.stderr.write(question)
            sys.stderr.flush()
            line = await self._line()
            if not line:
                self.say("")  # what comes next does not stand behind the question
                return ""
            letter = line.strip().lower()[:1]
            if letter and letter in answers:
                return letter

    async def _line(self) -> str:
        """A line of standard input; "" at its end. Never blocks: a thread that waits to read would outlive a Ctrl-C."""
        if sys.stdin is None:
            return ""
        source = sys.stdin.fileno()
        while b"\n" not in self._typed:
            while not select.select([source], [], [], 0)[0]:  # noqa: ASYNC110 - no loop can watch a file for input, and it may be one
                await asyncio.sleep(LOOK_S)
            data = os.read(source, 4096)
            self._typed += data
            if not data:
                break
        line, newline, self._typed = self._typed.partition(b"\n")
        return (line + newline).decode("utf-8", "replace")

    # -- progress ------------------------------------------------------------------------------------------------------------------

    @contextmanager
    def watching(self, name: str) -> Generator[Callable[[Progress], None] | None]:
        """Live progress of a search on a terminal; nothing elsewhere."""
        if self.quiet or not _is_terminal(sys.stderr):
            yield None
            return
        from rich.console import Console as RichConsole
        from rich.text import Text

        with RichConsole(stderr=True).status(f"{name}: starting") as status:

            def show(progress: Progress) -> None:
                effort, goal = progress.effort, " ".join(progress.best_goal.rpartition("⊢")[2].split())
                line = f"{name}: {progress.phase}  {effort.seconds:4.1f} s  {effort.expansions} expansions  {effort.steps} steps  "
                status.update(Text(line + (f"⊢ {goal}"[:MAX_GOAL_COLUMNS] if goal else ""), no_wrap=True, overflow="ellipsis"))

            yield show

    @contextmanager
    def watching_words(self, name: str) -> Generator[Callable[[str], None]]:
        """What is being done about a problem, live on a terminal; nothing elsewhere."""
        if self.quiet or not _is_terminal(sys.stderr):
            yield lambda _: None
            return
        from rich.console import Console as RichConsole
        from rich.text import Text

        status = self._status = RichConsole(stderr=True).status(Text(f"{name}: starting"))
        status.start()
        try:
            yield lambda text: status.update(Text(f"{name}: {text}", no_wrap=True, overflow="ellipsis"))
        finally:
            self._status = None
            status.stop()

    @contextmanager
    def aside(self) -> Generator[None]:
        """For writing or asking while `watching_words` is open: what it shows goes away meanwhile."""
        status = self._status
        if status is None:
            yield
            return
        status.stop()  # and with it what would lead stdout astray into the terminal
        try:
            yield
        finally:
            status.start()

    @contextmanager
    def progress_of_run(self, name: str) -> Generator[Callable[[float, str], None] | None]:
        """A bar for a run, shown with its fraction and a line of text; None where there is no terminal for it."""
        if self.quiet or not _is_terminal(sys.stderr):
            yield None
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        name_column, text_column = (TextColumn(f"{{task.fields[{field}]}}", markup=False) for field in ("name", "text"))
        columns = (name_column, BarColumn(), TimeElapsedColumn(), text_column)
        with RichProgress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=1.0, name=name, text="starting the workers")
            yield lambda fraction, text: bar.update(task, completed=fraction, text=text)

    @contextmanager
    def setting_up(self) -> Generator[Callable[[str, float | None], None]]:
        """Progress of the engine's set-up: a bar on a terminal, a line per stage elsewhere; silent until something is done."""
        if self.quiet:
            yield lambda _stage, _fraction: None
            return
        if not _is_terminal(sys.stderr):
            yield self._stage_lines()
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
        with RichProgress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
            tasks: dict[str, object] = {}

            def show(stage: str, fraction: float | None) -> None:
                task = tasks.get(stage)
                if task is None:
                    task = tasks[stage] = bar.add_task(stage, total=None if fraction is None else 1.0)
                if fraction is not None:
                    bar.update(task, total=1.0, completed=fraction)  # type: ignore[arg-type]

            yield show

    def _stage_lines(self) -> Callable[[str, float | None], None]:
        seen: set[str] = set()

        def show(stage: str, _fraction: float | None) -> None:
            if not seen:
                self.note("setting up the Lean engine (once, about half a minute):")
            if stage not in seen:
                seen.add(stage)
                self.note(f"  {stage}")

        return show


def nobody_listens() -> None:
    """Let what is left in stdout's buffer go nowhere, once its reader has gone away: the interpreter flushes it at its end."""
    if sys.stdout is not None:  # see _write
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(stream: TextIO | None, text: str) -> None:
    """One line, at once: whoever reads along sees it now, and a reader that has gone is noticed here."""
    if stream is not None:  # None in a process that was started with the stream closed
        print(text, file=stream, flush=True)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _spent(attempt: Attempt) -> str:
    effort = attempt.effort
    spent = f"{effort.seconds:.1f} s, {_counted(effort.steps, 'step')}, {_counted(effort.expansions, 'expansion')}"
    return f"{spent}, {_counted(effort.workers_lost, 'worker')} lost and replaced" if effort.workers_lost else spent


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _attempt_record(attempt: Attempt, seed: int) -> dict[str, object]:
    effort, verdict = attempt.effort, attempt.verdict
    accepted = verdict is not None and verdict.accepted
    return {
        "name": attempt.statement.name,
        "outcome": attempt.outcome.value,
        "tier": verdict.tier.value if verdict else None,
        "proof": attempt.proof if accepted else None,
        "refused_proof": attempt.proof if verdict and not accepted else None,
        "axioms": list(getattr(verdict.result, "axioms", ())) if verdict and accepted else None,
        "export_sha256": verdict.export_digest if verdict and accepted else None,
        "statement_sha256": attempt.statement.digest,
        "reason": attempt.reason or None,
        "open_goals": list(attempt.open_goals),
        "seconds": round(effort.seconds, 3),
        "expansions": effort.expansions,
        "steps": effort.steps,
        "nodes": effort.nodes,
        "workers_lost": effort.workers_lost,
        "seed": seed,
    }
