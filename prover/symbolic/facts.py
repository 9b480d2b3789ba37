"""Forward saturation: what follows from the hypotheses by one nonlinear step, as facts that linear arithmetic can use.

Products and powers are atoms for `omega`. Here the signs and sizes that their factors force on them are stated (positivity,
`x ≤ x * y`, `x ≤ x ^ 2`, a divisor is at most what it divides, an exponent is at most the logarithm), with the proof of each. All
go into one tactic: as separate steps of the search they cost seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lean_env.term import Term
from prover.symbolic.intervals import Bound, Intervals, propagate
from prover.symbolic.linear import Linear, System, system_of
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import conjuncts, const, factors, number, numeral, operation, relation, sides
from prover.symbolic.view import GoalView

MOST_FACTS = 14
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A proposition with a proof term; `name` is unused in the goal; the proof needs the facts `requires`."""

    name: str
    statement: Term
    proof: str
    requires: frozenset[str] = frozenset()

    def tactic(self) -> str:
        """The `have` that states it."""
        return f"have {self.name} : {render(self.statement)} := {self.proof}"


@dataclass(frozen=True, slots=True)
class Saturated:
    """A goal's linear system with the facts added, and the bounds of its atoms."""

    system: System
    intervals: Intervals
    facts: tuple[Fact, ...]

    def named(self, reasons: Iterable[str]) -> tuple[Fact, ...]:
        """The facts with these names, and those that they were found with, in the order in which they can be stated."""
        wanted = set(reasons)
        for fact in reversed(self.facts):  # what a fact requires was stated before it
            if fact.name in wanted:
                wanted |= fact.requires
        return tuple(fact for fact in self.facts if fact.name in wanted)


def saturate(view: GoalView, assumptions: Iterable[Term]) -> Saturated:
    """Everything that follows from the assumptions by a few rounds of bounds and nonlinear facts."""
    assumed = tuple(assumptions)
    system = system_of(assumed)
    for node in view.nodes:  # atoms of the target have signs too
        if node.tag == "const" and node.name in ("HMul.hMul", "HPow.hPow", "HMod.hMod") and node.type in ("Nat", "Int"):
            _register(system, node)
    intervals = propagate(system)
    facts: list[Fact] = []
    stated = {part for term in assumed for part in conjuncts(term)}
    for _ in range(ROUNDS):
        fresh = [proposal for proposal in _proposals(view, system, intervals) if proposal[0] not in stated]
        for statement, proof, requires in fresh:
            if statement in stated or len(facts) >= MOST_FACTS:
                continue
            stated.add(statement)
            fact = Fact(view.fresh(f"fact{len(facts)}", (other.name for other in facts)), statement, proof, requires)
            try:
                render(statement)
            except Unprintable:
                continue
            facts.append(fact)
            system.assume(statement, fact.name)
        if not fresh:
            break
        intervals = propagate(system)
    return Saturated(system, intervals, tuple(facts))


def _register(system: System, node: Term) -> None:
    """Make the node known as an atom if it is one and can be written."""
    if any(inner.tag in ("bound", "meta", "cut") for inner in node.walk()):
        return
    try:
        system.linear(node, node.type == "Nat")
    except Unprintable:
        return


Proposal = tuple[Term, str]


def _proposals(view: GoalView, system: System, intervals: Intervals) -> Iterator[tuple[Term, str, frozenset[str]]]:
    """Statement, proof, and the facts that the bounds used in the proof rest on."""
    for term in list(system.atoms.values()):
        bounds = _Bounds(system, intervals)
        for statement, proof in _of_atom(term, bounds):
            yield statement, proof, frozenset(bounds.reasons)
    for hypothesis in view.props:
        bounds = _Bounds(system, intervals)
        for statement, proof in _of_hypothesis(hypothesis.name, hypothesis.term, bounds):
            yield statement, proof, frozenset(bounds.reasons)
    for term in view.occurrences("Nat.gcd"):
        lcm = const("Nat.lcm", *term.args)
        if lcm in view.occurrences("Nat.lcm"):
            bounds = _Bounds(system, intervals)
            for statement, proof in _gcd_times_lcm(term, lcm, bounds):
                yield statement, proof, frozenset(bounds.reasons)


