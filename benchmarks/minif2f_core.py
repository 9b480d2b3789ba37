"""MiniF2F validation problems that need no Mathlib, attempted by the symbolic policy and checked at tier T2.

Which problems these are is Lean's decision: those whose statement elaborates on the embedded engine once the Mathlib header is dropped.
54 of 244 are over ℕ and ℤ; six more, over ℚ, are left out unless --rationals is given, because Mathlib's instances on ℚ are not the
core's and the statement may not mean the same. The file is valid.jsonl in ../shared/data/minif2f, or in the folder that ENTAIL_DATA names.

usage: python benchmarks/minif2f_core.py [--seconds 30] [--workers 2] [--only NAME ...] [--rationals] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from lean_env.embedded.install import ensure_engine
from lean_env.messages import NotElaborated
from lean_env.reading import read_text
from lean_env.session import Session
from lean_env.statement import Statement
from prover.attempt import Attempt
from prover.config import ProveConfig
from prover.proving import prove_statement
from prover.symbolic import SymbolicPolicy
from prover.workshop import workshop
from search.budget import Budget

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="of search per problem (default 30)")
    parser.add_argument("--workers", type=int, default=2, help="Lean workers per problem (default 2)")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these problems alone")
    parser.add_argument("--rationals", action="store_true", help="also the problems over ℚ")
    parser.add_argument("--json", metavar="FILE", help="one record per problem")
    options = parser.parse_args()
    source = next((path for path in _candidates() if path.is_file()), None)
    if source is None:
        print(f"skipped: none of {', '.join(map(str, _candidates()))} is there")
        return 0
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if not options.only or row["name"] in options.only]
    rows = [row for row in rows if options.rationals or "ℚ" not in row["formal_statement"]]
    attempts: list[Attempt] = []
    try:
        asyncio.run(_run(rows, options, attempts))
    except KeyboardInterrupt:
        print("interrupted")
    _summary(attempts, options)
    if options.json:
        lines = (json.dumps(_record(attempt)) for attempt in attempts)
        Path(options.json).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _candidates() -> list[Path]:
    folders = [Path(os.environ["ENTAIL_DATA"])] if "ENTAIL_DATA" in os.environ else []
    folders.append(ROOT.parent / "shared" / "data" / "minif2f")
    return [folder / "valid.jsonl" for folder in folders]


async def _run(rows: list[dict[str, str]], options: argparse.Namespace, attempts: list[Attempt]) -> None:
    config = ProveConfig(budget=Budget(seconds=options.seconds), workers=options.workers)
    async with workshop(ensure_engine(), options.workers) as shop:
        async with shop.pool.lease() as session:
            statements = [found for row in rows if (found := await _core_statement(session, row["formal_statement"])) is not None]
        print(
            f"{len(statements)} of {len(rows)} problems looked at need no Mathlib; load average {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        for number, statement in enumerate(statements, 1):
            attempt = await prove_statement(
                statement,
                pool=shop.pool,
                checker=shop.checker,
                policy=SymbolicPolicy(),
                config=config,
                clock=time.monotonic,
            )
            attempts.append(attempt)
            tier = attempt.verdict.tier.value if attempt.verdict else "--"
            effort = attempt.effort
            print(
                f"{number:3} {attempt.outcome.name:13} {tier} {effort.seconds:6.1f} s {effort.steps:5} steps  {statement.name}",
                flush=True,
            )


async def _core_statement(session: Session, text: str) -> Statement | None:
    found = await read_text(session, text)
    if isinstance(found, NotElaborated):
        return None
    return found.listings[0].statement if found.listings else None


def _summary(attempts: list[Attempt], options: argparse.Namespace) -> None:
    outcomes = Counter(attempt.outcome.name for attempt in attempts)
    seconds = sum(attempt.effort.seconds for attempt in attempts)
    shown = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
    print(f"{len(attempts)} attempted at {options.seconds:g} s with {options.workers} workers: {shown}; {seconds:.0f} s in all")


def _record(attempt: Attempt) -> dict[str, object]:
    verdict = attempt.verdict
    return {
        "name": attempt.statement.name,
        "outcome": attempt.outcome.value,
        "tier": verdict.tier.value if verdict else None,
        "seconds": round(attempt.effort.seconds, 2),
        "steps": attempt.effort.steps,
        "proof": attempt.proof,
    }


if __name__ == "__main__":
    sys.exit(main())
