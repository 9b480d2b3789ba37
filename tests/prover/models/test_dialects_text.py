"""What templates may use: premises that are marked and fit, headers without blank lines, problems as doc comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.models.dialect_text import Premise, block, compact, documented, fitting, indented, marked

TEXT = st.text(alphabet="ab.ℕ «»'\n:", max_size=30)


def _premise(name: str, text: str) -> Premise:
    return Premise(name=name, text=f"theorem {name} {text}")


PREMISES = st.lists(st.builds(_premise, st.sampled_from(["a", "a.b", "ℕ.c"]), TEXT))


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Nat.add_comm", "theorem Nat.add_comm : p", "theorem <a>Nat.add_comm</a> : p"),
        ("Nat.add_comm", "theorem add_comm : p", "theorem <a>Nat.add_comm</a> : p"),
        ("A.B.c", "theorem B.c : p", "theorem <a>A.B.c</a> : p"),
        ("Nat.add_comm", "theorem _root_.Nat.add_comm : p", "theorem <a>Nat.add_comm</a> : p"),
        ("Nat.«a b»", "theorem Nat.«a b» : p", "theorem <a>Nat.«a b»</a> : p"),
        ("Nat.add", "theorem add_comm : p", "theorem add_comm : p"),
        ("Nat.a'", "theorem a' : a = a''", "theorem <a>Nat.a'</a> : a = a''"),
        ("a+b", "theorem a+b : p", "theorem <a>a+b</a> : p"),
        ("x", "instance : p", "instance : p"),
    ],
)
def test_a_premise_shows_its_full_name(name: str, text: str, shown: str) -> None:
    assert marked(Premise(name=name, text=text)) == shown


@given(PREMISES, TEXT, st.integers(0, 200))
def test_premises_fit_and_the_best_is_last(premises: list[Premise], state: str, size: int) -> None:
    chosen = fitting(premises, state, size)
    everything = [marked(premise) for premise in premises]

    if chosen:
        assert len("".join(f"{text}\n\n" for text in chosen).encode()) + len(state.encode()) <= size
    remaining = iter(everything)
    assert all(text in remaining for text in reversed(chosen))
    assert fitting(premises, state, 100_000) == everything[::-1]


def test_headers_are_spaced_as_wanted() -> None:
    assert block("\nimport A\n\nopen B\n\n\n") == "import A\n\nopen B\n\n"
    assert compact("\nimport A\n\n \nopen B") == "import A\nopen B\n"
    assert (block(""), block("\n \n"), compact(""), compact("\n\n")) == ("", "", "", "")


def test_empty_lines_are_not_indented() -> None:
    assert indented("a\n\n  b", 2) == "  a\n\n    b"


@pytest.mark.parametrize(
    ("signature", "shown"),
    [
        ("theorem t : p", "/-- W.-/\ntheorem t : p"),
        ("@[simp] private lemma t : p", "/-- W.-/\n@[simp] private lemma t : p"),
        ("def a := 1\n\ntheorem t : p", "def a := 1\n\n/-- W.-/\ntheorem t : p"),
        ("theorem a : q := by simp\n\ntheorem t : p", "theorem a : q := by simp\n\n/-- W.-/\ntheorem t : p"),
        ("/- a plain comment -/\ntheorem t : p", "/- a plain comment -/\n/-- W.-/\ntheorem t : p"),
        ("/-- Known. -/\ntheorem t : p", "/-- Known. -/\ntheorem t : p"),
        ("(x : ℕ) : p", "(x : ℕ) : p"),
    ],
)
def test_the_problem_stands_above_its_theorem(signature: str, shown: str) -> None:
    assert documented(signature, "W.") == shown
    assert documented(signature, "") == signature


@given(st.text(alphabet="-/ a\n", max_size=30))
def test_no_words_end_or_nest_their_comment(words: str) -> None:
    comment = documented("theorem t : p", words).removesuffix("\ntheorem t : p")

    if words:
        assert (comment.count("/-"), comment.count("-/")) == (1, 1)
        assert comment.endswith("-/")
