"""What people see of a run while it runs: problems solved with the interval, rate, time left, workers.

A live bar on a terminal, a line now and then elsewhere. Reads the run's standing, never changes it; everything goes to stderr.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from prover.console import Console
from prover.runs import Run, Standing
from prover.statistics import wilson

REFRESH_S = 0.5
LINE_EVERY_S = 30.0  # where there is no terminal


class BenchProgress:
    """Progress of one start of a run."""

    def __init__(self, run: Run, console: Console, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._run, self._console, self._name, self._clock = run, console, name, clock
        self._begun = clock()
        self._ran_before = _ran(run.standing)

    def say(self, text: str) -> None:
        """A line between the others."""
        self._console.note(text)

    @asynccontextmanager
    async def shown(self) -> AsyncGenerator[None]:
        """Show progress while the body runs."""
        with self._console.progress_of_run(self._name) as show:
            task = asyncio.create_task(self._keep_showing(show))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _keep_showing(self, show: Callable[[float, str], None] | None) -> None:
        while True:
            await asyncio.sleep(REFRESH_S if show else LINE_EVERY_S)
            standing = self._run.standing
            if show:
                show(fraction(standing), self.line())
            else:
                self._console.note(f"{self._name}: {self.line()}")

    def line(self) -> str:
        """How far the run is, on one line."""
        standing, muster = self._run.standing, self._run.muster
        workers = f"{muster.alive} workers" + (f", {muster.lost} lost and replaced" if muster.lost else "")
        if standing.to_read:
            self._begun = self._clock()  # of the attempts, when this is over
            return f"reading the problems: {standing.problems - standing.to_read} of {standing.problems}, {workers}"
        parts = [f"{standing.made} of {standing.due} attempts", solved(standing)]
        if standing.not_run:
            parts.append(f"{standing.not_run} not run")
        elapsed_s, ran = self._clock() - self._begun, _ran(standing) - self._ran_before
        if ran > 0 and elapsed_s > 0:
            parts.append(f"{60 * ran / elapsed_s:.1f} a minute")
            parts.append(f"{duration((standing.due - standing.made) * elapsed_s / ran)} left")
        return ", ".join([*parts, workers])


def _ran(standing: Standing) -> int:
    """Attempts that took their time; hundreds that need Mathlib end in the first second, and say nothing about the rate."""
    return standing.made - standing.not_run


def fraction(standing: Standing) -> float:
    """How much of the run is done, from 0 to 1."""
    return standing.made / standing.due if standing.due else 0.0


def solved(standing: Standing) -> str:
    """Problems solved so far, of those that had an attempt, with the interval."""
    attempted = len(standing.attempted)
    if not attempted:
        return "none solved yet"
    interval = wilson(len(standing.solved), attempted)
    share = f"{100 * len(standing.solved) / attempted:.1f} % [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"
    return f"{len(standing.solved)} of {attempted} problems solved ({share})"


def duration(seconds: float) -> str:
    """A time to wait, roughly: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
