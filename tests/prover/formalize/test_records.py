"""What formalizing leaves behind, and what a file of it may be gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.formalize.candidate import Candidate, WordProblem
from prover.formalize.formalizing import Formalization
from prover.formalize.records import (
    FormalizedRecord,
    OtherOptions,
    formalized_record,
    only_here,
    open_records,
    text_digest,
    way_of,
)
from prover.formalize.report import statement_text
from prover.records import BrokenRecords
from tests.prover.formalize.candidates import PROBLEM, STATEMENT, candidate


def record(way: str, accepted: Candidate | None = None, by: str = "checks") -> FormalizedRecord:
    return formalized_record(Formalization(PROBLEM, (candidate(),), (("n", "silent"),)), accepted, by, way, 1.23456)


def test_a_record_has_the_accepted_statement_and_its_digest() -> None:
    stated = record("w", candidate())
    assert (stated.by, stated.lean, stated.statement_sha256) == ("checks", statement_text(STATEMENT), STATEMENT.digest)
    assert (stated.silent, stated.seconds, stated.text_sha256) == ({"n": "silent"}, 1.235, text_digest(PROBLEM))
    nothing = record("w", None, "person")
    assert (nothing.by, nothing.lean, nothing.statement_sha256) == ("", "", "")
    assert record("w", candidate(dead=True)).lean == ""


def test_records_are_gone_on_with_in_the_same_way_only(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with open_records(path, "w") as file:
        file.append([record("w")])
    with open_records(path, "w") as file:
        assert file.records == [record("w")]
    with pytest.raises(OtherOptions, match=r"out\.jsonl holds problems .* give another --output"), open_records(path, "v"):
        pass
    path.write_text("{}\n")
    with pytest.raises(BrokenRecords, match="line 1"), open_records(path, "w"):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"], "no lock stays behind"


def test_two_do_not_write_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with only_here(path), pytest.raises(OtherOptions, match="is in use"), only_here(path):
        pass
    with only_here(path):
        pass


def test_the_way_is_all_that_decides_a_record() -> None:
    ways = {
        way_of(desk, prove_seconds=seconds, review=review)
        for desk in ("a", "b")
        for seconds in (None, 0.0, 60.0)
        for review in (False, True)
    }
    assert len(ways) == 12
    assert text_digest(PROBLEM) != text_digest(WordProblem("p_1", PROBLEM.text, "2"))
