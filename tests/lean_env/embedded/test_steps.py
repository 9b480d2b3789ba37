"""`step` on the real engine: what advances, how what is left is cut into parts, what is refused, batches, going back."""

from __future__ import annotations

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted, Advanced, Exported, Limit, TacticCall
from tests.fakes.lean import advanced, closed, kind_of, opened, ran, refusal, stepped

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

PAIR = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q"


async def sizes(session: EmbeddedSession, signature: str, tactic: str) -> list[int]:
    """How many goals each part has that a tactic leaves."""
    return [len(part.goals) for part in await advanced(session, (await opened(session, signature)).state, tactic)]


# what is left


async def test_a_tactic_that_closes_everything_leaves_a_proof(session: EmbeddedSession) -> None:
    part = await opened(session, PAIR)
    proof = await closed(session, part.state, "exact ⟨hp, hq⟩")
    assert isinstance(await session.judge(PAIR, proof.text), Accepted)


async def test_independent_goals_are_separate_parts_with_states_of_their_own(session: EmbeddedSession) -> None:
    left, right = await advanced(session, (await opened(session, PAIR)).state, "constructor")
    assert [[goal.target for goal in part.goals] for part in (left, right)] == [["p"], ["q"]]
    assert await advanced(session, left.state, "exact hp") == ()
    assert "mismatch" in await refusal(session, right.state, "exact hp")
    assert await advanced(session, right.state, "exact hq") == ()


@pytest.mark.parametrize(
    ("signature", "tactic", "parts"),
    [
        ("theorem t (p q r : Prop) (h : p ∨ q ∨ r) : r ∨ q ∨ p", "rcases h with h | h | h", [1, 1, 1]),
        ("theorem t (n : ℕ) : 0 ≤ n", "induction n", [1, 1]),
        ("theorem t : ∃ x : ℕ, x * x = 9", "constructor", [2]),
        ("theorem t : ∃ x : ℕ, x * x = 9", "refine ⟨?_, ?_⟩", [2]),
        ("theorem t : ∃ x : ℕ, x * x = 9", "refine ⟨3, ?_⟩", [1]),
        ("theorem t : ∃ x y : ℕ, x + y = 9 ∧ 1 = 1", "refine ⟨?_, ?_, ?_, ?_⟩", [4]),
        ("theorem t (a b c : ℕ) (h : a ≤ b) (k : b ≤ c) : a ≤ c", "apply Nat.le_trans", [3]),
        ("theorem t (a b c : ℕ) (h : a ≤ b) (k : b ≤ c) : a ≤ c", "calc a ≤ b := ?_\n  _ ≤ c := ?_", [1, 1]),
        # the goal under the binder is what `?m` in the other one waits for
        ("theorem t : ∃ f : ℕ → ℕ, f 0 = 0", "refine ⟨fun n => ?_, ?_⟩", [2]),
        ("theorem t : ∃ f : ℕ → ℕ, f 0 = 0", "refine ⟨fun n => n * ?_, ?_⟩", [2]),
        ("theorem t : ∃ f : ℕ → ℕ, f 0 = 0", "refine ⟨fun n => ?_, ?_⟩\nrefine Nat.add ?_ n", [2]),
        # the value of a `let` depends on the other goal, its type does not
        ("theorem t : 1 = 1", "refine let x : ℕ := ?a; ?b", [2]),
        ("theorem t (p : ℕ → Prop) (h : p 2) : ∃ x, p x", "refine ⟨?x, ?h⟩\ncase h => exact h", []),
    ],
)
async def test_goals_that_share_metavariables_stay_together(
    session: EmbeddedSession, signature: str, tactic: str, parts: list[int]
) -> None:
    assert await sizes(session, signature, tactic) == parts


