"""What the lists of hand-made exports are made of: a claim, the reason for which an export must be refused, and how to make it."""

from __future__ import annotations

from collections.abc import Callable

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Rejected
from tests.adversarial.export_text import Export
from tests.fakes.lean import ran

TRUE, FALSE = "theorem t : True", "theorem t : False"
CONTEXT = """
theorem unproved : False := sorry
axiom assumed : False
def one := 1
inductive Light where | red | green
"""

Attack = Callable[[Export], Export]
Attacks = dict[str, tuple[str, str, Attack]]


async def assert_refused(judging: EmbeddedSession, claim: str, reason: str, make: Attack) -> None:
    """In a context of which all that can be wrong with one is true."""
    scope = await ran(judging, CONTEXT)
    result = await judging.judge(claim, str(make(Export())), scope.env)
    await judging.free(envs=[scope.env])
    assert isinstance(result, Rejected), result
    assert result.reason == reason, result


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


def axiom(x: Export, name: str, type: int) -> Export:
    x.declarations.append(["ax", x.name(name), [], type])
    return x
