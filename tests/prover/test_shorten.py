"""Shorter proofs: which are tried, and that only what runs is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.policy import Candidate
from prover.shorten import MAX_STEPS, REPEATABLE, variants
from search.budget import Budget
from search.proof import ProofTree
from search.script import script_lines
from tests.fakes.hunting import Hunt
from tests.fakes.scripted_lean import Effect, Lean, Table
from tests.fakes.scripted_session import ScriptedPolicy


def tree(tactic: str, *children: ProofTree, goals: int = 1) -> ProofTree:
    return ProofTree(0, tactic, goals, children, 1 + sum(child.steps for child in children))


def grown(tactic: str, children: list[ProofTree]) -> ProofTree:
    return tree(tactic, *children)


def scripts(proof: ProofTree) -> list[str]:
    return ["\n".join(script_lines(variant)) for variant in variants(proof)]


def test_a_single_step_cannot_be_shorter() -> None:
    assert scripts(tree("simp")) == []


def test_the_ending_alone_is_tried_first_then_leaving_a_step_out() -> None:
    assert scripts(tree("intro x", tree("cases x", tree("omega")))) == [
        "omega",
        "cases x\nomega",
        "intro x\nomega",
        "intro x\nomega",
    ]


def test_equal_endings_become_one() -> None:
    assert "constructor <;> simp" in scripts(tree("constructor", tree("simp"), tree("simp")))
    assert "constructor <;> (simp; omega)" in scripts(tree("constructor", tree("simp; omega"), tree("simp; omega")))


@pytest.mark.parametrize(
    "proof",
    [
        tree("constructor", tree("simp"), tree("omega")),
        tree("a\nb", tree("simp"), tree("simp")),
        tree("a", tree("s\nt"), tree("s\nt")),
    ],
)
def test_different_or_long_endings_do_not(proof: ProofTree) -> None:
    assert not any("<;>" in script for script in scripts(proof))


@given(
    st.recursive(
        st.sampled_from("abc").map(tree),
        lambda below: st.builds(grown, st.sampled_from("abc"), st.lists(below, min_size=1, max_size=3)),
        max_leaves=8,
    )
)
def test_every_variant_is_shorter_and_counts_its_steps(proof: ProofTree) -> None:
    for variant in variants(proof):
        assert variant.steps < proof.steps
        assert variant.steps == _count(variant)


def _count(proof: ProofTree) -> int:
    return 1 + sum(_count(child) for child in proof.children)


async def _shortened(table: Table, proposals: dict[str, list[str | Candidate]]) -> tuple[str, ...]:
    """What comes out when the policy knows only `proposals`, and Lean all of the table."""
    attempt = await Hunt(Lean(table), policy=ScriptedPolicy(proposals)).run()
    return attempt.script


async def test_equal_endings_become_one_in_lean() -> None:
    table: Table = {"A": {"both": ("B", "C")}, "B": {"end": ()}, "C": {"end": ()}}
    assert await _shortened(table, {"A": ["both"], "B": ["end"], "C": ["end"]}) == ("both <;> end",)


async def test_an_idle_step_is_left_out() -> None:
    table: Table = {"A": {"idle": ("B",), "cut": ("C", "D")}, "B": {"cut": ("C", "D")}, "C": {"c": ()}, "D": {"d": ()}}
    assert await _shortened(table, {"A": ["idle"], "B": ["cut"], "C": ["c"], "D": ["d"]}) == ("cut", "· c", "· d")


async def test_what_does_not_run_is_not_kept() -> None:
    table: Table = {"A": {"go": ("B",)}, "B": {"end": ()}}
    assert await _shortened(table, {"A": ["go"], "B": ["end"]}) == ("go", "end")


async def test_time_for_it_is_short() -> None:
    table: Table = {f"A{n}": {f"go{n}": (f"A{n + 1}",), "end": Effect(refuses="no", seconds=3.0)} for n in range(1, 30)}
    table = {**table, "A": {"go0": ("A1",), "end": Effect(refuses="no", seconds=3.0)}, "A30": {"end": ()}}
    hunt = Hunt(Lean(table), policy=ScriptedPolicy({goal: [next(iter(row))] for goal, row in table.items()}))
    attempt = await hunt.run()
    assert len(attempt.script) == 31
    assert hunt.lean.clock.now == 6.0, "two trials, then it was over"


async def test_under_a_budget_of_steps_the_clock_does_not_decide_how_short_it_gets() -> None:
    table: Table = {f"A{n}": {f"go{n}": (f"A{n + 1}",), "end": Effect(refuses="no", seconds=3.0)} for n in range(1, 30)}
    table = {**table, "A": {"go0": ("A1",), "end": Effect(refuses="no", seconds=3.0)}, "A30": {"end": ()}}
    policy = ScriptedPolicy({goal: [next(iter(row))] for goal, row in table.items()})
    hunt = Hunt(Lean(table), policy=policy, budget=Budget(steps=100))
    await hunt.run()
    trials = [call for call in hunt.lean.calls if "\n" in call.text or call.text == "end"]
    assert len(trials) >= REPEATABLE.trials
    assert {call.soft_ms for call in hunt.lean.calls if "\n" in call.text} == {REPEATABLE.soft_ms}


async def test_a_very_long_proof_is_left_alone() -> None:
    table: Table = {f"A{n}": {f"go{n}": (f"A{n + 1}",)} for n in range(1, MAX_STEPS + 1)}
    table = {**table, "A": {"go0": ("A1",)}, f"A{MAX_STEPS + 1}": {"end": ()}}
    hunt = Hunt(Lean(table))
    assert len((await hunt.run()).script) == MAX_STEPS + 2
    assert not any("\n" in call.text for call in hunt.lean.calls)
