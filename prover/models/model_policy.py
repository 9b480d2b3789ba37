"""A language model as a policy: situations become prompts in its dialect, what it writes becomes ranked tactics.

Owns nothing of the model and nothing of the search. Promises that no answer of a model raises: rubbish, nothing, a megabyte are
fewer candidates. A model that cannot be asked raises ModelFailed, which is our machinery's failure and not the goal's.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from prover.models.dialect import Dialect
from prover.models.generator import Completion, Generated, Generator, ModelFailed, Prompt, Sampling
from prover.models.query import TacticQuery
from prover.policy import Candidate, Ranking, Situation, Usage
from prover.premises import PremiseIndex

PREMISES = 100  # offered to a dialect that shows premises; it takes as many as its prompt has room for
MAX_TACTIC_LETTERS = 20_000  # longer ones are not looked at: the search would refuse them, and rubbish is long


class ModelPolicy:
    """Tactics drawn from a model. One object may serve any number of searches at once."""

    def __init__(self, generator: Generator, dialect: Dialect, sampling: Sampling, *, premises: PremiseIndex | None = None) -> None:
        """`sampling` is per goal; its seed is replaced by each situation's. `premises` for a dialect that needs them."""
        if dialect.task != "tactic":
            raise ValueError(f"the dialect {dialect.id} is for the task {dialect.task}, and a policy needs one for tactics")
        self._generator, self._dialect, self._sampling = generator, dialect, sampling
        self._premises = premises if "premises" in dialect.needs else None

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """At most `count` candidates each, best first, with what they cost. Raises ModelFailed."""
        by_seed: dict[int, list[int]] = defaultdict(list)
        for number, situation in enumerate(situations):
            by_seed[situation.seed].append(number)
        prompts = [self._prompt(situation) for situation in situations]

        async def ask(seed: int, numbers: list[int]) -> list[tuple[int, Generated]]:
            sampling = replace(self._sampling, seed=seed, samples=min(count, self._sampling.samples))
            answers = await self._generator.generate([prompts[number] for number in numbers], sampling)
            return list(zip(numbers, answers, strict=True))

        answered = await asyncio.gather(*(ask(seed, numbers) for seed, numbers in by_seed.items()))
        generated = dict(pair for pairs in answered for pair in pairs)
        self._refuse_garbage([completion for each in generated.values() for completion in each.completions])
        return [self._ranking(generated[number], count) for number in range(len(situations))]

    def _prompt(self, situation: Situation) -> Prompt:
        state = situation.goal.text
        found = self._premises.retrieve(state, PREMISES, without=(situation.theorem,)) if self._premises else []
        premises = tuple((hit.premise.name, f"theorem {hit.premise.name} : {hit.premise.statement}") for hit in found)
        return self._dialect.render(TacticQuery(state, situation.theorem, situation.proof_before, premises))

    def _ranking(self, generated: Generated, count: int) -> Ranking:
        """Distinct tactics; one that was drawn several times has the best of its log-probs."""
        drawn = Counter[str]()
        best: dict[str, Completion] = {}
        for completion in generated.completions:
            tactic = self._dialect.extract(completion.text)
            if not tactic or not tactic.strip() or len(tactic) > MAX_TACTIC_LETTERS:
                continue
            drawn[tactic] += 1
            if tactic not in best or _rank(completion) > _rank(best[tactic]):
                best[tactic] = completion
        total = drawn.total()
        candidates = [
            Candidate(tactic, _logprob(completion, drawn[tactic] / total), max(1, completion.tokens), move=self._dialect.id)
            for tactic, completion in best.items()
        ]
        candidates.sort(key=lambda candidate: -candidate.logprob)  # stable: equals stay in the order in which they were drawn
        return Ranking(candidates[:count], Usage(generated.prompt_tokens, generated.output_tokens))

    def _refuse_garbage(self, completions: Sequence[Completion]) -> None:
        """Raises ModelFailed if nothing but undecoded tokens came: every search would look like a failure of mathematics."""
        marks = self._dialect.file.garbage
        if completions and all(any(mark in completion.text for mark in marks) for completion in completions):
            raise ModelFailed(f"{self._generator.name}: {self._dialect.complaint(completions[0].text)}")


def _rank(completion: Completion) -> float:
    return -math.inf if completion.logprob is None or math.isnan(completion.logprob) else completion.logprob


def _logprob(completion: Completion, share: float) -> float:
    """What the model says; of a server that says nothing, the share of the draws that came to this tactic."""
    known = _rank(completion)
    return math.log(share) if known == -math.inf else min(0.0, known)
