"""Cutting Lean text without Lean: what looks like a command, but stands in a comment, a string or a proof, is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.problems.found import dissect, dissect_all
from prover.problems.lean_text import doc_text, masked, pieces, proof_start
from prover.problems.problem import BadData


def keywords(text: str) -> list[str]:
    return [piece.keyword for piece in pieces(masked(text))]


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("a -- b\nc", "a     \nc"),
        ("a /- b /- c -/ d -/ e", "a" + " " * 19 + "e"),
        ("a /- b\n-/ e", "a     \n   e"),
        ('a "-- /- \\" x" b', "a xxxxxxxxxxxx b"),
        ("a '\"' b -- c", "a xxx b     "),
        ("a /- never closed", "a                "),
        ('a "never closed', "a xxxxxxxxxxxxx"),
        ("no comment at all", "no comment at all"),
    ],
)
def test_masking(text: str, mask: str) -> None:
    assert masked(text).mask == mask


@given(st.text(alphabet="/-\"\\ \nab!'"))
def test_a_mask_has_the_length_and_the_lines_of_its_text(text: str) -> None:
    mask = masked(text).mask
    assert len(mask) == len(text)
    if '"' not in text:  # a string may hold a line's end, a character may not
        assert [at for at, char in enumerate(mask) if char == "\n"] == [at for at, char in enumerate(text) if char == "\n"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theorem a : True := by\n  trivial\ntheorem b : True := trivial", ["theorem", "theorem"]),
        ("/- theorem a : True -/\n-- theorem b\ntheorem c : True", ["theorem"]),
        ('theorem a : x = "\ntheorem b" := by\n  open Nat in simp', ["theorem"]),
        ("@[simp]\nprivate theorem a : True := trivial", ["theorem"]),
        ("@[simp, norm_cast] lemma a : True := trivial", ["lemma"]),
        ("open Nat in\ntheorem a : True := trivial\n#print a", ["theorem", "#print"]),
        ("open Nat Real in theorem a : True := trivial", ["theorem"]),
        ("set_option maxRecDepth 9 in\nopen Nat in\ntheorem a : True", ["theorem"]),
        ("noncomputable\nabbrev s : Nat := sorry\n/-- w -/ theorem a : s = 1", ["abbrev", "theorem"]),
        ("namespace A\n  theorem a : True := trivial\nend A", ["namespace", "theorem", "end"]),
        ("noncomputable section\nvariable (n : Nat)\nend", ["section", "variable", "end"]),
    ],
)
def test_commands(text: str, expected: list[str]) -> None:
    assert keywords(text) == expected


@pytest.mark.parametrize(
    ("text", "proof"),
    [
        ("theorem a : True := by trivial", ":= by trivial"),
        ("theorem a (h : True := by trivial) : True := h", ":= h"),
        ("theorem a : let x := 3; x = 3 := by rfl", ":= by rfl"),
        ("theorem a : (let x := 3; x) = 3 := by let y := 1; rfl", ":= by let y := 1; rfl"),
        ("theorem a : have x := 3; let y := x; y = 3 := rfl", ":= rfl"),
        ("theorem a /- := no -/ : { x := 1 : T } = t := sorry", ":= sorry"),
        ("theorem a : True", ""),
        ("theorem a : True -- := no", ""),
    ],
)
def test_where_the_proof_starts(text: str, proof: str) -> None:
    source = masked(text)
    assert text[proof_start(source, pieces(source)[0]) : pieces(source)[0].end] == proof


@pytest.mark.parametrize(
    ("comment", "words"),
    [("/-- A sum. -/\n", "A sum."), ("/--A sum.-/", "A sum."), ("/-! A sum. -/", "A sum."), (" A sum. ", "A sum."), ("", "")],
)
def test_words_of_a_doc_comment(comment: str, words: str) -> None:
    assert doc_text(comment) == words


def test_dissecting_takes_header_words_and_comments_apart() -> None:
    text = (
        "/- Copyright: nobody. -/\nimport Mathlib\nimport Aesop\r\nopen Nat -- all of it\nset_option maxHeartbeats 0\n\n"
        "/-- The answer. -/\nabbrev s : ℕ := sorry\n\n"
        "/-- What is\n`n`? -/\n-- problem 1\ntheorem t : s = 1 := by\n  sorry\n\n-- end\n"
    )
    parts = dissect(text, "FILE")
    assert parts.header == "import Mathlib\nimport Aesop\n\nopen Nat\nset_option maxHeartbeats 0"
    assert parts.source == "abbrev s : ℕ := sorry\n\ntheorem t : s = 1 := by\n  sorry"
    assert (parts.name, parts.docs, parts.answer_hole, parts.dropped_proof) == ("t", "What is\n`n`?", "s", False)


@pytest.mark.parametrize(
    "ending", ["", " :=", " := by", " := by\n", " := sorry", " := by sorry", " := by\n  sorry", " := by -- soon"]
)
def test_an_empty_proof_stays_as_it_is(ending: str) -> None:
    parts = dissect(f"theorem t : 1 = 1{ending}", "FILE")
    assert parts.source == f"theorem t : 1 = 1{ending}".removesuffix(" -- soon").rstrip()
    assert not parts.dropped_proof


@pytest.mark.parametrize("proof", [":= rfl", ":= by rfl", ":= by\n  have : 1 = 1 := by sorry\n  rfl", ":=\nby simp; sorry"])
def test_a_proof_is_dropped(proof: str) -> None:
    parts = dissect(f"lemma l : 1 = 1 := rfl\ntheorem t : 1 = 1 {proof}", "FILE")
    assert parts.source == "lemma l : 1 = 1 := rfl\n\ntheorem t : 1 = 1 := by sorry"
    assert parts.dropped_proof


def test_every_theorem_of_a_text_is_a_problem_of_its_own() -> None:
    text = (
        "import Mathlib\nopen Nat\n\ndef two := 2\nnamespace A\n\nlemma helper : two = 2 := rfl\n\n/-- first -/\n"
        "theorem one.{u} : two = 2 := by\n  rfl\n\nsection\nvariable (n : ℕ)\ntheorem three : n = n := by sorry\nend\nend A\n"
        "theorem four : True\n"
    )
    one, three, four = dissect_all(text, "FILE")
    assert [one.name, three.name, four.name] == ["A.one", "A.three", "four"]
    assert one.source.endswith("lemma helper : two = 2 := rfl\n\ntheorem one.{u} : two = 2 := by sorry")
    assert (one.docs, one.dropped_proof, three.dropped_proof) == ("first", True, False)
    assert three.source.endswith("section\n\nvariable (n : ℕ)\n\ntheorem three : n = n := by sorry")
    assert "theorem" not in four.source.removesuffix("theorem four : True")
    assert four.source.count("end") == 2
    assert {each.header for each in (one, three, four)} == {"import Mathlib\n\nopen Nat"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("example : True := trivial", "has no name"),
        ("def f := 1", "no theorem in it (only def)"),
        ("n + 1 = 3", "no theorem"),
        ("", "no theorem"),
        ("So: it holds.\ntheorem t : True", "'So: it holds.'"),
        ("theorem : True := trivial", "no name"),
        ("import data.real.basic\n\nexample : true :=\nbegin\n  trivial\nend", "has no name"),
        ("import data.real.basic\n", "Lean 3"),
    ],
)
def test_what_is_no_problem(text: str, said: str) -> None:
    with pytest.raises(BadData) as refused:
        dissect(text, "FILE, row 3")
    assert str(refused.value).startswith("FILE, row 3: ")
    assert said in str(refused.value)


def test_lean_3_is_told_apart() -> None:
    with pytest.raises(BadData, match="Lean 3"):
        dissect_all("import minif2f_import\n\ntheorem t : true :=\nbegin\n  trivial\nend\n", "test.lean")
