"""Theorems of the library that may help with a goal.

Owns the list of the library's theorems (made once per engine, in a minute or two, and kept in the cache folder) and retrieval from
it by BM25 over the names that occur in a statement. A premise is a hint for a policy; whether it applies is Lean's to say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from lean_env.embedded.engine import Engine, cache_folder
from lean_env.errors import ToolchainMissing
from lean_env.session import Session

PAGE = 1000  # theorems per request
_WORD = re.compile(r"[^\W\d_][\w'!?]*(?:\.[^\W\d_][\w'!?]*)*|[^\s\w()\[\]{},:.⟨⟩]+|\d+")
_BOUND = re.compile(r"[^\W\d_]{1,2}[₀-₉\d']*\Z")  # x, h₁, xs: bound names say nothing of what a statement is about
_OPERATOR = re.compile(r"[^\s\w()\[\]{},:.⟨⟩]+")
_BEFORE_CONCLUSION = re.compile(r"\A.*(?:→|⊢|∀[^,]*,)", re.DOTALL)  # anchored, or a long text without any costs its square
_TURNSTILE = "⊢"
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


class Premise(msgspec.Struct, frozen=True):
    """A theorem of the library: its full name, and its statement as Lean prints it."""

    name: str
    statement: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A premise that was found; a higher score is better, and says nothing across queries."""

    premise: Premise
    score: float


def words(text: str) -> list[str]:
    """What a statement or a goal is about: constants, their last parts, operators, and the shape of its conclusion (`*=*`).

    Bound variables and punctuation are left out.
    """
    found = ["".join(_OPERATOR.findall(_BEFORE_CONCLUSION.sub("", text)))]
    for word in _WORD.findall(text):
        if _BOUND.match(word) or word == _TURNSTILE:
            continue
        found.append(word)
        if "." in word:
            found.append(word.rpartition(".")[2])
    return found


def words_of_name(name: str) -> list[str]:
    """The parts of a theorem's name: `Nat.add_comm` speaks of Nat, add and comm."""
    return [part.lower() for part in _PARTS.findall(name)]


class PremiseIndex:
    """Premises that can be asked for. Immutable, and as many threads as like may ask."""

    def __init__(self, premises: Iterable[Premise]) -> None:
        """Index premises: some seconds for a whole library. Raises ToolchainMissing without the library for it."""
        try:
            import bm25s  # pyright: ignore[reportMissingTypeStubs] - it has none
        except ImportError as error:
            raise ToolchainMissing("retrieval of premises needs bm25s: pip install 'entail[models]'") from error
        self.premises = tuple(premises)
        self._index: Any = bm25s.BM25()
        texts = [words(premise.statement) + words_of_name(premise.name) for premise in self.premises]
        self._known = {word for text in texts for word in text}
        if self._known:
            self._index.index(texts, show_progress=False)

    def retrieve(self, goal: str, count: int, *, without: Sequence[str] = ()) -> list[Hit]:
        """At most `count` premises for a pretty-printed goal, best first, none that shares no word with it.

        `without`: names that must not be given, because they are what is to be proved.
        """
        query = [word for word in dict.fromkeys(words(goal)) if word in self._known]
        wanted = min(count + len(without), len(self.premises))
        if not query or wanted < 1:
            return []
        numbers, scores = self._index.retrieve([query], k=wanted, show_progress=False)
        hits = [Hit(self.premises[int(n)], float(score)) for n, score in zip(numbers[0], scores[0], strict=True) if score > 0]
        return [hit for hit in hits if hit.premise.name not in without][:count]


async def library_premises(session: Session, progress: Callable[[int], None] = lambda _: None) -> list[Premise]:
    """Every theorem of the session's library. `progress` gets how many there are so far. Raises EnvError."""
    found: list[Premise] = []
    at: int | None = 0
    while at is not None:
        page = await session.theorems(at, PAGE)
        found.extend(Premise(name, statement) for name, statement in page.theorems)
        progress(len(found))
        at = page.next
    return found


async def premises_of(engine: Engine, session: Session, progress: Callable[[int], None] = lambda _: None) -> list[Premise]:
    """The same from the cache folder; listed and kept there if they are not yet. A file that is damaged is made again."""
    path = cache_folder() / f"premises-{engine.version}.jsonl"
    kept = _read(path)
    if kept is None:
        kept = await library_premises(session, progress)
        draft = path.with_suffix(f".{os.getpid()}")  # two processes may be at it
        draft.write_bytes(b"".join(msgspec.json.encode(premise) + b"\n" for premise in [*kept, Premise("", str(len(kept)))]))
        draft.replace(path)
    return kept


def _read(path: Path) -> list[Premise] | None:
    """What a file holds, or None if it is not whole: its last line gives the number of the others."""
    try:
        lines = msgspec.json.decode(b"[" + b",".join(path.read_bytes().splitlines()) + b"]", type=list[Premise])
    except (OSError, msgspec.DecodeError):
        return None
    if not lines or lines[-1] != Premise("", str(len(lines) - 1)):
        return None
    return lines[:-1]