def _gcd_times_lcm(gcd: Term, lcm: Term, bounds: _Bounds) -> Iterator[Proposal]:
    """`gcd a b * lcm a b = a * b`, with numbers where both are known."""
    ends = [(bounds.low(term, "Nat"), bounds.high(term, "Nat")) for term in (gcd, lcm)]
    product = operation("*", gcd.args[0], gcd.args[1])
    exact = f"Nat.gcd_mul_lcm {_arguments(gcd)}"
    if all(low is not None and low == high for low, high in ends):
        known = operation("*", number(ends[0][0] or 0), number(ends[1][0] or 0))
        steps = [
            "by",
            f"  have e := {exact}",
            *(f"  rw [show {render(term)} = {low} by omega] at e" for term, (low, _) in zip((gcd, lcm), ends, strict=True)),
            "  exact e",
        ]
        yield relation("=", known, product), "\n".join(steps)
    else:
        yield relation("=", operation("*", gcd, lcm), product), exact


def _of_atom(term: Term, bounds: _Bounds) -> Iterator[Proposal]:
    if split := sides(term, "*"):
        yield from _product(term, split, bounds)
    elif split := sides(term, "^"):
        yield from _power(term, split, bounds)
    elif split := sides(term, "%"):
        yield from _remainder(term, split, bounds)


def _of_hypothesis(name: str, term: Term, bounds: _Bounds) -> Iterator[Proposal]:
    if term.is_app("Eq", 2):
        yield from _factored(name, term)
    elif split := sides(term, "∣"):
        yield from _divides(name, term.type, split, bounds)


def _arguments(term: Term) -> str:
    return " ".join(f"({render(arg)})" for arg in term.args)


@dataclass(slots=True)
class _Bounds:
    """Ends of the value of any term; `reasons` collects the facts that the ends asked for rest on."""

    system: System
    intervals: Intervals
    reasons: set[str] = field(default_factory=set[str])

    def low(self, term: Term, kind: str) -> int | None:
        """The least value, if known."""
        return self._end(term, kind, self.intervals.low_of)

    def high(self, term: Term, kind: str) -> int | None:
        """The greatest value, if known."""
        return self._end(term, kind, self.intervals.high_of)

    def _end(self, term: Term, kind: str, find: Callable[[Linear], Bound | None]) -> int | None:
        try:
            end = find(self.system.linear(term, kind == "Nat"))
        except Unprintable:
            return None
        if end is None:
            return None
        self.reasons |= end.reasons
        return end.value


def _product(term: Term, split: tuple[Term, Term], bounds: _Bounds) -> Iterator[Proposal]:
    left, right = split
    kind = term.type
    low_left, low_right = bounds.low(left, kind), bounds.low(right, kind)
    if low_left is None or low_right is None:
        return
    if kind == "Nat":
        if low_right >= 1 and numeral(left) is None:
            yield relation("≤", left, term), f"Nat.le_mul_of_pos_right ({render(left)}) (by omega)"
        if low_left >= 1 and numeral(right) is None:
            yield relation("≤", right, term), f"Nat.le_mul_of_pos_left ({render(right)}) (by omega)"
    elif low_left >= 1 and low_right >= 1:
        yield relation("≤", left, term, kind), "Entail.int_le_mul_right (by omega) (by omega)"
        yield relation("≤", right, term, kind), "Entail.int_le_mul_left (by omega) (by omega)"
    elif low_left >= 0 and low_right >= 0:
        yield relation("≤", number(0, kind), term, kind), "Int.mul_nonneg (by omega) (by omega)"
    high_left, high_right = bounds.high(left, kind), bounds.high(right, kind)
    if kind == "Nat" and high_left is not None and high_right is not None and high_left * high_right < 10**9:
        most = operation("*", number(high_left), number(high_right))
        yield relation("≤", term, most), "Nat.mul_le_mul (by omega) (by omega)"


