"""Filling the holes of a text leaves everything else as it was."""

from __future__ import annotations

import pytest

from lean_env.messages import Command
from lean_env.reading import Listing, Reading
from lean_env.statement import Statement
from prover.filling import Filling, filled
from prover.lemmas import LemmaLibrary

LIBRARY = LemmaLibrary.parse("namespace Entail\n\ntheorem one : True := trivial\n\nend Entail\n")


def reading(text: str, *holes: tuple[str, str, str]) -> Reading:
    """A reading of `text` with these theorems, each as (before, signature, proof): pieces that follow on each other in it."""
    listings: list[Listing] = []
    for before, signature, proof in holes:
        start = len(text[: text.index(before + signature) + len(before)].encode())
        signature_end = start + len(signature.encode())
        proof_start = len(text[: text.index(proof, text.index(before + signature))].encode())
        offsets = (start, signature_end, proof_start, proof_start + len(proof.encode()))
        listings.append(Listing(Statement(signature.split()[1], signature, "", ""), True, (), *offsets))
    first = len(text) - len(text.lstrip())
    return Reading(text, text, (Command("", "", first, len(text.encode()), False, None),), tuple(listings), (), ())


@pytest.mark.parametrize(
    ("text", "signature", "proof", "expected"),
    [
        ("theorem t : P := sorry", "theorem t : P", ":= sorry", "theorem t : P := by\n  simp\n  omega\n"),
        ("theorem t : P := by\n  sorry\n", "theorem t : P", ":= by\n  sorry", "theorem t : P := by\n  simp\n  omega\n"),
        ("theorem t : ℕ = ℕ\n  := sorry", "theorem t : ℕ = ℕ", ":= sorry", "theorem t : ℕ = ℕ := by\n  simp\n  omega\n"),
        ("theorem t : P -- why\n  := sorry", "theorem t : P", ":= sorry", "theorem t : P -- why\n  := by\n  simp\n  omega\n"),
        ("theorem t : P:=sorry\n#check t", "theorem t : P", ":=sorry", "theorem t : P := by\n  simp\n  omega\n#check t\n"),
        ("  theorem t : P := sorry", "theorem t : P", ":= sorry", "  theorem t : P := by\n    simp\n    omega\n"),
    ],
)
def test_a_hole_is_filled_in_its_place(text: str, signature: str, proof: str, expected: str) -> None:
    read = reading(text, ("", signature, proof))
    assert filled(read, [Filling(read.listings[0], ("simp", "omega"))], LIBRARY) == expected


def test_several_holes_and_the_lemmas_they_cite() -> None:
    text = "import Mathlib\nopen Nat\n\n/-- ℕ -/\ntheorem a : P := sorry\n\ntheorem b : Q := sorry\ntheorem c : R := sorry\n"
    holes = (("/\n", "theorem a : P", ":= sorry"), ("\n\n", "theorem b : Q", ":= sorry"), ("\n", "theorem c : R", ":= sorry"))
    read = reading(text, *holes)
    fillings = [Filling(read.listings[2], ("exact Entail.one",)), Filling(read.listings[0], ("exact Entail.one",))]
    lemmas = "namespace Entail\n\ntheorem one : True := trivial\n\nend Entail\n\n"
    assert filled(read, fillings, LIBRARY) == (
        lemmas + "import Mathlib\nopen Nat\n\n/-- ℕ -/\ntheorem a : P := by\n  exact Entail.one\n\n"
        "theorem b : Q := sorry\ntheorem c : R := by\n  exact Entail.one\n"
    )


def test_lemmas_stand_after_the_imports() -> None:
    text = "import Mathlib\ntheorem a : P := sorry"
    read = reading(text, ("\n", "theorem a : P", ":= sorry"))
    read = Reading(text, text, (Command("", "theorem", 15, len(text), False, None),), read.listings, (), ())
    made = filled(read, [Filling(read.listings[0], ("exact Entail.one",))], LIBRARY)
    assert made.startswith("import Mathlib\n\nnamespace Entail\n")
    assert made.endswith("end Entail\n\ntheorem a : P := by\n  exact Entail.one\n")


def test_nothing_to_fill_in_changes_nothing() -> None:
    text = "theorem a : P := sorry\n"
    assert filled(reading(text, ("", "theorem a : P", ":= sorry")), [], LIBRARY) == text
