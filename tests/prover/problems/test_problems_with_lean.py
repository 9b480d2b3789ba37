"""What the loaders hand over can be read by Lean, whatever the copy: one problem of each that needs no Mathlib."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from lean_env.reading import Reading, read_text
from lean_env.session import Session
from prover.problems import Problem, load_problems
from tests.fakes.lean import Workers
from tests.prover.problems.writing import (
    Row,
    ai_mo,
    deepseek,
    internlm,
    lean_workbook,
    minif2f,
    reference,
    v2,
    write_files,
    write_rows,
)

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[Session]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


CORE = "theorem {name} (n : Nat) (h₀ : n + 1 = 3) : n = 2"


async def read_by_lean(session: Session, problem: Problem) -> str:
    """The statement's signature, from header and source, both without what the embedded engine lacks."""
    reading = await read_text(session, f"{problem.header}\n\n{problem.source}")
    assert isinstance(reading, Reading), reading
    listing = reading.listings[-1]
    assert listing.has_hole
    assert not listing.errors
    assert not reading.unread
    return listing.statement.signature


@pytest.mark.parametrize(
    "row",
    [
        reference("t", statement=CORE),
        deepseek("t", statement=CORE),
        deepseek("t", statement=CORE, ending=" :="),
        deepseek("t", statement=CORE, ending=" := by sorry"),
        internlm("t", statement=CORE),
        ai_mo("t", statement=CORE),
        v2("t", "test"),
        v2("t", "test", CORE + " := by"),
        lean_workbook(1),
        {"name": "t", "statement": "/-- Two. -/\n" + CORE.format(name="t") + " := sorry"},
        {"name": "t", "statement": CORE.format(name="t") + " := by\n  omega"},
    ],
)
async def test_rows(session: Session, tmp_path: Path, row: Row) -> None:
    (problem,) = load_problems(write_rows(tmp_path / "rows.jsonl", [row]), dataset="mine").problems
    name = "lean_workbook_1" if "id" in row else "t"
    assert (await read_by_lean(session, problem)).startswith(f"theorem {name} (")


async def test_files(session: Session, tmp_path: Path) -> None:
    text = (
        "/- Nobody's copyright. -/\nimport Mathlib\nset_option maxHeartbeats 400000\nopen Nat Real\n\nnamespace A\n\n"
        "def two := 2\n\nsection\nvariable (m : Nat)\n\n/-- One. -/\n@[simp]\ntheorem one : m + 0 = m := by\n  simp\n\nend\n\n"
        "theorem both (n : Nat) : n + two = 2 + n := by sorry\n\nend A\n"
    )
    folder = write_files(
        tmp_path,
        {
            "Valid/one.lean": "import Mathlib\n\n/-- Two. -/\ntheorem one (n : Nat) : 0 + n = n := by\n  sorry\n",
            "mine.lean": text,
            "putnam_2000_a2.lean": (
                "import Mathlib\nopen Nat\n\nabbrev putnam_2000_a2_solution : Nat := sorry\n-- 7\n/-- What? -/\n"
                "theorem putnam_2000_a2 (n : Nat) (h : n + 1 = 8) : n = putnam_2000_a2_solution :=\nsorry\n"
            ),
        },
    )
    problems = load_problems(folder, dataset="mine").problems
    signatures = {problem.name: await read_by_lean(session, problem) for problem in problems}
    assert signatures == {
        "one": "theorem one (n : Nat) : 0 + n = n",
        "A.one": "theorem one : m + 0 = m",
        "A.both": "theorem both (n : Nat) : n + two = 2 + n",
        "putnam_2000_a2": "theorem putnam_2000_a2 (n : Nat) (h : n + 1 = 8) : n = putnam_2000_a2_solution",
    }


async def test_a_problem_of_the_validation_split(session: Session) -> None:
    for file_name in ("valid.jsonl", "valid_deepseek.jsonl"):
        (problem,) = (p for p in load_problems(minif2f(file_name)).problems if p.name == "imo_1964_p1_2")
        reading = await read_text(session, f"{problem.header}\n{problem.source}")
        assert isinstance(reading, Reading)
        assert [listing.statement.name for listing in reading.listings] == ["imo_1964_p1_2"]
