"""Failing whole proofs as seeds of a tree search."""

from __future__ import annotations

from collections.abc import Sequence

from lean_env.messages import Goal, Opened
from prover.attempt import Outcome
from prover.policy import Candidate, Ranking, Situation, Usage
from prover.whole.account import FailedProof
from prover.whole.cut import Cut
from prover.whole.resuming import SEED, SEED_LOGPROB, Seeded, goals_on_the_way, seeds_of
from tests.fakes.hunting import Hunt
from tests.fakes.scripted_lean import Effect, Lean, goal_of
from tests.fakes.scripted_session import ScriptedPolicy, Shop

TABLE = {
    "A": {"split": ("B", "C")},
    "B": {"turn": ("D",)},
    "C": {"c": ()},
    "D": {"d": (), "wrong": Effect(refuses="no")},
}


def failed(*lines: str, goals: tuple[str, ...] = ("⊢ D",)) -> FailedProof:
    return FailedProof((*lines, "wrong"), ("no",), Cut(lines, goals) if lines else None)


def test_seeds_are_the_longest_parts_that_work() -> None:
    failures = [failed("split"), failed("split", "turn"), failed("other"), failed(), failed("split", "turn")]
    assert seeds_of(failures) == [("split", "turn"), ("other",)]
    assert seeds_of([]) == []


async def walked(*proofs: tuple[str, ...], lean: Lean | None = None) -> dict[str, tuple[str, ...]]:
    shop = Shop(lean or Lean(TABLE))
    async with shop.pool.lease() as session:
        opened = await session.open("theorem t : A")
        assert isinstance(opened, Opened)
        found = await goals_on_the_way(session, opened.part, proofs, heartbeats=200, soft_ms=1000)
        await session.free([opened.part.state])
    assert shop.handles() == 0
    return {key.removeprefix("⊢ "): tactics for key, tactics in found.items()}


async def test_a_proof_is_taken_apart_by_the_goals_it_meets() -> None:
    assert await walked(("split", "turn", "d", "c")) == {"A": ("split",), "B": ("turn",), "D": ("d",), "C": ("c",)}


async def test_a_bullet_that_fails_does_not_hide_the_next() -> None:
    proof = ("split", "· turn", "  wrong", "  d", "· c")
    assert await walked(proof) == {"A": ("split",), "B": ("turn",), "C": ("c",)}


async def test_a_tactic_that_fails_ends_its_proof_and_no_other() -> None:
    lean = Lean({**TABLE, "A": {"split": ("B", "C"), "win": ()}})
    assert await walked(("split", "wrong", "c"), ("win", "win"), ("split", "turn"), lean=lean) == {
        "A": ("split", "win"),
        "B": ("turn",),
    }


class Inner:
    """A policy that says the same of every goal."""

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        return [Ranking([Candidate("split", -0.5), Candidate("simp", -2.0)][:count], Usage(10, 3)) for _ in situations]


async def test_seeds_come_first_and_nothing_twice() -> None:
    policy = Seeded(Inner(), {goal_of("A").key: ("split", "win")})
    situations = [Situation(goal_of("A")), Situation(goal_of("B")), Situation(Goal("case x\n⊢ A"))]
    rows = await policy.suggest(situations, 3)
    assert [candidate.tactic for candidate in rows[0]] == ["split", "win", "simp"]
    assert [candidate.move for candidate in rows[0]] == [SEED, SEED, ""]
    assert rows[0][0].logprob == SEED_LOGPROB
    assert [candidate.tactic for candidate in rows[1]] == ["split", "simp"]
    assert [candidate.tactic for candidate in rows[2]] == ["split", "win", "simp"], "a goal's tag does not matter"
    assert all(isinstance(row, Ranking) and row.usage == Usage(10, 3) for row in rows)
    assert [len(row) for row in await policy.suggest(situations, 1)] == [1, 1, 1]


async def test_no_candidate_is_likelier_than_a_seed() -> None:
    rows = await Seeded(Inner(), {goal_of("A").key: ("win",)}, logprob=-3.0).suggest([Situation(goal_of("A"))], 9)
    assert rows[0][0] == Candidate("win", -0.5, move=SEED)


async def test_a_search_ends_what_a_whole_proof_began() -> None:
    alone = ScriptedPolicy({"C": ["c"], "D": ["d"]})
    assert (await Hunt(Lean(TABLE), policy=alone).run()).outcome is Outcome.EXHAUSTED
    seeds = await walked(*seeds_of([failed("split", "turn")]))
    seeded = Seeded(alone, {goal_of(goal).key: tactics for goal, tactics in seeds.items()})
    attempt = await Hunt(Lean(TABLE), policy=seeded).run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.script == ("split", "· turn", "  d", "· c")
