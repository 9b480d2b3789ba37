"""Whether what is known makes one natural number at most another, by a few lines of linear arithmetic.

Yes is meant; no means only that it is not evident. What is not a sum (variables, products, powers) is an atom.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from lean_env.term import Term
from prover.formalize.checks.trees import canonical
from prover.symbolic.evaluate import NotComputable, value_of
from prover.symbolic.terms import negated, sides

_MULTIPLES = (1, 2, 3)
_MANY = 24  # facts; more are not combined with each other


@dataclass(frozen=True, slots=True)
class LinearForm:
    """A sum of atoms with integer coefficients and a constant."""

    atoms: dict[Term, int]
    constant: int

    def plus(self, other: LinearForm, factor: int = 1) -> LinearForm:
        """The sum with a multiple of another."""
        atoms = {atom: self.atoms.get(atom, 0) + factor * other.atoms.get(atom, 0) for atom in {**self.atoms, **other.atoms}}
        return LinearForm({atom: count for atom, count in atoms.items() if count}, self.constant + factor * other.constant)

    def is_evident(self, *, natural: bool) -> bool:
        """Whether it is at least 0 because no part is negative; a power of a positive base is at least 1."""
        if not natural:
            return not self.atoms and self.constant >= 0
        least = self.constant + sum(count for atom, count in self.atoms.items() if _is_positive_power(atom))
        return least >= 0 and all(count > 0 and _is_natural(atom) for atom, count in self.atoms.items())


def ground_value(term: Term) -> int | None:
    """The number that a term without variables denotes, by Lean's arithmetic; None if that is not known."""
    try:
        return value_of(term, {})
    except NotComputable:
        return None


def is_at_most(small: Term, large: Term, known: Iterable[Term], *, natural: bool = True) -> bool:
    """Whether the facts make `small ≤ large` evident, for terms of Nat, or (not `natural`) of Int."""
    wanted = linear_form(large).plus(linear_form(small), -1)
    if wanted.is_evident(natural=natural):
        return True
    facts = list(_at_least_zero(known))
    for fact in facts:
        if any(wanted.plus(fact, -times).is_evident(natural=natural) for times in _MULTIPLES):
            return True
    return len(facts) <= _MANY and any(
        wanted.plus(one, -1).plus(two, -1).is_evident(natural=natural) for one, two in combinations(facts, 2)
    )


def is_nonzero(term: Term, known: Iterable[Term], *, natural: bool) -> bool:
    """Whether the facts make it evident that a natural number or integer is not 0."""
    value = ground_value(term)
    if value is not None:
        return value != 0
    facts = tuple(known)
    form = canonical(term)
    for fact in facts:
        refuted = negated(fact)
        if refuted is not None and refuted.is_app("Eq", 2):
            one, two = refuted.args
            if (canonical(one) == form and ground_value(two) == 0) or (canonical(two) == form and ground_value(one) == 0):
                return True
    return is_at_most(Term("number", "1", "Nat", ()), term, facts, natural=natural)


def linear_form(term: Term) -> LinearForm:
    """A term of Nat or Int as a sum. What may be cut off at 0 is an atom."""
    value = ground_value(term)
    if value is not None:
        return LinearForm({}, value)
    if pair := sides(term, "+"):
        return linear_form(pair[0]).plus(linear_form(pair[1]))
    if (pair := sides(term, "-")) and term.type == "Int":
        return linear_form(pair[0]).plus(linear_form(pair[1]), -1)
    if pair := sides(term, "*"):
        for factor, rest in (pair, pair[::-1]):
            times = ground_value(factor)
            if times is not None:
                return LinearForm({}, 0).plus(linear_form(rest), times)
    if term.is_app("Nat.cast", 1) or term.is_app("Int.ofNat", 1):
        return linear_form(term.args[0])
    if term.is_app("Neg.neg", 1) and term.type == "Int":
        return LinearForm({}, 0).plus(linear_form(term.args[0]), -1)
    if term.is_app("Nat.succ", 1):
        return linear_form(term.args[0]).plus(LinearForm({}, 1))
    return LinearForm({canonical(term): 1}, 0)


def _at_least_zero(known: Iterable[Term]) -> Iterable[LinearForm]:
    """What each fact says is at least 0, for order relations and equations."""
    for fact in known:
        if fact.tag != "const" or len(fact.args) != 2 or fact.type not in ("Nat", "Int"):
            refuted = negated(fact)
            if refuted is not None and refuted.is_app("Eq", 2) and ground_value(refuted.args[1]) == 0 and refuted.type == "Nat":
                yield linear_form(refuted.args[0]).plus(LinearForm({}, -1))
            continue
        left, right = (linear_form(arg) for arg in fact.args)
        match fact.name:
            case "LE.le":
                yield right.plus(left, -1)
            case "LT.lt":
                yield right.plus(left, -1).plus(LinearForm({}, -1))
            case "GE.ge":
                yield left.plus(right, -1)
            case "GT.gt":
                yield left.plus(right, -1).plus(LinearForm({}, -1))
            case "Eq":
                yield right.plus(left, -1)
                yield left.plus(right, -1)
            case "Ne" if fact.type == "Nat" and ground_value(fact.args[1]) == 0:
                yield left.plus(LinearForm({}, -1))
            case _:
                pass


def _is_natural(atom: Term) -> bool:
    """Whether an atom is never negative as far as its form tells; what is over the integers says so at its head."""
    return not any(node.type == "Int" for node in atom.walk() if node.tag == "const")


def _is_positive_power(atom: Term) -> bool:
    pair = sides(atom, "^")
    base = ground_value(pair[0]) if pair else None
    return base is not None and base > 0
