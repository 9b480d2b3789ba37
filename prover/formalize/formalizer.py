"""Who drafts statements: the built-in fragment, a model, several of them.

Owns the contract alone; `fragment_formalizer.py` and `model_formalizer.py` keep it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lean_env.messages import Message
from prover.formalize.candidate import Draft, WordProblem


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a formalizer came to: drafts, and if there are none (or fewer than wanted), why, in a sentence for people."""

    drafts: tuple[Draft, ...]
    reason: str = ""


class Formalizer(Protocol):
    """Writes statements for problems. Calls may overlap."""

    @property
    def name(self) -> str:
        """Model and revision, or "fragment"."""
        ...

    async def draft(self, problem: WordProblem, count: int, seed: int) -> Drafts:
        """At most `count` drafts. Raises ModelFailed."""
        ...

    async def repair(self, problem: WordProblem, draft: Draft, errors: Sequence[Message], seed: int) -> Draft | None:
        """Another draft after what Lean said of this one, `repairs` one higher; None if it cannot be asked or has no answer."""
        ...
