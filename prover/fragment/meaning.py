"""What a problem of the fragment says, apart from English and from Lean: terms, formulas, and a problem made of them.

Plain data over ℕ and ℤ. Owns nothing of how it is written: `english/wording.py` and `lean/writing.py` write it,
`english/mathematics.py` and `lean/reading.py` read it, and each of the four knows every type here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sort = Literal["ℕ", "ℤ"]
Operation = Literal["+", "-", "*", "/", "%", "^", "gcd", "lcm"]
Relation = Literal["=", "≠", "<", "≤", ">", "≥", "∣"]
Connective = Literal["∧", "∨", "→", "↔"]
Quantifier = Literal["∀", "∃"]


@dataclass(frozen=True, slots=True)
class Number:
    """A numeral (>= 0); a negative number is `Negative(Number(n))`."""

    value: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that the problem declares, or that a quantifier around it binds."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a declared sequence or function at `argument`: the x₅ or f(5) of the text."""

    function: str
    argument: Term


@dataclass(frozen=True, slots=True)
class Negative:
    """The negation of a term; over ℤ alone."""

    term: Term


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on two terms of one sort; `/` and `%` are quotient and remainder of whole numbers, exponents are in ℕ."""

    operation: Operation
    left: Term
    right: Term


Term = Number | Variable | Value | Negative | Apply


@dataclass(frozen=True, slots=True)
class Compare:
    """A relation between two terms of one sort. `left ∣ right`: left divides right."""

    relation: Relation
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a formula."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Connect:
    """Two formulas and what is between them."""

    connective: Connective
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Quantified:
    """A formula about all, or some, values of one variable."""

    quantifier: Quantifier
    variable: str
    sort: Sort
    formula: Formula


Formula = Compare | Not | Connect | Quantified


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable of the problem (`arity` 0), or a sequence or function ℕ → `sort` (1). Names differ, and can be written in Lean."""

    name: str
    sort: Sort
    arity: Literal[0, 1] = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """A problem: what is given, and either what is `asked` for or what is to be shown (the `claim`).

    declared    in the order in which they appear
    hypotheses  what is given about them ("positive integers" is n : ℕ with the hypothesis 0 < n)
    asked       the term whose value is wanted
    answer      "Show that it is X"; None = the question is open, and there is nothing to prove yet
    claim       what is to be shown where nothing is asked for
    """

    declared: tuple[Declared, ...] = ()
    hypotheses: tuple[Formula, ...] = ()
    asked: Term | None = None
    answer: Term | None = None
    claim: Formula | None = None

    def __post_init__(self) -> None:
        """Raises ValueError unless exactly one of `asked` and `claim` is there, and an answer only to a question."""
        if (self.asked is None) == (self.claim is None):
            raise ValueError("a problem either asks for a value or claims something")
        if self.answer is not None and self.asked is None:
            raise ValueError("there is an answer and no question")

    @property
    def conclusion(self) -> Formula | None:
        """What the statement says: the claim, or that what is asked for is the answer; None for an open question."""
        if self.asked is None:
            return self.claim
        return None if self.answer is None else Compare("=", self.asked, self.answer)
