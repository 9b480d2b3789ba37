"""Every call of a session but `step`, on the real engine: commands, outlines, opening, proofs as data, handles, two at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from lean_env.embedded.session import LEMMA_ENV, BadRequest, EmbeddedSession
from lean_env.errors import WorkerLost
from lean_env.messages import Accepted, Exported, Message, NotElaborated, Opened, Outline, Position, Refused, Rejected, TacticCall
from tests.fakes.lean import Workers, advanced, closed, kind_of, not_opened, opened, ran, stepped

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

ORDER = "theorem t (a b : ℕ) (h : a < b) : a + 1 ≤ b"
PAIR = "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q"


def texts(source: str, outline: Outline) -> list[str]:
    return [source.encode()[command.start : command.end].decode() for command in outline.commands]


# run


async def test_run_keeps_what_was_declared_in_its_environment_only(session: EmbeddedSession) -> None:
    first = await ran(session, "namespace A\ndef double (n : ℕ) := 2 * n")
    second = await session.run("#eval double 21", first.env)  # the open namespace is kept too
    assert second.messages == (Message("information", "42", Position(1, 0), Position(1, 5)),)
    assert len({0, LEMMA_ENV, first.env, second.env}) == 4
    [unknown] = (await session.run("#eval double 21")).errors
    assert unknown.pos == Position(1, 6)


async def test_messages_come_in_order_with_positions_in_code_points(session: EmbeddedSession) -> None:
    result = await session.run("#check ℕ\n/- ∀∃ -/ theorem bad (n : ℕ) : n = 3 := by\n  omega\ntheorem hole : 1 = 2 := sorry")
    assert [(message.severity, message.pos) for message in result.messages] == [
        ("information", Position(1, 0)),
        ("error", Position(3, 2)),
        ("warning", Position(4, 8)),
    ]
    assert result.errors == (result.messages[1],)
    assert not result.interrupted


async def test_a_parse_error_is_told_and_the_rest_still_runs(session: EmbeddedSession) -> None:
    result = await session.run("theorem x : 1 = := rfl\ndef good := 1\n#check good")
    [error] = result.errors
    assert error.pos == Position(1, 15)
    assert result.messages[-1].data == "good : ℕ"
    assert (await session.run("#check good", result.env)).errors == ()


async def test_a_soft_limit_interrupts_and_leaves_what_came_before(session: EmbeddedSession) -> None:
    scope = await ran(session, "def before := 1")
    slow = "set_option maxHeartbeats 0 in\nexample : (List.range 5000).sum = 5 := by simp [List.range, List.range.loop]"
    result = await session.run(f"{slow}\ndef after := 1", scope.env, soft_ms=200)
    assert result.interrupted
    assert (await session.run("#check before", result.env)).errors == ()
    assert (await session.run("#check after", result.env)).errors != ()
    later = await session.run("#check 1", soft_ms=60_000)
    assert (later.errors, later.interrupted) == ((), False)


async def test_the_prelude_gives_notation_and_forbids_unbound_names(session: EmbeddedSession) -> None:
    result = await session.run("example : ℕ → ℤ → ℚ → Prop := fun n z q => n = 0 ∧ z = -1 ∧ q = 1 / 2\ntheorem t : x = x := rfl")
    assert [error.pos for error in result.errors] == [Position(2, 12), Position(2, 16)]


async def test_the_lemma_library_is_in_an_environment_of_its_own(session: EmbeddedSession) -> None:
    assert (await session.run("#check Entail.step_lt", LEMMA_ENV)).errors == ()
    assert (await session.run("#check Entail.step_lt")).errors != ()


async def test_any_text_reaches_lean_and_comes_back(session: EmbeddedSession) -> None:
    result = await session.run('#eval "𝔘niℂ😀\\u0007é\\\\\\"" ++ "\u2028"')
    assert result.messages[0].data == '"𝔘niℂ😀\\x07é\\\\\\"\u2028"'
    assert (await session.run("#eval 1\0")).errors != ()
    broken = await session.run("#check \ud800")  # a lone surrogate is no character: Lean sees a replacement and says no
    assert broken.errors != ()


async def test_a_reply_of_megabytes_arrives_whole(session: EmbeddedSession) -> None:
    result = await ran(session, 'def long : ℕ → String | 0 => "ℕx" | n + 1 => long n ++ long n\n#eval IO.println (long 20)')
    assert result.messages[0].data == "ℕx" * 2**20 + "\n"


# outline


async def test_an_outline_says_where_each_command_and_its_parts_are(session: EmbeddedSession) -> None:
    source = (
        'open Nat\nnotation "two" => (2 : ℕ)\n-- ℕ\n'
        "@[simp] theorem «a ℕ».{u} {α : Type u} (n : ℕ) (h : n = two) : n = 2 := by simp [h]\n"
        "example : 1 = 1 := rfl\ntheorem hole : True := by\n  have : 1 = 1 := by sorry\n  trivial\n"
        "def f : ℕ := 3\ndef g : ℕ := by exact 3"
    )
    data, outline = source.encode(), await session.outline(source)
    assert texts(source, outline) == [
        "open Nat",
        'notation "two" => (2 : ℕ)',
        "@[simp] theorem «a ℕ».{u} {α : Type u} (n : ℕ) (h : n = two) : n = 2 := by simp [h]",
        "example : 1 = 1 := rfl",
        "theorem hole : True := by\n  have : 1 = 1 := by sorry\n  trivial",
        "def f : ℕ := 3",
        "def g : ℕ := by exact 3",
    ]
    kinds = ["", "", "theorem", "example", "theorem", "definition", "definition"]
    assert [command.declares for command in outline.commands] == kinds
    assert [command.runs_code for command in outline.commands] == [False, False, True, False, True, False, True]
    named, example, hole = (command.theorem for command in outline.commands[2:5])
    assert named is not None
    assert named.binders is not None
    assert named.identifier is not None
    parts = [(named.start, named.value), named.identifier, named.binders, named.type]
    assert [data[start:end].decode().rstrip() for start, end in parts] == [
        "theorem «a ℕ».{u} {α : Type u} (n : ℕ) (h : n = two) : n = 2",
        "«a ℕ».{u}",
        "{α : Type u} (n : ℕ) (h : n = two)",
        "n = 2",
    ]
    assert (named.plain, named.has_sorry) == (False, False)
    assert example is not None
    assert (example.name, example.identifier, example.binders, example.plain) == ("", None, None, True)
    assert hole is not None
    assert (hole.name, hole.has_sorry, hole.plain) == ("hole", True, True)
    assert {message.severity for message in outline.messages} == {"warning"}


async def test_an_outline_of_broken_text_has_the_rest_and_the_errors(session: EmbeddedSession) -> None:
    outline = await session.outline("theorem bad : 1 = := rfl\ntheorem good : 1 = 1 := rfl")
    assert [message.pos for message in outline.messages] == [Position(1, 17)]
    assert [command.theorem and command.theorem.name for command in outline.commands][-1] == "good"
    assert await session.outline("") == Outline((), ())


# open


async def test_open_introduces_the_binders_of_the_signature_and_no_more(session: EmbeddedSession) -> None:
    result = await session.open("theorem some.name (a : ℕ) {b : ℕ} ⦃c : ℕ⦄ [Inhabited ℕ] (h : a = b) : ∀ d, c = d → a = b")
    assert isinstance(result, Opened)
    assert result.name == "some.name"
    [goal] = result.part.goals
    assert goal.text == "a b c : ℕ\ninst✝ : Inhabited ℕ\nh : a = b\n⊢ ∀ (d : ℕ), c = d → a = b"


async def test_open_reads_a_signature_in_the_scopes_of_its_environment(session: EmbeddedSession) -> None:
    scope = await ran(session, "namespace A\nvariable (n : ℕ) {unused : ℕ}\ndef f (k : ℕ) := k\nopen List")
    result = await session.open("theorem t : f n = n ∧ length [n] = 1", scope.env)
    assert isinstance(result, Opened)
    assert (result.name, result.part.goals[0].text) == ("A.t", "n : ℕ\n⊢ f n = n ∧ [n].length = 1")
    root = await session.open("theorem _root_.t : f 1 = 1", scope.env)
    assert isinstance(root, Opened)
    assert root.name == "t"


@pytest.mark.parametrize(
    ("signature", "stage", "line", "column"),
    [
        ("", "parse", 1, 0),
        ("theorem t", "parse", 1, 9),
        ("theorem t : 1 =", "parse", 1, 15),
        ("theorem t :\n  ∀ ∃", "parse", 2, 3),
        ("lemma t : 1 = 1", "parse", 1, 0),
        ("theorem a : 1 = 1\ntheorem b : 2 = 2", "parse", 1, 17),
        ("theorem t : 1 = 1 := rfl", "parse", 1, 0),
        ("theorem t : 1 = 1 := sorry\n#eval 1", "parse", 1, 0),
        ("#eval 1\ntheorem t : 1 = 1", "parse", 1, 0),
        ("def f : ℕ", "parse", 1, 0),
        ("example : 1 = 1", "parse", 1, 0),
        ("@[simp] theorem t : 1 = 1", "parse", 1, 0),
        ("private theorem t : 1 = 1", "parse", 1, 0),
        (f"theorem t : {'(' * 401}1 = 1{')' * 401}", "parse", 1, 0),
        (f'theorem t : "{"x" * 65536}" = ""', "parse", 1, 0),
        ("theorem t (n : ℕ) :\n  n = m", "elaborate", 2, 6),
        ("theorem t : (1 : ℝ) = 1", "elaborate", 1, 17),
        ("theorem t : ℕ", "elaborate", 1, 0),
        ("theorem Nat.add_comm : 1 = 1", "elaborate", 1, 8),
        ("theorem t (h : sorry) : 1 = 1", "elaborate", 1, 0),
    ],
)
async def test_open_refuses_with_stage_and_position(
    session: EmbeddedSession, signature: str, stage: str, line: int, column: int
) -> None:
    result = await not_opened(session, signature)
    assert (result.stage, result.messages[0].pos) == (stage, Position(line, column))
    lines = signature.split("\n")
    for message in result.messages:  # what was added to the text for the parser's sake is never spoken of
        assert "unexpected token ':='" not in message.data
        assert message.end_pos is None or (message.end_pos.line, message.end_pos.column) <= (len(lines), len(lines[-1]))


async def test_open_runs_no_command_that_stands_beside_the_theorem(session: EmbeddedSession) -> None:
    spin = "partial def spin (n : ℕ) : IO Unit := spin (n + 1)"
    scope = await ran(session, spin)
    for signature in ("#eval spin 0\ntheorem t : 1 = 1", "theorem t : 1 = 1 := rfl\n#eval spin 0"):
        assert (await not_opened(session, signature, scope.env)).stage == "parse"


# finish, export, judge


async def test_a_finished_proof_is_accepted_as_data_for_its_own_statement_only(session: EmbeddedSession, workers: Workers) -> None:
    proof = await closed(session, (await opened(session, ORDER)).state, "omega")
    clean = await workers.start()
    accepted = await clean.judge(ORDER, proof.text)
    assert isinstance(accepted, Accepted)
    assert accepted.theorem == "t"
    assert isinstance(await clean.judge("theorem t (x y : ℕ) (k : x < y) : x + 1 ≤ y", proof.text), Accepted)  # names mean nothing
    for other in (ORDER.replace("+ 1", "+ 2"), ORDER.replace("theorem t", "theorem u"), ORDER.replace("ℕ", "ℤ")):
        rejected = await clean.judge(other, proof.text)
        assert isinstance(rejected, Rejected)
        assert rejected.reason == "statement"
    for garbage in ("", "garbage", proof.text[:200], proof.text.replace('"end"', '"END"')):
        rejected = await clean.judge(ORDER, garbage)
        assert isinstance(rejected, Rejected)
        assert rejected.reason == "malformed"
    assert isinstance(await clean.judge("theorem t : x = 1", proof.text), NotElaborated)
    await clean.close()


async def test_finish_refuses_what_is_not_a_whole_proof(session: EmbeddedSession) -> None:
    first = await opened(session, PAIR)
    assert await session.finish(first.state) == Refused("1 goals remain")
    left, _ = await advanced(session, first.state, "constructor")
    half = await stepped(session, left.state, "exact hp")
    assert kind_of(half) == "closed"  # of this part; the other one is still open
    assert isinstance(await session.finish(getattr(half, "state", 0)), Refused)


async def test_export_finds_the_proof_of_a_statement_in_an_environment(session: EmbeddedSession) -> None:
    source = f"{ORDER} := h\ntheorem hole : 1 = 2 := sorry\naxiom free : 1 = 3\ndef two := 2\ntheorem own : two = 2 := rfl"
    result = await ran(session, source)
    exported = await session.export(ORDER, result.env)
    assert isinstance(exported, Exported)
    assert isinstance(await session.judge(ORDER, exported.text), Accepted)
    for signature in ("theorem free : 1 = 3", "theorem two : 1 = 1", "theorem nobody : 1 = 1"):
        assert isinstance(await session.export(signature, result.env), Refused)
    assert isinstance(await session.export("theorem own : two = 2", result.env), NotElaborated)  # of a definition not in its scope
    scope = await ran(session, "def two := 2")
    own = await session.export("theorem own : two = 2", result.env, scope.env)
    assert isinstance(own, Exported)
    assert isinstance(await session.judge("theorem own : two = 2", own.text, scope.env), Accepted)
    hole = await session.export("theorem hole : 1 = 2", result.env)
    assert isinstance(hole, Exported)
    rejected = await session.judge("theorem hole : 1 = 2", hole.text)
    assert isinstance(rejected, Rejected)
    assert rejected.reason == "axiom"


# handles


async def test_freed_handles_are_gone_and_unknown_ones_are_ignored(session: EmbeddedSession) -> None:
    before = await session.stats()
    result = await ran(session, "def x := 1")
    part = await opened(session, "theorem t : 1 = 1")
    held = await session.stats()
    assert (held.states, held.envs) == (before.states + 1, before.envs + 1)
    await session.free([part.state, part.state, 10**6], [result.env, 10**6])
    await session.free()
    after = await session.stats()
    assert (after.states, after.envs) == (before.states, before.envs)
    requests: list[Callable[[], Awaitable[object]]] = [
        lambda: session.step(part.state, [TacticCall("skip")]),
        lambda: session.step(0, [TacticCall("skip")]),
        lambda: session.finish(part.state),
        lambda: session.finish(0),
        lambda: session.run("#check x", result.env),
        lambda: session.outline("#check x", result.env),
        lambda: session.open("theorem t : 1 = 1", -1),
        lambda: session.export("theorem t : 1 = 1", result.env),
        lambda: session.export("theorem t : 1 = 1", 0, result.env),
        lambda: session.judge("theorem t : 1 = 1", "", result.env),
    ]
    for request in requests:
        with pytest.raises(BadRequest):
            await request()
    assert session.alive


async def test_the_library_and_the_lemmas_cannot_be_freed(session: EmbeddedSession) -> None:
    await session.free([0], [0, LEMMA_ENV])
    assert (await session.run("#check Entail.step_lt", LEMMA_ENV)).errors == ()


async def test_stats_count_requests_and_memory(session: EmbeddedSession) -> None:
    first, second = await session.stats(), await session.stats()
    assert second.requests == first.requests + 1
    assert 0 < first.heap_mib <= 2048
    assert first.rss_mib > 50


# sessions


async def test_two_sessions_share_nothing_and_work_at_once(session: EmbeddedSession, workers: Workers) -> None:
    other = await workers.start()

    async def remember(each: EmbeddedSession, value: int) -> str:
        result = await ran(each, f"def mine := {value}")
        return (await each.run("#eval mine", result.env)).messages[0].data

    assert await asyncio.gather(*(remember(each, value) for each in (session, other) for value in (1, 2))) == ["1", "2", "1", "2"]
    await other.close()
    await other.close()
    assert not other.alive
    with pytest.raises(WorkerLost):
        await other.stats()
    assert (await session.run("#check 1")).errors == ()


async def test_requests_of_one_session_take_turns(session: EmbeddedSession) -> None:
    results = await asyncio.gather(*(session.run(f"#eval {number}") for number in range(10)))
    assert [result.messages[0].data for result in results] == [str(number) for number in range(10)]
