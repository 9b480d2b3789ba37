"""Four problems in words with a good statement of each, and how the tests of the checks compile them."""

from __future__ import annotations

from lean_env.session import Session
from prover.formalize.candidate import CheckName, Compiled, Draft, Finding, Verdict, WordProblem
from prover.formalize.compiling import NotCompiled, compile_draft

DIFFERENCE = WordProblem(
    "difference_20", "Let a and b be positive integers with a + b = 20 and a = 3b. Find a - b. Show that it is 10."
)
REMAINDER = WordProblem("remainder_2003", "What is the remainder when 2003 is divided by 11? Show that it is 1.")
ROWS = WordProblem(
    "rows_450",
    "An audience of $450$ people is seated in rows. With three fewer seats per row, and five extra rows, the same audience "
    "could still be seated. How many rows are there? Show that it is 25.",
)
MEAN = WordProblem("mean_7", "The average of two integers x and y is 7, and x is 4 more than y. What is x? Show that it is 9.")

GOOD = {
    DIFFERENCE: "theorem d (a b : ℕ) (h₀ : 0 < a ∧ 0 < b) (h₁ : a + b = 20) (h₂ : a = 3 * b) : a - b = 10 := by sorry",
    REMAINDER: "theorem r : 2003 % 11 = 1 := by",
    ROWS: "theorem rows (rows seats : ℕ) (h₀ : rows * seats = 450) (h₁ : (rows + 5) * (seats - 3) = 450) : rows = 25",
    MEAN: "theorem m (x y : ℤ) (h₀ : x + y = 2 * 7) (h₁ : x = y + 4) : x = 9 := by\n  omega",
}


async def compiled(session: Session, problem: WordProblem, lean: str) -> Compiled:
    """A draft that Lean accepts."""
    result = await compile_draft(session, Draft(lean, "test"), problem.name)
    assert isinstance(result, Compiled), result
    return result


async def not_compiled(session: Session, lean: str, name: str = "problem_1") -> NotCompiled:
    """Why a draft is no statement."""
    result = await compile_draft(session, Draft(lean, "test"), name)
    assert isinstance(result, NotCompiled), result
    assert result.reason
    assert "\n" not in result.reason
    assert result.messages
    return result


def verdicts(findings: tuple[Finding, ...]) -> dict[CheckName, Verdict]:
    """By check."""
    return {finding.check: finding.verdict for finding in findings}


def rejected(findings: tuple[Finding, ...]) -> set[CheckName]:
    """The checks that reject."""
    return {finding.check for finding in findings if finding.verdict == "reject"}
