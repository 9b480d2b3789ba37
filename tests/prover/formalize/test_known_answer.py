"""When the answer of a problem joins its text."""

from __future__ import annotations

import pytest

from prover.formalize.candidate import WordProblem
from prover.formalize.known_answer import LONGEST_ANSWER, with_answer


@pytest.mark.parametrize(
    ("text", "answer", "joined"),
    [
        ("What is 1 + 1?", "2", "What is 1 + 1? Show that it is 2."),
        (" What is 1 + 1?\n", "2.", "What is 1 + 1? Show that it is 2."),
        ("What is 1 + 1?", "", "What is 1 + 1?"),
        ("What is 1 + 1? Show that it is 2.", "2", "What is 1 + 1? Show that it is 2."),
        ("PROVE it.", "2", "PROVE it."),
        ("How many shows does he see, if he shows 3 tickets?", "3", None),
        ("What can be improved?", "x" * LONGEST_ANSWER, None),
        ("What is it?", "x" * (LONGEST_ANSWER + 1), "What is it?"),
    ],
)
def test_a_short_answer_joins_a_question(text: str, answer: str, joined: str | None) -> None:
    assert with_answer(WordProblem("p", text, answer)) == (joined or f"{text} Show that it is {answer}.")
