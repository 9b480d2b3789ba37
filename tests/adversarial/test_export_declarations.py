"""Exports that lie about declarations: names that are taken, universes, inductive types.

Those named after an issue of Lean's get past the kernel of this version.
"""

from __future__ import annotations

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted
from tests.adversarial.export_lies import CONTEXT, FALSE, TRUE, Attacks, assert_refused, beside, false, field, proving, unary
from tests.adversarial.export_text import ZERO, Export
from tests.fakes.lean import ran

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

ATTACKS: Attacks = {
    # names that are taken
    "the lemma without a proof, now with one": (
        FALSE,
        "redefinition",
        lambda x: x.theorem("unproved", false(x), x.const("True.intro")).theorem("t", false(x), x.const("unproved")),
    ),
    "the axiom as a theorem": (
        FALSE,
        "redefinition",
        lambda x: x.theorem("assumed", false(x), x.const("True.intro")).theorem("t", false(x), x.const("assumed")),
    ),
    "a definition of the context, another value": (
        TRUE,
        "redefinition",
        beside(lambda x: x.definition("one", x.const("Nat"), x.nat(2))),
    ),
    "a type of the context, one constructor less": (
        TRUE,
        "redefinition",
        beside(lambda x: x.inductive("Light", x.sort(x.level(1)), 0, ("Light.red", x.const("Light")))),
    ),
    "a definition of the library": (
        TRUE,
        "redefinition",
        beside(
            lambda x: x.definition(
                "Nat.add",
                x.pi(x.const("Nat"), x.pi(x.const("Nat"), x.const("Nat"))),
                x.fun(x.const("Nat"), x.fun(x.const("Nat"), x.nat(0))),
            )
        ),
    ),
    "an axiom of the library": (
        TRUE,
        "redefinition",
        beside(lambda x: x.theorem("propext", x.const("True"), x.const("True.intro"))),
    ),
    "sorryAx, declared": (TRUE, "redefinition", beside(lambda x: x.theorem("sorryAx", x.const("True"), x.const("True.intro")))),
    "equality": (TRUE, "redefinition", beside(lambda x: x.inductive("Eq", x.sort(), 0, ("Eq.refl", x.const("Eq"))))),
    "False with a constructor": (
        TRUE,
        "redefinition",
        beside(lambda x: x.inductive("False", x.sort(), 0, ("False.intro", false(x)))),
    ),
    "a recursor": (TRUE, "malformed", beside(lambda x: x.definition("Nat.rec", x.const("True"), x.const("True.intro")))),
    "a constructor": (TRUE, "malformed", beside(lambda x: x.definition("Nat.zero", x.const("Nat"), x.nat(1)))),
    "the quotient": (TRUE, "malformed", beside(lambda x: x.definition("Quot", x.const("True"), x.const("True.intro")))),
    "one name twice": (
        TRUE,
        "redefinition",
        lambda x: x.theorem("s", x.const("True"), x.const("True.intro")).definition("s", x.const("Nat"), x.nat(1)).trivially(),
    ),
    "the theorem as a constructor": (
        FALSE,
        "malformed",
        lambda x: x.inductive("I", x.sort(), 0, ("t", x.const("I"))).theorem("t", false(x), x.const("t")),
    ),
    "the theorem as a type": (TRUE, "redefinition", beside(lambda x: x.inductive("t", x.sort(), 0, ("t.mk", x.const("t"))))),
    "a constructor with the recursor's name": (
        TRUE,
        "kernel",
        beside(lambda x: x.inductive("I", x.sort(x.level(1)), 0, ("I.rec", x.const("I")))),
    ),
    "two constructors of one name": (
        TRUE,
        "kernel",
        beside(lambda x: x.inductive("I", x.sort(x.level(1)), 0, ("I.a", x.const("I")), ("I.a", x.const("I")))),
    ),
    "a constructor named sorryAx": (TRUE, "kernel", beside(lambda x: x.inductive("I", x.sort(), 0, ("sorryAx", x.const("I"))))),
    "a constructor named propext": (TRUE, "kernel", beside(lambda x: x.inductive("I", x.sort(), 0, ("propext", x.const("I"))))),
    # universes
    "a theorem that is no proposition": (TRUE, "kernel", beside(lambda x: x.theorem("s", x.const("Nat"), x.nat(3)))),
    "a definition in too small a universe": (
        TRUE,
        "kernel",
        beside(lambda x: x.definition("d", x.sort(x.level(1)), x.sort(x.level(1)))),
    ),
    "an undeclared universe parameter": (
        TRUE,
        "malformed",
        beside(lambda x: x.definition("d", x.sort(x.record("ls", x.parameter("u"))), x.sort(x.parameter("u")))),
    ),
    "a universe parameter declared twice": (
        TRUE,
        "malformed",
        beside(lambda x: x.definition("d", x.sort(x.record("ls", x.parameter("u"))), x.sort(x.parameter("u")), levels=("u", "u"))),
    ),
    "too few universes (lean4#10577)": (
        TRUE,
        "malformed",
        beside(
            lambda x: x.theorem(
                "s", x.app(x.const("Not"), x.app(x.const("Ne"), x.const("Nat"), x.nat(0), x.nat(0))), x.const("True.intro")
            )
        ),
    ),
    "too many universes": (TRUE, "malformed", proving(lambda x: x.const("True"), lambda x: x.const("True.intro", ZERO))),
    # inductive types
    "a negative occurrence": (TRUE, "inductive", field(lambda x, i: x.pi(i, false(x)))),
    "a negative occurrence behind a function": (TRUE, "inductive", field(lambda x, i: x.pi(x.pi(i, false(x)), i))),
    "a nested occurrence": (TRUE, "inductive", field(lambda x, i: x.app(x.const("List", ZERO), i))),
    "a nested occurrence in an index": (TRUE, "inductive", field(lambda x, i: x.eq(x.sort(x.level(1)), i, i, 2))),
    "an occurrence behind a redex": (TRUE, "inductive", field(lambda x, i: x.app(x.fun(x.sort(x.level(1)), x.bound(0)), i))),
    "an occurrence as a structure's name": (TRUE, "inductive", field(lambda x, _: x.proj("I", 0, x.const("Nat")))),
    "an occurrence in the kernel's own name for nested types": (
        TRUE,
        "malformed",
        field(lambda x, i: x.app(x.const("_nested.I_1"), i)),
    ),
    "a field from a larger universe": (TRUE, "kernel", field(lambda x, _: x.sort(x.level(1)))),
    "a constructor of another type": (
        TRUE,
        "inductive",
        beside(lambda x: x.inductive("I", x.sort(x.level(1)), 0, ("I.mk", x.const("Nat")))),
    ),
    "a constructor with too few parameters": (
        TRUE,
        "inductive",
        beside(lambda x: x.inductive("I", x.pi(x.sort(), x.sort()), 1, ("I.mk", x.app(x.const("I"), x.const("True"))))),
    ),
    "a constructor that changes a parameter": (
        TRUE,
        "inductive",
        beside(
            lambda x: x.inductive("I", x.pi(x.sort(), x.sort()), 1, ("I.mk", x.pi(x.sort(), x.app(x.const("I"), x.const("True")))))
        ),
    ),
    "more parameters than the type takes": (
        TRUE,
        "inductive",
        beside(lambda x: x.inductive("I", x.sort(x.level(1)), 3, ("I.mk", x.const("I")))),
    ),
    "a sort that is Prop in disguise": (TRUE, "inductive", beside(lambda x: unary(x, x.sort(x.record("li", x.level(1), ZERO))))),
    "a sort that is Prop in another disguise": (TRUE, "inductive", beside(lambda x: unary(x, x.sort(x.record("lm", ZERO, ZERO))))),
    "a sort that may be Prop": (TRUE, "inductive", beside(lambda x: unary(x, x.sort(x.parameter("u")), levels=("u",)))),
    "a sort behind a redex": (
        TRUE,
        "inductive",
        beside(lambda x: unary(x, x.app(x.fun(x.sort(x.level(2)), x.bound(0)), x.sort(x.level(1))))),
    ),
    "a type that is no sort": (TRUE, "inductive", beside(lambda x: unary(x, x.const("Nat")))),
    "a recursor with an elimination it has not": (
        TRUE,
        "malformed",
        beside(
            lambda x: x.inductive("I", x.sort(), 0, ("I.a", x.const("I")), ("I.b", x.const("I"))).definition(
                "d",
                x.pi(x.const("I"), x.const("Bool")),
                x.app(
                    x.const("I.rec", x.level(1)), x.fun(x.const("I"), x.const("Bool")), x.const("Bool.true"), x.const("Bool.false")
                ),
            )
        ),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_export_that_is_no_proof(judging: EmbeddedSession, name: str) -> None:
    await assert_refused(judging, *ATTACKS[name])


async def test_declarations_of_the_context_may_be_repeated_as_they_are(judging: EmbeddedSession) -> None:
    scope = await ran(judging, CONTEXT)
    export = Export()
    export.definition(
        "one",
        export.const("Nat"),
        export.app(
            export.const("OfNat.ofNat", ZERO),
            export.const("Nat"),
            export.nat(1),
            export.app(export.const("instOfNatNat"), export.nat(1)),
        ),
        height=7,
    )
    light = export.const("Light")
    export.inductive("Light", export.sort(export.level(1)), 0, ("Light.red", light), ("Light.green", light))
    result = await judging.judge(TRUE, str(export.trivially()), scope.env)
    await judging.free(envs=[scope.env])
    assert result == Accepted("t", (), 3)
