"""The proof taken out of a model's Lean code: the right theorem's, never its statement, every column where Lean needs it."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.models.lean_answer import block_of, proof_body, statement_of, theorem_name


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("theorem foo : p := by\n  simp", "simp"),
        ("theorem foo : p := by simp", "simp"),
        ("theorem foo : p :=\n  by\n    simp\n    done", "simp\ndone"),
        ("theorem foo : p :=\nby\nsimp", "simp"),
        ("theorem foo : p := by\nsimp\ndone", "simp\ndone"),
        ("theorem foo : p := by -- easy\n  simp", "simp"),
        ("theorem foo : p := /- term -/ by\n  simp", "simp"),
        ("theorem foo : p := by\n\n  simp\n\n  done\n\n", "simp\n\ndone"),
        ("theorem foo : p := by\n  have h : q := by\n    simp\n  exact h", "have h : q := by\n  simp\nexact h"),
        ("theorem foo : p := by\n-- a comment\n  simp\n  /- more\nof it -/\n  done", "-- a comment\nsimp\n/- more\nof it -/\ndone"),
        ("  theorem foo : p := by\n    simp\n\n  end A\nend B", "simp"),
    ],
)
def test_the_block_behind_by_moves_to_the_first_column(code: str, body: str) -> None:
    assert proof_body(code, "foo") == body


@pytest.mark.parametrize(
    "statement",
    [
        "(h : a = b := by rfl) : p",
        "(f : ℕ → ℕ := fun x => x) : p",
        ": let x := 5; x = 5",
        ": have h := a; p h",
        ": (let x := 5; x) = 5",
        "{s : Set ℕ} ⦃x : ℕ⦄ [inst : Fact (1 = 1 := by rfl)] : p",
        ': "a := by simp" = b',
        ": p -- := by sorry\n   ∧ q",
        ": p /- := by sorry -/ ∧ q",
        ": '\"' = c",
        ".{u} : p",
    ],
)
def test_the_by_is_the_theorems_own(statement: str) -> None:
    assert proof_body(f"theorem foo {statement} := by\n  simp", "foo") == "simp"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("theorem foo : p := h", "exact\n  h"),
        ("theorem foo : p :=\n  fun x =>\n    h x", "exact\n  fun x =>\n    h x"),
        ("theorem foo : p := fun x => by\n  simp\n  done", "exact\n                   fun x => by\n  simp\n  done"),
        ("theorem foo : p := bya", "exact\n  bya"),
        ("theorem foo : p :=", None),
        ("theorem foo : p := -- nothing", None),
        ("theorem foo : p := by", None),
        ("theorem foo : p := by\n  -- nothing\n", None),
        ("theorem foo : p", None),
        ("theorem foo : p\n  | 0 => a\n  | n + 1 => b", None),
        ("theorem", None),
        ("", None),
        ("/- theorem foo : p := by simp", None),
    ],
)
def test_a_term_becomes_exact_and_nothing_is_no_proof(code: str, body: str | None) -> None:
    assert proof_body(code, "foo") == body


def test_a_tactic_that_begins_behind_by_keeps_its_layout() -> None:
    code = "theorem foo : p := by constructor\n                      simp\n                        at h"
    assert proof_body(code, "foo") == "constructor\nsimp\n  at h"
    assert proof_body("theorem foo : p := by simp [a,\n  b]", "foo") == "simp [a,\n  b]"


FILE = """
import Mathlib

/-- theorem foo : p := by wrong -/
lemma helper : q := by
  helps

@[simp] theorem foo : p := by
  first

-- theorem foo : p := by wrong
theorem foo' : p := by
  wrong

/-- Better. -/
private theorem foo (x : ℕ) : p := by
  second
  done -- yes

/-- An example. -/
example : q := by
  wrong

#eval 1
end Foo
"""


def test_the_last_theorem_of_our_name_counts() -> None:
    assert proof_body(FILE, "foo") == "second\ndone"
    assert proof_body(FILE, "helper") == "helps"
    assert proof_body(FILE, "foo'") == "wrong"


def test_a_name_may_be_written_shorter_or_longer() -> None:
    code = "namespace A\ntheorem b : p := by\n  one\ntheorem c : p := by\n  two\nend A"

    assert proof_body(code, "A.b") == "one"
    assert proof_body("theorem _root_.A.b : p := by\n  one", "A.b") == "one"
    assert proof_body("theorem A.b : p := by\n  one\nexample : p := by\n  two", "b") == "one"


def test_without_our_name_the_last_theorem_counts() -> None:
    assert proof_body("theorem a : p := by\n  one\ntheorem b : p := by\n  two", "foo") == "two"
    assert proof_body("example : p := by\n  one", "foo") == "one"


def test_code_without_a_theorem_is_the_block_itself() -> None:
    assert proof_body("  intro x\n  simp", "foo") == "intro x\nsimp"
    assert proof_body("import Mathlib", "foo") is None


@pytest.mark.parametrize(
    "next_command", ["theorem b : p := x", "@[simp]\ntheorem b : p := x", "#print foo", "end", "open Nat", "/-- doc -/\ndef x := 1"]
)
def test_a_proof_ends_where_the_next_command_begins(next_command: str) -> None:
    assert proof_body(f"theorem foo : p := by\n  simp\n\n{next_command}\n", "foo") == "simp"


def test_names_that_begin_like_commands_end_nothing() -> None:
    assert block_of("end_game\ntheorem_a\nopening", margin=None) == "end_game\ntheorem_a\nopening"


def test_the_text_of_a_string_is_not_moved() -> None:
    assert proof_body('theorem foo : p := by\n  exact h "a\nb"', "foo") == '  exact h "a\nb"'


def test_carriage_returns_do_no_harm() -> None:
    assert proof_body("theorem foo : p := by\r\n  simp\r\n  done\r\n", "foo") == "simp\ndone"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("theorem foo (x : ℕ) : p", "foo"),
        ("theorem a : p := by simp\n\n@[simp] lemma A.b' : q", "A.b'"),
        ("theorem foo.{u} : p", "foo"),
        ("theorem «a b» : p", "«a b»"),
        ("theorem\n    foo : p", "foo"),
        ("example : p", ""),
        ("def x := 1", ""),
    ],
)
def test_the_name_of_a_statement(code: str, name: str) -> None:
    assert theorem_name(code) == name


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        ("import A\n\ntheorem foo : p := by sorry", "import A\n\ntheorem foo : p"),
        ("theorem foo :\n    p := -- why\n  by simp", "theorem foo :\n    p"),
        ("theorem foo : p", "theorem foo : p"),
        ("theorem", None),
        ("def x := 1", None),
    ],
)
def test_a_statement_ends_before_its_proof(code: str, statement: str | None) -> None:
    assert statement_of(code) == statement


LINES = st.lists(
    st.sampled_from(
        ["simp", "have h : p := by", "  omega", "    ring", "· exact h", "", "-- note", "calc a = b := by", "  _ = c := x"]
    ),
    min_size=1,
)


@given(LINES, st.integers(1, 6), st.sampled_from(["foo", "bar.foo"]))
def test_an_indented_block_comes_back_as_it_was(lines: list[str], indent: int, name: str) -> None:
    block = textwrap.dedent("\n".join(["skip", *lines, "done"]))
    code = f"theorem {name} : p := by\n{textwrap.indent(block, ' ' * indent)}\n\nend"

    assert proof_body(code, name) == block
