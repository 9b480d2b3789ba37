"""Programs for questions, run on the engine; and the questions that get none."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from prover.fragment.lean.reading import read_signature
from prover.fragment.meaning import Apply, Compare, Declared, Meaning, Number, Value, Variable
from prover.fragment.solution.program import NOTHING_FITS, NotSolvable, Program, program
from prover.fragment.stories.story import read_story


def question(text: str) -> Meaning:
    """An open question from `binders ⊢ term`: a statement about the term is read, and its claim forgotten."""
    binders, _, asked = text.partition("⊢")
    meaning = read_signature(f"theorem t {binders} : {asked} = 0")
    assert isinstance(meaning, Meaning), (text, meaning)
    return Meaning(meaning.declared, meaning.hypotheses, asked=meaning.asked)


def made(text: str) -> Program:
    found = program(question(text))
    assert isinstance(found, Program), found
    return found


ANSWERS = [
    # closed terms
    ("⊢ 2003 % 11", "1"),
    ("⊢ Nat.gcd 6432 132 + 11", "23"),
    ("⊢ Nat.lcm 9999 100001", "90900909"),
    ("⊢ (5 : ℤ) - 12", "-7"),
    ("⊢ 1999 ^ 2000 % 5", "1"),
    ("⊢ (19 ^ 19 + 99 ^ 99) % 10", "8"),
    ("⊢ (-17 : ℤ) % 5", "3"),
    ("⊢ 3 * 12 / 4", "9"),
    # definitions one after the other
    ("(apples pears : ℕ) (h : pears = 2 * apples) (g : apples = 3 * 12) ⊢ apples + pears", "108"),
    ("(apples apples_left : ℕ) (h : apples = 12) (g : apples_left + 5 = apples) ⊢ apples_left", "7"),
    ("(rows seats : ℕ) (h : seats = 8 * rows) (g : rows = 25) ⊢ seats", "200"),
    ("(price paid change : ℕ) (h : 3 * price = 27) (g : paid = 50) (k : change + 4 * price = paid) ⊢ change", "14"),
    ("(k : ℕ) (h : k = 2008 ^ 2 + 2 ^ 2008) ⊢ (k ^ 2 + 2 ^ k) % 10", "6"),
    ("(x y : ℤ) (h : x = -4) (g : y - 3 = x * x) ⊢ y", "19"),
    ("(x : ℤ) (h : 10 - x = 14) ⊢ x", "-4"),
    # linear equations together
    ("(x y : ℤ) (h : x + y = 10) (g : x - y = 4) ⊢ x", "7"),
    ("(x y : ℕ) (h : 2 * x + 3 * y = 31) (g : 5 * x + y = 32) ⊢ x * y", "35"),
    ("(a b c : ℕ) (h : a + b = 20) (g : b + c = 30) (k : a + c = 26) ⊢ a + b + c", "38"),
    ("(a b c d : ℤ) (h : a + b = 20) (g : c + d = 30) ⊢ a + b + c + d", "50"),
    ("(x : ℕ) (h : x + 3 * x = 20) ⊢ x", "5"),
    ("(amy betty : ℕ) (h : amy + betty = 20) (g : amy = 3 * betty) ⊢ amy - betty", "10"),
    ("(n : ℕ) (h : 123 * n + 17 = 39500) ⊢ n", "321"),
    # search
    ("(x y : ℕ) (p : 0 < x ∧ 0 < y) (h : x * y + x + y = 71) (g : x ^ 2 * y + x * y ^ 2 = 880) ⊢ x ^ 2 + y ^ 2", "146"),
    ("(x y : ℕ) (h : 2 ^ x * 3 ^ y = 1296) ⊢ x + y", "8"),
    ("(n : ℤ) (h : (n - 1) * n * (n + 1) = 720) ⊢ n + 1", "10"),
    ("(rows seats : ℕ) (h : rows * seats = 450) (g : (rows + 5) * (seats - 3) = 450) ⊢ rows", "25"),
    ("(x y : ℤ) (h : 0 < y) (g : y < x) (k : x + y + x * y = 80) ⊢ x", "26"),
    ("(b : ℕ) (h : 0 < b) (g : 3 * b ^ 2 + 2 * b + 1 = 57) ⊢ b", "4"),
    # remainders: every number that fits has the same
    ("(n : ℕ) (h : n % 7 = 5) ⊢ 5 * n % 7", "4"),
    ("(n : ℕ) (h : n % 8 = 7) ⊢ n % 4", "3"),
    ("(x y : ℤ) (h : x % 19 = 4) (g : y % 19 = 7) ⊢ (x + 1) ^ 2 * (y + 5) ^ 3 % 19", "13"),
    ("(n : ℕ) (h : n < 398) (g : n * 7 % 398 = 1) ⊢ n", "57"),
    ("(j : ℕ) (h : 0 < j) ⊢ 3 * (7 * j + 3) % 7", "2"),
    ("(a b : ℕ) (o : b ≤ a) (h : (a + b) % 10 = 2) (g : (2 * a + b) % 10 = 1) ⊢ (a - b) % 10", "6"),
    # digits
    ("(a b : ℕ) (h : 1 ≤ a ∧ a ≤ 9 ∧ b ≤ 9) (g : 10 * a + b = 2 * (a + b)) ⊢ 10 * a + b", "18"),
    ("(a b n : ℕ) (h : 1 ≤ a ∧ a ≤ 9) (g : b ≤ 9) (k : n = 10 * a + b) (l : n = a * b + a + b) ⊢ b", "9"),
    # sequences
    ("(u : ℕ → ℕ) (h : u 0 = 0) (g : u 1 = 1) (k : ∀ n : ℕ, u (n + 2) = u (n + 1) + u n) ⊢ u 50", "12586269025"),
    (
        """(x : ℕ → ℤ) (a : x 1 = 211) (b : x 2 = 375) (c : x 3 = 420) (d : x 4 = 523)
        (e : ∀ n ≥ 5, x n = x (n - 1) - x (n - 2) + x (n - 3) - x (n - 4)) ⊢ x 531 + x 753 + x 975""",
        "898",
    ),
    ("(f : ℕ → ℕ) (h : ∀ n : ℕ, f n = 2 * n + 3) ⊢ f (f 5)", "29"),
    ("(u : ℕ → ℕ) (x : ℕ) (h : u 0 = 1) (k : ∀ n : ℕ, u (n + 1) = 2 * u n) (g : x + 1 = u 5) ⊢ x", "31"),
    # no answer, and more than one
    ("(x y : ℤ) (h : x + y = 3) (g : x + y = 4) ⊢ x", f"{NOTHING_FITS}: the equations contradict each other"),
    ("(x : ℕ) (h : 2 * x = 7) ⊢ x", f"{NOTHING_FITS}: the equations contradict each other"),
    ("(x y : ℕ) (h : x + y = 5) (g : x - y = 9) ⊢ x", NOTHING_FITS),
    ("(x : ℕ) (h : x + 9 = 4) ⊢ x", f"{NOTHING_FITS}: the equations contradict each other"),
    ("(x y : ℕ) (h : 3 * x + 3 * y = 10) ⊢ x + y", f"{NOTHING_FITS}: it would be 10/3"),
    ("(n : ℤ) (h : 0 ≤ n ∧ n ≤ 9) (g : n ^ 2 = 50) ⊢ n", NOTHING_FITS),
    ("(n : ℤ) (g : n ^ 2 = 50) ⊢ n", f"{NOTHING_FITS}, as far as was looked"),
    ("(x y : ℕ) (h : x + y = 11) (g : x * y = 24) ⊢ x", "more than one: 3 and 8"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[EmbeddedSession]:
    session = await EmbeddedSession.start(ensure_engine())
    yield session
    await session.close()


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("text", "answer"), ANSWERS)
async def test_the_program_prints_the_answer(session: EmbeddedSession, text: str, answer: str) -> None:
    found = made(text)
    ran = await session.run(found.text)
    assert [message.data.strip() for message in ran.messages] == [answer], found.text
    await session.free(envs=[ran.env])


@pytest.mark.lean
@pytest.mark.asyncio(loop_scope="module")
async def test_stories_are_solved(session: EmbeddedSession) -> None:
    lines = (Path(__file__).parents[1] / "stories" / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    answered = [json.loads(line) for line in lines]
    for story in answered[::4]:
        meaning = read_story(story["text"])
        assert isinstance(meaning, Meaning), story
        found = program(meaning)
        assert isinstance(found, Program), (story, found)
        ran = await session.run(found.text)
        assert [message.data.strip() for message in ran.messages] == [str(story["answer"])], found.text
        await session.free(envs=[ran.env])


def test_a_story_is_computed_in_its_own_words() -> None:
    text = made("(apples pears : ℕ) (h : pears = 2 * apples) (g : apples = 3 * 12) ⊢ apples + pears").text
    assert text == "def apples : ℕ := 3 * 12\ndef pears : ℕ := 2 * apples\n#eval (apples + pears : ℕ)"


def test_what_is_solved_for_says_why_and_is_checked() -> None:
    text = made("(apples left : ℕ) (h : apples = 12) (g : left + 5 = apples) ⊢ left").text
    assert "def left : ℕ := apples - 5  -- left + 5 = apples" in text
    assert "if (left + 5 = apples) then toString (left : ℕ)" in text


def test_what_does_not_matter_is_left_out() -> None:
    assert made("(x y : ℕ) (h : x = 3) (g : y * y = 50) ⊢ x").text == "def x : ℕ := 3\n#eval (x : ℕ)"


@pytest.mark.parametrize(
    ("meaning", "message"),
    [
        (Meaning(claim=Compare("=", Number(1), Apply("+", Number(0), Number(1)))), "asks for no number"),
        (Meaning(asked=Apply("^", Number(9), Apply("^", Number(9), Number(9)))), "too large"),
        (Meaning((Declared("u", "ℕ", 1),), asked=Value("u", Number(3))), "how u is computed"),
        (Meaning((Declared("at", "ℕ"),), asked=Variable("at")), "at cannot be a name"),
        (
            Meaning((Declared("x", "ℤ"), Declared("n", "ℕ")), asked=Apply("+", Variable("x"), Variable("n"))),
            "natural number and an integer",
        ),
        (question("(n : ℕ) (h : ∀ m : ℕ, m < n → m * m < 50) ⊢ n"), "all or some numbers"),
        (question("(a b c : ℕ) (h : a < 2000) (g : b < 2000) (k : c < 2000) (l : a * b * c > 9) ⊢ a"), "too many numbers"),
        (question("(k : ℕ) (h : k = 9 ^ 9 ^ 9) ⊢ k % 7"), "too large"),
        (question("(n : ℕ) (h : n < 9) (g : 2 ^ 3 ^ n % 7 = 1) ⊢ n"), "too large"),
        (question("(n : ℕ) (h : n < 9) (g : n ^ 1000000 % 7 = 1) ⊢ n"), "too large"),
        (question("(u : ℕ → ℕ) (h : u 0 = 1) (g : ∀ n : ℕ, u (n + 1) = u n + 1) ⊢ u 1000000"), "too large"),
        (question("(u : ℕ → ℕ) (h : ∀ n : ℕ, u n = u (n + 1) + 1) ⊢ u 4"), "how u is computed"),
    ],
)
def test_no_program_where_there_is_no_way(meaning: Meaning, message: str) -> None:
    found = program(meaning)
    assert isinstance(found, NotSolvable), found
    assert message in found.message


def test_the_answer_of_the_text_is_not_looked_at() -> None:
    asked = Apply("%", Number(7), Number(4))
    assert program(Meaning(asked=asked, answer=Number(1))) == program(Meaning(asked=asked))
