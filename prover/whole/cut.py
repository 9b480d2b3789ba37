"""Cuts a failing proof at its first error: the longest part in front of it that Lean runs, and the goals that it leaves.

Where tactics may end is guessed from the layout, and decided by Lean: each guess is run as a step from the statement, under limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lean_env.messages import Advanced, Limit, TacticCall
from lean_env.session import Session

MAX_TRIES = 6  # guesses per proof, longest first; the first one is nearly always right
# A line in the first column that begins like this goes on with the tactic above it.
_GOES_ON = re.compile(r"--|<;>|\||[)\]}⟩,]|:=|(?:at|with|else|then|using|from|in|where|termination_by|decreasing_by)(?![\w'!?])")


@dataclass(frozen=True, slots=True)
class Cut:
    """What holds of a proof: its first `lines`, and the `goals` that they leave. Without goals the lines are the whole proof."""

    lines: tuple[str, ...]
    goals: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Whether nothing is left to prove: what Lean disliked comes after the proof."""
        return not self.goals


def pieces(lines: tuple[str, ...]) -> list[tuple[int, int]]:
    """The tactics of a block whose lines begin in column 0, as ranges of line numbers from 0; comments belong to what is above."""
    starts: list[int] = []
    depth = 0
    for number, line in enumerate(lines):
        if line and not line[0].isspace() and depth <= 0 and not _GOES_ON.match(line):
            starts.append(number)
        depth += sum(map(line.count, "([{⟨")) - sum(map(line.count, ")]}⟩"))
    return list(zip(starts, [*starts[1:], len(lines)][: len(starts)], strict=True))


async def cut(
    session: Session, state: int, lines: tuple[str, ...], broken: int | None, *, heartbeats: int, soft_ms: int
) -> Cut | None:
    """The longest part of a proof that works in front of line `broken` (from 1; None: the error is not about any line).

    `state` is the statement's first; heartbeats in thousands and milliseconds as `TacticCall` has them. None if no tactic works,
    or a limit was met. Raises WorkerLost.
    """
    ends = [end for _, end in pieces(lines) if broken is None or end < broken]
    for end in reversed(ends[-MAX_TRIES:]):
        [result] = await session.step(state, [TacticCall("\n".join(lines[:end]), heartbeats, soft_ms)])
        match result:
            case Advanced(parts=parts):
                await session.free([result.state, *(part.state for part in parts)])
                goals = tuple(goal.text for part in parts for goal in part.goals)
                return Cut(_trimmed(lines[:end]), goals)
            case Limit():
                return None
            case _:
                continue
    return None


def _trimmed(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Without comments and blank lines at the end: they were about what came next."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("--")):
        end -= 1
    return lines[:end]
