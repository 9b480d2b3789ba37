"""Writes the records of a run in the order in which they came, many with one wait for the disk.

Owns the order of writing: a search's tree before its record, so that a record never promises a tree that is not there.
"""

from __future__ import annotations

import asyncio

from prover.records import AttemptRecord, ProblemRecord, R, RecordFile, TreeRecord
from prover.run_folder import RunFolder

Line = ProblemRecord | AttemptRecord | TreeRecord


class RecordWriter:
    """A queue of records and the task that empties it: waiting for the disk once per record would hold a large crew up."""

    def __init__(self, folder: RunFolder) -> None:
        """Write into the files of an open folder."""
        self._folder = folder
        self._queue: list[Line] = []
        self._filled = asyncio.Event()
        self._finished = False

    def put(self, *lines: Line) -> None:
        """Have lines written soon."""
        self._queue.extend(lines)
        self._filled.set()

    def finish(self) -> None:
        """Let `run` return when all is written."""
        self._finished = True
        self._filled.set()

    async def run(self) -> None:
        """Write what comes, until `finish`. Raises OSError."""
        while not self._finished or self._queue:
            await self._filled.wait()
            self._filled.clear()
            lines, self._queue = self._queue, []
            await asyncio.to_thread(self._write, lines)

    def _write(self, lines: list[Line]) -> None:
        folder = self._folder
        self._append(folder.trees, [line for line in lines if isinstance(line, TreeRecord)])
        self._append(folder.problems, [line for line in lines if isinstance(line, ProblemRecord)])
        attempts = [line for line in lines if isinstance(line, AttemptRecord)]
        self._append(folder.controls, [line for line in attempts if line.control])
        self._append(folder.records, [line for line in attempts if not line.control])

    @staticmethod
    def _append(file: RecordFile[R], lines: list[R]) -> None:
        if lines:  # else there would be a wait for the disk for nothing
            file.append(lines)
