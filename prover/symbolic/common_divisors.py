"""Greatest common divisors of linear expressions: they divide every combination, and some combination is a number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from prover.policy import Candidate
from prover.symbolic.move import Move, tactic
from prover.symbolic.polynomial import Polynomial, TooLarge, constant, polynomial_of
from prover.symbolic.render import Unprintable, render
from prover.symbolic.view import GoalView

LARGEST_FACTOR = 60


def _combination(left: Polynomial, right: Polynomial) -> tuple[int, int, int] | None:
    """(u, v, c) with `u * left - v * right = c`, c > 0 a number, u and v positive and least."""
    for u, v in sorted(itertools.product(range(1, LARGEST_FACTOR), repeat=2), key=sum):
        difference = constant(u).times(left).plus(constant(v).times(right), -1)
        if not difference.atoms() and (value := difference.terms.get((), 0)) > 0:
            return u, v, value
        if u + v > LARGEST_FACTOR:
            return None
    return None


def _gcd(view: GoalView) -> Iterator[Candidate]:
    """`gcd a b` divides u * a - v * b = c; then it is at most c, and if it is one of few divisors each is a case."""
    for term in view.occurrences("Nat.gcd"):
        try:
            left, right = (polynomial_of(arg) for arg in term.args)
            shown = render(term)
            texts = [render(arg) for arg in term.args]
        except (TooLarge, Unprintable):
            continue
        if not (left.atoms() | right.atoms()):
            continue
        for first, second, sides in ((left, right, ("left", "right")), (right, left, ("right", "left"))):
            found = _combination(first, second)
            if found is None:
                continue
            u, v, value = found
            first_text, second_text = texts if sides[0] == "left" else texts[::-1]
            d, k, bound, positive = (view.fresh(stem) for stem in ("hd", "hk", "hle", "hpos"))
            arguments = f"({texts[0]}) ({texts[1]})"
            lines = [
                f"have {d} := Entail.gcd_dvd_sub {u} {v} (Nat.gcd_dvd_{sides[0]} {arguments}) (Nat.gcd_dvd_{sides[1]} {arguments})",
                f"have {k} : {u} * ({first_text}) - {v} * ({second_text}) = {value} := by omega",
                f"rw [{k}] at {d}",
                f"have {bound} : {shown} ≤ {value} := Nat.le_of_dvd (by decide) {d}",
                f"have {positive} : 0 < {shown} := Nat.pos_of_dvd_of_pos {d} (by decide)",
            ]
            close = "omega"
            if value <= 60:
                name = view.fresh("g")
                lines += [f"generalize {shown} = {name} at *", f"clear {k}"]
                cases = f"revert {d} {bound} {positive}"
                close = f"first | omega | ({cases}; revert {name}; decide)"
            yield tactic("\n".join([*lines, close]), 0.6, heartbeats=2000, soft_ms=3000)
            break


MOVES = (Move("gcd of linear expressions", _gcd),)
