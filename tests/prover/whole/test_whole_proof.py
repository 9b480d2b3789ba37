"""Attempts by whole proofs over a toy Lean: which outcome, for which reason, at which cost."""

from __future__ import annotations

import asyncio

import pytest

from prover.attempt import Outcome
from prover.lane import StatementRefused
from prover.models.generator import ModelFailed
from tests.fakes.drafting import BROKEN, PROOF, TABLE, Drafting, config, drafting
from tests.fakes.hunting import statement, until
from tests.fakes.scripted_lean import Effect, Lean
from tests.fakes.scripted_model import ScriptedModel, block


async def test_the_first_proof_that_holds_ends_it() -> None:
    run = drafting("  nonsense\n", PROOF, "  win\n", at_once=1)
    attempt = await run.run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.verdict is not None
    assert attempt.verdict.accepted
    assert attempt.script == ("split", "b", "turn", "d")
    assert attempt.proof == "theorem t : A := by\n  split\n  b\n  turn\n  d\n"
    assert run.model.calls <= 3, "one round ahead of Lean at most"
    assert (attempt.effort.advanced, attempt.effort.refused, attempt.effort.steps) == (1, 1, 2)


async def test_all_samples_are_made_if_told_and_the_shortest_proof_is_the_result() -> None:
    run = drafting(PROOF, "  nonsense\n", "  win\n", go_on=True, at_once=2)
    attempt = await run.run()
    assert attempt.script == ("win",)
    assert run.drafts.counts.accepted == 2
    assert attempt.effort.expansions == 2


async def test_tokens_prompts_and_answers_are_counted() -> None:
    run = drafting(BROKEN, BROKEN, "", "  \n", at_once=2)
    attempt = await run.run()
    assert attempt.outcome is Outcome.EXHAUSTED
    counts = run.drafts.counts
    assert (counts.calls, counts.sampled, counts.unique, counts.repeated, counts.empty) == (2, 4, 1, 1, 2)
    assert attempt.effort.output_tokens == 2 * len(BROKEN) + 3
    assert attempt.effort.prompt_tokens == sum(len(text) for text in run.model.shown)
    assert "4 answers of the model held 1 different proofs" in attempt.reason
    assert "2 answers had no proof in them" in attempt.reason
    assert attempt.open_goals == ("⊢ D",)


async def test_every_round_is_drawn_with_a_seed_of_its_own() -> None:
    run = drafting("", "", "", at_once=1, seed=7)
    await run.run()
    assert [each.seed for each in run.model.samplings] == [7, 8, 9]


async def test_the_model_writes_the_next_round_while_lean_is_at_work() -> None:
    gate = asyncio.Event()
    run = drafting(
        "  slow\n", "  nonsense\n", "  win\n", "", lean=Lean({"A": {"slow": Effect(refuses="no", gate=gate), "win": ()}}), at_once=1
    )
    attempt = asyncio.create_task(run.run())
    await until(lambda: ("A", "slow") in run.lean.log)
    for _ in range(50):
        await asyncio.sleep(0)
    assert run.model.calls == 2, "one proof waits: it writes no further ahead"
    gate.set()
    assert (await attempt).outcome is Outcome.PROVED


async def test_a_proof_that_the_check_refuses_is_no_proof() -> None:
    run = drafting("  win\n", lean=Lean(TABLE, refused={"t"}))
    attempt = await run.run()
    assert attempt.outcome is Outcome.REJECTED
    assert "the kernel does not like it" in attempt.reason
    assert attempt.script == ("win",)


async def test_a_statement_that_lean_refuses_costs_no_call() -> None:
    run = Drafting(Lean(TABLE), ScriptedModel([PROOF]), config(), goal=statement("foo"))
    with pytest.raises(StatementRefused):
        await run.run()
    assert run.model.calls == 0
    run = Drafting(Lean(TABLE), ScriptedModel([PROOF]), config(), goal=statement(context="broken"))
    with pytest.raises(StatementRefused):
        await run.run()


async def test_the_context_is_elaborated_once_and_the_proof_carries_it() -> None:
    run = Drafting(Lean(TABLE), ScriptedModel([BROKEN, PROOF]), config(samples=2), goal=statement(context="def x := 1"))
    attempt = await run.run()
    assert attempt.proof.startswith("def x := 1\n\ntheorem t : A := by\n")


async def test_a_limit_of_heartbeats_stands_in_the_text() -> None:
    attempt = await drafting(BROKEN, PROOF, heartbeats=400).run()
    assert attempt.proof.startswith("set_option maxHeartbeats 400000 in\ntheorem t : A := by\n")


# -- repair and resumption --------------------------------------------------------------------------------------------------------


def repaired(prompt: str) -> list[str]:
    if "<error>wr</error>ong" in prompt:
        return [block(f"theorem t : A := by\n{PROOF}")]
    return [block(f"theorem t : A := by\n{BROKEN}")]


