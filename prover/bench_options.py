"""The options of `entail bench` and `entail report`."""

from __future__ import annotations

import argparse

from prover.model_options import add_model, add_strategy
from prover.options import count, positive, seconds

BENCH = """Attempt every problem of a benchmark, several times each, with a record of every attempt in runs/NAME.
The same command goes on with a run that was interrupted. Ctrl-C once ends what was begun, twice stops at once.
Exit code: 0 the run is complete, 1 it is not yet, 2 the data or an option cannot be used, 3 our machinery failed."""
REPORT = "Say what a run came to: pass@k with intervals, outcomes, categories, problems; or how two runs differ."


def add_bench(parser: argparse.ArgumentParser) -> None:
    """The options of `bench`."""
    parser.add_argument("dataset", metavar="DATASET", help="minif2f, proofnet, putnambench, lean-workbook, or a name of your own")
    problems = parser.add_argument_group("problems")
    problems.add_argument(
        "--data", required=True, metavar="PATH", help="a .jsonl, .json, .parquet or .lean file, or a folder of them"
    )
    problems.add_argument("--split", default="all", metavar="NAME", help="valid, test or all (default all)")
    problems.add_argument(
        "--only", choices=("core",), default="", help="core: leave out what needs Mathlib, and say so in the report"
    )
    problems.add_argument("--names", nargs="+", default=[], metavar="NAME", help="these problems alone")
    attempts = parser.add_argument_group("attempts")
    attempts.add_argument("--attempts", type=positive, default=1, metavar="K", help="per problem, for pass@1 to pass@K (default 1)")
    attempts.add_argument("--policy", default="symbolic", metavar="NAME", help="who proposes tactics (default symbolic)")
    attempts.add_argument(
        "--temperature",
        type=seconds,
        default=None,
        metavar="T",
        help="how far attempts differ (default 0, with K > 1 0.5); of a model, its draws' (default: as its dialect says)",
    )
    attempts.add_argument("--seed", type=count, default=0, metavar="N", help="of the run (default 0)")
    attempts.add_argument("--no-negation", action="store_true", help="do not try to refute statements")
    limits = parser.add_argument_group("limits of one attempt (0 = none)")
    limits.add_argument(
        "--seconds", type=seconds, default=None, metavar="S", help="wall clock (default 60, or none if there is another limit)"
    )
    limits.add_argument(
        "--steps", type=count, default=0, metavar="N", help="tactics run: a budget that is the same on every machine (default 0)"
    )
    limits.add_argument("--expansions", type=count, default=0, metavar="N", help="goals expanded (default 0)")
    limits.add_argument(
        "--heartbeats",
        type=count,
        default=400,
        metavar="N",
        help="of one tactic, in thousands, unless its move says otherwise (400)",
    )
    where = parser.add_argument_group("where")
    where.add_argument(
        "--workers",
        type=count,
        default=0,
        metavar="N",
        help="Lean workers (default 0: what this machine, or the cluster, has CPUs for)",
    )
    where.add_argument(
        "--ray", metavar="ADDRESS", help="on a Ray cluster; auto: the one that runs here, or a new one on this machine"
    )
    where.add_argument(
        "--share-policy",
        action="store_true",
        help="with --ray: one policy for all workers, asked in batches (a local model always is)",
    )
    add_strategy(parser)
    add_model(parser)
    run = parser.add_argument_group("the run")
    run.add_argument("--runs", default="runs", metavar="FOLDER", help="where runs are kept (default runs)")
    run.add_argument("--name", default="", metavar="NAME", help="of the run's folder (default: made from the options)")
    run.add_argument("--retry-not-run", action="store_true", help="try again what our machinery lost in an earlier start")
    run.add_argument("--no-controls", action="store_true", help="without the policies that must not prove anything")
    run.add_argument("--trees", type=count, default=60, metavar="N", help="nodes of each search kept for the report (default 60)")


def add_report(parser: argparse.ArgumentParser) -> None:
    """The options of `report`."""
    parser.add_argument("run", metavar="RUN", help="the run's folder")
    parser.add_argument("--compare", metavar="RUN", help="an earlier run: what was gained and lost since")
    parser.add_argument("--force", action="store_true", help="compare also what is not comparable; the differences are said first")
    parser.add_argument("--html", metavar="FILE", help="write one page that holds everything, also the proofs and search trees")
    parser.add_argument("--no-problems", action="store_true", help="without the table of problems")
