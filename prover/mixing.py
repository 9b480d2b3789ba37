"""A small floor of symbolic moves under a learned policy, which alone lets the queue of a search run empty.

A sampled model gives few distinct candidates, and fewer that Lean accepts. With a share of the probability, `mass`, given to a
policy that always has something to try, no goal is without; and as long as the model is sure of itself its candidates come first.

The answer is a mixture of two distributions: (1 - mass) * p + mass * q, for each text, where p is what the learned policy gives it
(0 if it does not propose it) and q the floor's weight over the sum of its weights for this goal. So goals still compare with each
other: one of which the model says nothing is not lost, and stands behind all of which it says something.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from math import exp, inf, log, log1p

from prover.policy import Candidate, Policy, Ranking, Situation, Usage, usage_of


class Mixed:
    """A learned policy over a floor.

    Both are asked at once, and both are waited for, however slow one is: what a search is told must not depend on the time it
    took. What one of them raises is raised: a model that failed is no reason to go on without it.
    """

    def __init__(self, learned: Policy, floor: Policy, mass: float = 0.02, temperature: float = 1.0) -> None:
        """Raises ValueError for an option out of its range.

        `mass` in [0, 1): the floor's share of the probability; 0 = no floor, it is not even asked. `temperature` > 0: the
        probabilities of a row of the learned policy become p ** (1 / temperature) with the sum that they had; 1 = as they are.
        """
        if not 0 <= mass < 1:
            raise ValueError(f"the mass of the floor must be at least 0 and below 1, not {mass}")
        if not 0 < temperature < inf:
            raise ValueError(f"the temperature of the learned ranking must be finite and above 0, not {temperature}")
        self._learned, self._floor, self._mass, self._temperature = learned, floor, mass, temperature

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """The mixture for each situation, most probable first, at equal probability the learned policy's first.

        Of more than `count` candidates the least probable are left out, but a share `mass` of the places, at least one, is the
        floor's. A text of both keeps the learned candidate's tokens, and limits of the floor where that has none.
        """
        if not self._mass:
            return [self._mixed(row, (), count) for row in await self._learned.suggest(situations, count)]
        calls = [asyncio.ensure_future(policy.suggest(situations, count)) for policy in (self._learned, self._floor)]
        try:
            learned, floor = await asyncio.gather(*calls)
        finally:  # one raised, or the caller is gone: the other is not left running
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        return [self._mixed(*rows, count) for rows in zip(learned, floor, strict=True)]

    def _mixed(self, learned: Sequence[Candidate], floor: Sequence[Candidate], count: int) -> Ranking:
        below = dict(zip((each.tactic for each in floor), _normalised([each.logprob for each in floor]), strict=True))
        moves = {each.tactic: each for each in floor}
        keep, give = log1p(-self._mass), log(self._mass) if self._mass else -inf
        mixed: dict[str, Candidate] = {}
        for each, logprob in zip(learned, _tempered([each.logprob for each in learned], self._temperature), strict=True):
            if each.tactic not in mixed:
                both = _log_sum([keep + logprob, give + below.get(each.tactic, -inf)])
                mixed[each.tactic] = _joined(each, moves.get(each.tactic), min(both, 0.0))
        own = [replace(each, logprob=give + below[each.tactic]) for each in moves.values() if each.tactic not in mixed]
        own.sort(key=_rank)
        places = min(len(own), max(1, int(self._mass * count)), count)  # the floor's, whatever comes before it
        top = sorted(mixed.values(), key=_rank)[: count - places]
        best = sorted([*top, *own], key=_rank)[:count]
        spent = [usage_of(learned), usage_of(floor)]
        return Ranking(best, Usage(sum(each.prompt_tokens for each in spent), sum(each.output_tokens for each in spent)))


def _rank(candidate: Candidate) -> float:
    return -candidate.logprob


def _joined(learned: Candidate, floor: Candidate | None, logprob: float) -> Candidate:
    """A text that both propose: the learned candidate, with what the floor knows besides."""
    if floor is None:
        return replace(learned, logprob=logprob)
    heartbeats = floor.heartbeats if learned.heartbeats is None else learned.heartbeats
    soft_ms = floor.soft_ms if learned.soft_ms is None else learned.soft_ms
    return replace(learned, logprob=logprob, heartbeats=heartbeats, soft_ms=soft_ms, move=learned.move or floor.move)


def _log_sum(logs: Sequence[float]) -> float:
    """The log of the sum of the numbers whose logs these are; -inf of none."""
    top = max(logs, default=-inf)
    return top + log(sum(exp(each - top) for each in logs)) if top > -inf else -inf


def _normalised(logprobs: Sequence[float]) -> list[float]:
    total = _log_sum(logprobs)
    return [each - total for each in logprobs]


def _tempered(logprobs: Sequence[float], temperature: float) -> list[float]:
    """Logs of p ** (1 / temperature), scaled to the sum that the p have; none above 0, should that be more than 1."""
    if temperature == 1:
        return list(logprobs)
    flat = _normalised([each / temperature for each in logprobs])
    total = _log_sum(logprobs)
    return [min(each + total, 0.0) for each in flat]
