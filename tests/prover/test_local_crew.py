"""Hands with a real Lean worker: what a record says, whose seed decides, and what is left when they are closed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lean_env.embedded.install import ensure_engine
from lean_env.errors import EnvError
from lean_env.statement import Statement
from prover.attempt import Outcome
from prover.config import ProveConfig
from prover.crew import Crew, Hand, Job, Withdrawn
from prover.local_crew import LocalCrew, LocalHand, open_hand
from prover.methods import TreeSearch
from prover.policy import Candidate, Policy, Situation
from prover.problems import Problem
from prover.records import Cause
from prover.run_config import RunConfig
from search.budget import Budget
from search.config import SearchConfig
from tests.cli.running import children
from tests.fakes.runs import CONFIG

pytestmark = [
    pytest.mark.lean,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]

ENOUGH_S = 60.0
STEPS = replace(
    CONFIG, temperature=0.0, tree_nodes=4, prove=ProveConfig(Budget(steps=8), SearchConfig(width=4), workers=1, negation_share=0)
)
EASY = Statement("easy", "theorem easy (a b : Nat) : a + b = b + a", "(a b : Nat)", "a + b = b + a")
HARD = Statement("hard", "theorem hard (n : Nat) : n ^ 2 + n + 41 < 2 ^ n + 99", "(n : Nat)", "n ^ 2 + n + 41 < 2 ^ n + 99")
BROKEN = Statement("broken", "theorem broken (n : Nat) : n = true", "(n : Nat)", "n = true")


def job(statement: Statement, number: int = 1, *, seed: int = 1, control: str = "") -> Job:
    return Job(f"{statement.name}#{number}", statement.name, number, seed, statement, control)


@asynccontextmanager
async def hired(config: RunConfig = STEPS, policy: Policy | None = None) -> AsyncGenerator[LocalHand]:
    """A hand of a crew of one; afterwards nothing is left of it."""
    before = set(children(os.getpid()))
    crew = LocalCrew(ensure_engine(), config, 1, method=TreeSearch(policy, config.temperature) if policy else None)
    try:
        assert set(children(os.getpid())) == before, "nothing starts before the first hire"
        hand = await crew.hire()
        try:
            yield hand
        finally:
            await hand.close()
            await hand.close()
    finally:
        await crew.close()
    async with asyncio.timeout(ENOUGH_S):
        while set(children(os.getpid())) - before:  # noqa: ASYNC110 - processes end in their own time
            await asyncio.sleep(0.01)


class Told:
    """A policy that says always the same, and counts how often it was asked."""

    def __init__(self, *tactics: str) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._row = [Candidate(tactic, -0.5 * rank) for rank, tactic in enumerate(tactics)]

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        self.asked += 1
        await self.gate.wait()
        return [self._row[:count] for _ in situations]


async def test_a_record_says_everything_about_its_attempt() -> None:
    async with hired() as hand:
        worked: Hand = hand
        result = await worked.attempt(job(EASY, 3, seed=77))
        record, tree = result.record, result.tree
        assert (record.key, record.name, record.attempt, record.seed) == ("easy#3", "easy", 3, 77)
        assert (record.outcome, record.tier, record.cause, record.control) == (Outcome.PROVED, "T2", "", "")
        assert record.proof.startswith("theorem easy (a b : Nat) : a + b = b + a := by\n")
        assert all(line.strip() in record.proof for line in record.script)
        assert record.script
        assert record.statement_sha256 == EASY.digest
        assert len(record.export_sha256) == 64
        assert record.effort.steps >= 1
        assert record.effort.seconds > 0
        assert record.begun.endswith("+00:00")
        assert record.worker == hand.name
        assert str(os.getpid()) in hand.name
        assert tree is not None
        assert (tree.key, len(tree.nodes) <= 4) == ("easy#3", True)
        await worked.check_alive()


async def test_what_is_not_proved_leaves_goals_and_reason() -> None:
    async with hired(policy=Told("skip", "cases n")) as hand:
        record = (await hand.attempt(job(HARD))).record
        assert record.outcome in (Outcome.OUT_OF_BUDGET, Outcome.EXHAUSTED)
        assert record.effort.steps <= 8
        assert (record.tier, record.proof, record.script, record.export_sha256) == ("", "", (), "")
        assert record.reason
        assert record.open_goals
        assert len(record.open_goals) <= 3


async def test_a_statement_that_lean_refuses_is_not_run() -> None:
    async with hired() as hand:
        result = await hand.attempt(job(BROKEN))
        assert (result.record.outcome, result.record.cause) == (Outcome.NOT_RUN, Cause.REFUSED)
        assert result.record.reason
        assert result.tree is None
        assert (await hand.attempt(job(EASY))).record.outcome is Outcome.PROVED


async def test_controls_have_a_policy_and_a_budget_of_their_own() -> None:
    policy = Told("omega")
    async with hired(policy=policy) as hand:
        for control in ("noop", "sorry"):
            result = await hand.attempt(job(EASY, control=control))
            assert result.record.control == control
            assert result.record.outcome not in (Outcome.PROVED, Outcome.REFUTED, Outcome.NOT_RUN)
            assert result.tree is None
            assert result.record.effort.steps > 8
        assert policy.asked == 0


async def test_no_trees_are_kept_where_none_are_wanted() -> None:
    async with hired(replace(STEPS, tree_nodes=0), Told("omega")) as hand:
        assert (await hand.attempt(job(EASY))).tree is None


async def test_what_an_attempt_does_depends_on_its_seed_alone() -> None:
    hot = replace(STEPS, temperature=3.0)
    told = ("skip", "omega", "rfl", "simp", "trivial", "assumption", "decide", "exact Nat.add_comm a b")
    async with hired(hot, Told(*told)) as hand:
        first = {seed: (await hand.attempt(job(EASY, seed=seed))).record for seed in range(6)}
    async with hired(hot, Told(*told)) as hand:
        again = {seed: (await hand.attempt(job(EASY, 9, seed=seed))).record for seed in reversed(range(6))}
    for seed, record in first.items():
        assert (record.script, record.effort.steps) == (again[seed].script, again[seed].effort.steps)
    assert len({record.effort.steps for record in first.values()}) > 1, "other seeds, other searches"


async def test_jobs_take_turns_and_one_that_waits_can_be_taken_back() -> None:
    policy = Told("omega")
    async with hired(policy=policy) as hand:
        policy.gate.clear()
        first = asyncio.create_task(hand.attempt(job(EASY, 1)))
        waiting = [asyncio.create_task(hand.attempt(job(EASY, number))) for number in (2, 3)]
        async with asyncio.timeout(ENOUGH_S):
            while not policy.asked:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        assert not await hand.withdraw("easy#1"), "it has begun"
        assert await hand.withdraw("easy#2")
        assert not await hand.withdraw("easy#2")
        assert not await hand.withdraw("nobody#1")
        policy.gate.set()
        async with asyncio.timeout(ENOUGH_S):
            assert (await first).record.key == "easy#1"
            with pytest.raises(Withdrawn):
                await waiting[0]
            assert (await waiting[1]).record.key == "easy#3"


async def test_a_worker_that_is_killed_between_two_jobs_is_replaced() -> None:
    before = set(children(os.getpid()))
    async with hired() as hand:
        for worker in set(children(os.getpid())) - before:
            os.kill(worker, signal.SIGKILL)
        outcomes = [await _ending(hand, number) for number in range(1, 4)]
        assert outcomes[-1] is Outcome.PROVED, outcomes


async def _ending(hand: LocalHand, number: int) -> object:
    """The outcome, or the failure of our machinery, which the dispatcher tries again."""
    try:
        return (await hand.attempt(job(EASY, number))).record.outcome
    except EnvError as failure:
        return failure


async def test_closing_a_hand_ends_what_it_does() -> None:
    policy = Told("omega")
    policy.gate.clear()
    async with hired(policy=policy) as hand:
        attempt = asyncio.create_task(hand.attempt(job(EASY)))
        async with asyncio.timeout(ENOUGH_S):
            while not policy.asked:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
            attempt.cancel()
            await asyncio.gather(attempt, return_exceptions=True)


async def test_a_hand_that_stands_alone_reads_proves_and_ends_its_judge_too() -> None:
    before = set(children(os.getpid()))
    hand = await open_hand(STEPS)
    try:
        read = await hand.read(Problem("easy", f"{EASY.signature} := by sorry"))
        assert read.statement is not None
        assert (await hand.attempt(job(read.statement))).record.outcome is Outcome.PROVED
    finally:
        await hand.close()
    async with asyncio.timeout(ENOUGH_S):
        while set(children(os.getpid())) - before:  # noqa: ASYNC110 - processes end in their own time
            await asyncio.sleep(0.01)


def test_a_crew_is_as_large_as_it_is_told() -> None:
    crew: Crew = LocalCrew(ensure_engine(), STEPS, 3)
    assert (crew.size, crew.ahead) == (3, 0)
    asyncio.run(crew.close())
