"""Numbers in two texts: the same ones, or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.formalize.written_numbers import masked_numbers, number_tokens, same_numbers


def test_numerals_and_words_are_found_in_order() -> None:
    text = "Of 1,200 birds twenty-five flew 2.50 km at 7, and a dozen 3rd ones in 2003, 11 times."
    assert number_tokens(text) == ["1,200", "twenty-five", "2.50", "7", "dozen", "3", "2003", "11"]
    assert masked_numbers("x = 10, y=11.") == "x = #, y=#."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("He has 3 apples and 4 pears.", "There are four pears and three apples.", True),
        ("1,000 is more than 2.50", "2.5 is less than 1000", True),
        ("3 and 3", "3", False),
        ("3 apples", "4 apples", False),
        ("How many are there in 1 box?", "How many are there in one box?", True),
        ("How many has Tom?", "Which one of them has how many?", True),
        ("1 apple", "apple", False),
        ("", "", True),
        ("someone often listened", "nobody", True),
    ],
)
def test_the_same_numbers_may_be_written_otherwise(one: str, other: str, same: bool) -> None:
    assert same_numbers(one, other) is same
    assert same_numbers(other, one) is same


@given(st.lists(st.integers(0, 10**6)), st.randoms(use_true_random=False))
def test_order_never_counts_and_one_more_does(numbers: list[int], random: object) -> None:
    shuffled = sorted(numbers, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis types its Random loosely
    text, other = (" and ".join(map(str, each)) for each in (numbers, shuffled))
    assert same_numbers(text, other)
    assert not same_numbers(text, f"{other} and 7")
    assert masked_numbers(text) == " and ".join("#" for _ in numbers)
