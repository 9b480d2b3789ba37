"""SUBTRACTION and DIVISION: arithmetic of whole numbers that is not the arithmetic of the text.

In Lean 3 - 5 is 0 and 7 / 2 is 3 over the natural numbers, and everything may be divided by 0. What is exact by its form, or
because a fact says so, passes; what cannot be exact is rejected; the rest is flagged, for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lean_env.term import Term
from prover.formalize.candidate import CheckName, Finding, Verdict
from prover.formalize.checks.bounds import ground_value, is_at_most, is_nonzero
from prover.formalize.checks.trees import Claim, Place, canonical, leaves, places, shown
from prover.symbolic.terms import factors, number, operation, sides

_SUBTRACTIONS = {"HSub.hSub": "Nat", "Sub.sub": "Nat", "Nat.sub": ""}
_DIVISIONS = frozenset({"HDiv.hDiv", "Div.div", "Nat.div", "Int.div", "Int.ediv", "Int.tdiv", "Int.fdiv"})
_REMAINDERS = frozenset({"HMod.hMod", "Mod.mod", "Nat.mod", "Int.emod", "Int.tmod", "Int.fmod"})
_WHOLE = frozenset({"Nat", "Int", ""})
_ROUNDED = re.compile(
    r"quotient|floor|rounded? (?:down|off)|whole number of|integer part|integer division|at most|greatest|\\lfloor|⌊", re.I
)
_UNSIGNED = re.compile(r"absolute|distance|differ|apart|magnitude|modulus|\\mid|\\vert|\|", re.I)
_TRUNCATED = frozenset({"Int.tdiv", "Int.tmod"})
_ZERO = Term("number", "0", "Int", ())


@dataclass(frozen=True, slots=True)
class _Remark:
    verdict: Verdict
    text: str


def check_subtraction(claim: Claim, text: str = "") -> Finding:
    """Whether a subtraction of natural numbers could stop at 0, or an integer lose its sign."""
    facts = tuple(fact.term for fact in claim.facts)
    remarks = [
        _subtraction(place, claim, exact=_exact_in_facts(claim)) for fact in facts for place in places(fact, _without(facts, fact))
    ]
    remarks += [_subtraction(place, claim, exact=_exact_in_target(claim), is_claimed=True) for place in places(claim.target, facts)]
    if not _UNSIGNED.search(text):
        absolute = (node for term in claim.terms for node in term.walk() if node.is_app("Int.natAbs", 1))
        remarks += [_Remark("flag", f"{shown(node)} has lost its sign, and the text speaks of no distance") for node in absolute]
    return _worst(CheckName.SUBTRACTION, remarks)


def check_division(claim: Claim, text: str) -> Finding:
    """Whether a division of whole numbers could drop a remainder, or divide by 0."""
    facts = tuple(fact.term for fact in claim.facts)
    is_rounded = _ROUNDED.search(text) is not None
    remarks = [_division(place, is_rounded=is_rounded) for fact in facts for place in places(fact, _without(facts, fact))]
    remarks += [_division(place, is_rounded=is_rounded) for place in places(claim.target, facts)]
    return _worst(CheckName.DIVISION, remarks)


def _worst(check: CheckName, remarks: list[_Remark | None]) -> Finding:
    for verdict in ("reject", "flag"):
        texts = dict.fromkeys(remark.text for remark in remarks if remark is not None and remark.verdict == verdict)
        if texts:
            return Finding(check, verdict, "; ".join(texts))
    return Finding(check, "pass")


def _without(facts: tuple[Term, ...], fact: Term) -> tuple[Term, ...]:
    """All other facts: one that contains the term in question says nothing about what the term is."""
    return tuple(other for other in facts if other is not fact)


# -- subtraction ------------------------------------------------------------------------------------------------------------------


def _subtraction(place: Place, claim: Claim, *, exact: frozenset[Term], is_claimed: bool = False) -> _Remark | None:
    if place.node.is_app("Int.toNat", 1):
        integer = place.node.args[0]
        if canonical(place.node) in exact or is_at_most(_ZERO, integer, place.known, natural=False):
            return None
        return _Remark("flag", f"{shown(place.node)} is cut off at 0 if the integer is negative")
    pair = _subtracted(place.node)
    if pair is None or is_at_most(pair[1], pair[0], place.known):
        return None
    if is_at_most(operation("+", pair[0], number(1)), pair[1], place.known):
        return _Remark("reject", f"{shown(place.node)} is 0 here: natural numbers have no negative differences")
    if canonical(place.node) in exact:
        return None
    if is_claimed and _is_side(place.node, claim.target) and not _is_bounded(pair, place.known):
        return _Remark("reject", f"{shown(place.node)} is what is claimed about, and nothing says that it is not cut off at 0")
    return _Remark("flag", f"{shown(place.node)} is cut off at 0 unless the first is at least the second")


def _subtracted(node: Term) -> tuple[Term, Term] | None:
    """What is subtracted from what in ℕ; None for any other term."""
    if node.tag != "const":
        return None
    if len(node.args) == 2 and node.name in _SUBTRACTIONS and node.type == _SUBTRACTIONS[node.name]:
        return node.args[0], node.args[1]
    return (node.args[0], Term("number", "1", "Nat", ())) if node.is_app("Nat.pred", 1) else None


def _exact_in_facts(claim: Claim) -> frozenset[Term]:
    """Differences that a hypothesis makes positive: one that is, or divides by its form, a number above 0."""
    return frozenset(form for fact in claim.facts for form in _made_positive(fact.term))


def _exact_in_target(claim: Claim) -> frozenset[Term]:
    """The same for what is claimed: `a - b = 10` says over ℕ what it says over ℤ, for a difference cut off is 0."""
    return _exact_in_facts(claim) | frozenset(form for leaf in leaves(claim.target) for form in _made_positive(leaf))


def _made_positive(fact: Term) -> Iterator[Term]:
    for symbol in ("=", "<", "≤", ">", "≥"):
        pair = sides(fact, symbol)
        if pair is None:
            continue
        least = {"=": 1, "<": 0, ">": 0, "≤": 1, "≥": 1}[symbol]
        for smaller, larger in (pair, pair[::-1]) if symbol == "=" else ((pair,) if symbol in "<≤" else (pair[::-1],)):
            value = ground_value(smaller)
            if value is not None and value >= least:
                yield from (canonical(_uncast(factor)) for factor in factors(_uncast(larger)))


def _uncast(term: Term) -> Term:
    return term.args[0] if term.is_app("Nat.cast", 1) or term.is_app("Int.ofNat", 1) else term


def _is_side(node: Term, target: Term) -> bool:
    """Whether a term is one side of what is claimed, perhaps as an integer."""
    return any(_uncast(side) is node for leaf in leaves(target) for side in leaf.args)


def _is_bounded(pair: tuple[Term, Term], known: tuple[Term, ...]) -> bool:
    """Whether anything relates what is subtracted to what it is subtracted from: a variable of both, or a fact."""
    first, second = _variables(pair[0]), _variables(pair[1])
    if first & second:
        return True
    if not first or not second:
        return any((first | second) & _variables(fact) for fact in known)
    return any(first & _variables(fact) and second & _variables(fact) for fact in known)


def _variables(term: Term) -> frozenset[tuple[str, str]]:
    return frozenset((node.tag, node.name) for node in term.walk() if node.tag in ("local", "bound"))


# -- division ---------------------------------------------------------------------------------------------------------------------


def _division(place: Place, *, is_rounded: bool) -> _Remark | None:
    node = place.node
    if node.tag != "const" or len(node.args) != 2 or node.type not in _WHOLE:
        return None
    is_division = node.name in _DIVISIONS
    if not is_division and node.name not in _REMAINDERS:
        return None
    dividend, divisor = node.args
    if ground_value(divisor) == 0:
        return _Remark("reject", f"{shown(node)} divides by 0")
    if not is_nonzero(divisor, place.known, natural=node.type != "Int"):
        return _Remark("flag", f"{shown(node)} divides by what may be 0")
    if (by := ground_value(divisor)) is not None and by < 0:
        return _Remark("flag", f"{shown(node)} divides by a negative number")
    if node.name in _TRUNCATED and not is_at_most(_ZERO, dividend, place.known, natural=False):
        return _Remark("flag", f"{shown(node)} is rounded towards 0, unlike `/` and `%`, if the dividend is negative")
    if not is_division or _is_exact(dividend, divisor, place.known):
        return None
    if not is_rounded and ground_value(dividend) is not None and ground_value(divisor) is not None:
        return _Remark("reject", f"{shown(node)} drops the remainder")
    return _Remark("flag", f"{shown(node)} drops the remainder, if there is one")


def _is_exact(dividend: Term, divisor: Term, known: tuple[Term, ...]) -> bool:
    """Whether a division leaves nothing by its form, or because a fact says so."""
    value, by = ground_value(dividend), ground_value(divisor)
    if by in (1, -1):
        return True
    if value is not None and by is not None:
        return value % by == 0
    wanted, form = canonical(dividend), canonical(divisor)
    parts = factors(dividend)
    if any(canonical(part) == form or (by and (n := ground_value(part)) is not None and n % by == 0) for part in parts):
        return True
    if by == 2 and any(_are_consecutive(one, two) for one in parts for two in parts):
        return True
    return any(_says_divides(fact, form, wanted) for fact in known)


def _are_consecutive(one: Term, two: Term) -> bool:
    pair = sides(two, "+") or sides(two, "-")
    return pair is not None and canonical(pair[0]) == canonical(one) and ground_value(pair[1]) == 1


def _says_divides(fact: Term, divisor: Term, dividend: Term) -> bool:
    if pair := sides(fact, "∣"):
        return (canonical(pair[0]), canonical(pair[1])) == (divisor, dividend)
    if pair := sides(fact, "="):
        for rest, zero in (pair, pair[::-1]):
            inner = sides(rest, "%")
            if inner is not None and ground_value(zero) == 0:
                return (canonical(inner[1]), canonical(inner[0])) == (divisor, dividend)
            if canonical(rest) == dividend and any(canonical(part) == divisor for part in factors(zero)):
                return True
    return False
