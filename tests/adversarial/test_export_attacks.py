"""Exports that are well formed and no proofs of the claim: other statements, circles, axioms, and terms that mean nothing."""

from __future__ import annotations

import pytest

from lean_env.embedded.session import EmbeddedSession
from tests.adversarial.export_lies import FALSE, TRUE, Attacks, assert_refused, axiom, beside, false, field, proving, unary
from tests.adversarial.export_text import ZERO

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

ATTACKS: Attacks = {
    # the statement
    "nothing": (TRUE, "statement", lambda x: x),
    "proof of something else": (FALSE, "statement", lambda x: x.trivially()),
    "another name": (TRUE, "statement", lambda x: x.theorem("s", x.const("True"), x.const("True.intro"))),
    "anonymous theorem": (TRUE, "statement", lambda x: x.theorem("", x.const("True"), x.const("True.intro"))),
    "a definition": (TRUE, "statement", lambda x: x.definition("t", x.const("True"), x.const("True.intro"))),
    "an opaque constant": (TRUE, "statement", lambda x: x.opaque("t", x.const("True"), x.const("True.intro"))),
    "not the last": (TRUE, "statement", lambda x: x.trivially().theorem("s", x.const("True"), x.const("True.intro"))),
    "a universe parameter too many": (TRUE, "statement", lambda x: x.theorem("t", x.const("True"), x.const("True.intro"), ("u",))),
    "a beta redex for the type": (
        TRUE,
        "statement",
        proving(lambda x: x.app(x.fun(x.sort(), x.bound(0)), x.const("True")), lambda x: x.const("True.intro")),
    ),
    "a let for the type": (
        TRUE,
        "statement",
        proving(lambda x: x.let(x.sort(), x.const("True"), x.bound(0)), lambda x: x.const("True.intro")),
    ),
    # no proof
    "a proof of another proposition": (FALSE, "kernel", proving(false, lambda x: x.const("True.intro"))),
    "the proposition itself": (TRUE, "kernel", proving(lambda x: x.const("True"), lambda x: x.const("True"))),
    "a loose bound variable": (FALSE, "kernel", proving(false, lambda x: x.bound(0))),
    "a loose bound variable that is thrown away": (
        TRUE,
        "kernel",
        proving(lambda x: x.const("True"), lambda x: x.app(x.fun(x.const("True"), x.const("True.intro")), x.bound(0))),
    ),
    "a field of something that has none": (
        FALSE,
        "kernel",
        proving(false, lambda x: x.proj("Or", 0, x.app(x.const("Or.inr"), false(x), x.const("True"), x.const("True.intro")))),
    ),
    "a field under another structure's name": (
        TRUE,
        "kernel",
        proving(
            lambda x: x.const("True"),
            lambda x: x.proj("Prod", 0, x.app(x.const("And.intro"), *[x.const("True")] * 2, *[x.const("True.intro")] * 2)),
        ),
    ),
    "a field that is not there": (
        TRUE,
        "kernel",
        proving(
            lambda x: x.const("True"),
            lambda x: x.proj("And", 2, x.app(x.const("And.intro"), *[x.const("True")] * 2, *[x.const("True.intro")] * 2)),
        ),
    ),
    "data out of a proof": (
        TRUE,
        "kernel",
        beside(
            lambda x: unary(x, x.sort()).definition(
                "out", x.pi(x.const("I"), x.const("Bool")), x.fun(x.const("I"), x.proj("I", 0, x.bound(0)))
            )
        ),
    ),
    "large elimination of a proposition": (
        TRUE,
        "malformed",
        beside(
            lambda x: unary(x, x.sort()).definition(
                "out",
                x.pi(x.const("I"), x.const("Bool")),
                x.app(
                    x.const("I.rec", x.level(1)),
                    x.fun(x.const("I"), x.const("Bool")),
                    x.fun(x.const("Bool"), x.bound(0)),
                ),
            )
        ),
    ),
    "wrong numeral arithmetic": (
        TRUE,
        "kernel",
        beside(
            lambda x: x.theorem(
                "s",
                x.eq(x.const("Nat"), x.app(x.const("Nat.add"), x.nat(2**64), x.nat(2**32)), x.nat(2**64)),
                x.refl(x.const("Nat"), x.nat(2**64)),
            )
        ),
    ),
    "a text that ends at NUL": (
        TRUE,
        "kernel",
        beside(
            lambda x: x.theorem("s", x.eq(x.const("String"), x.text("a\0b"), x.text("a")), x.refl(x.const("String"), x.text("a")))
        ),
    ),
    # recursion
    "its own name": (FALSE, "kernel", proving(false, lambda x: x.const("t"))),
    "a definition by itself": (
        FALSE,
        "kernel",
        lambda x: x.definition("d", false(x), x.const("d")).theorem("t", false(x), x.const("d")),
    ),
    "an opaque constant by itself": (
        FALSE,
        "kernel",
        lambda x: x.opaque("d", false(x), x.const("d")).theorem("t", false(x), x.const("d")),
    ),
    "two by each other": (
        FALSE,
        "malformed",
        lambda x: x.theorem("s", false(x), x.const("t")).theorem("t", false(x), x.const("s")),
    ),
    "a constant that comes later": (
        TRUE,
        "malformed",
        lambda x: x.theorem("s", x.const("True"), x.const("r")).theorem("r", x.const("True"), x.const("True.intro")).trivially(),
    ),
    "a constant that does not exist": (FALSE, "malformed", proving(false, lambda x: x.const("nowhere"))),
    # axioms and what is as good as one
    "an axiom": (FALSE, "axiom", lambda x: axiom(x, "a", false(x)).theorem("t", false(x), x.const("a"))),
    "an axiom that nothing uses": (TRUE, "axiom", beside(lambda x: axiom(x, "a", false(x)))),
    "sorryAx": (FALSE, "axiom", proving(false, lambda x: x.app(x.const("sorryAx", ZERO), false(x), x.const("Bool.true")))),
    "sorryAx in a type": (
        TRUE,
        "axiom",
        beside(
            lambda x: x.opaque(
                "d", x.app(x.const("sorryAx", x.level(2)), x.sort(x.level(1)), x.const("Bool.true")), x.const("True.intro")
            )
        ),
    ),
    "sorryAx in a constructor": (
        TRUE,
        "axiom",
        field(lambda x, _: x.app(x.const("sorryAx", x.level(2)), x.sort(x.level(1)), x.const("Bool.true"))),
    ),
    "lcProof": (FALSE, "unsafe", proving(false, lambda x: x.app(x.const("lcProof"), false(x)))),
    "unsafeCast": (
        FALSE,
        "unsafe",
        proving(false, lambda x: x.app(x.const("unsafeCast", ZERO, ZERO), x.const("True"), false(x), x.const("True.intro"))),
    ),
    "a partial definition of the library": (
        TRUE,
        "unsafe",
        beside(lambda x: x.opaque("d", x.const("Nat"), x.app(x.const("Nat.gcd._unsafe_rec"), x.nat(4), x.nat(6)))),
    ),
    "trustCompiler": (TRUE, "axiom", beside(lambda x: x.theorem("s", x.const("True"), x.const("Lean.trustCompiler")))),
    "reduceBool in a type": (
        TRUE,
        "axiom",
        beside(
            lambda x: x.theorem(
                "s",
                x.eq(x.const("Bool"), x.app(x.const("Lean.reduceBool"), x.const("Bool.true")), x.const("Bool.true")),
                x.refl(x.const("Bool"), x.const("Bool.true")),
            )
        ),
    ),
    "reduceNat in a definition": (
        TRUE,
        "axiom",
        beside(lambda x: x.definition("d", x.pi(x.const("Nat"), x.const("Nat")), x.const("Lean.reduceNat"))),
    ),
    "reduceBool as a structure's name": (
        TRUE,
        "axiom",
        beside(lambda x: x.opaque("d", x.sort(), x.proj("Lean.reduceBool", 0, x.nat(1)))),
    ),
    "a lemma of the context without a proof": (FALSE, "axiom", proving(false, lambda x: x.const("unproved"))),
    "an axiom of the context": (FALSE, "axiom", proving(false, lambda x: x.const("assumed"))),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_export_that_is_no_proof(judging: EmbeddedSession, name: str) -> None:
    await assert_refused(judging, *ATTACKS[name])
