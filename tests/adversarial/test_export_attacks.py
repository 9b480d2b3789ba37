"""Exports that are well formed and no proofs: lies about declarations, names, universes and inductive types.

Each attack says what it proves and why it must fail. Those named after an issue of Lean's are accepted by its kernel of this version.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Accepted, Rejected
from tests.adversarial.export_text import ZERO, Export
from tests.fakes.lean import ran

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

TRUE, FALSE = "theorem t : True", "theorem t : False"
CONTEXT = """
theorem unproved : False := sorry
axiom assumed : False
def one := 1
inductive Light where | red | green
"""

Attack = Callable[[Export], Export]


def proving(claim: Callable[[Export], int], value: Callable[[Export], int]) -> Attack:
    """Only the theorem t itself."""
    return lambda x: x.theorem("t", claim(x), value(x))


def false(x: Export) -> int:
    return x.const("False")


def beside(make: Attack) -> Attack:
    """A declaration that must fail although the proof of `t : True` behind it is honest."""
    return lambda x: make(x).trivially()


def unary(x: Export, type: int, *, levels: tuple[str, ...] = ()) -> Export:
    """The type I of `type` with the one constructor I.mk : Bool -> I."""
    i = x.const("I", *(x.parameter(level) for level in levels))
    return x.inductive("I", type, 0, ("I.mk", x.pi(x.const("Bool"), i)), levels=levels)


def field(make: Callable[[Export, int], int]) -> Attack:
    """The type I : Type with a constructor whose one field has the type that `make` says."""
    return beside(lambda x: x.inductive("I", x.sort(x.level(1)), 0, ("I.mk", x.pi(make(x, x.const("I")), x.const("I")))))


# -- claim, expected reason, export -----------------------------------------------------------------------------------------

ATTACKS: dict[str, tuple[str, str, Attack]] = {
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
            lambda x: x.theorem(
                "s", x.eq(x.const("String"), x.text("a\0b"), x.text("a")), x.refl(x.const("String"), x.text("a"))
            )
        ),
    ),
    # recursion
    "its own name": (FALSE, "kernel", proving(false, lambda x: x.const("t"))),
    "a definition by itself": (FALSE, "kernel", lambda x: x.definition("d", false(x), x.const("d")).theorem("t", false(x), x.const("d"))),
    "an opaque constant by itself": (FALSE, "kernel", lambda x: x.opaque("d", false(x), x.const("d")).theorem("t", false(x), x.const("d"))),
    "two by each other": (FALSE, "malformed", lambda x: x.theorem("s", false(x), x.const("t")).theorem("t", false(x), x.const("s"))),
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
    "a partial definition of the library": (TRUE, "unsafe", beside(lambda x: x.opaque("d", x.const("Nat"), x.app(x.const("Nat.gcd._unsafe_rec"), x.nat(4), x.nat(6))))),
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
    "reduceBool as a structure's name": (TRUE, "axiom", beside(lambda x: x.opaque("d", x.sort(), x.proj("Lean.reduceBool", 0, x.nat(1))))),
    "a lemma of the context without a proof": (FALSE, "axiom", proving(false, lambda x: x.const("unproved"))),
    "an axiom of the context": (FALSE, "axiom", proving(false, lambda x: x.const("assumed"))),
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
    "a definition of the context, another value": (TRUE, "redefinition", beside(lambda x: x.definition("one", x.const("Nat"), x.nat(2)))),
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
    "an axiom of the library": (TRUE, "redefinition", beside(lambda x: x.theorem("propext", x.const("True"), x.const("True.intro")))),
    "sorryAx, declared": (TRUE, "redefinition", beside(lambda x: x.theorem("sorryAx", x.const("True"), x.const("True.intro")))),
    "equality": (TRUE, "redefinition", beside(lambda x: x.inductive("Eq", x.sort(), 0, ("Eq.refl", x.const("Eq"))))),
    "False with a constructor": (TRUE, "redefinition", beside(lambda x: x.inductive("False", x.sort(), 0, ("False.intro", false(x))))),
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
    "a definition in too small a universe": (TRUE, "kernel", beside(lambda x: x.definition("d", x.sort(x.level(1)), x.sort(x.level(1))))),
    "an undeclared universe parameter": (
        TRUE,
        "malformed",
        beside(lambda x: x.definition("d", x.sort(x.record("ls", x.parameter("u"))), x.sort(x.parameter("u")))),
    ),
    "a universe parameter declared twice": (
        TRUE,
        "malformed",
        beside(
            lambda x: x.definition(
                "d", x.sort(x.record("ls", x.parameter("u"))), x.sort(x.parameter("u")), levels=("u", "u")
            )
        ),
    ),
    "too few universes (lean4#10577)": (
        TRUE,
        "malformed",
        beside(lambda x: x.theorem("s", x.app(x.const("Not"), x.app(x.const("Ne"), x.const("Nat"), x.nat(0), x.nat(0))), x.const("True.intro"))),
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
    "a constructor of another type": (TRUE, "inductive", beside(lambda x: x.inductive("I", x.sort(x.level(1)), 0, ("I.mk", x.const("Nat"))))),
    "a constructor with too few parameters": (
        TRUE,
        "inductive",
        beside(lambda x: x.inductive("I", x.pi(x.sort(), x.sort()), 1, ("I.mk", x.app(x.const("I"), x.const("True"))))),
    ),
    "a constructor that changes a parameter": (
        TRUE,
        "inductive",
        beside(
            lambda x: x.inductive(
                "I", x.pi(x.sort(), x.sort()), 1, ("I.mk", x.pi(x.sort(), x.app(x.const("I"), x.const("True"))))
            )
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
    "a sort behind a redex": (TRUE, "inductive", beside(lambda x: unary(x, x.app(x.fun(x.sort(x.level(2)), x.bound(0)), x.sort(x.level(1)))))),
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


def axiom(x: Export, name: str, type: int) -> Export:
    x.declarations.append(["ax", x.name(name), [], type])
    return x


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_export_that_is_no_proof(judging: EmbeddedSession, name: str) -> None:
    claim, reason, make = ATTACKS[name]
    scope = await ran(judging, CONTEXT)
    result = await judging.judge(claim, str(make(Export())), scope.env)
    await judging.free(envs=[scope.env])
    assert isinstance(result, Rejected), result
    assert result.reason == reason, result


async def test_declarations_of_the_context_may_be_repeated_as_they_are(judging: EmbeddedSession) -> None:
    scope = await ran(judging, CONTEXT)
    export = Export()
    export.definition("one", export.const("Nat"), export.app(export.const("OfNat.ofNat", ZERO), export.const("Nat"), export.nat(1),
        export.app(export.const("instOfNatNat"), export.nat(1))), height=7)
    light = export.const("Light")
    export.inductive("Light", export.sort(export.level(1)), 0, ("Light.red", light), ("Light.green", light))
    result = await judging.judge(TRUE, str(export.trivially()), scope.env)
    await judging.free(envs=[scope.env])
    assert result == Accepted("t", (), 3)
