"""Terms and formulas of a meaning in LaTeX, in the forms that the grammar of symbols reads back.

Owns parentheses (every operation inside another has them, but for sums in sums and products in sums) and which subtractions of
natural numbers are written ∸.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prover.fragment.english.bounds import Bounds
from prover.fragment.english.speaking import spoken, spoken_term
from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Formula,
    Meaning,
    Negative,
    Not,
    Number,
    Quantified,
    Relation,
    Sort,
    Term,
    Value,
    Variable,
)
from prover.fragment.names import GREEK, is_name
from prover.fragment.sorts import Scope, fixed_sort, inner_scope, scope_of

_RELATIONS: Mapping[Relation, str] = {"=": "=", "≠": r"\ne", "<": "<", "≤": r"\le", ">": ">", "≥": r"\ge", "∣": r"\mid"}
_CONNECTIVES = {"∧": r"\land", "∨": r"\lor", "→": r"\to", "↔": r"\leftrightarrow"}
_SETS: Mapping[Sort, str] = {"ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}"}


@dataclass
class Writer:
    """Writes the parts of one meaning. `has_monus` says whether any ∸ was written so far."""

    scope: Scope
    bounds: Bounds
    sort: Sort = "ℕ"
    has_monus: bool = False

    @classmethod
    def of(cls, meaning: Meaning) -> Writer:
        """A writer that knows what the hypotheses of a meaning say."""
        bounds = Bounds()
        for one in meaning.hypotheses:
            bounds.learn(spoken(one))
        return cls(scope_of(meaning), bounds)

    def enter(self, *terms: Term) -> None:
        """From here on, terms stand in one relation with these."""
        self.sort = fixed_sort(self.scope, *terms) or "ℤ"

    @staticmethod
    def name(name: str) -> str:
        """A variable's name. Raises ValueError if it has none that can be read."""
        if not is_name(name):
            raise ValueError(f"{name} cannot be written")
        return name if len(name) == 1 and (name.isascii() or name in GREEK.values()) else rf"\mathit{{{name}}}"

    # --- Formulas.

    def formula(self, formula: Formula) -> str:
        """A formula in symbols, without parentheses around it."""
        match formula:
            case Compare(relation, left, right):
                self.enter(left, right)
                return f"{self.operand(left)} {_RELATIONS[relation]} {self.operand(right)}"
            case Not(Compare("∣", left, right)):
                self.enter(left, right)
                return rf"{self.operand(left)} \nmid {self.operand(right)}"
            case Not(inner):
                return rf"\neg ({self.formula(inner)})"
            case Connect(connective, left, right):
                return f"{self._part(left)} {_CONNECTIVES[connective]} {self._second(formula)}"
            case Quantified(quantifier, variable, sort, inner):
                sign = r"\forall" if quantifier == "∀" else r"\exists"
                return rf"{sign} {self.name(variable)} \in {_SETS[sort]}, {self._inside(formula, inner)}"

    def _part(self, formula: Formula) -> str:
        text = self.formula(formula)
        return text if isinstance(formula, Compare | Not) else f"({text})"

    def _second(self, formula: Connect) -> str:
        """The right side, where the left one holds if a subtraction there matters."""
        outer = self.bounds
        if formula.connective in ("→", "∧"):
            self.bounds = Bounds(dict(outer.lower), set(outer.at_most))
            self.bounds.learn(spoken(formula.left))
        text = self._part(formula.right)
        self.bounds = outer
        return text

    def _inside(self, formula: Quantified, inner: Formula) -> str:
        scope, bounds = self.scope, self.bounds
        self.scope = inner_scope(scope, formula)
        self.bounds = bounds.without(formula.variable)
        text = self.formula(inner)
        self.scope, self.bounds = scope, bounds
        return text

    # --- Terms.

    def term(self, term: Term) -> str:
        """A term of the sort that was entered, without parentheses around it."""
        match term:
            case Number(value):
                return str(value)
            case Variable(name):
                return self.name(name)
            case Value(function, argument):
                return f"{self.name(function)}({self._natural(argument)})"
            case Negative(inner):
                return f"-{self._atom(inner)}"
            case Apply("^", base, exponent):
                return f"{self._atom(base)}^{{{self._natural(exponent)}}}"
            case Apply("gcd" | "lcm" as operation, left, right):
                sign = r"\gcd" if operation == "gcd" else r"\operatorname{lcm}"
                return f"{sign}({self.term(left)}, {self.term(right)})"
            case Apply("/", left, right):
                return rf"\lfloor {self._atom(left)} / {self._atom(right)} \rfloor"
            case Apply("%", left, right):
                return rf"{self._atom(left)} \bmod {self._atom(right)}"
            case Apply("*", left, right):
                first = self.term(left) if isinstance(left, Apply) and left.operation == "*" else self._atom(left)
                return rf"{first} \cdot {self._atom(right)}"
            case Apply(operation, left, right):
                sign = "+" if operation == "+" else self._minus(left, right)
                return f"{self._summand(left, is_first=True)} {sign} {self._summand(right, is_first=False)}"

    def _minus(self, left: Term, right: Term) -> str:
        if self.sort == "ℤ" or self.bounds.is_safe(spoken_term(left), spoken_term(right)):
            return "-"
        self.has_monus = True
        return "∸"

    def _natural(self, term: Term) -> str:
        """A term that is over ℕ wherever it stands: an exponent, an argument."""
        outer, self.sort = self.sort, "ℕ"
        text = self.term(term)
        self.sort = outer
        return text

    def _summand(self, term: Term, *, is_first: bool) -> str:
        plain = ("*", "+", "-") if is_first else ("*",)
        return self.term(term) if isinstance(term, Apply) and term.operation in plain else self._atom(term)

    def operand(self, term: Term) -> str:
        """A side of a relation."""
        return f"({self.term(term)})" if isinstance(term, Apply) and term.operation == "%" else self.term(term)

    def _atom(self, term: Term) -> str:
        is_open = isinstance(term, Negative) or (isinstance(term, Apply) and term.operation in ("+", "-", "*", "%", "^"))
        is_power = isinstance(term, Apply) and term.operation == "^"
        text = self.term(term)
        return f"({text})" if is_open or is_power else text
