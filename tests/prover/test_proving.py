"""An attempt over a toy Lean: which outcome, for which reason, at which cost."""

from __future__ import annotations

import asyncio

import pytest

from lean_env.statement import Statement
from prover.attempt import Outcome
from prover.expanding import MAX_PARTS, UNHURRIED_SOFT_MS
from prover.lane import StatementRefused
from prover.policy import Candidate
from search.budget import Budget
from tests.fakes.hunting import Hunt, statement, until
from tests.fakes.scripted_lean import Effect, Lean, Table
from tests.fakes.scripted_session import ScriptedPolicy

PROVABLE: dict[str, dict[str, tuple[str, ...]]] = {
    "A": {"split": ("B", "C")},
    "B": {"fold": ("D", "C")},
    "C": {"close": ()},
    "D": {"turn": ("E",)},
    "E": {"end": ()},
}


def chain(length: int, *, seconds: float = 0.0) -> dict[str, dict[str, Effect]]:
    """A statement whose proof takes so many steps."""
    goals = ["A", *(f"A{number}" for number in range(1, length))]
    following = [*goals[1:], None]
    return {
        goal: {f"go{number}": Effect((after,) if after else (), seconds=seconds)}
        for number, (goal, after) in enumerate(zip(goals, following, strict=True))
    }


NEGATION = {"¬ (A)": {"no0": Effect(("N1",))}, **{f"N{n}": {f"no{n}": Effect((f"N{n + 1}",))} for n in range(1, 40)}}  # endless


async def test_a_proof_is_found_checked_and_written_down() -> None:
    hunt = Hunt(Lean(PROVABLE))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.PROVED
    assert attempt.verdict is not None
    assert attempt.verdict.accepted
    assert attempt.proof == ("theorem t : A := by\n  split\n  · fold\n    · turn\n      end\n    · close\n  · close\n")
    assert attempt.script == ("split", "· fold", "  · turn", "    end", "  · close", "· close")
    assert attempt.reason == ""
    assert attempt.open_goals == ()
    assert (attempt.effort.expansions, attempt.effort.nodes, attempt.effort.workers_lost) == (5, 5, 0)
    assert attempt.effort.steps == 5


@pytest.mark.parametrize("workers", [1, 2, 3])
async def test_any_number_of_workers_finds_it(workers: int) -> None:
    attempt = await Hunt(Lean(PROVABLE), workers=workers, negation_share=2).run()
    assert attempt.outcome is Outcome.PROVED


async def test_the_same_inputs_on_one_worker_make_the_same_attempt() -> None:
    table = {**PROVABLE, "¬ (A)": {"no": ("F",)}, "F": {"loop": ("¬ (A)",)}}
    hunts = [Hunt(Lean(table), negation_share=2) for _ in range(2)]
    first, second = [await hunt.run() for hunt in hunts]
    assert first == second
    assert hunts[0].lean.log == hunts[1].lean.log
    assert hunts[0].lean.calls == hunts[1].lean.calls


async def test_a_proof_of_the_negation_refutes() -> None:
    attempt = await Hunt(Lean({"¬ (A)": {"no": ()}}), negation_share=4).run()
    assert attempt.outcome is Outcome.REFUTED
    assert attempt.proof == "theorem t_negation : ¬ (A) := by\n  no\n"
    assert attempt.verdict is not None
    assert attempt.verdict.challenge == statement().negation()


async def test_when_all_was_tried_it_says_so() -> None:
    hunt = Hunt(Lean({"A": {"split": ("B", "C")}, "B": {"close": ()}}))
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.EXHAUSTED
    assert attempt.reason == "every tactic that the policy proposes was tried"
    assert attempt.open_goals == ("⊢ A",)
    assert attempt.verdict is None


async def test_without_a_single_candidate_it_ends() -> None:
    attempt = await Hunt(Lean({}), negation_share=4, workers=2).run()
    assert attempt.outcome is Outcome.EXHAUSTED


# -- what the policy is told ----------------------------------------------------------------------------------------------------


