"""What `entail bench` refuses before anything runs: one sentence that helps, exit code 2, and nothing on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import entail
from tests.fakes.bench import EASY, bench, write_problems

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--policy", "magic"), "no policy is called 'magic'; there are: symbolic, noop, sorry"),
        (("--split", "test"), "no problem of the split 'test'"),
        (("--names", "easy_add", "nobody"), "has no problem nobody"),
        (("--seconds", "0"), "an attempt without any limit may never end"),
        (("--attempts", "0"), "0 is not a whole number from 1"),
        (("--steps", "-3"), "-3"),
        (("--temperature", "-1"), "-1"),
        (("--seconds", "inf"), "inf is not a number of seconds"),
        (("--temperature", "nan"), "nan"),
        (("--width", "x"), "x is not a whole number from 1"),
        (("--only", "mathlib"), "invalid choice: 'mathlib'"),
        (("--share-policy",), "--ray"),
        (("--attempt", "3"), "--attempt"),
    ],
)
def test_an_option_that_cannot_be_is_told(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    data = write_problems(tmp_path / "problems.jsonl", EASY)
    refused = bench(tmp_path, data, *options)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert not (tmp_path / "runs").exists()
    [record] = bench(tmp_path, data, *options, "--json").records
    assert said in record["error"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no problem in it"),
        ('{"name": "a"}\n', "row 1: no statement"),
        ("{", "row 1"),
        ('{"name": "a", "formal_statement": "theorem a : True"}\n' * 2, "already in"),
    ],
)
def test_data_that_cannot_be_used_is_told(tmp_path: Path, text: str, said: str) -> None:
    data = tmp_path / "problems.jsonl"
    data.write_text(text)
    refused = bench(tmp_path, data)
    assert refused.code == 2
    assert said in refused.err
    assert "problems.jsonl" in refused.err


def test_data_that_is_not_there_is_told(tmp_path: Path) -> None:
    refused = bench(tmp_path, tmp_path / "nothing.jsonl")
    assert refused.code == 2
    assert "nothing.jsonl: does not exist" in refused.err
    assert entail("bench", "mine").code == 2


def test_a_place_for_runs_that_cannot_be_is_told(tmp_path: Path) -> None:
    data = write_problems(tmp_path / "problems.jsonl", EASY)
    refused = bench(tmp_path, data, "--steps", "2", "--runs", str(data))
    assert refused.code == 2
    assert str(data) in refused.err


def test_json_holds_for_all_that_is_refused(tmp_path: Path) -> None:
    refused = bench(tmp_path, tmp_path / "nothing.jsonl", "--json")
    assert [list(json.loads(line)) for line in refused.out.splitlines()] == [["error", "messages"]]
