"""What is said of a set as a whole: splits, duplicates, sizes, mixed copies, and its hash."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.problems import BadData, ProblemSet, load_problems
from prover.problems.names import minif2f_valid_names
from tests.prover.problems.writing import Row, deepseek, internlm, lean_workbook, minif2f, reference, v2, write_rows


def load(path: Path, rows: list[Row], dataset: str = "minif2f", split: str = "") -> ProblemSet:
    return load_problems(write_rows(path, rows), dataset=dataset, split=split)


# -- splits -------------------------------------------------------------------------------------------------------------------


def test_a_split_is_chosen_by_any_of_its_names(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "a.jsonl", [reference("amc_1", "test"), reference("amc_2", "valid"), reference("amc_3", "Validation")]
    )
    for split in ("valid", "validation", "val", "Valid"):
        assert [problem.name for problem in load_problems(path, split=split).problems] == ["amc_2", "amc_3"]
    for split in ("", "all", "ALL"):
        assert len(load_problems(path, split=split).problems) == 3


def test_a_split_that_is_not_there(tmp_path: Path) -> None:
    rows = [reference("amc_1", "test"), reference("amc_2", "valid"), reference("amc_3", "valid"), reference("amc_4", "")]
    with pytest.raises(BadData) as refused:
        load(tmp_path / "a.jsonl", rows, split="train")
    assert "no problem of the split 'train'; there are: test (1), valid (2), 1 without a split; split='all'" in str(refused.value)


def test_the_validation_split_of_the_data() -> None:
    for file_name in ("valid.jsonl", "valid_deepseek.jsonl"):
        problems = load_problems(minif2f(file_name), split="valid")
        assert len(problems.problems) == 244
        assert problems.warnings == ()
        assert all(problem.source.endswith(":= by") for problem in problems.problems)
    with pytest.raises(BadData, match=r"there are: valid \(244\)"):
        load_problems(minif2f("valid.jsonl"), split="test")


def test_swapped_labels_are_told(tmp_path: Path) -> None:
    names = sorted(minif2f_valid_names())
    swapped = load(tmp_path / "v2c.jsonl", [v2(name, "test") for name in names])
    assert len(swapped.warnings) == 1
    assert "244 of 244 split labels contradict the original names" in swapped.warnings[0]
    assert f"{', '.join(names[:5])} and 239 more" in swapped.warnings[0]
    unknown = load(tmp_path / "v2c.jsonl", [v2("amc_of_the_tests", "valid"), *(v2(name, "valid") for name in names[1:])])
    assert "1 of 244 split labels contradict" in unknown.warnings[0]
    assert load(tmp_path / "v2c.jsonl", [v2(name, "valid") for name in names]).warnings == ()


# -- the set ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [("amc_1", "amc_1"), ("amc_A1", "amc_a1"), ("imo_2006_p3", "imo_2006_p6")])
def test_a_name_may_be_there_once(tmp_path: Path, first: str, second: str) -> None:
    with pytest.raises(BadData) as refused:
        load(tmp_path / "a.jsonl", [reference(first), reference("amc_0"), reference(second)])
    path = tmp_path / "a.jsonl"
    assert str(refused.value).startswith(f"{path}, row 3: the problem {second} is already in {path}, row 1")


def test_two_copies_in_one_folder(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [reference("amc_1")])
    write_rows(tmp_path / "b.jsonl", [internlm("amc_2")])
    problems = load_problems(tmp_path, dataset="mine")
    assert problems.lineage == "reference-jsonl + internlm"
    assert "rows of several copies are mixed (reference-jsonl, internlm)" in problems.warnings[0]
    write_rows(tmp_path / "b.jsonl", [internlm("amc_1")])
    with pytest.raises(BadData, match=r"b\.jsonl, row 1: the problem amc_1 is already in .*a\.jsonl, row 1"):
        load_problems(tmp_path, dataset="mine")


def test_a_folder_as_it_is_downloaded(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_rows(tmp_path / "data" / "test-00000-of-00001.jsonl", [{"name": "amc_1", "statement": "theorem amc_1 : 1 = 1"}])
    assert [problem.split for problem in load_problems(tmp_path, split="test").problems] == ["test"]


@pytest.mark.parametrize(
    ("dataset", "rows", "said"),
    [
        ("minif2f", [deepseek("amc12a_2019_p21")], "1 problems of the split valid, where minif2f has 244"),
        ("minif2f", [{"name": "amc_1", "statement": "theorem amc_1 : 1 = 1"}], "1 problems, where minif2f has 244 or 488"),
        ("proofnet", [deepseek("exercise_1")], "1 problems of the split valid, where proofnet has 185"),
        ("ProverBench", [{"name": "t", "statement": "theorem t : 1 = 1"}], "1 problems, where proverbench has 325"),
        ("formalmath", [reference("t", "all")], "1 problems, where formalmath has 425 or 5560"),
    ],
)
def test_another_number_of_problems_than_expected(tmp_path: Path, dataset: str, rows: list[Row], said: str) -> None:
    assert said in load(tmp_path / "a.jsonl", rows, dataset).warnings


def test_no_number_is_expected_of_ones_own_problems(tmp_path: Path) -> None:
    assert load(tmp_path / "a.jsonl", [{"name": "mine", "statement": "theorem mine : 1 = 1"}]).warnings == ()
    assert load(tmp_path / "a.jsonl", [lean_workbook(1)], "lean-workbook").warnings == ()


def test_proofs_are_left_out_and_told(tmp_path: Path) -> None:
    rows: list[Row] = [{"name": f"t{n}", "statement": f"theorem t{n} : 1 = 1 := by\n  rfl"} for n in range(7)]
    problems = load(tmp_path / "a.jsonl", rows, "mine")
    assert problems.warnings == ("7 statements came with a proof, which was left out: t0, t1, t2, t3, t4 and 2 more",)
    assert {problem.source for problem in problems.problems} == {f"theorem t{n} : 1 = 1 := by sorry" for n in range(7)}


@pytest.mark.parametrize(("name", "said"), [("none.jsonl", "does not exist"), ("notes.txt", "a kind that is not known")])
def test_paths_that_cannot_be_used(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "notes.txt").write_text("words", encoding="utf-8")
    with pytest.raises(BadData, match=rf"{name}: .*{said}.*accepted is a \.jsonl"):
        load_problems(tmp_path / name)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"a\.jsonl: no problem in it"):
        load_problems(tmp_path / "a.jsonl")


# -- the hash -----------------------------------------------------------------------------------------------------------------

TERMS = st.lists(st.sampled_from(["n", "0", "1", "(n * n)", "n ^ 2"]), min_size=1, max_size=3).map(" + ".join)
STATEMENTS = st.lists(TERMS, min_size=1, max_size=5)
BLANKS = st.sampled_from(["", " ", "\t ", "\n", " \n\n"])


def digest_of(statements: list[str], order: random.Random | None = None, blanks: str = "", header: str = "import Mathlib") -> str:
    rows: list[Row] = [
        {
            "name": f"t{n}",
            "header": f"{header}{blanks}",
            "statement": f"theorem t{n} (n : ℕ) :{blanks and ' '}\n  {text} = n := by{blanks}",
        }
        for n, text in enumerate(statements)
    ]
    if order is not None:
        order.shuffle(rows)
    with TemporaryDirectory() as folder:
        return load(Path(folder) / "rows.jsonl", rows, "mine").digest


@given(STATEMENTS, BLANKS, st.integers(0, 9))
def test_the_hash_depends_neither_on_order_nor_on_trailing_blanks(statements: list[str], blanks: str, seed: int) -> None:
    assert digest_of(statements, random.Random(seed), blanks) == digest_of(statements)


@given(STATEMENTS, STATEMENTS)
def test_other_statements_have_another_hash(one: list[str], other: list[str]) -> None:
    assert (digest_of(one) == digest_of(other)) == (one == other)


def test_another_header_is_another_hash() -> None:
    assert digest_of(["n"]) != digest_of(["n"], header="import Mathlib\nopen Nat")
