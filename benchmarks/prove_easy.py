"""The whole process `entail prove` on an easy theorem with a warm cache, and where its time goes.

    python benchmarks/prove_easy.py [--runs 7]

The total is measured from outside. The parts come from a second kind of run, in turns with the first: the same steps in the
same order, with a clock between them. The budget is 1.5 s.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from time import time

THEOREM = "theorem e (a b : ℕ) : a + b = b + a"
BUDGET_S = 1.5
INSIDE = "ENTAIL_BENCHMARK_BEGAN"  # set in the runs with a clock inside: when the process was asked for, seconds since the epoch
PARTS = ("Python starts", "imports", "engine found", "first worker ready", "statement read", "search", "check", "ends", "exit")


def from_inside(began: float) -> None:
    """What `entail prove` does, with a clock. Prints when each part ended, as JSON."""
    ends = [time()]
    import asyncio

    from lean_env.embedded.install import ensure_engine
    from lean_env.reading import Reading, read_text
    from prover.attempt import Outcome
    from prover.config import ProveConfig
    from prover.proving import Progress, prove_statement
    from prover.symbolic import SymbolicPolicy
    from prover.workshop import workshop

    ends.append(time())
    engine = ensure_engine()
    ends.append(time())

    async def prove() -> None:
        checks: list[float] = []

        def watch(progress: Progress) -> None:
            if progress.phase == "check":
                checks.append(time())

        config = ProveConfig()
        async with workshop(engine, config.workers) as shop:
            async with shop.pool.lease() as session:
                ends.append(time())
                reading = await read_text(session, THEOREM)
            assert isinstance(reading, Reading)
            ends.append(time())
            attempt = await prove_statement(
                reading.listings[0].statement, pool=shop.pool, checker=shop.checker, policy=SymbolicPolicy(), config=config,
                clock=time, watch=watch,
            )  # fmt: skip
            assert attempt.outcome is Outcome.PROVED, attempt
            ends.extend((checks[0], time()))
        ends.append(time())

    asyncio.run(prove())
    print(json.dumps([began, *ends]), flush=True)


def parts_once() -> list[float]:
    """Milliseconds of each part, of one run with a clock inside."""
    environment = {**os.environ, INSIDE: str(time())}
    done = subprocess.run([sys.executable, __file__], env=environment, check=True, capture_output=True, text=True)
    moments = [*json.loads(done.stdout), time()]
    return [1000 * (end - begin) for begin, end in pairwise(moments)]


def whole_once(entail: str) -> float:
    """Seconds of one `entail prove`."""
    began = time()
    subprocess.run([entail, "prove", THEOREM], check=True, capture_output=True)
    return time() - began


def main() -> None:
    """Print the total, how much of the budget it takes, and the parts."""
    from measuring import engine_to_measure, middle

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="runs of each kind (default 7)")
    runs = parser.parse_args().runs
    engine_to_measure()
    entail = shutil.which("entail", path=Path(sys.executable).parent)
    if entail is None:
        print("skipped: the command `entail` is not installed beside this Python")
        return
    whole, parts = list[float](), list[list[float]]()
    for _ in range(runs):
        whole.append(whole_once(entail))
        parts.append(parts_once())
    print(f"entail prove: {middle(whole, unit='s', digits=2)}")
    for name, samples in zip(PARTS, zip(*parts, strict=True), strict=True):
        print(f"  {name:20} {statistics.median(samples):6.0f} ms")
    print(f"of the budget of {BUDGET_S} s: {statistics.median(whole) / BUDGET_S:.0%}")


if __name__ == "__main__":
    if INSIDE in os.environ:
        from_inside(float(os.environ[INSIDE]))
    else:
        main()
