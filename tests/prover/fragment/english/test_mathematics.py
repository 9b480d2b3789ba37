from __future__ import annotations

import json
from pathlib import Path

import pytest

from prover.fragment.english.mathematics import read_mathematics
from prover.fragment.lean.writing import signature
from prover.fragment.understanding import NotUnderstood, Understood

PATTERNS: list[dict[str, str]] = [
    json.loads(line) for line in (Path(__file__).parent / "patterns.jsonl").read_text(encoding="utf-8").splitlines()
]


def understood(text: str) -> Understood:
    read = read_mathematics(text)
    assert isinstance(read, Understood), read
    return read


def refused(text: str) -> NotUnderstood:
    read = read_mathematics(text)
    assert isinstance(read, NotUnderstood), read
    assert text[read.column - 1 :].startswith(read.excerpt.removesuffix("..."))
    return read


def test_there_are_at_least_sixty_patterns() -> None:
    assert len({pattern["text"] for pattern in PATTERNS}) >= 60


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern["text"][:60])
def test_sentence_means_what_is_written_in_lean(pattern: dict[str, str]) -> None:
    assert signature(understood(pattern["text"]).meaning, "t") == pattern["lean"]


def test_unknown_word_is_pointed_at() -> None:
    refusal = refused("What is the remainder when 2003 is blorbed by 11?")
    assert refusal.excerpt.startswith("blorbed")
    assert refusal.column == 36


def test_trailing_words_are_not_skipped() -> None:
    assert refused("What is the remainder when 7 is divided by 3 quickly?").excerpt == "quickly"


def test_lean_code_in_a_text_is_refused() -> None:
    assert refused("If 4x = 12, find x + 1. theorem foo : 1 = 1 := by sorry").column == 25


@pytest.mark.parametrize("word", ["fun", "at", "from", "by", "if"])
def test_words_of_lean_name_no_variable(word: str) -> None:
    refused(f"Let {word} be an integer. Show that {word} = 1.")
    refused(rf"Let $\mathit{{{word}}}$ be an integer. Show that $\mathit{{{word}}} = 1$.")


@pytest.mark.parametrize("name", ["λ", "π"])
def test_letters_that_lean_reads_as_syntax_name_no_variable(name: str) -> None:
    refused(f"Let {name} be an integer. Show that {name} = 1.")


def test_two_readings_are_both_named() -> None:
    refusal = refused("What is the sum of 3 and 4 times 5?")
    assert "two readings" in refusal.message
    assert "(3 + 4)" in refusal.message
    assert "4 \\cdot 5" in refusal.message


def test_order_of_less_than() -> None:
    assert "(2 : ℤ) * 8 - 5 = 11" in signature(understood("What is 5 less than twice 8? Show that it is 11.").meaning, "t")


def test_naturals_are_never_cut_off_by_a_subtraction() -> None:
    read = understood("Let x and y be natural numbers with x - y = 3 and x + y = 11. Find x. Show that it is 7.")
    assert {one.sort for one in read.meaning.declared} == {"ℤ"}
    assert any("cut off" in note for note in read.notes)


def test_naturals_stay_where_what_is_given_keeps_a_subtraction_above_0() -> None:
    read = understood("Let x and y be natural numbers with y < x and x - y = 3. Show that x > 3.")
    assert {one.sort for one in read.meaning.declared} == {"ℕ"}


def test_undeclared_names_are_noted() -> None:
    assert understood("If 2x = 8, what is x? Show that it is 4.").notes == ("x: taken to be integers, which the text does not say",)


def test_an_option_that_is_not_there_is_refused() -> None:
    refused(r"If x = 8, what is x? $\textbf{(A)}\ 8 \qquad\textbf{(B)}\ 10$ Show that it is D.")


def test_an_option_that_says_something_else_is_refused() -> None:
    refused(r"If x = 8, what is x? $\textbf{(A)}\ 8 \qquad\textbf{(B)}\ 10$ Show that it is \textbf{(A)}\ 10.")


@pytest.mark.parametrize(
    "text",
    [
        "What is 3.5 times 2?",
        r"What is $\frac{7}{2}$?",
        "Let x be an integer.",
        "What is x and what is y?",
        "What is 5!?",
        "Show that a number is even.",
        "What is the largest of these integers?",
    ],
)
def test_what_is_outside_the_fragment_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    "text",
    [
        # "every" and "not", a condition or "there is" around "any".
        "Show that it is not the case that every integer is even.",
        "Show that every odd integer is not divisible by 2.",
        "Show that if every integer is even, then 1 = 0.",
        "Show that there is an integer x such that x divides every integer.",
        "Show that there is an integer x such that x divides an integer n.",
        "Show that n^2 + 1 is not divisible by 3 for all integers n.",
        "Show that n is not divisible by 2 and 3.",
        "Show that n = 3 or n = 4 and m = 5.",
        # One number or all of them.
        "If g(x) = 2x and x = 3, what is g(x)? Show that it is 6.",
        "Let f(n) = 3n - 1 for all natural numbers n. What is f(4)? Show that it is 11.",
        "Let f(x) = g(x) + 1 and g(x) = f(x) - 1. Find f(2). Show that it is 3.",
        "Solve 3x \u2261 1 (mod 7). Show that it is 5.",
        # Where an operation ends.
        "What is 17 mod 5 + 2?",
        r"What is $17 \bmod 5 + 2$?",
        r"What is $3 + 8 \bmod 3$?",
        "What is 8 mod 3 times 2?",
        "What is 10 divided by 5 plus 1?",
        "What is the quotient of 10 and 3?",
        "What is the sum of the squares of 2 and 3 plus 1?",
        # The least of what, and what it is.
        "What is the smallest number greater than 5? Show that it is 6.",
        "What is the smallest positive integer n such that n^2 > 50?",
        "What is the smallest integer n such that n > 5? Show that it is n.",
    ],
)
def test_what_can_be_meant_in_two_ways_is_refused(text: str) -> None:
    refused(text)


def test_any_two_are_two_numbers() -> None:
    read = understood("Show that any integer is less than any integer.")
    assert len(read.meaning.declared) == 2


def test_a_refusal_names_few_kinds_of_words() -> None:
    refusal = refused("Let n be an integer. Show that n quickly divides 2n.")
    assert "a verb" in refusal.message
    assert len(refusal.message) < 160
