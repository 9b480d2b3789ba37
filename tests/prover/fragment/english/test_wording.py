from __future__ import annotations

import pytest
from hypothesis import given, settings

from prover.fragment.canonical import canonical
from prover.fragment.english.mathematics import read_mathematics
from prover.fragment.english.wording import worded
from prover.fragment.meaning import Apply, Compare, Declared, Meaning, Number, Variable
from prover.fragment.understanding import Understood
from tests.prover.fragment.meanings import meanings


@pytest.mark.slow
@settings(max_examples=25)
@given(meanings())
def test_words_read_back_as_the_same_meaning(meaning: Meaning) -> None:
    assert read_mathematics(worded(meaning)) == Understood(canonical(meaning))


def test_remainder_in_words() -> None:
    meaning = Meaning(asked=Apply("%", Number(2003), Number(11)), answer=Number(1))
    assert worded(meaning) == "What is the remainder when $2003$ is divided by $11$? Show that it is $1$."


def test_subtraction_that_may_be_cut_off_is_said_to_be() -> None:
    difference = Apply("-", Variable("x"), Variable("y"))
    meaning = Meaning((Declared("x", "ℕ"), Declared("y", "ℕ")), claim=Compare("≤", difference, Variable("x")))
    assert worded(meaning).startswith("Here ∸ is subtraction cut off at 0.")


def test_subtraction_that_is_safe_is_plain() -> None:
    difference = Apply("-", Variable("x"), Variable("y"))
    given_order = (Compare("≤", Variable("y"), Variable("x")),)
    meaning = Meaning((Declared("x", "ℕ"), Declared("y", "ℕ")), given_order, claim=Compare("≤", difference, Variable("x")))
    assert "∸" not in worded(meaning)


def test_a_name_that_no_text_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        worded(Meaning((Declared("fun", "ℕ"),), claim=Compare("=", Variable("fun"), Number(0))))
