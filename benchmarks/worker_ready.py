"""How long a Lean worker takes from spawn to ready, and to its first answers.

    python benchmarks/worker_ready.py [--runs 7]

"cold" is the first start after the engine's files were dropped from the page cache, "warm" any later one. In turns with it the
same is measured without the code cache, on a folder of links to the engine's other files. The budget is 500 ms, warm.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from measuring import engine_to_measure, middle

from lean_env.embedded.engine import CODE_CACHE, Engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Opened, TacticCall

BUDGET_MS = 500


@dataclass(frozen=True, slots=True)
class Start:
    """Milliseconds from spawn to ready, and of the first theorem opened and closed by omega after that."""

    ready_ms: float
    first_proof_ms: float


async def start_once(engine: Engine) -> Start:
    """Start a worker, prove one theorem, end it."""
    began = perf_counter()
    session = await EmbeddedSession.start(engine)
    ready = perf_counter()
    opened = await session.open("theorem t (a b : ℕ) (h : a < b) : a + 1 ≤ b")
    assert isinstance(opened, Opened)
    await session.step(opened.part.state, [TacticCall("omega", 0, 0)])
    proved = perf_counter()
    await session.close()
    return Start(1000 * (ready - began), 1000 * (proved - ready))


def drop_from_page_cache(folder: Path) -> None:
    """Ask the kernel to forget the files of a folder; pages that another process has mapped stay."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def without_code_cache(engine: Engine, folder: Path) -> Engine:
    """The same engine, but for its code cache."""
    for path in engine.folder.iterdir():
        if path.name != CODE_CACHE:
            (folder / path.name).symlink_to(path)
    return replace(engine, folder=folder)


async def measure(engines: dict[str, Engine], runs: int) -> dict[str, list[Start]]:
    """Starts of each engine, in turns; the first of each is cold."""
    starts: dict[str, list[Start]] = {name: [] for name in engines}
    for number in range(1 + runs):
        for name, engine in engines.items():
            if number == 0 and hasattr(os, "posix_fadvise"):
                drop_from_page_cache(engine.folder)
            starts[name].append(await start_once(engine))
    return starts


def report(name: str, starts: list[Start]) -> float:
    """Print the cold start and the warm ones; returns the median of the warm ones."""
    cold, *warm = starts
    print(f"{name}\n  cold  ready {cold.ready_ms:.0f} ms, first proof {cold.first_proof_ms:.0f} ms")
    print(f"  warm  ready {middle([start.ready_ms for start in warm])}")
    print(f"        first proof {middle([start.first_proof_ms for start in warm])}")
    return statistics.median(start.ready_ms for start in warm)


def main() -> None:
    """Print the starts with and without the code cache, and how much of the budget a warm start of the engine as it is takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="warm starts of each kind (default 7)")
    runs = parser.parse_args().runs
    engine = engine_to_measure()
    with tempfile.TemporaryDirectory() as folder:
        engines = {"without a code cache": without_code_cache(engine, Path(folder))}
        if engine.code_cache:
            engines["with the code cache"] = engine
        starts = asyncio.run(measure(engines, runs))
    medians = [report(name, samples) for name, samples in starts.items()]
    print(f"ready, of the budget of {BUDGET_MS} ms: {medians[-1] / BUDGET_MS:.0%}")


if __name__ == "__main__":
    main()
