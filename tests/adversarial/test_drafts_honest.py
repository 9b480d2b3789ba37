"""Honest drafts in the styles of the formalizers that people use: none is rejected, and few are pointed out."""

from __future__ import annotations

import pytest

from prover.formalize.candidate import CheckName, WordProblem
from prover.formalize.checks.proof_checks import ProofCheckConfig, proof_findings
from prover.formalize.checks.static_checks import static_findings
from prover.workshop import Workshop
from tests.prover.formalize.word_problems import compiled

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

TEXTS = {
    "apples": "A crate holds 3 boxes with 12 apples each. After 5 apples are eaten, how many are left? Show that it is 31.",
    "age": "Anna is 4 years older than Ben. Together they are 30 years old. How old is Anna? Show that it is 17.",
    "sys": "Let x and y be real numbers with 2x + 3y = 12 and x - y = 1. Find x. Show that it is 3.",
    "gcd": "What is the greatest common divisor of 84 and 126? Show that it is 42.",
    "lcm": "Find the least common multiple of 12 and 18. Show that it is 36.",
    "rem": "What is the remainder when 7^100 is divided by 5? Show that it is 1.",
    "div6": "Show that n^3 - n is divisible by 6 for every integer n.",
    "even": "Prove that the product of two consecutive integers is even.",
    "sq": "Show that if n is odd then n^2 leaves remainder 1 when divided by 8.",
    "cons": "The sum of three consecutive integers is 72. What is the largest of them? Show that it is 25.",
    "units": "What is the units digit of 3^2023? Show that it is 7.",
    "trip": "A car drives 60 miles per hour for 4 hours. How many miles does it drive? Show that it is 240.",
    "func": "A function satisfies f(x) = 2x + 3 for all integers x. What is f(4)? Show that it is 11.",
    "sum": "What is the sum of the first 10 positive integers? Show that it is 55.",
    "ineq": "Let a and b be natural numbers. Show that a^2 + b^2 is at least 2ab.",
    "exist": "Show that there exist positive integers a and b with a^2 + b^2 = 25.",
    "tens": "A two-digit number has digit sum 9, and its tens digit is twice its units digit. Which is it? Show that it is 63.",
}

