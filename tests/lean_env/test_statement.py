"""Statements as values: what names them, and what their negation says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.statement import Statement

PLAIN = Statement("t", "theorem t (n : ℕ) : n < 5", "(n : ℕ)", "n < 5")


def test_the_digest_is_of_context_and_signature() -> None:
    assert PLAIN.digest == Statement("t", PLAIN.signature, "", "").digest
    assert len({PLAIN.digest, Statement("t", "theorem t (n : ℕ) : n < 6", "", "").digest, PLAIN.negation().digest}) == 3
    assert PLAIN.digest != Statement("t", PLAIN.signature, "(n : ℕ)", "n < 5", context="open Nat").digest
    assert Statement("t", "b", "", "", context="a").digest != Statement("t", "", "", "", context="a\0b").digest


def test_it_is_the_same_on_every_machine() -> None:
    assert PLAIN.digest == "2541881e119fb464ab3bae4352dbb997e42b1e85e7d90fa5f4129610166c2d97"


TEXTS = st.text(st.sampled_from("ab ℕ\t\r\n"), max_size=8)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_it_tells_all_texts_apart_but_for_last_line_ends(context: str, signature: str, context2: str, signature2: str) -> None:
    same = (context.rstrip("\n"), signature.rstrip("\n")) == (context2.rstrip("\n"), signature2.rstrip("\n"))
    claims = Statement("t", signature, "", "", context=context), Statement("t", signature2, "", "", context=context2)
    assert (claims[0].digest == claims[1].digest) is same


@given(TEXTS, st.integers(0, 3), st.integers(0, 3))
def test_line_ends_at_the_end_do_not_matter_to_it(text: str, context_lines: int, signature_lines: int) -> None:
    other = Statement("t", text + "\n" * signature_lines, "", "", context=text + "\n" * context_lines)
    assert other.digest == Statement("t", text, "", "", context=text).digest


@pytest.mark.parametrize("character", [" \n", "\t\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_what_a_string_literal_may_hold_matters_to_it(character: str) -> None:
    claims = [Statement("t", f'theorem t : s = "a{each}b"', "", "") for each in (character, "\n")]
    assert claims[0].digest != claims[1].digest


def test_lone_surrogates_have_a_digest_too() -> None:
    claims = [Statement("t", f'theorem t : s = "{each}"', "", "") for each in ("\ud800", "\ud801", "?", "\ufffd")]
    assert len({claim.digest for claim in claims}) == 4


@pytest.mark.parametrize(
    ("statement", "signature"),
    [
        (PLAIN, "theorem t_negation : ¬ (∀ (n : ℕ), n < 5)"),
        (Statement("t", "theorem t : P", "", "P"), "theorem t_negation : ¬ (P)"),
        (
            Statement("t", "", "{α : Type u} [Inhabited α] ⦃x : α⦄ (h : x = x)", "P x", levels=".{u}"),
            "theorem t_negation.{u} : ¬ (∀ {α : Type u} [Inhabited α] ⦃x : α⦄ (h : x = x), P x)",
        ),
        (Statement("«a b»", "", "", "P"), "theorem «a b_negation» : ¬ (P)"),
        (Statement("A.b", "", "", "P"), "theorem A.b_negation : ¬ (P)"),
    ],
)
def test_the_negation_is_about_everything(statement: Statement, signature: str) -> None:
    assert statement.negation().signature == signature


@pytest.mark.parametrize("inert", [False, True])
def test_the_negation_keeps_context_and_imports_and_whom_it_comes_from(inert: bool) -> None:
    statement = Statement("t", "theorem t : P", "", "P", context="open Nat", imports=("Mathlib",), inert=inert)
    negation = statement.negation()
    assert (negation.context, negation.imports, negation.name) == ("open Nat", ("Mathlib",), "t_negation")
    assert negation.inert is inert
    assert negation.negation().signature == "theorem t_negation_negation : ¬ (¬ (P))"


@pytest.mark.parametrize("context", ["variable (n : ℕ)", "section\nvariables {α : Type}\n"])
def test_parameters_outside_of_the_signature_cannot_be_negated(context: str) -> None:
    statement = Statement("t", "theorem t : P", "", "P", context=context)
    assert not statement.can_be_negated
    with pytest.raises(ValueError, match="parameters"):
        statement.negation()


def test_a_word_like_variable_is_none() -> None:
    assert Statement("t", "theorem t : P", "", "P", context="def variableCount := 1").can_be_negated
