from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import pytest

from prover.models.dialect import load_dialect
from prover.models.generator import Completion, Generated, ModelFailed, Prompt, Sampling
from prover.solve.blocks import Block, Solution
from prover.solve.rewards import UNKNOWN, Combining, RewardModel, compared_pairs, strengths
from tests.fakes.scripted_model import text_of_prompt

Answers = Sequence[tuple[str, float | None]]  # text, and the probability that the model gives it


class Judge:
    """A `Generator` that says for each prompt what the script says of it."""

    name = "judge@0"

    def __init__(self, script: Callable[[str, Sampling], Answers]) -> None:
        self.script = script
        self.asked: list[tuple[str, Sampling]] = []

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        return [self._answer(text_of_prompt(prompt), sampling) for prompt in prompts]

    def _answer(self, prompt: str, sampling: Sampling) -> Generated:
        self.asked.append((prompt, sampling))
        said = self.script(prompt, sampling)[: sampling.samples]
        return Generated(tuple(Completion(text, None if p is None else math.log(p), 1, complete=True) for text, p in said), 1, 1)

    async def close(self) -> None:
        pass


def said(text: str) -> Solution:
    return Solution(
        (Block("text", text), Block("code", "1", "python"), Block("execution", "<|im_end|>1", "python")), "1", "answered"
    )


def reward(script: Callable[[str, Sampling], Answers], dialect: str, combine: Combining = "min") -> RewardModel:
    return RewardModel(Judge(script), load_dialect(dialect), combine)


def judge_of(model: RewardModel) -> Judge:
    assert isinstance(model.generator, Judge)
    return model.generator


async def test_the_probability_of_the_verdict_counts() -> None:
    words: Mapping[str, Answers] = {"good": [("Yes", 0.9)], "bad": [("No", 0.8)], "unsure": [("correct", 0.55)]}
    model = reward(
        lambda prompt, _: next(answers for word, answers in words.items() if f"I am {word}" in prompt), "internlm2-math-orm"
    )
    scores = await model.scores("How many?", [said("I am good"), said("I am bad"), said("I am unsure")])
    assert scores == pytest.approx([0.9, 0.2, 0.55])
    prompt, sampling = judge_of(model).asked[0]
    assert "Question:How many?\nAnswer:I am good\n```python\n1\n```\n```output\n< |im_end| >1\n```" in prompt
    assert (sampling.temperature, sampling.samples) == (0.0, 1)


async def test_without_log_probs_the_share_of_several_verdicts_counts() -> None:
    drawn: Answers = [("yes", None), ("yes", None), ("no", None), ("who knows", None)]
    model = reward(lambda _, sampling: [("yes", None)] if not sampling.temperature else drawn, "internlm2-math-orm")
    assert await model.scores("Q", [said("A")]) == [3 / 5]
    assert [sampling.samples for _, sampling in judge_of(model).asked] == [1, 8]


async def test_a_verdict_after_reasoning_is_drawn_several_times() -> None:
    drawn: Answers = [
        ("Fine. **correct**", 0.1),
        ("Bad. **incorrect**", 0.9),
        ("Good. **correct**", 0.1),
        ("Good. **correct**", 0.1),
    ]
    model = reward(lambda _prompt, _sampling: drawn, "chat-reward")
    assert await model.scores("Q", [said("A")]) == [4 / 6]
    assert len(judge_of(model).asked) == 1


async def test_a_model_that_says_nothing_says_one_half() -> None:
    for dialect in ("internlm2-math-orm", "internlm2-math-prm"):
        assert await reward(lambda _prompt, _sampling: [("hm", 0.5)] * 8, dialect).scores("Q", [said("A")]) == [UNKNOWN]
        assert await reward(lambda _prompt, _sampling: [], dialect).scores("Q", [said("A")]) == [UNKNOWN]


@pytest.mark.parametrize(("combine", "expected"), [("min", 2 / 6), ("product", 5 / 6 * 2 / 6)])
async def test_steps_are_combined_by_the_worst_or_by_all(combine: Combining, expected: float) -> None:
    drawn: Answers = [("Step 1: correct. Step 2: correct.", 0.1)] + [("Step 1: correct. Step 2: incorrect.", 0.1)] * 3
    model = reward(lambda _prompt, _sampling: drawn, "internlm2-math-prm", combine)
    assert await model.scores("Q", [said("A")]) == pytest.approx([expected])


async def test_pairs_are_shown_in_both_orders_so_that_a_favourite_place_wins_nothing() -> None:
    first = reward(lambda _prompt, _sampling: [("Answer 1", 0.9)], "internlm2-math-preference")
    assert await first.scores("Q", [said("A"), said("B"), said("C")]) == pytest.approx([0.5, 0.5, 0.5])
    assert len(judge_of(first).asked) == 6


async def test_the_better_answer_of_a_pair_is_stronger() -> None:
    def prefers_best(prompt: str, _: Sampling) -> Answers:
        one, other = (part.split("\n")[0] for part in (prompt.split("Answer 1:")[1], prompt.split("Answer 2:")[1]))
        return [("Answer 1" if one < other else "Answer 2", 0.9)]

    scores = await reward(prefers_best, "internlm2-math-preference").scores("Q", [said("B"), said("A"), said("C"), said("A")])
    assert scores[1] == scores[3] > scores[0] > scores[2] > 0
    assert scores[0] == pytest.approx(0.5)


async def test_no_solutions_and_a_model_that_breaks() -> None:
    assert await reward(lambda _prompt, _sampling: [], "internlm2-math-preference").scores("Q", []) == []

    class Broken(Judge):
        async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
            return (await super().generate(prompts, sampling))[1:]

    with pytest.raises(ModelFailed, match="0 answers to one prompt"):
        await RewardModel(Broken(lambda _prompt, _sampling: []), load_dialect("internlm2-math-orm")).scores("Q", [said("A")])


def test_a_dialect_of_another_task() -> None:
    with pytest.raises(ValueError, match="for the task reward"):
        reward(lambda _prompt, _sampling: [], "chat-solve")


def test_many_solutions_are_compared_with_their_neighbours() -> None:
    assert compared_pairs(3) == ((0, 1), (0, 2), (1, 2))
    assert len(compared_pairs(7)) == 21
    assert len(compared_pairs(20)) == 60
    assert len({frozenset(pair) for pair in compared_pairs(8)}) == 24


def test_strengths_are_chances() -> None:
    found = strengths(3, {(0, 1): 1.0, (0, 2): 1.0, (1, 2): 1.0})
    assert 1 > found[0] > found[1] > found[2] > 0
    assert strengths(2, {}) == [0.5, 0.5]
