"""A language model that writes the distance to a proof: how what it writes becomes a value, and what becomes of the rest."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.messages import Goal
from prover.attempt import Outcome
from prover.critic import Opinion, opinions
from prover.models.critics import PATIENCE, Distances, ValueCritic
from prover.models.dialect import Dialect, load_dialect
from prover.models.generator import Completion, Generated, ModelFailed, Prompt, Sampling
from prover.models.local import LocalModel
from prover.models.options import LocalOptions
from prover.policy import Situation
from search.config import SearchConfig
from search.frontier import Order
from tests.fakes.hunting import Hunt
from tests.fakes.scripted_lean import Lean, Table

VALUE_DIALECT = """
id = "value"
title = "The value of a state"
task = "critic"
endpoint = "raw"
source = "a test"
[template]
text = '''{{ state }}<value>'''
"""


def about(*goals: str, seed: int = 0) -> list[Situation]:
    return [Situation(Goal(goal), seed=seed) for goal in goals]


@pytest.fixture(scope="module")
def value_dialect(tmp_path_factory: pytest.TempPathFactory) -> Dialect:
    path = tmp_path_factory.mktemp("dialects") / "value.toml"
    path.write_text(VALUE_DIALECT)
    return load_dialect(path)


class Says:
    """A generator that answers a prompt with what the table has for it."""

    name = "says@1"

    def __init__(self, table: dict[str, list[tuple[str, float | None]]], *, lost: int = 0) -> None:
        self.table, self.lost = table, lost
        self.asked: list[tuple[list[str], Sampling]] = []

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        self.asked.append(([prompt.text for prompt in prompts], sampling))
        rows = [self.table.get(prompt.text.removesuffix("<value>"), []) for prompt in prompts][self.lost :]
        return [Generated(tuple(Completion(text, logprob, 1, complete=False) for text, logprob in row), 1, 1) for row in rows]

    async def close(self) -> None:
        pass


async def test_the_value_is_the_mean_of_the_discounted_distances(value_dialect: Dialect) -> None:
    model = Says(
        {
            "exact": [("1", math.log(0.5)), ("3", math.log(0.25)), ("1", math.log(0.5)), ("rubbish", -0.1), (" 15\n", -100.0)],
            "counted": [("1", None), ("3", None), ("1", None), ("sorry", None)],
            "sure": [("0", -1e-9)],
            "unlikely": [("2", -2000.0)],
            "minus infinity": [("2", -math.inf), ("4", -1.0)],
        }
    )
    critic = ValueCritic(model, value_dialect, discount=0.5)
    values = await opinions(critic, about(*model.table))
    assert values == pytest.approx([(0.5 * 2 + 0.125) / 3, (0.5 * 2 + 0.125) / 3, 1.0, 0.25, (0.25 + 0.0625) / 2])
    assert critic.kind is Opinion.VALUE
    [(prompts, sampling)] = model.asked
    assert prompts[0] == "exact<value>"
    assert (sampling.max_tokens, sampling.samples, sampling.temperature, sampling.beams) == (1, 16, 1.0, False)


async def test_a_goal_of_which_it_says_nothing_is_as_far_as_the_farthest(value_dialect: Dialect) -> None:
    critic = ValueCritic(Says({"known": [("2", -0.1)], "odd": [("what", -0.1)]}), value_dialect, discount=0.5)
    assert await critic.score(about("odd", "too long to be read", "known")) == [0.5**15, 0.5**15, 0.25]


async def test_draws_depend_on_the_seed_of_the_attempt(value_dialect: Dialect) -> None:
    model = Says({"A": [("1", None)], "B": [("2", None)], "C": [("3", None)]})
    critic = ValueCritic(model, value_dialect, discount=0.5)
    mixed = [*about("A", seed=7), *about("B", seed=8), *about("C", seed=7)]
    assert await critic.score(mixed) == [0.5, 0.25, 0.125]
    assert [(prompts, sampling.seed) for prompts, sampling in model.asked] == [(["A<value>", "C<value>"], 7), (["B<value>"], 8)]
    beams = ValueCritic(model, value_dialect, discount=0.5, beams=True)
    assert await beams.score(mixed) == [0.5, 0.25, 0.125]
    assert (len(model.asked), model.asked[-1][1].beams) == (3, True)


async def test_a_model_that_never_says_a_distance_is_the_wrong_one(value_dialect: Dialect) -> None:
    critic = ValueCritic(Says({"A": [("rfl", -0.1)]}), value_dialect)
    for _ in range(PATIENCE - 1):
        await critic.score(about("A"))
    with pytest.raises(ModelFailed, match=r"says no distance of 32 goals, but 'rfl' after 'A<value>'"):
        await critic.score(about("A"))


async def test_one_that_has_said_a_distance_may_talk_rubbish_for_ever(value_dialect: Dialect) -> None:
    critic = ValueCritic(Says({"A": [("rfl", -0.1)], "B": [("1", -0.1)]}), value_dialect, discount=0.5)
    await critic.score(about("B"))
    assert await critic.score(about(*["A"] * 3 * PATIENCE)) == [0.5**15] * 3 * PATIENCE


async def test_goals_that_are_too_long_say_nothing_of_the_model(value_dialect: Dialect) -> None:
    assert await ValueCritic(Says({}), value_dialect, discount=0.5).score(about(*["A"] * 2 * PATIENCE)) == [0.5**15] * 2 * PATIENCE


async def test_lost_answers_are_the_models_failure(value_dialect: Dialect) -> None:
    with pytest.raises(ModelFailed, match="gave 1 answers to 2 prompts"):
        await ValueCritic(Says({"A": [("1", -0.1)]}, lost=1), value_dialect).score(about("A", "A"))


async def test_a_puct_search_goes_by_it(value_dialect: Dialect) -> None:
    table: Table = {"A": {"left": ("L",), "right": ("R",)}, "L": {"on": ("L1",)}, "L1": {}, "R": {"end": ()}}
    near: list[tuple[str, float | None]] = [("1", -0.1)]
    critic = ValueCritic(Says({"⊢ R": near}), value_dialect, discount=0.5)
    hunt = Hunt(Lean(table), critic=critic, search=SearchConfig(order=Order.PUCT, exploration=0.1))
    assert (await hunt.run()).outcome is Outcome.PROVED
    assert hunt.tried("L") == []


def test_options_out_of_range(value_dialect: Dialect) -> None:
    for discount in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="discount"):
            ValueCritic(Says({}), value_dialect, discount=discount)
    with pytest.raises(ValueError, match="critic by raw"):
        ValueCritic(Says({}), load_dialect("internlm2.5-step-prover-critic"))
    for texts, steps in ((("1",), (1.0,)), (("1", " 1"), (1.0, 2.0)), (("1", "2"), (2.0, 1.0)), (("1", "2"), (0.0, math.inf))):
        with pytest.raises(ValueError, match="bins"):
            Distances(texts, steps)


logprobs = st.one_of(st.none(), st.floats(max_value=0.0, allow_nan=False), st.just(math.nan))
answers = st.lists(st.tuples(st.one_of(st.sampled_from([str(n) for n in range(18)]), st.text(max_size=3)), logprobs), max_size=20)


@given(answers, st.floats(0.01, 0.99))
def test_whatever_is_written_the_value_lies_between_the_farthest_and_one(
    value_dialect: Dialect, row: list[tuple[str, float | None]], discount: float
) -> None:
    [value] = asyncio.run(ValueCritic(Says({"A": row}), value_dialect, discount=discount).score(about("A")))
    assert discount**15 * (1 - 1e-9) <= value <= 1


@pytest.mark.models
async def test_beams_of_a_local_model_give_the_exact_mean(value_dialect: Dialect) -> None:
    import torch

    from prover.models.loading import loaded
    from tests.fakes.tiny_models import llama, tokenizer

    model, words = llama(), tokenizer()
    with torch.no_grad():
        model.lm_head.weight[1] = 0.0
    options = LocalOptions(device="cpu", threads=1)
    local = LocalModel(loaded("tiny@0", model, words, options), options)
    digits = Distances(tuple("0123456789"), tuple(map(float, range(10))))
    critic = ValueCritic(local, value_dialect, distances=digits, discount=0.5, beams=True, samples=300)
    [value] = await critic.score(about("n : ℕ\n⊢ n = n"))
    await local.close()
    prompt = words("n : ℕ\n⊢ n = n<value>")["input_ids"]
    with torch.inference_mode():
        probabilities = torch.softmax(model(torch.tensor([prompt])).logits[0, -1].double(), 0)
    weight = [float(probabilities[words.convert_tokens_to_ids(text)]) for text in digits.texts]
    assert value == pytest.approx(sum(each * 0.5**n for n, each in enumerate(weight)) / sum(weight), rel=1e-5)
