"""A model as a policy: what it writes becomes ranked tactics, rubbish becomes nothing, and what it cost is told."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from lean_env.messages import Goal
from prover.models.dialect import load_dialect
from prover.models.generator import Completion, Generated, ModelFailed, Prompt, Sampling
from prover.models.model_policy import MAX_TACTIC_LETTERS, ModelPolicy
from prover.policy import Candidate, Situation, usage_of
from prover.premises import Premise, PremiseIndex

BFS = load_dialect("bfs-prover")


class Told:
    """A generator that answers every prompt with the same completions, and remembers what it was asked."""

    name = "told@1"

    def __init__(self, *completions: Completion) -> None:
        self.completions = completions
        self.asked: list[tuple[list[Prompt], Sampling]] = []

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        self.asked.append((list(prompts), sampling))
        return [Generated(self.completions, 7, sum(each.tokens for each in self.completions)) for _ in prompts]

    async def close(self) -> None:
        pass


def said(text: str, logprob: float | None = -1.0, tokens: int = 3) -> Completion:
    return Completion(text, logprob, tokens, complete=True)


def situation(text: str = "n : ℕ\n⊢ n = n", *, seed: int = 0, theorem: str = "t") -> Situation:
    return Situation(Goal(text), theorem, seed=seed)


async def suggested(model: Told, count: int = 8, *situations: Situation) -> list[list[Candidate]]:
    policy = ModelPolicy(model, BFS, BFS.sampling(samples=4))
    return await policy.suggest(situations or [situation()], count)


async def test_candidates_are_ranked_by_what_the_model_thinks_of_them() -> None:
    [row] = await suggested(Told(said("simp", -3.0), said("omega", -0.5, 2), said("rfl", -1.0)))
    assert [(each.tactic, each.logprob, each.tokens) for each in row] == [("omega", -0.5, 2), ("rfl", -1.0, 3), ("simp", -3.0, 3)]
    assert {each.move for each in row} == {"bfs-prover"}


async def test_what_was_drawn_twice_is_one_candidate_with_the_better_log_prob() -> None:
    [row] = await suggested(Told(said("simp", -2.0), said("simp", -1.5), said("rfl", -1.75)))
    assert [(each.tactic, each.logprob) for each in row] == [("simp", -1.5), ("rfl", -1.75)]


async def test_a_log_prob_of_zero_is_the_best_there_is() -> None:
    [row] = await suggested(Told(said("simp", -2.0), said("simp", 0.0), said("rfl", -1.0)))
    assert (row[0].tactic, row[0].logprob) == ("simp", 0.0)


async def test_without_log_probs_the_share_of_the_draws_counts() -> None:
    [row] = await suggested(Told(said("simp", None), said("simp", None), said("rfl", None), said("simp", math.nan)))
    assert [(each.tactic, round(math.exp(each.logprob), 2)) for each in row] == [("simp", 0.75), ("rfl", 0.25)]


async def test_the_cost_travels_with_each_row() -> None:
    rows = await suggested(Told(said("simp", tokens=5), said("rfl", tokens=2)), 8, situation(), situation("⊢ True"))
    assert [(usage_of(row).prompt_tokens, usage_of(row).output_tokens) for row in rows] == [(7, 7), (7, 7)]


@pytest.mark.parametrize("rubbish", ["", " \n ", "\x00", "x" * (MAX_TACTIC_LETTERS + 1), "∀" * 1_000_000])
async def test_rubbish_is_one_candidate_less(rubbish: str) -> None:
    [row] = await suggested(Told(said(rubbish), said("rfl")))
    assert "rfl" in {each.tactic for each in row}
    assert len(row) <= 2


async def test_nothing_at_all_is_no_candidates() -> None:
    assert await suggested(Told()) == [[]]


async def test_tokens_that_were_not_decoded_are_the_machinerys_failure() -> None:
    with pytest.raises(ModelFailed, match="tokenizer"):
        await suggested(Told(said("ĠsimpĊ"), said("Ġrfl")))


async def test_each_seed_is_asked_for_itself_and_rows_stay_in_order() -> None:
    model = Told(said("rfl"))
    goals = [situation("⊢ A", seed=1), situation("⊢ B", seed=2), situation("⊢ C", seed=1)]
    assert len(await suggested(model, 2, *goals)) == 3
    asked = sorted((sampling.seed, sampling.samples, [prompt.text for prompt in prompts]) for prompts, sampling in model.asked)
    assert asked == [(1, 2, ["⊢ A:::", "⊢ C:::"]), (2, 2, ["⊢ B:::"])]


async def test_premises_are_shown_where_the_dialect_shows_them_but_not_the_theorem_itself() -> None:
    index = PremiseIndex([Premise("Nat.mul_comm", "∀ (n m : ℕ), n * m = m * n"), Premise("Mine", "∀ (n m : ℕ), n * m = m * n")])
    model = Told(said("exact Nat.mul_comm x y"))
    dialect = load_dialect("reprover-retrieval")
    policy = ModelPolicy(model, dialect, dialect.sampling(samples=1, beams=False), premises=index)
    await policy.suggest([situation("x y : ℕ\n⊢ x * y = y * x", theorem="Mine")], 4)
    [([prompt], _)] = model.asked
    assert "Nat.mul_comm" in prompt.text
    assert "Mine" not in prompt.text


def test_a_dialect_for_whole_proofs_is_no_policy() -> None:
    dialect = load_dialect("kimina")
    with pytest.raises(ValueError, match="kimina is for the task proof"):
        ModelPolicy(Told(), dialect, dialect.sampling())
