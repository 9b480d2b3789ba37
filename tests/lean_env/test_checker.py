"""The two-process check with both workers: honest proofs in every kind of context, broken challenges, what a verdict holds.

What tries to get past it is in tests/adversarial.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any, cast

import pytest
import pytest_asyncio

from lean_env.checker import ChallengeBroken, Checker, Tier, Verdict
from lean_env.embedded.session import EmbeddedSession
from lean_env.errors import WorkerLost
from lean_env.messages import Accepted, NotElaborated, Rejected
from lean_env.pool import SessionPool
from lean_env.session import Session
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from tests.fakes.lean import ran

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]


def stated(signature: str, context: str = "") -> Statement:
    """A challenge as the check sees it: its signature and what stands before."""
    return Statement("t", signature, "", "", context=context)


SIMPLE = stated("theorem t (n : Nat) : n < n + 1")
PROOF = f"{SIMPLE.signature} := Nat.lt_succ_self n"


class Pools:
    """The workers of this file, within reach of its tests."""

    def __init__(self) -> None:
        self.untrusted = SessionPool(EmbeddedSession.start, 1)
        self.clean = SessionPool(EmbeddedSession.start, 1)
        self.checker = Checker(self.untrusted, self.clean)

    async def environments(self) -> tuple[int, int]:
        """How many each of the workers keeps."""
        async with self.untrusted.lease() as untrusted, self.clean.lease() as clean:
            return (await untrusted.stats()).envs, (await clean.stats()).envs


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pools() -> AsyncGenerator[Pools]:
    pools = Pools()
    yield pools
    await pools.untrusted.close()
    await pools.clean.close()


# Context, signature and proof; the candidate is the three together.
HONEST = {
    "nothing": (
        "",
        "theorem t : 1 + 1 = 2",
        "rfl",
    ),
    "definitions": (
        """def double (n : Nat) := 2 * n
abbrev N := Nat
noncomputable def least : N :=
  Classical.choose (⟨0, trivial⟩ : ∃ _ : N, True)""",
        "theorem t (n : N) : double n + least = least + n + n",
        "by unfold double; omega",
    ),
    "recursion": (
        """def sum : Nat → Nat
  | 0 => 0
  | n + 1 => n + 1 + sum n
def log (n : Nat) : Nat :=
  if n < 2 then 0 else log (n / 2) + 1""",
        "theorem t : sum 4 = 10 ∧ log 1 = 0",
        "⟨rfl, by unfold log; simp⟩",
    ),
    "lemmas": (
        "theorem add_self (n : Nat) : n + n = 2 * n := by omega",
        "theorem t (a b : Nat) : (a + b) + (a + b) = 2 * (a + b)",
        "add_self (a + b)",
    ),
    "a namespace": (
        """namespace Site
def limit := 10
private def secret := 3
end Site
namespace Site""",
        "theorem t : limit = 10",
        "rfl",
    ),
    "names that are open": (
        """namespace Site
def limit := 10
end Site
open Site Nat""",
        "theorem t (n : Nat) : n < succ n ∧ limit = 10",
        "⟨lt_succ_self n, rfl⟩",
    ),
    "variables": (
        """section
variable {α : Type} [Inhabited α] (x : α)
variable (unused : Nat)""",
        "theorem t : ∃ y : α, y = x",
        "⟨x, rfl⟩",
    ),
    "variables that are included": (
        """variable (p : Prop) (h : p)
include h""",
        "theorem t : p",
        "h",
    ),
    "universes": (
        "universe u v",
        "theorem t (α : Type u) (β : Sort v) (f : α → β) : f = fun x => f x",
        "rfl",
    ),
    "universes of its own": (
        "",
        "theorem t.{w} {α : Type w} (a : α) : a = a",
        "rfl",
    ),
    "types": (
        """inductive Light where | red | green deriving DecidableEq, Repr
structure P (α : Type) where
  a : α
  b : Nat := 1""",
        "theorem t (l : Light) (p : P Nat) : (l = .red ∨ l = .green) ∧ p = ⟨p.a, p.b⟩",
        "⟨by cases l <;> simp, rfl⟩",
    ),
    "nested and mutual types": (
        """inductive Rose where | node (c : List Rose)
