"""A problem of a benchmark, as data: what its file says, before any Lean looked at it.

Owns the types and the hash that names a set of statements. Never decides whether a statement elaborates.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_BLANKS = re.compile(r"[ \t\r]+(?=\n|$)")


class BadData(Exception):
    """The data cannot be used as it stands; the message says which file, which row, and what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem.

    source       the Lean text of the statement (definitions before the theorem included), without its header
    header       the imports, options and `open`s before it
    split        "valid", "test", another label of the data in lower case, or "" (the data has none)
    informal     the problem in words
    suspect      why the statement is known to be wrong in this lineage; "" if it is not known to be
    answer_hole  the definitions that a prover would have to fill in before there is anything to prove; "" if none
    """

    name: str
    source: str
    header: str = ""
    split: str = ""
    category: str = ""
    informal: str = ""
    suspect: str = ""
    answer_hole: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of header and source, trailing blanks and line ends normalised."""
        text = "\0".join(_BLANKS.sub("", part).strip("\n") for part in (self.header, self.source))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class ProblemSet:
    """The problems of one split of one copy of a benchmark, in the order of the data; names differ, also in lower case.

    `lineage` says which copy this is, as far as the format tells. `warnings` are for people.
    """

    dataset: str
    lineage: str
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over names and digests, whatever the order: equal exactly if two runs were asked the same."""
        rows = sorted(f"{problem.name} {problem.digest}" for problem in self.problems)
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()
