"""Reading a text for its statements, as far as that goes without Lean."""

from __future__ import annotations

import pytest

from lean_env.messages import Message, Position
from lean_env.reading import missing_names, without_imports


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        ("import Mathlib\n\ntheorem t : P", ("Mathlib",)),
        ("import Mathlib.Tactic\nimport Aesop  \ntheorem t : P", ("Mathlib.Tactic", "Aesop")),
        ("-- hello\n\nimport Mathlib\ntheorem t : P", ("Mathlib",)),
        ("module\n\npublic import A\nmeta import all B\nprelude\ntheorem t : P", ("A", "B")),
        ("import «ℕ and»\ntheorem t : P", ()),
        ("import ℕ\ntheorem t : P", ("ℕ",)),
        ("theorem t : P", ()),
        ("theorem t : P\nimport Mathlib", ()),
        ("/- import A -/\nimport B", ()),
        ("", ()),
    ],
)
def test_leading_imports_are_blanked_where_they_stand(text: str, imports: tuple[str, ...]) -> None:
    source, found = without_imports(text)
    assert found == imports
    assert len(source.encode()) == len(text.encode())
    assert source.count("\n") == text.count("\n")
    assert source.replace(" ", "") == "\n".join(
        "" if line.split()[-1:] and line.split()[-1] in imports else line for line in text.split("\n")
    ).replace(" ", "")


def message(data: str, line: int = 1, column: int = 0) -> Message:
    return Message("error", data, Position(line, column))


def test_names_that_lean_does_not_know() -> None:
    messages = (
        message("Unknown identifier `ℝ`\n\nNote: ..."),
        message("unknown namespace `Finset`"),
        message("Unknown constant `a.b`"),
    )
    assert missing_names(messages) == ("ℝ", "Finset", "a.b")
    assert missing_names((*messages, *messages)) == ("ℝ", "Finset", "a.b")
    assert missing_names((message("type mismatch"),)) == ()


def test_a_symbol_that_lean_does_not_know() -> None:
    source = "theorem t :\n  0 = ∑ i, i"
    assert missing_names((message("expected token", 2, 6),), source) == ("∑",)
    assert missing_names((message("expected token", 9, 6),), source) == ()
    assert missing_names((message("expected token", 2, 6),)) == ()