mutual
inductive E : Nat → Prop where | z : E 0 | s {n} : O n → E (n + 1)
inductive O : Nat → Prop where | s {n} : E n → O (n + 1)
end""",
        "theorem t (r : Rose) : O 1 ∧ ∃ c, r = .node c",
        "⟨.s .z, by cases r with | node c => exact ⟨c, rfl⟩⟩",
    ),
    "classes and instances": (
        """class Size (α : Type) where
  size : Nat
instance : Size Bool := ⟨2⟩
instance {α : Type} [Size α] : Size (α × α) := ⟨Size.size α * Size.size α⟩
local instance : Add Bool := ⟨or⟩""",
        "theorem t : Size.size (Bool × Bool) = 4 ∧ true + false = true",
        "⟨rfl, rfl⟩",
    ),
    "notation": (
        """notation "⟪" x "⟫" => x + 1
infixl:70 " ⊕⊕ " => Nat.add
macro "two" : term => `(2)
local postfix:max "!" => Nat.succ""",
        "theorem t (n : ℕ) : ⟪n⟫ = n ⊕⊕ 1 ∧ two = 1 !",
        "⟨rfl, rfl⟩",
    ),
    "options": (
        """set_option maxRecDepth 4000
set_option pp.all true""",
        "theorem t : (2 : ℤ) ^ 20 = 1048576",
        "by decide",
    ),
    "attributes": (
        """@[simp] def one := 1
attribute [local instance] Classical.propDecidable
@[irreducible] def sealed := 3""",
        "theorem t (p : Prop) : one = 1 ∧ (if p then 1 else 1) = 1",
        "by simp",
    ),
    "opaque and partial constants": (
        """opaque secret : Nat
partial def walk (n : Nat) : Nat := walk (n + 1)""",
        "theorem t : secret = secret ∧ walk 3 = walk (2 + 1)",
        "⟨rfl, rfl⟩",
    ),
    "comments": (
        """/-! Text. -/
-- a comment
/-- doc -/
def x := 1""",
        "theorem t /- inside -/ : x = 1 -- at the end",
        "rfl",
    ),
    "choice": (
        "",
        "theorem t (p : Prop) : ¬¬p → p",
        "Classical.byContradiction",
    ),
}


@pytest.mark.parametrize("name", HONEST)
async def test_an_honest_proof_in_its_context(pools: Pools, name: str) -> None:
    context, signature, proof = HONEST[name]
    verdict = await pools.checker.check(stated(signature, context), f"{context}\n{signature}\n  := {proof}\n")
    assert isinstance(verdict.result, Accepted), verdict.result
    assert verdict.result.theorem.split(".")[-1] == "t"
    assert verdict.accepted


async def test_the_candidate_need_not_look_like_the_challenge(pools: Pools) -> None:
    challenge = stated("theorem t (n : ℕ) (h : 0 < n) : ∃ m, n = m + 1", "namespace A\nopen Nat")
    candidate = """
        private theorem positive {k : Nat} (h : 0 < k) : k = (k - 1) + 1 := by omega
        theorem A.t : ∀ n, n > 0 → ∃ k, n = Nat.succ k := fun n h => ⟨n - 1, positive h⟩
    """
    verdict = await pools.checker.check(challenge, candidate)
    assert isinstance(verdict.result, Rejected)  # `>` is another expression than `<`
    assert verdict.result.reason == "statement"
    same = candidate.replace("n > 0", "0 < n").replace("Nat.succ k", "k + 1")
    assert (await pools.checker.check(challenge, same)).accepted


async def test_what_an_accepted_verdict_holds(pools: Pools) -> None:
    verdict = await pools.checker.check(stated("theorem t (p : Prop) : p ∨ ¬p"), "theorem t (p : Prop) : p ∨ ¬p := Classical.em p")
    assert verdict.result == Accepted("t", (), 1)  # the library's own use of choice is not counted again
    assert verdict.tier is Tier.TWO_PROCESS
    assert verdict.export.startswith('["entail-export",1]\n')
    assert len(verdict.export_digest) == 64
    equal = "theorem t (a b : Prop) (h : a ↔ b) : a = b"
    direct = await pools.checker.check(stated(equal), f"{equal} := propext h")
    assert direct.result == Accepted("t", ("propext",), 1)
    assert direct.export_digest != verdict.export_digest
    again = await pools.checker.check(stated("theorem t (p : Prop) : p ∨ ¬p"), "theorem t (p : Prop) : p ∨ ¬p := Classical.em p")
    assert again == verdict  # the export does not depend on what the workers did before


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        ("theorem t (n : Nat) : n < n + 1 := rfl", "export"),
        ("theorem s (n : Nat) : n < n + 1 := Nat.lt_succ_self n", "export"),
        ("theorem t (n : Nat) : n < n + 1 := sorry", "axiom"),
        ("theorem t (n : Nat) : n ≤ n + 1 := Nat.le_succ n", "statement"),
        ("", "export"),
    ],
)
async def test_what_a_refusal_holds(pools: Pools, candidate: str, reason: str) -> None:
    verdict = await pools.checker.check(SIMPLE, candidate)
    assert isinstance(verdict.result, Rejected)
    assert verdict.result.reason == reason
    assert verdict.result.message
    assert not verdict.accepted
    assert verdict.tier is Tier.CLOSED
    assert bool(verdict.export) == (reason != "export")


BROKEN = {
    "unknown names": "theorem t : nowhere = 1",
    "no proposition": "theorem t : Nat",
    "a hole": "theorem t : 1 = sorry",
    "a placeholder": "theorem t : _",
    "no type": "theorem t",
    "nothing": "",
    "blanks": "  \n ",
    "no theorem": "def t : Nat",
    "an example": "example : 1 = 1",
    "an axiom": "axiom t : 1 = 1",
    "a proof": "theorem t : 1 = 1 := rfl",
    "a proof of tactics": "theorem t : 1 = 1 := by rfl",
    "equations": "theorem t : Nat → 1 = 1\n  | _ => rfl",
    "two theorems": "theorem s : True := trivial theorem t : 1 = 1",
    "two theorems in lines": "theorem s : True := trivial\ntheorem t : 1 = 2",
    "a command before": "axiom cheat : False\ntheorem t : 1 = 2",
    "a command after": "theorem t : 1 = 1 := rfl axiom cheat : False theorem s : 1 = 2",
    "a scope around": "open Nat in theorem t : 1 = 1",
    "an attribute": "@[simp] theorem t : 1 = 1",
    "a private theorem": "private theorem t : 1 = 1",
    "a comment that is open": "theorem t : 1 = 1 /-",
    "a comment that hides the rest": "theorem t : 1 = 1 /- -/ /-",
    "a closing comment": "theorem t : 1 = 1 -/",
    "a text that is open": 'theorem t : "a = "a"',
    "an exit": "theorem t : 1 = 1\n#exit",
    "only an exit": "#exit",
    "an end": "theorem t : 1 = 1\nend",
    "too many brackets": f"theorem t : {'(' * 500}1 = 1{')' * 500}",
    "too long": f"theorem t : {' ' * 70_000}1 = 1",
    "NUL": "theorem t : 1 = 1\0",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_signature_that_is_not_one_statement(pools: Pools, name: str) -> None:
    with pytest.raises(ChallengeBroken) as broken:
        await pools.checker.check(stated(BROKEN[name]), "theorem t : 1 = 1 := rfl")
    assert any(message.severity == "error" for message in broken.value.messages)


@pytest.mark.parametrize("context", ["def x : Nat := true", "end Nowhere", "def x := ", "theorem u : 1 = 2 := by decide", "/- "])
async def test_a_context_that_does_not_elaborate(pools: Pools, context: str) -> None:
    before = await pools.environments()
    with pytest.raises(ChallengeBroken) as broken:
        await pools.checker.check(replace(SIMPLE, context=context), PROOF)
    assert any(message.severity == "error" for message in broken.value.messages)
    assert await pools.environments() == before


async def test_the_clean_worker_says_whether_the_challenge_is_broken(pools: Pools) -> None:
    class Liar:  # the candidate's worker may say so for reasons of its own
        def __init__(self, session: Session) -> None:
            self._session = session

        async def export(self, *_: Any) -> NotElaborated:
            return NotElaborated("elaborate", ())

        def __getattr__(self, name: str) -> Any:
            return getattr(self._session, name)

    async with pools.untrusted.lease() as session:
        verdict = await pools.checker.check_in(cast(Session, Liar(session)), SIMPLE, PROOF)
    assert isinstance(verdict.result, Rejected)
    assert verdict.result.reason == "malformed"


async def test_checking_in_a_session_at_hand(pools: Pools) -> None:
    async with pools.untrusted.lease() as session:
        assert isinstance(session, EmbeddedSession)
        scope = await ran(session, "def mine := 3")
        before = (await session.stats()).envs
        assert (await pools.checker.check_in(session, SIMPLE, PROOF)).accepted
        assert not (
            await pools.checker.check_in(session, SIMPLE, PROOF.replace("Nat.lt_succ_self n", "by omega; done; simp"))
        ).accepted
        assert (await session.stats()).envs == before
        assert (await session.run("#check mine", scope.env)).errors == ()  # what was there is there


async def test_workers_keep_nothing_of_a_check(pools: Pools) -> None:
    await pools.checker.check(SIMPLE, PROOF)
    before = await pools.environments()
    for candidate in (PROOF, "nonsense", f"{SIMPLE.signature} := sorry", "theorem s : True := trivial"):
        await pools.checker.check(replace(SIMPLE, context="def x := 1"), f"def x := 1\n{candidate}")
    assert await pools.environments() == before


async def test_checks_do_not_see_each_other(pools: Pools) -> None:
    first, second = replace(SIMPLE, context="def limit := 1"), stated("theorem t : limit = 2", "def limit := 2")
    assert (await pools.checker.check(first, f"def limit := 1\n{PROOF}")).accepted
    assert (await pools.checker.check(second, "def limit := 2\ntheorem t : limit = 2 := rfl")).accepted
    with pytest.raises(ChallengeBroken):
        await pools.checker.check(stated("theorem t : limit = 2"), "def limit := 2\ntheorem t : limit = 2 := rfl")


async def test_a_lost_worker_says_nothing(pools: Pools) -> None:
    with pytest.raises(WorkerLost):
        await pools.checker.check(SIMPLE, f"#eval (IO.Process.exit 0 : IO Unit)\n{PROOF}")
    assert (await pools.checker.check(SIMPLE, PROOF)).accepted


async def test_an_attempt_needs_the_verdict_on_exactly_its_statement(pools: Pools) -> None:
    verdict = await pools.checker.check(SIMPLE, PROOF)
    attempt = Attempt(SIMPLE, Outcome.PROVED, Effort(), verdict, PROOF)
    assert attempt.verdict is verdict
    refused = await pools.checker.check(SIMPLE, f"{SIMPLE.signature} := sorry")
    others: list[Verdict | None] = [
        None,
        refused,
        replace(verdict, challenge=stated("theorem t (n : Nat) : n < n")),
        replace(verdict, challenge=replace(SIMPLE, context="def x := 1")),
        replace(verdict, challenge=replace(SIMPLE, signature=f"{SIMPLE.signature} ")),
    ]
    for other in others:
        with pytest.raises(ValueError, match="exactly this statement"):
            Attempt(SIMPLE, Outcome.PROVED, Effort(), other, PROOF)
    with pytest.raises(ValueError, match="exactly this statement"):
        Attempt(SIMPLE, Outcome.REFUTED, Effort(), verdict, PROOF)


async def test_names_that_are_bound_automatically_are_not_negated(pools: Pools) -> None:
    # Of an empty type, the statement and what looks like its negation both hold.
    context = "set_option autoImplicit true"
    statement = Statement("t", "theorem t (h : x = (x : Empty)) : False", "(h : x = (x : Empty))", "False", context=context)
    assert (await pools.checker.check(statement, f"{context}\n{statement.signature} := x.elim")).accepted
    assert not statement.can_be_negated
    looks = Statement("", "theorem t_negation : ¬ (∀ (h : x = (x : Empty)), False)", "", "", context=context)
    assert (await pools.checker.check(looks, f"{context}\n{looks.signature} := x.elim")).accepted
