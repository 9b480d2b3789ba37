"""Does one statement follow from another in a way that tells something? One direction, from strict means to generous ones.

A closed theorem takes the left statement as its hypothesis and the right one as its goal; the variables are introduced, numbers are
hidden (see `numerals.py`), the left statement is used at the right one's variables, and a few tactics try to close the rest. A rung
counts only if no tactic closes the goal there without the left statement (then it would follow from anything), and if the left one
does not prove the opposite as well (then anything would follow from it). Nothing here is a proof for anybody: it is evidence.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lean_env.messages import Advanced, Limit, StepResult, TacticCall
from lean_env.session import Session
from prover.formalize.agreement.assigning import assignments
from prover.formalize.agreement.eliminated import solved
from prover.formalize.agreement.introduced import CannotCompare, Claim, Introduced, opened_theorem
from prover.formalize.agreement.numerals import coefficients_in, hiding_tactic, values_in

LEFT = "«what the left statement says»"
_ALONE = ("omega", "simp_all", "grind", "decide")
_SAME = "with_reducible apply claim <;> with_reducible assumption"
_CLOSERS = (_SAME, "omega", "simp_all", "grind", "apply claim <;> first | assumption | omega | simp_all; done | grind")
_QUICK_CLOSERS = _CLOSERS[:3]
_FULLY_TRIED = 1  # ways to use the left statement on which all closers are spent
_SPECIAL_CLOSERS = {
    "Nat.gcd": "grind [Nat.gcd_comm]",
    "Nat.lcm": "grind [Nat.lcm_comm]",
    "Dvd.dvd": "simp_all [Nat.dvd_iff_mod_eq_zero]",
    "Exists": "simp_all [eq_comm]",
}
_CAST_CLOSERS = ("norm_cast at *; simp_all", "norm_cast at *; grind", "push_cast at *; grind")
_OPPOSITE_CLOSERS = ("omega", "simp_all", "grind", "apply claim <;> first | assumption | omega | grind")
_SMALL = ((0, 1, 2), (1, 0, 3), (5, 7, 3))  # values for variables that nothing else is put in for
_OPPOSITE = "refine (fun {goal : Prop} (_ : ¬ goal) (yes : goal) => yes) ?_ ?_"


class Rung(StrEnum):
    """By what means, strictest first.

    TREES      the same hypotheses and goal up to names and order, found by looking and confirmed without unfolding anything
    SCHEMES    whatever numbers above 1 stand in them
    CONSTANTS  whatever constants stand in them; factors, exponents and moduli are what they are
    NUMBERS    with the numbers that they have
    """

    TREES = "trees"
    SCHEMES = "schemes"
    CONSTANTS = "constants"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a comparison may use: `heartbeats` (thousands) and `soft_ms` for each tactic, `total_s` seconds in all."""

    heartbeats: int = 1000
    soft_ms: int = 1000
    total_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Implication:
    """Whether right follows from left: on which rung and by what tactic; or, `rung` None, why that was not shown.

    `is_cast`: one of them is about natural numbers where the other is about integers.
    """

    rung: Rung | None
    tactic: str = ""
    reason: str = ""
    is_cast: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether it follows informatively."""
        return self.rung is not None


class Direction:
    """The question whether `right` follows from `left`, open in a session. `close` frees what it holds there."""

    def __init__(self, session: Session, left: Introduced, right: Introduced, limits: Limits, is_late: Callable[[], bool]) -> None:
        """`is_late` says that the time of the whole comparison is used up."""
        self._session = session
        self._left = left
        self._right = right
        self._limits = limits
        self._is_late = is_late
        self._ways = assignments(left, right)
        self._types = right.types
        self._states: list[int] = []
        self._start = 0

    async def open(self, left: Claim, right: Claim) -> None:
        """Open the theorem for two claims in one environment. Raises CannotCompare, WorkerLost."""
        signature = f"theorem right_from_left ({LEFT} : {left.text}) : {right.text}"
        first, last = await opened_theorem(self._session, signature, right.env, (left.name, right.name), self._states)
        if [local.name for local in first.goals[0].locals] != [LEFT]:
            raise CannotCompare("a statement has parameters outside its signature")
        self._start = last.state

    async def close(self) -> None:
        """Free every state; no error if the session is lost."""
        if self._session.alive:
            await self._session.free(self._states)

    async def is_same(self) -> Implication:
        """The strictest rung: nothing is unfolded and nothing computed. For statements with equal keys."""
        tactics = [self._using(names, _SAME) for names in self._ways]
        closing = await self._closing(self._start, tactics)
        if closing is None:
            return Implication(None, reason="Lean does not find them identical")
        return Implication(Rung.TREES, tactics[closing])

    async def climb(self, *, may_compute: bool = True) -> Implication:
        """The strictest of the other rungs that shows it; with `may_compute` False, none but SCHEMES counts."""
        terms = (*self._left.terms, *self._right.terms)
        coefficients = coefficients_in(terms)
        schemes = hiding_tactic(terms)
        rungs: list[tuple[Rung, str]] = []
        if schemes or not values_in(terms):  # else there are numbers, of types in which they cannot be hidden
            rungs.append((Rung.SCHEMES, schemes))
        if may_compute:
            rungs += [(Rung.CONSTANTS, hiding_tactic(terms, coefficients)), (Rung.NUMBERS, "")]
        reason = "it was not found to follow" if may_compute else "the numbers differ, and it does not follow whatever they are"
        tried: set[str] = set()
        for rung, hiding in rungs:
            if hiding in tried or (rung is Rung.CONSTANTS and not hiding):
                continue
            if self._is_late():
                return Implication(None, reason="out of time")
            tried.add(hiding)
            if hiding and self._claims_new_numbers(coefficients if rung is Rung.CONSTANTS else frozenset()):
                continue
            found = await self._try(rung, hiding, coefficients if rung is Rung.CONSTANTS else frozenset())
            if found.is_shown:
                return found
            reason = found.reason or reason
        return Implication(None, reason=reason)

    def _claims_new_numbers(self, kept: frozenset[int]) -> bool:
        """Whether the right one's goal is about numbers that occur nowhere else: then it does not follow for all of them."""
        *given, goal = self._right.terms
        claimed = values_in([goal]).keys() - kept
        known = values_in([*given, *self._left.terms]).keys()
        return bool(claimed) and all({value - 1, value, value + 1}.isdisjoint(known) for value in claimed)

    async def _try(self, rung: Rung, hiding: str, kept: frozenset[int]) -> Implication:
        state = await self._hidden(hiding, kept) if hiding else self._start
        if state is None:
            return Implication(None)
        if rung is not Rung.SCHEMES and (objection := await self._alone(rung, state)):
            return Implication(None, reason=objection)
        for number, names in enumerate(self._ways):
            closers = self._closers(names) if number < _FULLY_TRIED else _QUICK_CLOSERS
            tactics = [self._using(names, closer) for closer in closers]
            if number < _FULLY_TRIED and (given := self._eliminated(names, hiding)):
                tactics += [self._using(names, closer, given) for closer in _CLOSERS[1:4]]
            closing = await self._closing(state, tactics)
            if closing is not None:
                # With every number hidden, what was matched literally was not proved by anything else.
                is_literal = rung is Rung.SCHEMES and closing == 0 and len(names) == len(self._left.variables)
                objection = "" if is_literal else await self._objection(rung, state, names)
                if rung is Rung.CONSTANTS and not objection:
                    objection = await self._computed(state, names, hiding)
                if objection:
                    return Implication(None, reason=objection)
                return Implication(rung, f"{hiding}\n{tactics[closing]}".strip(), is_cast=self._has_casts(names))
            if self._is_late():
                return Implication(None, reason="out of time")
        return Implication(None)

    def _closers(self, names: dict[str, str]) -> tuple[str, ...]:
        constants = {node.name for term in (*self._left.terms, *self._right.terms) for node in term.walk() if node.tag == "const"}
        special = tuple(closer for constant, closer in _SPECIAL_CLOSERS.items() if constant in constants)
        return (*_CLOSERS, *special, *(_CAST_CLOSERS if self._has_casts(names) else ()))

    async def _objection(self, rung: Rung, state: int, names: dict[str, str]) -> str:
        """Why it tells nothing that the left statement closes the goal at `state`; "" if it does."""
        if objection := await self._alone(rung, state):
            return objection
        if await self._shows_the_opposite(state, names):
            return "what it follows from is contradicted by the same means"
        return ""

    async def _alone(self, rung: Rung, state: int) -> str:
        alone = await self._step(state, [f"clear {LEFT}\n{tactic}" for tactic in _ALONE])
        if any(_is_closed(result) for result in alone):
            return "it holds by itself, so that it follows from anything"
        if rung is Rung.NUMBERS and any(isinstance(result, Limit) for result in alone):
            return "whether it holds by itself could not be found out within the limits"
        return ""

    async def _computed(self, state: int, names: dict[str, str], hiding: str) -> str:
        """Why it tells nothing if the left statement alone says what a hidden constant is: then both are one computation."""
        hidden = re.findall(r"\((\d+) : (\w+)\) = (number_\w+)", hiding)
        finding = self._using(names, "first | omega | (simp_all; done) | grind").replace("\n", "\n  ")
        for value, sort, name in hidden:
            [result] = await self._step(state, [f"have computed : {name} = ({value} : {sort}) := by\n  {finding}"])
            if isinstance(result, Advanced):
                return f"it says no more than that a computation comes to {value}"
        return ""

    async def _hidden(self, hiding: str, kept: frozenset[int]) -> int | None:
        """The state with the numbers hidden; None if a number is still in sight, where it could be computed with."""
        [result] = await self._step(self._start, [hiding])
        if not isinstance(result, Advanced) or len(result.parts) != 1:
            return None
        goal = result.parts[0].goals[0]
        left = values_in([goal.target_tree, *(h.term for h in goal.hypotheses)])
        return result.parts[0].state if left.keys() <= kept else None

    async def _shows_the_opposite(self, state: int, names: dict[str, str]) -> bool:
        """Whether the left statement proves the negation of the goal too."""
        [result] = await self._step(state, [_OPPOSITE])
        if not isinstance(result, Advanced) or not result.parts:
            return True
        tactics = [self._using(names, f"intro opposite\n{tactic}") for tactic in _OPPOSITE_CLOSERS]
        unused = [v.name for v in self._left.variables if v.name not in names and v.type.name in ("Nat", "Int")]
        for values in _SMALL if unused else ():
            given = " ".join(f"({name} := {value})" for name, value in zip(unused, itertools.cycle(values), strict=False))
            tactics += [self._using(names, f"intro opposite\n{tactic}", given) for tactic in ("omega", "simp_all")]
        return await self._closing(result.parts[0].state, tactics) is not None

    def _using(self, names: dict[str, str], closer: str, more: str = "") -> str:
        """The tactic that uses the left statement at variables of the right one: {variable of left: introduced name}."""
        lifted, given = list[str](), list[str]()
        for variable in self._left.variables:
            name = names.get(variable.name)
            if name is None:
                continue
            if variable.type == self._types[name]:
                given.append(f"({variable.name} := {name})")
            elif variable.type.name == "Int":
                given.append(f"({variable.name} := ({name} : Int))")
            else:
                lifted.append(f"obtain ⟨{name}_nat, rfl⟩ := Int.eq_ofNat_of_zero_le (a := {name}) (by omega)")
                given.append(f"({variable.name} := {name}_nat)")
        return "\n".join([*lifted, f"have claim := {LEFT} {' '.join([*given, more])}".rstrip(), f"clear {LEFT}", closer])

    def _eliminated(self, names: dict[str, str], hiding: str) -> str:
        """Arguments for variables that the right statement does not have, as far as an equation of the left one gives them."""

        def numeral(value: int, sort: str) -> str:
            hidden = f"number_{value}_{sort}"
            return hidden if hidden in hiding else f"({value} : {sort})"

        own = {f"b{number}": variable.name for number, variable in zip(self._left.numbers, self._left.variables, strict=True)}
        known = {place: names[name] for place, name in own.items() if name in names}
        if self._has_casts(names):
            return ""
        unknown = [(place, name) for place, name in own.items() if name and name not in names]
        found = [(name, solved(place, self._left.terms[:-1], known, numeral)) for place, name in unknown]
        return " ".join(f"({name} := {text})" for name, text in found if text)

    def _has_casts(self, names: dict[str, str]) -> bool:
        left = {variable.name: variable.type for variable in self._left.variables}
        return any(left[mine] != self._types[theirs] for mine, theirs in names.items())

    async def _closing(self, state: int, tactics: Sequence[str]) -> int | None:
        """The number of the first tactic that closes the goal."""
        results = await self._step(state, tactics)
        return next((number for number, result in enumerate(results) if _is_closed(result)), None)

    async def _step(self, state: int, tactics: Sequence[str]) -> list[StepResult]:
        calls = [TacticCall(tactic, self._limits.heartbeats, self._limits.soft_ms) for tactic in tactics]
        results = await self._session.step(state, calls, until_closed=True)
        for result in results:
            if isinstance(result, Advanced):
                self._states += [part.state for part in result.parts] + ([result.state] if result.state else [])
        return results


def _is_closed(result: object) -> bool:
    return isinstance(result, Advanced) and not result.parts
