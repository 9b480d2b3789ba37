"""Candidates and their findings as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.statement import Statement
from prover.formalize.candidate import CheckName, Finding
from prover.formalize.formalizing import Formalization
from prover.formalize.report import candidate_text, commented, findings_text, not_understood_text, statement_text, summary_text
from tests.prover.formalize.candidates import GOOD_TO_BAD, PROBLEM, STATEMENT, candidate


def test_a_statement_is_a_lean_text_with_its_context() -> None:
    assert statement_text(STATEMENT) == "theorem p_1 : 1 = 1 := by\n  sorry"
    with_context = Statement("p_1", "theorem p_1 : f = 1", "", "f = 1", context="\ndef f := 1\n")
    assert statement_text(with_context) == "def f := 1\n\ntheorem p_1 : f = 1 := by\n  sorry"


@given(st.text(alphabet="-/ a\n", max_size=12))
def test_no_words_end_their_comment_early_nor_open_another(text: str) -> None:
    inside = commented(text).removeprefix("/-").removesuffix("-/")
    assert "-/" not in inside.strip(" ")
    assert "/-" not in inside.strip(" ")


def test_each_finding_has_its_line() -> None:
    findings = (Finding(CheckName.COMPILES, "pass"), Finding(CheckName.SUBTRACTION, "flag", "cut off at 0"))
    assert findings_text(findings) == "  compiles     pass\n  subtraction  flag     cut off at 0"


def test_a_candidate_says_who_and_how_often() -> None:
    assert candidate_text(candidate(times=3), 2).startswith("candidate 2 (m, 3 times):\ntheorem p_1 : 1 = 1 := by\n  sorry")
    assert candidate_text(candidate(dead=True, lean=" theorem no "), 1) == "candidate 1 (m):\ntheorem no\n"


def test_the_summary_counts_what_was_rejected_and_by_what() -> None:
    result = Formalization(PROBLEM, tuple(GOOD_TO_BAD), (("n", "it is silent"),))
    first, second = summary_text(result).splitlines()
    assert first == "p_1: 31 drafts, 7 different, 5 not rejected (1 rejected by compiles, 1 rejected by numbers)"
    assert second == "  n: it is silent"
    assert summary_text(Formalization(PROBLEM, ())) == "p_1: no drafts"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("What is the square root of the green apple?", "root of the green apple"),
        ("Let n be a natural number.\nShow that n is blue.", "blue"),
    ],
)
def test_what_is_not_understood_is_marked_under_the_words(text: str, marked: str) -> None:
    complaint, line, caret = not_understood_text(text).splitlines()
    assert complaint.startswith("the built-in grammar does not understand this (column ")
    at = caret.index("^")
    assert line[at:].startswith(line[at : at + len(marked)])
    assert line.strip() in text
    assert caret.strip("^ ") == ""


def test_what_is_understood_has_nothing_to_mark() -> None:
    assert not_understood_text("What is the remainder when 2003 is divided by 11?") == ""
