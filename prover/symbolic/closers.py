"""Closers: one tactic that ends the goal or fails, chosen by the goal's shape and tried cheapest first.

A failing closer costs 5 to 500 ms, and failing closers are what a search spends its time on: so arithmetic tactics are kept away
from goals without arithmetic, and everything that runs for long is priced behind the moves that may make it unnecessary.
"""

from __future__ import annotations

from collections.abc import Iterator

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.evaluate import NotComputable, truth_of, value_of
from prover.symbolic.move import Move, tactic
from prover.symbolic.terms import NUMBERS, has_bound, is_ground, numeral, symbol_of
from prover.symbolic.view import GoalView

_QUANTIFIERS = ("forall", "Exists")
KERNEL_POWER_BITS = 4_000_000  # the kernel multiplies large numbers well, and dies on absurd ones


def is_quantified(term: Term) -> bool:
    """Whether the target begins with a binder."""
    return term.tag == "forall" or term.is_app("Exists")


def heavy_power(term: Term) -> bool:
    """Whether the term holds a ground power that is too large to be computed."""
    for node in term.walk():
        if symbol_of(node) == "^" and is_ground(node):
            try:
                exponent, base = value_of(node.args[1], {}), value_of(node.args[0], {})
            except NotComputable:
                return True
            if abs(base) > 1 and base.bit_length() * exponent > KERNEL_POWER_BITS:
                return True
    return False


def huge_equations(view: GoalView) -> tuple[str, ...]:
    """Names of hypotheses `v = ground power` for which substitution would put a power under a power."""
    exponents = _exponents(view)
    return tuple(hyp.name for hyp in view.props if _fixes_exponent(hyp.term, exponents))


def explosive(view: GoalView) -> bool:
    """Whether some equation, also under a quantifier, would put a power under a power: an engine dies of computing that."""
    exponents = _exponents(view)
    return bool(exponents) and any(_fixes_exponent(node, exponents) for node in view.nodes)


def _exponents(view: GoalView) -> frozenset[str]:
    """Names of the variables that occur in exponents."""
    powers = [node for node in view.nodes if symbol_of(node) == "^"]
    return frozenset(node.name for power in powers for node in power.args[1].walk() if node.tag in ("local", "bound"))


def _fixes_exponent(term: Term, exponents: frozenset[str]) -> bool:
    """Whether the term is an equation between one of the variables and a huge number."""
    if not term.is_app("Eq", 2) or term.type not in NUMBERS:
        return False
    return any(
        variable.tag in ("local", "bound") and variable.name in exponents and is_ground(value) and _is_huge(value)
        for variable, value in (term.args, term.args[::-1])
    )


def _is_huge(value: Term) -> bool:
    literal = numeral(value)
    return literal is None or literal > 100_000


def _ground(view: GoalView) -> Iterator[Candidate]:
    """Closed statements: run them."""
    if not view.is_ground or heavy_power(view.target) or is_quantified(view.target):
        return
    if view.target_is_arithmetic and truth_of(view.target, {}) is not False:
        yield tactic("decide +kernel", 0.05, heartbeats=400, soft_ms=4000)
        yield tactic("decide", 0.3, heartbeats=400, soft_ms=1500)


def _immediate(view: GoalView) -> Iterator[Candidate]:
    """What needs no search at all."""
    target = view.target
    if view.is_ground and view.target_is_arithmetic:
        yield tactic("rfl", 0.4, heartbeats=200, soft_ms=800)
        return
    if any(hyp.is_prop and hyp.term == target for hyp in view.hypotheses):
        yield tactic("assumption", 0.02, heartbeats=100, soft_ms=300)
    if target.is_app("True", 0):
        yield tactic("trivial", 0.02, heartbeats=50, soft_ms=200)
    if symbol_of(target) == "=" or target.is_app("Eq") or target.is_app("HEq"):
        cost = 0.05 if target.args and target.args[0] == target.args[-1] else 0.35
        yield tactic("rfl", cost, heartbeats=200, soft_ms=800)
    if any(part.is_app("False", 0) for part in view.facts):
        yield tactic("contradiction", 0.02, heartbeats=100, soft_ms=300)


def _linear(view: GoalView) -> Iterator[Candidate]:
    """Linear arithmetic."""
    if not view.is_arithmetic or explosive(view):
        return
    if view.target_is_arithmetic and not (view.is_ground and not view.target.is_app("False", 0)):
        yield tactic("omega", 0.1, heartbeats=800, soft_ms=3000)


def _simplify(view: GoalView) -> Iterator[Candidate]:
    """The simplifier, with and without the context."""
    if explosive(view):
        return
    arithmetic = view.target_is_arithmetic and view.is_arithmetic
    if not is_quantified(view.target) or not arithmetic:
        has_context = bool(view.facts)
        if not has_context:
            yield tactic("simp", 0.5 if arithmetic else 0.2, heartbeats=400, soft_ms=1200)
        else:
            yield tactic("simp_all", 0.55 if arithmetic else 0.25, heartbeats=600, soft_ms=1500)


def _grind(view: GoalView) -> Iterator[Candidate]:
    """Congruence, case splits, rings and linear arithmetic together."""
    if explosive(view):
        return
    yield tactic("grind", _grind_cost(view), heartbeats=1500, soft_ms=2500)


def _grind_cost(view: GoalView) -> float:
    if view.target.is_app("Exists"):
        return 1.0
    if not view.is_arithmetic:
        return 0.3
    return 0.45 if _is_identity(view) else 0.7


def _is_identity(view: GoalView) -> bool:
    """Whether the target is an equation between polynomials of degree two or more."""
    if symbol_of(view.target) != "=" or view.target.type not in NUMBERS:
        return False
    return any(symbol_of(node) in ("*", "^") for node in view.target.walk()) and not has_bound(view.target)


def _decide(view: GoalView) -> Iterator[Candidate]:
    """Propositions with an algorithm: bounded quantifiers without free variables, Booleans, small types."""
    if view.target.locals() or explosive(view) or (view.is_ground and view.target_is_arithmetic):
        return
    if truth_of(view.target, {}) is not False and not heavy_power(view.target):
        yield tactic("decide", 0.6, heartbeats=400, soft_ms=1500)


MOVES = (
    Move("ground", _ground),
    Move("immediate", _immediate),
    Move("linear", _linear),
    Move("simplify", _simplify),
    Move("grind", _grind),
    Move("decide", _decide),
)
