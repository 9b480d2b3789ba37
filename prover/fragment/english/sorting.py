"""Which numbers of a problem are natural and which are integers, and the Meaning that comes of it.

Terms that are compared have one sort. It is ℕ if everything in them is said to be natural and no subtraction could be cut off at 0;
else ℤ, and what is said to be natural gets the hypothesis 0 ≤. Where a number has to be natural (an exponent, an index), a
subtraction moves to the other side of its equation. Names of which nothing is said are natural where only remainders and
divisibility speak of them and no congruence does, else integers. Every such decision that the text does not say is a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from prover.fragment.english.bounds import Bounds
from prover.fragment.english.comparisons import (
    Comparison,
    comparisons,
    ground,
    ground_subtractions,
    has_negative,
    is_counted,
    natural_terms,
)
from prover.fragment.english.composing import Draft
from prover.fragment.english.meaning_of import formula_of, term_of
from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import Bound, Denied, Joined, Operated, Related, Said, Spoken
from prover.fragment.meaning import Declared, Meaning, Number, Sort, Variable


@dataclass(eq=False)
class _Group:
    """Names whose sort is the same, with what speaks for which."""

    names: set[str] = field(default_factory=set[str])
    said: set[str] = field(default_factory=set[str])
    is_pinned: bool = False
    is_cut: bool = False
    has_cut_minus: bool = False
    has_negative: bool = False
    is_plain: bool = False
    is_counted: bool = False


def settle(draft: Draft) -> tuple[Meaning, tuple[str, ...]]:
    """The meaning of a draft, and the notes on what was decided. Raises Senseless."""
    sorting = _Sorting(draft)
    moved = sorting.moved()
    if moved is not None:
        meaning, notes = settle(moved)
        return meaning, notes
    return sorting.meaning(), (*draft.notes, *sorting.notes)


class _Sorting:
    """Groups of names, made by looking at every comparison once."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.notes: list[str] = []
        self._groups: dict[str, _Group] = {}
        self._bounds = Bounds()
        for formula in draft.hypotheses:
            self._bounds.learn(formula)
        for one in draft.declared:
            # An integer that is said to be at least 0 may be written as a natural number, if something asks for one.
            is_natural = one.sort == "ℤ" and one.name in self._bounds.lower
            self._group(one.name).said.add("ℤ≥" if is_natural else one.sort)
        for formula in self._formulas():
            self._bound_sorts(formula)
        for comparison in self._all_comparisons():
            self._look(comparison)

    def _formulas(self) -> Iterator[Spoken]:
        yield from self._draft.hypotheses
        if self._draft.claim is not None:
            yield self._draft.claim

    def _all_comparisons(self) -> Iterator[Comparison]:
        for formula in self._formulas():
            yield from comparisons(formula, self._bounds)
        if self._draft.asked is not None:
            answer = self._draft.answer if self._draft.answer is not None else self._draft.asked
            yield Comparison(self._draft.asked, answer, "=", self._bounds)

    def _group(self, name: str) -> _Group:
        if name not in self._groups:
            self._groups[name] = _Group({name})
        return self._groups[name]

    def _bound_sorts(self, formula: Spoken) -> None:
        if isinstance(formula, Bound):
            kind = formula.domain.kind
            self._group(formula.domain.names[0]).said.add(kind.sort if kind else "")
            self._bound_sorts(formula.formula)
        elif isinstance(formula, Denied):
            self._bound_sorts(formula.formula)
        elif isinstance(formula, Joined):
            self._bound_sorts(formula.left)
            self._bound_sorts(formula.right)

    # --- One comparison.

    def _look(self, comparison: Comparison) -> None:
        sides = (comparison.left, comparison.right)
        self._look_at(sides, comparison.bounds, is_pinned=False)
        group = self._merged({name for side in sides for name in ground(side)})
        if group is None:
            return
        if comparison.relation != "∣" and not all(is_counted(side) for side in sides):
            # A bound by a numeral (b > 0) does not make b an integer.
            is_bound = comparison.relation != "=" and {type(side) for side in sides} == {Number, Variable}
            group.is_plain = group.is_plain or not is_bound
        else:
            group.is_counted = True

    def _look_at(self, sides: tuple[Said, ...], bounds: Bounds, *, is_pinned: bool) -> None:
        group = self._merged({name for side in sides for name in ground(side)})
        is_negative = any(has_negative(side) for side in sides)
        cut = [one for side in sides for one in ground_subtractions(side) if not one.is_cut]
        unsafe = [one for one in cut if not bounds.is_safe(one.left, one.right)]
        if group is None:
            if is_pinned and (is_negative or unsafe):
                raise Senseless("exponents and indices are natural numbers")
            if not is_pinned and any(one.is_cut for side in sides for one in ground_subtractions(side)):
                raise Senseless("∸ is a subtraction of natural numbers, and numerals are subtracted as integers")
        else:
            group.is_pinned = group.is_pinned or is_pinned
            group.has_negative = group.has_negative or is_negative
            group.is_cut = group.is_cut or bool(unsafe)
            group.has_cut_minus = group.has_cut_minus or any(one.is_cut for side in sides for one in ground_subtractions(side))
        for side in sides:
            for inner in natural_terms(side):
                self._look_at((inner,), bounds, is_pinned=True)

    def _merged(self, names: set[str]) -> _Group | None:
        if not names:
            return None
        groups = {id(self._group(name)): self._group(name) for name in sorted(names)}
        first, *others = groups.values()
        for other in others:
            first.names |= other.names
            first.said |= other.said
            first.is_pinned |= other.is_pinned
            first.is_cut |= other.is_cut
            first.has_cut_minus |= other.has_cut_minus
            first.has_negative |= other.has_negative
            first.is_plain |= other.is_plain
            first.is_counted |= other.is_counted
        for name in first.names:
            self._groups[name] = first
        return first

    # --- What comes of it.

    def _sort(self, group: _Group) -> Sort:
        is_integer = "ℤ" in group.said or group.has_negative or group.is_cut
        if is_integer or ("ℤ≥" in group.said and not group.is_pinned):
            return "ℤ"
        if "ℕ" in group.said or group.is_pinned or group.has_cut_minus:
            return "ℕ"
        return "ℤ" if group.is_plain or not group.is_counted or self._draft.has_congruences else "ℕ"

    def moved(self) -> Draft | None:
        """The draft with subtractions on the other side of their equations, if only that keeps natural numbers natural."""
        stuck = [group for group in self._groups.values() if group.is_pinned and self._sort(group) == "ℤ"]
        if not stuck:
            return None
        if any(group.has_negative or "ℤ" in group.said or not group.is_cut for group in stuck):
            raise Senseless("an exponent or an index has to be a natural number, and is compared with integers")
        names = {name for group in stuck for name in group.names}
        draft = self._draft
        moved = Draft(
            draft.declared,
            [_moved(one, names, self._bounds) for one in draft.hypotheses],
            draft.asked,
            draft.answer,
            None if draft.claim is None else _moved(draft.claim, names, self._bounds),
            draft.has_congruences,
            [*draft.notes, "subtractions were moved to the other side, so that natural numbers are never cut off at 0"],
        )
        # What is given of all n may be false of natural values, and then anything follows from it.
        is_open = any(one.arity and not one.sort and one.name in names for one in draft.declared)
        if is_open and moved.hypotheses != draft.hypotheses:
            raise Senseless("the values of a function may be negative, and are compared with what has to be a natural number")
        if moved.hypotheses == draft.hypotheses and moved.claim == draft.claim:
            raise Senseless("a difference of natural numbers may be below 0")
        return moved

    def meaning(self) -> Meaning:
        """The meaning. Raises Senseless."""
        draft = self._draft
        for group in self._groups.values():
            if group.has_cut_minus and self._sort(group) == "ℤ":
                raise Senseless("∸ is a subtraction of natural numbers, and stands among integers")
        sorts: dict[str, Sort] = {name: self._sort(group) for name, group in self._groups.items()}
        lifted = [one.name for one in draft.declared if one.sort == "ℕ" and sorts[one.name] == "ℤ" and not one.arity]
        if any(one.arity and one.sort == "ℕ" and sorts[one.name] == "ℤ" for one in draft.declared):
            raise Senseless("the values of a function are natural numbers, and are compared with integers")
        self._note(sorts, lifted)
        added = [Related("≤", Number(0), Variable(name)) for name in lifted if not self._is_known_natural(name)]
        hypotheses = [formula_of(one, sorts) for one in [*added, *draft.hypotheses]]
        return Meaning(
            tuple(Declared(one.name, sorts[one.name], 1 if one.arity else 0) for one in draft.declared),
            tuple(hypotheses),
            None if draft.asked is None else term_of(draft.asked),
            None if draft.answer is None else term_of(draft.answer),
            None if draft.claim is None else formula_of(draft.claim, sorts),
        )

    def _is_known_natural(self, name: str) -> bool:
        variable = Variable(name)
        return any(
            isinstance(one, Related) and one.relation in ("<", "≤") and isinstance(one.left, Number) and one.right == variable
            for one in self._draft.hypotheses
        )

    def _note(self, sorts: dict[str, Sort], lifted: list[str]) -> None:
        lowered = [one.name for one in self._draft.declared if one.sort == "ℤ" and sorts[one.name] == "ℕ"]
        if lowered:
            self.notes.append(f"{', '.join(lowered)}: integers that are at least 0, written as natural numbers")
        if lifted:
            self.notes.append(f"{', '.join(lifted)}: natural, written as integers so that no subtraction is cut off at 0")
        for sort, words in (("ℕ", "natural numbers"), ("ℤ", "integers")):
            taken = [one.name for one in self._draft.declared if not one.sort and sorts[one.name] == sort]
            if taken:
                self.notes.append(f"{', '.join(taken)}: taken to be {words}, which the text does not say")


