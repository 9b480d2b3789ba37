"""Sequences given by a recurrence: run it, prove the values that the goal mentions, use a period for far ones.

A recurrence is a hypothesis `∀ n, guard → f (n + a) = expression in earlier values`. Its values are computed here; the tactic
states them one after the other, each by the recurrence at that index and the values before it. Indices beyond reach are brought
back by a period: the values of one whole period hold at `p * k + s + i` for all k, by induction on k.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.evaluate import NotComputable, truth_of, value_of
from prover.symbolic.move import Move, tactic
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import local, number, numeral, operation, substitute
from prover.symbolic.view import GoalView

MOST_UNROLLED = 60
FARTHEST = 400  # values computed in search of a period
LONGEST_PERIOD = 24
DIGITS = 40  # a longer value is not written down


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`hypothesis : ∀ binder, guards → function (index) = value`, `shift` the difference between index and binder."""

    hypothesis: str
    function: str
    binder: str
    guards: tuple[Term, ...]
    shift: int
    value: Term
    kind: str

    def applies(self, binder_value: int) -> bool:
        """Whether the guards hold there."""
        opened = {self.binder: number(binder_value)}
        return binder_value >= 0 and all(truth_of(substitute(guard, opened), {}) is True for guard in self.guards)

    def proof(self, index_text: str) -> str:
        """The recurrence at a value of its binder."""
        return " ".join([self.hypothesis, f"({index_text})", *["(by omega)"] * len(self.guards)])

    def proof_above(self, index_text: str, least: int) -> str:
        """The same at `stem + least`: guards are lower bounds, and reading the whole context for each would take seconds."""
        guard = f"(by first | exact Nat.le_trans (m := {least}) (by decide) (Nat.le_add_left _ _) | omega)"
        return " ".join([self.hypothesis, f"({index_text})", *[guard] * len(self.guards)])


def _recurrences(view: GoalView) -> Iterator[Recurrence]:
    for hyp in view.props:
        term = hyp.term
        if term.tag != "forall" or not (term.args[0].tag == "const" and term.args[0].name == "Nat"):
            continue
        binder, body = term.name, term.args[1]
        guards: list[Term] = []
        while body.tag == "implies":
            guards.append(body.args[0])
            body = body.args[1]
        if not body.is_app("Eq", 2) or body.type not in ("Nat", "Int"):
            continue
        left, right = body.args
        if left.tag != "local" or len(left.args) != 1 or left.name not in view.functions:
            continue
        try:
            offsets = [value_of(substitute(left.args[0], {binder: number(at)}), {}) - at for at in (50, 51)]
        except NotComputable:
            continue
        if offsets[0] == offsets[1]:
            yield Recurrence(hyp.name, left.name, binder, tuple(guards), offsets[0], right, body.type)


def _given(view: GoalView, function: str) -> dict[int, str]:
    """Indices whose value a hypothesis gives, with its name."""
    found: dict[int, str] = {}
    for hyp in view.props:
        if hyp.term.is_app("Eq", 2):
            left, right = hyp.term.args
            if left.tag == "local" and left.name == function and len(left.args) == 1 and numeral(right) is not None:
                index = numeral(left.args[0])
                if index is not None:
                    found[index] = hyp.name
    return found


def _uses(term: Term, function: str, binder: str, at: int) -> list[tuple[Term, int]]:
    """Arguments of the function in the recurrence's value at a binder value: the argument as a term and the index it is."""
    found: dict[Term, int] = {}
    for node in term.walk():
        if node.tag == "local" and node.name == function and len(node.args) == 1:
            found[node.args[0]] = value_of(substitute(node.args[0], {binder: number(at)}), {})
    return list(found.items())


def _at(term: Term, function: str, values: Mapping[int, int], kind: str, opened: Mapping[str, Term]) -> Term:
    """The term with numbers for bound variables and for the function's values. Raises NotComputable."""
    if term.tag == "local" and term.name == function and len(term.args) == 1:
        index = value_of(substitute(term.args[0], opened), {})
        if index not in values:
            raise NotComputable(function)
        return number(values[index], kind)
    if not term.args:
        return substitute(term, opened)
    return Term(term.tag, term.name, term.type, tuple(_at(arg, function, values, kind, opened) for arg in term.args))


