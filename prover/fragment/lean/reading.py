"""Reads a Lean statement as a meaning, in whatever way it is written: the inverse of `lean/writing.py`.

Promises that the meaning is equivalent to what Lean makes of the text (which is taken to elaborate in the core library with our
prelude), and is in the form of `canonical.py`; so `read_signature(signature(m, name)) == canonical(m)`. A cast, or the type of a
numeral, is dropped only where nothing is cut off at 0; else, and for whatever a meaning has no word for, the answer says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from prover.fragment.canonical import canonical, is_numeral
from prover.fragment.lean.grammar import (
    Bound,
    Called,
    Expression,
    Fact,
    Infix,
    Lifted,
    Named,
    Negated,
    NotInGrammar,
    Typed,
    Variables,
    parse_signature,
)
from prover.fragment.lean.terms import parts, read_compare, shown_sorts
from prover.fragment.lean.writing import is_name
from prover.fragment.meaning import (
    Connect,
    Declared,
    Formula,
    Meaning,
    Not,
    Quantified,
    Sort,
)
from prover.fragment.sorts import Scope

__all__ = ["NotRead", "canonical", "is_numeral", "read_signature"]

_CONNECTIVES = ("∧", "∨", "→", "↔")
_RELATIONS = ("=", "≠", "<", "≤", ">", "≥", "∣")


@dataclass(frozen=True, slots=True)
class NotRead:
    """The statement is outside the fragment; `message` is for people."""

    message: str


def read_signature(text: str) -> Meaning | NotRead:
    """The meaning of one theorem, lemma or example without proof; imports, definitions and other commands are not read."""
    try:
        signature = parse_signature(text)
        declared, facts = list[Declared](), list[Formula]()
        for binder in signature.binders:
            match binder:
                case Variables(names, kind):
                    declared += [_declared(name, kind) for name in names]
                case Fact(names, expression):
                    facts += [_formula(expression, _scope(declared))] * len(names)
        conclusion = _formula(signature.conclusion, _scope(declared))
        hidden = {name for binder in signature.binders if isinstance(binder, Fact) for name in binder.names}
        if clash := sorted(hidden & {each.name for each in declared}):
            raise ValueError(f"{clash[0]} is both a variable and a hypothesis")
    except (NotInGrammar, ValueError) as error:
        return NotRead(str(error))
    return canonical(Meaning(tuple(declared), tuple(facts), claim=conclusion))


def _scope(declared: list[Declared]) -> Scope:
    return {each.name: each for each in declared}


def _declared(name: str, kind: tuple[Sort, ...]) -> Declared:
    if not is_name(name):
        raise ValueError(f"{name} is not a name that the fragment has")
    if len(kind) == 1:
        return Declared(name, kind[0])
    if kind[0] != "ℕ":
        raise ValueError(f"{name} is a function of integers; sequences are functions of natural numbers")
    return Declared(name, kind[1], 1)


# -- formulas -----------------------------------------------------------------------------------------------------------------


def _formula(expression: Expression, scope: Scope) -> Formula:
    match expression:
        case Negated(inner):
            return Not(_formula(inner, scope))
        case Infix(sign, left, right) if sign in _CONNECTIVES:
            return Connect(sign, _formula(left, scope), _formula(right, scope))
        case Infix(sign, left, right) if sign in _RELATIONS:
            return read_compare(sign, left, right, scope)
        case Bound(quantifier, name, sort, inner):
            within = {**scope, name: _declared(name, (_sort_of_bound(name, inner, scope) if sort is None else sort,))}
            return Quantified(quantifier, name, within[name].sort, _formula(inner, within))
        case Named(name) | Called(name, _):
            raise ValueError(f"{name} is not a number type or relation that the fragment has")
        case _:
            raise ValueError("a term stands where a formula is wanted")


def _sort_of_bound(name: str, inner: Expression, scope: Scope) -> Sort:
    """The sort that Lean finds for a quantifier's variable: what the formula asks for, ℕ if it asks for nothing."""
    if any(isinstance(part, Typed | Lifted) and name in _names(part) for part in parts(inner)):
        raise ValueError(f"the type of {name} is not written")  # the cast could be one of nothing
    for sort in ("ℕ", "ℤ"):
        within = {**scope, name: Declared(name, sort)}
        if all(_sorts_agree(part, within) for part in parts(inner)):
            return sort
    raise ValueError(f"the type of {name} is not clear")


def _sorts_agree(expression: Expression, scope: Scope) -> bool:
    """Whether no side of a relation, exponent or argument asks for another sort than its variables have."""
    match expression:
        case Infix("^", _, exponent):
            return "ℤ" not in shown_sorts(exponent, scope)
        case Infix(sign, left, right) if sign in _RELATIONS:
            return len(set(shown_sorts(left, scope)) | set(shown_sorts(right, scope))) < 2
        case Called(function, arguments):
            other = "ℕ" if function in ("Int.gcd", "Int.lcm") else "ℤ"
            return all(other not in shown_sorts(argument, scope) for argument in arguments)
        case _:
            return True


def _names(expression: Expression) -> set[str]:
    return {part.name for part in parts(expression) if isinstance(part, Named)}
