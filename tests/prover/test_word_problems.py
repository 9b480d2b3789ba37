"""Word problems from an argument or a table: names, texts, answers."""

from __future__ import annotations

import json
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from prover.problems.problem import BadData
from prover.word_problems import is_table, load_word_problems, one_problem, shown_that, typed_problem


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "problems.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "text", "answer"),
    [
        ({"question": "How many?", "answer": "He has 6 * 7 = 42.\n#### 42"}, "How many?", "42"),
        ({"problem": "Find $x$.", "solution": r"So $x = \boxed{\frac{1}{2}}$."}, "Find $x$.", r"\frac{1}{2}"),
        ({"problem": "Find $x$.", "answer": "7", "solution": r"\boxed{8}"}, "Find $x$.", "7"),
        ({"problem": "Find it.", "solution": "no box and no number"}, "Find it.", ""),
        ({"informal_prefix": "/-- What is 1 + 1? -/\n"}, "What is 1 + 1?", ""),
        ({"text": "What?", "answer": 12}, "What?", "12"),
    ],
)
def test_reads_the_forms_of_known_tables(tmp_path: Path, row: dict[str, Any], text: str, answer: str) -> None:
    [problem] = load_word_problems(table(tmp_path, row)).problems
    assert (problem.text, problem.answer) == (text, answer)


def test_names_are_such_that_lean_takes_them(tmp_path: Path) -> None:
    rows = [{"problem": "a?", "name": name} for name in ("test/algebra/12.json", "2003", "plain")]
    problems = load_word_problems(table(tmp_path, *rows, {"problem": "b?"})).problems
    assert [each.name for each in problems] == ["test_algebra_12_json", "p2003", "plain", "problem_4"]


def test_some_names_alone(tmp_path: Path) -> None:
    path = table(tmp_path, {"name": "a", "text": "A?"}, {"name": "b", "text": "B?"})
    assert [each.text for each in load_word_problems(path, names=["b"]).problems] == ["B?"]
    with pytest.raises(BadData, match="no problem c"):
        load_word_problems(path, names=["c"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"name": "x"}], "row 1: no problem in words"),
        ([{"name": "x", "text": "A?"}, {"name": "x", "text": "B?"}], "two problems are called x"),
        ([{"text": "a" * 70_000}], "longer than"),
        ([], "no problem in it"),
    ],
)
def test_says_what_cannot_be_used(tmp_path: Path, rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(BadData, match=message):
        load_word_problems(table(tmp_path, *rows))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="cannot be read"):
        load_word_problems(tmp_path / "none.jsonl")


def test_the_digest_does_not_depend_on_the_order_but_on_every_word(tmp_path: Path) -> None:
    a, b = {"name": "a", "text": "A?"}, {"name": "b", "text": "B?"}
    first = load_word_problems(table(tmp_path, a, b)).digest
    assert load_word_problems(table(tmp_path, b, a)).digest == first
    assert load_word_problems(table(tmp_path, a, b | {"answer": "1"})).digest != first


def test_a_typed_problem() -> None:
    assert one_problem("  What is\n 1 + 1? ").text == "What is 1 + 1?"
    with pytest.raises(BadData, match="empty"):
        one_problem(" \n")


def test_the_answer_joins_the_text_once() -> None:
    problem = shown_that(one_problem("What is 1 + 1?"), "2")
    assert (problem.text, problem.answer) == ("What is 1 + 1? Show that it is 2.", "2")
    assert shown_that(problem, "2").text == problem.text


@pytest.mark.parametrize(
    ("argument", "expected"), [("a.jsonl", True), ("A.JSON", True), ("x.parquet", True), ("Is 1 a number?", False)]
)
def test_a_table_is_known_by_its_ending(argument: str, expected: bool) -> None:
    assert is_table(argument) is expected


def test_a_name_of_nothing_is_no_name(tmp_path: Path) -> None:
    [problem] = load_word_problems(table(tmp_path, {"name": "???", "text": "A?"})).problems
    assert problem.name == "problem_1"
    assert one_problem("A?", name="???").name == "word_problem"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("", "the problem is empty"),
        ("gone.txt", "there is no file gone.txt"),
        ("there.txt", "there.txt is no table of problems"),
        (".", "is no table of problems"),
    ],
)
def test_an_argument_that_is_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argument: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.txt").write_text("What?")
    with pytest.raises(BadData, match=message):
        typed_problem(argument)


@pytest.mark.parametrize("argument", ["Is 1 = 1?", "1+1=2", "ünïcode " * 60, "What is 3.5 rounded?"])
def test_an_argument_that_is_a_problem(argument: str) -> None:
    assert typed_problem(argument, answer="1").text == " ".join(argument.split())


@pytest.mark.parametrize(
    ("data", "text"), [(b"What is\r\n1?\n", "What is 1?"), (b"\xef\xbb\xbfWhat?", "What?"), ("é?".encode(), "é?")]
)
def test_standard_input_is_a_problem(monkeypatch: pytest.MonkeyPatch, data: bytes, text: str) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    assert typed_problem("-").text == text


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "empty"), (b"a\xff", "not UTF-8: byte 0xff at offset 1"), (b"a" * 300_000, "longer than")]
)
def test_standard_input_that_is_no_problem(monkeypatch: pytest.MonkeyPatch, data: bytes, message: str) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    with pytest.raises(BadData, match=message):
        typed_problem("-")
