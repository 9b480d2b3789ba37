"""When a subtraction of natural numbers cannot be cut off at 0, by what is given: lower bounds and comparisons said outright.

A proof search it is not: what it does not see counts as possibly cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from prover.fragment.english.spoken import Bound, Denied, Joined, Minus, Operated, Related, Said, Spoken
from prover.fragment.english.substituting import nodes
from prover.fragment.meaning import Number, Variable

# Powers beyond this are not computed: a bound that is too low is still a bound.
_MAX_EXPONENT = 64
_MAX_BITS = 4096


@dataclass
class Bounds:
    """What the hypotheses say: `lower[name]` is a bound of a variable, `at_most` holds pairs (smaller, greater) of terms."""

    lower: dict[str, int] = field(default_factory=dict[str, int])
    at_most: set[tuple[Said, Said]] = field(default_factory=set[tuple[Said, Said]])

    def learn(self, formula: Spoken) -> None:
        """Take in a formula that holds wherever the subtraction stands."""
        if isinstance(formula, Joined) and formula.connective == "∧":
            self.learn(formula.left)
            self.learn(formula.right)
        elif isinstance(formula, Related) and formula.relation in (">", "≥"):
            self._less(formula.right, formula.left, is_strict=formula.relation == ">")
        elif isinstance(formula, Related) and formula.relation in ("<", "≤"):
            self._less(formula.left, formula.right, is_strict=formula.relation == "<")

    def _less(self, small: Said, great: Said, *, is_strict: bool) -> None:
        self.at_most.add((small, great))
        for lower, middle in tuple(self.at_most):
            if middle == small:
                self.at_most.add((lower, great))
            if lower == great:
                self.at_most.add((small, middle))
        if isinstance(small, Number) and isinstance(great, Variable):
            self.lower[great.name] = max(self.lower.get(great.name, 0), small.value + is_strict)

    def without(self, name: str) -> Bounds:
        """What is known where a quantifier hides a name."""
        known = {pair for pair in self.at_most if not any(isinstance(node, Variable) and node.name == name for node in nodes(pair))}
        return Bounds({one: bound for one, bound in self.lower.items() if one != name}, known)

    def is_safe(self, left: Said, right: Said) -> bool:
        """Whether left - right is surely at least 0, if every variable is natural."""
        if left == right or (right, left) in self.at_most:
            return True
        high = upper(right)
        return high is not None and self.least(left) >= high

    def least(self, term: Said) -> int:
        """A number that the value of a term over ℕ is never below."""
        if isinstance(term, Number):
            return term.value
        if isinstance(term, Variable):
            return self.lower.get(term.name, 0)
        if not isinstance(term, Operated):
            return 0
        left, right = self.least(term.left), self.least(term.right)
        if term.operation == "+":
            return left + right
        if term.operation == "*":
            return left * right if left.bit_length() + right.bit_length() < _MAX_BITS else 0
        if term.operation == "^":
            exponent = min(right, _MAX_EXPONENT)
            return left**exponent if left and left.bit_length() * exponent < _MAX_BITS else int(left > 0)
        if term.operation == "-":
            high = upper(term.right)
            return max(0, left - high) if high is not None else 0
        return 0


def upper(term: Said) -> int | None:
    """A number that the value of a term over ℕ is never above; None if none is seen."""
    if isinstance(term, Number):
        return term.value
    if not isinstance(term, Operated):
        return None
    left, right = upper(term.left), upper(term.right)
    if term.operation == "%" and right:
        return right - 1 if isinstance(term.right, Number) else None
    if term.operation in ("-", "/"):
        return left
    if left is None or right is None:
        return None
    if term.operation == "+":
        return left + right
    if term.operation == "*":
        return left * right if left.bit_length() + right.bit_length() < _MAX_BITS else None
    return left**right if term.operation == "^" and left.bit_length() * right < _MAX_BITS else None


def subtractions(said: object) -> Iterable[Operated]:
    """Subtractions in a term that may be cut off, or in a formula."""
    if isinstance(said, Operated):
        yield from subtractions(said.left)
        yield from subtractions(said.right)
        if said.operation == "-":
            yield said
    elif isinstance(said, Minus):
        yield from subtractions(said.term)
    elif isinstance(said, Related | Joined):
        yield from subtractions(said.left)
        yield from subtractions(said.right)
    elif isinstance(said, Denied | Bound):
        yield from subtractions(said.formula)
