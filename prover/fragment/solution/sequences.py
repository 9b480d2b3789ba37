"""Sequences that a problem defines by their first values and a rule, as Lean programs that compute them.

Owns which hypotheses define a sequence. Promises a definition whose values satisfy those hypotheses wherever the rule reaches;
whatever else is said of the sequence stays a hypothesis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.fragment.lean.writing import formula_text, term_text
from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Declared,
    Formula,
    Negative,
    Not,
    Number,
    Quantified,
    Term,
    Value,
    Variable,
)
from prover.fragment.solution.arithmetic import variables_of
from prover.fragment.sorts import Scope


@dataclass(frozen=True, slots=True)
class Defined:
    """The definition of a sequence in Lean, and the hypotheses that are used up by it."""

    lean: str
    used: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """`premises → sequence (variable + shift) = term`."""

    variable: str
    shift: int
    premises: tuple[Formula, ...]
    term: Term


def define(sequence: Declared, hypotheses: Sequence[Formula], scope: Scope) -> Defined | None:
    """The sequence as a definition; None if the hypotheses do not define it in a way that is known here."""
    rules = [(fact, rule) for fact in hypotheses if (rule := _rule(fact, sequence.name)) is not None]
    firsts = [(fact, *first) for fact in hypotheses if (first := _first(fact, sequence.name)) is not None]
    if len(rules) > 1 or not (rules or firsts):
        return None
    name, sort = sequence.name, sequence.sort
    place, row, table = (_fresh(text, scope) for text in ("place", "row", f"{name}_table"))
    inside = {**scope, place: Declared(place, "ℕ")}
    cases = [(f"{place} = {index}", term_text(term, scope, sort)) for _, index, term in firsts]
    if rules:
        _, rule = rules[0]
        back: Term = Apply("-", Variable(place), Number(rule.shift)) if rule.shift else Variable(place)
        conditions = [f"{place} ≥ {rule.shift}"] if rule.shift else []
        conditions += [formula_text(_with_term(premise, rule.variable, back), inside) for premise in rule.premises]
        value = term_text(_with(rule.term, rule.variable, back), inside, sort)
        cases.append((" ∧ ".join(f"({each})" for each in conditions), value))
    lines = [
        f"def {table} : ℕ → Array {sort}",
        "  | 0 => #[]",
        f"  | {place} + 1 =>",
        f"    let {row} := {table} {place}",
        f"    let {name} (index : ℕ) : {sort} := {row}[index]!",
        f"    {row}.push ({_choice(cases)})",
        f"def {name} (index : ℕ) : {sort} := ({table} (index + 1))[index]!",
    ]
    if rules and name not in variables_of(rules[0][1].term):
        lines[4:5] = []
    return Defined("\n".join(lines), tuple(fact for fact, *_ in [*rules, *firsts]))


def _choice(cases: Sequence[tuple[str, str]]) -> str:
    text = "0"
    for condition, value in reversed(cases):
        text = f"if {condition} then {value} else {text}" if condition else value
    return text


def _fresh(name: str, scope: Scope) -> str:
    while name in scope:
        name += "'"
    return name


def _first(fact: Formula, sequence: str) -> tuple[int, Term] | None:
    """(index, value) of `u 1 = 5`."""
    match fact:
        case Compare("=", Value(name, Number(index)), term) if name == sequence and not set(variables_of(term)):
            return index, term
        case _:
            return None


def _rule(fact: Formula, sequence: str) -> _Rule | None:
    if not (isinstance(fact, Quantified) and fact.quantifier == "∀" and fact.sort == "ℕ"):
        return None
    premises, inner = list[Formula](), fact.formula
    while isinstance(inner, Connect) and inner.connective == "→":
        premises.append(inner.left)
        inner = inner.right
    match inner:
        case Compare("=", Value(name, argument), term) if name == sequence:
            shift = _shift(argument, fact.variable)
            names = {*variables_of(term), *(each for premise in premises for each in variables_of(premise))}
            if shift is None or shift < 0 or not names <= {sequence, fact.variable}:
                return None
            if not all((back := _shift(each, fact.variable)) is not None and back < shift for each in _arguments(term, sequence)):
                return None
            return _Rule(fact.variable, shift, tuple(premises), term)
        case _:
            return None


def _shift(argument: Term, variable: str) -> int | None:
    """k, if the argument is `variable + k` or `variable - k`."""
    match argument:
        case Variable(name) if name == variable:
            return 0
        case Apply("+", Variable(name), Number(shift)) | Apply("+", Number(shift), Variable(name)) if name == variable:
            return shift
        case Apply("-", Variable(name), Number(shift)) if name == variable:
            return -shift
        case _:
            return None


def _arguments(term: Term, sequence: str) -> list[Term]:
    match term:
        case Value(name, argument):
            return [*([argument] if name == sequence else []), *_arguments(argument, sequence)]
        case Negative(inner):
            return _arguments(inner, sequence)
        case Apply(_, left, right):
            return [*_arguments(left, sequence), *_arguments(right, sequence)]
        case Number() | Variable():
            return []


def _with(term: Term, name: str, value: Term) -> Term:
    """The term with `value` for a variable."""
    match term:
        case Variable(found):
            return value if found == name else term
        case Value(function, argument):
            return Value(function, _with(argument, name, value))
        case Negative(inner):
            return Negative(_with(inner, name, value))
        case Apply(operation, left, right):
            return Apply(operation, _with(left, name, value), _with(right, name, value))
        case Number():
            return term


def _with_term(formula: Formula, name: str, value: Term) -> Formula:
    match formula:
        case Compare(relation, left, right):
            return Compare(relation, _with(left, name, value), _with(right, name, value))
        case Not(inner):
            return Not(_with_term(inner, name, value))
        case Connect(connective, left, right):
            return Connect(connective, _with_term(left, name, value), _with_term(right, name, value))
        case Quantified():
            return formula
