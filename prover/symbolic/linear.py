"""Propositions as linear constraints over atoms, seen the way `omega` sees them.

What `omega` takes apart (sums, multiples, division and remainder by a numeral, truncated subtraction, casts, comparisons,
conjunctions, negations) is taken apart here; every other number (`x * y`, `2 ^ n`, `f 3`) is an atom, named by its text. A
constraint found here is one that `omega` has too, so a bound that follows from these constraints is one that it can prove.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lean_env.term import Term
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import NUMBERS, has_bound, negated, numeral, sides, symbol_of

Coefficients = dict[str, int]


@dataclass(frozen=True, slots=True)
class Linear:
    """`constant + sum of coefficient * atom`."""

    constant: int
    coefficients: Coefficients

    def plus(self, other: Linear, factor: int = 1) -> Linear:
        """`self + factor * other`."""
        sums = dict(self.coefficients)
        for atom, coefficient in other.coefficients.items():
            sums[atom] = sums.get(atom, 0) + factor * coefficient
        return Linear(self.constant + factor * other.constant, {atom: value for atom, value in sums.items() if value != 0})

    def times(self, factor: int) -> Linear:
        """`factor * self`."""
        return Linear(0, {}).plus(self, factor)


@dataclass(frozen=True, slots=True)
class Constraint:
    """`form >= 0`; `source` names the fact it came from ("" for what the goal has anyway)."""

    form: Linear
    source: str


@dataclass(slots=True)
class System:
    """Constraints and the atoms in them: `atoms` maps an atom's text to its term, `natural` holds those that are >= 0."""

    constraints: list[Constraint] = field(default_factory=list[Constraint])
    atoms: dict[str, Term] = field(default_factory=dict[str, Term])
    natural: set[str] = field(default_factory=set[str])
    excluded: list[tuple[Linear, str]] = field(default_factory=list[tuple[Linear, str]])  # forms that are not 0
    truncated: list[tuple[str, Linear]] = field(default_factory=list[tuple[str, Linear]])  # atom = max(0, form)

    def assume(self, proposition: Term, source: str = "") -> None:
        """Add what the proposition says; parts that are not linear comparisons say nothing."""
        inner = negated(proposition)
        if inner is not None:
            self._deny(inner, source)
        elif split := sides(proposition, "∧"):
            for part in split:
                self.assume(part, source)
        else:
            self._compare(proposition, source)

    def linear(self, term: Term, natural: bool) -> Linear:
        """The term as a linear form; what is not linear becomes an atom. Raises Unprintable for what has no text."""
        literal = numeral(term)
        if literal is not None:
            return Linear(literal, {})
        if term.is_app("Nat.cast", 1) or term.is_app("Int.ofNat", 1):
            return self.linear(term.args[0], True)
        if term.is_app("Nat.succ", 1):
            return self.linear(term.args[0], True).plus(Linear(1, {}))
        if term.is_app("Neg.neg", 1):
            return self.linear(term.args[0], natural).times(-1)
        return self._operation(term, natural)

    def _operation(self, term: Term, natural: bool) -> Linear:
        symbol = symbol_of(term)
        if symbol not in ("+", "-", "*", "/", "%", "^") or term.type not in NUMBERS:
            return self._atom(term, natural)
        natural = term.type == "Nat"
        left, right = term.args
        if symbol == "^":
            return self._power(term, natural)
        first = self.linear(left, natural)
        second = self.linear(right, natural)
        if symbol == "+":
            return first.plus(second)
        if symbol == "-":
            return self._truncated(term, first, second) if natural else first.plus(second, -1)
        if symbol == "*":
            if not first.coefficients:
                return second.times(first.constant)
            if not second.coefficients:
                return first.times(second.constant)
            return self._atom(term, natural)
        if second.coefficients or second.constant <= 0:
            return self._atom(term, natural)
        return self._divide(left, first, second.constant, natural, symbol)

    def _power(self, term: Term, natural: bool) -> Linear:
        base, exponent = term.args
        base_value, exponent_value = numeral(base), numeral(exponent)
        if base_value is not None and exponent_value is not None and abs(base_value).bit_length() * exponent_value < 4000:
            return Linear(base_value**exponent_value, {})
        shift = sides(exponent, "+")
        step = numeral(shift[1]) if shift else None
        if base_value is not None and shift and step is not None and step < 64:
            smaller = Term("const", "HPow.hPow", term.type, (base, shift[0]))
            return self._power(smaller, natural).times(base_value**step)
        return self._atom(term, natural)

    def _atom(self, term: Term, natural: bool) -> Linear:
        text = render(term)
        if text not in self.atoms:
            self.atoms[text] = term
            if natural:
                self.natural.add(text)
        return Linear(0, {text: 1})

    def _fresh(self, text: str, natural: bool) -> Linear:
        """An auxiliary unknown, named in a way that no term's text has."""
        if natural:
            self.natural.add(text)
        return Linear(0, {text: 1})

    def _truncated(self, term: Term, first: Linear, second: Linear) -> Linear:
        """`a - b` on Nat: at least 0, at least a - b, at most a."""
        known = f"[{render(term)}]"
        fresh = known not in self.natural
        form = self._fresh(known, True)
        if fresh:
            self._add(form.plus(first, -1).plus(second), "")
            self._add(first.plus(form, -1), "")
            self.truncated.append((known, first.plus(second, -1)))
        return form

    def _divide(self, left: Term, first: Linear, divisor: int, natural: bool, symbol: str) -> Linear:
        """Quotient q and remainder r of the division by a positive numeral: left = divisor * q + r, 0 <= r < divisor."""
        name = f"[{render(left)} / {divisor}]"
        seen = f"[{render(left)} % {divisor}]" in self.natural
        quotient = self._fresh(name, natural)
        remainder = self._fresh(f"[{render(left)} % {divisor}]", True)
        if not seen:
            exact = first.plus(quotient, -divisor).plus(remainder, -1)
            self._equal(exact, "")
            self._add(Linear(divisor - 1, {}).plus(remainder, -1), "")
        return quotient if symbol == "/" else remainder

    def _compare(self, proposition: Term, source: str) -> None:
        symbol = symbol_of(proposition)
        if symbol not in ("=", "<", "≤", ">", "≥") or proposition.type not in NUMBERS or has_bound(proposition):
            return
        difference = self._difference(proposition)
        if difference is None:
            return
        match symbol:
            case "=":
                self._equal(difference, source)
            case "<":
                self._add(difference.times(-1).plus(Linear(-1, {})), source)
            case "≤":
                self._add(difference.times(-1), source)
            case ">":
                self._add(difference.plus(Linear(-1, {})), source)
            case _:
                self._add(difference, source)

    def _deny(self, proposition: Term, source: str) -> None:
        """Add the negation of a proposition."""
        inner = negated(proposition)
        if inner is not None:
            return self.assume(inner, source)
        if split := sides(proposition, "∨"):
            for part in split:
                self._deny(part, source)
            return None
        if proposition.tag == "implies":
            self.assume(proposition.args[0], source)
            return self._deny(proposition.args[1], source)
        opposite = {"<": "≥", "≤": ">", ">": "≤", "≥": "<"}.get(symbol_of(proposition))
        if proposition.type not in NUMBERS or has_bound(proposition):
            return None
        if opposite is not None:
            name = {"≥": "GE.ge", ">": "GT.gt", "≤": "LE.le", "<": "LT.lt"}[opposite]
            self._compare(Term("const", name, proposition.type, proposition.args), source)
        elif symbol_of(proposition) == "=":
            difference = self._difference(proposition)
            if difference is not None:
                self.excluded.append((difference, source))
        return None

    def _difference(self, proposition: Term) -> Linear | None:
        """Left side minus right side."""
        natural = proposition.type == "Nat"
        left, right = proposition.args
        try:
            return self.linear(left, natural).plus(self.linear(right, natural), -1)
        except Unprintable:
            return None

    def _equal(self, form: Linear, source: str) -> None:
        self._add(form, source)
        self._add(form.times(-1), source)

    def _add(self, form: Linear, source: str) -> None:
        self.constraints.append(Constraint(form, source))


def system_of(propositions: Iterable[Term]) -> System:
    """The constraints that the propositions make together."""
    system = System()
    for proposition in propositions:
        system.assume(proposition)
    return system
