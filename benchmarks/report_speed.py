"""How long a report takes: seconds to load, add up, and write out a run of many problems.

    python benchmarks/report_speed.py [--problems 2500] [--attempts 4] [--trees 1000]

The records are synthetic and repeatable: a third of the attempts prove something, the rest leave goals behind. The budget for
10,000 attempts is 5 seconds for everything, the page included.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import msgspec
from measuring import machine

from prover.attempt import Effort, Outcome
from prover.config import ProveConfig
from prover.config_file import write_config
from prover.records import AttemptRecord, ProblemRecord, StartRecord, TreeRecord
from prover.report import load_run, report_json, summarise
from prover.report_page import report_page
from prover.report_text import report_text
from prover.run_config import RunConfig
from search.budget import Budget

BUDGET_S = 5.0
CATEGORIES = ("aime", "algebra", "amc", "imo", "induction", "mathd_algebra", "mathd_numbertheory", "numbertheory")
GOAL = "x y : Int\nh₀ : x + y = 12\nh₁ : x * y = 35\nh₂ : 0 < x\n⊢ x ^ 2 + y ^ 2 = 74"
T = TypeVar("T")


def main() -> None:
    """Make the records, then time each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=2500)
    parser.add_argument("--attempts", type=int, default=4)
    parser.add_argument("--trees", type=int, default=1000, help="attempts whose search was kept")
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        records = _write(Path(folder), options.problems, options.attempts, options.trees)
        print(f"{records} records")
        run, loading = _timed(lambda: load_run(Path(folder)))
        report, summing = _timed(lambda: summarise(run))
        text, telling = _timed(lambda: report_text(report))
        _, packing = _timed(lambda: msgspec.json.encode(report_json(report)))
        page, drawing = _timed(lambda: report_page(run, report))
    print(f"load {loading:.2f} s, summarise {summing:.2f} s, text {telling:.2f} s, json {packing:.2f} s, page {drawing:.2f} s")
    print(f"text {len(text) / 1e6:.1f} MB, page {len(page.encode()) / 1e6:.1f} MB")
    total = loading + summing + telling + packing + drawing
    print(f"together {total:.2f} s of {BUDGET_S:g} s: {'within' if total <= BUDGET_S else 'OVER'} the budget")


def _timed(job: Callable[[], T]) -> tuple[T, float]:
    begun = perf_counter()
    value = job()
    return value, perf_counter() - begun


def _write(folder: Path, problems: int, attempts: int, trees: int) -> int:
    draw = random.Random(0)
    write_config(
        RunConfig(
            dataset="synthetic",
            lineage="benchmark",
            split="test",
            problems=problems,
            problems_sha256="0" * 64,
            attempts=attempts,
            temperature=0.7,
            prove=ProveConfig(workers=1, budget=Budget(seconds=60.0)),
        ),
        folder / "config.toml",
    )
    asked = [_problem(number, draw) for number in range(problems)]
    made = [_attempt(each.name, number, draw) for each in asked for number in range(1, attempts + 1)]
    start = StartRecord(begun="2026-01-01T00:00:00+00:00", facts={"engine": "4.28.0"})
    _lines(folder / "problems.jsonl", asked)
    _lines(folder / "records.jsonl", [start, *made])
    _lines(folder / "trees.jsonl", [_tree(each.key, draw) for each in made[:trees]])
    return len(made)


def _lines(path: Path, records: list[ProblemRecord] | list[AttemptRecord | StartRecord] | list[TreeRecord]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))


def _problem(number: int, draw: random.Random) -> ProblemRecord:
    category = draw.choice(CATEGORIES)
    return ProblemRecord(
        name=f"{category}_p{number}",
        split="test",
        category=category,
        problem_sha256="p",
        statement_sha256=str(number),
        source=f"theorem {category}_p{number} (x y : Int) (h₀ : x + y = 12) (h₁ : x * y = 35) :\n  x ^ 2 + y ^ 2 = 74 := sorry",
        informal="The sum of two integers is 12 and their product 35. Find the sum of their squares. " * 2,
        suspect="the hypotheses contradict each other" if number % 50 == 0 else "",
    )


def _attempt(name: str, number: int, draw: random.Random) -> AttemptRecord:
    proved = draw.random() < 0.33
    seconds = draw.lognormvariate(1, 1)
    script = tuple(f"nlinarith [sq_nonneg (x - {line}), mul_pos h₂ h₂]" for line in range(draw.randint(1, 12)))
    return AttemptRecord(
        key=f"{name}#{number}",
        name=name,
        attempt=number,
        seed=draw.getrandbits(63),
        statement_sha256=name.rpartition("_p")[2],
        outcome=Outcome.PROVED if proved else Outcome.OUT_OF_BUDGET,
        effort=Effort(seconds=seconds, steps=int(50 * seconds), expansions=int(6 * seconds), lean_seconds=seconds / 2),
        tier="T2" if proved else "",
        reason="" if proved else "the limit of 60 seconds was reached",
        proof=f"theorem {name} : True := by\n  " + "\n  ".join(script) if proved else "",
        script=script if proved else (),
        open_goals=() if proved else (GOAL,) * 5,
    )


def _tree(key: str, draw: random.Random) -> TreeRecord:
    """Sixty goals, each but the first a child of an earlier one, with as many refusals as a search meets."""
    edges: list[list[dict[str, object]]] = [[] for _ in range(60)]
    for child in range(1, 60):
        tactic = f"rcases h₀ with ⟨a{child}, b⟩"
        edges[draw.randrange(child)].append(
            {"tactic": tactic, "logprob": -0.7, "status": "open", "children": [child], "message": ""}
        )
    refusal: dict[str, object] = {
        "tactic": "omega",
        "logprob": -1.0,
        "status": "failed",
        "children": [],
        "message": "omega could not prove it",
    }
    nodes: list[dict[str, object]] = [
        {"id": at, "goals": [f"{GOAL} + {at}"], "status": "open", "depth": 1, "priority": -1.5, "edges": [*tried, refusal]}
        for at, tried in enumerate(edges)
    ]
    return TreeRecord(key=key, nodes=nodes)


if __name__ == "__main__":
    main()
