"""Number words: every number below a million can be said and is understood; what is no number is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.number_words import TEENS, TENS, UNITS, spoken_number, word_value


def below_hundred(number: int, dash: str) -> str:
    if number < 20:
        return ("zero", *UNITS, *TEENS)[number]
    tens = TENS[number // 10 - 2]
    return f"{tens}{dash}{UNITS[number % 10 - 1]}" if number % 10 else tens


def below_thousand(number: int, joint: str, dash: str) -> str:
    if number < 100:
        return below_hundred(number, dash)
    hundreds = f"{UNITS[number // 100 - 1]} hundred"
    return f"{hundreds}{joint}{below_hundred(number % 100, dash)}" if number % 100 else hundreds


def spoken(number: int, joint: str, dash: str) -> str:
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return below_thousand(rest, joint, dash)
    said = f"{below_thousand(thousands, joint, dash)} thousand"
    if not rest:
        return said
    return f"{said}{joint if rest < 100 else ' '}{below_thousand(rest, joint, dash)}"


@given(st.integers(0, 999_999), st.sampled_from([" and ", " "]), st.sampled_from(["-", " "]))
def test_every_number_can_be_said(number: int, joint: str, dash: str) -> None:
    words = spoken(number, joint, dash).split()
    assert spoken_number([*words, "apples"]) == (len(words), number)
    assert spoken_number(["tom", *words], 1) == (len(words), number)


@pytest.mark.parametrize(
    ("text", "length", "value"),
    [
        ("a hundred and five pens", 4, 105),
        ("a thousand", 2, 1000),
        ("a pen", 0, 0),
        ("two and three", 1, 2),
        ("two hundred and some", 2, 200),
        ("two hundred and zero", 2, 200),
        ("zero five", 1, 0),
        ("five six", 1, 5),
        ("twenty twelve", 1, 20),
        ("two million three thousand", 4, 2_003_000),
        ("two thousand three million", 3, 2003),
        ("hundred", 0, 0),
        ("thousand", 0, 0),
        ("and five", 0, 0),
        ("someone", 0, 0),
        ("", 0, 0),
    ],
)
def test_the_longest_number_counts_and_nothing_after_it(text: str, length: int, value: int) -> None:
    assert spoken_number(text.split()) == (length, value)


def test_one_word_says_a_number_below_a_hundred() -> None:
    assert [word_value(word) for word in ("twelve", "ninety-nine", "twenty-", "ten-one", "one-twenty", "hundred")] == [
        12,
        99,
        None,
        None,
        None,
        None,
    ]
