"""Using hypotheses: rewrite with equations, apply implications, instantiate universal statements at what is in sight."""

from __future__ import annotations

from collections.abc import Iterator

from lean_env.messages import Hypothesis
from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import explosive, huge_equations
from prover.symbolic.move import Move, tactic
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import has_bound, negated
from prover.symbolic.view import GoalView

MOST_INSTANCES = 4
MOST_PROPOSALS = 8


def conclusion(term: Term) -> Term:
    """What a hypothesis says after its quantifiers and premises."""
    while term.tag in ("forall", "implies"):
        term = term.args[1]
    return term


def _head(term: Term) -> tuple[str, str]:
    return term.tag, term.name


def _rewrite(view: GoalView) -> Iterator[Candidate]:
    """Rewrite the target with an equation or equivalence, left to right or back."""
    unsafe = huge_equations(view)
    heads = {_head(node) for node in view.target.walk()}
    count = 0
    for hyp in view.props:
        end = conclusion(hyp.term)
        if hyp.name in unsafe or not (end.is_app("Eq", 2) or end.is_app("Iff", 2)):
            continue
        general = hyp.term.tag in ("forall", "implies")
        for arrow, pattern in (("", end.args[0]), ("← ", end.args[1])):
            if pattern.tag in ("number", "bound") or _head(pattern) not in heads:
                continue
            if not general and pattern not in set(view.target.walk()):
                continue
            count += 1
            if count > MOST_PROPOSALS:
                return
            yield tactic(f"rw [{arrow}{hyp.name}]", 1.3 if not arrow else 2.0, heartbeats=200, soft_ms=800)


def _apply(view: GoalView) -> Iterator[Candidate]:
    """Apply an implication or a universal statement whose conclusion looks like the target."""
    for hyp in view.props:
        if hyp.term.tag not in ("forall", "implies"):
            continue
        end = conclusion(hyp.term)
        matches = _head(end) == _head(view.target) or end.tag == "bound" or (view.target.is_app("False", 0) and negated(end))
        if matches:
            yield tactic(f"apply {hyp.name}", 0.8 if not view.is_arithmetic else 1.4, heartbeats=200, soft_ms=800)
            if negated(end) is None or end.is_app("Ne", 2):
                yield tactic(f"exact {hyp.name} _ (by assumption)", 1.2, heartbeats=100, soft_ms=500)


def _forward(view: GoalView) -> Iterator[Candidate]:
    """Derive new facts: premises that are at hand, universal statements at the terms of the right type in sight."""
    for hyp in view.props:
        if hyp.term.tag == "implies":
            yield from _discharge(view, hyp)
        elif hyp.term.tag == "forall":
            yield from _instances(view, hyp)


def _discharge(view: GoalView, hyp: Hypothesis) -> Iterator[Candidate]:
    premise = hyp.term.args[0]
    given = next((other.name for other in view.props if other.term == premise), None)
    if given is not None:
        yield tactic(f"have {view.fresh(hyp.name)} := {hyp.name} {given}", 0.9, heartbeats=100, soft_ms=500)
    elif not has_bound(premise):
        yield tactic(f"have {view.fresh(hyp.name)} := {hyp.name} (by first | assumption | omega)", 1.6, heartbeats=300)


def _instances(view: GoalView, hyp: Hypothesis) -> Iterator[Candidate]:
    domain = hyp.term.args[0]
    texts: dict[str, None] = {}
    for other in view.hypotheses:
        if other.is_accessible and not other.is_prop and other.term == domain:
            texts[other.name] = None
    for node in view.nodes:  # what functions are applied to in the target and the other facts
        if node.tag == "local" and len(node.args) == 1 and not has_bound(node) and domain.name in ("Nat", "Int"):
            try:
                texts[render(node.args[0])] = None
            except Unprintable:
                continue
    names = [f"({text})" if " " in text else text for text in texts][:MOST_INSTANCES]
    fresh: list[str] = []
    for text in names:
        name = view.fresh(hyp.name, fresh)
        fresh.append(name)
        yield tactic(f"have {name} := {hyp.name} {text}", 1.7, heartbeats=200, soft_ms=800)
    if len(names) > 1:
        block = "\n".join(f"have {name} := {hyp.name} {text}" for name, text in zip(fresh, names, strict=True))
        yield tactic(f"{block}\nfirst | omega | (simp_all; done) | grind", 1.5, heartbeats=4000, soft_ms=4000)


def _simplify_with(view: GoalView) -> Iterator[Candidate]:
    """Simplify the target by all hypotheses, keeping what remains as a goal; rewrite both, then linear arithmetic."""
    if explosive(view) or not view.facts:
        return
    rules = [hyp.name for hyp in view.props if conclusion(hyp.term).is_app("Eq", 2) and hyp.term.tag == "forall"]
    if rules:
        listed = ", ".join(rules)
        yield tactic(f"simp only [{listed}]", 1.5, heartbeats=400, soft_ms=1200)
        if view.is_arithmetic:
            yield tactic(f"simp only [{listed}]\nomega", 1.4, heartbeats=1200, soft_ms=2500)
    elif view.is_arithmetic:
        yield tactic("simp at *\nomega", 2.2, heartbeats=1200, soft_ms=2500)
    if not view.is_arithmetic:
        yield tactic("simp at *", 2.0, heartbeats=400, soft_ms=1200)


def _contrapositive(view: GoalView) -> Iterator[Candidate]:
    """From `h : ¬ p` to prove q: prove p from ¬ q."""
    if view.target.is_app("False", 0) or view.target.tag not in ("const", "local"):
        return
    for hyp in view.props:
        if negated(hyp.term) is not None and not hyp.term.is_app("Ne", 2) and not view.is_arithmetic:
            name = view.fresh("hneg")
            yield tactic(f"refine Classical.byContradiction fun {name} => {hyp.name} ?_", 1.8, heartbeats=100, soft_ms=500)


MOVES = (
    Move("rewrite", _rewrite),
    Move("apply", _apply),
    Move("forward", _forward),
    Move("simplify with hypotheses", _simplify_with),
    Move("contrapositive", _contrapositive),
)
