"""The queue in front of the disk: everything arrives, in order, and a tree never after its record."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from prover.record_writer import RecordWriter
from prover.records import AttemptRecord, ProblemRecord, TreeRecord, read_records
from prover.run_folder import CONTROLS, PROBLEMS, RECORDS, TREES, RunFolder, open_run
from tests.fakes.runs import CONFIG, attempt, problem, tree

ENOUGH_S = 20.0


async def ends(writing: asyncio.Task[None]) -> None:
    async with asyncio.timeout(ENOUGH_S):
        await writing


async def test_everything_is_written_where_it_belongs(tmp_path: Path) -> None:
    with open_run(tmp_path, replace(CONFIG, problems=2)) as folder:
        writer = RecordWriter(folder)
        writing = asyncio.create_task(writer.run())
        writer.put(problem("a"), problem("b"))
        await asyncio.sleep(0.01)
        for number in range(1, 40):
            writer.put(tree(f"a#{number}"), attempt("a", number))
            await asyncio.sleep(0.0001 * (number % 5))
        writer.put(msgspec.structs.replace(attempt("a", 1), key="noop:a#1", control="noop"))
        writer.finish()
        await ends(writing)
    assert [each.name for each in read_records(tmp_path / PROBLEMS, ProblemRecord)] == ["a", "b"]
    assert [each.key for each in read_records(tmp_path / RECORDS, AttemptRecord)] == [f"a#{number}" for number in range(1, 40)]
    assert [each.key for each in read_records(tmp_path / TREES, TreeRecord)] == [f"a#{number}" for number in range(1, 40)]
    assert [each.key for each in read_records(tmp_path / CONTROLS, AttemptRecord)] == ["noop:a#1"]


async def test_with_nothing_to_write_it_ends(tmp_path: Path) -> None:
    with open_run(tmp_path, replace(CONFIG, problems=2)) as folder:
        writer = RecordWriter(folder)
        writer.finish()
        await ends(asyncio.create_task(writer.run()))
    assert (tmp_path / RECORDS).read_bytes() == b""


async def test_a_tree_that_cannot_be_written_keeps_its_record_back(tmp_path: Path) -> None:
    def write(folder: RunFolder) -> asyncio.Task[None]:
        writer = RecordWriter(folder)
        writing = asyncio.create_task(writer.run())
        writer.put(tree("a#1"), attempt("a", 1))
        return writing

    with open_run(tmp_path, replace(CONFIG, problems=2)) as folder:
        folder.trees.close()
        with pytest.raises(ValueError, match="closed file"):
            await ends(write(folder))
    assert read_records(tmp_path / RECORDS, AttemptRecord) == []
