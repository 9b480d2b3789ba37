"""Loads a benchmark: finds out which format and which copy it is, and makes one set of problems of it.

Owns the choice of the reader, the filter by split, and everything that is said about the set as a whole (warnings, refusals). It
runs no Lean and never changes what a statement says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from prover.problems.found import Found, Lineage
from prover.problems.lean_files import lean_files_of, read_lean
from prover.problems.names import canonical_dataset, canonical_name, category_of, minif2f_valid_names
from prover.problems.problem import BadData, Problem, ProblemSet
from prover.problems.rows import read_rows
from prover.problems.splits import split_name
from prover.problems.suspects import suspicion
from prover.problems.tables import SUFFIXES

# How many problems a dataset has: of one split, or of one of its published versions.
_SIZES: dict[str, dict[str, tuple[int, ...]]] = {
    "minif2f": {"valid": (244,), "test": (244,), "": (244, 488)},
    "proofnet": {"valid": (185,), "test": (186,), "": (371,)},
    "putnambench": {"": (640, 644, 657, 658, 660, 672)},
    "proverbench": {"": (325,)},
    "combibench": {"": (100,)},
    "formalmath": {"": (425, 5560)},
    "matholympiadbench": {"": (360,)},
}
_ACCEPTED = "a .jsonl, .json or .parquet file of rows, a .lean file, or a folder of them"
_NAMED = 5  # names in a warning before "and N more"


@dataclass(frozen=True, slots=True)
class _Labelled:
    """What was found, with its split in normal form."""

    found: Found
    split: str


def load_problems(path: Path, *, dataset: str = "minif2f", split: str = "") -> ProblemSet:
    """The problems of a benchmark's copy at `path`, of one split ("" or "all": of all).

    The format is recognised by what is there: a table of rows (.jsonl, .json, .parquet) of any known lineage, a Lean file, or a
    folder of either. `dataset` decides on categories, aliases, known suspects and the expected number of problems. What is odd but
    usable is in the set's warnings. Raises BadData, naming file and row, for data that cannot be used, a split that is not there,
    and two problems of one name.
    """
    wanted, dataset = split_name(split), canonical_dataset(dataset)
    try:
        labelled = [_Labelled(found, split_name(found.split)) for found in _read(path)]
    except OSError as error:
        raise BadData(f"{path}: cannot be read ({error})") from error
    if not labelled:
        raise BadData(f"{path}: no problem in it; what is accepted is {_ACCEPTED}")
    chosen = [each for each in labelled if wanted in ("", each.split)]
    if not chosen:
        raise BadData(f"{path}: no problem of the split {split!r}; {_splits_there(labelled)}")
    _refuse_duplicates(chosen, dataset)
    lineages = list(dict.fromkeys(each.found.lineage.value for each in chosen))
    return ProblemSet(
        dataset=dataset,
        lineage=" + ".join(lineages),
        problems=tuple(_problem(each, dataset) for each in chosen),
        warnings=tuple(_warnings(chosen, dataset, lineages)),
    )


def _read(path: Path) -> list[Found]:
    if path.is_file():
        return list(_read_file(path))
    if not path.exists():
        raise BadData(f"{path}: does not exist; what is accepted is {_ACCEPTED}")
    tables = [file for folder in (path, path / "data") for file in _tables_of(folder)]
    problems = list(read_lean(lean_files_of(path)))
    if problems and tables:
        raise BadData(f"{path}: holds both Lean files with theorems and tables ({tables[0].name}, ...); name one of them")
    return problems or list(chain.from_iterable(map(read_rows, tables)))


def _read_file(path: Path) -> Sequence[Found]:
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return list(read_rows(path))
    if suffix == ".lean":
        return list(read_lean([path]))
    raise BadData(f"{path}: a file of a kind that is not known; what is accepted is {_ACCEPTED}")


def _tables_of(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*") if file.suffix.lower() in SUFFIXES and not file.name.startswith("."))


def _problem(labelled: _Labelled, dataset: str) -> Problem:
    found = labelled.found
    return Problem(
        name=found.name,
        source=found.source,
        header=found.header,
        split=labelled.split,
        category=category_of(found.name, dataset, found.tag),
        informal=found.informal,
        suspect=suspicion(found.name, found.source, found.lineage.value, dataset),
        answer_hole=found.answer_hole,
    )


def _refuse_duplicates(labelled: Sequence[_Labelled], dataset: str) -> None:
    seen: dict[str, Found] = {}
    for each in labelled:
        found = each.found
        first = seen.setdefault(canonical_name(found.name, dataset), found)
        if first is not found:
            as_what = "" if first.name == found.name else f" (there as {first.name})"
            raise BadData(f"{found.where}: the problem {found.name} is already in {first.where}{as_what}; each may be there once")


def _splits_there(labelled: Sequence[_Labelled]) -> str:
    counts = Counter(each.split for each in labelled)
    named = [f"{split} ({count})" for split, count in sorted(counts.items()) if split]
    if counts[""]:
        named.append(f"{counts['']} without a split")
    return f"there are: {', '.join(named)}; split='all' takes them all"


# -- warnings -----------------------------------------------------------------------------------------------------------------


def _warnings(labelled: Sequence[_Labelled], dataset: str, lineages: Sequence[str]) -> list[str]:
    minif2f = dataset == "minif2f" and any(category_of(each.found.name, dataset) for each in labelled)
    said = [
        _mixed(lineages),
        _putnam_by_another_name(dataset, lineages),
        _contradicted_splits(labelled) if minif2f else "",
        _unexpected_sizes(labelled, dataset) if minif2f or dataset != "minif2f" else "",
        _dropped_proofs(labelled),
    ]
    return [warning for warning in said if warning]


def _mixed(lineages: Sequence[str]) -> str:
    if len(lineages) < 2:
        return ""
    return f"rows of several copies are mixed ({', '.join(lineages)}): the same names may not mean the same statements"


def _putnam_by_another_name(dataset: str, lineages: Sequence[str]) -> str:
    wrong = Lineage.PUTNAM_FILES.value in lineages and dataset != "putnambench"
    return f"these files are PutnamBench's, but the dataset is called {dataset}" if wrong else ""


def _contradicted_splits(labelled: Sequence[_Labelled]) -> str:
    """A problem of the validation split is in no other, and one of any other name is in that of the tests."""
    valid = minif2f_valid_names()
    wrong = [
        each.found.name
        for each in labelled
        if each.split in ("test", "valid") and (each.split == "valid") != (canonical_name(each.found.name) in valid)
    ]
    if not wrong:
        return ""
    of = f"{len(wrong)} of {len(labelled)}"
    return f"{of} split labels contradict the original names, as if the splits were swapped: {_some(wrong)}"


def _unexpected_sizes(labelled: Sequence[_Labelled], dataset: str) -> str:
    sizes, counts = _SIZES.get(dataset, {}), Counter(each.split for each in labelled)
    if not counts.keys() <= sizes.keys():
        counts = Counter({"": len(labelled)})
    said = [
        f"{count} problems{f' of the split {split}' if split else ''}, where {dataset} has {' or '.join(map(str, sizes[split]))}"
        for split, count in sorted(counts.items())
        if split in sizes and count not in sizes[split]
    ]
    return "; ".join(said)


def _dropped_proofs(labelled: Sequence[_Labelled]) -> str:
    proved = [each.found.name for each in labelled if each.found.dropped_proof]
    return f"{len(proved)} statements came with a proof, which was left out: {_some(proved)}" if proved else ""


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
