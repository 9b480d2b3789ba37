from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.fragment.understanding import MAX_CHARACTERS, NotUnderstood, Understood, understand

_HERE = Path(__file__).parent
_TEXTS = [
    str(json.loads(line)["text"])
    for name in ("english/patterns.jsonl", "stories/stories.jsonl")
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines()
]


@st.composite
def _broken_texts(draw: st.DrawFn) -> str:
    """A text of the fragment with words left out, said twice, in another order, or of another text."""
    words = draw(st.sampled_from(_TEXTS)).split()
    for _ in range(draw(st.integers(1, 3))):
        here, there = draw(st.integers(0, len(words) - 1)), draw(st.integers(0, len(words) - 1))
        change = draw(st.sampled_from(("drop", "repeat", "swap", "insert")))
        if change == "drop" and len(words) > 1:
            del words[here]
        elif change == "repeat":
            words.insert(there, words[here])
        elif change == "swap":
            words[here], words[there] = words[there], words[here]
        elif change == "insert":
            words.insert(there, draw(st.sampled_from(draw(st.sampled_from(_TEXTS)).split())))
    return " ".join(words)


@settings(max_examples=40, deadline=None)
@given(text=_broken_texts())
def test_every_text_is_understood_or_refused_with_its_own_words(text: str) -> None:
    read = understand(text)
    if isinstance(read, NotUnderstood):
        assert read.message
        assert text[read.column - 1 :].startswith(read.excerpt.removesuffix("..."))


def test_the_refusal_of_mathematics_is_shown_for_mathematics() -> None:
    refusal = understand("Show that n^2 is odd unless n (or m) is even.")
    assert isinstance(refusal, NotUnderstood)
    assert refusal.excerpt.startswith("unless")


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


@pytest.mark.parametrize("text", ["...", r"Show that 3 \equiv 5 \pmod", "\\", "$", "\\text{", r"What is \frac", "{", "x_", "x^"])
def test_texts_that_stop_short(text: str) -> None:
    assert isinstance(understand(text), NotUnderstood)


@pytest.mark.parametrize(
    "text",
    [
        "What is " + "3 times " * 150 + "3?",
        "What is " + "twice " * 320 + "3?",
        "What is " + "(" * 480 + "1" + ")" * 480 + "?",
        "Let x > 3. " * 170 + "Show that x > 2.",
        "Show that " + "x is even, " * 170 + "and y is odd.",
    ],
    ids=lambda text: text[:20],
)
def test_texts_made_to_take_long_are_refused(text: str) -> None:
    assert isinstance(understand(text), NotUnderstood)
