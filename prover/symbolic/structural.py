"""Structural moves: take the goal apart by its logical form, introduce names, use equations to eliminate variables."""

from __future__ import annotations

from collections.abc import Iterator

from lean_env.messages import Hypothesis
from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import huge_equations
from prover.symbolic.move import Move, tactic
from prover.symbolic.terms import CONNECTIVES, is_ground, negated, numeral, sides
from prover.symbolic.view import GoalView

_TYPES_WITH_CASES = {"Bool", "Option", "Prod", "Sum", "Or", "And", "Fin"}


def _intro(view: GoalView) -> Iterator[Candidate]:
    """Introduce every leading variable and premise at once, by name."""
    names: list[str] = []
    term = view.target
    while len(names) < 30:
        if term.tag == "forall":
            names.append(view.fresh(_clean(term.name, "x"), names))
            term = term.args[1]
        elif term.tag == "implies":
            names.append(view.fresh("h", names))
            term = term.args[1]
        elif negated(term) is not None:
            names.append(view.fresh("h", names))
            break
        else:
            break
    if names:
        yield tactic(f"intro {' '.join(names)}", 0.08 if view.target.tag in ("forall", "implies") else 0.5, heartbeats=100)


def _clean(name: str, default: str) -> str:
    stem = name.rstrip("✝")
    return stem if stem and stem.replace("_", "a").replace("'", "a").isalnum() and stem[0] not in "0123456789" else default


def _split_target(view: GoalView) -> Iterator[Candidate]:
    """∧ and ↔ into parts, ∨ into a choice."""
    target = view.target
    if target.is_app("And", 2) or target.is_app("Iff", 2):
        yield tactic("constructor", 0.25, heartbeats=100, soft_ms=500)
    elif target.is_app("Or", 2):
        yield tactic("left", 1.6, heartbeats=100, soft_ms=500)
        yield tactic("right", 1.6, heartbeats=100, soft_ms=500)


def _split_hypotheses(view: GoalView) -> Iterator[Candidate]:
    """∧, ∃, ∨ and ↔ in the context; the first two lose nothing and are done all at once."""
    patterns: list[str] = []
    avoid: list[str] = []
    for hyp in view.props:
        if hyp.term.is_app("And", 2) or hyp.term.is_app("Exists", 1):
            pattern, names = _pattern(view, hyp.term, hyp.name, avoid)
            avoid.extend(names)
            patterns.append(f"obtain {pattern} := {hyp.name}")
    if patterns:
        cost = 0.3 if view.target_is_arithmetic and not any(node.name == "Exists" for node in view.nodes) else 0.12
        yield tactic("\n".join(patterns), cost, heartbeats=200, soft_ms=800)
    for hyp in view.props:
        if hyp.term.is_app("Or", 2):
            yield tactic(f"rcases {hyp.name} with {hyp.name} | {hyp.name}", 0.7, heartbeats=100, soft_ms=500)
        elif hyp.term.is_app("Iff", 2) and not view.is_arithmetic:
            yield tactic(f"obtain ⟨{hyp.name}, {view.fresh(hyp.name + 'r')}⟩ := {hyp.name}", 0.7, heartbeats=100, soft_ms=500)


def _pattern(view: GoalView, term: Term, stem: str, avoid: list[str]) -> tuple[str, list[str]]:
    """An anonymous-constructor pattern for nested ∧ and ∃, with the names it introduces."""
    taken: list[str] = list(avoid)
    names: list[str] = []

    def name(wanted: str) -> str:
        chosen = view.fresh(wanted, taken)
        taken.append(chosen)
        names.append(chosen)
        return chosen

    def build(part: Term) -> str:
        if part.is_app("And", 2):
            return f"⟨{build(part.args[0])}, {build(part.args[1])}⟩"
        if part.is_app("Exists", 1) and part.args[0].tag == "lambda":
            binder = part.args[0]
            return f"⟨{name(_clean(binder.name, 'x'))}, {build(binder.args[1])}⟩"
        return name(stem + "_" if not stem.endswith("_") else stem)

    return build(term), names


