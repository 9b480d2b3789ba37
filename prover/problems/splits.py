"""Names of splits: "Validation", "val" and "valid" are one.

Owns the normal form. A label that is none of the known ones stays what it is, in lower case.
"""

from __future__ import annotations

import re
from pathlib import PurePath

_WORDS = {"valid": "valid", "validation": "valid", "val": "valid", "dev": "valid", "test": "test", "train": "train"}
_LETTERS = re.compile(r"[A-Za-z]+")


def split_name(label: str) -> str:
    """The normal form of a split's label; "" and "all" mean no split."""
    folded = label.strip().lower()
    return "" if folded == "all" else _WORDS.get(folded, folded)


def split_of_path(path: str | PurePath) -> str:
    """The split that a file's place says; "" if it says none.

    The name of a table may hold the word ("minif2f_test.parquet"); that of a Lean file and that of its folder must be the word.
    """
    place = PurePath(path)
    words = [place.stem] if place.suffix == ".lean" else _LETTERS.findall(place.stem)
    return next((_WORDS[word.lower()] for word in (*words, place.parent.name) if word.lower() in _WORDS), "")