DRAFTS: dict[str, tuple[str, ...]] = {
    "apples": (
        "theorem apples (total : ℕ) (h₀ : total = 3 * 12 - 5) : total = 31 := by sorry",
        (
            "import Mathlib\n"
            "open Real Nat\n"
            "\n"
            "theorem my_favorite_theorem (boxes per_box apples left : ℕ) (h₀ : boxes = 3) (h₁ : per_box = 12) "
            "(h₂ : apples = boxes * per_box) (h₃ : left + 5 = apples) : left = 31 := by sorry"
        ),
        "theorem t : 3 * 12 - 5 = 31 := by norm_num",
        "theorem t (left : ℤ) (h : left = 3 * 12 - 5) : left = 31 := by\n  linarith",
    ),
    "age": (
        "theorem t (a b : ℕ) (h₀ : a = b + 4) (h₁ : a + b = 30) : a = 17",
        (
            "import Mathlib\n"
            "import Aesop\n"
            "\n"
            "set_option maxHeartbeats 400000\n"
            "\n"
            "open BigOperators Real Nat Topology Rat\n"
            "\n"
            "/-- Anna is 4 years older than Ben. -/\n"
            "theorem age (anna ben : ℕ) (hx : anna > 0 ∧ ben > 0) (h₁ : anna = ben + 4)\n"
            "    (h₂ : anna + ben = 30) : anna = 17 := by\n"
            "  sorry"
        ),
        "theorem t (A B : ℤ) (h₁ : A - B = 4) (h₂ : A + B = 30) : A = 17",
        "theorem t (a b : ℕ) (h₀ : a - b = 4) (h₁ : a + b = 30) : a = 17",
    ),
    "sys": (
        "theorem t (x y : ℤ) (h₀ : 2 * x + 3 * y = 12) (h₁ : x - y = 1) : x = 3",
        "theorem t (x y : ℤ) (h : 2 * x + 3 * y = 12 ∧ x - y = 1) : x = 3 := by\n  obtain ⟨h1, h2⟩ := h\n  linarith",
        "theorem t : ∀ x y : ℤ, 2 * x + 3 * y = 12 → x - y = 1 → x = 3",
        "theorem t {x y : ℤ} (h₀ : 2 * x + 3 * y = 12) (h₁ : x = y + 1) : x = 3",
    ),
    "gcd": (
        "theorem t : Nat.gcd 84 126 = 42 := by norm_num",
        "open Nat in\ntheorem t : gcd 84 126 = 42 := by rfl",
        "theorem t (d : ℕ) (h : d = Nat.gcd 84 126) : d = 42",
        "theorem t : Int.gcd 84 126 = 42",
        "theorem t : (84).gcd 126 = 42",
    ),
    "lcm": ("theorem t : Nat.lcm 12 18 = 36 := by decide",),
    "rem": (
        "theorem t : 7 ^ 100 % 5 = 1 := by norm_num",
        "theorem t : (7 : ℤ) ^ 100 % 5 = 1",
        "theorem t : (7^100) % 5 = 1",
    ),
    "div6": (
        "theorem t (n : ℤ) : 6 ∣ n ^ 3 - n",
        "theorem t : ∀ n : ℤ, (6 : ℤ) ∣ n^3 - n := by\n  intro n\n  sorry",
        "theorem t (n : ℤ) : (n^3 - n) % 6 = 0",
        "theorem t (n : ℤ) : ∃ k, n ^ 3 - n = 6 * k",
    ),
    "even": (
        "theorem t (n : ℤ) : 2 ∣ n * (n + 1)",
        "theorem t (n : ℤ) : (n * (n + 1)) % 2 = 0",
        "theorem t (a b : ℤ) (h : b = a + 1) : ∃ k, a * b = 2 * k",
    ),
    "sq": (
        "theorem t (n : ℕ) (h : n % 2 = 1) : n ^ 2 % 8 = 1",
        "theorem t (n : ℤ) (h : n % 2 = 1) : n ^ 2 % 8 = 1",
        "theorem t (n : ℤ) (h : ∃ k, n = 2 * k + 1) : n ^ 2 % 8 = 1",
        "theorem t (n : ℤ) (hn : ¬ 2 ∣ n) : n ^ 2 % 8 = 1",
    ),
    "cons": (
        "theorem t (n : ℤ) (h : n + (n + 1) + (n + 2) = 72) : n + 2 = 25",
        "theorem t (a b c : ℤ) (h₀ : b = a + 1) (h₁ : c = b + 1) (h₂ : a + b + c = 72) : c = 25",
        "theorem t (n : ℤ) (h : (n - 1) + n + (n + 1) = 72) : n + 1 = 25",
    ),
    "units": (
        "theorem t : 3 ^ 2023 % 10 = 7",
        "theorem t (n : ℕ) (h₀ : n = 3 ^ 2023) : n % 10 = 7",
    ),
    "trip": (
        "theorem t (speed time distance : ℕ) (h₀ : speed = 60) (h₁ : time = 4) (h₂ : distance = speed * time) : distance = 240",
        "theorem t : 60 * 4 = 240 := by norm_num",
        "def speed : ℕ := 60\ndef hours : ℕ := 4\ntheorem t : speed * hours = 240",
    ),
    "func": (
        "theorem t (f : ℤ → ℤ) (h : ∀ x, f x = 2 * x + 3) : f 4 = 11",
        "theorem t (f : ℤ → ℤ) (hf : f = fun x => 2 * x + 3) : f 4 = 11",
        "theorem t (f : ℤ → ℤ) (h₀ : ∀ x : ℤ, f x = 2 * x + 3) : f 4 = 11 := by\n  rw [h₀]\n  norm_num",
    ),
    "sum": (
        "theorem t : (List.range 11).foldl (· + ·) 0 = 55",
        "theorem t : 10 * (10 + 1) / 2 = 55",
        "theorem t : (List.range 11).sum = 55",
    ),
    "ineq": (
        "theorem t (a b : ℕ) : a ^ 2 + b ^ 2 ≥ 2 * a * b",
        "theorem t (a b : ℕ) : 2 * a * b ≤ a^2 + b^2",
    ),
    "exist": ("theorem t : ∃ a b : ℕ, 0 < a ∧ 0 < b ∧ a ^ 2 + b ^ 2 = 25",),
    "tens": (
        "theorem t (a b : ℕ) (h₀ : 1 ≤ a ∧ a ≤ 9) (h₁ : b ≤ 9) (h₂ : a + b = 9) (h₃ : a = 2 * b) : 10 * a + b = 63",
        "theorem t (n : ℕ) (h₀ : 10 ≤ n ∧ n ≤ 99) (h₁ : n / 10 + n % 10 = 9) (h₂ : n / 10 = 2 * (n % 10)) : n = 63",
    ),
}

# What a person is asked to look at, and why: by problem and number of the draft.
POINTED_OUT = {
    ("trip", 2): CheckName.NOTATION,  # definitions of its own
    ("sum", 0): CheckName.NUMBERS,  # 11 for the 10 of the text
    ("sum", 2): CheckName.NUMBERS,
    ("tens", 1): CheckName.DIVISION,  # n / 10 drops the remainder, and means to
}


@pytest.mark.parametrize("name", TEXTS)
async def test_honest_drafts_are_not_rejected(shop: Workshop, name: str) -> None:
    problem = WordProblem(name, TEXTS[name])
    for number, lean in enumerate(DRAFTS[name]):
        async with shop.pool.lease() as session:
            statement = await compiled(session, problem, lean)
        found = static_findings(problem, statement)
        config = ProofCheckConfig(seconds=0, steps=1)
        found += await proof_findings(statement, pool=shop.pool, checker=shop.checker, config=config, clock=lambda: 0.0)
        remarks = {finding.check: finding for finding in found if finding.verdict in ("flag", "reject")}
        assert [*remarks] == ([POINTED_OUT[name, number]] if (name, number) in POINTED_OUT else []), (lean, remarks)
        assert not any(finding.verdict == "reject" for finding in found), (lean, remarks)
