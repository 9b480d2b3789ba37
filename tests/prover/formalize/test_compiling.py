"""Drafts become statements under the problem's name, or are refused with a reason at its place."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
import pytest_asyncio

from lean_env.messages import NotElaborated
from lean_env.session import Session
from prover.formalize.candidate import Compiled, Draft
from prover.formalize.compiling import compile_draft, first_goal, lean_name
from tests.fakes.lean import Workers
from tests.prover.formalize.word_problems import DIFFERENCE, GOOD, REMAINDER, compiled, not_compiled

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[Session]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


async def test_good_drafts_take_the_problems_name(session: Session) -> None:
    for problem, lean in GOOD.items():
        found = await compiled(session, problem, lean)
        assert found.statement.name == problem.name
        assert found.statement.signature.startswith(f"theorem {problem.name} ")
        assert found.statement.inert
        assert "sorry" not in found.statement.signature
        assert "omega" not in found.statement.signature


async def test_the_same_statement_has_the_same_digest_whoever_named_it(session: Session) -> None:
    digests = set[str]()
    for lean in (
        "theorem r : 2003 % 11 = 1",
        "theorem other_name : 2003 % 11 = 1 := by decide",
        "import Mathlib\n\nset_option maxHeartbeats 400000 in\n/-- In words. -/\ntheorem r : 2003 % 11 = 1 := by sorry",
        "private theorem r : 2003 % 11 = 1 := by\n  norm_num\n\n#eval 1",
    ):
        digests.add((await compiled(session, REMAINDER, lean)).statement.digest)
    assert len(digests) == 1


async def test_all_binders_are_introduced(session: Session) -> None:
    lean = "theorem d (a : ℕ) : ∀ b : ℕ, 0 < a ∧ 0 < b → a + b = 20 → a = 3 * b → a - b = 10 := by"
    found = await compiled(session, DIFFERENCE, lean)
    assert found.goal.target.startswith("a - ")
    assert [hypothesis.is_prop for hypothesis in found.goal.hypotheses] == [False, False, True, True, True]


async def test_definitions_are_unfolded_in_the_goal_and_stay_in_the_statement(session: Session) -> None:
    lean = "def answer : ℕ := 1\n\ndef Claim (n : ℕ) : Prop := n % 11 = answer\n\ntheorem r : Claim 2003 := by sorry"
    found = await compiled(session, REMAINDER, lean)
    assert found.goal.target == "2003 % 11 = 1"
    assert "def answer" in found.statement.context
    assert found.statement.type == "Claim 2003"


async def test_the_value_of_a_let_takes_the_place_of_its_name(session: Session) -> None:
    found = await compiled(session, REMAINDER, "theorem r : ∀ m : ℕ, let n := 2003; m = 11 → let k := 1; n % m = k := by sorry")
    assert [hypothesis.value for hypothesis in found.goal.hypotheses] == [None, None]
    assert {node.name for node in found.goal.target_tree.walk() if node.tag == "number"} == {"2003", "1"}


async def test_a_recursive_definition_is_left_as_it_is(session: Session) -> None:
    lean = "def f : ℕ → ℕ\n  | 0 => 1\n  | n + 1 => 2 * f n\n\ntheorem r : f 3 = 8 := by sorry"
    assert (await compiled(session, REMAINDER, lean)).goal.target == "f 3 = 8"


async def test_universe_levels_survive_the_new_name(session: Session) -> None:
    found = await compiled(session, REMAINDER, "theorem t.{u} (α : Type u) (a b : α) (h : a = b) : b = a := by")
    assert found.statement.signature.startswith("theorem remainder_2003.{u} (α")
    assert found.statement.levels == ".{u}"


@pytest.mark.parametrize(
    ("lean", "reason"),
    [
        ("", "no theorem"),
        ("I am sorry, I cannot do that.", ""),
        ("theorem t : 1 + = 2 := by sorry", ""),
        ("theorem t (h : x = 2) : x + 1 = 3 := by sorry", "x"),
        ("example : 2003 % 11 = 1 := by sorry", "no theorem"),
        ("axiom a : 2003 % 11 = 1\ntheorem t : 2003 % 11 = 1 := a", "assumes"),
        ("opaque a : ℕ\ntheorem t : 2003 % 11 = a := by sorry", "assumes"),
        ("theorem s : 1 = 1 := rfl\n\ntheorem t : 2003 % 11 = 1 := by sorry", "states 2"),
        ("theorem s : 1 = 1 := by sorry\n\ntheorem t : 2003 % 11 = 1 := by sorry", "states 2"),
        ("theorem t : 2003 % 11 = 1 := by sorry\n\ntheorem s : 1 = 1 := by sorry", "states 2"),
        ("def a : ℕ := sorry\ntheorem t : 2003 % 11 = a := by sorry", "hole"),
        ("theorem t : 2003 % 11 = (sorry : ℕ) := by sorry", "sorry"),
        ('macro "one" : term => `(1)\ntheorem t : 2003 % 11 = one := by sorry', "may not stand"),
        ("#eval 1\ntheorem t : 2003 % 11 = 1 := by sorry", "may not stand"),
        ("def a : ℕ := by exact 1\ntheorem t : 2003 % 11 = a := by sorry", "may not stand"),
        ("theorem t : 2003 % 11 = (by exact 1) := by sorry", "runs tactics"),
        ("set_option autoImplicit true\ntheorem t (h : n = 1) : 2003 % 11 = n := by sorry", "could change"),
        ("variable (n : ℕ) (h : n = 1)\ntheorem t : 2003 % 11 = n := by sorry", "in the theorem itself"),
        ("variable (n : ℕ) in\ntheorem t : 2003 % 11 = 1 := by sorry", "not supported"),
    ],
)
async def test_what_is_no_statement_is_refused_with_the_reason(session: Session, lean: str, reason: str) -> None:
    assert reason in (await not_compiled(session, lean)).reason


async def test_refusals_are_placed_in_the_drafts_own_text(session: Session) -> None:
    ours = await not_compiled(session, "import Mathlib\n\n-- é\n  axiom a : 1 = 2\ntheorem t : 1 = 2 := a")
    assert [(m.pos.line, m.pos.column) for m in ours.messages if m.pos] == [(4, 2)]
    leans = await not_compiled(session, "import Mathlib\nopen Real\n\ntheorem t : 2003 % 11 = one := by sorry")
    assert [(m.pos.line, m.pos.column) for m in leans.messages if m.pos] == [(4, 24)]


async def test_a_name_that_is_taken_is_refused_and_does_not_crash(session: Session) -> None:
    assert "add_comm" in (await not_compiled(session, "theorem t : 1 = 1 := by sorry", "Nat.add_comm")).reason


@pytest.mark.parametrize("name", ["", "1", "end", "problem 7", "a»b", "é", "x.y", "aime-1991", "théorème", "theorem", "Type"])
async def test_any_problem_can_give_its_name(session: Session, name: str) -> None:
    found = await compile_draft(session, Draft("theorem t (n : ℕ) (h : n < 5) : n < 6 := by sorry", "test"), name)
    assert not hasattr(found, "reason"), found
    assert lean_name(name) == lean_name(name).strip()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("problem", "problem"),
        ("share", "share"),
        ("", "problem"),
        ("x.y", "x.y"),
        ("aime_1991", "aime_1991"),
        ("theorem", "«theorem»"),
        ("a.def", "«a.def»"),
        ("problem 7", "«problem_7»"),
        ("7", "«7»"),
        ("«»", "problem"),
        ("a»b", "«a_b»"),
    ],
)
async def test_names_are_quoted_only_where_lean_needs_it(name: str, written: str) -> None:
    assert lean_name(name) == written
    assert lean_name(name) == lean_name(name)


async def test_words_that_need_quotes_are_those_of_leans_parser(session: Session) -> None:
    for word in ("def", "if", "show", "mut", "using", "repeat", "at", "Prop", "share", "problem", "lemma", "add", "term"):
        outline = await session.outline(f"theorem {word} : 1 = 1 := sorry")
        is_name = [command.theorem.name for command in outline.commands if command.theorem] == [word]
        assert is_name == (lean_name(word) == word), word


async def test_the_same_text_has_the_same_digest_and_another_one_another(session: Session) -> None:
    drafts = (
        "theorem t : 2003 % 11 = 1",
        "theorem t : (2003 % 11) = 1",
        "theorem t : 2003 % 11 = 1 + 0",
        "open Nat\ntheorem t : 2003 % 11 = 1",
        'def s := "--"\ntheorem t : 2003 % 11 = 1',
        'def s := "-- "\ntheorem t : 2003 % 11 = 1',
    )
    first = [(await compiled(session, REMAINDER, lean)).statement.digest for lean in drafts]
    again = [(await compiled(session, REMAINDER, lean)).statement.digest for lean in drafts]
    assert first == again
    assert len(set(first)) == len(drafts)


@pytest.mark.parametrize(
    "front", ["open Nat in\n", "open Nat Int in\n/-- In words. -/\n", "set_option maxHeartbeats 400000 in\nopen Nat in "]
)
async def test_scopes_right_before_the_theorem_are_read(session: Session, front: str) -> None:
    found = await compiled(session, REMAINDER, f"{front}theorem t : succ 2002 % 11 = 1 := by sorry")
    assert found.statement.context.startswith("open Nat")


async def test_what_the_context_does_to_the_statement_is_told(session: Session) -> None:
    instance = "instance foo : HMod ℕ ℕ ℕ := ⟨fun _ _ => 1⟩"
    theorem = "theorem t : 2003 % 11 = 1"
    alone, unused, used, altered = [
        await compiled(session, REMAINDER, lean)
        for lean in (theorem, f"def one := 1\n{theorem}", "def one := 1\ntheorem t : 2003 % 11 = one", f"{instance}\n{theorem}")
    ]
    assert [(each.altered, each.needs_context) for each in (alone, unused, used)] == [("", False), ("", False), ("", True)]
    assert altered.altered or "foo" not in (await first_goal_written_out(session, altered))


async def first_goal_written_out(session: Session, found: Compiled) -> str:
    """With all that is implicit."""
    shown = replace(found.statement, context=f"{found.statement.context}\nset_option pp.all true")
    goal = await first_goal(session, shown)
    assert not isinstance(goal, NotElaborated)
    return goal.text


async def test_a_broken_statement_has_no_goal(session: Session) -> None:
    statement = (await compiled(session, REMAINDER, "def one := 1\ntheorem t : 2003 % 11 = one := by sorry")).statement
    assert isinstance(await first_goal(session, replace(statement, context="")), NotElaborated)
    assert isinstance(await first_goal(session, replace(statement, context="def one := two")), NotElaborated)


async def test_nothing_is_left_in_the_worker(session: Session) -> None:
    await compiled(session, DIFFERENCE, GOOD[DIFFERENCE])
    before = await session.stats()
    for lean in ("def one := 1\ntheorem t (n : ℕ) : n = one → 2003 % 11 = one := by sorry", "theorem t : 1 = one := by sorry"):
        await compile_draft(session, Draft(lean, "test"), "p_1")
    after = await session.stats()
    assert (after.states, after.envs) == (before.states, before.envs)
