from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.solve.answers import answer_in, exact_value, lean_answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so \boxed{\frac{1}{2}} it is", r"\frac{1}{2}"),
        (r"\boxed{3}, no: \boxed{4}", "4"),
        (r"\boxed{\boxed{5}}", "5"),
        (r"\boxed{3} then \boxed{4", "3"),
        (r"\boxed{\{1,2\}}", r"\{1,2\}"),
        (r"\boxed{}", ""),
        (r"$\boxed 5$", "5"),
        (r"\fbox{7}", "7"),
        (r"The answer is 3. \boxed{4}", "4"),
        ("5 + 5 = 10\n#### 1,000", "1,000"),
        ("#### 5\nThe answer is 6.", "5"),
        ("The answer is 42.", "42"),
        ("The answer is 12.5.", "12.5"),
        ("The final answer is: $18.", "18"),
        (r"The answer is $\frac{1}{2}$.", r"\frac{1}{2}"),
        ("**Answer:** 3.14 dollars", "3.14 dollars"),
        ("the answer is 5, which is good", "5"),
        ("The answer is not clear. The answer is **7**", "7"),
        ("The answer is 5. I hope it is correct.", "5"),
        ("The answer to the question is 5.", "5"),
        ("The answer is:\n\n$$\n5\n$$", "5"),
        ("The answer is:\n\\[\n5\n\\]", "5"),
        ("The final answer is:\n\n$5$", "5"),
        ("we seek the answer 5", ""),
        ("many answers are there", ""),
        ("x = 5.", ""),
        ("", ""),
    ],
)
def test_answers_in_texts(text: str, answer: str) -> None:
    assert answer_in(text) == answer


@pytest.mark.parametrize(
    "text",
    [r"\boxed{" * 50_000, r"\boxed{" + "{" * 100_000, r"\boxed{" + "7" * 100_000 + "}", "answer " * 100_000, "#" * 300_000],
)
def test_a_bomb_of_marks_is_no_answer(text: str) -> None:
    assert len(answer_in(text)) <= 1000


def test_an_answer_far_back_does_not_count() -> None:
    assert answer_in(r"\boxed{5}" + "x" * 30_000) == ""


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("260\n", "260"),
        ("1\n2\n", "2"),
        ("(1 : Rat)/2", "1/2"),
        ("(-1 : Rat)/2", "-1/2"),
        ("some 5", "5"),
        ('"abc"', "abc"),
        ("", ""),
    ],
)
def test_what_lean_programs_print(output: str, answer: str) -> None:
    assert lean_answer(output) == answer


HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("1,000", 1000),
        ("1{,}000", 1000),
        (r"1\,000", 1000),
        ("-1,234.5", Fraction(-2469, 2)),
        ("12 ", 12),
        ("12.0", 12),
        ("5.", 5),
        (".5", HALF),
        ("1/2", HALF),
        (r"\frac{1}{2}", HALF),
        (r"\dfrac12", HALF),
        (r"-\frac{1}{2}", -HALF),
        (r"\frac{-1}{2}", -HALF),
        ("1 1/2", 1 + HALF),
        (r"2\frac{1}{2}", 2 + HALF),
        (r"-2\frac{1}{2}", -2 - HALF),
        ("50%", 50),
        (r"50\%", 50),
        ("x=5", 5),
        (r"\$18.00", 18),
        ("$18", 18),
        ("−7", -7),
        ("3 apples", 3),
        ("5 square feet", 5),
        ("7 km/h", 7),
        (r"5\text{ cm}^2", 5),
        (r"25^\circ", 25),
        ("1e5", 100_000),
        ("007", 7),
    ],
)
def test_plain_numbers_are_read_exactly(answer: str, value: Fraction | int) -> None:
    assert exact_value(answer) == value


@pytest.mark.parametrize(
    "answer",
    ["", "1,2", "1,00", "3x", "5 x", "3 or 4", "2 million", "2 - 3", "1/0", "1e999", "A", "(1,2)", "2 pi", "9" * 2000, "٣٣ x"],
)
def test_what_is_no_plain_number(answer: str) -> None:
    assert exact_value(answer) is None


@given(st.fractions())
def test_fractions_are_read_as_they_are_written(value: Fraction) -> None:
    assert exact_value(str(value)) == value
    assert exact_value(rf"\frac{{{value.numerator}}}{{{value.denominator}}}") == value


@given(st.integers(), st.integers(0, 12))
def test_decimals_and_separators_change_no_number(value: int, zeros: int) -> None:
    assert exact_value(f"{value:,}.{'0' * zeros}") == value


@given(st.text(max_size=2000))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert answer_in(text) == answer_in(text).strip()
    exact_value(text)
    assert "\n" not in lean_answer(text)
