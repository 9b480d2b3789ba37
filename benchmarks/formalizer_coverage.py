"""How much of a benchmark's words the built-in formalizer understands, and how its statements stand to the reference ones.

    python benchmarks/formalizer_coverage.py FILE [--json] [--all] [--split valid]

FILE is a copy of MiniF2F that has the problems in words. Only the rows that elaborate without Mathlib count, which is decided by
elaborating them. A statement is compared with the reference by `prover.formalize.agreement.equivalence`; "stronger" means that the
reference follows from ours, "undecided" that neither direction was shown, "not stated" that the text is understood and leaves
nothing to prove (a question without an answer).

Every row that is understood and not equivalent is listed with both statements, and with --all every row that is not understood,
with the reason. --json: one object per row instead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lean_env.embedded.engine import Engine
from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.errors import WorkerLost
from lean_env.statement import Statement
from prover.formalize.agreement.equivalence import Relation, compare
from prover.formalize.candidate import WordProblem
from prover.formalize.compiling import NotCompiled, compile_draft
from prover.formalize.fragment_formalizer import FragmentFormalizer
from prover.fragment.understanding import Understood, understand
from prover.problem_reading import read_problem
from prover.problems import Problem, load_problems

NOT_UNDERSTOOD, NOT_STATED = "not understood", "not stated"
AGREEING = (Relation.SAME.value, Relation.EQUIVALENT.value)
ORDER = (*(each.value for each in Relation), NOT_STATED, NOT_UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class Row:
    """One problem: `relation` of our statement to the reference (or that there is none), `how` in words."""

    name: str
    relation: str
    how: str
    text: str
    ours: str
    reference: str


class Workers:
    """A session that is started anew when a comparison has cost it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: EmbeddedSession | None = None

    async def session(self) -> EmbeddedSession:
        """One that is alive."""
        if self._session is None or not self._session.alive:
            self._session = await EmbeddedSession.start(self._engine)
        return self._session

    async def close(self) -> None:
        """End it."""
        if self._session is not None:
            await self._session.close()


async def measure(workers: Workers, problems: Sequence[Problem]) -> list[Row]:
    """A row for each problem that needs no Mathlib and is there in words."""
    rows: list[Row] = []
    for problem in problems:
        record = await read_problem(await workers.session(), problem)
        if record.statement is not None and problem.informal:
            rows.append(await _row(workers, problem, record.statement))
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{len(rows)} problems")
    return rows


async def _row(workers: Workers, problem: Problem, reference: Statement) -> Row:
    name, text, theirs = problem.name, problem.informal, reference.signature
    drafts = await FragmentFormalizer().draft(WordProblem(name, text), 1, 0)
    if not drafts.drafts:
        relation = NOT_STATED if isinstance(understand(text), Understood) else NOT_UNDERSTOOD
        return Row(name, relation, drafts.reason, text, "", theirs)
    ours = drafts.drafts[0].lean
    try:
        compiled = await compile_draft(await workers.session(), drafts.drafts[0], name)
        if isinstance(compiled, NotCompiled):
            return Row(name, NOT_STATED, compiled.reason, text, ours, theirs)
        comparison = await compare(await workers.session(), compiled.statement, reference)
    except WorkerLost as lost:
        return Row(name, Relation.UNDECIDED.value, f"the worker was lost: {lost}", text, ours, theirs)
    return Row(name, comparison.relation.value, comparison.how, text, ours, theirs)


def show(rows: Sequence[Row], *, shows_all: bool) -> None:
    """The table, and the rows to look at."""
    counts = Counter(row.relation for row in rows)
    understood = len(rows) - counts[NOT_UNDERSTOOD]
    agreeing = sum(counts[each] for each in AGREEING)
    for row in rows:
        if row.relation in AGREEING or (row.relation == NOT_UNDERSTOOD and not shows_all):
            continue
        print(f"{row.name}: {row.relation} ({row.how})\n  {' '.join(row.text.split())}")
        if row.ours:
            print(f"  ours       {' '.join(row.ours.split())}")
        print(f"  reference  {' '.join(row.reference.split())}\n")
    print(f"{len(rows)} problems that need no Mathlib")
    print(f"{understood} understood ({understood / max(1, len(rows)):.0%}), {agreeing} of them equivalent to the reference")
    for relation in ORDER:
        print(f"  {relation:15} {counts[relation]:4}")


async def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    problems = load_problems(options.file, split=options.split).problems
    workers = Workers(ensure_engine())
    try:
        rows = await measure(workers, problems)
    finally:
        await workers.close()
    if options.json:
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False))
    else:
        show(rows, shows_all=options.all)


def main() -> None:
    """Print the table, or the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--split", default="", help="valid or test; all by default")
    parser.add_argument("--json", action="store_true", help="one object per row, and nothing else")
    parser.add_argument("--all", action="store_true", help="list also what was not understood")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
