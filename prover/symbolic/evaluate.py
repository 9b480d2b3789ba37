"""Running terms as programs: the value of a Lean expression over Nat and Int, and the truth of a proposition.

The arithmetic is Lean's: subtraction on Nat stops at 0, division and remainder by 0 give 0 and the dividend, division
on Int is Euclidean. Truth is three-valued: True and False are certain, None is "not known" (an unbounded quantifier,
a function without a definition, a number too large). A search for counterexamples may trust False and True alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from lean_env.term import Term
from prover.symbolic.terms import NUMBERS

Values = Mapping[str, int]
Number = Callable[[Values], int]
Truth = Callable[[Values], bool | None]

MAX_BITS = 60_000  # of a power: larger ones are left to the kernel's own arithmetic
# How far a quantifier is tried before its truth counts as not known, by how deep quantifiers are nested in the proposition:
# the cost is the product over the nest.
_REACH = (60, 60, 20, 9, 5, 3, 2)


def bound_name(name: str) -> str:
    """The key under which a bound variable's value stands, apart from a hypothesis of the same name."""
    return "@" + name


class NotComputable(Exception):
    """The term has no value that can be computed here."""


def value_of(term: Term, values: Values) -> int:
    """The number a term denotes under `values` (variables by name). Raises NotComputable."""
    return compile_number(term)(values)


def truth_of(term: Term, values: Values) -> bool | None:
    """Whether the proposition holds under `values`; None if that cannot be told."""
    return compile_truth(term)(values)


def compile_number(term: Term) -> Number:
    """A function from values of the variables to the term's value. Raises NotComputable now or when called."""
    if term.tag == "number":
        constant = int(term.name)
        return lambda _: constant
    if term.tag in ("local", "bound") and not term.args:
        return _variable(term.name if term.tag == "local" else bound_name(term.name))
    if term.tag != "const":
        raise NotComputable(term.tag)
    parts = [compile_number(arg) for arg in term.args]
    natural = term.type != "Int"
    if len(parts) == 2 and term.name in _BINARY and (term.type in NUMBERS or term.name in _UNTYPED):
        combine = _BINARY[term.name]
        left, right = parts
        return lambda values: combine(left(values), right(values), natural)
    if len(parts) == 1 and term.name in _UNARY:
        apply = _UNARY[term.name]
        (inner,) = parts
        return lambda values: apply(inner(values))
    raise NotComputable(term.name)


def _variable(name: str) -> Number:
    def read(values: Values) -> int:
        try:
            return values[name]
        except KeyError:
            raise NotComputable(name) from None

    return read


def _power(base: int, exponent: int, _natural: bool = True) -> int:
    if exponent < 0 or (base.bit_length() * exponent > MAX_BITS and abs(base) > 1):
        raise NotComputable("power")
    return base**exponent


def _divide(a: int, b: int, _natural: bool) -> int:
    if b == 0:
        return 0
    return a // b if b > 0 else -(a // -b)


def _remainder(a: int, b: int, _natural: bool) -> int:
    return a if b == 0 else a % abs(b)


def _subtract(a: int, b: int, natural: bool) -> int:
    return max(0, a - b) if natural else a - b


_BINARY: dict[str, Callable[[int, int, bool], int]] = {
    "HAdd.hAdd": lambda a, b, _: a + b,
    "HSub.hSub": _subtract,
    "HMul.hMul": lambda a, b, _: a * b,
    "HDiv.hDiv": _divide,
    "HMod.hMod": _remainder,
    "HPow.hPow": _power,
    "Nat.gcd": lambda a, b, _: math.gcd(a, b),
    "Nat.lcm": lambda a, b, _: math.lcm(a, b),
    "Int.gcd": lambda a, b, _: math.gcd(a, b),
    "Int.lcm": lambda a, b, _: math.lcm(a, b),
    "Min.min": lambda a, b, _: min(a, b),
    "Max.max": lambda a, b, _: max(a, b),
    "Nat.pow": _power,
}
_UNTYPED = frozenset({"Nat.gcd", "Nat.lcm", "Int.gcd", "Int.lcm", "Nat.pow"})
_UNARY: dict[str, Callable[[int], int]] = {
    "Neg.neg": lambda a: -a,
    "Nat.cast": lambda a: a,
    "Int.ofNat": lambda a: a,
    "Int.natAbs": abs,
    "Int.toNat": lambda a: max(0, a),
    "Nat.succ": lambda a: a + 1,
    "Nat.pred": lambda a: max(0, a - 1),
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "Eq": lambda a, b: a == b,
    "Ne": lambda a, b: a != b,
    "LT.lt": lambda a, b: a < b,
    "LE.le": lambda a, b: a <= b,
    "GT.gt": lambda a, b: a > b,
    "GE.ge": lambda a, b: a >= b,
    "Dvd.dvd": lambda a, b: b == 0 if a == 0 else b % a == 0,
}


