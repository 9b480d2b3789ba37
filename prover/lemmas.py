"""The lemma library that symbolic tactics cite, as source text that travels with a proof.

The same file is elaborated into the engine's snapshot, so a tactic may cite any lemma; the printed proof carries just those it
cites, and the checker treats them like everything else that the proof added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Self

NAMESPACE = "Entail"
_DECLARATION = re.compile(r"(?:theorem|def)\s+([\w']+)")


@dataclass(frozen=True, slots=True)
class LemmaLibrary:
    """Declarations by name, in the order of the file; each uses only those before it."""

    declarations: dict[str, str]

    @classmethod
    @cache
    def load(cls) -> Self:
        """The library that comes with the engine."""
        return cls.parse(resources.files("lean_env.embedded").joinpath("lemmas.lean").read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Declarations of a file `namespace Entail ... end Entail` whose declarations are separated by blank lines."""
        body = text.partition(f"namespace {NAMESPACE}\n")[2].rpartition(f"end {NAMESPACE}")[0]
        blocks = (block.strip("\n") for block in re.split(r"\n\s*\n", body))
        named = ((_DECLARATION.search(block), block) for block in blocks if block.strip())
        return cls({found[1]: block for found, block in named if found})

    def used_in(self, script: str) -> tuple[str, ...]:
        """Names of the lemmas that a script cites, directly or through other lemmas, in the library's order."""
        wanted = self._cited(script, f"{NAMESPACE}.")
        pending = list(wanted)
        while pending:
            for name in self._cited(self.declarations[pending.pop()], "") - wanted:
                wanted.add(name)
                pending.append(name)
        return tuple(name for name in self.declarations if name in wanted)

    def source(self, names: Iterable[str]) -> str:
        """Lean text that declares these lemmas."""
        blocks = [self.declarations[name] for name in names]
        return "\n\n".join([f"namespace {NAMESPACE}", *blocks, f"end {NAMESPACE}"])

    def _cited(self, text: str, prefix: str) -> set[str]:
        words = set(re.findall(rf"(?<![\w.']){re.escape(prefix)}([\w']+)", text))
        return words & self.declarations.keys()
