"""Polynomial inequalities: squares and products of what is known to be nonnegative, as hints for `grind`.

`grind` multiplies out and does the linear part, so a proof is found whenever the difference of both sides is a nonnegative
combination of the hints. The hints are few: squares of the variables and of their differences, and products of two hypotheses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import explosive
from prover.symbolic.move import Move, tactic
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import has_bound, numeral, sides, symbol_of
from prover.symbolic.view import GoalView

MOST_VARIABLES = 4
MOST_SIDES = 4
_COMPARISONS = ("<", "≤", ">", "≥")


def _is_polynomial_inequality(view: GoalView) -> bool:
    target = view.target
    compares = symbol_of(target) in _COMPARISONS and target.type in ("Nat", "Int")
    return compares and any(_is_nonlinear(node) for node in target.walk()) and not has_bound(target)


def _is_nonlinear(node: Term) -> bool:
    symbol = symbol_of(node)
    if symbol == "*":
        return numeral(node.args[0]) is None and numeral(node.args[1]) is None
    return symbol == "^" and (numeral(node.args[1]) or 0) >= 2


def _squares(view: GoalView) -> Iterator[Candidate]:
    """Squares of the target's variables and of their differences."""
    if view.is_large or explosive(view) or not _is_polynomial_inequality(view):
        return
    names = [name for name in view.live if name in view.target.locals()][:MOST_VARIABLES]
    casts = {name: f"({name} : Int)" if view.live[name] == "Nat" else name for name in names}
    forms = [f"{casts[a]} - {casts[b]}" for a, b in itertools.combinations(names, 2)]
    forms += [f"{casts[a]} - 1" for a in names] + [casts[a] for a in names]
    if forms:
        hints = _named(view, [f"(Entail.int_square_ge ({form})).1" for form in forms], "sq")
        yield tactic("\n".join([*hints, "grind"]), 0.8, heartbeats=3000, soft_ms=4000)


def _named(view: GoalView, proofs: Sequence[str], stem: str) -> list[str]:
    return [f"have {view.fresh(f'{stem}{index}')} := {proof}" for index, proof in enumerate(proofs)]


def _products(view: GoalView) -> Iterator[Candidate]:
    """Products of two hypotheses (the negated target is one of them)."""
    if view.is_large or explosive(view) or not _is_polynomial_inequality(view):
        return
    kind = view.target.type
    hyps = [hyp for hyp in view.props if symbol_of(hyp.term) in _COMPARISONS and hyp.term.type == kind][:MOST_SIDES]
    name = view.fresh("hneg")
    lines = [f"refine Classical.byContradiction fun {name} => ?_"]
    try:
        if kind == "Nat":
            proofs = [f"Nat.mul_le_mul {a} {b}" for a, b in _pairs([_at_most(hyp.name, hyp.term) for hyp in hyps])]
        else:
            known = [f"n{index}_" for index in range(len(hyps) + 1)]
            lines += [f"have {n} : 0 ≤ {_difference(hyp.term)} := by omega" for n, hyp in zip(known, hyps, strict=False)]
            lines.append(f"have {known[-1]} : 0 ≤ {_denied(view.target)} := by omega")
            proofs = [f"Int.mul_nonneg {a} {b}" for a, b in _pairs(known)]
    except Unprintable:
        return
    if proofs:
        yield tactic("\n".join([*lines, *_named(view, proofs, "pr"), "grind"]), 1.0, heartbeats=4000, soft_ms=5000)


def _pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    return list(itertools.combinations_with_replacement(names, 2))


def _at_most(name: str, term: Term) -> str:
    """The hypothesis as `a ≤ b`."""
    return name if sides(term, "≤") or sides(term, "≥") else f"(Nat.le_of_lt {name})"


def _difference(term: Term) -> str:
    """What a comparison says to be nonnegative."""
    small, large = term.args if symbol_of(term) in ("<", "≤") else term.args[::-1]
    strict = " - 1" if symbol_of(term) in ("<", ">") else ""
    return f"({render(large)}) - ({render(small)}){strict}"


def _denied(term: Term) -> str:
    """The same for the comparison's negation."""
    small, large = term.args if symbol_of(term) in ("<", "≤") else term.args[::-1]
    strict = " - 1" if symbol_of(term) in ("≤", "≥") else ""
    return f"({render(small)}) - ({render(large)}){strict}"


MOVES = (Move("squares", _squares), Move("products", _products))
