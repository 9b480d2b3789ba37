"""Bounds of the atoms of a linear system, by propagation to a fixpoint.

Owns the arithmetic of intervals with integer ends. A bound remembers the facts that it was derived with, so that a proof of it
needs to state those only. Propagation is sound and incomplete: what it claims holds, and what it misses is merely not used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from prover.symbolic.linear import Constraint, Linear, System

ROUNDS = 40  # a chain of inequalities longer than this is not followed: two atoms can push each other up forever
LARGEST = 10**15  # a bound beyond this helps no case analysis


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of an interval and the names of the facts it rests on."""

    value: int
    reasons: frozenset[str] = frozenset()


@dataclass(slots=True)
class Intervals:
    """Lower and upper ends by atom; an atom that is missing has no known end on that side."""

    lower: dict[str, Bound] = field(default_factory=dict[str, Bound])
    upper: dict[str, Bound] = field(default_factory=dict[str, Bound])
    contradiction: bool = False

    def low(self, atom: str) -> int | None:
        """The least value, if known."""
        found = self.lower.get(atom)
        return found.value if found else None

    def high(self, atom: str) -> int | None:
        """The greatest value, if known."""
        found = self.upper.get(atom)
        return found.value if found else None

    def low_of(self, form: Linear) -> Bound | None:
        """The least value of a linear form."""
        total, reasons = form.constant, frozenset[str]()
        for atom, coefficient in form.coefficients.items():
            end = self.lower.get(atom) if coefficient > 0 else self.upper.get(atom)
            if end is None:
                return None
            total += coefficient * end.value
            reasons |= end.reasons
        return Bound(total, reasons)

    def high_of(self, form: Linear) -> Bound | None:
        """The greatest value of a linear form."""
        negative = self.low_of(form.times(-1))
        return None if negative is None else Bound(-negative.value, negative.reasons)


def propagate(system: System) -> Intervals:
    """The bounds that the constraints of the system force on its atoms."""
    found = Intervals(lower={atom: Bound(0) for atom in system.natural})
    for _ in range(ROUNDS):
        changed = False
        for constraint in system.constraints:
            changed |= _tighten(found, constraint)
        for atom, difference in system.truncated:
            changed |= _untruncate(found, atom, difference)
        for form, source in system.excluded:
            changed |= _exclude(found, form, source)
        if found.contradiction or not changed:
            break
    return found


def _tighten(found: Intervals, constraint: Constraint, given: frozenset[str] = frozenset()) -> bool:
    """`form >= 0`: each term is at least minus the greatest value of the others."""
    form = constraint.form
    unbounded = [
        atom for atom, coefficient in form.coefficients.items() if (atom not in (found.upper if coefficient > 0 else found.lower))
    ]
    if len(unbounded) > 1:
        return False
    changed = False
    for atom in unbounded or list(form.coefficients):
        coefficient = form.coefficients[atom]
        rest = {other: value for other, value in form.coefficients.items() if other != atom}
        most = found.high_of(Linear(form.constant, rest))
        if most is None or abs(most.value) > LARGEST:
            continue
        reasons = most.reasons | given | (frozenset({constraint.source}) if constraint.source else frozenset[str]())
        if coefficient > 0:
            changed |= _raise(found, atom, Bound(-(most.value // coefficient), reasons))
        else:
            changed |= _lower(found, atom, Bound(most.value // -coefficient, reasons))
    if not form.coefficients and form.constant < 0:
        found.contradiction = True
    return changed


def _untruncate(found: Intervals, atom: str, difference: Linear) -> bool:
    """`atom = max(0, difference)`: once either is known not to be cut off, they are equal."""
    least, low = found.low_of(difference), found.lower.get(atom)
    reasons = low.reasons if low and low.value >= 1 else least.reasons if least and least.value >= 0 else None
    if reasons is None:
        return False
    below = Constraint(difference.plus(Linear(0, {atom: 1}), -1), "")
    return _tighten(found, below, reasons)


def _raise(found: Intervals, atom: str, bound: Bound) -> bool:
    known = found.lower.get(atom)
    if known is not None and known.value >= bound.value:
        return False
    found.lower[atom] = bound
    return _crossed(found, atom)


def _lower(found: Intervals, atom: str, bound: Bound) -> bool:
    known = found.upper.get(atom)
    if known is not None and known.value <= bound.value:
        return False
    found.upper[atom] = bound
    return _crossed(found, atom)


def _crossed(found: Intervals, atom: str) -> bool:
    low, high = found.low(atom), found.high(atom)
    if low is not None and high is not None and low > high:
        found.contradiction = True
    return True


def _exclude(found: Intervals, form: Linear, source: str) -> bool:
    """`form` is not 0: if it is one atom, an end that would make it 0 moves by one."""
    if len(form.coefficients) != 1:
        return False
    ((atom, coefficient),) = form.coefficients.items()
    if form.constant % coefficient:
        return False
    value = -form.constant // coefficient
    reasons = frozenset({source}) if source else frozenset[str]()
    if found.low(atom) == value:
        return _raise(found, atom, Bound(value + 1, found.lower[atom].reasons | reasons))
    if found.high(atom) == value:
        return _lower(found, atom, Bound(value - 1, found.upper[atom].reasons | reasons))
    return False