async def test_the_policy_is_told_what_led_to_each_goal() -> None:
    table: Table = {
        "A": {"split": ("B", "C")},
        "B": {"fold": Effect(("D", "E"), bundled=True)},
        "C": {"close": ()},
        "D": {"all <;> done": (), "all": (), "done": ()},
    }
    policy = ScriptedPolicy({"A": ["split"], "B": ["fold"], "C": ["close"], "¬ (A)": ["no"]})
    await Hunt(Lean(table), policy=policy, negation_share=2).run()
    told = {each.goal.text: (each.theorem, each.proof_before, each.others) for each in policy.situations}
    assert told == {
        "⊢ A": ("t", (), 0),
        "⊢ ¬ (A)": ("t_negation", (), 0),
        "⊢ B": ("t", ("split",), 0),
        "⊢ C": ("t", ("split",), 0),
        "⊢ D": ("t", ("split", "fold"), 1),
    }


async def test_the_path_is_the_best_one_that_is_known_when_the_policy_is_asked() -> None:
    table: Table = {"A": {"long": ("B",), "short": ("C",)}, "B": {"end": ("D",)}, "C": {"end": ("B",)}}
    tactics = {
        "A": [Candidate("long", -9.0), Candidate("short", -0.1)],
        "C": [Candidate("end", -0.1)],
        "B": [Candidate("end", -0.1)],
    }
    policy = ScriptedPolicy(tactics)
    await Hunt(Lean(table), policy=policy).run()
    paths = {each.goal.text: each.proof_before for each in policy.situations}
    assert paths["⊢ B"] == ("short", "end")
    assert paths["⊢ D"] == ("short", "end", "end")


# -- budgets ------------------------------------------------------------------------------------------------------------------


async def test_seconds_end_it_by_the_clock_that_is_given() -> None:
    lean = Lean(chain(50, seconds=1.0))
    attempt = await Hunt(lean, budget=Budget(seconds=10.0)).run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert "limit of 10 seconds" in attempt.reason
    assert "--seconds" in attempt.reason
    assert attempt.effort.seconds == 10.0
    assert attempt.open_goals[0] == "⊢ A10"


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_tactic_that_never_answers_does_not_outlive_the_seconds(workers: int) -> None:
    lean = Lean({"A": {"wait": Effect(gate=asyncio.Event())}})
    hunt = Hunt(lean, workers=workers, budget=Budget(seconds=0.02))
    asyncio.get_running_loop().call_later(0.03, setattr, lean.clock, "now", 1.0)
    attempt = await hunt.run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert not hunt.shop.sessions[0].alive, "its worker is in an unknown state"


async def test_a_policy_that_never_answers_does_not_either() -> None:
    lean = Lean({"A": {"close": ()}})
    policy = ScriptedPolicy({})
    policy.gates["A"] = asyncio.Event()
    hunt = Hunt(lean, policy=policy, budget=Budget(seconds=0.02))
    asyncio.get_running_loop().call_later(0.03, setattr, lean.clock, "now", 1.0)
    assert (await hunt.run()).outcome is Outcome.OUT_OF_BUDGET
    assert hunt.shop.sessions[0].alive


async def test_seconds_may_be_over_before_the_statement_is_open() -> None:
    lean = Lean(PROVABLE)
    lean.gates["open"] = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, setattr, lean.clock, "now", 1.0)
    attempt = await Hunt(lean, budget=Budget(seconds=0.01)).run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert "not even opened" in attempt.reason
    assert attempt.open_goals == ()


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("steps", [1, 3, 7, 20])
async def test_steps_are_never_exceeded(steps: int, workers: int) -> None:
    useless = {f"bad{number}": Effect(refuses="no") for number in range(5)}
    table = {goal: {**useless, **tactics} for goal, tactics in chain(30).items()}
    attempt = await Hunt(Lean(table), workers=workers, negation_share=3, budget=Budget(steps=steps)).run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert f"limit of {steps} steps" in attempt.reason
    assert attempt.effort.steps == steps


async def test_steps_that_others_took_while_the_policy_thought_are_not_taken_twice() -> None:
    table = {
        "A": {"split": ("B", "C")},
        "B": {f"b{n}": Effect(refuses="no") for n in range(8)},
        "C": {f"c{n}": () for n in range(8)},
    }
    lean = Lean(table)
    policy = ScriptedPolicy({goal: list(tactics) for goal, tactics in table.items()})
    policy.gates = {"B": asyncio.Event(), "C": asyncio.Event()}
    hunt = Hunt(lean, workers=2, policy=policy, budget=Budget(steps=9))
    running = asyncio.create_task(hunt.run())
    await until(lambda: policy.asked == ["A", "B", "C"])
    policy.gates["B"].set()
    await until(lambda: len(lean.log) == 9)
    policy.gates["C"].set()
    attempt = await running
    assert (attempt.outcome, attempt.effort.steps) == (Outcome.OUT_OF_BUDGET, 9)
    assert hunt.tried("C") == []


