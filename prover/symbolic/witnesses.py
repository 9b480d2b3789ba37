"""Witnesses for existential targets: numbers that work when run, solutions of linear equations, terms and hypotheses in sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.assignments import Unknown, assignments
from prover.symbolic.closers import heavy_power
from prover.symbolic.move import Move, tactic
from prover.symbolic.polynomial import Polynomial, TooLarge, polynomial_of
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import conjuncts, has_bound, is_ground, local, sides, substitute, symbol_of
from prover.symbolic.view import GoalView, is_number_type

EFFORT = 4000
MOST_TERMS = 6


def unwrap(term: Term) -> tuple[list[tuple[str, Term]], Term]:
    """Leading existential binders (name, type) and the body."""
    binders: list[tuple[str, Term]] = []
    while term.is_app("Exists", 1) and term.args[0].tag == "lambda":
        binders.append((term.args[0].name, term.args[0].args[0]))
        term = term.args[0].args[1]
    return binders, term


def _numbers(view: GoalView) -> Iterator[Candidate]:
    """Numbers found by running the body."""
    binders, body = unwrap(view.target)
    if not binders or not all(is_number_type(domain) for _, domain in binders) or heavy_power(body):
        return
    if len({name for name, _ in binders}) < len(binders) or body.locals() - frozenset(view.variables):
        return
    unknowns = [Unknown(name, domain.name, bound=True) for name, domain in binders]
    if body.locals():
        return
    for count, found in enumerate(assignments(unknowns, conjuncts(body), [], EFFORT)):
        values = [found.values[unknown.key] for unknown in unknowns]
        listed = ", ".join(str(value) if value >= 0 else f"({value})" for value in values)
        if found.unknown == 0:
            yield tactic(f"exact ⟨{listed}, by decide +kernel⟩", 0.1, heartbeats=400, soft_ms=2000)
        else:
            yield tactic(f"refine ⟨{listed}, ?_⟩", 0.6 + 0.3 * count, heartbeats=200, soft_ms=800)
        if count >= 2:
            return


def _solutions(view: GoalView) -> Iterator[Candidate]:
    """The value that an equation of the body forces on the first bound variable."""
    binders, body = unwrap(view.target)
    if not binders:
        return
    name, domain = binders[0]
    inner = {other for other, _ in binders[1:]}
    if not is_number_type(domain):
        return
    opened = substitute(body, {name: local("@" + name)})
    for part in conjuncts(opened):
        split = sides(part, "=")
        if split is None or part.type not in ("Nat", "Int"):
            continue
        if any(node.tag == "bound" and node.name in inner for node in part.walk()):
            continue
        try:
            difference = polynomial_of(split[0]).plus(polynomial_of(split[1]), -1)
        except (TooLarge, Unprintable):
            continue
        text = _solved(difference, "@" + name, domain.name)
        if text is not None:
            hole = ", ".join(["?_"] * (len(binders) - 1 + 1))
            yield tactic(f"refine ⟨{text}, {hole}⟩", 0.5, heartbeats=200, soft_ms=800)


def _solved(difference: Polynomial, atom: str, kind: str) -> str | None:
    """The variable as a quotient, if the equation is linear in it."""
    if difference.degree_in(atom) != 1 or any(atom in other and other != atom for other in difference.atoms()):
        return None
    factor, rest = difference.coefficient_of(atom)
    sign = -1 if all(value < 0 for value in factor.terms.values()) else 1
    factor, rest = Polynomial({}).plus(factor, sign), Polynomial({}).plus(rest, -sign)
    plus, minus = rest.split_signs()
    if kind == "Nat" and any(value < 0 for value in factor.terms.values()):
        return None
    top = rest.text(kind) if kind == "Int" else f"({plus.text(kind)} - {minus.text(kind)})" if minus.terms else plus.text(kind)
    one = not factor.atoms() and factor.terms.get((), 0) == 1
    return top if one else f"{top} / {factor.text(kind)}"


def _in_sight(view: GoalView) -> Iterator[Candidate]:
    """Variables and subterms of the right type, and hypotheses that have the form of the body."""
    binders, body = unwrap(view.target)
    if not binders:
        return
    domain = binders[0][1]
    wildcards = ", ".join(["_"] * len(binders))
    for hyp in view.props:
        if hyp.term.tag == "local" or (hyp.term.tag == "const" and hyp.term.name == body.name and hyp.term.tag == body.tag):
            yield tactic(f"exact ⟨{wildcards}, {hyp.name}⟩", 0.6, heartbeats=100, soft_ms=500)
    parts = ", ".join(["?_"] * 1)
    for text in _terms(view, domain)[:MOST_TERMS]:
        yield tactic(f"refine ⟨{text}, {parts}⟩", 1.4, heartbeats=200, soft_ms=800)


def _terms(view: GoalView, domain: Term) -> Sequence[str]:
    """Texts of things of the wanted type that the goal mentions."""
    found: dict[str, None] = {}
    for hyp in view.hypotheses:
        if hyp.is_accessible and not hyp.is_prop and hyp.term == domain:
            found[hyp.name] = None
    if is_number_type(domain):
        for node in view.nodes:
            built = node.tag == "const" and node.type == domain.name and symbol_of(node) in ("+", "-", "*", "/", "%", "^")
            if built and not has_bound(node) and not is_ground(node) and len(found) < 2 * MOST_TERMS:
                with suppress(Unprintable):
                    found[render(node)] = None
        for value in (0, 1, 2):
            found[str(value)] = None
    return list(found)


MOVES = (Move("numeric witness", _numbers), Move("solved witness", _solutions), Move("witness in sight", _in_sight))
