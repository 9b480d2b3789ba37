"""A proof under its statement as the text that Lean elaborates, and Lean's errors as places in the text that a model is shown.

The two texts end with the same lines, the statement and the proof, and differ in what stands above: Lean has the context in an
environment already, and a limit of our own above the theorem; a model is shown header and context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lean_env.messages import Message
from lean_env.statement import Statement
from prover.lemmas import LemmaLibrary
from prover.models.query import LeanError, ProofQuery
from prover.proof_text import INDENT, proof_block, proof_text
from prover.whole.config import LEANS_OWN_HEARTBEATS

MAX_ERRORS = 16
MAX_MESSAGE = 4000  # characters of one error
_CUT = "\n[...]"


@dataclass(frozen=True, slots=True)
class UnderStatement:
    """A proof's lines under the statement.

    `lines` begin in column 0; `heartbeats` as in `WholeProofConfig`.
    """

    statement: Statement
    lines: tuple[str, ...]
    heartbeats: int = LEANS_OWN_HEARTBEATS

    @property
    def above(self) -> int:
        """Lines of `source` above the proof's first."""
        return f"{self._limit}{self.statement.signature}".count("\n") + 1

    @property
    def theorem(self) -> str:
        """Statement and proof: one command, unless the proof is up to something."""
        return f"{self.statement.signature} {proof_block(self.lines)}\n"

    @property
    def source(self) -> str:
        """What Lean elaborates in the environment of the context."""
        return f"{self._limit}{self.theorem}"

    @property
    def whole(self) -> str:
        """The text that is checked, and that the user gets: context and theorem."""
        limited = replace(self.statement, signature=f"{self._limit}{self.statement.signature}")
        return proof_text(limited, self.lines, LemmaLibrary({}))

    @property
    def _limit(self) -> str:
        return "" if self.heartbeats == LEANS_OWN_HEARTBEATS else f"set_option maxHeartbeats {self.heartbeats * 1000} in\n"

    def line_of(self, message: Message) -> int | None:
        """Which line of the proof an error is about, from 1; None if it is about no line of it."""
        line = message.pos.line - self.above if message.pos is not None else 0
        return line if 1 <= line <= len(self.lines) else None

    def lines_up_to(self, end: int) -> tuple[str, ...]:
        """The proof's lines in the first `end` bytes of `theorem`."""
        text = self.theorem.encode()[:end].decode("utf-8", "ignore")
        below = text.split("\n")[self.statement.signature.count("\n") + 1 :]
        return tuple(line.removeprefix(INDENT) for line in below)


def first_line(proof: UnderStatement, errors: Sequence[Message]) -> int | None:
    """The first line of the proof, from 1, that an error is about; None if all are about the whole of it."""
    return min((line for error in errors if (line := proof.line_of(error)) is not None), default=None)


def shown(query: ProofQuery, lines: Sequence[str]) -> str:
    """The proof as a model is shown it: header, context, theorem."""
    return f"{_header(query)}{query.signature} {proof_block(lines)}"


def errors_shown(query: ProofQuery, proof: UnderStatement, errors: Sequence[Message], goals: str = "") -> tuple[LeanError, ...]:
    """Lean's errors, first to last, with their places in `shown`; `goals` are those before the first."""
    down = f"{_header(query)}{query.signature}".count("\n") + 1 - proof.above
    last = proof.above + len(proof.lines)
    placed = sorted((_placed(error, down, proof.above, last) for error in errors), key=lambda each: (each.line, each.column))
    return tuple(replace(each, goals=goals) if goals and not number else each for number, each in enumerate(placed[:MAX_ERRORS]))


def _placed(error: Message, down: int, first: int, last: int) -> LeanError:
    """An error with places of `shown`; one that has none is about the statement's last line."""
    begin = (error.pos.line, error.pos.column) if error.pos else (first, 0)
    end = (error.end_pos.line, error.end_pos.column) if error.end_pos else begin
    line, end_line = (max(1, min(place[0], last) + down) for place in (begin, end))
    message = error.data if len(error.data) <= MAX_MESSAGE else error.data[:MAX_MESSAGE] + _CUT
    return LeanError(message.strip(), line, begin[1], end_line, end[1])


def _header(query: ProofQuery) -> str:
    return f"{query.header.rstrip()}\n\n" if query.header.strip() else ""
