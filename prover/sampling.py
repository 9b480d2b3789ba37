"""Makes the attempts at one theorem differ: a deterministic policy seen through noise that a seed determines.

To each log-probability comes Gumbel noise, times the temperature T. Sorted by that, the candidates stand as if drawn one after
the other without replacement, each with probability p^(1/T) over what is left (Gumbel-max; Kool et al., arXiv:1903.06059): at T = 1
one that the policy gives p (its log-probabilities normalised over the row) comes first with probability p, as T goes to 0 the best.

Why pass@k may count such attempts: the noise is a hash of seed, goal and tactic, and of nothing else. So what an attempt does
depends on its own seed, never on its number, on other attempts, on the order in which goals come up, or on the machine. Seeds of
attempts are drawn alike (`run_config.attempt_seed`), so the attempts at a theorem are exchangeable, the first as random as the
others, and "c of n succeeded" is all that the unbiased estimator needs. With T = 0 all attempts are one and the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import log
from struct import unpack

from lean_env.messages import Goal
from prover.policy import Candidate, Policy, Ranking, Situation, usage_of


class Sampled:
    """A policy whose candidates are those of another one, in an order drawn by the seed.

    The first candidate of a row gets the log-probability that the best one had, so that goals still compare with each other; the
    others follow at their noisy distances. Only the best `count` of the inner policy take part, as they would without noise.
    """

    def __init__(self, policy: Policy, seed: int, temperature: float) -> None:
        """`seed` is any int; `temperature` is finite and at least 0, else ValueError. At 0 the answers are the policy's own."""
        if not 0 <= temperature < float("inf"):
            raise ValueError(f"temperature must be finite and at least 0, not {temperature}")
        self._policy, self._seed, self._temperature = policy, seed, temperature

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """The policy's candidates for each situation, with noise, best first."""
        rows = await self._policy.suggest(situations, count)
        if not self._temperature:
            return rows
        return [self._drawn(each.goal, row) for each, row in zip(situations, rows, strict=True)]

    def _drawn(self, goal: Goal, row: Sequence[Candidate]) -> Ranking:
        usage = usage_of(row)
        if not row:
            return Ranking(usage=usage)
        noise = gumbels(f"{self._seed}\0{goal.key}\0", [each.tactic for each in row])
        scores = [each.logprob + self._temperature * own for each, own in zip(row, noise, strict=True)]
        order = sorted(range(len(row)), key=scores.__getitem__, reverse=True)  # of equal ones, the policy's first
        shift = max(each.logprob for each in row) - scores[order[0]]
        return Ranking([_moved(row[index], min(scores[index] + shift, 0.0)) for index in order], usage)


def gumbels(prefix: str, texts: Sequence[str]) -> list[float]:
    """For each text a number of the standard Gumbel distribution, between -3.6 and 36.8, that prefix and text determine."""
    # Surrogates without a partner may come from a model, and strict encoding would raise.
    hashed = blake2b(prefix.encode("utf-8", "surrogatepass"), digest_size=8)
    digests: list[bytes] = []
    for text in texts:
        own = hashed.copy()
        own.update(text.encode("utf-8", "surrogatepass"))
        digests.append(own.digest())
    # 52 bits and a half: exact in a float, and never 0 or 1, whose logarithms would be infinite.
    return [-log(-log(((bits >> 12) + 0.5) / 2.0**52)) for bits in unpack(f">{len(texts)}Q", b"".join(digests))]


def _moved(candidate: Candidate, logprob: float) -> Candidate:
    # Not dataclasses.replace: this runs for every candidate of every goal, and replace takes twice as long.
    return Candidate(candidate.tactic, logprob, candidate.tokens, candidate.heartbeats, candidate.soft_ms, candidate.move)
