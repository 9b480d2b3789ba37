"""Records on the disk: what was appended is there, whatever its text; a torn line costs that line alone."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.statement import Statement
from prover.attempt import Outcome
from prover.records import VERSION, AttemptRecord, BrokenRecords, ProblemRecord, RecordFile, StartRecord, TreeRecord, read_records
from tests.fakes.runs import attempt, problem, tree

KIND = AttemptRecord | StartRecord
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["\n", "\r", "\u2028", "\x85\x0b\x0c\x1c", '"\\', "∀ ε"]
)


def of_texts(name: str, proof: str, lines: list[str], outcome: Outcome) -> AttemptRecord:
    return msgspec.structs.replace(attempt("a", 1), name=name, key=f"{name}#1", proof=proof, script=tuple(lines), outcome=outcome)


ATTEMPTS = st.builds(of_texts, TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(Outcome))
STARTS = st.builds(StartRecord, begun=TEXTS, facts=st.dictionaries(TEXTS, TEXTS, max_size=2))


@given(st.lists(st.lists(ATTEMPTS | STARTS, max_size=3), max_size=4))
def test_what_was_appended_is_read_again(batches: list[list[AttemptRecord | StartRecord]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        for batch in batches:  # each in an opening of its own
            with RecordFile[AttemptRecord | StartRecord](path, KIND) as file:
                file.append(batch)
        assert (read_records(path, KIND) if batches else []) == [record for batch in batches for record in batch]


@given(st.lists(ATTEMPTS, min_size=1, max_size=3), st.data())
def test_torn_at_any_byte_whole_lines_stay_and_the_next_one_fits(records: list[AttemptRecord], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.jsonl"
        with RecordFile[AttemptRecord](path, AttemptRecord) as file:
            file.append(records)
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        kept = records[: whole[:cut].count(b"\n")]
        assert read_records(path, AttemptRecord) == kept
        assert path.read_bytes() == whole[:cut], "reading repairs nothing"
        with RecordFile[AttemptRecord](path, AttemptRecord) as file:
            assert file.records == kept
            file.append(records[-1:])
        assert read_records(path, AttemptRecord) == [*kept, records[-1]]


def test_problems_and_trees_keep_their_parts(tmp_path: Path) -> None:
    told = [problem("a", statement=Statement("a", "theorem a : 1 = 1", "", "1 = 1", context="def x := 1")), problem("b", cause="c")]
    with RecordFile[ProblemRecord](tmp_path / "p", ProblemRecord) as file:
        file.append(told)
    assert read_records(tmp_path / "p", ProblemRecord) == told
    with RecordFile[TreeRecord](tmp_path / "t", TreeRecord, durable=False) as file:
        file.append([tree("a#1", left_out=3)])
    assert read_records(tmp_path / "t", TreeRecord) == [tree("a#1", left_out=3)]


def test_a_broken_line_that_is_not_the_last_is_told(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    good = msgspec.json.encode(attempt("a", 1)) + b"\n"
    for bad in (b'{"type":"attempt"}\n', b"\0\0\0\n", b"\xff\n", b"\n", b'{"type":"problem"}\n'):
        path.write_bytes(good + bad + good)
        with pytest.raises(BrokenRecords, match=r"records\.jsonl, line 2: not a record of this version"):
            RecordFile[AttemptRecord](path, AttemptRecord)
        assert path.read_bytes() == good + bad + good, "nothing was repaired"


def test_records_of_a_newer_version_are_refused_and_unknown_fields_are_not(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(msgspec.json.encode(StartRecord("now", version=VERSION))[:-1] + b',"new":1}\n')
    assert len(read_records(path, KIND)) == 1
    path.write_bytes(msgspec.json.encode(StartRecord("now", version=VERSION + 1)) + b"\n")
    with pytest.raises(BrokenRecords, match="line 1: made by a newer entail"):
        read_records(path, KIND)


@pytest.mark.parametrize("durable", [True, False])
def test_a_durable_append_waits_for_the_disk_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool) -> None:
    synced: list[int] = []

    def sync(_descriptor: int) -> None:
        synced.append((tmp_path / "r").stat().st_size)

    monkeypatch.setattr(os, "fsync", sync)
    with RecordFile[AttemptRecord](tmp_path / "r", AttemptRecord, durable=durable) as file:
        file.append([attempt("a", number) for number in (1, 2, 3)])
        assert synced == ([(tmp_path / "r").stat().st_size] if durable else [])
        assert len(read_records(tmp_path / "r", AttemptRecord)) == 3, "others see it before the file is closed"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_records(tmp_path / "none", AttemptRecord)
