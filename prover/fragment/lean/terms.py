"""What the terms of a Lean relation mean: which numbers Lean takes them over, and which casts say nothing.

Owns the rules of Lean's arithmetic elaborator that matter here: a relation is over ℤ as soon as something in it is, and natural
numbers in it are then cast one by one. Promises that the relation it gives is equivalent to Lean's; raises ValueError, with a
sentence for people, where it cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from prover.fragment.lean.grammar import Bound, Called, Expression, Infix, Lifted, Minus, Named, Negated, Numeral, Typed
from prover.fragment.lean.numeral_bounds import never_below_zero
from prover.fragment.meaning import Apply, Compare, Negative, Number, Operation, Relation, Sort, Term, Value, Variable
from prover.fragment.sorts import Scope, fixed_sort, sort_of, subtracts

_OPERATIONS = ("+", "-", "*", "/", "%", "^")
_COMMON: dict[str, tuple[Operation, Sort]] = {
    "Nat.gcd": ("gcd", "ℕ"),
    "Nat.lcm": ("lcm", "ℕ"),
    "Int.gcd": ("gcd", "ℤ"),
    "Int.lcm": ("lcm", "ℤ"),
}


def read_compare(relation: Relation, left: Expression, right: Expression, scope: Scope) -> Compare:
    """The relation that Lean makes of `left relation right`."""
    shown = {*shown_sorts(left, scope), *shown_sorts(right, scope)}
    # Int.gcd gives a natural number; the fragment's gcd of integers is an integer.
    is_raised = "ℤ" not in shown and any(map(_is_of_integers, shown_parts(left, right)))
    reader = _Terms(scope)
    sort: Sort = "ℤ" if "ℤ" in shown or is_raised else "ℕ"
    compare = Compare(relation, reader.term(left, sort), reader.term(right, sort))
    terms = (compare.left, compare.right)
    meant = sort_of(scope, *terms)
    if is_raised and (_takes_away(left) or _takes_away(right)):
        raise ValueError("a subtraction beside Int.gcd could be cut off at 0")
    if sort == "ℤ" and fixed_sort(scope, *terms) == "ℕ" and any(map(subtracts, terms)):
        raise ValueError("natural numbers are subtracted as integers, which the fragment has no words for")
    if sort == "ℕ" and meant == "ℤ" and not all(map(never_below_zero, terms)):
        raise ValueError("a subtraction of natural numbers could be cut off at 0")
    return compare


def _is_of_integers(part: Expression) -> bool:
    return isinstance(part, Called) and part.function in ("Int.gcd", "Int.lcm")


def _takes_away(expression: Expression) -> bool:
    """Whether Lean subtracts at the level of the relation, not inside a function."""
    match expression:
        case Infix("-"):
            return True
        case Infix("^", left, _):
            return _takes_away(left)
        case Infix(_, left, right):
            return _takes_away(left) or _takes_away(right)
        case _:
            return False


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and all that is in it."""
    yield expression
    match expression:
        case Infix(_, left, right):
            yield from parts(left)
            yield from parts(right)
        case Called(_, arguments):
            for argument in arguments:
                yield from parts(argument)
        case Minus(inner) | Negated(inner) | Lifted(inner) | Typed(inner, _) | Bound(_, _, _, inner):
            yield from parts(inner)
        case Numeral() | Named():
            pass


def shown_parts(*expressions: Expression) -> Iterator[Expression]:
    """The leaves that Lean looks at to find out over which numbers a relation is: not exponents, not arguments."""
    for expression in expressions:
        match expression:
            case Infix("^", left, _) | Minus(left):
                yield from shown_parts(left)
            case Infix(_, left, right):
                yield from shown_parts(left, right)
            case _:
                yield expression


def shown_sorts(expression: Expression, scope: Scope) -> Iterator[Sort]:
    """The sorts of those leaves; those that Lean fits to the others, and names that are not there, have none."""
    for part in shown_parts(expression):
        match part:
            case Typed(_, sort):
                yield sort
            case Called(function, _) if function in _COMMON or function.rpartition(".")[0] in scope:
                yield "ℕ"
            case Named(name) | Called(name, _) if name in scope:
                yield scope[name].sort
            case _:
                pass


