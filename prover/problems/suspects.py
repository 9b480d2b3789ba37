"""Statements that are known to be wrong in some copies of a benchmark, each with the reason.

Owns the data file `suspects.toml` and the recognition of the wrong text, so that a repaired copy is not accused. It never changes a
statement: a report gives its numbers with and without them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from prover.problems.names import canonical_dataset, canonical_name


@dataclass(frozen=True, slots=True)
class Suspect:
    """What is known of one statement.

    It is wrong in a copy of one of these `lineages` ("*": in any) if its text, all blanks taken out, holds `wrong` and does not
    hold `repaired`; a pattern that is None decides nothing.
    """

    name: str
    reason: str
    lineages: frozenset[str]
    wrong: re.Pattern[str] | None
    repaired: re.Pattern[str] | None

    def accuses(self, source: str, lineage: str) -> bool:
        """Whether this text, from this copy, is the wrong one."""
        if "*" not in self.lineages and lineage not in self.lineages:
            return False
        text = "".join(source.split())
        if self.wrong is not None and not self.wrong.search(text):
            return False
        return self.repaired is None or not self.repaired.search(text)


def suspicion(name: str, source: str, lineage: str, dataset: str = "minif2f") -> str:
    """Why a statement is known to be wrong as it stands in this copy; "" if it is not known to be."""
    found = suspects(dataset).get(canonical_name(name, dataset))
    return found.reason if found and found.accuses(source, lineage) else ""


@cache
def suspects(dataset: str = "minif2f") -> dict[str, Suspect]:
    """What is known of a dataset, by canonical name."""
    text = resources.files("prover.problems").joinpath("data", "suspects.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, dict[str, str | list[str]]]] = tomllib.loads(text)
    return {name: _suspect(name, entry) for name, entry in tables.get(canonical_dataset(dataset), {}).items()}


def _suspect(name: str, entry: dict[str, str | list[str]]) -> Suspect:
    wrong, repaired = (re.compile(str(entry[key])) if key in entry else None for key in ("wrong", "repaired"))
    return Suspect(name, str(entry["reason"]), frozenset(entry["lineages"]), wrong, repaired)
