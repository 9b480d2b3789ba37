"""Whole proofs on the real engine: Lean's positions, repair, resumption, salvage, and the way into the tree search."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.embedded.install import ensure_engine
from lean_env.messages import Opened
from lean_env.statement import Statement
from prover.attempt import Attempt, Outcome
from prover.config import ProveConfig
from prover.models.dialect import load_dialect
from prover.proving import prove_statement
from prover.whole.account import Drafts
from prover.whole.config import WholeProofConfig
from prover.whole.cut import cut
from prover.whole.resuming import Seeded, goals_on_the_way, seeds_of
from prover.whole.whole_proof import prove_whole
from prover.workshop import Workshop, workshop
from search.budget import Budget
from tests.fakes.scripted_model import ScriptedModel, block
from tests.fakes.scripted_session import ScriptedPolicy

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

BOTH = Statement("t", "theorem t (a b : Nat) (h : a = b) : b = a ∧ a = b", "(a b : Nat) (h : a = b)", "b = a ∧ a = b")
RIGHT = f"{BOTH.signature} := by\n  constructor\n  · exact h.symm\n  · exact h"
WRONG = f"{BOTH.signature} := by\n  constructor\n  · exact h.symm\n  · exact foo h"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncGenerator[Workshop]:
    async with workshop(ensure_engine(), 1) as shop:
        yield shop


async def attempt(
    shop: Workshop, model: ScriptedModel, dialect: str, config: WholeProofConfig, statement: Statement = BOTH
) -> tuple[Attempt, Drafts]:
    left: list[Drafts] = []
    made = await prove_whole(
        statement,
        pool=shop.pool,
        checker=shop.checker,
        generator=model,
        dialect=load_dialect(dialect),
        config=config,
        clock=time.monotonic,
        observe=left.append,
    )
    return made, left[0]


async def test_a_proof_is_repaired_from_leans_own_words(shop: Workshop) -> None:
    model = ScriptedModel(lambda prompt: [block(RIGHT if "<error>foo</error> h" in prompt else WRONG)])
    made, drafts = await attempt(shop, model, "goedel-prover-v2", WholeProofConfig(samples=1, repair_rounds=1))
    assert made.outcome is Outcome.PROVED
    assert made.script == ("constructor", "· exact h.symm", "· exact h")
    assert made.proof == f"{RIGHT}\n"
    assert "Error Message: Unknown identifier `foo`" in model.shown[-1]
    assert (drafts.counts.calls, drafts.counts.repairs) == (2, 1)


async def test_a_refused_proof_is_repaired_too(shop: Workshop) -> None:
    sorry = f"{BOTH.signature} := by\n  sorry"
    model = ScriptedModel(lambda prompt: [block(RIGHT if "depends on sorryAx" in prompt else sorry)])
    made, _ = await attempt(shop, model, "chat-proof", WholeProofConfig(samples=1, repair_rounds=1))
    assert made.outcome is Outcome.PROVED


async def test_a_model_whose_first_half_is_right_goes_on_from_there(shop: Workshop) -> None:
    def script(prompt: str) -> list[str]:
        resumed = "  /- tactic state:\n    case right\n    a b : ℕ\n    h : a = b\n    ⊢ a = b\n  -/\n" in prompt
        return ["  · exact h\n```\n"] if resumed else ["  constructor\n  · exact h.symm\n  · exact foo h\n```"]

    model = ScriptedModel(script)
    made, drafts = await attempt(shop, model, "deepseek-prover-v1.5", WholeProofConfig(samples=1, resume_rounds=1))
    assert made.outcome is Outcome.PROVED
    assert made.script == ("constructor", "· exact h.symm", "· exact h")
    assert drafts.counts.resumes == 1


async def test_a_context_and_a_limit_of_heartbeats_travel_with_the_proof(shop: Workshop) -> None:
    context = "def two : Nat := 2\n\nvariable (n : Nat)"
    stated = Statement("t", "theorem t : n + two = n + 2", "", "n + two = n + 2", context=context)
    answer = block("theorem t : n + two = n + 2 := by\n  rfl")
    made, _ = await attempt(shop, ScriptedModel([answer]), "chat-proof", WholeProofConfig(samples=1, heartbeats=400), stated)
    assert made.outcome is Outcome.PROVED, made.reason
    assert made.proof == f"{context}\n\nset_option maxHeartbeats 400000 in\ntheorem t : n + two = n + 2 := by\n  rfl\n"


async def test_heartbeats_end_a_proof(shop: Workshop) -> None:
    answer = block(f"{BOTH.signature} := by\n  have : ∀ x : Fin 400, x.val < 400 := by decide\n  exact ⟨h.symm, h⟩")
    made, _ = await attempt(
        shop, ScriptedModel([answer]), "chat-proof", WholeProofConfig(Budget(seconds=60), samples=1, heartbeats=1)
    )
    assert made.outcome is Outcome.EXHAUSTED


@pytest.mark.parametrize(
    ("proof", "broken", "kept", "goals"),
    [
        (("constructor", "exact h.symm", "exact h"), None, 3, 0),
        (("constructor", "· exact h.symm", "· exact foo"), 3, 2, 1),
        (("constructor", "-- the left", "· exact h.symm", "  -- the right", "· exact foo"), 5, 3, 1),
        (("constructor", "all_goals", "  first", "  | exact h", "  | exact h.symm", "done", "rubbish"), 7, 6, 0),
        (("have k : b = a := by", "  exact h.symm", "exact foo"), 3, 2, 1),
        (("constructor", "exact h.symm", "<;> skip", "exact foo"), 4, 3, 1),
        (("constructor", *(f"have k{number} : a = b := h" for number in range(100)), "exact foo"), 102, 101, 2),
        (("exact foo",), 1, 0, 0),
        (("sorry", "exact foo"), 2, 0, 0),
    ],
)
async def test_a_proof_is_cut_where_tactics_end(
    shop: Workshop, proof: tuple[str, ...], broken: int | None, kept: int, goals: int
) -> None:
    async with shop.pool.lease() as session:
        opened = await session.open(BOTH.signature)
        assert isinstance(opened, Opened)
        part = await cut(session, opened.part.state, proof, broken, heartbeats=0, soft_ms=20_000)
        await session.free([opened.part.state])
        assert (await session.stats()).states == 0
    assert (0 if part is None else len(part.lines)) == kept
    assert (0 if part is None else len(part.goals)) == goals


async def test_whole_proofs_feed_the_tree(shop: Workshop) -> None:
    _, drafts = await attempt(shop, ScriptedModel([block(WRONG)]), "chat-proof", WholeProofConfig(samples=1))
    async with shop.pool.lease() as session:
        opened = await session.open(BOTH.signature)
        assert isinstance(opened, Opened)
        seeds = await goals_on_the_way(session, opened.part, seeds_of(drafts.failures), heartbeats=200, soft_ms=20_000)
        await session.free([opened.part.state])
    assert list(seeds.values()) == [("constructor",), ("exact h.symm",)]
    for policy, outcome in (
        (ScriptedPolicy({}, ["exact h"]), Outcome.EXHAUSTED),
        (Seeded(ScriptedPolicy({}, ["exact h"]), seeds), Outcome.PROVED),
    ):
        made = await prove_statement(
            BOTH,
            pool=shop.pool,
            checker=shop.checker,
            policy=policy,
            config=ProveConfig(Budget(steps=20), workers=1, negation_share=0),
            clock=time.monotonic,
        )
        assert made.outcome is outcome
