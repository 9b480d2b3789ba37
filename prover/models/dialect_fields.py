"""What a template may read of a query: its fields under the names that docs/dialects.md gives them."""

from __future__ import annotations

from typing import Any

from prover.models.dialect_text import Premise
from prover.models.query import ProofQuery, TacticQuery


def tactic_fields(query: TacticQuery) -> dict[str, Any]:
    """Of a goal."""
    premises = [Premise(name=name, text=text) for name, text in query.premises]
    return {"state": query.state, "theorem": query.theorem, "proof_before": query.proof_before, "premises": premises}


def proof_fields(query: ProofQuery) -> dict[str, Any]:
    """Of a statement to prove as a whole."""
    return {
        "header": query.header,
        "signature": query.signature,
        "informal": query.informal,
        "prefix": query.prefix,
        "goal": query.goal,
    }
