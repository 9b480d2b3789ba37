"""What `import prover` costs: seconds over a bare interpreter, and whether anything heavy comes along.

    python benchmarks/import_time.py [--runs 9]

Bare and importing interpreters start in turns. The budget is 0.3 s.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from time import perf_counter

from measuring import machine, middle

BUDGET_S = 0.3
HEAVY = (
    "jinja2",
    "lark",
    "matplotlib",
    "networkx",
    "numpy",
    "openai",
    "ray",
    "rich",
    "scipy",
    "sympy",
    "torch",
    "transformers",
)
STATEMENTS = ("pass", "import prover", "from prover import prove", "import prover.cli", "import prover.commands")
LOADED = f"import sys; print(len(sys.modules), *[name for name in {HEAVY} if name in sys.modules])"


def seconds(statement: str) -> float:
    """Wall-clock time of an interpreter that runs `statement`."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return perf_counter() - began


def loaded_by(statement: str) -> str:
    """Number of modules after `statement`, and the heavy ones among them."""
    done = subprocess.run([sys.executable, "-c", f"{statement}; {LOADED}"], check=True, capture_output=True, text=True)
    count, *heavy = done.stdout.split()
    return f"{count} modules, heavy: {', '.join(heavy) or 'none'}"


def main() -> None:
    """Print each statement's cost over a bare interpreter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="interpreters started for each statement (default 9)")
    runs = parser.parse_args().runs
    print(machine())
    samples: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in range(runs):
        for statement in STATEMENTS:
            samples[statement].append(seconds(statement))
    bare = statistics.median(samples["pass"])
    print(f"bare interpreter: {middle([1000 * value for value in samples['pass']])}")
    for statement in STATEMENTS[1:]:
        extra_ms = [1000 * (value - bare) for value in samples[statement]]
        print(f"{statement}: {middle(extra_ms)} more; {loaded_by(statement)}")
    share = (statistics.median(samples["import prover"]) - bare) / BUDGET_S
    print(f"import prover, of the budget of {BUDGET_S} s: {share:.0%}")


if __name__ == "__main__":
    main()
