"""What a dialect can tell a model about a problem in words: its fields, a statement to repair, code that was run.

Plain data, beside `query.py`'s for goals and proofs. Which fields a task has stands in docs/dialects.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prover.models.query import LeanError

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StatementRepair:
    """The conversation so far, the draft of a statement that it came to, and what Lean says of it. `round` counts from 1."""

    query: Fields
    answers: tuple[str, ...]
    draft: str
    errors: tuple[LeanError, ...] = field(default=())
    round: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a solution: what the model had `written` up to the end of its code, and what running that printed.

    `outcome` is that of `prover.solve.blocks.Block`: "" = it ended well.
    """

    written: str
    output: str
    outcome: str = ""
