"""Recognising and building terms: what a Lean expression means to the moves.

Owns the names of Lean's arithmetic and logic constants. Recognisers return None (or an empty tuple) for anything
they do not know, builders make the tree that Lean would send for the same text. Nothing here is proved about.
"""

from __future__ import annotations

from collections.abc import Mapping

from lean_env.term import Term

NUMBERS = frozenset({"Nat", "Int"})
ORDER = {"LT.lt": "<", "LE.le": "≤", "GT.gt": ">", "GE.ge": "≥"}
RELATIONS = {**ORDER, "Eq": "=", "Ne": "≠", "Dvd.dvd": "∣"}
OPERATIONS = {
    "HAdd.hAdd": "+",
    "HSub.hSub": "-",
    "HMul.hMul": "*",
    "HDiv.hDiv": "/",
    "HMod.hMod": "%",
    "HPow.hPow": "^",
}
CONNECTIVES = {"And": "∧", "Or": "∨", "Iff": "↔"}


def const(name: str, *args: Term, type: str = "") -> Term:
    """`name` applied to explicit arguments."""
    return Term("const", name, type, args)


def local(name: str, *args: Term) -> Term:
    """A variable or hypothesis by name, applied to `args`."""
    return Term("local", name, "", args)


def number(value: int, type: str = "Nat") -> Term:
    """A numeral of Nat or Int; a negative one is the negation of a numeral, as Lean has it."""
    literal = Term("number", str(abs(value)), type, ())
    return literal if value >= 0 else const("Neg.neg", literal, type=type)


def operation(symbol: str, left: Term, right: Term, type: str = "Nat") -> Term:
    """`left symbol right` for + - * / % ^."""
    name = next(name for name, sign in OPERATIONS.items() if sign == symbol)
    return const(name, left, right, type=type)


def relation(symbol: str, left: Term, right: Term, type: str = "Nat") -> Term:
    """`left symbol right` for = ≠ < ≤ > ≥ ∣."""
    name = next(name for name, sign in RELATIONS.items() if sign == symbol)
    return const(name, left, right, type=type)


def numeral(term: Term) -> int | None:
    """The integer that a literal (or the negation or cast of one) denotes."""
    if term.tag == "number":
        return int(term.name) if term.name.isdecimal() else None
    if len(term.args) == 1 and (term.is_app("Neg.neg") or term.is_app("Nat.cast") or term.is_app("Int.ofNat")):
        inner = numeral(term.args[0])
        return None if inner is None else (-inner if term.name == "Neg.neg" else inner)
    return None


def symbol_of(term: Term) -> str:
    """The infix symbol at the head of a binary operation, relation or connective; "" if there is none."""
    if term.tag != "const" or len(term.args) != 2:
        return ""
    return OPERATIONS.get(term.name) or RELATIONS.get(term.name) or CONNECTIVES.get(term.name) or ""


def sides(term: Term, symbol: str) -> tuple[Term, Term] | None:
    """Both arguments if the head of `term` is the infix `symbol`."""
    return (term.args[0], term.args[1]) if symbol_of(term) == symbol else None


def negated(term: Term) -> Term | None:
    """`p` if the term is `¬ p`, `p → False`, or (as an equation) `a ≠ b`."""
    if term.is_app("Not", 1):
        return term.args[0]
    if term.tag == "implies" and term.args[1].is_app("False", 0):
        return term.args[0]
    if term.is_app("Ne", 2):
        return const("Eq", *term.args, type=term.type)
    return None


def conjuncts(term: Term) -> tuple[Term, ...]:
    """The term as a conjunction, nested ones flattened."""
    if term.is_app("And", 2):
        return conjuncts(term.args[0]) + conjuncts(term.args[1])
    return (term,)


def has_bound(term: Term) -> bool:
    """Whether a bound variable, a metavariable or a cut occurs: such a term cannot be written on its own."""
    return any(node.tag in ("bound", "meta", "cut", "proj", "lambda", "let") for node in term.walk())


def is_ground(term: Term) -> bool:
    """Whether no variable of any kind occurs."""
    return not has_bound(term) and not any(node.tag == "local" for node in term.walk())


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """The term with bound variables and hypotheses replaced by name; a binder hides its own name."""
    if term.tag in ("bound", "local") and term.name in values and not term.args:
        return values[term.name]
    if not term.args:
        return term
    if term.tag in ("forall", "lambda") and term.name in values:
        inner = {name: value for name, value in values.items() if name != term.name}
        return Term(term.tag, term.name, term.type, (substitute(term.args[0], values), substitute(term.args[1], inner)))
    return Term(term.tag, term.name, term.type, tuple(substitute(arg, values) for arg in term.args))


def factors(term: Term) -> tuple[Term, ...]:
    """The term as a product, nested ones flattened."""
    split = sides(term, "*")
    return factors(split[0]) + factors(split[1]) if split else (term,)


def _is_proposition(domain: Term) -> bool:
    """Whether what a binder ranges over is, by its form, the proofs of a proposition."""
    logic = ("Not", "Exists", "True", "False", *CONNECTIVES, *RELATIONS)
    if domain.tag in ("forall", "implies"):
        return _is_proposition(domain.args[1])
    return domain.tag == "const" and domain.name in logic


def normal(term: Term) -> Term:
    """One form for what Lean writes in two: a `∀` over an unused premise is an implication, a raw numeral is a Nat."""
    args = tuple(normal(arg) for arg in term.args)
    if term.tag == "number" and not term.type:
        return Term("number", term.name, "Nat", ())
    if term.tag == "forall" and _is_proposition(args[0]) and not any(node.name == term.name for node in args[1].walk()):
        return Term("implies", "", "", args)
    return Term(term.tag, term.name, term.type, args)