@pytest.mark.parametrize("workers", [1, 2])
async def test_expansions_are_never_exceeded(workers: int) -> None:
    attempt = await Hunt(Lean(chain(30)), workers=workers, negation_share=4, budget=Budget(expansions=6)).run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert "--expansions" in attempt.reason
    assert attempt.effort.expansions == 6


async def test_a_limit_of_zero_is_none() -> None:
    attempt = await Hunt(Lean(chain(60, seconds=100.0)), budget=Budget(seconds=0, steps=0, expansions=0)).run()
    assert attempt.outcome is Outcome.PROVED


async def test_the_end_of_the_budget_waits_for_a_check_that_runs() -> None:
    lean = Lean({"A": {"close": Effect(seconds=5.0)}})
    lean.gates["judge"] = asyncio.Event()
    hunt = Hunt(lean, workers=2, budget=Budget(seconds=1.0))
    running = asyncio.create_task(hunt.run())
    await until(lambda: any(session.requests for session in hunt.shop.clean_sessions))
    await asyncio.sleep(0.05)
    lean.gates["judge"].set()
    assert (await running).outcome is Outcome.PROVED


# -- what is sent, what comes back ----------------------------------------------------------------------------------------------


async def test_a_candidate_may_bring_limits_of_its_own() -> None:
    policy = ScriptedPolicy({"A": [Candidate("plain", -1.0), Candidate("rich", -2.0, heartbeats=0, soft_ms=9000)]})
    hunt = Hunt(Lean({"A": {}}), policy=policy)
    await hunt.run()
    assert [(call.text, call.heartbeats, call.soft_ms) for call in hunt.lean.calls] == [("plain", 400, 3000), ("rich", 0, 9000)]


async def test_under_a_budget_of_steps_the_clock_hardly_ends_a_tactic() -> None:
    policy = ScriptedPolicy(
        {"A": [Candidate("plain", -1.0), Candidate("rich", -2.0, soft_ms=9000), Candidate("free", -3.0, soft_ms=0)]}
    )
    hunt = Hunt(Lean({"A": {}}), policy=policy, budget=Budget(steps=10))
    await hunt.run()
    assert [call.soft_ms for call in hunt.lean.calls] == [UNHURRIED_SOFT_MS, UNHURRIED_SOFT_MS, 0]


async def test_half_a_character_is_no_tactic() -> None:
    hunt = Hunt(Lean({"A": {"win": ()}}), policy=ScriptedPolicy({"A": ["\ud835", "win"]}))
    assert (await hunt.run()).outcome is Outcome.PROVED
    assert [call.text for call in hunt.lean.calls] == ["win"]


async def test_no_tactic_may_outlive_the_seconds() -> None:
    policy = ScriptedPolicy({"A": [Candidate("first", -1.0), Candidate("endless", -2.0, soft_ms=0)]})
    hunt = Hunt(Lean({"A": {"first": Effect(refuses="no", seconds=1.5)}}), width=1, policy=policy, budget=Budget(seconds=2.0))
    await hunt.run()
    assert [call.soft_ms for call in hunt.lean.calls] == [2000, 500]


async def test_refusals_and_limits_are_failures_with_lean_s_words() -> None:
    crowd = tuple(f"B{number}" for number in range(MAX_PARTS + 1))
    table = {
        "A": {"no": Effect(refuses="type mismatch"), "slow": Effect(limit="maximum heartbeats"), "crowd": crowd, "back": ("A",)}
    }
    hunt = Hunt(Lean(table))
    assert (await hunt.run()).outcome is Outcome.EXHAUSTED
    reasons = hunt.failures()
    assert reasons["no"] == "type mismatch"
    assert reasons["slow"] == "maximum heartbeats"
    assert str(MAX_PARTS) in reasons["crowd"]
    assert "no progress" in reasons["back"]


