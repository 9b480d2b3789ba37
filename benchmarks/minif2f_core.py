"""MiniF2F validation problems that need no Mathlib, attempted by the symbolic policy and checked at tier T2.

    python benchmarks/minif2f_core.py [--seconds 30] [--workers 2] [--only NAME ...] [--rationals] [--json FILE]

Which problems these are is Lean's decision: those whose statement elaborates on the embedded engine once the Mathlib header is
dropped. 54 of 244 are over ℕ and ℤ; six more, over ℚ, are left out unless --rationals is given, because Mathlib's instances on ℚ
are not the core's and the statement may not mean the same. The file is valid.jsonl in ../shared/data/minif2f, or in the folder
that ENTAIL_DATA names. Takes up to half a minute for each problem that is not proved; Ctrl-C prints the totals so far.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from measuring import engine_to_measure

from lean_env.embedded.engine import Engine
from lean_env.errors import EnvError
from lean_env.messages import Opened
from lean_env.reading import Reading, read_text
from lean_env.session import Session
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.config import ProveConfig
from prover.proving import prove_statement
from prover.symbolic import SymbolicPolicy
from prover.workshop import Workshop, workshop
from search.budget import Budget

EXPECTED = 54  # of the whole validation split, without those over ℚ; another number means another file or another engine
_EMPTY_PROOF = re.compile(r":=\s*by\s*\Z")


class Row(TypedDict):
    """One attempt, as a line of the JSON file."""

    name: str
    digest: str
    outcome: str
    tier: str | None
    seconds: float
    steps: int
    expansions: int
    workers_lost: int
    reason: str
    proof: str


def data_files() -> list[Path]:
    """Where the statements may be, in the order of looking."""
    folders = [Path(os.environ["ENTAIL_DATA"])] if os.environ.get("ENTAIL_DATA") else []
    folders.append(Path(__file__).resolve().parents[2] / "shared" / "data" / "minif2f")
    return [folder / "valid.jsonl" for folder in folders]


async def core_statements(session: Session, texts: Sequence[str]) -> list[Statement]:
    """The statements that Lean accepts as they stand."""
    found: list[Statement] = []
    for text in texts:
        opened = await session.open(_EMPTY_PROOF.sub("", text))  # says no in milliseconds
        if isinstance(opened, Opened):
            await session.free([opened.part.state])
            reading = await read_text(session, text)
            assert isinstance(reading, Reading), text
            found.append(reading.listings[0].statement)
    return found


async def attempt(shop: Workshop, statement: Statement, config: ProveConfig) -> Attempt:
    """One attempt; broken machinery is an outcome here, not an end."""
    try:
        return await prove_statement(
            statement, pool=shop.pool, checker=shop.checker, policy=SymbolicPolicy(), config=config, clock=time.monotonic
        )
    except EnvError as broken:
        return Attempt(statement, Outcome.NOT_RUN, Effort(), reason=str(broken))


def row_of(done: Attempt) -> Row:
    """The attempt as a row."""
    return Row(
        name=done.statement.name,
        digest=done.statement.digest,
        outcome=done.outcome.value,
        tier=done.verdict.tier.value if done.verdict else None,
        seconds=round(done.effort.seconds, 3),
        steps=done.effort.steps,
        expansions=done.effort.expansions,
        workers_lost=done.effort.workers_lost,
        reason=done.reason,
        proof=done.proof,
    )


async def run(engine: Engine, texts: Sequence[str], options: argparse.Namespace, rows: list[Row]) -> None:
    """Attempt every problem in turn, printing as they end. `rows` is filled where an interrupt finds it."""
    config = ProveConfig(budget=Budget(seconds=options.seconds), workers=options.workers)
    async with workshop(engine, options.workers) as shop:
        async with shop.pool.lease() as session:
            statements = await core_statements(session, texts)
        print(f"{len(statements)} of {len(texts)} problems looked at need no Mathlib (of all: {EXPECTED}, without those over ℚ)")
        print(f"\n{'':7} {'problem':42} {'outcome':13} {'tier':4} {'seconds':>7} {'steps':>6}")
        for number, statement in enumerate(statements, 1):
            print(f"{number:3}/{len(statements):<3} {statement.name:42} ", end="", flush=True)
            row = row_of(await attempt(shop, statement, config))
            rows.append(row)
            print(f"{row['outcome']:13} {row['tier'] or '-':4} {row['seconds']:7.1f} {row['steps']:6}", flush=True)


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """The totals, and the effort of what was proved."""
    outcomes = Counter(row["outcome"] for row in rows)
    proved, refuted = outcomes["proved"], outcomes["refuted"]
    yield f"{len(rows)} attempted: {proved} proved, {refuted} refuted, {len(rows) - proved - refuted} not"
    yield ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
    solved = [row for row in rows if row["outcome"] == "proved"]
    if solved:
        seconds, steps = sorted(row["seconds"] for row in solved), sorted(row["steps"] for row in solved)
        middle = len(solved) // 2
        yield f"of the proved: median {seconds[middle]:.1f} s, {steps[middle]} steps; most {seconds[-1]:.1f} s, {steps[-1]} steps"
    yield f"{sum(row['seconds'] for row in rows):.0f} s, {sum(row['steps'] for row in rows)} steps in all"


def main() -> None:
    """Run the benchmark and print the totals, also after an interrupt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="of search per problem (default 30, 0 = no limit)")
    parser.add_argument("--workers", type=int, default=2, help="Lean workers per problem (default 2)")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these problems alone")
    parser.add_argument("--rationals", action="store_true", help="also the problems over ℚ")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write one record per problem")
    options = parser.parse_args()
    source = next((path for path in data_files() if path.is_file()), None)
    if source is None:
        print(f"skipped: none of {', '.join(map(str, data_files()))} is there")
        return
    problems = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts: list[str] = [each["formal_statement"] for each in problems if not options.only or each["name"] in options.only]
    texts = [text for text in texts if options.rationals or "ℚ" not in text]
    rows: list[Row] = []
    try:
        asyncio.run(run(engine_to_measure(), texts, options, rows))
    except KeyboardInterrupt:
        print("\ninterrupted")
    print("\n".join(["", *summary(rows)]))
    if options.json:
        options.json.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