def _power(term: Term, split: tuple[Term, Term], bounds: _Bounds) -> Iterator[Proposal]:
    base, exponent = split
    kind = term.type
    power, value = numeral(exponent), numeral(base)
    if power is not None and power >= 2:
        yield from _fixed_power(term, base, power, bounds.low(base, kind))
    elif value is not None and value >= 2 and power is None:
        positive = "Nat.pow_pos (by decide)" if kind == "Nat" else "Int.pow_pos (by decide)"
        yield relation("<", number(0, kind), term, kind), positive
        if kind == "Nat":
            yield relation("<", exponent, term), "Nat.lt_pow_self (by decide)"
            yield from _exponent_bound(value, exponent, bounds.high(term, kind))
    elif kind == "Nat" and (bounds.low(base, kind) or 0) >= 1:
        yield relation("<", number(0), term), "Nat.pow_pos (by omega)"


def _fixed_power(term: Term, base: Term, power: int, low: int | None) -> Iterator[Proposal]:
    kind = term.type
    if kind == "Nat":
        yield relation("≤", base, term), "Nat.le_self_pow (by decide) _"
        return
    if power == 2:
        square = relation("≤", number(0, kind), term, kind)
        above = relation("≤", base, term, kind)
        below = relation("≤", const("Neg.neg", base, type=kind), term, kind)
        yield const("And", square, const("And", above, below)), f"Entail.int_square_ge ({render(base)})"
    elif low is not None and low >= 0:
        yield relation("≤", base, term, kind), "Entail.int_le_pow (by omega) (by decide)"


def _exponent_bound(base: int, exponent: Term, most: int | None) -> Iterator[Proposal]:
    """`b ^ v ≤ c` gives `v < N` for the least N with `c < b ^ N`."""
    if most is None or most < 1:
        return
    limit = 0
    while base**limit <= most:
        limit += 1
    proof = f"Entail.exponent_lt (b := {base}) (c := {most}) (by decide) (by omega) (by decide)"
    yield relation("<", exponent, number(limit)), proof


def _remainder(term: Term, split: tuple[Term, Term], bounds: _Bounds) -> Iterator[Proposal]:
    modulus = split[1]
    kind = term.type
    low = bounds.low(modulus, kind)
    if numeral(modulus) is not None or low is None or low < 1:
        return
    below = relation("<", term, modulus, kind)
    if kind == "Nat":
        yield below, "Nat.mod_lt _ (by omega)"
    else:
        yield below, "Int.emod_lt_of_pos _ (by omega)"
        yield relation("≤", number(0, kind), term, kind), "Int.emod_nonneg _ (by omega)"


def _factored(name: str, equation: Term) -> Iterator[Proposal]:
    """A product equal to a numeral bounds each factor."""
    product, constant = equation.args
    value = numeral(constant)
    if value is None:
        product, value = constant, numeral(product)
    parts = factors(product)
    if value is None or value == 0 or len(parts) < 2 or equation.type not in ("Nat", "Int"):
        return
    kind = equation.type
    for index, factor in enumerate(parts):
        if numeral(factor) is not None:
            continue
        others = [part for position, part in enumerate(parts) if position != index]
        cofactor = others[0]
        for other in others[1:]:
            cofactor = operation("*", cofactor, other, kind)
        proof = f"(Eq.trans (by first | rfl | ac_rfl) {name if product is equation.args[0] else name + '.symm'})"
        if kind == "Nat":
            statement = const("And", relation("≤", factor, number(value)), relation("<", number(0), factor))
            yield statement, f"Entail.divisor_le (b := {render(cofactor)}) {proof} (by decide)"
        else:
            most = number(abs(value), kind)
            statement = const("And", relation("≤", factor, most, kind), relation("≤", number(-abs(value), kind), factor, kind))
            yield (
                statement,
                f"Entail.int_divisor_le (b := {render(cofactor)}) (c := {value}) {proof} (by decide) (by decide) (by decide)",
            )


def _divides(name: str, kind: str, split: tuple[Term, Term], bounds: _Bounds) -> Iterator[Proposal]:
    """A divisor of something positive is at most as large."""
    left, right = split
    low = bounds.low(right, kind)
    if kind not in ("Nat", "Int") or low is None or low < 1 or numeral(left) is not None:
        return
    yield relation("≤", left, right, kind), f"{kind}.le_of_dvd (by omega) {name}"
    if kind == "Nat":
        yield relation("<", number(0), left), f"Nat.pos_of_dvd_of_pos {name} (by omega)"