def _unknown(_: Values) -> bool | None:
    return None


def compile_truth(term: Term) -> Truth:
    """A function from values to the truth of a proposition; parts that cannot be computed count as not known."""
    return _truth(term, _REACH[min(_nesting(term), len(_REACH) - 1)])


def _nesting(term: Term) -> int:
    """How many quantifiers are nested at most."""
    return (term.tag in ("forall", "lambda")) + max((_nesting(arg) for arg in term.args), default=0)


def _truth(term: Term, reach: int) -> Truth:
    """The same, with quantifiers tried for `reach` values."""
    args = term.args
    if term.tag == "implies":
        return _implication(_truth(args[0], reach), _truth(args[1], reach))
    if term.tag == "forall":
        return _quantifier(term, reach, stop_at=False)
    if term.tag != "const":
        return _unknown
    if term.name in _COMPARE and len(args) == 2:
        return _comparison(term) if term.type in NUMBERS else _unknown
    if term.name == "Exists" and len(args) == 1 and args[0].tag == "lambda":
        return _quantifier(args[0], reach, stop_at=True)
    parts = [_truth(arg, reach) for arg in args]
    match term.name, len(args):
        case "True", 0:
            return lambda _: True
        case "False", 0:
            return lambda _: False
        case "Not", 1:
            return _negation(parts[0])
        case "And", 2:
            return _junction(parts[0], parts[1], False)
        case "Or", 2:
            return _junction(parts[0], parts[1], True)
        case "Iff", 2:
            return _equivalence(parts[0], parts[1])
        case _:
            return _unknown


def _comparison(term: Term) -> Truth:
    compare = _COMPARE[term.name]
    try:
        left, right = (compile_number(arg) for arg in term.args)
    except NotComputable:
        return _unknown

    def holds(values: Values) -> bool | None:
        try:
            return compare(left(values), right(values))
        except NotComputable:
            return None

    return holds


def _negation(inner: Truth) -> Truth:
    def holds(values: Values) -> bool | None:
        known = inner(values)
        return None if known is None else not known

    return holds


def _junction(left: Truth, right: Truth, decisive: bool) -> Truth:
    """Disjunction (`decisive` True) or conjunction (False): one decisive side settles it."""

    def holds(values: Values) -> bool | None:
        first = left(values)
        if first is decisive:
            return decisive
        second = right(values)
        if second is decisive:
            return decisive
        return None if first is None or second is None else not decisive

    return holds


def _implication(premise: Truth, conclusion: Truth) -> Truth:
    return _junction(_negation(premise), conclusion, True)


def _equivalence(left: Truth, right: Truth) -> Truth:
    def holds(values: Values) -> bool | None:
        first, second = left(values), right(values)
        return None if first is None or second is None else first is second

    return holds


def _quantifier(binder: Term, reach: int, stop_at: bool) -> Truth:
    """`∀` (stops at a False) and `∃` (stops at a True); having tried the whole range without a stop is "not known"."""
    domain, body = binder.args
    if not (domain.tag == "const" and domain.name in NUMBERS and not domain.args):
        return _unknown
    inner = _truth(body, reach)
    key = bound_name(binder.name)
    start = -reach if domain.name == "Int" else 0

    def holds(values: Values) -> bool | None:
        scope = dict(values)
        for candidate in range(start, reach):
            scope[key] = candidate
            if inner(scope) is stop_at:
                return stop_at
        return None

    return holds
