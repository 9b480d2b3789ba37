"""Induction on a natural number (or a list) that the target speaks about, with and without an attempt to close the two goals."""

from __future__ import annotations

from collections.abc import Iterator

from prover.policy import Candidate
from prover.symbolic.closers import explosive
from prover.symbolic.move import Move, tactic
from prover.symbolic.terms import has_bound, sides, symbol_of
from prover.symbolic.view import GoalView

MOST_VARIABLES = 3
_UNFOLD = "Nat.pow_succ, Nat.pow_add, Int.pow_succ, Nat.mul_add, Nat.add_mul"


def _numbers(view: GoalView) -> list[str]:
    """Nat variables of the target, those under powers and function calls first."""
    in_target = view.target.locals()
    names = [name for name, kind in view.live.items() if kind == "Nat" and name in in_target]
    deep: set[str] = set()
    for node in view.target.walk():
        if symbol_of(node) == "^" or (node.tag == "local" and node.args):
            deep |= node.args[-1].locals()
    return sorted(names, key=lambda name: name not in deep)[:MOST_VARIABLES]


def _induction(view: GoalView) -> Iterator[Candidate]:
    """Plain induction, closed by a mixture of arithmetic tactics or left open."""
    if view.target.is_app("False", 0) or explosive(view):
        return
    nonlinear = any(symbol_of(node) in ("^", "*", "%") or (node.tag == "local" and node.args) for node in view.target.walk())
    for place, name in enumerate(_numbers(view)):
        step, ih = view.fresh("k"), view.fresh("ih")
        dependent = [hyp.name for hyp in view.mentions(name) if not has_bound(hyp.term)]
        head = f"induction {name}{_generalizing(view, name)}\ncase' succ {step} {ih} => skip"
        base_cost = (0.8 if nonlinear else 1.6) + 0.5 * place
        arithmetic = (
            f"all_goals first | omega | (simp_all; done) | grind | (simp only [*, {_UNFOLD}] at *; omega)"
            if view.is_arithmetic
            else "all_goals first | (simp_all; done) | grind"
        )
        yield tactic(f"{head}\n{arithmetic}", base_cost, heartbeats=6000, soft_ms=6000)
        if dependent:
            yield tactic(f"clear {' '.join(dependent)}\n{head}\n{arithmetic}", base_cost + 0.5, heartbeats=6000, soft_ms=6000)
        yield tactic(head, base_cost + 0.8, heartbeats=300, soft_ms=800)
        if _steps_of_two(view, name):
            yield _two_step(view, name, base_cost)


def _generalizing(view: GoalView, name: str) -> str:
    """Variables that an induction hypothesis must hold for all values of: arguments of functions beside the variable."""
    others: set[str] = set()
    for node in view.target.walk():
        if node.tag not in ("local", "const") or symbol_of(node) or node.name in ("Nat.gcd", "Nat.lcm") or len(node.args) < 2:
            continue
        beside = {arg.name for arg in node.args if arg.tag == "local"}
        if name in beside:
            others |= beside & view.variables.keys() - {name}
    return f" generalizing {' '.join(sorted(others))}" if others else ""


def _steps_of_two(view: GoalView, name: str) -> bool:
    """Whether a recurrence reaches back two steps (`f (n + 2) = ...`)."""
    arguments = [
        shift[1]
        for hyp in view.props
        for node in hyp.term.walk()
        if node.tag == "local" and len(node.args) == 1 and (shift := sides(node.args[0], "+"))
    ]
    return name in view.target.locals() and any(argument.name == "2" for argument in arguments)


def _two_step(view: GoalView, name: str, cost: float) -> Candidate:
    dependent = [hyp.name for hyp in view.mentions(name)]
    step, first, second = view.fresh("k"), view.fresh("ih"), view.fresh("jh")
    lines = [f"clear {' '.join(dependent)}"] if dependent else []
    lines += [
        f"revert {name}",
        "refine Entail.two_step ?_ ?_ ?_",
        f"rotate_left\nrotate_left\nintro {step} {first} {second}",
        f"all_goals first | omega | (simp_all; done) | grind | (simp only [*, {_UNFOLD}] at *; omega)",
    ]
    return tactic("\n".join(lines), cost + 0.2, heartbeats=6000, soft_ms=6000)


def _lists(view: GoalView) -> Iterator[Candidate]:
    """Induction on a list."""
    for hyp in view.hypotheses:
        if hyp.is_accessible and hyp.term.is_app("List") and hyp.name in view.target.locals():
            head, tail, ih = view.fresh("head"), view.fresh("tail"), view.fresh("ih")
            start = f"induction {hyp.name}\ncase' cons {head} {tail} {ih} => skip"
            yield tactic(f"{start}\nall_goals first | (simp_all; done) | grind", 1.0, heartbeats=4000, soft_ms=4000)
            yield tactic(start, 1.9, heartbeats=300, soft_ms=800)


def _addition_form(view: GoalView) -> Iterator[Candidate]:
    """`a = b - c` on Nat from `a + c = b`: truncated subtraction stops every other tactic."""
    split = sides(view.target, "=")
    if split is None or view.target.type != "Nat" or has_bound(view.target):
        return
    from prover.symbolic.render import Unprintable, render  # local: only here is text made

    for whole, difference in (split, split[::-1]):
        parts = sides(difference, "-")
        if parts is not None:
            try:
                left, right, taken = render(whole), render(parts[0]), render(parts[1])
            except Unprintable:
                continue
            name = view.fresh("sum")
            yield tactic(f"suffices {name} : {left} + ({taken}) = {right} by omega", 0.7, heartbeats=800, soft_ms=2000)
            return


MOVES = (
    Move("addition form", _addition_form),
    Move("induction", _induction),
    Move("list induction", _lists),
)
