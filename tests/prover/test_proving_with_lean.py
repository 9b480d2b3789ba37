"""Attempts on the real engine: what only real workers can show."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio

from lean_env.embedded import session as session_module
from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.reading import Reading, read_text
from lean_env.statement import Statement
from prover.attempt import Attempt, Outcome
from prover.config import ProveConfig
from prover.lane import Side, StatementRefused
from prover.lemmas import LemmaLibrary
from prover.mixing import Mixed
from prover.policy import Candidate, Policy, Situation
from prover.proving import Progress, prove_statement
from prover.sampling import Sampled
from prover.symbolic import SymbolicPolicy
from prover.workshop import Workshop, workshop
from search.budget import Budget
from search.config import SearchConfig
from search.frontier import Order
from tests.cli.acceptance import OUT_OF_REACH, PROVED
from tests.fakes.scripted_session import ScriptedPolicy

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncGenerator[Workshop]:
    async with workshop(ensure_engine(), 2) as shop:
        yield shop


async def statement(shop: Workshop, text: str) -> Statement:
    """The last theorem of a text."""
    async with shop.pool.lease() as session:
        reading = await read_text(session, text)
    assert isinstance(reading, Reading), reading
    return reading.listings[-1].statement


class Watched:
    """An attempt with what it showed while it ran."""

    def __init__(self) -> None:
        self.sides: tuple[Side, ...] = ()
        self.shown: list[Progress] = []

    async def attempt(self, shop: Workshop, text: str, policy: Policy | None = None, config: ProveConfig | None = None) -> Attempt:
        return await prove_statement(
            await statement(shop, text),
            pool=shop.pool,
            checker=shop.checker,
            policy=policy or SymbolicPolicy(),
            config=config or ProveConfig(),
            clock=time.monotonic,
            watch=self.watch,
            observe=self.observe,
        )

    def watch(self, progress: Progress) -> None:
        self.shown.append(progress)

    def observe(self, sides: tuple[Side, ...]) -> None:
        self.sides = sides

    def tried(self) -> list[list[str]]:
        """Every tactic at every goal, with what it led to, as text that does not depend on a worker."""
        nodes = [node for side in self.sides for node in side.search.tree.nodes]
        return [[node.key, *(f"{e.tactic} {e.children}" for e in node.edges), *map(repr, node.failures)] for node in nodes]


async def test_a_tactic_that_loops_costs_a_worker_and_the_search_goes_on(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "STEP_GRACE_S", 0.3)
    goal = "n : ℕ\n⊢ 0 + n = n"
    loop = Candidate("sleep 600000", -0.1, soft_ms=100)
    policy = ScriptedPolicy({goal: [Candidate("constructor", -0.05), loop, Candidate("omega", -0.2)]})
    watched = Watched()
    config = ProveConfig(workers=1, negation_share=0)
    attempt = await watched.attempt(shop, "theorem t (n : ℕ) : 0 + n = n", policy, config)
    assert attempt.outcome is Outcome.PROVED
    assert attempt.script == ("omega",)
    assert attempt.effort.workers_lost == 2, "once in the batch, once alone"
    failures = {failure.tactic: failure.reason for failure in watched.sides[0].search.tree.nodes[0].failures}
    assert "the worker was lost" in failures["sleep 600000"]
    assert "lost" not in failures["constructor"]


class Killer(Watched):
    """Kills every search worker when the first tactics have been tried."""

    def __init__(self, started: list[EmbeddedSession]) -> None:
        super().__init__()
        self.killed = 0
        self._started = started

    def watch(self, progress: Progress) -> None:
        super().watch(progress)
        if not self.killed:
            for session in self._started:
                if session.alive:
                    os.kill(session.pid, signal.SIGKILL)
                    self.killed += 1


async def test_workers_killed_in_mid_search_do_not_cost_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[EmbeddedSession] = []
    start = EmbeddedSession.start

    async def remembered(engine: object = None) -> EmbeddedSession:
        started.append(await start(engine))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(EmbeddedSession, "start", remembered)
    async with workshop(ensure_engine(), 2) as shop:
        killer = Killer(started)
        attempt = await killer.attempt(shop, "theorem t (n : ℕ) : 3 ∣ n^3 + 2*n", config=ProveConfig(negation_share=0))
    assert killer.killed >= 1
    assert attempt.outcome is Outcome.PROVED
    assert attempt.effort.workers_lost >= 1
    assert not any(session.alive for session in started)


class ByHeartbeats(SymbolicPolicy):
    """The symbolic policy without limits of time, which a loaded machine would meet sooner than an idle one."""

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        suggested = await super().suggest(situations, count)
        return [[replace(each, soft_ms=0, heartbeats=min(each.heartbeats or 100, 100)) for each in row] for row in suggested]


SEVERAL_STEPS = PROVED["t10"]


@pytest.mark.parametrize("order", [Order.BEST, Order.PUCT, Order.BREADTH, Order.DEPTH])
async def test_every_strategy_proves_with_lean(shop: Workshop, order: Order) -> None:
    config = ProveConfig(Budget(expansions=40), SearchConfig(order=order), lookahead=1)
    assert (await Watched().attempt(shop, SEVERAL_STEPS, config=config)).outcome is Outcome.PROVED


async def test_a_model_that_writes_nonsense_is_carried_by_the_floor(shop: Workshop) -> None:
    nonsense = ["I would use induction", "sorry", "exact?!", "```lean", "theorem t : False := by"]
    policy = Mixed(ScriptedPolicy({}, default=nonsense), SymbolicPolicy())
    attempt = await Watched().attempt(shop, SEVERAL_STEPS, policy, ProveConfig(Budget(expansions=40)))
    assert attempt.outcome is Outcome.PROVED
    assert not any(word in attempt.proof for word in ("sorry", "I would"))


async def test_one_worker_makes_the_same_search_twice(shop: Workshop) -> None:
    config = ProveConfig(budget=Budget(steps=24), workers=1)
    first, second = Watched(), Watched()
    attempts = [await watched.attempt(shop, OUT_OF_REACH, ByHeartbeats(), config) for watched in (first, second)]
    assert [attempt.outcome for attempt in attempts] == [Outcome.OUT_OF_BUDGET] * 2
    assert attempts[0].effort.steps == attempts[1].effort.steps == 24
    assert attempts[0].open_goals == attempts[1].open_goals
    assert first.tried() == second.tried()


async def test_a_seed_makes_a_search_that_can_be_made_again(shop: Workshop) -> None:
    config = ProveConfig(budget=Budget(steps=24), workers=1)
    searches: list[list[list[str]]] = []
    for seed in (1, 1, 2):
        watched = Watched()
        await watched.attempt(shop, OUT_OF_REACH, Sampled(ByHeartbeats(), seed, 1.0), config)
        searches.append(watched.tried())
    assert searches[0] == searches[1] != searches[2]


async def test_what_was_waited_for_is_no_more_than_the_time_there_was(shop: Workshop) -> None:
    attempt = await Watched().attempt(shop, OUT_OF_REACH, config=ProveConfig(budget=Budget(steps=24), workers=1))
    effort = attempt.effort
    assert effort.steps == effort.advanced + effort.refused + effort.limited == 24
    assert min(effort.lean_seconds, effort.policy_seconds) > 0
    assert effort.lean_seconds + effort.policy_seconds <= effort.seconds + 1e-6


async def test_an_attempt_leaves_nothing_in_its_workers(shop: Workshop) -> None:
    async with shop.pool.lease() as session:
        before = await session.stats()
    for text in ("theorem t (p q : Prop) (h : p ∧ q) : q ∧ p", OUT_OF_REACH, "def f := 1\ntheorem t : f = 1"):
        await Watched().attempt(shop, text, config=ProveConfig(budget=Budget(steps=20), workers=1))
    async with shop.pool.lease() as session:
        after = await session.stats()
    assert (after.states, after.envs) == (before.states, before.envs)


async def test_cancelling_leaves_workers_that_can_be_used(shop: Workshop) -> None:
    watched = Watched()
    running = asyncio.create_task(watched.attempt(shop, OUT_OF_REACH, config=ProveConfig(budget=Budget())))
    async with asyncio.timeout(60):
        while not watched.shown:  # noqa: ASYNC110 - a search sets no event of ours
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    attempt = await Watched().attempt(shop, "theorem t (n : ℕ) : n + 0 = n")
    assert attempt.outcome is Outcome.PROVED


async def test_a_text_may_bring_our_lemmas_along(shop: Workshop) -> None:
    lemma = LemmaLibrary.load().source(["pow_residue"])
    attempt = await Watched().attempt(shop, f"{lemma}\n\ntheorem t (n : ℕ) : 2 ∣ n^2 + n")
    assert attempt.outcome is Outcome.PROVED
    assert attempt.proof.count("theorem pow_residue") == 1


async def test_what_stands_before_a_theorem_may_not_need_a_hole(shop: Workshop) -> None:
    text = "theorem two : 0 < 2 := sorry\ndef f : Fin 2 := ⟨0, two⟩\ntheorem t : f.val = 0"
    with pytest.raises(StatementRefused, match="two") as caught:
        await Watched().attempt(shop, text)
    assert caught.value.source.endswith("def f : Fin 2 := ⟨0, two⟩")
    assert caught.value.refusal.messages[0].pos is not None
    assert caught.value.refusal.messages[0].pos.line == 2


async def test_an_axiom_of_the_text_proves_nothing(shop: Workshop) -> None:
    config = ProveConfig(budget=Budget(steps=200), negation_share=0)
    attempt = await Watched().attempt(shop, "axiom no : False\ntheorem t : 1 = 2 ∧ no = no", config=config)
    assert attempt.outcome is not Outcome.PROVED
