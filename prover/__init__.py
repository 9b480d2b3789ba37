"""Entail: a proving agent for Lean 4. `from prover import prove`; start reading at `proving.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prover.api import prove

__all__ = ["prove"]


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import prover` stays cheap."""
    if name == "prove":
        from prover.api import prove

        return prove
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
