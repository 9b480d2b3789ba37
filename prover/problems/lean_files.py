"""Reads benchmarks that are Lean files: one file per problem, one per split, a PutnamBench folder, or a file of theorems.

Owns the layouts and what lies beside them (PutnamBench's `informal/putnam.json`). Never runs Lean; text is cut by `lean_text.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from prover.problems.found import Dissected, Found, Lineage, dissect_all
from prover.problems.lean_text import doc_text
from prover.problems.problem import BadData
from prover.problems.splits import split_of_path
from prover.problems.tables import read_table

_NO_PROBLEMS = frozenset({"lakefile.lean"})
_PACKAGES = "lake-packages"  # where Lake kept them before .lake
_PUTNAM = re.compile(r"putnam_\d{4}_[ab][1-6]", re.IGNORECASE)
_Words = dict[str, tuple[str, str]]  # by problem: its statement in words, its first tag
_FOLDERS_UP = 4  # from a PutnamBench file to its repository's root: lean4/src/FILE


def lean_files_of(folder: Path) -> list[Path]:
    """The .lean files below a folder, in order, without packages and build products."""
    below = sorted(folder.rglob("*.lean"))
    parts = {path: path.relative_to(folder).parts for path in below}
    own = (path for path in below if not any(part.startswith(".") or part == _PACKAGES for part in parts[path]))
    return [path for path in own if path.name not in _NO_PROBLEMS]


def read_lean(paths: Sequence[Path]) -> Iterator[Found]:
    """The theorems of Lean files. Files without theorems (imports only) are passed over. Raises BadData."""
    words: dict[Path, _Words] = {}
    for path in paths:
        yield from _read_file(path, words)


def _read_file(path: Path, words: dict[Path, _Words]) -> Iterator[Found]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadData(f"{path}: not UTF-8 ({error})") from error
    theorems = dissect_all(text, str(path))
    if _PUTNAM.fullmatch(path.stem) and theorems:
        informal, tag = _putnam_words(path, words)
        yield replace(_found(path, theorems[-1], Lineage.PUTNAM_FILES), informal=informal or theorems[-1].docs, tag=tag)
        return
    lineage = _layout(path, theorems)
    for theorem in theorems:
        yield _found(path, theorem, lineage)


def _layout(path: Path, theorems: Sequence[Dissected]) -> Lineage:
    if not split_of_path(path):
        return Lineage.LEAN
    if len(theorems) == 1 and theorems[0].name.lower() == path.stem.lower():
        return Lineage.REFERENCE_FILES
    return Lineage.REFERENCE_TWO_FILES if split_of_path(path.name) else Lineage.LEAN


def _found(path: Path, parts: Dissected, lineage: Lineage) -> Found:
    return Found(
        where=f"{path}, theorem {parts.name}",
        name=parts.name,
        source=parts.source,
        header=parts.header,
        split=split_of_path(path),
        informal=parts.docs,
        tag="",
        answer_hole=parts.answer_hole,
        lineage=lineage,
        dropped_proof=parts.dropped_proof,
    )


def _putnam_words(path: Path, words: dict[Path, _Words]) -> tuple[str, str]:
    """The problem in words and its first tag, from the table nearest above the file; blank where there is none."""
    for folder in path.resolve().parents[:_FOLDERS_UP]:
        table = folder / "informal" / "putnam.json"
        if table not in words:
            words[table] = _read_words(table) if table.is_file() else {}
        if path.stem in words[table]:
            return words[table][path.stem]
    return "", ""


def _read_words(table: Path) -> _Words:
    words: _Words = {}
    for number, row in read_table(table):
        match row:
            case {"problem_name": str(name), "informal_statement": str(statement)}:
                tags = row.get("tags")
                tag = tags[0] if isinstance(tags, list) and tags and isinstance(tags[0], str) else ""
                words[name] = (doc_text(statement), tag)
            case _:
                fields = ", ".join(row)
                raise BadData(f"{table}, row {number}: problem_name and informal_statement are expected (fields: {fields})")
    return words
