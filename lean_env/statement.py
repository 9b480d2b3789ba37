"""Statements: what is to be proved, as source text that a proof never edits.

Owns the type, its digest and its negation; `reading.py` finds statements in Lean text. Never decides whether something is proved.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One theorem to prove.

    `signature` is `theorem NAME binders : type`, nothing else; `context` the commands before it (definitions, `open`,
    options; no imports), in whose scopes it is read; `binders` and `type` are the parts of the signature and `levels` its
    universe parameters (`.{u}` or ""). `imports` are the modules that the file asked for. `inert`: all this comes from whoever
    proves it, so the clean worker must not run code in it.
    """

    name: str
    signature: str
    binders: str
    type: str
    levels: str = ""
    context: str = ""
    imports: tuple[str, ...] = ()
    inert: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 of context and signature up to their last line's end: names this statement in records."""
        # Blanks and carriage returns at the end of any other line count: inside a string literal they are part of what is claimed.
        text = "\0".join(part.rstrip("\n") for part in (self.context, self.signature))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def can_be_negated(self) -> bool:
        """Whether `negation` says the opposite: it would not quantify over `variable`s of the context and auto-bound names."""
        return re.search(r"\b(?:variables?|autoImplicit)\b", self.context) is None

    def negation(self) -> Statement:
        """`theorem NAME_negation : ¬ ∀ binders, type`. Raises ValueError unless `can_be_negated`."""
        if not self.can_be_negated:
            raise ValueError("the statement has parameters outside its signature")
        name = f"{self.name.removesuffix('»')}_negation" + ("»" if self.name.endswith("»") else "")
        claim = f"¬ (∀ {self.binders}, {self.type})" if self.binders else f"¬ ({self.type})"
        signature = f"theorem {name}{self.levels} : {claim}"
        return Statement(name, signature, "", claim, self.levels, self.context, self.imports, self.inert)
