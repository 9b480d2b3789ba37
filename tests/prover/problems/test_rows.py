"""Rows of every copy of a benchmark, and rows that cannot be used."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.problems import BadData, Problem, load_problems
from prover.problems.found import Lineage
from prover.problems.rows import HEADERS, INFORMAL, NAMES, STATEMENTS, TAGS, found_in
from tests.prover.problems.writing import HEADER, SUM, ai_mo, deepseek, internlm, lean_workbook, reference, v2, write_rows

WORDS = "If $n + 1 = 3$, what is $n$?"


def load_one(path: Path, row: object, lineage: Lineage, dataset: str = "other") -> Problem:
    problems = load_problems(write_rows(path, [row]), dataset=dataset)
    assert problems.lineage == lineage.value
    assert problems.warnings == ()
    return problems.problems[0]


def test_the_lean_4_reference(tmp_path: Path) -> None:
    problem = load_one(tmp_path / "a.jsonl", reference("amc_1"), Lineage.REFERENCE_JSONL)
    assert problem == Problem("amc_1", SUM.format(name="amc_1") + " := by", HEADER, "valid")


def test_deepseek_and_goedel(tmp_path: Path) -> None:
    problem = load_one(tmp_path / "a.jsonl", deepseek("amc_1", "test"), Lineage.DEEPSEEK)
    assert problem == Problem("amc_1", SUM.format(name="amc_1") + " := by", HEADER, "test", "", f"{WORDS} Show that it is 2.")


def test_proofnet_ends_without_by(tmp_path: Path) -> None:
    row = deepseek("exercise_1_1a", "validation", ending=" :=")
    problem = load_one(tmp_path / "a.jsonl", row, Lineage.DEEPSEEK)
    assert problem.source.endswith(": n = 2 :=")
    assert problem.split == "valid"


def test_internlm_has_no_proof_and_no_header(tmp_path: Path) -> None:
    problem = load_one(tmp_path / "a.jsonl", internlm("amc_1"), Lineage.INTERNLM)
    assert problem == Problem("amc_1", SUM.format(name="amc_1"), "", "valid")
    row = {key: value for key, value in internlm("amc_1", "test").items() if key != "split"}
    assert load_one(tmp_path / "b.jsonl", row, Lineage.INTERNLM).split == "test", "from the path of its file"


def test_ai_mo_has_the_header_inline_and_the_split_in_the_file_name(tmp_path: Path) -> None:
    problem = load_one(tmp_path / "minif2f_test.jsonl", ai_mo("amc_1"), Lineage.AI_MO)
    assert problem.source == SUM.format(name="amc_1") + " := by sorry"
    assert problem.header.split() == HEADER.split()
    assert (problem.split, problem.informal) == ("test", WORDS)


@pytest.mark.parametrize(
    ("file_name", "lineage"),
    [
        ("miniF2F_v2c.jsonl", Lineage.V2_COMPETITION),
        ("minif2f-v2s.jsonl", Lineage.V2_SIMPLIFIED),
        ("my.jsonl", Lineage.V2),
    ],
)
def test_v2_may_have_an_answer_to_fill_in(tmp_path: Path, file_name: str, lineage: Lineage) -> None:
    problem = load_one(tmp_path / file_name, v2("amc_1", "test"), lineage)
    assert problem.answer_hole == "amc_1_solution"
    assert problem.source.startswith("abbrev amc_1_solution : ℕ := sorry\n\ntheorem amc_1 ")
    assert problem.informal == WORDS
    assert load_one(tmp_path / file_name, v2("amc_1", "test", SUM + " := by"), lineage).answer_hole == ""


def test_proofnet_sharp(tmp_path: Path) -> None:
    row = {
        "id": "Rudin|exercise_1_1a",
        "nl_statement": "A sum.",
        "nl_proof": "Add.",
        "lean4_src_header": "import Mathlib\n\nopen Real\n",
        "lean4_formalization": "theorem exercise_1_1a : 1 + 1 = 2 :=",
    }
    problem = load_one(tmp_path / "a.jsonl", row, Lineage.PROOFNET_SHARP)
    assert (problem.name, problem.informal) == ("Rudin|exercise_1_1a", "A sum.")
    assert problem.header == "import Mathlib\n\nopen Real\n"


def test_lean_workbook(tmp_path: Path) -> None:
    problem = load_one(tmp_path / "a.jsonl", lean_workbook(7), Lineage.LEAN_WORKBOOK)
    assert (problem.name, problem.category, problem.split) == ("lean_workbook_7", "equation", "lean_workbook")
    assert problem.source.endswith(":=  by sorry")
    numbered = lean_workbook(7) | {"id": 7}
    assert load_one(tmp_path / "a.jsonl", numbered, Lineage.LEAN_WORKBOOK).name == "7"


@pytest.mark.parametrize(
    "row",
    [
        {"name": "t", "formal_statement": "theorem t : 1 = 1 := by", "informal_statement": "One is one.", "area": "Algebra"},
        {
            "problem_id": "t",
            "formal_statement": "theorem x : 1 = 1 := by sorry",
            "problem": "One is one.",
            "domain": ["Algebra", "x"],
        },
        {"formal_statement": "/-- One is one. -/\ntheorem t : 1 = 1 := by", "tags": [], "domain": "Algebra"},
    ],
)
def test_rows_of_other_benchmarks(tmp_path: Path, row: dict[str, Any]) -> None:
    problem = load_one(tmp_path / "a.jsonl", row, Lineage.ROWS)
    assert (problem.name, problem.informal, problem.category) == ("t", "One is one.", "Algebra")


def test_our_own_rows(tmp_path: Path) -> None:
    assert load_one(tmp_path / "a.jsonl", {"name": "t", "statement": "theorem t : 1 = 1"}, Lineage.PLAIN) == Problem(
        "t", "theorem t : 1 = 1"
    )
    row = {"name": "t", "statement": "theorem t : 1 = 1", "header": "import Mathlib", "split": "val", "informal": "One is one."}
    assert load_one(tmp_path / "a.jsonl", row, Lineage.PLAIN) == Problem(
        "t", "theorem t : 1 = 1", "import Mathlib", "valid", informal="One is one."
    )


def test_two_headers_are_one_if_they_say_the_same(tmp_path: Path) -> None:
    row = {"name": "t", "statement": "import Mathlib\n\nopen Nat\n\ntheorem t : 1 = 1", "header": "import Mathlib\nopen Nat\n"}
    assert load_one(tmp_path / "a.jsonl", row, Lineage.PLAIN).header == "import Mathlib\nopen Nat\n"
    row["header"] = "import Mathlib"
    row["statement"] = "open Nat\ntheorem t : 1 = 1"
    assert load_one(tmp_path / "a.jsonl", row, Lineage.PLAIN).header == "import Mathlib\n\nopen Nat"


FIELDS = st.sampled_from([*STATEMENTS, *NAMES, *HEADERS, *INFORMAL, *TAGS, "split", "goal", "file_path", "informal_proof"])
TEXTS = st.sampled_from(["theorem t : 1 = 1", "theorem t : 1 = 1 := rfl", "/-- x", "open Nat in", "MiniF2F/Test.lean", "", "valid"])
VALUES = st.one_of(TEXTS, st.text(max_size=8), st.none(), st.booleans(), st.integers(), st.lists(TEXTS, max_size=2))


@given(st.dictionaries(FIELDS, VALUES, max_size=8))
def test_any_row_is_read_or_refused_by_its_number(row: dict[str, Any]) -> None:
    refused: BadData | None = None
    try:
        found = found_in(row, "FILE, row 5")
        assert found.name
        assert "theorem" in found.source
    except BadData as error:
        refused = error
    assert refused is None or str(refused).startswith("FILE, row 5: ")


# -- files --------------------------------------------------------------------------------------------------------------------


def test_an_array_lines_with_a_byte_order_mark_and_parquet_are_the_same(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `eval` is not installed")
    pyarrow = pytest.importorskip("pyarrow", reason="the extra `eval` is not installed")
    rows = [deepseek("amc_1"), deepseek("amc_2")]
    array, lines, table = tmp_path / "a.json", tmp_path / "a.jsonl", tmp_path / "a.parquet"
    array.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    lines.write_text("\n\n".join(json.dumps(row) for row in rows), encoding="utf-8-sig")
    parquet.write_table(pyarrow.Table.from_pylist(rows), table)
    sets = [load_problems(path, dataset="other") for path in (array, lines, table)]
    assert sets[0] == sets[1] == sets[2]
    assert [problem.name for problem in sets[0].problems] == ["amc_1", "amc_2"]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadData, match=r"pip install 'entail\[eval\]'"):
        load_problems(tmp_path / "a.parquet")


def test_a_broken_parquet_file(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra `eval` is not installed")
    (tmp_path / "a.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(BadData, match=r"a\.parquet: not a Parquet file"):
        load_problems(tmp_path / "a.parquet")


GOOD = json.dumps(reference("amc_1")).encode()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"name": "t", ', ("not JSON",)),
        (b'{"name": "\xff", "statement": "theorem t : True"}', ("not JSON",)),
        (b"[1]", ("it is a list",)),
        (b'"theorem t : True"', ("it is a str",)),
        (b"{}", ("no statement (fields: none)", "formal_statement")),
        (b'{"name": "t", "text": "x"}', ("no statement (fields: name, text)", "formal_statement, statement,")),
        (b'{"name": "t", "statement": "  "}', ("no statement (fields: name, statement)",)),
        (b'{"name": "t", "statement": 5}', ("'statement' is a int; text is accepted",)),
        (b'{"name": ["t"], "statement": "theorem t : True"}', ("'name' is a list",)),
        (b'{"name": true, "statement": "theorem t : True"}', ("'name' is a bool",)),
        (b'{"name": "t", "statement": "theorem t : True", "split": 1}', ("'split' is a int",)),
        (b'{"name": "t", "statement": "n = n"}', ("no theorem", "`theorem NAME")),
        (b'{"name": "t", "statement": "example : 1 = 1 := rfl"}', ("`example` has no name",)),
        (b'{"name": "t", "statement": "theorem : 1 = 1 := rfl"}', ("no name",)),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, line: bytes, said: tuple[str, ...]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + b"\n\n" + line + b"\n")
    with pytest.raises(BadData) as refused:
        load_problems(path)
    assert str(refused.value).startswith(f"{path}, row 3: ")
    for words in said:
        assert words in str(refused.value)


def test_a_broken_array(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"name": "t"},', encoding="utf-8")
    with pytest.raises(BadData, match=r"a\.json: not a JSON array"):
        load_problems(tmp_path / "a.json")
    (tmp_path / "a.json").write_text("[7]", encoding="utf-8")
    with pytest.raises(BadData, match=r"a\.json, row 1: it is a int"):
        load_problems(tmp_path / "a.json")
