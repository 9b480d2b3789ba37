from __future__ import annotations

import pytest

from prover.fragment.understanding import MAX_CHARACTERS, NotUnderstood, Understood, understand


def test_mathematics_is_understood() -> None:
    assert isinstance(understand("What is the remainder when 2003 is divided by 11? Show that it is 1."), Understood)


@pytest.mark.parametrize("text", ["", "   \n"])
def test_empty_text(text: str) -> None:
    assert understand(text) == NotUnderstood("the text is empty", "", 1)


def test_long_text_is_not_read() -> None:
    refusal = understand("What is 1 + 1? " * 700)
    assert isinstance(refusal, NotUnderstood)
    assert refusal.column == MAX_CHARACTERS + 1


def test_the_longest_text_that_is_read_is_answered() -> None:
    assert isinstance(understand("What is " + "1 + " * 480 + "1?"), NotUnderstood)


def test_punctuation_alone() -> None:
    assert isinstance(understand("..."), NotUnderstood)
