"""Whole proofs as seeds of a tree search: what a failing proof does at the goals it gets to, offered there before anything else.

Owns taking a proof apart into tactics by running it, and the policy that offers them. A seed is a proposal like any other: the
search tries it, Lean judges it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lean_env.messages import Advanced, Part, TacticCall
from lean_env.session import Session
from prover.policy import Candidate, Policy, Ranking, Situation, usage_of
from prover.whole.account import FailedProof
from prover.whole.cut import pieces

SEED_LOGPROB = -0.1  # as if the policy were nearly sure of it
SEED = "seed"  # the `move` of a candidate that is one
_BULLET = re.compile(r"[·.] +(?=\S)")

Seeds = Mapping[str, tuple[str, ...]]


def seeds_of(failures: Iterable[FailedProof]) -> list[tuple[str, ...]]:
    """The parts of failing proofs that work, longest first; none is the beginning of another, none is empty."""
    parts = {failure.part.lines for failure in failures if failure.part is not None and failure.part.lines}
    kept: list[tuple[str, ...]] = []
    for lines in sorted(parts, key=lambda lines: (-len(lines), lines)):
        if not any(longer[: len(lines)] == lines for longer in kept):
            kept.append(lines)
    return kept


async def goals_on_the_way(
    session: Session, root: Part, proofs: Iterable[tuple[str, ...]], *, heartbeats: int, soft_ms: int
) -> dict[str, tuple[str, ...]]:
    """The tactics of proofs by the key of the goal that each acts on, in the order in which they were met.

    `root` is the statement's first part, open in this session. A bullet is taken apart too, and one that fails does not keep the
    next from being tried; any other tactic that fails ends its proof. Heartbeats in thousands and milliseconds are those of one
    tactic. Raises WorkerLost.
    """
    walk = _Walk(session, heartbeats, soft_ms)
    for lines in proofs:
        await walk.along(lines, [root])
        await session.free(walk.states)
        walk.states.clear()
    return {key: tuple(dict.fromkeys(tactics)) for key, tactics in walk.found.items()}


class _Walk:
    """Runs proofs tactic by tactic; remembers what was done where."""

    def __init__(self, session: Session, heartbeats: int, soft_ms: int) -> None:
        self._session, self._heartbeats, self._soft_ms = session, heartbeats, soft_ms
        self.found: dict[str, list[str]] = {}
        self.states: list[int] = []

    async def along(self, lines: tuple[str, ...], goals: list[Part]) -> None:
        """Run a block on parts, the first of which is the first to be worked on."""
        for start, end in pieces(lines):
            if not goals:
                return
            piece = lines[start:end]
            if bullet := _BULLET.match(piece[0]):
                await self.along(_inside(piece, bullet.end()), [goals.pop(0)])
                continue
            left = await self._step(goals[0], "\n".join(piece).rstrip())
            if left is None:
                return
            goals[:1] = left

    async def _step(self, part: Part, tactic: str) -> Sequence[Part] | None:
        """What a tactic leaves of a part, None if it fails."""
        [result] = await self._session.step(part.state, [TacticCall(tactic, self._heartbeats, self._soft_ms)])
        if not isinstance(result, Advanced):
            return None
        self.states += [each.state for each in result.parts] + [result.state] * (result.state != 0)
        self.found.setdefault(part.goals[0].key, []).append(tactic)
        return result.parts


def _inside(piece: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The block behind a bullet, in the first column."""
    return (piece[0][width:], *(line[min(width, len(line) - len(line.lstrip())) :] for line in piece[1:]))


@dataclass(frozen=True, slots=True)
class Seeded:
    """A policy that offers what proofs did at a goal, and then what another policy says. See `goals_on_the_way` for `seeds`."""

    inner: Policy
    seeds: Seeds
    logprob: float = SEED_LOGPROB

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """For each goal its seeds and the other policy's candidates, `count` together, no text twice."""
        rows = await self.inner.suggest(situations, count)
        return [self._with_seeds(situation, row, count) for situation, row in zip(situations, rows, strict=True)]

    def _with_seeds(self, situation: Situation, row: list[Candidate], count: int) -> list[Candidate]:
        texts = self.seeds.get(situation.goal.key, ())
        if not texts:
            return row
        logprob = max([self.logprob, *(candidate.logprob for candidate in row)])  # they come first, so none may be likelier
        candidates = [Candidate(text, logprob, move=SEED) for text in texts]
        candidates += [candidate for candidate in row if candidate.tactic not in texts]
        return Ranking(candidates[:count], usage_of(row))
