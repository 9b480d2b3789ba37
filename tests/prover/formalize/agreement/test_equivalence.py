"""Which statements say the same, on the real engine: what must be found, and above all what must never be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from lean_env.embedded.session import EmbeddedSession
from lean_env.errors import WorkerLost
from lean_env.statement import Statement
from prover.formalize.agreement.equivalence import Comparison, Relation, compare
from prover.formalize.agreement.rungs import Limits, Rung
from tests.fakes.lean import Workers

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

PATIENT = Limits(soft_ms=20_000, total_s=1000.0)  # what is decided must not depend on how busy the machine is


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncGenerator[EmbeddedSession]:
    workers = Workers()
    yield await workers.start()
    await workers.close()


def stated(text: str, context: str = "") -> Statement:
    """A statement from `binders ⊢ type`."""
    binders, claim = (part.strip() for part in text.split("⊢"))
    return Statement("some_name", f"theorem some_name {binders} : {claim}", binders, claim, context=context)


async def compared(session: EmbeddedSession, left: Statement, right: Statement) -> Comparison:
    """The comparison, which must leave nothing behind."""
    before = await session.stats()
    found = await compare(session, left, right, PATIENT)
    after = await session.stats()
    assert (after.states, after.envs) == (before.states, before.envs)
    return found


REMAINDER = "(n : ℕ) (h₀ : n % 7 = 3) ⊢ (2 * n + 1) % 7 = 0"
SUM = "(x y : ℤ) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 80) ⊢ x = 26"
POWER = "(n : ℕ) (h₀ : n ^ 2 < 30) (h₁ : 10 < 3 * n) (h₂ : n ≠ 5) ⊢ n = 4"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(REMAINDER, "(m : ℕ) (h : m % 7 = 3) ⊢ (2 * m + 1) % 7 = 0", id="renamed"),
        pytest.param(REMAINDER, "⊢ ∀ n : ℕ, n % 7 = 3 → (2 * n + 1) % 7 = 0", id="binders behind the colon"),
        pytest.param(SUM, "(a b : ℤ) (h₂ : a + b + a * b = 80) (h₁ : b < a) (h₀ : 0 < b) ⊢ a = 26", id="renamed and reordered"),
        pytest.param("⊢ ∃ n : ℕ, n ^ 2 = 49", "⊢ ∃ m : ℕ, m ^ 2 = 49", id="bound names"),
    ],
)
async def test_same(session: EmbeddedSession, left: str, right: str) -> None:
    found = await compared(session, stated(left), stated(right))
    assert found.relation is Relation.SAME
    assert found.forward.rung is Rung.TREES


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(SUM, "(b a : ℤ) (h₂ : 80 = a + b + a * b) (h₀ : a > b ∧ 1 ≤ b) ⊢ 26 = a", id="turned round and joined"),
        pytest.param(
            "(a b : ℕ) (h₀ : 0 < a ∧ 0 < b) (h₁ : a + b = 20) (h₂ : a = 3 * b) ⊢ a - b = 10",
            "(a b : ℕ) (h₀ : a ≠ 0) (h₁ : b ≥ 1) (h₂ : 3 * b = a) (h₃ : 20 = b + a) ⊢ 10 = a - b",
            id="conjunction split",
        ),
        pytest.param(
            "(n : ℕ) (h₀ : 0 < n) ⊢ Nat.gcd (n + 7) (2 * n + 1) ≤ 13",
            "(n : ℕ) (h₀ : n ≠ 0) ⊢ 13 ≥ Nat.gcd (2 * n + 1) (n + 7)",
            id="gcd",
        ),
        pytest.param(REMAINDER, "(n : ℕ) ⊢ n % 7 = 3 → 7 ∣ 2 * n + 1", id="divides"),
        pytest.param("(n : ℕ) (h : n % 7 = 0) ⊢ n % 14 = 5", "(n : ℕ) (h : 7 ∣ n) ⊢ 5 = n % 14", id="both false"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 1 = 2003 % 11", id="closed"),
        pytest.param(
            "(x y : ℕ) (h : 0 < x) (h' : 0 < y) (h₂ : x + y + x * y = 80) (h₃ : y < x) ⊢ x = 26",
            "(x y : ℤ) (h : 0 < x ∧ 0 < y) (h₂ : x + y + x * y = 80) (h₃ : x > y) ⊢ x = 26",
            id="ℕ and ℤ",
        ),
        pytest.param(
            "(a b n : ℕ) (h₀ : 1 ≤ a ∧ a ≤ 9) (h₁ : 0 ≤ b ∧ b ≤ 9) (h₂ : n = 10 * a + b) (h₃ : n = a * b + a + b) ⊢ b = 9",
            "(a b : ℕ) (h₀ : 0 < a ∧ a < 10) (h₁ : b < 10) (h₃ : 10 * a + b = a * b + a + b) ⊢ b = 9",
            id="a variable eliminated, digits written in two ways",
        ),
        pytest.param(
            "(x y : ℤ) (h : x + y = 10) (h₂ : x - y = 4) ⊢ x = 7", "(x : ℤ) (h : x - (10 - x) = 4) ⊢ x = 7", id="a sum eliminated"
        ),
        pytest.param("(f : ℕ → ℕ) ⊢ ∃ n, f (f n) ≠ n + 1987", "(g : ℕ → ℕ) ⊢ ∃ n, ¬ n + 1987 = g (g n)", id="functions"),
        pytest.param("(a : ℤ) ⊢ a ^ 2 % 3 = 0 ∨ a ^ 2 % 3 = 1", "(a : ℤ) ⊢ a * a % 3 = 1 ∨ a ^ 2 % 3 = 0", id="square"),
        pytest.param("(n : ℕ) (h : 2 * n + 1 = 15) ⊢ n ^ 4 = 2401", "(n : ℕ) (h : n + n + 1 = 15) ⊢ n ^ 4 = 2401", id="double"),
        pytest.param(
            "(u : ℕ → ℕ) (h₀ : u 0 = 5) (h₁ : ∀ n, u (n + 1) = 2 * u n + (n + 1)) ⊢ u 30 = 70",
            "(v : ℕ → ℕ) (h₀ : v 0 = 5) (h₁ : ∀ n, v (n + 1) = (n + 1) + 2 * v n) ⊢ v 30 = 70",
            id="sequences",
        ),
    ],
)
async def test_equivalent(session: EmbeddedSession, left: str, right: str) -> None:
    found = await compared(session, stated(left), stated(right))
    assert found.relation is Relation.EQUIVALENT, found


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("(x y : ℤ) (h₁ : y < x) (h₂ : x + y + x * y = 80) ⊢ x = 26", SUM, id="a hypothesis dropped"),
        pytest.param(SUM, SUM.replace("x = 26", "x ≤ 26"), id="at most instead of equal"),
        pytest.param("(x : ℕ) (h : x + 3 = 80) ⊢ x = 77", "(x : ℕ) (h : x + 3 = 80) ⊢ x ≥ 77", id="at least instead of equal"),
        pytest.param(POWER.replace("(h₂ : n ≠ 5) ", ""), POWER, id="an extra hypothesis"),
        pytest.param("(n : ℕ) ⊢ n ^ 3 % 9 < 5 ∧ n ^ 2 % 7 = 4", "(n : ℕ) ⊢ n ^ 2 % 7 = 4", id="half of the claim"),
    ],
)
async def test_stronger(session: EmbeddedSession, left: str, right: str) -> None:
    found = await compared(session, stated(left), stated(right))
    assert found.relation is Relation.STRONGER, found
    assert found.forward.is_shown
    assert found.backward.reason


VACUOUS = "(n : ℕ) (h : n < 2) (h' : n > 5) ⊢ n = 9"
SYSTEM = "(x y : ℤ) (h₂ : x + y = 10) (h : x - y = 4) ⊢ x = 7"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 2004 % 12 = 0", id="both true"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 1 + 1 = 2", id="true and trivial"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ True", id="True"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 2003 % 11 = 2", id="true and false"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 2003 % 11 = 2003 % 11", id="the question as its answer"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 2003 % 11 = 2003 % 2", id="an answer to be computed"),
        pytest.param("⊢ 2003 % 11 = 1", "⊢ 2003 % 13 = 1", id="another modulus"),
        pytest.param("⊢ 2003 % 11 = 5", "⊢ 2004 % 12 = 7", id="both false"),
        pytest.param("⊢ 2003 % 11 = 5", "⊢ False", id="False"),
        pytest.param("(n : ℕ) ⊢ n = 5", "(n : ℕ) ⊢ n = 6", id="both false, with a variable"),
        pytest.param("⊢ ∀ a b : ℕ, a = b", "⊢ 17 * 18 % 4 = 2", id="all numbers equal"),
        pytest.param("⊢ ∀ p : Prop, p", "(n : ℕ) (h : n ^ 2 = 16) ⊢ n = 4", id="every proposition true"),
        pytest.param(VACUOUS, VACUOUS.replace("= 9", "= 8"), id="both vacuous"),
        pytest.param(VACUOUS, REMAINDER, id="vacuous and true"),
        pytest.param(REMAINDER, "(n : ℕ) (h : n % 7 = 5) ⊢ 5 * n % 7 = 4", id="two problems of one kind"),
        pytest.param(REMAINDER, REMAINDER.replace("2 *", "9 *"), id="a number that makes no difference modulo 7"),
        pytest.param(REMAINDER.replace("= 0", "= 4"), "(n : ℕ) (h₀ : n % 7 = 3) ⊢ (9 * n + 1) % 7 = 4", id="the same, and false"),
        pytest.param(SYSTEM, SYSTEM.replace("x = 7", "x = 14 / 2"), id="an answer replaced by an expression"),
        pytest.param(SYSTEM, SYSTEM.replace("x = 7", "y = 3"), id="another unknown asked for"),
        pytest.param(SYSTEM, SYSTEM.replace("x + y", "x * y"), id="another operation"),
        pytest.param("(n : ℕ) ⊢ 3 ∣ n ^ 3 + 2 * n", "(n : ℕ) ⊢ 3 ∣ n ^ 3 + 5 * n", id="equivalent by computing only"),
        pytest.param("⊢ 2 + 2 = 4", "⊢ 2 * 2 = 4", id="another operation with one outcome"),
        pytest.param(
            "(n : ℕ) (h : n = 17 * 18) ⊢ n % 4 = 2",
            "(n : ℕ) (h : n = (17 + 4) * 18) ⊢ n % 4 = 2",
            id="another term with one outcome",
        ),
        pytest.param("(n : ℕ) ⊢ 3 ∣ n ^ 3 + 2 * n", "(n : ℕ) ⊢ 3 ∣ 2 ^ (2 * n + 1) + 1", id="two theorems"),
        pytest.param(
            "(x y : Fin 7) (h : x * x + y = 3) ⊢ x = y",
            "(x y : Fin 7) (h : x * x + y = 10) ⊢ x = y",
            id="numbers of a type in which they cannot be hidden",
        ),
    ],
)
async def test_undecided(session: EmbeddedSession, left: str, right: str) -> None:
    found = await compared(session, stated(left), stated(right))
    assert found.relation is Relation.UNDECIDED, found
    assert found.how


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(SUM, "(b a : ℤ) (h₂ : 80 = a + b + a * b) (h₀ : a > b ∧ 1 ≤ b) ⊢ 26 = a", id="equivalent"),
        pytest.param(SUM, SUM.replace("x = 26", "x ≤ 26"), id="stronger"),
        pytest.param(REMAINDER, REMAINDER.replace("2 *", "9 *"), id="undecided"),
    ],
)
async def test_the_other_way_round_it_is_the_mirror_image(session: EmbeddedSession, left: str, right: str) -> None:
    found = await compare(session, stated(left), stated(right), PATIENT)
    mirrored = await compare(session, stated(right), stated(left), PATIENT)
    assert mirrored.relation is found.relation.mirrored
    assert (mirrored.forward.rung, mirrored.backward.rung) == (found.backward.rung, found.forward.rung)


# -- what stands before the theorems ------------------------------------------------------------------------------------------


async def test_each_is_read_in_its_own_scopes(session: EmbeddedSession) -> None:
    found = await compared(session, stated("⊢ gcd 180 168 = 12", "open Nat\n"), stated("⊢ Nat.gcd 168 180 = 12"))
    assert found.relation is Relation.EQUIVALENT, found


async def test_equal_definitions_are_shared(session: EmbeddedSession) -> None:
    context = "def price (n : ℕ) : ℕ := 3 * n + 5\n"
    found = await compared(session, stated("⊢ price 4 = 17", context), stated("⊢ 17 = price 4", f"-- The price.\n{context}\n"))
    assert found.relation is Relation.EQUIVALENT, found


async def test_different_definitions_are_not_compared(session: EmbeddedSession) -> None:
    left = stated("⊢ price 4 = 17", "def price (n : ℕ) : ℕ := 3 * n + 5\n")
    right = stated("⊢ price 4 = 17", "def price (n : ℕ) : ℕ := 2 * n + 9\n")
    found = await compared(session, left, right)
    assert found.relation is Relation.UNDECIDED
    assert "before the theorems" in found.how


async def test_an_instance_written_out_is_not_the_usual_one(session: EmbeddedSession) -> None:
    strange = "(a b : ℕ) (h : @HAdd.hAdd ℕ ℕ ℕ ⟨fun x _ => x⟩ a b = 20) ⊢ a = 20"
    found = await compared(session, stated("(a b : ℕ) (h : a + b = 20) ⊢ a = 20"), stated(strange))
    assert not found.agrees, found


async def test_parameters_outside_the_signature_are_said(session: EmbeddedSession) -> None:
    left = stated("⊢ n + 1 = 5", "variable (n : ℕ)\n")
    found = await compared(session, left, stated("(n : ℕ) ⊢ n + 1 = 5", "variable (n : ℕ)\n"))
    assert found.relation is Relation.UNDECIDED
    assert "outside" in found.how


async def test_the_name_is_no_part_of_it(session: EmbeddedSession) -> None:
    found = await compared(session, stated(REMAINDER), replace(stated(REMAINDER), name="other"))
    assert found.relation is Relation.SAME


async def test_time_is_a_limit(session: EmbeddedSession) -> None:
    ticks: Iterator[int] = iter(range(0, 100_000, 1000))
    found = await compare(session, stated(SYSTEM), stated(REMAINDER), Limits(total_s=1.0), lambda: next(ticks))
    assert found.relation is Relation.UNDECIDED
    assert "out of time" in found.how


async def test_a_lost_worker_is_said() -> None:
    workers = Workers()
    session = await workers.start()
    await session.close()
    with pytest.raises(WorkerLost):
        await compare(session, stated(SYSTEM), stated(REMAINDER))
    await workers.close()


# -- many small statements ----------------------------------------------------------------------------------------------------

NUMBERS = st.integers(2, 60)


@st.composite
def problems(draw: st.DrawFn) -> tuple[tuple[int, ...], list[str], str]:
    """Numbers, hypotheses and a claim with places for them ({0}, {1}, ...), about x and y."""
    hypotheses, claim = draw(
        st.sampled_from(
            [
                (["{x} % {0} = {1}", "{x} < {2}"], "({3} * {x} + {4}) % {0} = {5}"),
                (["{x} + {y} = {0}", "{x} = {1} * {y}"], "{x} * {y} = {2}"),
                (["{0} * {x} + {y} = {1}", "{y} < {x}"], "{x} = {2}"),
                (["{0} ∣ {x} + {1}", "{x} * {y} = {2}"], "{y} % {3} = {4}"),
            ]
        )
    )
    return tuple(draw(st.lists(NUMBERS, min_size=6, max_size=6, unique=True))), hypotheses, claim


def written(numbers: tuple[int, ...], hypotheses: list[str], claim: str, x: str = "x", y: str = "y") -> Statement:
    given = " ".join(f"(h{place} : {text.format(*numbers, x=x, y=y)})" for place, text in enumerate(hypotheses))
    return stated(f"({x} {y} : ℕ) {given} ⊢ {claim.format(*numbers, x=x, y=y)}")


@pytest.mark.slow
@settings(max_examples=8)
@given(problem=problems(), data=st.data())
async def test_other_names_and_another_order_say_the_same_and_another_number_does_not(
    session: EmbeddedSession, problem: tuple[tuple[int, ...], list[str], str], data: st.DataObject
) -> None:
    numbers, hypotheses, claim = problem
    used = [place for place in range(6) if any(f"{{{place}}}" in text for text in (*hypotheses, claim))]
    changed = data.draw(st.sampled_from(used))
    other = data.draw(NUMBERS.filter(lambda value: min(abs(value - number) for number in numbers) > 1))

    original = written(numbers, hypotheses, claim)
    same = await compare(session, original, written(numbers, hypotheses[::-1], claim, "k", "j"), PATIENT)
    assert same.relation is Relation.SAME, same
    exchanged = tuple(other if place == changed else number for place, number in enumerate(numbers))
    different = await compare(session, original, written(exchanged, hypotheses, claim), PATIENT)
    assert not different.agrees, different
