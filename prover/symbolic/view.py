"""One goal as the moves see it: typed variables, named propositions, numerals and moduli in sight, bounds, fresh names.

Owns everything that several moves want to know about a goal, each computed once and on demand. Promises that the names it
hands out can be written in a tactic. Knows nothing about tactics.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import msgspec

from lean_env.messages import Goal, Hypothesis
from lean_env.term import Term
from prover.symbolic.terms import (
    NUMBERS,
    conjuncts,
    const,
    has_bound,
    is_ground,
    negated,
    normal,
    numeral,
    symbol_of,
)

_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^", "<", "≤", ">", "≥", "∣"})
_SIZE_LIMIT = 4000  # nodes; a larger goal is looked at by the closers only


class GoalView:
    """A goal with what the moves derive from it. Immutable; every property is computed on first use."""

    def __init__(self, goal: Goal) -> None:
        self.goal = goal
        self.target: Term = normal(goal.target_tree)
        self.hypotheses: tuple[Hypothesis, ...] = tuple(
            msgspec.structs.replace(hyp, term=normal(hyp.term)) for hyp in goal.hypotheses
        )

    @cached_property
    def props(self) -> tuple[Hypothesis, ...]:
        """Hypotheses that are propositions and can be named."""
        return tuple(hyp for hyp in self.hypotheses if hyp.is_prop and hyp.is_accessible)

    @cached_property
    def facts(self) -> tuple[Term, ...]:
        """Every proposition of the context, nameable or not, conjunctions taken apart."""
        return tuple(part for hyp in self.hypotheses if hyp.is_prop for part in conjuncts(hyp.term))

    @cached_property
    def variables(self) -> dict[str, str]:
        """Variables of type Nat or Int that can be named, without a value, in order: name to type."""
        return {
            hyp.name: hyp.term.name
            for hyp in self.hypotheses
            if hyp.is_accessible and hyp.value is None and is_number_type(hyp.term)
        }

    @cached_property
    def numbers(self) -> dict[str, str]:
        """The same with the variables that cannot be named."""
        return {hyp.name: hyp.term.name for hyp in self.hypotheses if hyp.value is None and is_number_type(hyp.term)}

    @cached_property
    def functions(self) -> frozenset[str]:
        """Names of the variables that are functions into Nat or Int."""
        return frozenset(hyp.name for hyp in self.hypotheses if not hyp.is_prop and number_result(hyp.term))

    @cached_property
    def hidden(self) -> int:
        """How many hypotheses cannot be named."""
        return sum(1 for hyp in self.hypotheses if not hyp.is_accessible)

    @cached_property
    def used(self) -> frozenset[str]:
        """Variables that occur in the target or in a proposition of the context."""
        return self.target.locals().union(*(fact.locals() for fact in self.facts))

    @cached_property
    def live(self) -> dict[str, str]:
        """The Nat and Int variables that occur somewhere."""
        return {name: kind for name, kind in self.variables.items() if name in self.used}

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that is taken."""
        return frozenset(hyp.name for hyp in self.hypotheses)

    def fresh(self, stem: str, avoid: Iterable[str] = ()) -> str:
        """A name that is not taken: the stem, or the stem with a number."""
        taken = self.names.union(avoid)
        if stem not in taken and stem not in ("_", ""):
            return stem
        stem = stem.rstrip("0123456789✝") or "x"
        return next(name for index in range(1, 10_000) if (name := f"{stem}{index}") not in taken)

    @cached_property
    def propositions(self) -> tuple[Term, ...]:
        """Facts and target together."""
        return (*self.facts, self.target)

    @cached_property
    def nodes(self) -> tuple[Term, ...]:
        """Every node of every proposition, up to a limit."""
        found: list[Term] = []
        for proposition in self.propositions:
            for node in proposition.walk():
                found.append(node)
                if len(found) > _SIZE_LIMIT:
                    return tuple(found)
        return tuple(found)

    @cached_property
    def is_large(self) -> bool:
        """Whether the goal is too large to be searched through."""
        return len(self.nodes) > _SIZE_LIMIT

    @cached_property
    def is_arithmetic(self) -> bool:
        """Whether numbers are computed or compared anywhere."""
        return any(
            node.tag == "const" and node.type in NUMBERS and (symbol_of(node) in _ARITHMETIC or symbol_of(node) in ("=", "≠"))
            for node in self.nodes
        )

    @cached_property
    def target_is_arithmetic(self) -> bool:
        """Whether the target is built of comparisons of numbers (False counts: then the context has to decide)."""
        return comparisons_only(self.target)

    @cached_property
    def is_ground(self) -> bool:
        """Whether the target has no variables."""
        return is_ground(self.target)

    @cached_property
    def moduli(self) -> tuple[int, ...]:
        """Numerals from 2 to 200 that something is divided by, in order of appearance."""
        found: dict[int, None] = {}
        for node in self.nodes:
            symbol = symbol_of(node)
            divisor = node.args[1] if symbol == "%" else node.args[0] if symbol == "∣" else None
            value = numeral(divisor) if divisor is not None else None
            if value is not None and 2 <= value <= 200:
                found[value] = None
        return tuple(found)

    @cached_property
    def numerals(self) -> tuple[int, ...]:
        """Literal values in sight, in order of appearance."""
        return tuple(dict.fromkeys(int(node.name) for node in self.nodes if node.tag == "number"))

    @cached_property
    def assumptions(self) -> tuple[Term, ...]:
        """What may be assumed once the target is refuted: the facts, and the target's negation if it is a comparison."""
        inner = negated(self.target)
        if inner is not None:
            return (*self.facts, inner)
        if self.target.is_app("False", 0) or not comparisons_only(self.target):
            return self.facts
        return (*self.facts, const("Not", self.target))

    def mentions(self, *variables: str) -> tuple[Hypothesis, ...]:
        """The named propositions in which one of the variables occurs."""
        wanted = frozenset(variables)
        return tuple(hyp for hyp in self.props if wanted & hyp.term.locals())

    def occurrences(self, constant: str) -> tuple[Term, ...]:
        """The distinct terms with this head that hold no bound variable."""
        return tuple(
            dict.fromkeys(node for node in self.nodes if node.tag == "const" and node.name == constant and not has_bound(node))
        )


def is_number_type(term: Term) -> bool:
    """Whether the term is the type Nat or Int."""
    return term.tag == "const" and term.name in NUMBERS and not term.args


def number_result(term: Term) -> bool:
    """Whether the term is a function type that ends in Nat or Int."""
    if term.tag not in ("implies", "forall"):
        return False
    result = term.args[1]
    return is_number_type(result) or number_result(result)


def comparisons_only(term: Term) -> bool:
    """Whether the proposition is comparisons of Nat or Int joined by connectives."""
    if term.is_app("False", 0) or term.is_app("True", 0):
        return True
    if term.tag == "const" and term.name in ("And", "Or", "Iff", "Not"):
        return all(comparisons_only(arg) for arg in term.args)
    if term.tag == "implies":
        return all(comparisons_only(arg) for arg in term.args)
    return symbol_of(term) in ("=", "≠", "<", "≤", ">", "≥", "∣") and term.type in NUMBERS
