"""Over which numbers the terms of a meaning are: ℕ or ℤ, and which of its names a formula sees.

Owns the one rule that `lean/writing.py`, `lean/reading.py` and `solution/program.py` follow. A relation is over the sort of its
variables and values; where it has none outside exponents and arguments, it is over ℤ if something is subtracted or negated (so that
nothing is cut off at 0), and over ℕ otherwise. Exponents and arguments of sequences are over ℕ. Never converts between the two: a
relation that mixes them is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prover.fragment.meaning import Apply, Declared, Meaning, Negative, Number, Quantified, Sort, Term, Value, Variable

Scope = Mapping[str, Declared]


def scope_of(meaning: Meaning) -> Scope:
    """What the problem declares, by name. Raises ValueError if two things have one name."""
    scope = {declared.name: declared for declared in meaning.declared}
    if len(scope) != len(meaning.declared):
        raise ValueError("two things of the problem have the same name")
    return scope


def inner_scope(scope: Scope, quantified: Quantified) -> Scope:
    """The names that the formula under a quantifier sees."""
    return {**scope, quantified.variable: Declared(quantified.variable, quantified.sort)}


def sort_of(scope: Scope, *terms: Term) -> Sort:
    """The sort of terms that stand in one relation. Raises ValueError if they mix sorts, or name something that is not there."""
    fixed = fixed_sort(scope, *terms)
    if fixed == "ℕ" and any(isinstance(part, Negative) for term in terms for part in parts_of_its_sort(term)):
        raise ValueError("the negation of a natural number")
    return fixed or ("ℤ" if any(map(subtracts, terms)) else "ℕ")


def fixed_sort(scope: Scope, *terms: Term) -> Sort | None:
    """The sort that the variables and values give to the terms; None if there are none. Raises ValueError as `sort_of`."""
    found: set[Sort] = set()
    for part in (part for term in terms for part in parts_of_its_sort(term)):
        match part:
            case Variable(name):
                found.add(_declared(scope, name, 0).sort)
            case Value(function, argument):
                found.add(_declared(scope, function, 1).sort)
                _check_natural(scope, argument, f"an argument of {function}")
            case Apply("^", _, exponent):
                _check_natural(scope, exponent, "an exponent")
            case Number() | Negative() | Apply():
                pass
    if len(found) > 1:
        raise ValueError("a relation between a natural number and an integer")
    return found.pop() if found else None


def subtracts(term: Term) -> bool:
    """Whether something is subtracted or negated, outside exponents and arguments."""
    return any(
        isinstance(part, Negative) or (isinstance(part, Apply) and part.operation == "-") for part in parts_of_its_sort(term)
    )


def parts_of_its_sort(term: Term) -> Iterator[Term]:
    """The term and its parts that are over the same numbers: not exponents, not arguments of sequences. Left to right."""
    yield term
    match term:
        case Negative(inner) | Apply("^", inner, _):
            yield from parts_of_its_sort(inner)
        case Apply(_, left, right):
            yield from parts_of_its_sort(left)
            yield from parts_of_its_sort(right)
        case Number() | Variable() | Value():
            pass


def _declared(scope: Scope, name: str, arity: int) -> Declared:
    declared = scope.get(name)
    if declared is None:
        raise ValueError(f"{name} is not declared")
    if declared.arity != arity:
        raise ValueError(
            f"{name} is {'a sequence' if declared.arity else 'a number'}, and used as {'a sequence' if arity else 'a number'}"
        )
    return declared


def _check_natural(scope: Scope, term: Term, what: str) -> None:
    is_negated = any(isinstance(part, Negative) for part in parts_of_its_sort(term))
    if fixed_sort(scope, term) == "ℤ" or is_negated:
        raise ValueError(f"{what} is an integer, and has to be a natural number")
