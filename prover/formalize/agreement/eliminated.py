"""Values for variables that one statement has and another has eliminated: from `x + y = 10`, y is `10 - x`.

Owns solving one equation for a variable that stands alone in a sum. What is put in is only tried: a wrong value proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lean_env.term import Term
from prover.symbolic.terms import conjuncts, sides

_SIGNS = ("+", "-", "*")


def solved(variable: str, facts: Sequence[Term], names: Mapping[str, str], numeral: Callable[[int, str], str]) -> str:
    """Lean text of what an equation among `facts` says that a variable is; "" if none does.

    `names` is how the other variables are written, `numeral` how a number of a type is.
    """
    for fact in (part for whole in facts for part in conjuncts(whole)):
        if (equation := sides(fact, "=")) is None:
            continue
        for one, other in (equation, equation[::-1]):
            if text := _isolated(variable, one, _written(other, names, numeral), names, numeral):
                return text
    return ""


def _isolated(variable: str, side: Term, rest: str, names: Mapping[str, str], numeral: Callable[[int, str], str]) -> str:
    """What the variable is if `side` is `rest`."""
    if not rest:
        return ""
    if side == Term("local", variable, "", ()):
        return rest
    if pair := sides(side, "+"):
        for one, other in (pair, pair[::-1]):
            text = _written(other, names, numeral)
            if text and (found := _isolated(variable, one, f"({rest} - {text})", names, numeral)):
                return found
    if pair := sides(side, "-"):
        first, second = (_written(term, names, numeral) for term in pair)
        if second and (found := _isolated(variable, pair[0], f"({rest} + {second})", names, numeral)):
            return found
        if first:
            return _isolated(variable, pair[1], f"({first} - {rest})", names, numeral)
    return ""


def _written(term: Term, names: Mapping[str, str], numeral: Callable[[int, str], str]) -> str:
    """Lean text of a polynomial term in the known variables; "" if it is anything else."""
    if term.tag == "number" and term.name.isdecimal():
        return numeral(int(term.name), term.type or "Nat")
    if term.tag == "local" and not term.args:
        return names.get(term.name, "")
    for sign in _SIGNS:
        if pair := sides(term, sign):
            left, right = (_written(part, names, numeral) for part in pair)
            return f"({left} {sign} {right})" if left and right else ""
    return ""
