"""Honest exports with something changed at random: no mutant proves what is false, and none takes the clean worker down."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import cast

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted, Exported, Rejected
from prover.workshop import Workshop
from tests.adversarial.export_text import ARGUMENTS, Export, renumbered
from tests.fakes.lean import ran

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

MUTANTS = 100  # of each kind and honest proof: 300 in all


@dataclass(frozen=True, slots=True)
class Honest:
    """A true claim with a proof, and false claims of the same shape."""

    claim: str
    proof: str
    lies: tuple[str, ...]


HONEST = {
    "arithmetic": Honest(
        "theorem t : 2 + 2 = 4",
        "theorem t : 2 + 2 = 4 := by decide",
        ("theorem t : 2 + 2 = 5", "theorem t : 2 + 2 = 2", "theorem t : 4 = 2", "theorem t : 2 * 2 = 2", "theorem t : False"),
    ),
    "inductive type": Honest(
        "theorem t (n : Nat) : n < n + 1",
        """inductive Le (a : Nat) : Nat → Prop where
  | refl : Le a a
  | step {b : Nat} : Le a b → Le a (b + 1)
theorem Le.sound {a b : Nat} (h : Le a b) : a ≤ b := by
  induction h with
  | refl => exact Nat.le_refl a
  | step _ ih => exact Nat.le_succ_of_le ih
theorem t (n : Nat) : n < n + 1 := Le.sound (a := n + 1) .refl""",
        (
            "theorem t (n : Nat) : n < n",
            "theorem t (n : Nat) : n + 1 < n",
            "theorem t (n : Nat) : n + 1 < n + 1",
            "theorem t : False",
        ),
    ),
    "universes": Honest(
        "theorem t.{u, v} (α : Type u) (β : Type v) (f g : α → β) (h : ∀ a, f a = g a) : f = g",
        "theorem t.{u, v} (α : Type u) (β : Type v) (f g : α → β) (h : ∀ a, f a = g a) : f = g := funext h",
        (
            "theorem t.{u, v} (α : Type u) (β : Type v) (f g : α → β) (h : ∀ a, f a = f a) : f = g",
            "theorem t.{u, v} (α : Type u) (β : Type v) (f g : α → β) (a : α) (h : f a = g a) : f = g",
        ),
    ),
}


async def exported(shop: Workshop, claim: str, text: str) -> Export:
    async with shop.pool.lease() as session:
        assert isinstance(session, EmbeddedSession)
        result = await session.export(claim, (await ran(session, text)).env)
    assert isinstance(result, Exported)
    return Export.read(result.text)


def forged(lie: Export, honest: Export) -> Export:
    """The proof of the one, under the statement of the other: nothing but the kernel has anything against it."""
    forgery = Export()
    statement = renumbered(lie.declarations[-1][3], forgery.adopt(lie))
    ids = forgery.adopt(honest)
    for tag, name, levels, claim, *rest in honest.declarations:
        constructors = [rest[0], renumbered(rest[1], ids)] if tag == "ind" else [renumbered(rest[0], ids), *rest[1:]]
        forgery.declarations.append([tag, *renumbered([name, levels, claim], ids), *constructors])
    forgery.declarations[-1][3] = statement
    return forgery


def mutant(export: Export, seed: int) -> Export:
    """The export with one to three random changes in its records, each to something that may stand there."""
    generator = random.Random(seed)
    changed = Export()
    changed.records = [list(record) for record in export.records]
    changed.declarations = export.declarations
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(changed.records))
        change(changed, at, generator)
    return changed


def change(export: Export, at: int, generator: random.Random) -> None:
    """Replace one part of a record: an id by one of the same sort that comes before, a text or a numeral by another one."""
    record = export.records[at]
    sorts = ARGUMENTS[record[0]]
    part = generator.randrange(len(sorts))
    sort, old = sorts[part], record[part + 1]
    if sort:
        before = [each for each in range(at + 2) if export.sort_of(each) == sort]
        new = generator.choice(before)
        record[part + 1] = [new for _ in cast(list[int], old)] if isinstance(old, list) else new
    elif record[0] in ("ns", "et"):
        record[part + 1] = generator.choice(("False", "True", "intro", "refl", "rec", "Nat", "zero", "succ", "t"))
    else:
        record[part + 1] = generator.choice(("0", "1", "2", "4", "5", "18446744073709551616" if record[0] == "en" else "3"))


def garbled(text: str, seed: int) -> str:
    """The export with one to three random changes in its lines, most of which make nonsense of it."""
    generator = random.Random(seed)
    lines = text.splitlines()
    for _ in range(generator.randint(1, 3)):
        at, other = (generator.randrange(len(lines)) for _ in range(2))
        match generator.randrange(5):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = lines[at][: generator.randrange(len(lines[at]) + 1)]
            case _:
                cut = generator.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + generator.choice('0123456789[],"-.{}nel ') + lines[at][cut + 1 :]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", HONEST)
async def test_an_honest_export_proves_its_own_claim_and_no_other(shop: Workshop, judging: EmbeddedSession, name: str) -> None:
    honest = HONEST[name]
    text = str(await exported(shop, honest.claim, honest.proof))
    assert isinstance(await judging.judge(honest.claim, text), Accepted)
    for lie in honest.lies:
        assert isinstance(await judging.judge(lie, text), Rejected), lie


@pytest.mark.parametrize("name", HONEST)
async def test_no_forgery_proves_what_is_false(shop: Workshop, judging: EmbeddedSession, name: str) -> None:
    honest = HONEST[name]
    proof = await exported(shop, honest.claim, honest.proof)
    for number, lie in enumerate(honest.lies):
        forgery = forged(await exported(shop, lie, f"{lie} := sorry"), proof)
        result = await judging.judge(lie, str(forgery))
        assert isinstance(result, Rejected)
        assert result.reason == "kernel"  # so the mutants below get all the way to it
        for seed in range(number, MUTANTS, len(honest.lies)):
            text = str(mutant(forgery, seed))
            assert isinstance(await judging.judge(lie, text), Rejected), text


@pytest.mark.parametrize("name", HONEST)
async def test_a_mutant_of_a_proof_is_refused_or_still_a_proof(shop: Workshop, judging: EmbeddedSession, name: str) -> None:
    honest = HONEST[name]
    proof = await exported(shop, honest.claim, honest.proof)
    accepted = 0
    for seed in range(MUTANTS):
        accepted += isinstance(await judging.judge(honest.claim, str(mutant(proof, seed))), Accepted)
    assert 0 < accepted < MUTANTS  # a record that the proof only seems to need


@pytest.mark.parametrize("name", HONEST)
async def test_nonsense_is_refused(shop: Workshop, judging: EmbeddedSession, name: str) -> None:
    honest = HONEST[name]
    text = str(await exported(shop, honest.claim, honest.proof))
    for seed in range(MUTANTS):
        assert isinstance(await judging.judge(honest.lies[seed % len(honest.lies)], garbled(text, seed)), Rejected), garbled(
            text, seed
        )
