"""What the benchmarks share: facts of the machine, medians, and the engine they measure. Run alone, it prints the facts."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Sequence

from lean_env.embedded.engine import Engine
from lean_env.embedded.install import ensure_engine


def machine() -> str:
    """One line: cores we may use, load averages, system, Python. A load near the number of cores spoils every number."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{cores} cores, load {load}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def engine_to_measure() -> Engine:
    """The engine, set up if need be; prints the machine's facts and what the engine has that makes it fast."""
    engine = ensure_engine()
    parts = [
        f"engine {engine.version} ({','.join(engine.imports)})",
        f"node {engine.node.version or engine.node.path}",
        "snapshot mapped" if engine.map_memory else "snapshot read",
        "code cache trained" if engine.code_cache else "NO code cache (entail setup trains it)",
    ]
    print(machine())
    print(", ".join(parts))
    return engine


def middle(samples: Sequence[float], *, unit: str = "ms", digits: int = 0) -> str:
    """Median with the range and the number of samples, as text."""
    low, high = (f"{value:.{digits}f}" for value in (min(samples), max(samples)))
    return f"{statistics.median(samples):.{digits}f} {unit} (median of {len(samples)}, {low} to {high})"


if __name__ == "__main__":
    print(machine())
    sys.exit()
