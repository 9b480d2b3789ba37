"""Carets stand under what they mean, also where characters are wide or lines are long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.messages import Message, Position
from prover.excerpt import MAX_COLUMNS, cells, excerpt


def at(source: str, line: int, column: int, end: tuple[int, int] | None = None) -> list[str]:
    return excerpt(Message("error", "no", Position(line, column), Position(*end) if end else None), source)


@pytest.mark.parametrize(
    ("source", "line", "column", "end", "shown"),
    [
        ("theorem t : foo", 1, 12, (1, 15), ["theorem t : foo", "            ^^^"]),
        ("theorem t : foo", 1, 12, None, ["theorem t : foo", "            ^"]),
        ("a\nbc d\ne", 2, 3, (2, 4), ["bc d", "   ^"]),
        ("a\nbc d  \ne", 2, 1, (3, 1), ["bc d", " ^^^"]),
        ("x : ℕ → ℝ", 1, 8, (1, 9), ["x : ℕ → ℝ", "        ^"]),
        ("中文 foo", 1, 3, (1, 6), ["中文 foo", "     ^^^"]),
        ("x 中文", 1, 2, (1, 4), ["x 中文", "  ^^^^"]),
        ("e\u0301 foo", 1, 3, (1, 6), ["e\u0301 foo", "  ^^^"]),
        ("\tfoo", 1, 1, (1, 4), [" foo", " ^^^"]),
        ("end", 1, 3, None, ["end", "   ^"]),
        ("end   ", 1, 6, None, ["end", "   ^"]),
        ("end", 1, 99, (1, 100), ["end", "   ^"]),
        ("foo", 1, 1, (1, 1), ["foo", " ^"]),
        ("foo", 1, 2, (1, 0), ["foo", "  ^"]),
    ],
)
def test_the_line_and_a_caret(source: str, line: int, column: int, end: tuple[int, int] | None, shown: list[str]) -> None:
    assert at(source, line, column, end) == shown


@pytest.mark.parametrize(("source", "line"), [("a", 2), ("", 1), ("a\n   \nb", 2), ("a", 0)])
def test_no_line_no_caret(source: str, line: int) -> None:
    assert at(source, line, 0) == []
    assert excerpt(Message("error", "no"), source) == []


def test_a_long_line_is_cut_around_the_place() -> None:
    shown, caret = at("a" * 500 + "FOO" + "b" * 500, 1, 500, (1, 503))
    assert shown.startswith("…a")
    assert shown.endswith("b…")
    assert shown[caret.index("^") : caret.rindex("^") + 1] == "FOO"
    assert len(shown) == MAX_COLUMNS + 2


def test_a_long_mark_ends_with_the_line() -> None:
    shown, caret = at("f" * 500, 1, 0, (1, 500))
    assert shown == "f" * MAX_COLUMNS + "…"
    assert caret == "^" * MAX_COLUMNS


@given(
    st.text(st.sampled_from("ab ℕ中\t\n\u0301"), max_size=300),
    st.integers(0, 8),
    st.integers(0, 300),
    st.integers(0, 8),
    st.integers(0, 300),
)
def test_nothing_that_lean_could_say_breaks_it(source: str, line: int, column: int, end_line: int, end_column: int) -> None:
    lines = at(source, line, column, (end_line, end_column))
    assert len(lines) in (0, 2)
    if lines:
        assert "\n" not in lines[0] + lines[1]
        assert set(lines[1]) <= {" ", "^"}
        assert "^" in lines[1]
        assert cells(lines[1]) <= cells(lines[0]) + 1
