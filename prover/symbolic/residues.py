"""Modular arithmetic: split on residues of variables and of powers, and carry them through every expression by congruence.

Owns the splits (`x % m = 0 ∨ ...`, and for `b ^ E` the cycle of its residues with the pre-period) and the proof terms that compute
the residue of a product or power from those of its parts. No rewriting is involved, so nothing can loop; what is left in
each case is linear, for `omega`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lean_env.term import Term
from prover.policy import Candidate
from prover.symbolic.closers import explosive
from prover.symbolic.linear import System
from prover.symbolic.move import Move, indented, tactic
from prover.symbolic.render import Unprintable, render
from prover.symbolic.terms import has_bound, is_ground, numeral, sides, symbol_of
from prover.symbolic.view import GoalView

MOST_CASES = 40
LONGEST_PERIOD = 24
CASE_MS = 70
USUAL_MODULI = (3, 4, 5, 7, 8, 9, 11, 13, 16)  # tried on equations where no modulus is in sight


@dataclass(frozen=True, slots=True)
class Case:
    """One alternative of a split: what is assumed, the residue that follows, and the lines that derive it from hypothesis `{h}`."""

    assumption: str
    residue: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """An exhaustive list of cases for the residue of one leaf (`leaf`) modulo m. In each case `{h}r : leaf % m = residue`."""

    leaf: Term
    name: str
    cases: tuple[Case, ...]


def cycle(base: int, modulus: int) -> tuple[int, list[int]]:
    """Pre-period s and the residues of b^0, b^1, ... up to one full period after s."""
    seen: list[int] = []
    value = 1 % modulus
    while value not in seen:
        seen.append(value)
        value = value * base % modulus
    return seen.index(value), seen


def known_residue(view: GoalView, term: Term, modulus: int) -> int | None:
    """The residue of a term if a fact says it (`term % M = c` or `M ∣ term` with m a divisor of M)."""
    for fact in view.facts:
        divides, equation = sides(fact, "∣"), sides(fact, "=")
        if divides and divides[1] == term and (numeral(divides[0]) or 1) % modulus == 0:
            return 0
        inner = sides(equation[0], "%") if equation else None
        if equation and inner and inner[0] == term and (numeral(inner[1]) or 1) % modulus == 0:
            value = numeral(equation[1])
            return None if value is None else value % modulus
    return None


def variable_split(view: GoalView, leaf: Term, modulus: int, name: str) -> Split:
    """All residues of a variable, or the one that is known."""
    text = render(leaf)
    known = known_residue(view, leaf, modulus)
    cases = tuple(
        Case(f"{text} % {modulus} = {r}", r, (f"have {name}r : {text} % {modulus} = {r} := {name}",))
        for r in range(modulus)
        if known is None or r == known
    )
    return Split(leaf, name, cases)


def power_split(view: GoalView, leaf: Term, modulus: int, name: str) -> Split | None:
    """The residues of `b ^ E` by the residue of E in the cycle; small E one by one, unless the context excludes them."""
    base, exponent = leaf.args
    value = numeral(base)
    if value is None or value < 0:
        return None
    before, residues = cycle(value, modulus)
    period = len(residues) - before
    if period > LONGEST_PERIOD:
        return None
    integer = "int_" if leaf.type == "Int" else ""
    text, shown, level = render(leaf), render(exponent), f"({render(exponent)} - {before})"
    cases: list[Case] = []
    above = _above(view, exponent, before)
    known = known_residue(view, exponent, period) if period > 1 and above else None
    for small in range(0 if above else before):
        exact = f"have {name}v : {text} = {value**small} := Entail.{integer}pow_value {name} (by decide)"
        residue = f"have {name}r : {text} % {modulus} = {residues[small]} := by rw [{name}v]"
        cases.append(Case(f"{shown} = {small}", residues[small], (exact, residue)))
    for index in range(period):
        residue = residues[before + index]
        if known is not None and (before + index - known) % period:
            continue
        guard = f"{before} ≤ {shown} ∧ " if before else ""
        part = f"{name}.2" if before else name
        lemma = f"Entail.{integer}pow_cycle (s := {before}) (p := {period}) (i := {index})"
        line = f"have {name}r : {text} % {modulus} = {residue} := {lemma} (by decide) (by omega) {part} (by decide)"
        cases.append(Case(f"{guard}{level} % {period} = {index}", residue, (line,)))
    return Split(leaf, name, tuple(cases))


def _above(view: GoalView, exponent: Term, least: int) -> bool:
    """Whether a fact says that the exponent is at least so much."""
    if least == 0:
        return True
    for fact in view.facts:
        for symbol, low, high in (("≤", 0, 1), ("≥", 1, 0)):
            split = sides(fact, symbol)
            if split and split[high] == exponent and (numeral(split[low]) or 0) >= least:
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Known:
    """A residue in a case: its value and the name of its hypothesis."""

    residue: int
    name: str


def congruence(term: Term, kind: str, modulus: int, known: Mapping[Term, _Known]) -> tuple[int, str] | None:
    """The residue of a term and a proof of `term % m = R % m`, R the term with residues for leaves; None if a leaf is not known."""
    integer = "int_" if kind == "Int" else ""
    if term in known:
        return known[term].residue, known[term].name
    literal = numeral(term)
    if literal is not None:
        return literal % modulus, "rfl"
    if term.is_app("Neg.neg", 1):
        inner = congruence(term.args[0], kind, modulus, known)
        return None if inner is None else (-inner[0] % modulus, f"(Entail.int_neg_residue {inner[1]})")
    symbol = symbol_of(term)
    if symbol == "^" and (power := numeral(term.args[1])) is not None:
        inner = congruence(term.args[0], kind, modulus, known)
        if inner is None:
            return None
        step = f"Entail.{integer}pow_residue (r := {inner[0]}) {inner[1]} {power}"
        return pow(inner[0], power, modulus), _reduced(step, pow(inner[0], power, modulus), kind)
    if symbol not in ("+", "*") and not (symbol == "-" and kind == "Int"):
        return None
    left = congruence(term.args[0], kind, modulus, known)
    right = congruence(term.args[1], kind, modulus, known)
    if left is None or right is None:
        return None
    lemma = {"+": "add", "*": "mul", "-": "sub"}[symbol]
    value = {"+": left[0] + right[0], "*": left[0] * right[0], "-": left[0] - right[0]}[symbol] % modulus
    step = f"Entail.{integer}{lemma}_residue {_side(term.args[0], left, 'a', 'r')} {_side(term.args[1], right, 'b', 's')}"
    return value, _reduced(step, value, kind)


def _side(term: Term, found: tuple[int, str], whole: str, residue: str) -> str:
    position = "h" if residue == "r" else "k"
    exact = render(term) if numeral(term) is not None else None
    given = f"({whole} := {exact}) " if exact is not None else ""
    return f"{given}({residue} := {found[0]}) ({position} := {found[1]})"


def _reduced(step: str, value: int, kind: str) -> str:
    return f"(({step}).trans (show _ = ({value} : {kind}) from by decide))"


def nonlinear_atoms(view: GoalView) -> tuple[Term, ...]:
    """Products and powers that `omega` takes as atoms and that congruence can see into."""
    system = System()
    for proposition in view.propositions:
        for node in proposition.walk():
            if symbol_of(node) in ("+", "-", "*", "^") and node.type in ("Nat", "Int") and not has_bound(node):
                try:
                    system.linear(node, node.type == "Nat")
                except Unprintable:
                    continue
    return tuple(term for term in system.atoms.values() if symbol_of(term) in ("*", "^") and not is_ground(term))


def _leaves(term: Term) -> Iterator[Term]:
    """Variables and powers with a numeral base that decide the residue of a term."""
    symbol = symbol_of(term)
    if symbol == "^" and numeral(term.args[1]) is None:
        yield term
    elif symbol in ("+", "*", "-", "^") and term.type in ("Nat", "Int"):
        yield from _leaves(term.args[0])
        if symbol != "^":
            yield from _leaves(term.args[1])
    elif term.is_app("Neg.neg", 1):
        yield from _leaves(term.args[0])
    elif numeral(term) is None:
        yield term


def _residues(view: GoalView) -> Iterator[Candidate]:
    """Split on residues modulo each number in sight and finish each case linearly."""
    if view.is_large or not view.is_arithmetic or explosive(view) or not view.target_is_arithmetic:
        return
    atoms = nonlinear_atoms(view)
    moduli = [modulus for modulus in view.moduli if modulus <= 100]
    for modulus in moduli:
        yield from _split_modulo(view, atoms, modulus, 0.7)
    if any(fact.is_app("Eq", 2) for fact in view.facts) and view.target.is_app("False", 0):
        for modulus in USUAL_MODULI:
            if modulus not in moduli and _obstructed(view, atoms, modulus):
                yield from _split_modulo(view, atoms, modulus, 0.9)


def _obstructed(view: GoalView, atoms: Sequence[Term], modulus: int) -> bool:
    """Whether some equation of the context has no solution modulo m."""
    return any(
        _unsolvable(sides_, fact.type, modulus)
        for fact in view.facts
        if (sides_ := sides(fact, "=")) and fact.type in ("Nat", "Int") and any(atom in fact.walk() for atom in atoms)
    )


def _unsolvable(equation: tuple[Term, Term], kind: str, modulus: int) -> bool:
    leaves = list(dict.fromkeys(leaf for side in equation for leaf in _leaves(side)))
    options: list[Sequence[int]] = []
    for leaf in leaves:
        if symbol_of(leaf) == "^":
            base = numeral(leaf.args[0])
            if base is None or base < 0:
                return False
            options.append(sorted(set(cycle(base, modulus)[1])))
        else:
            options.append(range(modulus))
    total = 1
    for choice in options:
        total *= len(choice)
    if total > 300 or not leaves:
        return False
    for values in itertools.product(*options):
        known = {leaf: _Known(value, "h") for leaf, value in zip(leaves, values, strict=True)}
        left, right = (congruence(side, kind, modulus, known) for side in equation)
        if left is None or right is None or left[0] == right[0]:
            return False
    return True


def _split_modulo(view: GoalView, atoms: Sequence[Term], modulus: int, cost: float) -> Iterator[Candidate]:
    leaves = list(dict.fromkeys(leaf for atom in atoms for leaf in _leaves(atom)))
    if not leaves:
        return
    splits: list[Split] = []
    for leaf in leaves:
        name = view.fresh(f"r{len(splits)}_")
        try:
            split = power_split(view, leaf, modulus, name) if symbol_of(leaf) == "^" else variable_split(view, leaf, modulus, name)
        except Unprintable:
            return
        if split is None or not split.cases:
            return
        splits.append(split)
    total = 1
    for split in splits:
        total *= len(split.cases)
    if total > MOST_CASES:
        return
    lines: list[str] = []
    for split in splits:
        if symbol_of(split.leaf) == "^":
            positive = "Nat.pow_pos (by decide)" if split.leaf.type == "Nat" else "Int.pow_pos (by decide)"
            if (numeral(split.leaf.args[0]) or 0) > 0:
                lines.append(f"have {split.name}p : 0 < {render(split.leaf)} := {positive}")
        lines.append(f"have {split.name} : {' ∨ '.join(_bracket(case.assumption) for case in split.cases)} := by omega")
    lines.append(_tree(view, splits, atoms, modulus, {}))
    budget = total * CASE_MS
    yield tactic("\n".join(lines), cost + total / 40, heartbeats=4000 + 600 * total, soft_ms=3000 + 4 * budget)


def _bracket(text: str) -> str:
    return f"({text})" if "∧" in text else text


def _tree(view: GoalView, splits: Sequence[Split], atoms: Sequence[Term], modulus: int, known: Mapping[Term, _Known]) -> str:
    """The nested case analysis: one bullet per case, the residues of all atoms in the innermost ones."""
    if len(splits) == 0:
        return "\n".join([*_derived(atoms, modulus, known), "omega"])
    first, rest = splits[0], list(splits)[1:]
    blocks: list[str] = []
    for case in first.cases:
        inner = {**known, first.leaf: _Known(case.residue, f"{first.name}r")}
        body = "\n".join([*case.lines, _tree(view, rest, atoms, modulus, inner)])
        blocks.append(f"· {indented(body).lstrip()}" if len(first.cases) > 1 else body)
    if len(first.cases) == 1:
        return blocks[0]
    return "\n".join([f"rcases {first.name} with {' | '.join([first.name] * len(first.cases))}", *blocks])


def _derived(atoms: Sequence[Term], modulus: int, known: Mapping[Term, _Known]) -> Iterator[str]:
    for index, atom in enumerate(atoms):
        if atom in known:
            continue
        found = congruence(atom, atom.type, modulus, known)
        if found is not None:
            yield f"have d{index}_ : {_operand(atom)} % {modulus} = {found[0]} := {found[1]}"


def _operand(term: Term) -> str:
    text = render(term)
    return f"({text})" if symbol_of(term) in ("+", "-", "%", "/", "*") else text


MOVES = (Move("residues", _residues),)
