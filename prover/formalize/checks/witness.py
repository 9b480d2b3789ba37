"""Values for which the hypotheses of a statement hold: told by its equations where they settle them, small ones otherwise.

Promises that what is found was computed to hold, by Lean's arithmetic. Finding nothing means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lean_env.term import Term
from prover.formalize.checks.defining import without_definitions
from prover.formalize.checks.settled import settled, substituted
from prover.formalize.checks.trees import Claim, spoken
from prover.symbolic.assignments import Unknown, assignments
from prover.symbolic.evaluate import compile_truth, truth_of
from prover.symbolic.terms import NUMBERS


def values_for(claim: Claim, effort: int, *, refuting: bool = False) -> str | None:
    """Values for which all hypotheses hold (and, if `refuting`, the goal does not), as text; None if none were found.

    `effort` bounds the number of choices that are tried.
    """
    if claim.is_cut:
        return None
    facts = tuple(fact.term for fact in claim.facts)
    functions = {name: kind for name, kind in claim.variables.items() if kind.name not in NUMBERS}
    defined, facts = (frozenset[str](), facts) if refuting else without_definitions(functions, facts)
    kinds = {name: kind.name for name, kind in claim.variables.items() if name not in defined}
    if not all(claim.variables[name].tag == "const" and kind in NUMBERS for name, kind in kinds.items()):
        return None
    known = settled(kinds, facts)
    unknowns = [Unknown(name, kind) for name, kind in kinds.items() if name not in known]
    left = [substituted(fact, known, kinds) for fact in facts]
    refuted = [substituted(claim.target, known, kinds)] if refuting else []
    for found in _found(unknowns, left, refuted, effort):
        values = {**known, **found}
        if all(truth_of(fact, values) is True for fact in facts):
            return ", ".join(
                f"{spoken(name)} = {values[name]}" if name in values else f"{spoken(name)} as defined" for name in claim.variables
            )
    return None


def _found(
    unknowns: Sequence[Unknown], wanted: Sequence[Term], refuted: Sequence[Term], effort: int
) -> Iterator[Mapping[str, int]]:
    yield from (found.values for found in assignments(unknowns, wanted, refuted, effort) if found.unknown == 0)
    if len(unknowns) != 1:
        return
    # An equation such as n = 8 * (n / 10 + n % 10) is not solved by a secant: one number can be tried out as well.
    [unknown] = unknowns
    truths, wrong = [compile_truth(term) for term in wanted], [compile_truth(term) for term in refuted]
    for size in range(effort):
        for value in (size, -size) if unknown.kind == "Int" and size else (size,):
            values = {unknown.key: value}
            if all(truth(values) is True for truth in truths) and all(truth(values) is False for truth in wrong):
                yield values
