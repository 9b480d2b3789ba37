"""Writes a meaning as a Lean statement: the core library with our prelude (ℕ, ℤ), no Mathlib.

Promises text that elaborates and says what the meaning says, with a type written wherever Lean would otherwise choose another one,
and no more parentheses than Lean's precedences ask for. Never says anything that the meaning does not: what is over neither ℕ nor ℤ
alone, or has no answer yet, is an error.
"""

from __future__ import annotations

import re
from itertools import count

from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Connective,
    Declared,
    Formula,
    Meaning,
    Negative,
    Not,
    Number,
    Operation,
    Quantified,
    Sort,
    Term,
    Value,
    Variable,
)
from prover.fragment.names import RESERVED
from prover.fragment.sorts import Scope, fixed_sort, inner_scope, parts_of_its_sort, scope_of, sort_of

# Lean's precedences: (of the whole, of the left side, of the right side).
_INFIX: dict[Operation, tuple[int, int, int]] = {
    "+": (65, 65, 66),
    "-": (65, 65, 66),
    "*": (70, 70, 71),
    "/": (70, 70, 71),
    "%": (70, 70, 71),
    "^": (75, 76, 75),
}
_CONNECTIVES: dict[Connective, tuple[int, int, int]] = {
    "↔": (20, 21, 21),
    "→": (25, 26, 25),
    "∨": (30, 31, 30),
    "∧": (35, 36, 35),
}
_COMPARED, _RELATION, _NEGATION, _APPLICATION, _ARGUMENT = 51, 50, 75, 1023, 1024
_NEGATED_FORMULA = 40  # of what stands after ¬; the whole is an argument

_IDENTIFIER = re.compile(r"[A-Za-zα-κμ-ωΑ-ΟΡ-ΣΤ-Ω_][A-Za-z0-9α-κμ-ωΑ-ΟΡ-ΣΤ-Ω_'₀-₉]*")
_NOT_NAMES = RESERVED | {"Int", "Nat", "_", "true", "false"}
_DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def signature(meaning: Meaning, name: str) -> str:
    """`theorem NAME (x y : ℕ) (h₀ : 0 < x) : conclusion`, without a proof.

    Raises ValueError for an open question, a relation that mixes ℕ and ℤ, and names that are missing, used twice or not Lean's.
    """
    conclusion = meaning.conclusion
    if conclusion is None:
        raise ValueError("an open question: there is nothing to prove before the answer is known")
    scope = scope_of(meaning)
    for written in (name, *scope):
        if not is_name(written):
            raise ValueError(f"{written} cannot be a name in Lean")
    binders = [*_declarations(meaning.declared), *_hypotheses(meaning, scope)]
    head = " ".join(["theorem", name, *binders])
    return f"{head} : {formula_text(conclusion, scope)}"


def is_name(text: str) -> bool:
    """Whether `text` can be the name of a variable or theorem, without quotes, and hides nothing that statements use."""
    return _IDENTIFIER.fullmatch(text) is not None and text not in _NOT_NAMES


def formula_text(formula: Formula, scope: Scope) -> str:
    """The formula in Lean. Raises ValueError as `signature` does."""
    return _formula(formula, scope, 0, is_last=True)


def term_text(term: Term, scope: Scope, sort: Sort) -> str:
    """The term in Lean, where what stands around it makes clear that it is over `sort`."""
    return _term(term, scope, sort, 0)


# -- binders ------------------------------------------------------------------------------------------------------------------


def _declarations(declared: tuple[Declared, ...]) -> list[str]:
    groups: list[tuple[str, list[str]]] = []
    for each in declared:
        kind = f"ℕ → {each.sort}" if each.arity else each.sort
        if groups and groups[-1][0] == kind:
            groups[-1][1].append(each.name)
        else:
            groups.append((kind, [each.name]))
    return [f"({' '.join(names)} : {kind})" for kind, names in groups]


def _hypotheses(meaning: Meaning, scope: Scope) -> list[str]:
    names = (name for number in count() if (name := f"h{str(number).translate(_DIGITS)}") not in scope)
    return [f"({name} : {formula_text(formula, scope)})" for formula, name in zip(meaning.hypotheses, names, strict=False)]