def _cases(view: GoalView) -> Iterator[Candidate]:
    """Case analysis on variables of a type with few constructors, and on propositions that are only assumed to be one."""
    for hyp in view.hypotheses:
        plain = hyp.is_accessible and not hyp.is_prop and hyp.value is None and hyp.name in view.used
        if plain and hyp.term.tag == "const" and hyp.term.name in _TYPES_WITH_CASES:
            yield tactic(f"cases {hyp.name} <;> simp_all", 0.7, heartbeats=1000, soft_ms=2000)
            yield tactic(f"cases {hyp.name}", 1.2, heartbeats=200, soft_ms=800)
    if not view.is_arithmetic:
        for hyp in view.hypotheses:
            if hyp.is_accessible and hyp.term.tag == "sort" and hyp.term.name == "Prop" and hyp.name in view.used:
                yield tactic(f"by_cases {view.fresh('h' + hyp.name)} : {hyp.name} <;> simp_all", 1.3, heartbeats=800)


def _substitute(view: GoalView) -> Iterator[Candidate]:
    """Eliminate the variables that an equation defines."""
    unsafe = huge_equations(view)
    names = [hyp.name for hyp in view.props if hyp.name not in unsafe and _defines(hyp, view)]
    if names:
        yield tactic("\n".join(f"subst {name}" for name in names[:1]), 0.6, heartbeats=200, soft_ms=800)


def _defines(hyp: Hypothesis, view: GoalView) -> bool:
    """Whether the hypothesis is `v = e` or `e = v` with a variable v that is not in e."""
    if not hyp.term.is_app("Eq", 2):
        return False
    return any(
        variable.tag == "local" and not variable.args and variable.name not in value.locals() and variable.name in _plain(view)
        for variable, value in (hyp.term.args, hyp.term.args[::-1])
    )


def _plain(view: GoalView) -> frozenset[str]:
    return frozenset(hyp.name for hyp in view.hypotheses if not hyp.is_prop and hyp.value is None and hyp.is_accessible)


def _rename(view: GoalView) -> Iterator[Candidate]:
    """Give names to propositions that have none, so that other moves can use them."""
    hidden = [hyp for hyp in view.hypotheses if not hyp.is_accessible]
    if not hidden or not any(hyp.is_prop or hyp.name in view.used for hyp in hidden):
        return
    names: list[str] = []
    for hyp in hidden:
        names.append(view.fresh(_clean(hyp.name, "h" if hyp.is_prop else "x") + "'", names))
    yield tactic(f"rename_i {' '.join(names)}", 0.4, heartbeats=50, soft_ms=300)


def _extensional(view: GoalView) -> Iterator[Candidate]:
    """Equality of functions, point by point."""
    split = sides(view.target, "=")
    if split is None or (is_ground(view.target) and numeral(split[0]) is not None):
        return
    if split[0].tag == "lambda" or split[1].tag == "lambda" or view.target.type in ("", "Set"):
        yield tactic(f"funext {view.fresh('x')}", 1.0, heartbeats=100, soft_ms=500)


def _by_contradiction(view: GoalView) -> Iterator[Candidate]:
    """Assume the negation of a target that has no structure of its own."""
    target = view.target
    if target.is_app("False", 0) or target.tag in ("forall", "implies") or negated(target) is not None:
        return
    if target.tag == "const" and target.name in CONNECTIVES and target.name != "Or":
        return
    name = view.fresh("hneg")
    if any(hyp.name.startswith("hneg") for hyp in view.hypotheses):
        return
    cost = 1.2 if target.is_app("Exists") else 2.0
    yield tactic(f"refine Classical.byContradiction fun {name} => ?_", cost, heartbeats=100, soft_ms=500)


def _absurd(view: GoalView) -> Iterator[Candidate]:
    """A false target with a negated hypothesis: prove what it denies."""
    if not view.target.is_app("False", 0):
        return
    for hyp in view.props:
        if negated(hyp.term) is not None and not hyp.term.is_app("Ne", 2):
            yield tactic(f"apply {hyp.name}", 1.0, heartbeats=100, soft_ms=500)


MOVES = (
    Move("intro", _intro),
    Move("split target", _split_target),
    Move("split hypotheses", _split_hypotheses),
    Move("cases", _cases),
    Move("substitute", _substitute),
    Move("rename", _rename),
    Move("extensional", _extensional),
    Move("by contradiction", _by_contradiction),
    Move("absurd", _absurd),
)
