"""What is done to a model's proof before Lean sees it, and how Lean's errors come back to its lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.messages import Message, Position
from lean_env.statement import Statement
from prover.whole.asking import question
from prover.whole.body import MAX_BYTES, MAX_NESTING, body_of, key_of_body, other_layout, problem_with
from prover.whole.cut import pieces
from prover.whole.errors import MAX_ERRORS, MAX_MESSAGE, UnderStatement, errors_shown, first_line, shown

BLOCK = ("constructor", "· intro h", "  exact h", "· simp")
STATEMENT = Statement("t", "theorem t (n : Nat) :\n    n = n", "(n : Nat)", "n = n", context="open Nat\n\ndef two := 2")


@pytest.mark.parametrize(
    "text",
    [
        "constructor\n· intro h\n  exact h\n· simp",
        "  constructor\n  · intro h\n    exact h\n  · simp\n",
        "\n\n      constructor\n      · intro h\n        exact h\n      · simp   \n\n",
        "\tconstructor\n\t· intro h\n\t\texact h\n\t· simp",
        "by\n  constructor\n  · intro h\n    exact h\n  · simp",
        ":= by\n  constructor\n  · intro h\n    exact h\n  · simp",
        ":=\nby\n  constructor\n  · intro h\n    exact h\n  · simp",
        "by constructor\n   · intro h\n     exact h\n   · simp",
        "        constructor\n  · intro h\n    exact h\n  · simp",
        "constructor\r\n· intro h\r\n  exact h\r\n· simp\r\n",
        "\ufeffconstructor\n·\u00a0intro h\n\u00a0\u00a0exact h\n· simp",
        "-- the idea\n    constructor\n    · intro h\n      exact h\n    · simp\n-- done",
    ],
)
def test_layouts_of_one_proof_come_to_the_same(text: str) -> None:
    lines = body_of(text)
    assert lines is not None
    assert [line for line in lines if not line.startswith("--")] == list(BLOCK)


@pytest.mark.parametrize("text", ["", "  \n\t\n", "by", ":= by\n", "-- only words", "\ufeff", "by\n  -- nothing\n"])
def test_nothing_is_no_proof(text: str) -> None:
    assert body_of(text) is None


@pytest.mark.parametrize("text", ["by_cases h : p", "by_contra h", "by' x"])
def test_a_tactic_that_begins_like_by_stays(text: str) -> None:
    assert body_of(text) == (text,)


def test_a_term_becomes_a_tactic() -> None:
    assert body_of(":= fun h =>\n  h.symm") == ("exact", "     fun h =>", "    h.symm")
    assert body_of(":=\n  rfl") == ("exact", "    rfl")


def test_a_first_line_further_left_can_be_meant_in_two_ways() -> None:
    assert other_layout(("intro h", "  simp", "  omega")) == ("intro h", "simp", "omega")
    assert other_layout(("intro h", "simp", "  at h")) is None
    assert other_layout(("simp",)) is None
    assert other_layout(("-- words", "intro h", "  simp")) == ("-- words", "intro h", "simp")


def test_comments_and_blank_lines_make_no_other_proof() -> None:
    assert key_of_body(("simp", "", "-- now", "omega")) == key_of_body(("-- first", "simp", "omega"))
    assert key_of_body(("simp", "omega")) != key_of_body(("simp", "  omega"))


def test_what_would_only_cost_the_worker_is_not_shown_to_it() -> None:
    assert "bytes" in problem_with(("x" * MAX_BYTES,))
    assert "deep" in problem_with(("exact " + "(" * (MAX_NESTING + 1),))
    assert problem_with(("exact " + "()" * 1000,)) == ""


@given(st.text(alphabet=st.sampled_from(list("ab· \t\n\r:=y-(){}⟨\ufeff\u00a0\ud800\u2028\x00\x0c"))))
def test_any_text_comes_to_lines_without_what_lean_has_no_use_for(text: str) -> None:
    lines = body_of(text)
    if lines is None:
        return
    assert body_of("\n".join(lines)) is not None
    assert any(line and not line[0].isspace() for line in lines) or lines[0].strip() == "", "something stands in column 0"
    for line in lines:
        assert line == line.rstrip()
        assert not set(line) & set("\t\n\r\x00\ufeff\ud800")
    problem_with(lines)
    key_of_body(lines)
    pieces(lines)
    layout = other_layout(lines)
    assert layout is None or len(layout) == len(lines)


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    lines = body_of(text)
    if lines is not None:
        assert UnderStatement(STATEMENT, lines).theorem.startswith(STATEMENT.signature)


# -- where tactics begin ----------------------------------------------------------------------------------------------------


def test_tactics_begin_in_the_first_column() -> None:
    lines = ("have h : p := by", "  simp", "", "rcases h with", "| a => x", "<;> simp", "· exact (f", "b)", "-- words", "omega")
    assert pieces(lines) == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert pieces(()) == []


# -- errors -----------------------------------------------------------------------------------------------------------------


def error(line: int, column: int, text: str = "no", *, to: tuple[int, int] | None = None) -> Message:
    return Message("error", text, Position(line, column), Position(*to) if to else None)


def test_errors_come_back_to_the_lines_of_the_proof() -> None:
    proof = UnderStatement(STATEMENT, ("intro h", "simp", "omega"))
    assert proof.source == "theorem t (n : Nat) :\n    n = n := by\n  intro h\n  simp\n  omega\n"
    assert [proof.line_of(error(line, 2)) for line in (1, 2, 3, 4, 5, 6)] == [None, None, 1, 2, 3, None]
    assert first_line(proof, [error(5, 2), error(4, 2), error(2, 2)]) == 2
    assert first_line(proof, [error(2, 2), Message("error", "no place")]) is None


def test_errors_are_placed_in_what_the_model_is_shown() -> None:
    query = question(STATEMENT)
    for heartbeats in (200, 400, 0):
        proof = UnderStatement(STATEMENT, ("intro h", "simp"), heartbeats)
        above = proof.source.split("\n").index("  simp") + 1
        [found] = errors_shown(query, proof, [error(above, 2, to=(above, 6))], "⊢ p")
        assert shown(query, proof.lines).split("\n")[found.line - 1] == "  simp"
        assert (found.column, found.end_line, found.end_column, found.goals) == (2, found.line, 6, "⊢ p")


def test_errors_without_a_place_or_behind_the_end_stay_inside() -> None:
    query = question(STATEMENT)
    proof = UnderStatement(STATEMENT, ("simp",))
    count = shown(query, proof.lines).count("\n") + 1
    for place in (Message("error", "no place"), error(99, 0), error(1, 0, to=(99, 1))):
        [found] = errors_shown(query, proof, [place])
        assert 1 <= found.line <= found.end_line <= count


def test_errors_are_sorted_and_few_and_short() -> None:
    proof = UnderStatement(STATEMENT, ("simp", "omega"))
    found = errors_shown(question(STATEMENT), proof, [error(4, 2), error(3, 5), error(3, 2)] * 20, "⊢ p")
    assert len(found) == MAX_ERRORS
    assert found == tuple(sorted(found, key=lambda each: (each.line, each.column)))
    assert [each.goals for each in found[:2]] == ["⊢ p", ""]
    [long] = errors_shown(question(STATEMENT), proof, [error(3, 2, "x" * 10**6)])
    assert len(long.message) < MAX_MESSAGE + 20


def test_the_lines_of_the_theorem_alone() -> None:
    proof = UnderStatement(STATEMENT, ("simp", "", "axiom x : α = ℕ"))
    assert proof.lines_up_to(len("theorem t (n : Nat) :\n    n = n := by\n  simp")) == ("simp",)
    assert proof.lines_up_to(len(proof.theorem.encode()) - 1) == proof.lines


# -- the question -----------------------------------------------------------------------------------------------------------


def test_a_question_has_the_scopes_in_its_header() -> None:
    context = "open Nat\nset_option autoImplicit false\n\nopen Nat in\ndef two := 2\nopen List"
    asked = question(Statement("t", "theorem t : p", "", "p", context=context, imports=("Mathlib",)), "Words.")
    assert asked.header == "import Mathlib\n\nopen Nat\nset_option autoImplicit false"
    assert asked.signature == "open Nat in\ndef two := 2\nopen List\n\ntheorem t : p"
    assert asked.informal == "Words."
    assert question(Statement("t", "theorem t : p", "", "p")).signature == "theorem t : p"
    assert question(STATEMENT, header="import Mathlib").header == "import Mathlib"