def _simulate(view: GoalView, rule: Recurrence, last: int) -> tuple[dict[int, int], list[int]]:
    """Values of the function up to `last`, as far as they can be computed, and the order in which the rule gave them."""
    values: dict[int, int] = {}
    for index, name in _given(view, rule.function).items():
        equation = next(hyp.term for hyp in view.props if hyp.name == name)
        value = numeral(equation.args[1])
        if value is not None:
            values[index] = value
    order: list[int] = []
    for index in range(last + 1):
        at = index - rule.shift
        if index in values or not rule.applies(at):
            continue
        try:
            value = value_of(_at(rule.value, rule.function, values, rule.kind, {rule.binder: number(at)}), {})
        except NotComputable:
            break
        if len(str(value)) > DIGITS:
            break
        values[index] = value
        order.append(index)
    return values, order


def _wanted(view: GoalView, function: str) -> list[int]:
    """Numeral indices at which the target (or a comparison in the context) takes the function."""
    found: set[int] = set()
    for term in (view.target, *view.facts):
        if term.tag in ("forall", "implies"):
            continue
        for node in term.walk():
            if node.tag == "local" and node.name == function and len(node.args) == 1:
                try:
                    found.add(value_of(node.args[0], {}))
                except NotComputable:
                    continue
    return sorted(found)


def _unroll(view: GoalView) -> Iterator[Candidate]:
    """State every value up to the farthest index in sight."""
    for rule in _recurrences(view):
        wanted = _wanted(view, rule.function)
        if not wanted or wanted[-1] > MOST_UNROLLED:
            continue
        values, order = _simulate(view, rule, wanted[-1])
        if wanted[-1] not in values or not order:
            continue
        names = dict(_given(view, rule.function))
        lines: list[str] = []
        try:
            for index in order:
                names[index] = view.fresh(f"v{index}")
                lines.append(_step_line(rule, index, values[index], names))
        except Unprintable:
            continue
        yield tactic("\n".join([*lines, "first | omega | simp_all"]), 0.5 + len(order) / 60, heartbeats=20_000, soft_ms=8000)


def _step_line(rule: Recurrence, index: int, value: int, names: Mapping[int, str]) -> str:
    """`f index = value` from the recurrence and the values before."""
    at = index - rule.shift
    used = [names[earlier] for _, earlier in _uses(rule.value, rule.function, rule.binder, at) if earlier in names]
    rules = ", ".join(dict.fromkeys(used))
    shown = render(number(value, rule.kind))
    return (
        f"have {names[index]} : {rule.function} {index} = {shown} := by\n"
        f"  have e := {rule.proof(str(at))}\n"
        f"  first | omega | (simp [{rules}] at e; omega) | simpa [{rules}] using e"
    )


def _period_of(values: Mapping[int, int], start: int, reach: int, window: int) -> int | None:
    """The least period of the values from `start` on, seen at least three times and longer than the recurrence's memory."""
    for period in range(1, LONGEST_PERIOD + 1):
        last = reach - period
        if last - start < 2 * max(period, window):
            return None
        if all(values[index] == values[index + period] for index in range(start, last + 1)):
            return period
    return None


def _periodic(view: GoalView) -> Iterator[Candidate]:
    """Far values of a periodic sequence."""
    for rule in _recurrences(view):
        wanted = _wanted(view, rule.function)
        if not wanted or wanted[-1] <= 12:
            continue
        values, _ = _simulate(view, rule, FARTHEST)
        reach = 0 if not values else max(values)
        if reach < FARTHEST:
            continue
        memory = max((200 - earlier for _, earlier in _uses(rule.value, rule.function, rule.binder, 200 - rule.shift)), default=0)
        first = next((index for index in range(FARTHEST) if all(index + step in values for step in range(20))), None)
        if first is None or memory < 1 or any(node.tag == "bound" and node.name == rule.binder for node in _outside(rule)):
            continue
        for start in (first, first + 1, first + 2, first + 4):
            period = _period_of(values, start, FARTHEST, memory)
            if period is not None:
                with suppress(Unprintable, NotComputable):
                    text = _period_text(view, rule, values, wanted, start, period, memory)
                    yield tactic(text, 0.5, heartbeats=20_000, soft_ms=10_000)
                break


