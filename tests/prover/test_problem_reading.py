"""Lean reads problems: what can be attempted has its statement, and what cannot has the reason."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.session import Session
from prover.problem_reading import lean_text, needs_mathlib, read_problem
from prover.problems import Problem
from prover.records import Cause
from tests.fakes.lean import Workers

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

MATHLIB = "import Mathlib\nimport Aesop\nset_option maxHeartbeats 400000\n-- of old\nopen BigOperators Real Nat Topology Rat\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[Session]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


@pytest.mark.parametrize(
    ("source", "header", "statement"),
    [
        ("theorem p (n : Nat) : n + 0 = n := by sorry", "", "theorem p (n : Nat) : n + 0 = n"),
        ("theorem p (n : Nat) : n + 0 = n := by\n  sorry\n", "", "theorem p (n : Nat) : n + 0 = n"),
        ("theorem p (n : Nat) : n + 0 = n := sorry", "", "theorem p (n : Nat) : n + 0 = n"),
        ("theorem p (n : Nat) : n + 0 = n := by", "", "theorem p (n : Nat) : n + 0 = n"),
        ("theorem p (n : Nat) : n + 0 = n", "", "theorem p (n : Nat) : n + 0 = n"),
        ("theorem p (n : ℕ) (h : 0 < n) : n ∣ n := by sorry", MATHLIB, "theorem p (n : ℕ) (h : 0 < n) : n ∣ n"),
        ("theorem p : (3 : Int) / 2 = 1 := by sorry", MATHLIB, "theorem p : (3 : Int) / 2 = 1"),
        ("theorem p (q : Rat) : q = q := by sorry", "", "theorem p (q : Rat) : q = q"),
    ],
)
async def test_what_the_core_library_has_can_be_attempted(session: Session, source: str, header: str, statement: str) -> None:
    record = await read_problem(session, Problem("p", source, header))
    assert (record.cause, record.reason) == ("", "")
    assert record.statement is not None
    assert record.statement.signature.split() == statement.split()
    assert record.statement_sha256 == record.statement.digest


async def test_a_definition_before_the_theorem_is_its_context(session: Session) -> None:
    source = (
        "def twice (n : Nat) := n + n\n\ntheorem known : twice 1 = 2 := rfl\n\ntheorem p (n : Nat) : twice n = 2 * n := by sorry"
    )
    record = await read_problem(session, Problem("p", source, MATHLIB))
    assert record.statement is not None
    assert "def twice" in record.statement.context
    assert record.statement.name == "p"


async def test_a_header_of_ones_own_counts(session: Session) -> None:
    record = await read_problem(session, Problem("p", "theorem p : seven = 7 := by sorry", "def seven := 7"))
    assert record.statement is not None
    assert "def seven" in record.statement.context


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("theorem p (x : ℝ) : x = x := by sorry", "ℝ"),
        ("theorem p (x : ℝ) (h : x ^ 2 = Real.sqrt 2) : x = x := by sorry", "ℝ"),
        ("theorem p : ∃ z : ℂ, z = z := by sorry", "ℂ"),
        ("theorem p (G : Type) [Group G] (a : G) : a = a := by sorry", "Group"),
        ("theorem p : Nat.Prime 7 := by sorry", "Nat.Prime"),
        ("def half (x : ℝ) := x / 2\ntheorem p : half 2 = 1 := by sorry", "ℝ"),
    ],
)
async def test_what_needs_mathlib_says_what_is_missing(session: Session, source: str, missing: str) -> None:
    record = await read_problem(session, Problem("p", source, MATHLIB))
    assert (record.cause, record.statement, record.statement_sha256) == (Cause.MATHLIB, None, "")
    assert record.reason.startswith("not in this engine's library: ")
    assert missing in record.reason
    # The same without a header that asks for Mathlib is a statement that Lean does not take.
    assert (await read_problem(session, Problem("p", source))).cause == Cause.REFUSED


@pytest.mark.parametrize("source", ["theorem p (x : ℚ) : x = x := by sorry", "theorem p : (1 : Rat) = 1 := by sorry"])
async def test_what_is_over_the_rationals_is_told_apart(session: Session, source: str) -> None:
    record = await read_problem(session, Problem("p", source, MATHLIB))
    assert (record.cause, record.statement) == (Cause.RATIONALS, None)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("theorem p (n : Nat) : n = true := by sorry", "mismatch"),
        ("theorem p (n : Nat : n = n := by sorry", "expected"),
        ("theorem p : 1 = 1 := by sorry\ntheorem q : 2 = 2 := by sorry", "expected one theorem to prove, found 2"),
        ("theorem p : 1 = 1 := rfl", "expected one theorem to prove, found 0"),
        ("def x := 1", "expected one theorem to prove, found 0"),
        ("", "expected one theorem to prove, found 0"),
        ("example : 1 = 1 := by sorry", "expected one theorem to prove"),
    ],
)
async def test_what_lean_does_not_take_says_why(session: Session, source: str, said: str) -> None:
    record = await read_problem(session, Problem("p", source))
    assert (record.cause, record.statement) == (Cause.REFUSED, None)
    assert said in record.reason
    assert "\n" not in record.reason


async def test_an_answer_that_is_missing_is_told_without_lean(session: Session) -> None:
    problem = Problem("p", "abbrev answer : Nat := sorry\ntheorem p : answer = 3 := by sorry", answer_hole="answer")
    record = await read_problem(session, problem)
    assert record.cause == Cause.ANSWER
    assert "answer has to be filled in" in record.reason


async def test_what_the_data_says_besides_is_kept(session: Session) -> None:
    problem = Problem("p", "theorem p : 1 = 1 := by sorry", "", "valid", "algebra", "One is one.", "it is too easy")
    record = await read_problem(session, problem)
    kept = (record.name, record.split, record.category, record.informal, record.suspect, record.source, record.problem_sha256)
    assert kept == ("p", "valid", "algebra", "One is one.", "it is too easy", problem.source, problem.digest)


@pytest.mark.parametrize(
    ("header", "is_spare"),
    [
        (MATHLIB, True),
        ("import Mathlib.Tactic\n\n", True),
        ("import Mathlib\ndef seven := 7\n", False),
        ("import MathlibOfMine\n", False),
        ("open Nat\n", False),
        ("", False),
    ],
)
async def test_only_a_header_that_just_brings_mathlib_along_is_left_out(header: str, is_spare: bool) -> None:
    problem = Problem("p", "theorem p : 1 = 1", header)
    assert (lean_text(problem) == problem.source) == is_spare
    assert needs_mathlib(problem) == ("import Mathlib\n" in header or "import Mathlib.Tactic" in header)
