"""Reading texts with Lean's own parser: what is found in them, and what is said of those that cannot be read."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from lean_env.messages import NotElaborated, Opened
from lean_env.reading import Listing, Reading, read_text, without_broken
from lean_env.session import Session
from tests.fakes.lean import Workers

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[Session]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


async def read(session: Session, text: str) -> Reading:
    reading = await read_text(session, text)
    assert isinstance(reading, Reading), reading
    return reading


async def one(session: Session, text: str) -> Listing:
    reading = await read(session, text)
    assert len(reading.listings) == 1
    return reading.listings[0]


def holes(reading: Reading) -> dict[str, bool]:
    return {listing.statement.name: listing.has_hole for listing in reading.listings}


# -- one theorem --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending",
    [
        *(
            "",
            "\n",
            " -- := no",
            "\n/- nor := this -/\n",
            " :=",
            " := by",
            " :=\nby\n\n",
            " := by -- soon",
            " := by exact",
        ),
        *(" := sorry", " := by sorry", " := by\n  sorry\n", " := by\n  simp\n  sorry", " := by simp; sorry", " := (sorry)"),
        *(" := by omega_", " := by trivial", " := rfl", " := 5", " := by exact foo", "\n  | n => sorry"),
    ],
)
async def test_a_theorem_whose_proof_is_missing_or_wrong(session: Session, ending: str) -> None:
    text = "theorem t : ∀ n : ℕ, n = 2 * n" + ending
    listing = await one(session, text)
    assert listing.has_hole
    assert listing.statement.signature == "theorem t : ∀ n : ℕ, n = 2 * n"
    assert (listing.statement.name, listing.statement.binders, listing.statement.type) == ("t", "", "∀ n : ℕ, n = 2 * n")
    assert listing.signature_end == len(listing.statement.signature.encode())


@pytest.mark.parametrize(
    "proof", [" := by omega", " :=\n  Nat.zero_add n", " := by\n  omega -- not sorry", " := match n with | _ => by simp"]
)
async def test_a_theorem_with_its_proof(session: Session, proof: str) -> None:
    text = f"theorem t (n : ℕ) : 0 + n = n{proof}"
    listing = await one(session, text)
    assert not listing.has_hole
    assert listing.errors == ()
    assert text.encode()[listing.proof_start : listing.proof_end].decode() in proof


@pytest.mark.parametrize(
    ("signature", "name", "binders", "kind", "levels"),
    [
        ("theorem t : True", "t", "", "True", ""),
        ("theorem A.b' (n : ℕ) {m : ℤ}\n  (h : n = 1) : n < 5", "A.b'", "(n : ℕ) {m : ℤ}\n  (h : n = 1)", "n < 5", ""),
        (
            "theorem t.{u, v} {α : Type u} {β : Type v} (a : α) : a = a",
            "t",
            "{α : Type u} {β : Type v} (a : α)",
            "a = a",
            ".{u, v}",
        ),
        ("theorem «two words» : 1 = 1", "«two words»", "", "1 = 1", ""),
        ('theorem t : "a := b" = "a := b"', "t", "", '"a := b" = "a := b"', ""),
        ("theorem t (n : ℕ := 5) (h : n = n := by rfl) : n = n", "t", "(n : ℕ := 5) (h : n = n := by rfl)", "n = n", ""),
        (
            "theorem t {α : Type} [Inhabited α] ⦃a : α⦄ : ∃ b : α, b = a",
            "t",
            "{α : Type} [Inhabited α] ⦃a : α⦄",
            "∃ b : α, b = a",
            "",
        ),
    ],
)
async def test_the_parts_of_a_signature(session: Session, signature: str, name: str, binders: str, kind: str, levels: str) -> None:
    statement = (await one(session, signature)).statement
    assert (statement.name, statement.binders, statement.type, statement.levels) == (name, binders, kind, levels)
    assert statement.signature == signature
    assert isinstance(await session.open(statement.signature), Opened)


@pytest.mark.parametrize(
    "signature",
    [
        "theorem t {α : Type} [Inhabited α] ⦃a : α⦄ (h : a = a) : ∃ b : α, b = a",
        "theorem t.{u} {α : Type u} (a : α) : a = a",
        "theorem t {α : Type _} (a b : α) : a = b",
        "theorem t (f : ℕ → ℕ) (h : ∀ x, f x = 0) : ∀ x y, f x = f y",
        "theorem t : ¬ True",
        "theorem t (p q : Prop) : p → q",
    ],
)
async def test_the_negation_is_a_statement_too(session: Session, signature: str) -> None:
    negation = (await one(session, signature)).statement.negation()
    opened = await session.open(negation.signature)
    assert isinstance(opened, Opened)
    [goal] = opened.part.goals
    assert goal.target.startswith("¬")


@pytest.mark.parametrize("before", ["", "private ", "protected ", "@[simp] ", "/-- why -/\n", "@[simp]\nprivate "])
async def test_modifiers_stay_outside_of_the_statement(session: Session, before: str) -> None:
    listing = await one(session, f"{before}theorem A.t (n : ℕ) : n + 0 = n := sorry")
    assert listing.statement.signature == "theorem A.t (n : ℕ) : n + 0 = n"
    assert listing.start == 0


# -- files --------------------------------------------------------------------------------------------------------------------


async def test_what_stands_before_a_theorem_is_its_context(session: Session) -> None:
    text = "open Nat\n\ndef f (n : ℕ) := n + 1\n\ntheorem a : f 0 = 1 := rfl\n\n/-- b -/\ntheorem b : f 1 = 2"
    reading = await read(session, text)
    assert holes(reading) == {"a": False, "b": True}
    first, second = (listing.statement.context for listing in reading.listings)
    assert first == "open Nat\n\ndef f (n : ℕ) := n + 1"
    assert second == first + "\n\ntheorem a : f 0 = 1 := rfl"


async def test_nothing_may_rest_on_a_hole(session: Session) -> None:
    text = (
        "theorem a (n : ℕ) : n * 0 = 0 := sorry\ntheorem b : 5 * 0 = 0 := a 5\ntheorem c : 6 * 0 = 5 * 0 := by rw [b]\n"
        "theorem d : 1 = 1 := rfl\ntheorem e : 2 = 3 := rfl\ntheorem f : 3 = 3 := sorry"
    )
    reading = await read(session, text)
    assert holes(reading) == {"a": True, "b": False, "c": False, "d": False, "e": True, "f": True}
    context = reading.listings[-1].statement.context
    assert context.strip() == "theorem d : 1 = 1 := rfl"
    assert context.startswith(" " * len("theorem a (n : ℕ) : n * 0 = 0 := sorry".encode()) + "\n"), "offsets stay what they are"


async def test_a_definition_that_rests_on_a_hole_is_left_to_be_refused(session: Session) -> None:
    text = "theorem two : 0 < 2 := sorry\ndef f : Fin 2 := ⟨0, two⟩\ntheorem a : f = f := rfl\ntheorem b : f.val = 0"
    reading = await read(session, text)
    ran = await session.run(reading.listings[-1].statement.context)
    assert [message.data.splitlines()[0] for message in ran.errors] == ["Unknown identifier `two`"]


async def test_namespaces_sections_and_variables(session: Session) -> None:
    text = "namespace A\nsection\nvariable {α : Type} (x : α)\ntheorem b : x = x := sorry\nend\nend A\ntheorem b : 1 = 1 := sorry"
    reading = await read(session, text)
    inner, outer = (listing.statement for listing in reading.listings)
    assert (inner.name, outer.name) == ("b", "b")
    assert not inner.can_be_negated
    ran = await session.run(inner.context)
    assert isinstance(await session.open(inner.signature, ran.env), Opened)


async def test_broken_proofs_can_be_left_out(session: Session) -> None:
    text = (
        "theorem a : 1 = 2 := by simp\ntheorem b : 1 = 2 := a\ntheorem c : 1 = 1 := rfl\n"
        "theorem d : 1 = 2 := sorry\nexample : 1 = 2 := rfl"
    )
    reading = await read(session, text)
    assert [listing.statement.name for listing in reading.listings if listing.errors] == ["a"]
    source, gone = await without_broken(session, reading)
    assert [listing.statement.name for listing in gone] == ["a", "b"]
    assert " ".join(source.split()) == "theorem c : 1 = 1 := rfl theorem d : 1 = 2 := sorry"
    assert (await session.run(source)).errors == ()


# -- Mathlib's header -----------------------------------------------------------------------------------------------------------


async def test_a_header_for_mathlib_is_left_out(session: Session) -> None:
    text = (
        "import Mathlib\nimport Aesop\nset_option maxHeartbeats 400000\n\nopen BigOperators Real Nat Topology Rat\n"
        "open scoped Foo\n\ntheorem t (n : ℕ) : n = n"
    )
    reading = await read(session, text)
    assert reading.left_out == ("import Mathlib", "import Aesop", "open BigOperators", "open Real", "open Topology", "open Foo")
    assert reading.listings[0].statement.imports == ("Mathlib", "Aesop")
    assert " ".join(reading.listings[0].statement.context.split()) == "set_option maxHeartbeats 400000 open Nat Rat"
    assert len(reading.source.encode()) == len(reading.text.encode())
    assert reading.text.startswith(text)
    assert (await session.run(reading.source)).errors == ()


async def test_opens_are_left_out_wherever_they_stand_but_only_with_an_import(session: Session) -> None:
    text = "namespace A\ndef a := 1\nend A\ntheorem t : A.a = 1 := rfl\nopen A Finset\ntheorem u : a = 1 := sorry"
    reading = await read(session, f"import Mathlib\n{text}")
    assert reading.left_out == ("import Mathlib", "open Finset")
    refused = await read_text(session, text)
    assert isinstance(refused, NotElaborated)
    assert refused.messages[0].data.startswith("unknown namespace `Finset`")


# -- what cannot be read ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "\n \n", "-- theorem t : 1 = 1", "/- theorem t : 1 = 1 -/\n-- no", "def f := 1", "open Nat", "#eval 1"]
)
async def test_no_theorem_is_no_error(session: Session, text: str) -> None:
    assert (await read(session, text)).listings == ()


async def test_theorems_in_other_forms_are_told_of(session: Session) -> None:
    text = (
        "mutual\ntheorem a : 1 = 1 := rfl\nend\n\nopen Nat in\ntheorem b : 1 = 1 := rfl\n\n"
        "theorem c : 1 = 1 := rfl\n\nmutual\ndef f := 1\nend"
    )
    reading = await read(session, text)
    assert holes(reading) == {"c": False}
    assert reading.unread == (1, 5)


@pytest.mark.parametrize(
    ("text", "stage", "line", "column", "said"),
    [
        ("theorem t (n : ℕ : n = n", "parse", 1, 16, "unexpected token ':'; expected ')'"),
        ("theorem t (n : ℕ) : n + = n := by sorry", "parse", 1, 23, "unexpected token '='; expected term"),
        ("theorem t (n : ℕ) : foo n = n", "elaborate", 1, 20, "Unknown identifier `foo`"),
        ("theorem t :\n  ∑ i, i = 0", "parse", 2, 2, "expected token"),
        ("theorem t (n : ℕ) : n", "elaborate", 1, 20, "type expected"),
        ("theorem t :", "parse", 1, 11, "unexpected end of input"),
        ("theorem t : 1 = 1 := fun", "elaborate", 1, 24, "unexpected end of input"),
        ("theorem t", "parse", 1, 9, "unexpected end of input; expected ':'"),
        ("lemma t : 1 = 1", "parse", 1, 0, "unexpected identifier; expected command"),
        ("hello world", "parse", 1, 0, "unexpected identifier; expected command"),
        ('def f : ℕ := "no"\ntheorem t : f = 1', "elaborate", 1, 13, "Type mismatch"),
        ("theorem t : 1 = 1 := rfl\nend A", "elaborate", 2, 0, "invalid `end`"),
    ],
)
async def test_lean_s_own_words_at_their_place(session: Session, text: str, stage: str, line: int, column: int, said: str) -> None:
    refused = await read_text(session, text)
    assert isinstance(refused, NotElaborated)
    message = refused.messages[0]
    assert said.lower() in message.data.lower()
    assert message.pos is not None
    assert (message.pos.line, message.pos.column) == (line, column)
    assert refused.stage == stage


async def test_lone_surrogates_cannot_break_it(session: Session) -> None:
    assert isinstance(await read_text(session, "theorem t : \ud800 = 1"), NotElaborated)


@pytest.mark.parametrize("before", ["/- words -/\n", "-- words\n\n", "theorem hole : 1 = 1 := sorry\n-- and words\n"])
async def test_comments_alone_are_no_context(session: Session, before: str) -> None:
    *_, listing = (await read(session, f"{before}theorem t (n : ℕ) : n + 0 = n := by\n  sorry\n")).listings
    assert listing.statement.context == ""
    kept = await one(session, "-- words\nopen Nat\n-- more\ntheorem t (n : ℕ) : n + 0 = n := sorry")
    assert kept.statement.context.startswith("-- words\nopen Nat")
