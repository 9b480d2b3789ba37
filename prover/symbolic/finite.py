"""Case analysis over bounded variables: bounds first, then either one kernel decision over the box or one variable at a time.

Bounds come from propagation over the structured hypotheses (with nonlinear facts, and with the negated target where that helps)
and are proved by `omega`. A variable that an equation determines (`y = (71 - x) / (1 + x)`) is eliminated and costs no dimension.
Every box is run here first: a box with a counterexample is not proposed, and the time of a proposed one is predicted from its
cases, because nothing stops a running kernel decision.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lean_env.messages import Hypothesis
from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import explosive, heavy_power
from prover.symbolic.evaluate import compile_truth
from prover.symbolic.facts import Saturated, saturate
from prover.symbolic.move import Move, tactic
from prover.symbolic.polynomial import Polynomial, TooLarge, polynomial_of
from prover.symbolic.render import Unprintable
from prover.symbolic.terms import has_bound, sides
from prover.symbolic.view import GoalView, comparisons_only

MOST_CASES = 12_000
MOST_SPLIT = 130  # values of one variable with a closer for each
CASE_MS = {"Nat": 1.2, "Int": 4.5}  # of one innermost case in the kernel
SPLIT_CASE_MS = 60
LONGEST_MS = 12_000


@dataclass(frozen=True, slots=True)
class Range:
    """Values `low .. high` of a variable and the facts that the bounds rest on."""

    name: str
    kind: str
    low: int
    high: int
    reasons: frozenset[str]

    @property
    def size(self) -> int:
        """How many values."""
        return max(0, self.high - self.low + 1)


@dataclass(frozen=True, slots=True)
class Solution:
    """`name = quotient of two polynomials` from an equation: `text` is the right side, `proof` proves it."""

    name: str
    text: str
    proof: str
    numerator: Polynomial
    denominator: Polynomial


@dataclass(frozen=True, slots=True)
class Setting:
    """What a case analysis works with: bounds under the assumptions, and the negated target if it is one of them."""

    view: GoalView
    saturated: Saturated
    negated: str  # name of the negated target, "" if it is not assumed
    relevant: tuple[Hypothesis, ...]
    variables: tuple[str, ...]

    def range_of(self, name: str) -> Range | None:
        """The bounds of a variable if both ends are known."""
        low, high = self.saturated.intervals.lower.get(name), self.saturated.intervals.upper.get(name)
        if low is None or high is None:
            return None
        return Range(name, self.view.variables[name], low.value, high.value, low.reasons | high.reasons)


def _settings(view: GoalView) -> Iterator[Setting]:
    """The goal as it stands, and by contradiction if that bounds more variables."""
    if view.is_large or explosive(view) or not view.is_arithmetic or not view.live:
        return
    relevant = tuple(hyp for hyp in view.props if _evaluable(view, hyp.term))
    if not _evaluable(view, view.target):
        return
    names: set[str] = set(view.target.locals())
    for hyp in relevant:
        names |= hyp.term.locals()
    variables = tuple(name for name in view.live if name in names)
    direct = Setting(view, saturate(view, view.facts), "", relevant, variables)
    bounded = [name for name in variables if direct.range_of(name)]
    yield direct
    if len(bounded) < len(variables) and not view.target.is_app("False", 0):
        negated = Setting(view, saturate(view, view.assumptions), view.fresh("hneg"), relevant, variables)
        if any(negated.range_of(name) for name in variables if name not in bounded):
            yield negated


def _evaluable(view: GoalView, term: Term) -> bool:
    """Whether a proposition is comparisons of numbers in the goal's Nat and Int variables."""
    return comparisons_only(term) and not has_bound(term) and not heavy_power(term) and term.locals() <= frozenset(view.variables)


def _prefix(setting: Setting, reasons: frozenset[str]) -> list[str]:
    lines: list[str] = []
    if setting.negated:
        lines.append(f"refine Classical.byContradiction fun {setting.negated} => ?_")
    lines.extend(fact.tactic() for fact in setting.saturated.named(reasons))
    return lines


def _forget(setting: Setting, reasons: frozenset[str]) -> list[str]:
    names = " ".join(fact.name for fact in setting.saturated.named(reasons))
    return [f"clear {names}"] if names else []


def _box(view: GoalView) -> Iterator[Candidate]:
    """Decide the goal by running through all values of the bounded variables in the kernel."""
    for setting in _settings(view):
        ranges = {name: found for name in setting.variables if (found := setting.range_of(name))}
        choices = [None, *_solutions(setting, ranges)]
        best: tuple[float, str] | None = None
        for solution in choices:
            proposal = _one_box(setting, ranges, solution)
            if proposal is not None and (best is None or proposal[0] < best[0]):
                best = proposal
        if best is not None:
            predicted, text = best
            yield tactic(text, 0.6 + predicted / 4000, heartbeats=40_000, soft_ms=int(4000 + 3 * predicted))
            return


