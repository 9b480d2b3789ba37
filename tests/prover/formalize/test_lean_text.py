"""Lean text by eye: comments cut without moving anything, and the names that commands define."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.formalize.lean_text import LONGEST_TEXT, defined_names, identifiers, strange_text, without_comments


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a -- b\nc", "a     \nc"),
        ("a /- b -/ c", "a         c"),
        ("a /- b /- c -/ d -/ e", "a                   e"),
        ("/- x\ny -/ z", "    \n     z"),
        ('"-- no" a', '"-- no" a'),
        ('/- " -/ a', "        a"),
        ('a -- " /-\nb', "a        \nb"),
        ("a /- never ends", "a              "),
        ('/- 5" long -/ def a\n/- 6" -/', f"{' ' * 13} def a\n{' ' * 8}"),
        ('def c := \'"\'\n/- " -/ a -- "', "def c := '\"'\n        a     "),
        ("a' 'b' -- it's\nc", "a' 'b'        \nc"),
        ('r#"a"--"#--b', 'r#"a"--"#   '),
        ("«a--b» --c", "«a--b»    "),
        ("/--/ a -/ b", "          b"),
        ("a -/ b", "a -/ b"),
    ],
)
def test_comments_become_blanks(text: str, code: str) -> None:
    assert without_comments(text) == code


@given(st.text(alphabet='ab-/ \n"\\', max_size=60))
def test_nothing_moves(text: str) -> None:
    code = without_comments(text)
    assert len(code) == len(text)
    assert [at for at, letter in enumerate(code) if letter == "\n"] == [at for at, letter in enumerate(text) if letter == "\n"]
    assert all(new in (old, " ") for new, old in zip(code, text, strict=True))


@pytest.mark.parametrize("letter", "\0\x1b\x85\u200b\u202e\u2028\u2066\ufeff\udc00")
def test_characters_that_do_not_show_are_told_with_their_place(letter: str) -> None:
    told = strange_text(f"theorem t :\n  1 ={letter} 1")
    assert told is not None
    assert f"U+{ord(letter):04X}" in told[0]
    assert told[1] == (2, 5)


def test_an_honest_text_is_not_strange() -> None:
    assert strange_text("\ufefftheorem t (α : ℕ) :\r\n\tα₁ ≤ «é ß» -- 𝔽") is None
    assert strange_text(f"/- {'long ' * LONGEST_TEXT} -/ theorem t : 1 = 1") is None
    assert strange_text("+ 1 " * LONGEST_TEXT) is not None


def test_names_come_with_their_namespace_and_whether_they_recur() -> None:
    context = (
        "namespace A\nnamespace B.C\ndef f : ℕ → ℕ\n  | 0 => 1\n  | n + 1 => f n\nend B.C\nabbrev «my name» := 2\nend A\n"
        "-- def hidden := 3\nstructure S where\n  x : ℕ\n"
    )
    found = [(defined.full_name, defined.is_recursive) for defined in defined_names(context)]
    assert found == [("A.B.C.f", True), ("A.«my name»", False), ("S", False)]


def test_identifiers_are_whole_or_in_parts() -> None:
    assert identifiers("Nat.gcd a₁ b' + 12") == {"Nat.gcd", "a₁", "b'"}
    assert {"Nat", "gcd", "Nat.gcd"} <= identifiers("Nat.gcd", parts=True)