# -- formulas -----------------------------------------------------------------------------------------------------------------


def _formula(formula: Formula, scope: Scope, level: int, *, is_last: bool) -> str:
    """The formula where Lean reads at precedence `level`; `is_last`: nothing stands behind it that a quantifier could swallow."""
    match formula:
        case Compare():
            return _enclosed(_compare(formula, scope), level > _RELATION)
        case Not(inner):
            return f"¬{_formula(inner, scope, _NEGATED_FORMULA, is_last=is_last)}"
        case Connect(connective, left, right):
            whole, of_left, of_right = _CONNECTIVES[connective]
            encloses = whole < level
            left_text = _formula(left, scope, of_left, is_last=False)
            right_text = _formula(right, scope, of_right, is_last=is_last or encloses)
            return _enclosed(f"{left_text} {connective} {right_text}", encloses)
        case Quantified(quantifier, variable, sort, inner):
            if not is_name(variable):
                raise ValueError(f"{variable} cannot be a name in Lean")
            body = _formula(inner, inner_scope(scope, formula), 0, is_last=True)
            return _enclosed(f"{quantifier} {variable} : {sort}, {body}", not is_last)


def _compare(compare: Compare, scope: Scope) -> str:
    sort = sort_of(scope, compare.left, compare.right)
    # Lean reads a numeral as a natural number unless something next to it is an integer; `∣` looks at its left side first.
    sides = (compare.left,) if compare.relation == "∣" else (compare.left, compare.right)
    is_unclear = sort == "ℤ" and not any(map(_shows_its_sort, (part for side in sides for part in parts_of_its_sort(side))))
    left = _term(compare.left, scope, sort, _COMPARED, says_sort=is_unclear)
    return f"{left} {compare.relation} {_term(compare.right, scope, sort, _COMPARED)}"


def _shows_its_sort(part: Term) -> bool:
    return isinstance(part, Variable | Value) or (isinstance(part, Apply) and part.operation in ("gcd", "lcm"))


def _enclosed(text: str, is_needed: bool) -> str:
    return f"({text})" if is_needed else text


# -- terms --------------------------------------------------------------------------------------------------------------------


def _term(term: Term, scope: Scope, sort: Sort, level: int, *, says_sort: bool = False) -> str:
    """The term where Lean reads at precedence `level`; `says_sort`: its leftmost numeral gets the sort as its type."""
    match term:
        case Number(value):
            if value < 0:
                raise ValueError(f"{value} is not a numeral")
            return f"({value} : {sort})" if says_sort else str(value)
        case Variable(name):
            return name
        case Value(function, argument):
            fixed_sort(scope, term)  # raises if the argument is not a natural number
            return _enclosed(f"{function} {_term(argument, scope, 'ℕ', _ARGUMENT)}", level > _APPLICATION)
        case Negative(Number(value)) if says_sort:
            return f"(-{value} : {sort})"
        case Negative(inner):
            # Two signs would open a comment.
            text = _term(inner, scope, sort, _ARGUMENT if isinstance(inner, Negative) else _NEGATION, says_sort=says_sort)
            return _enclosed(f"-{text}", level > _NEGATION)
        case Apply("gcd" | "lcm" as operation, left, right):
            home = "Nat" if sort == "ℕ" else "Int"
            text = f"{home}.{operation} {_term(left, scope, sort, _ARGUMENT)} {_term(right, scope, sort, _ARGUMENT)}"
            # Int.gcd and Int.lcm are natural numbers, which the type turns back into integers.
            return f"({text} : ℤ)" if sort == "ℤ" else _enclosed(text, level > _APPLICATION)
        case Apply(operation, left, right):
            whole, of_left, of_right = _INFIX[operation]
            left_text = _term(left, scope, sort, of_left, says_sort=says_sort)
            right_text = _term(right, scope, "ℕ" if operation == "^" else sort, of_right)
            return _enclosed(f"{left_text} {operation} {right_text}", whole < level)
