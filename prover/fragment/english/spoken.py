"""What single sentences say, before the whole text decides what names stand for and which numbers are natural.

Plain data. `readings.py` makes it out of parse trees, `composing.py` makes a Meaning of it; nobody else knows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from prover.fragment.meaning import Connective, Number, Operation, Quantifier, Relation, Sort, Variable


@dataclass(frozen=True, slots=True)
class Called:
    """`name(argument)`: a value of a function, or a product."""

    name: str
    argument: Said


@dataclass(frozen=True, slots=True)
class Indexed:
    """`name_index`: a value of a sequence, or a variable with a number to its name."""

    name: str
    index: Said


@dataclass(frozen=True, slots=True)
class Minus:
    """The negation of a term."""

    term: Said


@dataclass(frozen=True, slots=True)
class Operated:
    """An operation on two terms. `is_cut`: a subtraction that the text itself says is cut off at 0."""

    operation: Operation
    left: Said
    right: Said
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction: a whole number where the text says so, or where both are numerals and it comes out even."""

    above: Said
    below: Said


@dataclass(frozen=True, slots=True)
class Digits:
    """The sum or product of the digits of a term of which the text says how many digits it has."""

    operation: Operation
    term: Said


@dataclass(frozen=True, slots=True)
class Member:
    """The `which`-th of consecutive integers that the text spoke of; -1 is the last, "middle" the middle one."""

    which: Literal["smallest", "largest", "middle"]


@dataclass(frozen=True, slots=True)
class Introduced:
    """`an integer n`: a variable, and what it is."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Any:
    """`any integer`, `every integer`: a term about all of a kind. `serial` tells those of one sentence apart."""

    kind: Kind
    is_every: bool = False
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Pronoun:
    """`it`: what the sentence speaks of. Bound where the sentence is read."""


Said = Number | Variable | Called | Indexed | Minus | Operated | Fraction | Digits | Member | Introduced | Any | Pronoun


@dataclass(frozen=True, slots=True)
class Related:
    """A relation between two terms."""

    relation: Relation
    left: Said
    right: Said


@dataclass(frozen=True, slots=True)
class Denied:
    """The negation of a formula."""

    formula: Spoken


@dataclass(frozen=True, slots=True)
class Joined:
    """Two formulas with a connective between them. `is_said`: in words, so that "if .. then .." of a claim gives a hypothesis."""

    connective: Connective
    left: Spoken
    right: Spoken
    is_said: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Formulas said one after the other; where they are given, each is a hypothesis of its own."""

    formulas: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Alternatives."""

    formulas: tuple[Spoken, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """Variables of a kind (None: nothing is said), with what restricts them."""

    names: tuple[str, ...]
    kind: Kind | None = None
    restriction: Spoken | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A formula about all, or some, values of a domain. `is_said`: in words, so that a claim about all declares variables."""

    quantifier: Quantifier
    domain: Domain
    formula: Spoken
    is_said: bool = False


@dataclass(frozen=True, slots=True)
class OfKind:
    """Terms are of a kind: a declaration where it is given, else what the kind's properties say."""

    terms: tuple[Said, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Consecutive:
    """The sum or product of `count` consecutive integers of a kind is a term."""

    operation: Operation
    count: int
    kind: Kind
    total: Said


Spoken = Related | Denied | Joined | All | OneOf | Bound | OfKind | Consecutive


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of numbers: a sort ("" = the text does not say), properties of a Pronoun, and how many digits ("0" = not said)."""

    sort: Sort | Literal[""]
    properties: tuple[Spoken, ...] = ()
    digits: int = 0
    step: int = 1


@dataclass(frozen=True, slots=True)
class Declare:
    """Variables of a kind."""

    names: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class DeclareFunction:
    """A sequence or function of values of a sort."""

    name: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Given:
    """A formula that is given. `is_fact`: a sentence of its own, which is the claim if the text has no other and ends with it."""

    formula: Spoken
    is_fact: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A term whose value is asked for. `is_search`: of "find an n such that", where the answer need not be the only one."""

    term: Said
    is_search: bool = False


@dataclass(frozen=True, slots=True)
class AskExtreme:
    """The least (`relation` ≤) or greatest (≥) number of a kind with a property is asked for."""

    relation: Literal["≤", "≥"]
    name: str
    kind: Kind
    formula: Spoken


@dataclass(frozen=True, slots=True)
class SolveFor:
    """The variable of a formula is asked for, as it is or modulo a term."""

    formula: Spoken
    modulus: Said | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be shown."""

    formula: Spoken


@dataclass(frozen=True, slots=True)
class Answer:
    """What the answer is."""

    term: Said


@dataclass(frozen=True, slots=True)
class Option:
    """A letter of a multiple choice, and what it stands for (None: in the answer, the letter alone)."""

    letter: str
    term: Said | None


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """The answer by its letter, perhaps with the value said again."""

    option: Option


@dataclass(frozen=True, slots=True)
class Acts:
    """What one sentence does, in order."""

    acts: tuple[Act, ...] = field(default=())


Act = Declare | DeclareFunction | Given | Ask | AskExtreme | SolveFor | Claim | Answer | Option | AnswerOption