class _Terms:
    """Terms of one relation."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def term(self, expression: Expression, sort: Sort) -> Term:
        """What the expression says where Lean wants `sort`. Natural numbers may stand in for integers: see `read_compare`."""
        match expression:
            case Numeral(value):
                return Number(value)
            case Named(name):
                return self._variable(name, sort)
            case Minus(inner):
                if sort == "ℕ":
                    raise ValueError("the negation of a natural number")
                return Negative(self.term(inner, sort))
            case Infix("^", base, exponent):
                return Apply("^", self.term(base, sort), self._natural(exponent, "an exponent"))
            case Infix(sign, left, right) if sign in _OPERATIONS:
                return Apply(cast(Operation, sign), self.term(left, sort), self.term(right, sort))
            case Called(function, arguments):
                return self._called(function, arguments, sort)
            case Typed(inner, written):
                return self._cast(inner, written, sort)
            case Lifted(inner):
                return self._cast(inner, "ℤ" if "ℤ" in set(shown_sorts(inner, self._scope)) else "ℕ", sort)
            case Infix() | Negated() | Bound():
                raise ValueError("a formula stands where a term is wanted")

    def _variable(self, name: str, sort: Sort) -> Term:
        declared = self._scope.get(name)
        if declared is None:
            raise ValueError(f"{name} is not known")
        if declared.arity:
            raise ValueError(f"the sequence {name} stands where a number is wanted")
        self._check(declared.sort, sort, name)
        return Variable(name)

    def _called(self, function: str, arguments: tuple[Expression, ...], sort: Sort) -> Term:
        owner, _, field = function.rpartition(".")
        if owner in self._scope and field in ("gcd", "lcm") and not self._scope[owner].arity:
            home = "Nat" if self._scope[owner].sort == "ℕ" else "Int"
            return self._called(f"{home}.{field}", (Named(owner), *arguments), sort)
        if function in _COMMON and len(arguments) == 2:
            operation, within = _COMMON[function]
            left, right = (self.term(argument, within) for argument in arguments)
            term = Apply(operation, left, right)
            return self._raised(term) if within == "ℕ" and sort == "ℤ" else self._integers(term, within)
        declared = self._scope.get(function)
        if declared is None or not declared.arity or len(arguments) != 1:
            raise ValueError(f"{function} is not a function that the fragment has")
        self._check(declared.sort, sort, function)
        return Value(function, self._natural(arguments[0], f"an argument of {function}"))

    def _integers(self, term: Apply, within: Sort) -> Term:
        """A gcd of integers in which there are only natural numbers: by our rule one of those, the same unless it is cut off."""
        if within == "ℤ" and fixed_sort(self._scope, term) == "ℕ" and subtracts(term):
            raise ValueError("natural numbers are subtracted as integers, which the fragment has no words for")
        return term

    def _natural(self, expression: Expression, what: str) -> Term:
        if "ℤ" in set(shown_sorts(expression, self._scope)):
            raise ValueError(f"{what} is an integer")
        return self.term(expression, "ℕ")

    def _cast(self, inner: Expression, written: Sort, sort: Sort) -> Term:
        self._check(written, sort, "a term")
        term = self.term(inner, written)
        return self._raised(term) if written == "ℕ" and sort == "ℤ" else term

    def _raised(self, term: Term) -> Term:
        """A term of natural numbers as an integer: the cast goes through everything but a subtraction."""
        if subtracts(term) and not never_below_zero(term):
            raise ValueError("the difference of natural numbers as an integer could be cut off at 0")
        return term

    @staticmethod
    def _check(has: Sort, wanted: Sort, what: str) -> None:
        if has == "ℤ" and wanted == "ℕ":
            raise ValueError(f"{what} is an integer, where a natural number is wanted")