async def test_the_first_goal_of_a_part_is_the_one_a_tactic_acts_on(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t : ∃ x : ℕ, x * x = 9")
    [together] = await advanced(session, part.state, "refine ⟨?_, ?_⟩")
    assert [goal.target for goal in together.goals] == ["ℕ", "?refine_1 * ?refine_1 = 9"]
    [rest] = await advanced(session, together.state, "exact 3")
    assert [goal.target for goal in rest.goals] == ["3 * 3 = 9"]
    assert kind_of(await stepped(session, rest.state, "rfl")) == "closed"


async def test_going_back_costs_nothing_and_changes_nothing(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t (n : ℕ) (h : n = 3) : n * n = 9")
    first = await stepped(session, part.state, "subst h")
    assert kind_of(await stepped(session, part.state, "omega")) == "refused"
    assert kind_of(await stepped(session, part.state, "exact hopeless")) == "refused"
    assert kind_of(await stepped(session, part.state, "rw [h]")) == "closed"
    again = await stepped(session, part.state, "subst h")
    assert isinstance(first, Advanced)
    assert isinstance(again, Advanced)
    assert [each.goals for each in first.parts] == [each.goals for each in again.parts]
    assert {each.state for each in first.parts}.isdisjoint(each.state for each in again.parts)


# batches


async def test_a_batch_answers_in_order_whatever_happens_in_it(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t (a b : ℕ) (h : a = b) : b = a")
    tactics = ["nonsense", "exact h", "exact h.symm", "skip", "symm", "omega", "sorry"]
    results = await session.step(part.state, [TacticCall(tactic, 0, 20_000) for tactic in tactics])
    assert [kind_of(result) for result in results] == ["refused", "refused", "closed", "open", "open", "closed", "refused"]
    assert await session.step(part.state, []) == []


async def test_until_closed_ends_a_batch_at_the_first_tactic_that_closes(session: EmbeddedSession) -> None:
    part = await opened(session, PAIR)
    calls = [TacticCall(tactic, 0, 20_000) for tactic in ("nonsense", "constructor", "exact ⟨hp, hq⟩", "simp", "nonsense")]
    results = await session.step(part.state, calls, until_closed=True)
    assert [kind_of(result) for result in results] == ["refused", "open", "closed"]
    assert len(await session.step(part.state, calls[:2], until_closed=True)) == 2


# what a tactic may be written like


@pytest.mark.parametrize(
    "tactic",
    [
        "constructor; exact hp; exact hq",
        "constructor <;> assumption",
        "constructor\n· exact hp\n· exact hq",
        "  constructor\n  · exact hp\n  · exact hq",
        "constructor\r\n· exact hp\r\n· exact hq",
        "constructor\ncase left =>\n  exact hp\ncase right => exact hq",
        "exact ⟨hp,\n  hq⟩",
        "exact ⟨by\n  exact hp, hq⟩",
        "have h : q := by\n  assumption\nexact ⟨hp, h⟩",
        "-- why not\nexact ⟨hp, hq⟩ -- done",
        "exact ⟨hp, hq⟩ /- ) -/",
        "(exact ⟨hp, hq⟩)",
        "first\n  | exact hopeless\n  | exact ⟨hp, hq⟩",
        "open Nat in\nset_option maxRecDepth 10000 in\nexact ⟨hp, hq⟩",
    ],
)
async def test_a_block_in_any_layout_is_one_step(session: EmbeddedSession, tactic: str) -> None:
    part = await opened(session, PAIR)
    proof = await closed(session, part.state, tactic)
    assert isinstance(await session.judge(PAIR, proof.text), Accepted)


@pytest.mark.parametrize(
    "tactic",
    [
        "",
        "   \n ",
        "-- nothing",
        "exact",
        "exact ⟨hp, hq",
        "(exact ⟨hp, hq⟩",
        "exact ⟨hp, hq⟩)",
        "exact ⟨hp, hq⟩ /- no end",
        "skip) <;> (exact ⟨hp, hq⟩",
        "skip\n) <;> (\nexact ⟨hp, hq⟩",
        "exact ⟨hp, hq⟩ end",
        "exact ⟨hp, hq⟩\n\ntheorem x : False := sorry",
        "exact ⟨hp, hq⟩\n#eval 1",
        "#eval 1",
        "end",
        "\ufeffexact ⟨hp, hq⟩",
        "constructor\texact hp",
    ],
)
async def test_text_that_is_not_one_block_is_a_parse_error(session: EmbeddedSession, tactic: str) -> None:
    part = await opened(session, PAIR)
    assert (await refusal(session, part.state, tactic)).startswith("parse error")


@pytest.mark.parametrize(
    "tactic",
    [
        "sorry",
        "admit",
        "exact sorry",
        "exact (by sorry)",
        "skip; sorry",
        "first | sorry",
        "have : False := by sorry\nomega",
        "exact (by\n  stop\n  omega)",
        "native_decide",
        "constructor <;> native_decide",
        "decide +native",
        "decide (config := { native := true })",
        "set_option debug.skipKernelTC true in decide",
        "set_option «debug».skipKernelTC true in decide",
        "set_option /- -/ debug.skipKernelTC true in decide",
        "set_option\n  debug.byAsSorry true in exact (by decide)",
        "exact?",
        "apply?",
        "rw?",
    ],
)
async def test_cheats_and_searches_are_refused_by_their_syntax(session: EmbeddedSession, tactic: str) -> None:
    part = await opened(session, "theorem t : (1 : ℕ) = 2 ∨ True")
    assert await refusal(session, part.state, tactic) == "this tactic is not allowed in a proof"


async def test_a_sorry_that_no_syntax_shows_closes_nothing(session: EmbeddedSession) -> None:
    scope = await ran(session, 'macro "magic" : tactic => `(tactic| exact sorry)')
    part = await opened(session, "theorem t : 1 = 2", scope.env)
    for tactic in ("exact sorryAx _ true", "exact (sorryAx _ : 1 = 2)", "magic", "have h : 1 = 2 := sorryAx _ true\nexact h"):
        assert "sorry" in await refusal(session, part.state, tactic)
    [later] = await advanced(session, part.state, "have h : 1 = 2 := sorryAx _ true")
    assert "sorry" in await refusal(session, later.state, "exact h")


async def test_a_theorem_cannot_be_proved_by_itself(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t : 1 = 2")
    assert "t" in await refusal(session, part.state, "exact t")
    context = await ran(session, "theorem other : 1 = 1 := rfl")
    part = await opened(session, "theorem t : 1 = 1", context.env)
    assert await advanced(session, part.state, "exact other") == ()


async def test_what_a_tactic_says_without_an_error_is_no_refusal(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t (a : ℕ) (h : a = 1 ∧ a = 1) : a = 1")
    for tactic in ('trace "hello"', "trace_state", "have unused := h", "show_term skip", 'dbg_trace "5\\n{}"'):
        assert kind_of(await stepped(session, part.state, tactic)) == "open"
    assert kind_of(await stepped(session, part.state, "simp? [h]")) == "closed"


async def test_a_tactic_that_logs_errors_instead_of_throwing_is_refused(session: EmbeddedSession) -> None:
    part = await opened(session, PAIR)
    assert "hopeless" in await refusal(session, part.state, "exact ⟨hopeless, also_hopeless⟩")
    assert "unsolved goals" in await refusal(session, part.state, "case' _ => skip\n· skip")


@pytest.mark.parametrize("signature", ["theorem t : 2 ^ 10 = 1024", "theorem t (n : ℕ) (h : n < 4) : n * n < 16"])
async def test_proofs_with_helper_declarations_are_exported_whole(session: EmbeddedSession, signature: str) -> None:
    part = await opened(session, signature)
    tactic = "decide" if "^" in signature else "rcases n with _ | _ | _ | _ | n <;> first | decide | omega"
    proof = await closed(session, part.state, tactic)
    assert isinstance(proof, Exported)
    assert isinstance(await session.judge(signature, proof.text), Accepted)


async def test_text_over_the_size_limits_is_told_apart_from_a_refusal(session: EmbeddedSession) -> None:
    part = await opened(session, PAIR)
    for tactic in (f"exact ⟨hp, hq⟩ -- {'x' * 65536}", f"exact {'(' * 500}hp{')' * 500}"):
        result = await stepped(session, part.state, tactic)
        assert isinstance(result, Limit)
        assert (result.kind, result.heartbeats) == ("size", 0)
        assert "limit" in result.message
    assert await advanced(session, part.state, f"exact ⟨hp, {'(' * 300}hq{')' * 300}⟩") == ()