async def test_goals_that_share_metavariables_stay_together() -> None:
    table = {"A": {"apply": Effect(("B", "C"), bundled=True)}, "B": {"one": ()}, "C": {"two": ()}}
    hunt = Hunt(Lean(table), policy=ScriptedPolicy({"A": ["apply"], "B": ["one"], "C": ["two"]}))
    attempt = await hunt.run()
    assert attempt.script == ("apply", "one", "two")
    assert [node.key for node in hunt.sides[0].search.tree.nodes] == ["⊢ A", "⊢ B\n\n⊢ C", "⊢ C"]


async def test_a_found_proof_is_shortened() -> None:
    table: Table = {"A": {"around": ("B",), "close": ()}, "B": {"through": ("A2",)}, "A2": {"close": ()}}
    policy = ScriptedPolicy({"A": ["around"], "B": ["through"], "A2": ["close"]})  # the policy does not know that `close` would do
    attempt = await Hunt(Lean(table), policy=policy).run()
    assert attempt.script == ("close",)


# -- statements -----------------------------------------------------------------------------------------------------------------


async def test_a_statement_that_lean_refuses_is_no_attempt() -> None:
    with pytest.raises(StatementRefused, match="Unknown identifier") as caught:
        await Hunt(Lean({}), workers=2, goal=statement("foo")).run()
    assert caught.value.source == "theorem t : foo"


async def test_a_context_that_lean_refuses_neither() -> None:
    with pytest.raises(StatementRefused) as caught:
        await Hunt(Lean({}), goal=statement(context="broken")).run()
    assert caught.value.source == "broken"


async def test_a_context_is_part_of_the_proof() -> None:
    attempt = await Hunt(Lean({"A": {"close": ()}}), goal=statement(context="def f := 1\n")).run()
    assert attempt.proof == "def f := 1\n\ntheorem t : A := by\n  close\n"


@pytest.mark.parametrize("goal", [statement(binders="foo"), statement(context="variable (n : Nat)")])
async def test_what_cannot_be_negated_is_attempted_without(goal: Statement) -> None:
    hunt = Hunt(Lean({"A": {"close": ()}}), negation_share=2, goal=goal)
    assert (await hunt.run()).outcome is Outcome.PROVED
    assert len(hunt.sides) == 1


# -- two searches ---------------------------------------------------------------------------------------------------------------


async def test_the_negation_has_its_share_and_no_more() -> None:
    hunt = Hunt(Lean({**chain(40), **NEGATION}), negation_share=4, budget=Budget(expansions=20))
    await hunt.run()
    assert [side.search.counts.expansions for side in hunt.sides] == [15, 5]
    assert [tactic.startswith("no") for _, tactic in hunt.lean.log] == [False, False, False, True] * 5


async def test_a_negation_that_hangs_does_not_delay_a_proof() -> None:
    table = {**chain(9), "¬ (A)": {"hang": Effect(gate=asyncio.Event())}}
    assert (await Hunt(Lean(table), workers=2, negation_share=2).run()).outcome is Outcome.PROVED


async def test_a_statement_with_nothing_left_waits_for_its_negation_in_flight() -> None:
    gate = asyncio.Event()
    hunt = Hunt(Lean({"¬ (A)": {"no": Effect(gate=gate)}}), workers=2, negation_share=4)
    running = asyncio.create_task(hunt.run())
    await until(lambda: hunt.tried("¬ (A)"))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not running.done()
    gate.set()
    assert (await running).outcome is Outcome.REFUTED


async def test_exhaustion_of_the_statement_is_told_when_the_negation_ran_out_of_budget() -> None:
    attempt = await Hunt(Lean(NEGATION), negation_share=4, budget=Budget(expansions=20)).run()
    assert attempt.outcome is Outcome.OUT_OF_BUDGET
    assert "every tactic that the policy proposes was tried" in attempt.reason


# -- watching -------------------------------------------------------------------------------------------------------------------


async def test_whoever_watches_sees_every_expansion_of_a_slow_search() -> None:
    hunt = Hunt(Lean(chain(6, seconds=1.0)))
    await hunt.run()
    assert [(progress.phase, progress.effort.steps) for progress in hunt.watched] == [
        *(("search", steps) for steps in range(1, 7)),
        ("check", 6),
    ]
    assert hunt.watched[2].best_goal == "⊢ A3"


async def test_whoever_watches_is_not_flooded_by_a_fast_one() -> None:
    hunt = Hunt(Lean(chain(40, seconds=0.01)))
    await hunt.run()
    assert len([progress for progress in hunt.watched if progress.phase == "search"]) in range(3, 8)
