"""A proof script as a whole Lean text: the lemmas it cites, the statement's own context, the theorem.

The text is what is checked and what the user gets; nothing is added after the check.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lean_env.statement import Statement
from prover.lemmas import NAMESPACE, LemmaLibrary

INDENT = "  "


def proof_text(statement: Statement, script: Sequence[str], lemmas: LemmaLibrary) -> str:
    """The Lean text that proves `statement` by the lines of `script`."""
    cited = lemmas_to_add(script, statement.context, lemmas)
    # Lines of blanks are what reading a file leaves of what it takes out.
    context = "\n".join(line for line in statement.context.split("\n") if line.strip() or not line)
    parts = [lemmas.source(cited) if cited else "", context, f"{statement.signature} {proof_block(script)}"]
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def proof_block(script: Sequence[str], indent: str = "") -> str:
    """What follows the signature of a theorem that stands at `indent`: `:= by` and the indented lines."""
    return "\n".join([":= by", *(f"{indent}{INDENT}{line}" if line else "" for line in script)])


def lemmas_to_add(script: Sequence[str], context: str, lemmas: LemmaLibrary) -> tuple[str, ...]:
    """Names of the lemmas that a script cites and the context does not bring along, as the text of an earlier proof does."""
    return tuple(name for name in lemmas.used_in("\n".join(script)) if not _declares(context, name))


def _declares(context: str, name: str) -> bool:
    word = rf"{re.escape(name)}(?![\w.'])"
    inside = f"namespace {NAMESPACE}" in context and re.search(rf"\b(?:theorem|def)\s+{word}", context)
    return bool(inside or re.search(rf"\b(?:theorem|def)\s+{NAMESPACE}\.{word}", context))