def _moved(formula: Spoken, names: set[str], bounds: Bounds) -> Spoken:
    if isinstance(formula, Denied):
        return Denied(_moved(formula.formula, names, bounds))
    if isinstance(formula, Joined):
        return Joined(formula.connective, _moved(formula.left, names, bounds), _moved(formula.right, names, bounds))
    if isinstance(formula, Bound):
        return Bound(formula.quantifier, formula.domain, _moved(formula.formula, names, bounds))
    if not isinstance(formula, Related) or formula.relation == "∣":
        return formula
    if not names & {name for side in (formula.left, formula.right) for name in ground(side)}:
        return formula
    left, from_left = _split(formula.left, bounds)
    right, from_right = _split(formula.right, bounds)
    for term in from_right:
        left = Operated("+", left, term)
    for term in from_left:
        right = Operated("+", right, term)
    return Related(formula.relation, left, right)


def _split(term: Said, bounds: Bounds) -> tuple[Said, list[Said]]:
    """A sum without its subtractions, and what they take away."""
    if isinstance(term, Operated) and term.operation in ("+", "-") and not term.is_cut:
        left, taken = _split(term.left, bounds)
        if term.operation == "-" and not bounds.is_safe(term.left, term.right):
            return left, [*taken, term.right]
        return Operated(term.operation, left, term.right), taken
    return term, []
