"""Statements of any layout, read as meanings; and what is refused because its meaning would be another one."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from hypothesis import assume, given

from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from prover.fragment.canonical import canonical
from prover.fragment.lean.reading import NotRead, read_signature
from prover.fragment.lean.writing import signature
from prover.fragment.meaning import Apply, Compare, Connect, Declared, Meaning, Negative, Not, Number, Quantified, Value, Variable
from tests.prover.fragment.meanings import meanings


@given(meanings())
def test_what_is_written_is_read_as_the_same_meaning(meaning: Meaning) -> None:
    try:
        text = signature(meaning, "t")
    except ValueError:
        assume(False)
        return
    assert read_signature(text) == canonical(meaning)


@given(meanings())
def test_the_canonical_form_has_no_other(meaning: Meaning) -> None:
    assert canonical(canonical(meaning)) == canonical(meaning)


# -- the canonical form -------------------------------------------------------------------------------------------------------


def read(text: str) -> Meaning:
    meaning = read_signature(text)
    assert isinstance(meaning, Meaning), (text, meaning)
    return meaning


def compact(text: str) -> str:
    """What is read, written again."""
    return signature(read(text), "t")


def test_an_equation_with_a_numeral_is_a_question_with_an_answer() -> None:
    asked = Apply("%", Number(7), Number(4))
    assert read("theorem t : 7 % 4 = 3") == Meaning(asked=asked, answer=Number(3))
    assert read("theorem t (x : ℤ) : x = -3") == Meaning((Declared("x", "ℤ"),), asked=Variable("x"), answer=Negative(Number(3)))
    assert read("theorem t : 3 = 7 % 4") == Meaning(claim=Compare("=", Number(3), asked))
    assert read("theorem t : 7 % 4 = 1 + 2").claim is not None


def test_a_claim_under_for_all_and_if_declares_and_gives() -> None:
    text = "theorem t : ∀ n : ℕ, 0 < n ∧ n < 9 → ∀ m : ℤ, m = 1 → n * n = 4"
    plain = "theorem t (n : ℕ) (m : ℤ) (a : 0 < n) (b : n < 9) (c : m = 1) : n * n = 4"
    assert read(text) == read(plain)


def test_a_quantifier_that_hides_a_variable_stays() -> None:
    meaning = read("theorem t (n : ℕ) (h : n = 1) : ∀ n : ℕ, n = 2")
    assert meaning.claim == Quantified("∀", "n", "ℕ", Compare("=", Variable("n"), Number(2)))


def test_an_open_question_stays_one() -> None:
    given_facts = (Connect("∧", Compare("<", Number(0), Variable("n")), Compare("<", Variable("n"), Number(5))),)
    meaning = canonical(Meaning((Declared("n", "ℕ"),), given_facts, asked=Variable("n")))
    assert meaning.asked == Variable("n")
    assert meaning.answer is None
    assert len(meaning.hypotheses) == 2


# -- layouts ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("lemma foo (x y : Int)\n    (h : x ≥ y) :\n  x - y >= 0 := by sorry", "theorem t (x y : ℤ) (h₀ : x ≥ y) : x - y ≥ 0"),
        ("example {n : Nat} (h₁ : 3 ∣ n) /- so -/ : n % 3 = 0 := sorry -- done", "theorem t (n : ℕ) (h₀ : 3 ∣ n) : n % 3 = 0"),
        ("theorem a.b : ¬ 2 = 3 ∧ ¬ (1 < 0) := by\n", "theorem t : ¬2 = 3 ∧ ¬1 < 0"),
        ("theorem t (n : ℕ) : ((n + 1)) * (n) = (n * n + n)", "theorem t (n : ℕ) : (n + 1) * n = n * n + n"),
        (
            "theorem t (n : ℕ) (h : n + 0 = n -> n <= 3 /\\ n ≠ 1) : n < 4",
            "theorem t (n : ℕ) (h₀ : n + 0 = n → n ≤ 3 ∧ n ≠ 1) : n < 4",
        ),
        ("theorem t (h : ∃ a b : ℕ, a < b) : 1 = 1", "theorem t (h₀ : ∃ a : ℕ, ∃ b : ℕ, a < b) : 1 = 1"),
        ("theorem t (h : ∃ (a : ℕ) (b : ℤ), b ^ a = 1) : 1 = 1", "theorem t (h₀ : ∃ a : ℕ, ∃ b : ℤ, b ^ a = 1) : 1 = 1"),
        (
            "theorem t (u : ℕ → ℤ) (h : ∀ n ≥ 5, u n = u (n - 1) - 1) : u 9 = 3",
            "theorem t (u : ℕ → ℤ) (h₀ : ∀ n : ℕ, n ≥ 5 → u n = u (n - 1) - 1) : u 9 = 3",
        ),
        ("theorem t (h : ∃ k > 3, k = 4) : 1 = 1", "theorem t (h₀ : ∃ k : ℕ, k > 3 ∧ k = 4) : 1 = 1"),
        ("theorem t (x : ℤ) (h : ∃ k, x = 2 * k) : 1 = 1", "theorem t (x : ℤ) (h₀ : ∃ k : ℤ, x = 2 * k) : 1 = 1"),
        ("theorem t (x : ℤ) (h : ∃ k, x = 2 ^ k) : 1 = 1", "theorem t (x : ℤ) (h₀ : ∃ k : ℕ, x = 2 ^ k) : 1 = 1"),
        ("theorem t (n : ℕ) : n.gcd 4 = 2", "theorem t (n : ℕ) : Nat.gcd n 4 = 2"),
        ("theorem t (x : ℤ) : Int.gcd x (x - 4) = 2", "theorem t (x : ℤ) : (Int.gcd x (x - 4) : ℤ) = 2"),
        ("theorem t (n : ℕ) : (9 : ℤ) ∣ 10 ^ n - 1", "theorem t (n : ℕ) : (9 : ℤ) ∣ 10 ^ n - 1"),
    ],
)
def test_layouts_and_ways_to_write(text: str, same: str) -> None:
    assert compact(text) == same


# -- casts and types ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("theorem t : (2003 : ℤ) % 11 = 1", "theorem t : 2003 % 11 = 1"),
        ("theorem t (n : ℕ) : (n : ℤ) + 3 = 5", "theorem t (n : ℕ) : n + 3 = 5"),
        ("theorem t (n : ℕ) : ((n * n + 1 : ℕ) : ℤ) % 3 = 1", "theorem t (n : ℕ) : (n * n + 1) % 3 = 1"),
        ("theorem t (j : ℕ) : 3 * (7 * ↑j + 3) % 7 = 2", "theorem t (j : ℕ) : 3 * (7 * j + 3) % 7 = 2"),
        ("theorem t (n : ℕ) : 9 ∣ 10 ^ n - 1", "theorem t (n : ℕ) : (9 : ℤ) ∣ 10 ^ n - 1"),
        ("theorem t : 17 - 2 * 4 = 9", "theorem t : (17 : ℤ) - 2 * 4 = 9"),
        ("theorem t (a b : ℕ) : a ^ (b : ℕ) = 1", "theorem t (a b : ℕ) : a ^ b = 1"),
        ("theorem t (x : ℤ) : ((Int.gcd x 6 : ℕ) : ℤ) = 3", "theorem t (x : ℤ) : (Int.gcd x 6 : ℤ) = 3"),
    ],
)
def test_types_and_casts_that_say_nothing_are_dropped(text: str, same: str) -> None:
    assert compact(text) == same


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[EmbeddedSession]:
    session = await EmbeddedSession.start(ensure_engine())
    yield session
    await session.close()


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("binders", "claim", "tactic"),
    [
        ("", "(2003 : ℤ) % 11 = 1", "decide"),
        ("(n : ℕ)", "(n : ℤ) + 3 = 5", "omega"),
        ("(n : ℕ)", "((n + 1 : ℕ) : ℤ) % 3 ∣ 2 * ↑n", "rw [Int.natCast_dvd_natCast.symm]; simp"),
        ("(n : ℕ)", "(9 : ℤ) ^ n * 2 < 17 - 3", "omega"),
        ("(n : ℕ)", "9 ∣ 10 ^ n - 1", "rw [← Int.natCast_dvd_natCast, Int.natCast_sub (Nat.one_le_pow n 10 (by decide))]; simp"),
        ("(a b : ℕ)", "(a : ℤ) < (b + 2 : ℕ)", "omega"),
        ("", "17 - 2 * 4 = 9", "decide"),
        ("(x : ℤ)", "Int.gcd x 6 < 3", "omega"),
        ("(x : ℤ)", "3 * x = (Int.gcd x 6 : ℕ)", "omega"),
        ("(n m : ℕ)", "n.gcd m * 2 = 4", "omega"),
        ("(a b : ℕ)", "Int.gcd a b = 5", "simp [Int.gcd_natCast_natCast]"),
    ],
)
async def test_lean_agrees_that_what_is_read_is_equivalent(session: EmbeddedSession, binders: str, claim: str, tactic: str) -> None:
    written = compact(f"theorem t {binders} : {claim}").rpartition(binders + " : " if binders else "t : ")[2]
    ran = await session.run(f"theorem t {binders} : ({claim}) ↔ ({written}) := by {tactic}")
    assert not ran.errors, (written, ran.errors)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("theorem t : 3 - 5 = 0", "cut off at 0"),
        ("theorem t (n : ℕ) : 2 ^ n - 2 = 0", "cut off at 0"),
        ("theorem t (a b : ℕ) : (a : ℤ) - b = 3", "subtracted as integers"),
        ("theorem t (a b : ℕ) (x : ℤ) : ((a - b : ℕ) : ℤ) = 3", "cut off at 0"),
        ("theorem t (a b : ℕ) : (Int.gcd (a - b) 4 : ℤ) = 3", "subtracted as integers"),
        ("theorem t (x : ℤ) : 3 - Int.gcd x 4 = 1", "beside Int.gcd"),
        ("theorem t (n : ℕ) (x : ℤ) : n + x = 3", "between a natural number and an integer"),
        ("theorem t (n : ℕ) : -n = 3", "negation of a natural number"),
        ("theorem t (x : ℤ) : 2 ^ x = 3", "an exponent is an integer"),
        ("theorem t (x : ℤ) : Nat.gcd x 3 = 3", "x is an integer"),
        ("theorem t (u : ℤ → ℤ) : u 3 = 3", "function of integers"),
        ("theorem t (u : ℕ → ℤ) : u = u", "the sequence u"),
        ("theorem t : ∀ n, (n : ℤ) = 3 ∧ n = n", "the type of n is not written"),
        ("theorem t (x : ℤ) (m : ℕ) : ∃ n, n = x ∧ n = m", "the type of n is not clear"),
        ("theorem t (x : ℝ) : x = x", "ℝ is not a number type"),
        ("theorem t (p : Prop) : p", "Prop is not a number type"),
        ("theorem t : 5 = x", "x is not known"),
        ("theorem t : Nat.choose 5 2 = 10", "Nat.choose"),
        ("theorem t (n : ℕ) (n : 1 = 1) : n = 3", "both a variable and a hypothesis"),
        ("theorem t : 1 < 2 < 3", "from here on: < 3"),
        ("theorem t : True", "True"),
        ("theorem t : (1 = 1) = 3", "a formula stands where a term"),
        ("theorem t : 1 + 1", "a term stands where a formula"),
        ("theorem t : 1 =", "ends too early"),
        ("import Mathlib\ntheorem t : 1 = 1", "import Mathlib"),
        ("theorem t (x : ℕ) : |x| = 3", "from here on: |x|"),
        ("theorem t : 2.5 = 3", "from here on: 2.5"),
        ("theorem t : 9! % 10 = 0", "from here on: !"),
    ],
)
def test_what_has_no_words_or_would_mean_something_else_is_refused_with_the_reason(text: str, message: str) -> None:
    answer = read_signature(text)
    assert isinstance(answer, NotRead), answer
    assert message in answer.message


def test_negations_and_sequences_are_kept_as_they_are() -> None:
    meaning = read("theorem t (u : ℕ → ℕ) (h : ¬u 0 = 1) (g : u 0 ≠ 2) : u 0 < 1")
    value = Value("u", Number(0))
    assert meaning.hypotheses == (Not(Compare("=", value, Number(1))), Compare("≠", value, Number(2)))
