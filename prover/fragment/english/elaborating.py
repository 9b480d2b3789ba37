"""Formulas and terms of single sentences in terms of few: no kinds, lists, fractions, digits or pronouns are left.

Owns which names are functions, in what order products are taken, and names of bound variables that differ from all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    Act,
    All,
    Any,
    Bound,
    Called,
    Consecutive,
    Declare,
    DeclareFunction,
    Denied,
    Digits,
    Domain,
    Fraction,
    Indexed,
    Introduced,
    Joined,
    Kind,
    Member,
    Minus,
    OfKind,
    OneOf,
    Operated,
    Pronoun,
    Related,
    Said,
    Spoken,
)
from prover.fragment.english.substituting import about, nodes
from prover.fragment.meaning import Connective, Number, Variable

# Between the name of a bound variable and its number: no name has it.
MARK = "#"


class Elaboration:
    """What the whole text says of names, and what it makes of each formula. `digits` is filled by who declares."""

    def __init__(self, acts: Sequence[Act]) -> None:
        self.functions = functions_of(acts)
        self.said_of_all: set[str] = set()
        self.digits: dict[str, int] = {}
        self._members: dict[str, Said] = {}
        self._count = 0

    # --- Formulas.

    def formula(self, formula: Spoken) -> Spoken:
        """The same with Related, Denied, Joined and Bound alone. Raises Senseless."""
        return self._formula(formula, {})

    def _formula(self, formula: Spoken, scope: dict[str, str]) -> Spoken:
        if isinstance(formula, Related):
            return Related(formula.relation, self._term(formula.left, scope), self._term(formula.right, scope))
        if isinstance(formula, Denied):
            return Denied(self._formula(formula.formula, scope))
        if isinstance(formula, Joined):
            return Joined(formula.connective, self._formula(formula.left, scope), self._formula(formula.right, scope))
        if isinstance(formula, All | OneOf):
            return _joined("∧" if isinstance(formula, All) else "∨", [self._formula(one, scope) for one in formula.formulas])
        if isinstance(formula, Bound):
            return self._bound(formula, formula.domain.names, scope)
        if isinstance(formula, OfKind):
            return self._of_kind(formula, scope)
        raise Senseless("consecutive integers are understood only in what is given")

    def _of_kind(self, said: OfKind, scope: dict[str, str]) -> Spoken:
        parts = [self._formula(about(one, term), scope) for term in said.terms for one in said.kind.properties]
        if not parts:
            raise Senseless("it says nothing that a number is an integer")
        return _joined("∧", parts)

    def _bound(self, formula: Bound, names: tuple[str, ...], scope: dict[str, str]) -> Spoken:
        if not names:
            return self._restricted(formula, scope)
        name = names[0]
        self.said_of_all.add(name)
        self._count += 1
        unique = f"{name}{MARK}{self._count}"
        kind = formula.domain.kind or Kind("")
        inner = self._bound(formula, names[1:], {**scope, name: unique})
        return Bound(formula.quantifier, Domain((unique,), Kind(kind.sort)), inner)

    def _restricted(self, formula: Bound, scope: dict[str, str]) -> Spoken:
        domain = formula.domain
        properties = domain.kind.properties if domain.kind else ()
        parts = [about(one, Variable(name)) for name in domain.names for one in properties]
        if domain.restriction is not None:
            parts.append(domain.restriction)
        body = self._formula(formula.formula, scope)
        if not parts:
            return body
        restriction = _joined("∧", [self._formula(one, scope) for one in parts])
        return Joined("→" if formula.quantifier == "∀" else "∧", restriction, body)

    def consecutive(self, said: Consecutive, first: str) -> Spoken:
        """The equation that consecutive integers satisfy; from here on "the largest of these" is known."""
        members = [
            Operated("+", Variable(first), Number(at * said.kind.step)) if at else Variable(first) for at in range(said.count)
        ]
        if self._members:
            raise Senseless("which of the consecutive integers are meant is not clear")
        self._members = {"smallest": members[0], "largest": members[-1]}
        if said.count % 2:
            self._members["middle"] = members[said.count // 2]
        operation = said.operation
        return Related("=", reduce(lambda left, right: Operated(operation, left, right), members), said.total)

    # --- Terms.

    def term(self, term: Said) -> Said:
        """The same with numbers, variables, values of functions, Minus and Operated alone. Raises Senseless."""
        return self._term(term, {})

    def modulo(self, term: Said, modulus: Said | None) -> Said:
        """The term, or its remainder."""
        return term if modulus is None else Operated("%", term, modulus)

    def _term(self, term: Said, scope: dict[str, str]) -> Said:
        if isinstance(term, Number):
            return term
        if isinstance(term, Variable):
            if term.name in self.functions:
                raise Senseless(f"{term.name} is a sequence, and stands here without an index")
            return Variable(scope.get(term.name, term.name))
        if isinstance(term, Minus):
            return Minus(self._term(term.term, scope))
        if isinstance(term, Called | Indexed | Operated):
            return self._built(term, scope)
        if isinstance(term, Fraction):
            return self._fraction(term, scope)
        if isinstance(term, Digits):
            return self._digits(term, scope)
        if isinstance(term, Member):
            if term.which not in self._members:
                raise Senseless(f"the {term.which} of what is not said")
            return self._members[term.which]
        raise Senseless(_WHY_NOT[type(term)])

    def _built(self, term: Called | Indexed | Operated, scope: dict[str, str]) -> Said:
        if isinstance(term, Indexed):
            if term.name in self.functions:
                return Called(term.name, self._term(term.index, scope))
            if isinstance(term.index, Number):
                return Variable(f"{term.name}_{term.index.value}")
            raise Senseless(f"{term.name} is not a sequence")
        if isinstance(term, Called) and term.name in self.functions:
            return Called(term.name, self._term(term.argument, scope))
        factors = self._factors(term)
        if len(factors) > 1:
            return reduce(lambda left, right: Operated("*", left, right), [self._term(one, scope) for one in factors])
        if isinstance(term, Called):
            raise Senseless(f"{term.name} is not a function")
        return Operated(term.operation, self._term(term.left, scope), self._term(term.right, scope), term.is_cut)

    def _factors(self, term: Said) -> list[Said]:
        """a·b(c) is a·b·c where b is a number, and b(c)² is b·c²; a product in parentheses on the right stays together."""
        if isinstance(term, Called) and term.name not in self.functions:
            return [Variable(term.name), term.argument]
        if isinstance(term, Operated) and term.operation == "^" and isinstance(term.left, Called):
            if term.left.name not in self.functions:
                return [Variable(term.left.name), Operated("^", term.left.argument, term.right)]
        elif isinstance(term, Operated) and term.operation == "*":
            right = [term.right] if isinstance(term.right, Operated) and term.right.operation == "*" else self._factors(term.right)
            return [*self._factors(term.left), *right]
        return [term]

    def _fraction(self, term: Fraction, scope: dict[str, str]) -> Said:
        above, below = self._term(term.above, scope), self._term(term.below, scope)
        if isinstance(above, Number) and isinstance(below, Number) and below.value and above.value % below.value == 0:
            return Operated("/", above, below)
        raise Senseless("a fraction is understood only where it is a whole number")

    def _digits(self, term: Digits, scope: dict[str, str]) -> Said:
        if isinstance(term.term, Number):
            figures: list[Said] = [Number(int(figure)) for figure in str(term.term.value)]
            return reduce(lambda left, right: Operated(term.operation, left, right), figures)
        if not isinstance(term.term, Variable) or term.term.name not in self.digits:
            raise Senseless("how many digits the number has is not said")
        count, number = self.digits[term.term.name], self._term(term.term, scope)
        places = [_digit(number, place, is_first=place == count - 1) for place in reversed(range(count))]
        operation = term.operation
        return reduce(lambda left, right: Operated(operation, left, right), places)

    def free(self, said: object) -> Iterator[tuple[str, int]]:
        """Names that nothing in an elaborated term or formula binds, with how many arguments they take."""
        for node in nodes(said):
            if isinstance(node, Variable) and MARK not in node.name:
                yield node.name, 0
            elif isinstance(node, Called):
                yield node.name, 1


def _digit(number: Said, place: int, *, is_first: bool) -> Said:
    above = number if place == 0 else Operated("/", number, Number(10**place))
    return above if is_first else Operated("%", above, Number(10))


def _joined(connective: Connective, formulas: list[Spoken]) -> Spoken:
    return reduce(lambda right, left: Joined(connective, left, right), reversed(formulas))


def functions_of(acts: Sequence[Act]) -> set[str]:
    """Names that are said to be functions, have an index that is no numeral, or stand before parentheses and nowhere else."""
    found: set[str] = set()
    called: set[str] = set()
    numbers: set[str] = set()
    for node in nodes(tuple(acts)):
        if isinstance(node, DeclareFunction) or (isinstance(node, Indexed) and not isinstance(node.index, Number)):
            found.add(node.name)
        elif isinstance(node, Called):
            called.add(node.name)
        elif isinstance(node, Variable | Introduced):
            numbers.add(node.name)
        elif isinstance(node, Declare | Domain):
            numbers |= set(node.names)
    return found | (called - numbers)


_WHY_NOT: dict[type, str] = {
    Any: "“any” is understood only in what is to be shown",
    Pronoun: "it is not clear what “it” is",
    Introduced: "a variable is introduced where it cannot be",
}