def _outside(rule: Recurrence) -> Iterator[Term]:
    """Nodes of the value that are not inside an argument of the function: the index must not occur there for a period."""
    stack = [rule.value]
    while stack:
        node = stack.pop()
        if node.tag == "local" and node.name == rule.function:
            continue
        yield node
        stack.extend(node.args)


def _period_text(
    view: GoalView, rule: Recurrence, values: Mapping[int, int], wanted: list[int], start: int, period: int, memory: int
) -> str:
    """Base values, the values of one block for all k by induction, then the wanted ones."""
    block = period * -(-memory // period)
    names = dict(_given(view, rule.function))
    lines: list[str] = []
    for index in range(min(names, default=start), start + block):
        if index in names or index not in values:
            continue
        names[index] = view.fresh(f"v{index}")
        lines.append(_step_line(rule, index, values[index], names))
    k, key, ih = view.fresh("k"), view.fresh("key"), view.fresh("ih")
    f = rule.function

    def at(offset: int) -> str:
        return f"{f} ({period} * {k} + {offset})"

    claim = " ∧ ".join(f"{at(start + i)} = {render(number(values[start + i], rule.kind))}" for i in range(block))
    parts = [view.fresh(f"w{start + i}") for i in range(block)]
    known = {start + i: name for i, name in enumerate(parts)}
    lines += [
        f"have {key} : ∀ {k} : Nat, {claim} := by",
        f"  intro {k}",
        f"  induction {k} with",
        f"  | zero => exact ⟨{', '.join(names[start + i] for i in range(block))}⟩",
        f"  | succ {k} {ih} =>",
        f"    obtain ⟨{', '.join(parts)}⟩ := {ih}",
    ]
    for index in range(start + block, start + block + period):
        known[index] = view.fresh(f"w{index}")
        lines += [f"    {line}" for line in _block_step(rule, index, period, k, values, known)]
    lines.append(f"    have shift : ∀ i, {period} * ({k} + 1) + i = {period} * {k} + ({period} + i) := by")
    lines.append("      intro i")
    lines.append("      rw [Nat.mul_succ, Nat.add_assoc]")
    results = ", ".join(known[start + period + i] for i in range(block))
    lines += ["    simp only [shift]", f"    exact ⟨{results}⟩"]
    for index in wanted:
        if index < start + block:
            continue
        turns, offset = divmod(index - start, period)
        projection = ".2" * offset + (".1" if offset < block - 1 else "")
        shown = render(number(values[start + offset], rule.kind))
        lines.append(f"have {view.fresh(f'u{index}')} : {f} {index} = {shown} := ({key} {turns}){projection}")
    lines += [f"clear {key} {rule.hypothesis}", "first | omega | simp_all"]
    return "\n".join(lines)


def _block_step(
    rule: Recurrence, index: int, period: int, k: str, values: Mapping[int, int], known: Mapping[int, str]
) -> Iterator[str]:
    """`f (p * k + index) = value` from the recurrence at that index, with its arguments brought to the same form."""
    stem = operation("*", number(period), local(k))
    at = operation("+", stem, number(index - rule.shift))
    at_text = f"{period} * {k} + {index - rule.shift}"
    left = f"{rule.function} ({period} * {k} + {index})"
    shown = render(number(values[index], rule.kind))
    yield f"have {known[index]} : {left} = {shown} := by"
    yield f"  have e := {rule.proof_above(at_text, index - rule.shift)}"
    forms: list[str] = []
    for position, (argument, earlier) in enumerate(_uses(rule.value, rule.function, rule.binder, index - rule.shift)):
        text = render(substitute(argument, {rule.binder: at}))
        if text != f"{period} * {k} + {earlier}":
            yield f"  have q{position} : {text} = {period} * {k} + {earlier} := by first | rfl | omega"
            forms.append(f"q{position}")
    if rule.shift:
        yield f"  have ql : {at_text} + {rule.shift} = {period} * {k} + {index} := by first | rfl | omega"
        forms.append("ql")
    used = [known[earlier] for _, earlier in _uses(rule.value, rule.function, rule.binder, index - rule.shift)]
    if forms:
        yield f"  simp only [{', '.join(forms)}] at e"
    yield f"  simp only [{', '.join(dict.fromkeys(used))}] at e"
    yield "  first | exact e.trans (by decide) | omega | simpa using e"


MOVES = (Move("unroll a recurrence", _unroll), Move("period of a recurrence", _periodic))
