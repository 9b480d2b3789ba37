"""The built-in formalizer: one statement for what it understands, and a reason for everything else."""

from __future__ import annotations

import pytest

from prover.formalize.candidate import Draft, WordProblem
from prover.formalize.formalizer import Drafts, Formalizer
from prover.formalize.fragment_formalizer import FragmentFormalizer, number_of
from prover.fragment.meaning import Negative, Number

OPEN = "What is the remainder when 2003 is divided by 11?"


async def drafts(text: str, answer: str = "", name: str = "t", count: int = 3) -> Drafts:
    formalizer: Formalizer = FragmentFormalizer()
    return await formalizer.draft(WordProblem(name, text, answer), count, 0)


async def test_what_is_understood_becomes_one_statement_under_the_name_of_the_problem() -> None:
    found = await drafts(f"{OPEN} Show that it is 1.", name="remainder_1")
    assert found.drafts == (Draft("theorem remainder_1 : 2003 % 11 = 1", "fragment"),)


async def test_a_name_that_lean_does_not_take_is_replaced() -> None:
    found = await drafts(f"{OPEN} Show that it is 1.", name="gsm8k-12/a")
    assert found.drafts[0].lean == "theorem problem : 2003 % 11 = 1"


async def test_the_known_answer_answers_a_question() -> None:
    assert (await drafts(OPEN, "1")).drafts[0].lean == "theorem t : 2003 % 11 = 1"
    assert (await drafts(OPEN, "$1{,}000$")).drafts[0].lean == "theorem t : 2003 % 11 = 1000"


async def test_the_answer_in_the_text_counts_more_than_the_known_one() -> None:
    assert (await drafts(f"{OPEN} Show that it is 1.", "5")).drafts[0].lean == "theorem t : 2003 % 11 = 1"


async def test_an_open_question_has_nothing_to_prove() -> None:
    found = await drafts(OPEN)
    assert found.drafts == ()
    assert "nothing to prove before the answer is known" in found.reason
    found = await drafts(OPEN, r"\frac{1}{2}")
    assert found.drafts == ()
    assert r"the known answer (\frac{1}{2}) is not a whole number" in found.reason


async def test_an_answer_of_another_sort_is_not_stated() -> None:
    found = await drafts("Find the natural number $n$ such that $n + 3 = 5$.", "-2")
    assert found.drafts == ()
    assert "negation of a natural number" in found.reason


async def test_what_is_not_understood_is_said_in_the_words_of_the_text() -> None:
    found = await drafts("Compute the determinant of the matrix.")
    assert found.drafts == ()
    assert "“" in found.reason
    assert (await drafts("")).reason == "the text is empty"


async def test_no_draft_is_made_where_none_is_wanted_and_none_is_repaired() -> None:
    formalizer, problem = FragmentFormalizer(), WordProblem("t", OPEN, "1")
    assert await formalizer.draft(problem, 0, 0) == Drafts(())
    assert await formalizer.repair(problem, Draft("theorem t : 1 = 2", "fragment"), (), 0) is None


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("7", Number(7)),
        ("-7", Negative(Number(7))),
        (" 1,234,567. ", Number(1234567)),
        ("$12$", Number(12)),
        (r"90{,}900{,}909", Number(90900909)),
        (r"40,\!000", Number(40000)),
        ("", None),
        ("3.5", None),
        ("1/2", None),
        ("x + 1", None),
        ("12,34", None),
    ],
)
def test_numbers_as_data_gives_them(answer: str, value: object) -> None:
    assert number_of(answer) == value
