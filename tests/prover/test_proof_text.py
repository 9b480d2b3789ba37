"""The text of a proof: what is in it, in which order, and what is not."""

from __future__ import annotations

from lean_env.statement import Statement
from prover.lemmas import LemmaLibrary
from prover.proof_text import lemmas_to_add, proof_block, proof_text

LIBRARY = LemmaLibrary.parse(
    "namespace Entail\n\ntheorem one : True := trivial\n\ntheorem two : True := one\n\ndef three := 3\n\nend Entail\n"
)
NONE = LemmaLibrary({})


def test_signature_and_script() -> None:
    text = proof_text(Statement("t", "theorem t : P", "", "P"), ["intro x", "· simp", "", "  omega"], NONE)
    assert text == "theorem t : P := by\n  intro x\n  · simp\n\n    omega\n"


def test_the_context_stands_before_it() -> None:
    text = proof_text(Statement("t", "theorem t : P", "", "P", context="\n\nopen Nat\n\ndef f := 1\n"), ["simp"], NONE)
    assert text == "open Nat\n\ndef f := 1\n\ntheorem t : P := by\n  simp\n"


def test_what_reading_took_out_of_the_context_leaves_no_trace() -> None:
    context = "             \ndef f := 1\n      \n          \n\ndef g := 2"
    assert proof_text(Statement("t", "theorem t : P", "", "P", context=context), ["simp"], NONE).startswith(
        "def f := 1\n\ndef g := 2\n\ntheorem"
    )


def test_cited_lemmas_come_first_with_those_they_use() -> None:
    text = proof_text(Statement("t", "theorem t : P", "", "P", context="open Nat"), ["exact Entail.two"], LIBRARY)
    lemmas = "namespace Entail\n\ntheorem one : True := trivial\n\ntheorem two : True := one\n\nend Entail"
    assert text == f"{lemmas}\n\nopen Nat\n\ntheorem t : P := by\n  exact Entail.two\n"


def test_a_lemma_that_the_context_brings_along_is_not_declared_twice() -> None:
    script = ["exact Entail.two"]
    assert lemmas_to_add(script, "", LIBRARY) == ("one", "two")
    assert lemmas_to_add(script, "namespace Entail\n\ntheorem one : True := trivial\n\nend Entail", LIBRARY) == ("two",)
    assert lemmas_to_add(script, "theorem Entail.two : True := trivial", LIBRARY) == ("one",)


def test_a_lemma_of_another_namespace_is_another_lemma() -> None:
    assert lemmas_to_add(["exact Entail.two"], "namespace Mine\ntheorem two : True := trivial\nend Mine", LIBRARY) == ("one", "two")
    assert lemmas_to_add(["exact Entail.one"], "namespace Entail\ntheorem one' : True := trivial\nend Entail", LIBRARY) == ("one",)
    assert lemmas_to_add(["exact Mine.two", "exact two"], "", LIBRARY) == ()


def test_the_block_can_stand_further_in() -> None:
    assert proof_block(["a", "", "· b"], "    ") == ":= by\n      a\n\n      · b"


def test_the_library_that_comes_with_the_engine_is_whole() -> None:
    library = LemmaLibrary.load()
    assert {"pow_residue", "int_pow_residue"} <= library.declarations.keys()
    for name, source in library.declarations.items():
        assert name in source
        assert library.source([name]).startswith("namespace Entail\n")
