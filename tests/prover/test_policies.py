"""Policies by name, and the two controls that must never prove anything."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from lean_env.embedded.install import ensure_engine
from lean_env.messages import Goal
from lean_env.reading import Reading, read_text
from prover.attempt import Attempt, Outcome
from prover.config import ProveConfig
from prover.controls import ASK_TO_BELIEVE, CHANGE_NOTHING, NoopPolicy, SorryPolicy
from prover.lane import Side
from prover.policies import UnknownPolicy, make_policy, policy_names
from prover.policy import Policy, Situation
from prover.proving import prove_statement
from prover.symbolic import SymbolicPolicy
from prover.workshop import Workshop, workshop
from search.budget import Budget
from tests.fakes.scripted_session import ScriptedPolicy

# What a control could close by an accident of its list: goals that need next to nothing.
TRUE_STATEMENTS = (
    "theorem t : True",
    "theorem t : 2 + 2 = 4",
    "theorem t (n : ℕ) : n = n",
    "theorem t (p : Prop) (h : p) : p",
    "theorem t (p : Prop) : p → p",
    "theorem t (p q : Prop) (h : p ∧ q) : q ∧ p",
    "theorem t (h : False) : 1 = 2",
    "theorem t : ∃ n : ℕ, n * n = 9",
    "theorem t (a b : ℕ) (h : a ≤ b) : a < b + 1",
    "theorem t (x : Fin 1) : x = 0",
)
FALSE_STATEMENTS = ("theorem t : 2 + 2 = 5", "theorem t (n : ℕ) : n < 3")


@pytest.mark.parametrize(("name", "kind"), [("symbolic", SymbolicPolicy), ("noop", NoopPolicy), ("sorry", SorryPolicy)])
def test_a_policy_is_made_by_its_name(name: str, kind: type) -> None:
    assert name in policy_names()
    assert isinstance(make_policy(name), kind)


@pytest.mark.parametrize("name", ["", "Symbolic", "gpt"])
def test_an_unknown_name_is_told_which_there_are(name: str) -> None:
    with pytest.raises(UnknownPolicy, match="there are: symbolic, noop, sorry"):
        make_policy(name)


def test_names_cost_no_imports() -> None:
    code = "import sys, prover.policies; sys.exit('prover.symbolic' in sys.modules or 'prover.controls' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[2], check=False).returncode == 0


@pytest.mark.parametrize("policy", [NoopPolicy(), SorryPolicy()])
async def test_controls_keep_the_rules_of_policies(policy: Policy) -> None:
    for count in (1, 5, 1000):
        rows = await policy.suggest([Situation(Goal("⊢ A")), Situation(Goal("⊢ B"))], count)
        assert rows[0] == rows[1]
        tactics = [each.tactic for each in rows[0]]
        assert 0 < len(tactics) <= count
        assert len(set(tactics)) == len(tactics)
        logprobs = [each.logprob for each in rows[0]]
        assert logprobs == sorted(logprobs, reverse=True)
        assert max(logprobs) <= 0


def test_all_disguises_fit_into_what_an_attempt_asks_for() -> None:
    assert max(len(ASK_TO_BELIEVE), len(CHANGE_NOTHING)) <= ProveConfig().candidates


# -- in Lean ----------------------------------------------------------------------------------------------------------------------


async def attempted(shop: Workshop, text: str, policy: Policy) -> tuple[Attempt, tuple[Side, ...]]:
    async with shop.pool.lease() as session:
        reading = await read_text(session, text)
    assert isinstance(reading, Reading), reading
    seen: list[tuple[Side, ...]] = []
    attempt = await prove_statement(
        reading.listings[-1].statement,
        pool=shop.pool,
        checker=shop.checker,
        policy=policy,
        config=ProveConfig(budget=Budget(steps=300), workers=1, soft_ms=0),
        clock=time.monotonic,
        observe=seen.append,
    )
    return attempt, seen[0]


@pytest.mark.lean
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["noop", "sorry"])
async def test_controls_prove_nothing_and_refute_nothing(name: str) -> None:
    async with workshop(ensure_engine(), 1) as shop:
        for text in (*TRUE_STATEMENTS, *FALSE_STATEMENTS):
            attempt, sides = await attempted(shop, text, make_policy(name))
            if name == "sorry":
                assert attempt.outcome is Outcome.REJECTED, f"{text}: none of it even reached the check"
            else:
                assert attempt.outcome is Outcome.EXHAUSTED, text
                assert [len(side.search.tree.nodes) for side in sides] == [1, 1], f"{text}: something was changed"


@pytest.mark.lean
@pytest.mark.timeout(600)
async def test_no_disguise_proves_anything_alone() -> None:
    async with workshop(ensure_engine(), 1) as shop:
        for tactic in ASK_TO_BELIEVE:
            attempt, _ = await attempted(shop, "theorem t : True", ScriptedPolicy({}, default=[tactic]))
            assert attempt.outcome in (Outcome.REJECTED, Outcome.EXHAUSTED, Outcome.OUT_OF_BUDGET), tactic


@pytest.mark.lean
@pytest.mark.timeout(600)
async def test_most_of_what_changes_nothing_is_accepted_by_lean() -> None:
    # A control whose tactics are all refused would control nothing.
    async with workshop(ensure_engine(), 1) as shop:
        attempt, _ = await attempted(shop, "theorem t (n : ℕ) : n + 0 = n", NoopPolicy())
    assert attempt.effort.advanced > attempt.effort.refused
