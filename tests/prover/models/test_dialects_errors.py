"""Lean's errors in a repair turn, as Goedel-Prover-V2 and Kimina-Prover were trained to read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.models.error_text import marked_errors, numbered_errors
from prover.models.query import LeanError

PROOF = "\n".join(f"line {number}" for number in range(1, 21))


def _error(line: int, column: int, end_line: int, end_column: int) -> LeanError:
    return LeanError("bad", line, column, end_line, end_column)


def test_an_error_is_marked_with_four_lines_above_and_one_below() -> None:
    assert marked_errors(PROOF, [_error(10, 0, 10, 4)]) == (
        "\nError 1:\n\nCorresponding Code:\n```lean4\nline 6\nline 7\nline 8\nline 9\n<error>line</error> 10\nline 11\n\n```\n\n"
        "Error Message: bad\n"
    )


def test_at_the_edges_there_are_fewer_lines() -> None:
    assert "```lean4\nl<error>i</error>ne 1\nline 2\n\n```" in marked_errors(PROOF, [_error(1, 1, 1, 2)])
    assert "line 19\n<error>line 20</error>\n\n```" in marked_errors(PROOF, [_error(20, 0, 20, 7)])


@pytest.mark.parametrize(
    ("end", "shown"),
    [
        (6, "li<error>ne 5\nline</error> 6\nline 7\n"),
        (11, "li<error>ne 5\nline 6\nline 7\nline 8\nline 9\nline 10\nline</error> 11\nline 12\n"),
        (12, "li<error>ne 5\nline 6\nline 7\nline 8\nline 9\nline 10\n\n... --[Truncated]-- ...\nline</error> 12\nline 13\n"),
        (19, "li<error>ne 5\nline 6\nline 7\nline 8\nline 9\nline 10\n\n... --[Truncated]-- ...\nline</error> 19\nline 20\n"),
    ],
)
def test_a_long_span_shows_six_lines_and_its_last(end: int, shown: str) -> None:
    assert f"line 4\n{shown}\n```" in marked_errors(PROOF, [_error(5, 2, end, 4)])


def test_the_mark_of_truncation_stands_as_deep_as_the_code() -> None:
    proof = "\n".join(["top", *["    deep"] * 12])

    assert "    deep\n\n    ... --[Truncated]-- ...\n" in marked_errors(proof, [_error(1, 0, 12, 8)])


def test_eight_errors_are_shown_and_the_others_counted() -> None:
    text = marked_errors(PROOF, [_error(1, 0, 1, 1)] * 11)

    assert text.count("Corresponding Code") == 8
    assert text.endswith("Error Message: bad\n\n... [Omitted 3 more errors] ...\n")
    assert "Omitted" not in marked_errors(PROOF, [_error(1, 0, 1, 1)] * 8)


def test_numbered_lines_stand_two_around_the_error() -> None:
    error = LeanError("  bad\n", 10, 0, 10, 4, goals="⊢ p")

    assert numbered_errors(PROOF, [error]) == (
        "# Error 1:\nGoals state before error position: \n⊢ p\n\nError message: \nbad\n\n"
        "Lean 4 code snippet with error:\n```lean4\n"
        "008  | line 8\n009  | line 9\n010 >| line 10\n011  | line 11\n012  | line 12\n```\n"
    )


def test_three_errors_are_shown_and_no_goals_where_there_are_none() -> None:
    text = numbered_errors(PROOF, [_error(1, 0, 1, 1)] * 5)

    assert text.count("# Error ") == 3
    assert "Goals state" not in text


def test_numbers_count_from_below_the_imports() -> None:
    proof = "\n\nimport Mathlib\nimport Aesop\n\ntheorem t : p := by\n  bad\n"

    assert numbered_errors(proof, [_error(7, 2, 7, 5)]).endswith(
        "```lean4\n001  | \n002  | theorem t : p := by\n003 >|   bad\n```\n"
    )


PLACES = st.integers(-3, 40)


@given(st.lists(st.builds(_error, PLACES, PLACES, PLACES, PLACES), max_size=12), st.text(max_size=60))
def test_a_position_outside_the_proof_costs_nothing(errors: list[LeanError], proof: str) -> None:
    shown = min(len(errors), 8)

    assert marked_errors(proof, errors).count("\nCorresponding Code:\n") >= shown
    assert numbered_errors(proof, errors).count(" >| ") >= min(len(errors), 3)
