"""Benchmarks that are Lean files, in each of their layouts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prover.problems import BadData, load_problems
from prover.problems.found import Lineage
from tests.prover.problems.writing import HEADER, reference, write_files, write_rows

PUTNAM = (
    "import Mathlib\nopen MeasureTheory\n\nnoncomputable abbrev putnam_2000_a2_solution : ℕ := sorry\n-- 7\n"
    "/--\nWhat is it?\n-/\ntheorem putnam_2000_a2 (n : ℕ) : n = putnam_2000_a2_solution :=\nsorry\n"
)


def test_one_file_per_problem(tmp_path: Path) -> None:
    one = "import Mathlib\nset_option maxHeartbeats 0\nopen BigOperators\n\n/-- A sum. -/\ntheorem {} : 1 + 1 = 2 := by\n  sorry\n"
    folder = write_files(
        tmp_path,
        {
            "MiniF2F/Test/amc_1.lean": one.format("amc_1"),
            "MiniF2F/Valid/aime_2.lean": one.format("aime_2"),
            "MiniF2F.lean": "import MiniF2F.Test.amc_1\n",
            "lakefile.lean": "import Lake\nopen Lake DSL\ntheorem not_a_problem : True := trivial\n",
            ".lake/packages/mathlib/Mathlib/Logic.lean": "theorem nor_this : True := trivial\n",
        },
    )
    problems = load_problems(folder)
    assert problems.lineage == Lineage.REFERENCE_FILES.value
    assert [(p.name, p.split, p.category) for p in problems.problems] == [("amc_1", "test", "amc"), ("aime_2", "valid", "aime")]
    assert {p.header for p in problems.problems} == {"import Mathlib\n\nset_option maxHeartbeats 0\nopen BigOperators"}
    assert {p.informal for p in problems.problems} == {"A sum."}
    assert problems.problems[0].source == "theorem amc_1 : 1 + 1 = 2 := by\n  sorry"
    for place in (folder, folder / "MiniF2F", folder / "MiniF2F/Valid", folder / "MiniF2F/Valid/aime_2.lean"):
        assert [p.name for p in load_problems(place, split="validation").problems] == ["aime_2"]


def test_one_file_per_split(tmp_path: Path) -> None:
    text = "import Mathlib\nopen Nat\n\nlemma helper : 1 = 1 := rfl\n"
    text += "\ntheorem {0}_1 : 1 = 1 := helper\n\ntheorem {0}_2 : 2 = 2 := by\n  sorry\n"
    folder = write_files(tmp_path, {"MiniF2F/Test.lean": text.format("amc"), "MiniF2F/Validation.lean": text.format("imo")})
    problems = load_problems(folder)
    assert problems.lineage == Lineage.REFERENCE_TWO_FILES.value
    assert [(p.name, p.split) for p in problems.problems] == [
        *(("amc_1", "test"), ("amc_2", "test")),
        *(("imo_1", "valid"), ("imo_2", "valid")),
    ]
    assert problems.problems[1].source == "lemma helper : 1 = 1 := rfl\n\ntheorem amc_2 : 2 = 2 := by\n  sorry"
    assert "2 statements came with a proof, which was left out: amc_1, imo_1" in problems.warnings


def test_putnam(tmp_path: Path) -> None:
    words = [{"problem_name": "putnam_2000_a2", "informal_statement": "Find it.", "informal_solution": "7", "tags": ["algebra"]}]
    folder = write_files(
        tmp_path,
        {
            "lean4/src/putnam_2000_a2.lean": PUTNAM,
            "lean4/src/putnam_1999_b6.lean": "import Mathlib\ntheorem putnam_1999_b6 : 1 = 1 :=\nsorry\n",
            "informal/putnam.json": json.dumps(words),
        },
    )
    problems = load_problems(folder, dataset="putnam")
    assert (problems.dataset, problems.lineage) == ("putnambench", Lineage.PUTNAM_FILES.value)
    first, second = problems.problems
    assert (first.name, first.category, first.answer_hole, first.informal) == ("putnam_1999_b6", "b6", "", "")
    assert (second.name, second.category, second.answer_hole) == ("putnam_2000_a2", "a2", "putnam_2000_a2_solution")
    assert second.informal == "Find it."
    assert second.header == "import Mathlib\n\nopen MeasureTheory"
    assert second.source.startswith("noncomputable abbrev putnam_2000_a2_solution : ℕ := sorry\n\ntheorem putnam_2000_a2 ")
    assert "putnambench has 640 or" in problems.warnings[0]
    (tmp_path / "informal" / "putnam.json").unlink()
    by_file = load_problems(folder / "lean4/src/putnam_2000_a2.lean")
    assert by_file.problems[0].informal == "What is it?"
    assert by_file.warnings == ("these files are PutnamBench's, but the dataset is called minif2f",)


def test_putnam_words_of_another_form(tmp_path: Path) -> None:
    folder = write_files(tmp_path, {"src/putnam_2000_a2.lean": PUTNAM, "informal/putnam.json": '[{"name": "x"}]'})
    with pytest.raises(BadData, match=r"putnam\.json, row 1: .*fields: name\)"):
        load_problems(folder, dataset="putnam")


def test_any_file_of_theorems(tmp_path: Path) -> None:
    text = "def two := 2\n\nnamespace A\n\ntheorem a : two = 2 := rfl\n\ntheorem b : 2 = two\n\nend A\n"
    path = write_files(tmp_path, {"mine.lean": text}) / "mine.lean"
    problems = load_problems(path, dataset="mine")
    assert (problems.lineage, [p.name for p in problems.problems]) == (Lineage.LEAN.value, ["A.a", "A.b"])
    assert problems.problems[1].source == "def two := 2\n\nnamespace A\n\ntheorem b : 2 = two"


def test_the_same_statement_in_a_row_and_in_a_file_has_the_same_source(tmp_path: Path) -> None:
    row = reference("amc_1")
    rows = load_problems(write_rows(tmp_path / "rows.jsonl", [row]))
    file = write_files(tmp_path, {"Valid/amc_1.lean": f"{HEADER}\n-- 1\n{row['formal_statement']}"}) / "Valid/amc_1.lean"
    assert load_problems(file).problems[0].source == rows.problems[0].source


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.lean": "import Mathlib\n"}, "no problem in it"),
        ({"a.lean": "import data.nat.basic\n\ntheorem t : true :=\nbegin\n  trivial\nend\n"}, r"a\.lean: this is Lean 3"),
        ({"a.lean": "Words.\n\ntheorem t : True\n"}, r"a\.lean: what stands before the first command"),
        (
            {"a.lean": "theorem t : True\n", "b.lean": "theorem T : True\n"},
            r"b\.lean, theorem T: .*already in .*a\.lean, theorem t ",
        ),
        ({"a.lean": "theorem t : True\n", "a.jsonl": "{}\n"}, "holds both"),
        ({"notes.txt": "theorem t : True\n"}, "no problem in it"),
    ],
)
def test_folders_that_cannot_be_used(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(BadData, match=said):
        load_problems(write_files(tmp_path, files))


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_bytes(b"theorem t : \xff\n")
    with pytest.raises(BadData, match=r"a\.lean: not UTF-8"):
        load_problems(tmp_path / "a.lean")
