"""Names of problems: which are the same problem in another copy, which category they belong to, which split they came from.

Owns the data files `aliases.toml` and `valid_names.txt`. Never looks at a statement.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

# In the order of trying: `algebra` is the end of no other prefix, but `imosl` is also an `imo`.
_MINIF2F = ("mathd_algebra", "mathd_numbertheory", "amc", "aime", "imo", "algebra", "induction", "numbertheory")
_PUTNAM = re.compile(r"putnam_\d{4}_([ab][1-6])\b")
_DATASETS = {"putnam": "putnambench", "leanworkbook": "lean-workbook"}


def canonical_name(name: str, dataset: str = "minif2f") -> str:
    """The name by which a problem is known in every copy of a dataset: lower case, aliases resolved."""
    folded = name.strip().lower()
    return _aliases().get(canonical_dataset(dataset), {}).get(folded, folded)


def same_name(one: str, other: str, dataset: str = "minif2f") -> bool:
    """Whether two copies of a dataset mean the same problem by these names."""
    return canonical_name(one, dataset) == canonical_name(other, dataset)


@cache
def canonical_dataset(dataset: str) -> str:
    """The name of a dataset in lower case, its short forms completed."""
    folded = dataset.strip().lower().replace("_", "-")
    return _DATASETS.get(folded.replace("-", ""), folded)


def category_of(name: str, dataset: str = "minif2f", tag: str = "") -> str:
    """The category of a problem.

    MiniF2F: one of its eight prefixes; PutnamBench: the place in the competition ("a1" to "b6"). Elsewhere, and where the name says
    nothing, `tag`: what the data itself says, "" if nothing.
    """
    folded = canonical_name(name, dataset)
    match canonical_dataset(dataset):
        case "minif2f":
            return next((prefix for prefix in _MINIF2F if folded.startswith(prefix)), tag)
        case "putnambench":
            found = _PUTNAM.match(folded)
            return found[1] if found else tag
        case _:
            return tag


@cache
def minif2f_valid_names() -> frozenset[str]:
    """The canonical names of the 244 problems of MiniF2F's validation split."""
    text = resources.files("prover.problems").joinpath("data", "valid_names.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


@cache
def _aliases() -> dict[str, dict[str, str]]:
    text = resources.files("prover.problems").joinpath("data", "aliases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
