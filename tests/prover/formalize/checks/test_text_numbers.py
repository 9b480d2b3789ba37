"""Which numbers a text has, by all the ways in which problems write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.formalize.checks.text_numbers import text_numbers
from prover.number_words import VALUES


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Find 39,500 and $100{,}001$ and 7.", {39500, 100001, 7}),
        ("There are three dozen eggs and twenty-five hens.", {3, 12, 25}),
        ("Five hundred people sit in eleven rows.", {500, 11}),
        ("$2^{2005}$ modulo $17$", {2, 2005, 17}),
        ("x_{531} + 2y", {531, 2}),
        ("He walks 2.5 miles in 40 minutes.", {40}),
        ("7. Find the least n with n > 12.", {12}),
        ("Problem 31: what is 6 times 9?", {6, 9}),
        ("(a) Let f(1) = 20.\n(i) f(30) = 4;", {1, 20, 30, 4}),
        ("A two-digit number is 4 more than another.", {4}),
        ("Three consecutive integers add up to 72.", {72}),
        ("For example, P(23) = 6. Suppose N is 15.", {15}),
        ("If $321_{b}$ is equal to the base 10 integer 57", {57}),
        ("In 1998 there were 40 cows.", {40}),
        ("After the 11th step there are 139.", {139}),
        ("What is it?\n$\\text{(A)}\\ 2\\qquad \\text{(B)}\\ 3\\qquad \\text{(C)}\\ 6$ Show that it is \\text{(B)}.", set[int]()),
        ("One of the integers is 40.", {40}),
        ("", set[int]()),
    ],
)
def test_numbers_of_a_text(text: str, numbers: set[int]) -> None:
    assert text_numbers(text).given == numbers


@pytest.mark.parametrize(
    ("text", "numbers", "is_number"),
    [
        ("Find x. Show that it is 10.", (10,), True),
        ("Find x. Show that it is -10.", (-10,), True),
        ("Find x. Show that it is $90{,}900{,}909$.", (90900909,), True),
        ("Find x. Show that it is 39,500.", (39500,), True),
        ("Find x. Show that it is 12\\text{ cm}.", (12,), True),
        ("Find x. Show that it is seven.", (7,), True),
        ("Find x. Show that it is \\frac{3}{4}.", (3, 4), False),
        ("Find x. Show that it is 2n + 1.", (2, 1), False),
        ("Find x. Show that it is (1, -5).", (1, -5), False),
        ("Find x. $(\\mathrm {A})\\ 8 \\qquad (\\mathrm {B})\\ 9 \\qquad (\\mathrm {C})\\ 10$ Show that it is B.", (9,), True),
        ("Find x. (A) 2 (B) 13 (C) 6 (D) 8 Show that it is (\\text{D})8.", (8,), True),
        (
            "Find x. $ \\textbf{(A)}\\ 8 \\qquad\\textbf{(B)}\\ 10 \\qquad\\textbf{(C)}\\ 15$ Show that it is \\textbf{(C)}\\ 15.",
            (15,),
            True,
        ),
    ],
)
def test_the_answer_that_a_text_tells(text: str, numbers: tuple[int, ...], is_number: bool) -> None:
    answer = text_numbers(text).answer
    assert answer is not None
    assert (answer.numbers, answer.is_number) == (numbers, is_number)


def test_an_answer_from_the_data_counts_where_the_text_tells_none() -> None:
    assert text_numbers("Find x.").answer is None
    assert text_numbers("Show that 3 divides 6.").answer is None
    data = text_numbers("Find x.", "42").answer
    told = text_numbers("Find x. Show that it is 7.", "42").answer
    assert data is not None
    assert told is not None
    assert (data.numbers, told.numbers) == ((42,), (7,))


@given(st.integers(0, 10**15), st.sampled_from([",", "{,}", ""]))
def test_a_number_is_read_however_its_thousands_are_set_apart(value: int, separator: str) -> None:
    written = f"{value:,}".replace(",", separator)
    assert value in text_numbers(f"The total is {written} coins.").given
    answer = text_numbers(f"Find it. Show that it is {written}.").answer
    assert answer is not None
    assert answer.numbers == (value,)


@given(st.sampled_from(sorted(set(VALUES) - {"one"})), st.booleans())
def test_a_number_word_is_read_in_any_case(word: str, is_capital: bool) -> None:
    assert VALUES[word] in text_numbers(f"Take {word.capitalize() if is_capital else word} marbles.").given


@given(st.text(max_size=300), st.text(max_size=20))
def test_no_text_breaks_it(text: str, answer: str) -> None:
    found = text_numbers(text, answer)
    assert all(number >= 0 for number in found.given | found.brought)
    assert found.counted <= found.given
