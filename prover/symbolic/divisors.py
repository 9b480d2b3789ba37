"""Products that equal a number: each factor is one of the number's divisors, with either sign on Int.

The divisors are listed by the kernel (or by quantifying over them), so the range is the number of divisors and not the number itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import huge_equations
from prover.symbolic.move import Move, tactic
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import factors, has_bound, is_ground, numeral, operation, sides
from prover.symbolic.view import GoalView

LARGEST = 3000
MOST_CASES = 64


@dataclass(frozen=True, slots=True)
class Factored:
    """`hypothesis : factor * cofactor = value` up to the order of factors."""

    hypothesis: str
    kind: str
    factor: Term
    cofactor: Term
    value: int
    flipped: bool

    @property
    def proof(self) -> str:
        """A proof of `factor * cofactor = value`."""
        equation = f"{self.hypothesis}.symm" if self.flipped else self.hypothesis
        return f"(Eq.trans (by first | rfl | ac_rfl) {equation})"


def factored(view: GoalView) -> Iterator[Factored]:
    """Every way to single out a factor of a product that equals a nonzero numeral; variables before other factors."""
    for hyp in view.props:
        split = sides(hyp.term, "=")
        if split is None or hyp.term.type not in ("Nat", "Int") or has_bound(hyp.term):
            continue
        for flipped, (product, constant) in ((False, split), (True, split[::-1])):
            value, parts = numeral(constant), factors(product)
            if value is None or value == 0 or abs(value) > LARGEST or len(parts) < 2:
                continue
            kind = hyp.term.type
            for index, factor in sorted(enumerate(parts), key=lambda pair: pair[1].tag != "local"):
                others = [part for place, part in enumerate(parts) if place != index]
                if is_ground(factor):
                    continue
                cofactor = others[0]
                for other in others[1:]:
                    cofactor = operation("*", cofactor, other, kind)
                yield Factored(hyp.name, kind, factor, cofactor, value, flipped)


def divisors_of(value: int) -> list[int]:
    """Positive divisors in order."""
    return [d for d in range(1, abs(value) + 1) if value % d == 0]


def _divisors(view: GoalView) -> Iterator[Candidate]:
    """Run through the divisors for one factor and close each case linearly."""
    if view.is_large or huge_equations(view) or not view.target_is_arithmetic:
        return
    seen: set[str] = set()
    for found in factored(view):
        cases = len(divisors_of(found.value)) * (2 if found.kind == "Int" else 1)
        if cases > MOST_CASES or found.hypothesis in seen:
            continue
        seen.add(found.hypothesis)
        try:
            text = _text(view, found)
        except Unprintable:
            continue
        yield tactic(text, 0.75 + cases / 40, heartbeats=5000 + 800 * cases, soft_ms=4000 + 250 * cases)


def _text(view: GoalView, found: Factored) -> str:
    k, bound, divides, value = (view.fresh(stem) for stem in ("k", "hk", "hd", "hv"))
    total = abs(found.value)
    listed = " ∨ ".join(f"{k} = {d}" for d in divisors_of(found.value))
    factor = render(found.factor)
    cofactor = render(found.cofactor)
    lemma = "Entail.int_divisor" if found.kind == "Int" else "Entail.nat_divisor"
    cases = view.fresh("hc")
    lines = [
        f"obtain ⟨{k}, {bound}, {divides}, {value}⟩ := {lemma} (a := {factor}) (b := {cofactor}) (c := {found.value}) (m := {total}) "
        f"{found.proof} (by decide) (by decide)",
        f"have {cases} : {listed} := by",
        f"  clear {value}",
        f"  revert {k}",
        "  decide +kernel",
        f"clear {bound} {divides}",
    ]
    close = "first | omega | (subst_vars; omega) | (subst_vars; simp_all; done)"
    if found.factor.tag == "local" and not found.factor.args:
        close = "first | (subst_vars; omega) | omega | (subst_vars; simp_all; done)"
    split = f"rcases {cases} with {' | '.join(['rfl'] * len(divisors_of(found.value)))}"
    if found.kind == "Int":
        split += f" <;> rcases {value} with {value} | {value}"
    lines.append(f"{split} <;> ({close})")
    return "\n".join(lines)


MOVES = (Move("divisors", _divisors),)

