"""Each move proves something in Lean: the real terms are read as the hand-made ones are, and Lean accepts what is proposed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from lean_env.embedded.session import LEMMA_ENV, EmbeddedSession
from lean_env.messages import Advanced, Opened, Part, TacticCall
from prover.symbolic import DEFAULT_MOVES, SymbolicPolicy

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]

CLOSES = {
    "ground": "theorem t : (19 ^ 19 + 99 ^ 99) % 10 = 8",
    "immediate": "theorem t (n : ℕ) (h : n ^ 2 = 4) : n ^ 2 = 4",
    "linear": "theorem t (x y : ℤ) (h₀ : x + y = 7) (h₁ : x - y = 1) : x = 4 ∧ y = 3",
    "simplify": "theorem t {α : Type} (xs ys : List α) : (xs ++ ys).reverse = ys.reverse ++ xs.reverse",
    "grind": "theorem t (a b c : ℤ) (h : a + b + c = 0) : a ^ 3 + b ^ 3 + c ^ 3 = 3 * a * b * c",
    "decide": "theorem t : ∀ n : ℕ, n < 9 → (n ^ 2 + n) % 2 = 0",
    "cases": "theorem t (b : Bool) : (b && !b) = false",
    "apply": "theorem t (p : ℕ → Prop) (h : ∀ n, 0 < n → p n) (n : ℕ) (k : 0 < n) : p n",
    "induction": "theorem t (n : ℕ) : n < 2 ^ n",
    "list induction": "theorem t {α β : Type} (f : α → β) (xs : List α) : (xs.map f).length = xs.length",
    "residues": "theorem t (n : ℕ) (h : 7 ∣ 2 ^ n - 1) : 3 ∣ n",
    "box": "theorem t (x y : ℤ) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 80) : x = 26",
    "one by one": "theorem t (m x : ℤ) (h₀ : 0 ≤ x) (h₁ : 10 ≤ m ∧ m ≤ 20) (h₂ : 6 * x % m = 1) : m % 2 = 1",
    "divisors": "theorem t (n : ℤ) (h : (n - 1) * n * (n + 1) = 120) : n + 1 = 6",
    "shared divisor": "theorem t (m x : ℤ) (h₁ : 10 ≤ m) (h₂ : 6 * x % m = 1) (h₃ : (x - 6 ^ 2) % m = 0) : 43 ≤ m",
    "saturate": "theorem t (n : ℕ) (h₀ : Nat.gcd n 12 = 4) (h₁ : Nat.lcm n 12 = 24) : n = 8",
    "gcd of linear expressions": "theorem t (n : ℕ) : Nat.gcd (21 * n + 4) (14 * n + 3) = 1",
    "unroll a recurrence": "theorem t (f : ℕ → ℤ) (h₀ : f 0 = 2) (h : ∀ n, f (n + 1) = 3 * f n - 1) : f 5 = 365",
    "period of a recurrence": (
        "theorem t (f : ℕ → ℤ) (h₀ : f 0 = 1) (h₁ : f 1 = 3) (h : ∀ n ≥ 2, f n = f (n - 1) - f (n - 2)) : f 2024 = 2"
    ),
    "counterexample": "theorem t : ¬ ∀ x y : ℤ, x ^ 2 = y ^ 2 → x = y",
    "false hypothesis": "theorem t (h : ∀ n : ℕ, 0 < n → n < 5) : False",
    "numeric witness": "theorem t : ∃ x y : ℕ, x ^ 2 + y ^ 2 = 65 ∧ 1 < x ∧ x < y",
    "polynomial cofactor": "theorem t (a b c : ℕ) (h : a ∣ b) (k : b ∣ c) : a ∣ b * b + c",
    "squares": "theorem t (a b c : ℤ) : a * b + b * c + c * a ≤ a ^ 2 + b ^ 2 + c ^ 2",
    "products": "theorem t (a b : ℤ) (h : a ≤ b) (k : 0 ≤ a) : a ^ 2 ≤ b ^ 2",
    "witness in sight": "theorem t {α : Type} (p : α → Prop) (a : α) (h : p a) : ∃ x, p x",
    "simplify with hypotheses": "theorem t (f : ℤ → ℤ) (h : ∀ x, f x = 3 * x - 5) : f (f 4) < 17",
    "forward": "theorem t (f : ℕ → ℕ) (a b : ℕ) (h : ∀ x, f x < x) : f a + f b < a + b",
}

ADVANCES = {
    "intro": "theorem t : ∀ n : ℕ, n * n = 4 → n ≠ 3",
    "split target": "theorem t (n : ℕ) (f : ℕ → ℕ) : f n = n ∧ f 1 = 1",
    "split hypotheses": "theorem t (n : ℕ) (h : ∃ k, k * k = n ∧ 0 < k) : 0 < n",
    "substitute": "theorem t (n m : ℕ) (h : n = m * m + 1) : 0 < n",
    "rename": "theorem t (n : ℕ) (h : n * n = 4) (h : n < 3) : n = 2",
    "extensional": "theorem t (f : ℕ → ℕ) (h : ∀ n, f n = n) : (fun x => f x) = fun x => f (f x)",
    "by contradiction": "theorem t (f : ℕ → ℕ) (h : ¬ f 0 ≠ 0) : f 0 = 0",
    "absurd": "theorem t (p q : Prop) (h : ¬ (p → q)) : False",
    "addition form": "theorem t (n : ℕ) (u : ℕ → ℕ) (h : ∀ n, u n = n) : u n = 2 ^ n - (2 ^ n - n)",
    "residues of a ground power": "theorem t (k : ℕ) (h : k = 2008 ^ 2 + 2 ^ 2008) : (k ^ 2 + 2 ^ k) % 10 = 6",
    "solved witness": "theorem t (n : ℕ) (h : n % 2 = 1) : ∃ k, n = 2 * k + 1",
    "rewrite": "theorem t (f : ℕ → ℕ) (h : ∀ n, f (n + 1) = f n + 2) (n : ℕ) : f (n + 1) % 2 = f n % 2",
    "contrapositive": "theorem t (p q : Prop) (h : ¬ p) (k : p ∨ q) : q",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncIterator[EmbeddedSession]:
    """One worker for all cases."""
    started = await EmbeddedSession.start()
    yield started
    await started.close()


async def _results(session: EmbeddedSession, move: str, theorem: str) -> list[Advanced]:
    """What the move's proposals lead to at the theorem's first goal, up to the first that closes it."""
    opened = await session.open(theorem, LEMMA_ENV)
    assert isinstance(opened, Opened), opened
    part: Part = opened.part
    mine = [candidate for candidate in SymbolicPolicy().rank(part.goals[0]) if candidate.move == move]
    assert mine, "the move proposes nothing"
    calls = [TacticCall(each.tactic, each.heartbeats or 0, 4 * (each.soft_ms or 0)) for each in mine]
    results = await session.step(part.state, calls, until_closed=True)
    advanced = [result for result in results if isinstance(result, Advanced)]
    assert advanced, results
    return advanced


@pytest.mark.parametrize("move", CLOSES)
async def test_the_move_closes_a_theorem(session: EmbeddedSession, move: str) -> None:
    assert any(result.parts == () for result in await _results(session, move, CLOSES[move]))


@pytest.mark.parametrize("move", ADVANCES)
async def test_the_move_takes_a_step(session: EmbeddedSession, move: str) -> None:
    assert await _results(session, move, ADVANCES[move])


async def test_every_move_is_shown() -> None:
    assert {move.name for move in DEFAULT_MOVES} == CLOSES.keys() | ADVANCES.keys()
