"""Small assignments: values of variables that make some propositions true and others false, found by running them.

Owns the enumeration. A variable that an equation fixes once the others are chosen is solved for (by the secant through two
values, then checked), so that only the free ones are enumerated. Finds small things or nothing; finding nothing means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lean_env.term import Term
from prover.symbolic.evaluate import NotComputable, Number, Truth, bound_name, compile_number, compile_truth
from prover.symbolic.terms import conjuncts

# How far one of n free variables is enumerated.
_REACH = {0: 1, 1: 2000, 2: 60, 3: 16, 4: 7, 5: 5}
LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable to choose: `name` as in the terms, `kind` Nat or Int, `bound` if a binder introduces it."""

    name: str
    kind: str
    bound: bool = False

    @property
    def key(self) -> str:
        """Its name among the values of an evaluation."""
        return bound_name(self.name) if self.bound else self.name


@dataclass(frozen=True, slots=True)
class Found:
    """Values by key; `unknown` counts the wanted propositions whose truth could not be computed."""

    values: Mapping[str, int]
    unknown: int


@dataclass(frozen=True, slots=True)
class _Equation:
    left: Number
    right: Number
    keys: frozenset[str]

    def gap(self, values: Mapping[str, int]) -> int:
        return self.left(values) - self.right(values)


def _keys(term: Term, unknowns: Sequence[Unknown]) -> frozenset[str]:
    names = {(node.name, node.tag == "bound") for node in term.walk() if node.tag in ("local", "bound")}
    return frozenset(unknown.key for unknown in unknowns if (unknown.name, unknown.bound) in names)


def _equations(wanted: Sequence[Term], unknowns: Sequence[Unknown]) -> list[_Equation]:
    found: list[_Equation] = []
    for term in wanted:
        for part in conjuncts(term):
            if part.is_app("Eq", 2) and part.type in ("Nat", "Int"):
                try:
                    left, right = (compile_number(arg) for arg in part.args)
                except NotComputable:
                    continue
                found.append(_Equation(left, right, _keys(part, unknowns)))
    return found


def assignments(unknowns: Sequence[Unknown], wanted: Sequence[Term], refuted: Sequence[Term], effort: int) -> Iterator[Found]:
    """Assignments under which no wanted proposition is false and every refuted one is false, smallest first.

    `effort` bounds the number of assignments tried.
    """
    equations = _equations(wanted, unknowns)
    truths = [compile_truth(term) for term in wanted]
    wrong = [compile_truth(term) for term in refuted]
    free, solved = _order(unknowns, equations)
    if len(free) > max(_REACH):
        return
    tried = 0
    for values in _enumerate(free):
        tried += 1
        if tried > effort:
            return
        if not _complete(values, solved):
            continue
        outcome = _check(values, truths, wrong)
        if outcome is not None:
            yield Found(dict(values), outcome)


def _order(unknowns: Sequence[Unknown], equations: Sequence[_Equation]) -> tuple[list[Unknown], list[tuple[Unknown, _Equation]]]:
    """Which unknowns are enumerated, and which are then solved from which equation, in order."""
    free = list(unknowns)
    solved: list[tuple[Unknown, _Equation]] = []
    for equation in equations:
        if any(equation is used for _, used in solved):
            continue
        pending = [unknown for unknown in free if unknown.key in equation.keys and _is_affine(equation, unknown, unknowns)]
        pending.sort(key=lambda unknown: abs(_slope(equation, unknown, unknowns)))  # a slope of 1 can always be solved for
        if pending and len(free) > (0 if len(equation.keys) == 1 else 1):
            free.remove(pending[0])
            solved.insert(0, (pending[0], equation))
    return free, solved


def _slope(equation: _Equation, unknown: Unknown, unknowns: Sequence[Unknown]) -> int:
    values = {other.key: 5 for other in unknowns}
    return equation.gap({**values, unknown.key: 21}) - equation.gap({**values, unknown.key: 20})


def _is_affine(equation: _Equation, unknown: Unknown, unknowns: Sequence[Unknown]) -> bool:
    """Whether the gap between both sides looks affine in the unknown (checked at a few points)."""
    for others in (5, 11):
        values = {other.key: others for other in unknowns}
        gaps: list[int] = []
        for point in (20, 30, 40):
            values[unknown.key] = point
            try:
                gaps.append(equation.gap(values))
            except NotComputable:
                return False
        if gaps[1] - gaps[0] != gaps[2] - gaps[1] or gaps[0] == gaps[1]:
            return False
    return True


def _enumerate(free: Sequence[Unknown]) -> Iterator[dict[str, int]]:
    reach = _REACH[len(free)]
    if not free:
        yield {}
        return
    for bound in range(reach):  # shells: the largest absolute value grows
        yield from _shell(free, bound)


def _shell(free: Sequence[Unknown], bound: int) -> Iterator[dict[str, int]]:
    """All choices whose largest absolute value is exactly `bound`."""

    def choose(index: int, values: dict[str, int], touched: bool) -> Iterator[dict[str, int]]:
        if index == len(free):
            if touched:
                yield values
            return
        unknown = free[index]
        last = index == len(free) - 1
        signed = unknown.kind == "Int"
        edge = [bound, -bound] if signed and bound else [bound]
        options = edge if last and not touched else [*range(-bound if signed else 0, bound + 1)]
        for value in options:
            yield from choose(index + 1, {**values, unknown.key: value}, touched or abs(value) == bound)

    yield from choose(0, {}, False)


def _complete(values: dict[str, int], solved: Sequence[tuple[Unknown, _Equation]]) -> bool:
    """Solve for the rest; False if some equation has no integer solution of the right sign."""
    for unknown, equation in solved:
        try:
            first = equation.gap({**values, unknown.key: 20})
            slope = equation.gap({**values, unknown.key: 21}) - first
            if slope == 0 or first % slope:
                return False
            value = 20 - first // slope
            if abs(value) > LARGEST or (unknown.kind == "Nat" and value < 0):
                return False
            values[unknown.key] = value
            if equation.gap(values) != 0:
                return False
        except NotComputable:
            return False
    return True


def _check(values: Mapping[str, int], truths: Sequence[Truth], wrong: Sequence[Truth]) -> int | None:
    """How many wanted propositions are not known; None if the assignment does not do."""
    unknown = 0
    for truth in truths:
        known = truth(values)
        if known is False:
            return None
        unknown += known is None
    return unknown if all(truth(values) is False for truth in wrong) else None
