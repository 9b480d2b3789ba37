"""A proof script as a whole Lean text: the lemmas it cites, the statement's own context, the theorem.

The text is what is checked and what the user gets; nothing is added after the check.
"""

from __future__ import annotations

from collections.abc import Sequence

from lean_env.statement import Statement
from prover.lemmas import LemmaLibrary

INDENT = "  "


def proof_text(statement: Statement, script: Sequence[str], lemmas: LemmaLibrary) -> str:
    """The Lean text that proves `statement` by the lines of `script`."""
    cited = lemmas.used_in("\n".join(script))
    body = "\n".join(f"{INDENT}{line}" if line else "" for line in script)
    parts = [lemmas.source(cited) if cited else "", statement.context.strip("\n"), f"{statement.signature} := by\n{body}"]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"
