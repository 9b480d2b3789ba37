"""What a search is told when a learned policy stands on a floor of symbolic moves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.attempt import Outcome
from prover.mixing import Mixed
from prover.models.generator import ModelFailed
from prover.policy import Candidate, Ranking, Situation, Usage, usage_of
from prover.symbolic import SymbolicPolicy
from tests.fakes.hunting import Hunt, until
from tests.fakes.scripted_lean import Lean
from tests.prover.symbolic.hand_made import goal

AT = Situation(goal("n : ℕ", "⊢ n + 0 = n"))


@dataclass(slots=True)
class Fixed:
    """Answers with one row for each situation, after `gate`; or raises `error`."""

    row: Sequence[Candidate] = ()
    usage: Usage = field(default_factory=Usage)
    error: Exception | None = None
    gate: asyncio.Event | None = None
    asked: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    cancelled: bool = False

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        self.asked.append((len(situations), count))
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.error is not None:
            raise self.error
        return [Ranking(self.row[:count], self.usage) for _ in situations]


def row(**probabilities: float) -> list[Candidate]:
    return [Candidate(tactic, log(each)) for tactic, each in probabilities.items()]


async def mixed(learned: Sequence[Candidate], floor: Sequence[Candidate], mass: float = 0.02, count: int = 96) -> Ranking:
    [answer] = await Mixed(Fixed(learned), Fixed(floor), mass).suggest([AT], count)
    assert isinstance(answer, Ranking)
    return answer


def probabilities(answer: Sequence[Candidate]) -> dict[str, float]:
    return {each.tactic: exp(each.logprob) for each in answer}


async def test_it_is_the_mixture_of_two_distributions() -> None:
    # The floor's weights are 3 : 1 whatever they add up to; what the model says is a probability as it is.
    answer = await mixed(row(a=0.5, b=0.2), row(b=0.6, c=0.2), mass=0.1)
    assert probabilities(answer) == pytest.approx({"a": 0.45, "b": 0.18 + 0.075, "c": 0.025})
    assert [each.tactic for each in answer] == ["a", "b", "c"]


async def test_what_the_floor_finds_more_likely_comes_first() -> None:
    answer = await mixed(row(sure=0.9, unlikely=1e-9), row(simp=1.0), mass=0.02)
    assert [each.tactic for each in answer] == ["sure", "simp", "unlikely"]


async def test_equals_stand_as_their_policies_have_them_the_learned_first() -> None:
    answer = await mixed(row(a=0.25, b=0.25), row(c=0.5, d=0.5), mass=1 / 3)
    assert [each.tactic for each in answer] == ["a", "b", "c", "d"]
    assert len({round(each.logprob, 12) for each in answer}) == 1


async def test_tokens_limits_and_names_stay_with_their_tactics() -> None:
    learned = [Candidate("decide", -2.0, 7), Candidate("simp", -3.0, 4, heartbeats=5, soft_ms=6, move="learned")]
    floor = [
        Candidate("decide", -0.1, 1, 800, 9000, "closers"),
        Candidate("simp", -0.1, 1, 1, 2, "closers"),
        Candidate("rfl", -0.1),
    ]
    answer = {each.tactic: each for each in await mixed(learned, floor)}
    decide, simp = answer["decide"], answer["simp"]
    assert (decide.tokens, decide.heartbeats, decide.soft_ms, decide.move) == (7, 800, 9000, "closers")
    assert (simp.tokens, simp.heartbeats, simp.soft_ms, simp.move) == (4, 5, 6, "learned")
    assert answer["rfl"].tokens == 1


async def test_a_goal_of_which_the_model_says_nothing_is_not_lost_and_stands_back() -> None:
    silent = await mixed([], row(simp=0.5, omega=0.5))
    assert probabilities(silent) == pytest.approx({"simp": 0.01, "omega": 0.01})
    assert await mixed([], []) == []


async def test_without_mass_there_is_no_floor() -> None:
    floor = Fixed(row(simp=1.0))
    [answer] = await Mixed(Fixed(row(a=0.5)), floor, 0.0).suggest([AT], 8)
    assert [(each.tactic, each.logprob) for each in answer] == [("a", log(0.5))]
    assert floor.asked == []


async def test_the_floor_has_places_of_its_own() -> None:
    many = [Candidate(f"model {rank}", -0.1 * rank) for rank in range(100)]
    answer = await mixed(many, row(omega=0.7, simp=0.3), count=10)
    assert len(answer) == 10
    assert answer[-1].tactic == "omega"
    answer = await mixed(many, [Candidate(f"move {rank}", -3.0) for rank in range(100)], count=100)
    assert sum(each.tactic.startswith("move") for each in answer) >= 2


async def test_everybody_s_tokens_are_counted() -> None:
    mixture = Mixed(Fixed(row(a=0.5), Usage(100, 20)), Fixed(row(b=0.5), Usage(3, 4)))
    rows = await mixture.suggest([AT, AT], 8)
    assert [usage_of(each) for each in rows] == [Usage(103, 24)] * 2


async def test_both_are_asked_at_once_and_waited_for() -> None:
    learned, floor = Fixed(row(a=0.5), gate=asyncio.Event()), Fixed(row(b=0.5), gate=asyncio.Event())
    asking = asyncio.create_task(Mixed(learned, floor).suggest([AT], 8))
    await until(lambda: learned.asked == floor.asked == [(1, 8)])
    assert floor.gate is not None
    assert learned.gate is not None
    floor.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asking.done()
    learned.gate.set()
    assert [each.tactic for each in (await asking)[0]] == ["a", "b"]


async def test_a_model_that_fails_is_our_machinery_and_said_so() -> None:
    floor = Fixed(row(b=0.5), gate=asyncio.Event())
    with pytest.raises(ModelFailed, match="out of memory"):
        await Mixed(Fixed(error=ModelFailed("out of memory")), floor).suggest([AT], 8)
    assert floor.cancelled


async def test_who_goes_away_takes_both_calls_along() -> None:
    learned, floor = Fixed(gate=asyncio.Event()), Fixed(gate=asyncio.Event())
    asking = asyncio.create_task(Mixed(learned, floor).suggest([AT], 8))
    await until(lambda: learned.asked == floor.asked == [(1, 8)])
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert learned.cancelled
    assert floor.cancelled


async def test_a_temperature_makes_the_model_less_sure_and_not_less_likely() -> None:
    [flat] = await Mixed(Fixed(row(a=0.4, b=0.1)), Fixed(), 0.0, temperature=2.0).suggest([AT], 8)
    assert probabilities(flat) == pytest.approx({"a": 0.5 * 2 / 3, "b": 0.5 / 3})
    [sharp] = await Mixed(Fixed(row(a=0.4, b=0.1)), Fixed(), 0.0, temperature=0.5).suggest([AT], 8)
    assert probabilities(sharp) == pytest.approx({"a": 0.5 * 16 / 17, "b": 0.5 / 17})


@pytest.mark.parametrize(("mass", "temperature"), [(-0.1, 1.0), (1.0, 1.0), (float("nan"), 1.0), (0.1, 0.0), (0.1, float("inf"))])
def test_options_out_of_range_are_refused(mass: float, temperature: float) -> None:
    with pytest.raises(ValueError, match=r"mass|temperature"):
        Mixed(Fixed(), Fixed(), mass, temperature)


candidates = st.lists(st.builds(Candidate, st.sampled_from("abcdefgh"), st.floats(-800, 0), st.integers(1, 9)), max_size=8).map(
    lambda rows: sorted(rows, key=lambda each: -each.logprob)
)


@given(candidates, candidates, st.floats(0.0, 0.99), st.integers(1, 9), st.sampled_from((0.3, 1.0, 7.0)))
def test_a_mixture_keeps_the_rules_of_policies(
    learned: list[Candidate], floor: list[Candidate], mass: float, count: int, temperature: float
) -> None:
    [answer] = asyncio.run(Mixed(Fixed(learned), Fixed(floor), mass, temperature).suggest([AT], count))
    assert len(answer) <= count
    tactics = [each.tactic for each in answer]
    assert len(set(tactics)) == len(tactics)
    logprobs = [each.logprob for each in answer]
    assert logprobs == sorted(logprobs, reverse=True)
    assert all(-3000 < each <= 0 for each in logprobs)
    assert set(tactics) <= {each.tactic for each in (*learned, *(floor if mass else ()))}
    if mass and floor:  # no goal is without the floor's best
        assert {each.tactic for each in floor} & set(tactics)


async def test_a_model_that_says_nothing_useful_is_carried_by_the_symbolic_moves() -> None:
    rubbish = Fixed([Candidate("I think we should use induction.", -1.0, 9), Candidate("sorry", -2.0)])
    [answer] = await Mixed(rubbish, SymbolicPolicy()).suggest([AT], 96)
    assert answer[0].tactic == "I think we should use induction."
    assert {"rfl", "simp"} <= {each.tactic for each in answer}


async def test_with_a_floor_the_queue_does_not_run_empty() -> None:
    table: dict[str, dict[str, tuple[str, ...]]] = {"A": {"go": ("B",)}, "B": {"end": ()}}
    learned = Fixed([Candidate("nonsense", -0.5, 4)])
    assert (await Hunt(Lean(table), policy=learned).run()).outcome is Outcome.EXHAUSTED
    floor = Fixed([Candidate("go", -1.0), Candidate("end", -1.0)])
    assert (await Hunt(Lean(table), policy=Mixed(learned, floor)).run()).outcome is Outcome.PROVED