def _one_box(setting: Setting, ranges: Mapping[str, Range], solution: Solution | None) -> tuple[float, str] | None:
    """Predicted milliseconds and the text, if the box is small enough and has no counterexample."""
    solved = solution.name if solution else ""
    free = [name for name in setting.variables if name != solved]
    if any(name not in ranges for name in free) or (not free and not solution):
        return None
    order = sorted((ranges[name] for name in free), key=lambda found: (found.kind, found.size))
    cases = 1
    for found in order:
        cases *= found.size
    if cases > MOST_CASES or cases == 0:
        return None
    weight = _run(setting, order, solution)
    if weight is None:
        return None
    predicted = weight + (300 if solution else 0)
    if predicted > LONGEST_MS:
        return None
    return predicted, "\n".join(_box_lines(setting, order, solution))


def _run(setting: Setting, order: Sequence[Range], solution: Solution | None) -> float | None:
    """Predicted kernel milliseconds; None if some case is not true or cannot be computed."""
    conditions = [compile_truth(hyp.term) for hyp in setting.relevant]
    target = compile_truth(setting.view.target)
    names = [found.name for found in order]
    total = 0.0
    for values in itertools.product(*(range(found.low, found.high + 1) for found in order)):
        scope = dict(zip(names, values, strict=True))
        total += CASE_MS["Int" if any(found.kind == "Int" for found in order) else "Nat"]
        if solution is not None:
            bottom = _value(solution.denominator, scope)
            top = _value(solution.numerator, scope)
            if bottom == 0 or top % bottom or (setting.view.variables[solution.name] == "Nat" and top // bottom < 0):
                continue
            scope[solution.name] = top // bottom
        if all(condition(scope) is not False for condition in conditions) and target(scope) is not True:
            return None
    return total


def _value(polynomial: Polynomial, scope: Mapping[str, int]) -> int:
    return sum(
        coefficient * math.prod(scope[atom] ** power for atom, power in monomial)
        for monomial, coefficient in polynomial.terms.items()
    )


def _solutions(setting: Setting, ranges: Mapping[str, Range]) -> Iterator[Solution]:
    """Ways to express one variable through the others, with a denominator that is positive on the box."""
    for hyp in setting.relevant:
        split = sides(hyp.term, "=")
        if split is None:
            continue
        try:
            difference = polynomial_of(split[0]).plus(polynomial_of(split[1]), -1)
        except (TooLarge, Unprintable):
            continue
        if not difference.atoms() <= frozenset(setting.variables):
            continue
        for name in sorted(difference.atoms()):
            if difference.degree_in(name) == 1 and (name not in ranges or ranges[name].size > 6):
                found = _solve(setting, difference, name, ranges)
                if found is not None:
                    yield found


def _solve(setting: Setting, difference: Polynomial, name: str, ranges: Mapping[str, Range]) -> Solution | None:
    factor, rest = difference.coefficient_of(name)
    sign = 1 if all(value > 0 for value in factor.terms.values()) else -1
    factor, rest = Polynomial({}).plus(factor, sign), Polynomial({}).plus(rest, -sign)
    if any(value < 0 for value in factor.terms.values()):
        return None
    if any(atom not in ranges or ranges[atom].low < 0 for atom in factor.atoms()):
        return None
    if _value(factor, {atom: ranges[atom].low for atom in factor.atoms()}) < 1:
        return None
    kind = setting.view.variables[name]
    if kind == "Int":
        text = f"{rest.text(kind)} / {factor.text(kind)}"
        return Solution(name, text, "Entail.solve_int (by first | omega | grind) (by grind)", rest, factor)
    plus, minus = rest.split_signs()
    text = f"({plus.text(kind)} - {minus.text(kind)}) / {factor.text(kind)}"
    return Solution(name, text, "Entail.solve_nat (by first | omega | grind) (by grind)", rest, factor)


def _box_lines(setting: Setting, order: Sequence[Range], solution: Solution | None) -> list[str]:
    """The tactic: bounds, elimination, then quantifiers from the inside out, then one decision."""
    reasons = frozenset[str]().union(*(found.reasons for found in order))
    lines = _prefix(setting, reasons)
    equation = setting.view.fresh("solved")
    if solution is not None:
        lines.append(f"have {equation} : {solution.name} = {solution.text} := {solution.proof}")
    taken: list[str] = []
    bounds: dict[str, list[str]] = {}
    index: dict[str, str] = {}
    for found in order:
        commands, hypotheses, variable = _bound_lines(setting.view, found, taken)
        taken.extend([*hypotheses, variable])
        lines.extend(commands)
        bounds[found.name], index[found.name] = hypotheses, variable
    lines.extend(_forget(setting, reasons))
    variables = frozenset(setting.variables)
    useless = [hyp.name for hyp in setting.view.props if hyp not in setting.relevant and hyp.term.locals() & variables]
    if useless:
        lines.append(f"clear {' '.join(useless)}")
    if solution is not None:
        lines.append(f"subst {equation}")
    lines.extend(_revert_lines(setting, order, solution, bounds, index))
    lines.append("decide +kernel")
    return lines


def _bound_lines(view: GoalView, found: Range, taken: list[str]) -> tuple[list[str], list[str], str]:
    """Commands that bound a variable, the bounding hypotheses in the order of their quantifier, and the variable to quantify."""
    below = view.fresh(f"b_{found.name}", taken)
    if found.kind == "Nat" and found.low <= 4:
        commands = [f"have {below} : {found.name} < {found.high + 1} := by omega"]
        hypotheses = [below]
        if found.low:
            above = view.fresh(f"a_{found.name}", taken)
            commands.append(f"have {above} : {found.low} ≤ {found.name} := by omega")
            hypotheses.append(above)
        return commands, hypotheses, found.name
    index = view.fresh(f"k_{found.name}", taken)
    pattern = f"obtain ⟨{index}, {below}, rfl⟩ :="
    if found.kind == "Int" and 0 <= found.low <= 4:
        return [f"{pattern} Entail.int_natural (x := {found.name}) {found.high + 1} (by omega) (by omega)"], [below], index
    lemma = "Entail.int_shift" if found.kind == "Int" else "Entail.nat_shift"
    low = f"({found.low})" if found.low < 0 else f"{found.low}"
    return [f"{pattern} {lemma} (x := {found.name}) {low} {found.size} (by omega) (by omega)"], [below], index


def _revert_lines(
    setting: Setting,
    order: Sequence[Range],
    solution: Solution | None,
    bounds: Mapping[str, list[str]],
    index: Mapping[str, str],
) -> list[str]:
    """Each hypothesis under the innermost quantifier that it needs, equations first where they prune."""
    solved = {solution.name} if solution else set[str]()
    position = {found.name: place for place, found in enumerate(order)}
    layers: list[list[tuple[int, str]]] = [[] for _ in order]
    for hyp in setting.relevant:
        names = hyp.term.locals()
        needed = len(order) - 1 if names & solved else max((position[name] for name in names if name in position), default=-1)
        if needed >= 0:
            layers[needed].append((0 if hyp.term.is_app("Eq") else 1, hyp.name))
    if setting.negated:
        layers[-1].append((2, setting.negated))
    lines: list[str] = []
    for found, layer in reversed(list(zip(order, layers, strict=True))):
        for _, name in sorted(layer, key=lambda pair: -pair[0]):
            lines.append(f"revert {name}")
        lines.extend(f"revert {name}" for name in reversed(bounds[found.name]))
        lines.append(f"revert {index[found.name]}")
    return lines


def _one_by_one(view: GoalView) -> Iterator[Candidate]:
    """Fix one bounded variable at a time to each of its values and close each case by linear arithmetic."""
    for setting in _settings(view):
        ranges = [found for name in setting.variables if (found := setting.range_of(name)) and 0 < found.size <= MOST_SPLIT]
        if len(setting.variables) < 2 and ranges:
            ranges = [found for found in ranges if found.size <= 40]
        for found in sorted(ranges, key=lambda item: item.size)[:2]:
            text = "\n".join(_split_lines(setting, found))
            cost = 0.9 + found.size / 60
            yield tactic(text, cost, heartbeats=4000 + 700 * found.size, soft_ms=3000 + 3 * SPLIT_CASE_MS * found.size)
        if ranges:
            return


def _split_lines(setting: Setting, found: Range) -> list[str]:
    view = setting.view
    lines = _prefix(setting, found.reasons)
    index, below = view.fresh(f"k_{found.name}"), view.fresh(f"b_{found.name}")
    lemma = "Entail.int_shift" if found.kind == "Int" else "Entail.nat_shift"
    low = f"({found.low})" if found.low < 0 else f"{found.low}"
    lines.append(f"obtain ⟨{index}, {below}, rfl⟩ := {lemma} (x := {found.name}) {low} {found.size} (by omega) (by omega)")
    lines.extend(_forget(setting, found.reasons))
    for hyp in reversed(view.mentions(found.name)):
        lines.append(f"revert {hyp.name}")
    if setting.negated and found.name in view.target.locals():
        lines.append(f"revert {setting.negated}")
    lines.append(f"revert {below}")
    lines.append(f"revert {index}")
    close = "first | omega | (intros; omega) | (simp; done) | (intros; simp_all; done) | (intros; simp_all; omega)"
    lines.append(f"iterate {found.size} (refine Entail.step_lt ?_ ?_; · {close})")
    lines.append("exact Entail.stop_lt")
    return lines


MOVES = (Move("box", _box), Move("one by one", _one_by_one))
