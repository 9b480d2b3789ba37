"""Proofs of False that the kernel of this Lean's version accepts, all the way: what stands between them and a verdict is the judge.

The ingredients that ordinary Lean can say are elaborated; what it cannot say is added to their export by hand, as a metaprogram
would.
"""

from __future__ import annotations

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted, Exported, Rejected
from prover.workshop import Workshop
from tests.adversarial.export_text import Export
from tests.fakes.lean import ran

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

# Three booleans a, b, c such that the kernel sees a = b and b = c by unfolding, and not a = c. So P and Q are one proposition to
# it, and `gate` computes to Prop for every variable h : P, but not for `witness`, which is a proof of Q.
UNTRANSITIVE = """
def step (x : Bool) (n : Nat) (ih : (m : Nat) → m < n → Bool) : Bool :=
  match n with
  | 0 => x
  | k + 1 => ih k (Nat.lt_succ_self k)
noncomputable def run (x : Bool) (n : Nat) (h : Acc (· < ·) n) : Bool := Acc.rec (fun m _ => step x m) h
opaque seed : Acc (fun (a b : Nat) => a < b) 1 := Nat.lt_wfRel.wf.apply 1
noncomputable def a := run false 1 seed
noncomputable def b := run false 1 (Acc.intro 1 fun _ => Acc.inv seed)
noncomputable def c := run false 0 (Acc.inv seed (Nat.lt_succ_self 0))
theorem run_eq (x : Bool) (n : Nat) (h : Acc (· < ·) n) : run x n h = x := by
  induction h with
  | intro n smaller ih =>
    cases n with
    | zero => rfl
    | succ n => simpa only [run, step] using ih n (Nat.lt_succ_self n)
def P : Prop := a = b
def Q : Prop := a = c
theorem proofOfQ : Q := (run_eq false _ _).trans (run_eq false _ _).symm
opaque witness : Q := proofOfQ
def gate (h : P) : Type := Eq.rec (motive := fun _ _ => Type) Prop h
theorem absurdity (T : Prop) (observe : T → Bool) (p q : T) (no : observe p = false) (yes : observe q = true) : False := by
  have same : p = q := proof_irrel p q
  exact Bool.noConfusion (no.symm.trans ((congrArg observe same).trans yes))
theorem ingredients : (∀ h : P, gate h = gate h) ∧ witness = witness ∧
    ∀ (T : Prop) (observe : T → Bool) (p q : T), observe p = false → observe q = true → False :=
  ⟨fun _ => rfl, rfl, absurdity⟩
"""


def extract_a_bit(x: Export) -> Export:
    """A proof of False from `Owner`, a family of propositions with a Bool inside, of which one looks like no proposition."""
    owner, bool_, witness, prop = x.const("Owner"), x.const("Bool"), x.const("witness"), x.const("prop")
    x.definition("asProp", x.pi(x.const("P"), x.sort()), x.fun(x.const("P"), x.app(owner, x.bound(0))), height=-2)
    x.definition("prop", x.sort(), x.app(x.const("asProp"), witness), height=-2)
    x.definition("observe", x.pi(prop, bool_), x.fun(prop, x.proj("Owner", 0, x.bound(0))), height=-2)
    bits = [x.const("Bool.false"), x.const("Bool.true")]
    for name, bit in zip(("no", "yes"), bits, strict=True):
        x.definition(name, prop, x.app(x.const("Owner.mk"), witness, bit), height=-2)
    proof = x.app(
        x.const("absurdity"), prop, x.const("observe"), x.const("no"), x.const("yes"), *(x.refl(bool_, bit) for bit in bits)
    )
    return x.theorem("t", x.const("False"), proof)


def family(x: Export) -> Export:
    """`Owner : (h : P) → gate h` with the constructor `mk : (h : P) → Bool → Owner h`."""
    proposition = x.const("P")
    mk = x.pi(proposition, x.pi(x.const("Bool"), x.app(x.const("Owner"), x.bound(1))))
    return x.inductive("Owner", x.pi(proposition, x.app(x.const("gate"), x.bound(0))), 1, ("Owner.mk", mk))


async def ingredients(shop: Workshop) -> Export:
    """What ordinary Lean can say of it, as an export."""
    async with shop.pool.lease() as session:
        done = await ran(session, UNTRANSITIVE)  # type: ignore[arg-type] - the pool lends embedded sessions
        exported = await session.export("theorem ingredients : True", done.env)  # the name is what counts
    assert isinstance(exported, Exported)
    return Export.read(exported.text)


async def test_a_bit_out_of_a_proof_in_a_computed_sort(shop: Workshop, judging: EmbeddedSession) -> None:  # lean4#14807
    export = extract_a_bit(family(await ingredients(shop)))
    result = await judging.judge("theorem t : False", str(export))
    assert isinstance(result, Rejected)
    assert result.reason == "inductive"


async def test_the_same_with_the_family_in_the_challenge_s_context(judging: EmbeddedSession) -> None:
    # Ordinary Lean declares the family without a word; only the projection it would not write.
    scope = await ran(judging, f"{UNTRANSITIVE}inductive Owner : (h : P) → gate h where\n  | mk (h : P) (bit : Bool) : Owner h")
    result = await judging.judge("theorem t : False", str(extract_a_bit(Export())), scope.env)
    await judging.free(envs=[scope.env])
    assert isinstance(result, Rejected)
    assert result.reason == "inductive"


async def test_without_the_family_nothing_is_wrong(shop: Workshop, judging: EmbeddedSession) -> None:
    export = (await ingredients(shop)).trivially()
    assert isinstance(await judging.judge("theorem t : True", str(export)), Accepted)
