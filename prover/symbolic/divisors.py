"""Products that equal a number: each factor is one of the number's divisors, with either sign on Int.

The divisors are listed by one kernel decision, so what is run through is the divisors and not all numbers below.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import explosive, heavy_power
from prover.symbolic.move import Move, tactic
from prover.symbolic.polynomial import Polynomial, TooLarge, polynomial_of
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import factors, has_bound, is_ground, numeral, operation, sides
from prover.symbolic.view import GoalView, comparisons_only

LARGEST = 3000
MOST_CASES = 64


@dataclass(frozen=True, slots=True)
class Factored:
    """`factor * cofactor = value`, both as Lean text, with a proof; `variable` names the factor if it is one."""

    hypothesis: str
    kind: str
    factor: str
    cofactor: str
    value: int
    proof: str
    variable: str


def factored(view: GoalView) -> Iterator[Factored]:
    """Ways to single out a factor of something that equals a nonzero number; variables before other factors. Raises Unprintable."""
    for hyp in view.props:
        split = sides(hyp.term, "=")
        if split is None or hyp.term.type not in ("Nat", "Int") or has_bound(hyp.term):
            continue
        kind = hyp.term.type
        for equation, (product, constant) in ((hyp.name, split), (f"{hyp.name}.symm", split[::-1])):
            value, parts = numeral(constant), factors(product)
            if value is None or value == 0 or abs(value) > LARGEST or len(parts) < 2:
                continue
            for index, factor in sorted(enumerate(parts), key=lambda pair: pair[1].tag != "local"):
                others = [part for place, part in enumerate(parts) if place != index]
                if is_ground(factor):
                    continue
                cofactor = others[0]
                for other in others[1:]:
                    cofactor = operation("*", cofactor, other, kind)
                proof = f"(Eq.trans (by first | rfl | ac_rfl) {equation})"
                variable = factor.name if factor.tag == "local" and not factor.args else ""
                yield Factored(hyp.name, kind, render(factor), render(cofactor), value, proof, variable)
        if kind == "Int":
            yield from _root(hyp.name, split)


def _root(name: str, equation: tuple[Term, Term]) -> Iterator[Factored]:
    """A polynomial equation in one variable, as x * Q(x) = c: an integer root divides the constant term."""
    try:
        difference = polynomial_of(equation[0]).plus(polynomial_of(equation[1]), -1)
    except TooLarge:
        return
    constant = difference.terms.get((), 0)
    if len(difference.atoms()) != 1 or constant == 0 or abs(constant) > LARGEST:
        return
    (variable,) = difference.atoms()
    if not 2 <= difference.degree_in(variable) <= 8 or not variable.isidentifier():
        return
    lowered = {
        tuple((atom, power - 1) for atom, power in monomial if power > 1): c for monomial, c in difference.terms.items() if monomial
    }
    yield Factored(name, "Int", variable, Polynomial(lowered).text("Int"), -constant, "(by grind)", variable)


def divisors_of(value: int) -> list[int]:
    """Positive divisors in order."""
    return [d for d in range(1, abs(value) + 1) if value % d == 0]


def _divisors(view: GoalView) -> Iterator[Candidate]:
    """Run through the divisors for one factor and close each case linearly."""
    if view.is_large or explosive(view) or not view.target_is_arithmetic:
        return
    seen: set[str] = set()
    for found in _found(view):
        cases = len(divisors_of(found.value)) * (2 if found.kind == "Int" else 1)
        if cases > MOST_CASES or found.hypothesis in seen:
            continue
        seen.add(found.hypothesis)
        if found.kind == "Int" and found.variable and set(view.live) == {found.variable} and decidable(view):
            yield tactic(_box_text(view, found), 0.65, heartbeats=20_000, soft_ms=12_000)
        yield tactic(_text(view, found), 0.75 + cases / 40, heartbeats=5000 + 800 * cases, soft_ms=4000 + 250 * cases)


def _found(view: GoalView) -> list[Factored]:
    found: list[Factored] = []
    with suppress(Unprintable):
        found.extend(factored(view))
    return found


def decidable(view: GoalView) -> bool:
    """Whether every named proposition and the target can be run once the variables have values."""
    return all(comparisons_only(term) and not has_bound(term) and not heavy_power(term) for term in view.propositions)


def _obtain(view: GoalView, found: Factored) -> tuple[str, tuple[str, str, str, str]]:
    names = (view.fresh("k"), view.fresh("hk"), view.fresh("hd"), view.fresh("hv"))
    lemma = "Entail.int_divisor" if found.kind == "Int" else "Entail.nat_divisor"
    given = f"(a := {found.factor}) (b := {found.cofactor}) (c := {found.value}) (m := {abs(found.value)})"
    return f"obtain ⟨{', '.join(names)}⟩ :=\n  {lemma} {given} {found.proof} (by decide) (by decide)", names


def _box_text(view: GoalView, found: Factored) -> str:
    """One variable: decide over the divisors in the kernel, once for each sign."""
    obtain, (k, bound, divides, value) = _obtain(view, found)
    lines = [obtain, f"rcases {value} with rfl | rfl"]
    body = [f"revert {hyp.name}" for hyp in reversed(view.props)]
    body += [f"revert {divides}", f"revert {bound}", f"revert {k}", "decide +kernel"]
    block = "· " + "\n  ".join(body)
    return "\n".join([*lines, block, block])


def _text(view: GoalView, found: Factored) -> str:
    obtain, (k, bound, divides, value) = _obtain(view, found)
    divisors = divisors_of(found.value)
    cases = view.fresh("hc")
    lines = [
        obtain,
        f"have {cases} : {' ∨ '.join(f'{k} = {d}' for d in divisors)} := by",
        f"  clear {value}",
        f"  revert {k}",
        "  decide +kernel",
        f"clear {bound} {divides}",
    ]
    first, second = ("(subst_vars; omega)", "omega") if found.variable else ("omega", "(subst_vars; omega)")
    split = f"rcases {cases} with {' | '.join(['rfl'] * len(divisors))}"
    if found.kind == "Int":
        split += f" <;> rcases {value} with {value} | {value}"
    lines.append(f"{split} <;> (first | {first} | {second} | (subst_vars; simp_all; done))")
    return "\n".join(lines)


MOVES = (Move("divisors", _divisors),)
