"""Reads tables of rows: JSON lines, a JSON array, Parquet.

Owns files, encodings and row numbers (a line of a .jsonl, else the place in the array, counted from 1). What a row means is
`rows.py`'s. Never reads more than the file it was given; nothing is fetched.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from prover.problems.problem import BadData

Row = dict[str, Any]
SUFFIXES = (".jsonl", ".json", ".parquet")


def read_table(path: Path) -> Iterator[tuple[int, Row]]:
    """The rows of a file with their numbers. Raises BadData, naming the row, for anything else than a table of objects."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet_rows(path)
        return
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] == b"[":
        yield from _array_rows(path, data)
        return
    decoder = msgspec.json.Decoder()
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadData(f"{path}, row {number}: not JSON ({error}); accepted is one object per line, or an array") from error
        yield number, _object(path, number, row)


def _array_rows(path: Path, data: bytes) -> Iterator[tuple[int, Row]]:
    try:
        rows: list[object] = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadData(f"{path}: not a JSON array ({error}); accepted are an array of objects, and one object per line") from error
    for number, row in enumerate(rows, 1):
        yield number, _object(path, number, row)


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row]]:
    try:
        pyarrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as missing:
        raise BadData(f"{path}: reading Parquet needs pyarrow: pip install 'entail[eval]'") from missing
    try:
        table = parquet.ParquetFile(path)
        batches = table.iter_batches()
        rows = (row for batch in batches for row in batch.to_pylist())
        yield from enumerate(rows, 1)
    except pyarrow.ArrowException as error:
        raise BadData(f"{path}: not a Parquet file that can be read ({error})") from error


def _object(path: Path, number: int, row: object) -> Row:
    if not isinstance(row, dict):
        raise BadData(f"{path}, row {number}: it is a {type(row).__name__}; accepted is an object with a statement and a name")
    return cast("Row", row)
