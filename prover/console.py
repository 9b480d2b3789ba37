"""What people see: results, Lean's messages with a caret, live progress; with --json, one object per line on stdout, nothing else.

Owns stdout and stderr. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lean_env.messages import Accepted, Message
from prover.attempt import Attempt, Outcome

if TYPE_CHECKING:
    from lean_env.checker import Verdict
    from prover.proving import Progress

MAX_GOAL_LINES = 24
MAX_EXCERPT_COLUMNS = 110


class Console:
    """Output of one command. `quiet` keeps progress and notes off stderr."""

    def __init__(self, *, as_json: bool, quiet: bool = False) -> None:
        """`as_json` replaces all results by JSON lines."""
        self.as_json = as_json
        self.quiet = quiet

    # -- building blocks -----------------------------------------------------------------------------------------------------

    def result(self, text: str) -> None:
        """A line of the result, for people."""
        if not self.as_json:
            print(text)

    def record(self, record: dict[str, object]) -> None:
        """A result for programs."""
        if self.as_json:
            print(json.dumps(record, ensure_ascii=False), flush=True)

    def note(self, text: str) -> None:
        """Something worth knowing that is neither result nor error."""
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    def error(self, text: str, **facts: object) -> None:
        """What went wrong."""
        self.record({"error": text, **facts})
        print(f"entail: {text}", file=sys.stderr, flush=True)

    # -- Lean's messages -------------------------------------------------------------------------------------------------------

    def messages(self, messages: Sequence[Message], source: str, place: str) -> None:
        """Lean's errors, each with the line it is about and a caret under the column."""
        for message in messages:
            where = f"{place}:{message.pos.line}:{message.pos.column + 1}: " if message.pos else f"{place}: "
            print(f"{where}{message.severity}: {message.data}", file=sys.stderr)
            for line in excerpt(message, source):
                print(f"  {line}", file=sys.stderr)
        sys.stderr.flush()

    # -- attempts ----------------------------------------------------------------------------------------------------------------

    def attempt(self, attempt: Attempt, *, explain: bool, seed: int) -> None:
        """The end of an attempt: the proof, or why there is none."""
        effort = attempt.effort
        spent = f"{effort.seconds:.1f} s, {effort.steps} steps, {effort.expansions} expansions"
        if effort.workers_lost:
            spent += f", {effort.workers_lost} workers lost and replaced"
        self.record(_attempt_record(attempt, seed))
        name, tier = attempt.statement.name, attempt.verdict.tier.value if attempt.verdict else "none"
        match attempt.outcome:
            case Outcome.PROVED:
                self.result(attempt.proof)
                self.note(f"{name}: PROVED, tier {tier} (checked in a clean process), {spent}")
            case Outcome.REFUTED:
                self.result(attempt.proof)
                self.note(f"{name}: REFUTED: the statement is false; above is its negation, proved at tier {tier}, {spent}")
            case _:
                self.result(f"{name}: {attempt.outcome.name}: {attempt.reason}")
                if attempt.open_goals:
                    shown = attempt.open_goals if explain else attempt.open_goals[:1]
                    self.result(f"\nBest open goal{'s' if len(shown) > 1 else ''}:")
                    for goal in shown:
                        self.result("\n".join(f"    {line}" for line in goal.splitlines()[:MAX_GOAL_LINES]) + "\n")
                self.note(spent)

    def verdict(self, verdict: Verdict) -> None:
        """What the check of one theorem came to."""
        name, result = verdict.challenge.name, verdict.result
        if isinstance(result, Accepted):
            axioms = ", ".join(result.axioms) or "none by name"
            self.result(f"{name}: accepted, tier {verdict.tier.value}, {result.declarations} declarations, axioms: {axioms}")
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

    # -- progress ------------------------------------------------------------------------------------------------------------------

    @contextmanager
    def watching(self, name: str) -> Generator[Callable[[Progress], None]]:
        """Live progress of a search on a terminal; nothing elsewhere."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console as RichConsole
        from rich.text import Text

        with RichConsole(stderr=True).status(f"{name}: starting") as status:

            def show(progress: Progress) -> None:
                effort, goal = progress.effort, progress.best_goal.rpartition("⊢")[2].strip().replace("\n", " ")
                line = f"{name}: {progress.phase}  {effort.seconds:4.1f} s  {effort.expansions} expansions  {effort.steps} steps  "
                status.update(Text(line + (f"⊢ {goal}"[:60] if goal else "")))

            yield show

    @contextmanager
    def setting_up(self) -> Generator[Callable[[str, float | None], None]]:
        """Progress of the engine's set-up: a bar on a terminal, a line per stage elsewhere; silent until something is done."""
        if self.quiet:
            yield lambda _stage, _fraction: None
            return
        if not sys.stderr.isatty():
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
                self.note("setting up the Lean engine (once, about 20 s):")
            if stage not in seen:
                seen.add(stage)
                self.note(f"  {stage}")

        return show


def excerpt(message: Message, source: str) -> list[str]:
    """The line that a message is about, cut to width, and a caret below the column; nothing if it has no place in the source."""
    lines = source.split("\n")
    if message.pos is None or message.pos.line > len(lines):
        return []
    line, column = lines[message.pos.line - 1], message.pos.column
    first = max(0, column - MAX_EXCERPT_COLUMNS // 2)
    end = message.end_pos
    width = end.column - column if end and end.line == message.pos.line and end.column > column else 1
    shown = line[first : first + MAX_EXCERPT_COLUMNS]
    if not shown.strip():
        return []
    return [shown, " " * (column - first) + "^" * min(width, MAX_EXCERPT_COLUMNS - (column - first))]


def _attempt_record(attempt: Attempt, seed: int) -> dict[str, object]:
    effort, verdict = attempt.effort, attempt.verdict
    accepted = verdict is not None and verdict.accepted
    return {
        "name": attempt.statement.name,
        "outcome": attempt.outcome.value,
        "tier": verdict.tier.value if verdict else None,
        "proof": attempt.proof or None,
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
