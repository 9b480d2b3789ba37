"""The theorems that the command line must prove, one that it must refute, and one that is out of its reach."""

from __future__ import annotations

EASY = "theorem easy (a b : ℕ) : a + b = b + a"

PROVED = {
    "t1": "theorem t1 (n : ℕ) : 3 ∣ n^3 + 2*n",
    "t2": "theorem t2 (p q r : Prop) : (p ∧ q) ∨ r ↔ (p ∨ r) ∧ (q ∨ r)",
    "t3": "theorem t3 (a b c : ℤ) (h : a + b + c = 0) : a^3 + b^3 + c^3 = 3*a*b*c",
    "t4": "theorem t4 : (2^2010) % 10 = 4",
    "t5": "theorem t5 {α : Type} (xs ys : List α) : (xs ++ ys).reverse = ys.reverse ++ xs.reverse",
    "t6": "theorem t6 (a : ℤ) : a^2 % 4 = 0 ∨ a^2 % 4 = 1",
    "t7": "theorem t7 (f : ℕ → ℕ) (h0 : f 0 = 1) (h : ∀ x, f (x+1) = f x + 2) : ∀ n, f n = 2*n + 1",
    "t8": "theorem t8 (n : ℕ) : 9 ∣ 10^n - 1",
    "t9": "theorem t9 (x y : ℤ) (h₀ : x + y = 7) (h₁ : x - y = 1) : x = 4 ∧ y = 3",
    "t10": "theorem t10 {α : Type} (p q : α → Prop) (h : ∃ x, p x ∧ q x) : (∃ x, q x) ∧ ∃ x, p x",
}

REFUTED = "theorem f1 (n : ℕ) : n < 5"

# Fermat's: nobody expects it, and nothing closes it early.
OUT_OF_REACH = "theorem fermat (a b c n : ℕ) (h : 2 < n) (ha : 0 < a) (hb : 0 < b) : a^n + b^n ≠ c^n"


def file_of(*statements: str) -> str:
    """A Lean file that states these, without proofs."""
    return "\n\n".join(f"{statement} := by\n  sorry" for statement in statements) + "\n"
