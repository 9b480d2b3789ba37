"""What a reward model thinks of solutions: a number in [0, 1] for each, P(correct) or the chance to beat an ordinary one.

Owns how verdicts become numbers, for the three kinds of InternLM-Math: outcome (a whole answer), process (each step), preference
(the better of two). The words are the dialect's. Promises finite numbers, one per solution; a model that says nothing readable says
1/2. These are opinions: they weigh votes, and decide nothing that is proved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from prover.models.dialect import Dialect
from prover.models.generator import Completion, Generator, ModelFailed, Sampling
from prover.solve.blocks import Solution
from prover.solve.fenced import as_markdown
from prover.solve.marks import neutral
from prover.solve.solving import derived_seed
from prover.together import together

Combining = Literal["min", "product"]

UNKNOWN = 0.5
PROBED_TOKENS = 4  # in which a verdict is said, if that is all that the model says
_PROBE_STOP = ("\n", ".", ",")
_ALL_PAIRS = 7  # of so many solutions every two are compared; of more, each with `_NEIGHBOURS` on either side
_NEIGHBOURS = 3
_ROUNDS = 100  # of fitting strengths


@dataclass(frozen=True, slots=True)
class RewardModel:
    """A model asked in a dialect for the task reward. `combine`: the worst of the steps, or all of them together.

    The probability of a verdict is the best measure that a model has (so its authors), and is used where it can be had: one greedy
    verdict of a few tokens, whose log-prob is P(yes), or P(no), of which 1 - P is taken. Where a server tells no log-probs, or the
    verdict follows reasoning or goes step by step, several are drawn, and their share counts, with one of each added.
    """

    generator: Generator
    dialect: Dialect
    combine: Combining = "min"

    def __post_init__(self) -> None:
        """Raises ValueError for a dialect of another task."""
        if self.dialect.task != "reward":
            raise ValueError(
                f"a reward model is asked in a dialect for the task reward; {self.dialect.id} is for {self.dialect.task}"
            )

    async def scores(self, problem: str, solutions: Sequence[Solution], seed: int = 0) -> list[float]:
        """One number in [0, 1] per solution; solutions that are written alike get the same. Raises ModelFailed."""
        written = [as_markdown(each.blocks) for each in solutions]
        distinct = list(dict.fromkeys(written))
        if self.dialect.file.judges == "pair":
            numbers = await self._strengths(problem, distinct, seed)
        else:
            one = self._steps if self.dialect.file.judges == "steps" else self._verdict
            fields = [{"question": neutral(problem), "answer": answer} for answer in distinct]
            numbers = await together(one(each, derived_seed(seed, number)) for number, each in enumerate(fields))
        found = dict(zip(distinct, numbers, strict=True))
        return [found[each] for each in written]

    async def _verdict(self, fields: Mapping[str, str], seed: int) -> float:
        """P(yes)."""
        rule = self.dialect.file.extract
        if rule is not None and not rule.bold:
            stop = tuple(dict.fromkeys((*self.dialect.file.stop, *_PROBE_STOP)))
            probe = Sampling(samples=1, temperature=0.0, max_tokens=PROBED_TOKENS, stop=stop, seed=seed)
            for completion in await self._ask(fields, probe):
                verdict = self.dialect.extract(completion.text)
                if verdict and completion.complete and completion.logprob is not None and not math.isnan(completion.logprob):
                    probability = math.exp(min(0.0, completion.logprob))
                    return probability if verdict == "yes" else 1 - probability
        drawn = [self.dialect.extract(each.text) for each in await self._ask(fields, self.dialect.sampling(seed=seed))]
        return _share(drawn.count("yes"), drawn.count("no"))

    async def _steps(self, fields: Mapping[str, str], seed: int) -> float:
        """The worst, or the product, of the steps' shares of yes. Answers with more or fewer verdicts say what they say."""
        drawn = [self.dialect.verdicts(each.text) for each in await self._ask(fields, self.dialect.sampling(seed=seed))]
        steps = max(map(len, drawn), default=0)
        at = [[verdicts[step] for verdicts in drawn if step < len(verdicts)] for step in range(steps)]
        shares = [_share(each.count("yes"), each.count("no")) for each in at]
        if not shares:
            return UNKNOWN
        return min(shares) if self.combine == "min" else math.prod(shares)

    async def _strengths(self, problem: str, answers: Sequence[str], seed: int) -> list[float]:
        """Each answer's chance to beat an ordinary one; every pair is shown in both orders, because models prefer a place."""
        pairs = compared_pairs(len(answers))
        ordered = [order for one, other in pairs for order in ((one, other), (other, one))]
        question = neutral(problem)
        asked = [{"question": question, "answer_1": answers[one], "answer_2": answers[other]} for one, other in ordered]
        firsts = await together(self._verdict(each, derived_seed(seed, number)) for number, each in enumerate(asked))
        wins = {
            pair: (first + 1 - second) / 2 for pair, first, second in zip(pairs, firsts[::2], firsts[1::2], strict=True)
        }  # of the first of the pair
        return strengths(len(answers), wins)

    async def _ask(self, fields: Mapping[str, str], sampling: Sampling) -> tuple[Completion, ...]:
        answers = await self.generator.generate([self.dialect.render(fields)], replace(sampling, beams=False))
        if len(answers) != 1:
            raise ModelFailed(f"{self.generator.name} gave {len(answers)} answers to one prompt")
        return answers[0].completions


def _share(yes: int, no: int) -> float:
    """The share of yes, with one of each added: a few verdicts that agree are no certainty, and none are 1/2."""
    return (yes + 1) / (yes + no + 2)


def compared_pairs(count: int) -> tuple[tuple[int, int], ...]:
    """Which of `count` solutions are compared: every two of a few; of many, each with its neighbours in a ring."""
    if count <= _ALL_PAIRS:
        return tuple((one, other) for one in range(count) for other in range(one + 1, count))
    return tuple((one, (one + apart) % count) for apart in range(1, _NEIGHBOURS + 1) for one in range(count))


def strengths(count: int, wins: Mapping[tuple[int, int], float]) -> list[float]:
    """Bradley-Terry strengths s as s / (s + 1), the chance to beat an answer of strength 1. All in (0, 1).

    `wins` has for each pair the probability that its first is better. They are fitted by minorisation (Hunter, Annals of Statistics
    32, 2004), with half a win and half a loss against strength 1 added to each, which keeps every strength finite.
    """
    games: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (one, other), won in wins.items():
        games[one].append((other, won))
        games[other].append((one, 1 - won))
    fitted = [1.0] * count
    for _ in range(_ROUNDS):
        fitted = [
            (0.5 + sum(won for _, won in played)) / (1 / (own + 1) + sum(1 / (own + fitted[other]) for other, _ in played))
            for own, played in zip(fitted, games, strict=True)
        ]
    return [own / (own + 1) for own in fitted]
