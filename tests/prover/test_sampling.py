"""Attempts that differ by their seed alone, and by nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import fields, replace
from math import exp, isfinite, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lean_env.messages import Goal
from prover.policy import Candidate, Ranking, Situation, Usage, usage_of
from prover.sampling import Sampled, gumbels
from prover.symbolic import SymbolicPolicy
from tests.prover.symbolic.hand_made import goal

GOAL = Goal("n : ℕ\n⊢ n + 0 = n")


class Fixed:
    """A policy that answers these rows, one per goal, whatever the goals."""

    def __init__(self, *rows: list[Candidate]) -> None:
        self.rows = list(rows)

    async def suggest(self, situations: object, count: int) -> list[list[Candidate]]:  # noqa: ARG002 - the protocol's
        return self.rows


def rows_of(weights: dict[str, float]) -> list[Candidate]:
    return [Candidate(tactic, log(weight)) for tactic, weight in weights.items()]


async def drawn(row: list[Candidate], seed: int, temperature: float, at: Goal = GOAL) -> list[Candidate]:
    [answer] = await Sampled(Fixed(row), seed, temperature).suggest([Situation(at)], len(row))
    return answer


ROWS = st.lists(
    st.builds(Candidate, tactic=st.text(), logprob=st.floats(-50, 0), tokens=st.integers(1, 9), heartbeats=st.integers(0, 9)),
    max_size=20,
    unique_by=lambda candidate: candidate.tactic,
)


@given(row=ROWS, seed=st.integers(), temperature=st.floats(1e-6, 1e3))
async def test_the_same_candidates_best_first_and_log_probabilities_again(
    row: list[Candidate], seed: int, temperature: float
) -> None:
    answer = await drawn(row, seed, temperature)
    assert sorted(each.tactic for each in answer) == sorted(each.tactic for each in row)
    logprobs = [each.logprob for each in answer]
    assert logprobs == sorted(logprobs, reverse=True)
    assert all(isfinite(each) and each <= 0 for each in logprobs)
    if row:
        assert logprobs[0] == pytest.approx(max(each.logprob for each in row), abs=1e-9)


async def test_nothing_else_of_a_candidate_changes() -> None:
    odd = Candidate("omega", -1.0, 7, 55, 66, "closers")
    assert all(getattr(odd, each.name) != each.default for each in fields(Candidate)), "a field that this test does not see"
    [moved] = await drawn([odd], 3, 1.0)
    assert replace(moved, logprob=-1.0) == odd


async def test_temperature_zero_is_the_policy_itself() -> None:
    inner = Fixed([Candidate("a", -3.0), Candidate("b", -1.0)])
    assert await Sampled(inner, 1, 0.0).suggest([Situation(GOAL)], 2) is inner.rows


@pytest.mark.parametrize("temperature", [-1.0, float("inf"), float("nan")])
def test_a_temperature_that_is_none_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        Sampled(Fixed(), 0, temperature)


async def test_what_it_cost_is_still_known() -> None:
    for row in (rows_of({"a": 0.5, "b": 0.5}), []):
        assert usage_of(await drawn(Ranking(row, Usage(5, 7)), 1, 1.0)) == Usage(5, 7)


# -- what the noise depends on ------------------------------------------------------------------------------------------------


async def test_the_seed_decides_and_nothing_else() -> None:
    row = rows_of(dict.fromkeys("abcdefgh", 0.125))
    orders = {tuple(each.tactic for each in await drawn(row, seed, 1.0)) for seed in range(50)}
    assert len(orders) > 45
    assert await drawn(row, 7, 1.0) == await drawn(row, 7, 1.0)


async def test_goals_have_noise_of_their_own_and_a_tag_is_no_other_goal() -> None:
    row = rows_of(dict.fromkeys("abcdefgh", 0.125))
    one, tagged, other = [await drawn(row, 7, 1.0, at) for at in (GOAL, Goal(f"case inl\n{GOAL.text}"), Goal("⊢ True"))]
    assert one == tagged
    assert one != other


async def test_company_and_order_do_not_matter() -> None:
    row = rows_of({"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1})
    together = await Sampled(Fixed(row, row), 7, 1.0).suggest([Situation(Goal("⊢ True")), Situation(GOAL)], 4)
    assert together[1] == await drawn(row, 7, 1.0)
    assert await drawn(row[::-1], 7, 1.0) == await drawn(row, 7, 1.0)
    without_the_last = [each.tactic for each in await drawn(row[:3], 7, 1.0)]
    assert without_the_last == [each.tactic for each in await drawn(row, 7, 1.0) if each.tactic != "d"]


def test_no_process_sees_other_noise() -> None:
    code = "from prover.sampling import gumbels; print(gumbels('7 ⊢ n', ['simp', 'omega', 'ℕ']))"
    root = Path(__file__).resolve().parents[2]
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, cwd=root, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {f"{gumbels('7 ⊢ n', ['simp', 'omega', 'ℕ'])}\n"}


def test_the_noise_is_what_it_was_in_earlier_versions() -> None:
    # Runs are repeated and resumed by seed: who changes these numbers makes every run before incomparable.
    assert gumbels("0\0⊢ True\0", ["simp", "trivial"]) == pytest.approx([-0.34254702959373645, 1.0642263565218792], rel=1e-12)


# -- how it is distributed ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
async def test_a_candidate_comes_first_as_often_as_its_probability_says(temperature: float) -> None:
    weights = {"a": 0.55, "b": 0.25, "c": 0.15, "d": 0.05}
    tempered = {tactic: weight ** (1 / temperature) for tactic, weight in weights.items()}
    trials = 4000
    firsts = Counter([(await drawn(rows_of(weights), seed, temperature))[0].tactic for seed in range(trials)])
    for tactic, weight in tempered.items():
        probability = weight / sum(tempered.values())
        deviation = (probability * (1 - probability) / trials) ** 0.5
        assert abs(firsts[tactic] / trials - probability) < 4 * deviation, tactic


async def test_the_second_is_drawn_from_what_the_first_left() -> None:
    weights = {"a": 0.6, "b": 0.3, "c": 0.1}
    orders = [[each.tactic for each in await drawn(rows_of(weights), seed, 1.0)] for seed in range(4000)]
    after_a = Counter(order[1] for order in orders if order[0] == "a")
    assert after_a["b"] / after_a.total() == pytest.approx(0.75, abs=0.04)


def test_the_noise_is_gumbel() -> None:
    noise = sorted(gumbels("", [str(number) for number in range(10_000)]))
    distances = [abs((rank + 0.5) / len(noise) - exp(-exp(-value))) for rank, value in enumerate(noise)]
    assert max(distances) < 1.63 / len(noise) ** 0.5  # Kolmogorov's test at 1 %


async def test_at_a_low_temperature_what_closes_goals_still_comes_early() -> None:
    closers = [Candidate("omega", -0.1), Candidate("simp", -0.5)]
    row = closers + [Candidate(f"long shot {rank}", -1.0 - rank / 25) for rank in range(94)]
    ranks = [[each.tactic for each in await drawn(row, seed, 0.25)].index("omega") for seed in range(200)]
    assert sum(rank < 8 for rank in ranks) >= 198, "the first batch of tactics has eight"
    assert len(set(ranks)) > 3


async def test_the_symbolic_policy_can_be_sampled() -> None:
    goals = [Situation(goal("n : ℕ", "⊢ 3 ∣ n ^ 3 + 2 * n")), Situation(goal("n : ℕ", "⊢ n + 0 = n"))]
    plain = await SymbolicPolicy().suggest(goals, 96)
    orders = [await Sampled(SymbolicPolicy(), seed, 0.5).suggest(goals, 96) for seed in range(3)]
    assert orders[0] != orders[1] != orders[2]
    for rows in orders:
        assert [{each.tactic for each in row} for row in rows] == [{each.tactic for each in row} for row in plain]