async def test_a_model_that_is_told_the_error_repairs_its_proof() -> None:
    run = Drafting(Lean(TABLE), ScriptedModel(repaired), config(samples=1, repair_rounds=2), dialect="goedel-prover-v2")
    attempt = await run.run()
    assert attempt.outcome is Outcome.PROVED
    assert (attempt.effort.expansions, run.drafts.counts.repairs) == (2, 1)
    conversation = run.model.asked[-1].turns
    assert [turn.role for turn in conversation] == ["user", "assistant", "user"]
    assert conversation[1].content == block(f"theorem t : A := by\n{BROKEN}")
    assert "The proof (Round 0) is not correct" in conversation[2].content
    assert "Error Message: wrong does not apply to D" in conversation[2].content


async def test_kimina_is_told_the_goals_too() -> None:
    run = Drafting(Lean(TABLE), ScriptedModel(repaired), config(samples=1, repair_rounds=1), dialect="kimina")
    await run.run()
    assert "Goals state before error position: \n⊢ D\n" in run.model.shown[-1]
    assert "005 >|   wrong\n" in run.model.shown[-1]


async def test_repairs_come_after_all_samples_and_in_so_many_rounds() -> None:
    answers = iter(range(100))
    model = ScriptedModel(lambda _: [block(f"theorem t : A := by\n  wrong{next(answers)}\n") for _ in range(8)])
    run = Drafting(Lean(TABLE), model, config(samples=2, at_once=1, repair_rounds=2, repairs=2), dialect="goedel-prover-v2")
    attempt = await run.run()
    assert attempt.outcome is Outcome.EXHAUSTED
    lengths = [len(prompt.turns) for prompt in run.model.asked]
    assert lengths == [1, 1, 3, 3, 5, 5, 5, 5], "first the samples, then one round of repairs for each failure, then another"
    assert run.drafts.counts.sampled == 2 + 2 * 2 + 4 * 2


async def test_repairs_go_to_the_model_together() -> None:
    answers = iter(range(100))
    model = ScriptedModel(lambda _: [block(f"theorem t : A := by\n  wrong{next(answers)}\n") for _ in range(8)])
    run = Drafting(Lean(TABLE), model, config(samples=8, at_once=8, repair_rounds=1, repairs=2), dialect="goedel-prover-v2")
    await run.run()
    assert run.drafts.counts.repairs == 8
    assert run.model.calls < 1 + 8


async def test_a_repair_that_the_model_cannot_answer_does_not_end_it() -> None:
    run = Drafting(Lean(TABLE), ScriptedModel(repaired), config(samples=1, repair_rounds=1), dialect="goedel-prover-v2")
    run.model.raises = [None, ModelFailed("the prompt is too long")]
    attempt = await run.run()
    assert attempt.outcome is Outcome.EXHAUSTED
    assert "1 prompts got no answer" in attempt.reason


async def test_a_proof_is_taken_up_where_it_broke() -> None:
    def script(prompt: str) -> list[str]:
        return ["  d\n"] if "/- tactic state:\n    ⊢ D\n  -/" in prompt else [BROKEN]

    run = Drafting(Lean(TABLE), ScriptedModel(script), config(samples=1, resume_rounds=1))
    attempt = await run.run()
    assert attempt.script == ("split", "b", "turn", "d")
    assert run.model.shown[-1].endswith(":= by\n  split\n  b\n  turn\n  /- tactic state:\n    ⊢ D\n  -/\n")
    assert run.drafts.counts.resumes == 1


async def test_an_unfinished_proof_is_taken_up_at_its_end() -> None:
    def script(prompt: str) -> list[str]:
        return ["  turn\n  d\n"] if "tactic state" in prompt else ["  split\n  b\n"]

    attempt = await Drafting(Lean(TABLE), ScriptedModel(script), config(samples=1, resume_rounds=1)).run()
    assert attempt.script == ("split", "b", "turn", "d")


async def test_a_model_that_gets_no_further_is_not_asked_the_same_again() -> None:
    run = Drafting(Lean(TABLE), ScriptedModel(lambda _: [BROKEN, "  wrong\n"]), config(samples=1, resume_rounds=9, resumes=2))
    attempt = await run.run()
    assert attempt.outcome is Outcome.EXHAUSTED
    assert run.model.calls <= 3


async def test_what_comes_after_a_complete_proof_is_dropped() -> None:
    run = drafting("  win\n  This proves it.\n")
    attempt = await run.run()
    assert attempt.script == ("win",)
    assert run.drafts.counts.derived == 1


async def test_a_first_line_that_lost_its_indentation_finds_it_again() -> None:
    goal = "```lean4\ntheorem t : A := by\nsplit\n    b\n    turn\n    d\n```"
    run = Drafting(Lean(TABLE), ScriptedModel([goal]), config(samples=1), dialect="chat-proof")
    attempt = await run.run()
    assert attempt.script == ("split", "b", "turn", "d")
