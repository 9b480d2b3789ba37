"""A variable modulus that divides two expressions divides what is left when their common variable is eliminated: a number.

From `6 * x % m = 1` and `(x - 36) % m = 0` follows `m ∣ 6 * 36 - 1`, so m is one of few divisors. Each divisor is then a case for
linear arithmetic.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import explosive
from prover.symbolic.divisors import LARGEST, divisors_of
from prover.symbolic.move import Move, tactic
from prover.symbolic.polynomial import Polynomial, TooLarge, constant, polynomial_of
from prover.symbolic.render import Unprintable
from prover.symbolic.terms import numeral, sides
from prover.symbolic.view import GoalView

MOST_CASES = 64


@dataclass(frozen=True, slots=True)
class Divided:
    """`divisor ∣ form` on Int, with its proof."""

    divisor: str
    form: Polynomial
    proof: str


def divided(view: GoalView) -> Iterator[Divided]:
    """What variables divide: `m ∣ e` and `e % m = c`. Raises TooLarge, Unprintable."""
    for hyp in view.props:
        divides, equation = sides(hyp.term, "∣"), sides(hyp.term, "=")
        if hyp.term.type != "Int":
            continue
        if divides and _is_variable(divides[0]):
            yield Divided(divides[0].name, polynomial_of(divides[1]), hyp.name)
        remainder = sides(equation[0], "%") if equation else None
        value = numeral(equation[1]) if equation else None
        if remainder and value is not None and _is_variable(remainder[1]):
            form = polynomial_of(remainder[0]).plus(constant(value), -1)
            lemma = "Int.dvd_of_emod_eq_zero" if value == 0 else "Int.dvd_self_sub_of_emod_eq"
            yield Divided(remainder[1].name, form, f"({lemma} {hyp.name})")


def _is_variable(term: Term) -> bool:
    return term.tag == "local" and not term.args


def eliminated(first: Polynomial, second: Polynomial) -> tuple[int, int, int] | None:
    """(u, v, c) with `u * first + v * second = c`, a number other than 0."""
    shared = first.atoms() & second.atoms()
    for atom in sorted(shared):
        monomial = ((atom, 1),)
        a, b = first.terms.get(monomial, 0), second.terms.get(monomial, 0)
        if a and b:
            common = math.gcd(a, b)
            u, v = b // common, -a // common
            total = constant(u).times(first).plus(constant(v).times(second))
            if not total.atoms() and total.terms:
                return u, v, total.terms[()]
    return None


def _shared(view: GoalView) -> Iterator[Candidate]:
    """The modulus is a divisor of a number: run through its divisors."""
    if view.is_large or explosive(view) or not view.target_is_arithmetic:
        return
    try:
        found = list(divided(view))
    except (TooLarge, Unprintable):
        return
    for first, second in itertools.combinations(found, 2):
        combined = eliminated(first.form, second.form) if first.divisor == second.divisor else None
        if combined is None or abs(combined[2]) > LARGEST or 2 * len(divisors_of(combined[2])) > MOST_CASES:
            continue
        yield _proposal(view, first, second, *combined)


def _proposal(view: GoalView, first: Divided, second: Divided, u: int, v: int, value: int) -> Candidate:
    s, t, hs, ht, shared, cases, k, hk, hd, hv = (
        view.fresh(stem) for stem in ("s", "t", "hs", "ht", "shared", "hc", "k", "hk", "hd", "hv")
    )
    divisors = divisors_of(value)
    lines = [
        f"obtain ⟨{s}, {hs}⟩ := {first.proof}",
        f"obtain ⟨{t}, {ht}⟩ := {second.proof}",
        f"have {shared} : {first.divisor} * (({u}) * {s} + ({v}) * {t}) = {value} := by grind",
        f"obtain ⟨{k}, {hk}, {hd}, {hv}⟩ := Entail.int_divisor (m := {abs(value)}) {shared} (by decide) (by decide)",
        f"have {cases} : {' ∨ '.join(f'{k} = {d}' for d in divisors)} := by",
        f"  clear {hv}",
        f"  revert {k}",
        "  decide +kernel",
        f"clear {hk} {hd} {shared} {hs} {ht}",
        f"rcases {cases} with {' | '.join(['rfl'] * len(divisors))} <;> rcases {hv} with {hv} | {hv} <;> (subst {hv}; omega)",
    ]
    count = 2 * len(divisors)
    return tactic("\n".join(lines), 0.6 + count / 40, heartbeats=4000 + 800 * count, soft_ms=4000 + 250 * count)


MOVES = (Move("shared divisor", _shared),)
