"""What the static checks share: a goal as facts and a target, terms up to the names of bound variables, and what holds where.

Views for heuristics; nothing is proved about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lean_env.messages import Goal
from lean_env.term import Term, decode_term
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import conjuncts, normal

_FLIPPED = {"GE.ge": "LE.le", "GT.gt": "LT.lt"}
_SYMMETRIC = frozenset({"Eq", "Ne", "Iff", "And", "Or"})
_LEAVES = ("And", "Or", "Iff", "Not", "Exists")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is given: the hypothesis' name, and one conjunct of it."""

    name: str
    term: Term


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a tree, and what is known there: facts around it, premises and conjuncts beside it."""

    node: Term
    known: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A goal taken apart: variables (name to type) in order, what is given, and what is claimed."""

    variables: Mapping[str, Term]
    facts: tuple[Fact, ...]
    target: Term

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything that is said: the facts, then the target."""
        return (*(fact.term for fact in self.facts), self.target)

    @property
    def is_cut(self) -> bool:
        """Whether a part was too large to be sent, so that nothing may be concluded from what is not there."""
        return any(node.tag == "cut" for term in self.terms for node in term.walk())


def claim_of(goal: Goal) -> Claim:
    """A goal as the checks see it."""
    context = [(local.name, local.prop, normal(decode_term(local.term))) for local in goal.locals]
    facts = [Fact(name, part) for name, is_prop, term in context if is_prop for part in conjuncts(term)]
    return Claim({name: term for name, is_prop, term in context if not is_prop}, tuple(facts), normal(goal.target_tree))


def spoken(name: str) -> str:
    """A name for people: without the dagger of one that cannot be written."""
    return name.partition("✝")[0]


def shown(term: Term) -> str:
    """A term for people: Lean text in quotes, or a few words where it cannot be written."""
    try:
        return f"`{render(_without_daggers(term))}`"
    except Unprintable:
        return "a term"


def _without_daggers(term: Term) -> Term:
    return Term(term.tag, spoken(term.name), term.type, tuple(_without_daggers(arg) for arg in term.args))


def canonical(term: Term) -> Term:
    """One form for what says the same: bound variables by depth, `≥` as `≤`, both sides of a symmetric relation in order."""
    return _canonical(term, {}, 0)


def _canonical(term: Term, bound: Mapping[str, str], depth: int) -> Term:
    if term.tag in ("forall", "lambda"):
        name = f"@{depth}"
        domain = _canonical(term.args[0], bound, depth)
        return Term(term.tag, name, term.type, (domain, _canonical(term.args[1], {**bound, term.name: name}, depth + 1)))
    args = tuple(_canonical(arg, bound, depth) for arg in term.args)
    if term.tag == "bound":
        return Term("bound", bound.get(term.name, term.name), "", args)
    if term.tag == "const" and len(args) == 2:
        if term.name in _FLIPPED:
            return Term("const", _FLIPPED[term.name], term.type, (args[1], args[0]))
        if term.name in _SYMMETRIC:
            return Term("const", term.name, term.type, (min(args, key=repr), max(args, key=repr)))
    return Term(term.tag, term.name, term.type, args)


def places(term: Term, known: tuple[Term, ...]) -> Iterator[Place]:
    """Every node with what is known there. `known` holds around the whole term."""
    yield Place(term, known)
    if term.tag == "implies":
        premise, conclusion = term.args
        yield from places(premise, known)
        yield from places(conclusion, known + conjuncts(premise))
    elif term.is_app("And", 2):
        left, right = term.args
        yield from places(left, known + conjuncts(right))
        yield from places(right, known + conjuncts(left))
    elif term.tag in ("forall", "lambda"):
        # A binder hides what was known under its name.
        inside = tuple(fact for fact in known if not any(n.tag == "bound" and n.name == term.name for n in fact.walk()))
        yield from places(term.args[0], known)
        yield from places(term.args[1], inside)
    else:
        for arg in term.args:
            yield from places(arg, known)


def leaves(term: Term) -> Iterator[Term]:
    """The atomic propositions that a target claims: below connectives and quantifiers, without the premises."""
    if term.tag in ("forall", "lambda", "implies"):
        yield from leaves(term.args[1])
    elif term.tag == "const" and term.name in _LEAVES:
        for arg in term.args:
            yield from leaves(arg)
    else:
        yield term
