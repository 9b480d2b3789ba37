"""Terms back to Lean text that can be pasted into any file: `Nat` and `Int` spelled out, casts ascribed, everything bracketed.

The text is for Lean, not for people, except that proofs are read: brackets are left out where every reader knows the
precedence. Raises `Unprintable` for what has no text (metavariables, cuts, projections).
"""

from __future__ import annotations

from lean_env.term import Term
from prover.symbolic.terms import CONNECTIVES, NUMBERS, OPERATIONS, RELATIONS

_LEVEL = {"+": 65, "-": 65, "*": 70, "/": 70, "%": 70, "^": 75, "∧": 35, "∨": 30, "↔": 20}
_RELATION_LEVEL = 50
_ATOM = 1024
_APPLICATION = 1000


class Unprintable(Exception):
    """The term has a part that cannot be written down."""


def render(term: Term) -> str:
    """Lean text of the term. Raises Unprintable."""
    return _show(term, 0)


def _show(term: Term, level: int) -> str:
    text, own = _text(term)
    return f"({text})" if own < level else text


def _text(term: Term) -> tuple[str, int]:
    """The text and how tightly it binds."""
    args = term.args
    match term.tag:
        case "number":
            return (f"({term.name} : {term.type})", _ATOM) if term.type == "Int" else (term.name, _ATOM)
        case "local" | "bound":
            if "✝" in term.name:
                raise Unprintable(term.name)
            return _applied(term.name, args)
        case "implies":
            return f"{_show(args[0], 26)} → {_show(args[1], 25)}", 25
        case "forall" | "lambda":
            binder = "∀ " if term.tag == "forall" else "fun "
            arrow = "," if term.tag == "forall" else " =>"
            return f"{binder}{term.name} : {_show(args[0], 26)}{arrow} {_show(args[1], 0)}", 0
        case "sort":
            return term.name, _ATOM
        case "const":
            return _constant(term)
        case _:
            raise Unprintable(term.tag)


def _constant(term: Term) -> tuple[str, int]:
    name, args = term.name, term.args
    if len(args) == 2 and name in OPERATIONS:
        symbol = OPERATIONS[name]
        own = _LEVEL[symbol]
        left, right = (own + 1, own) if symbol == "^" else (own, own + 1)
        return f"{_show(args[0], left)} {symbol} {_show(args[1], right)}", own
    if len(args) == 2 and name in RELATIONS:
        inner = _RELATION_LEVEL + 1
        return f"{_show(args[0], inner)} {RELATIONS[name]} {_show(args[1], inner)}", _RELATION_LEVEL
    if len(args) == 2 and name in CONNECTIVES:
        own = _LEVEL[CONNECTIVES[name]]
        return f"{_show(args[0], own + 1)} {CONNECTIVES[name]} {_show(args[1], own + (name == 'Iff'))}", own
    if len(args) == 1 and name == "Not":
        return f"¬{_show(args[0], _APPLICATION)}", 40
    if len(args) == 1 and name == "Neg.neg":
        return f"-{_show(args[0], 76)}", 75
    if len(args) == 1 and name in ("Nat.cast", "Int.ofNat"):
        return f"({_show(args[0], 0)} : {'Int' if name == 'Int.ofNat' else _cast_target(term)})", _ATOM
    if name == "Exists" and len(args) == 1 and args[0].tag == "lambda":
        domain, body = args[0].args
        return f"∃ {args[0].name} : {_show(domain, 26)}, {_show(body, 0)}", 0
    return _applied(name, args)


def _cast_target(term: Term) -> str:
    if term.type not in NUMBERS:
        raise Unprintable(f"cast to {term.type or 'an unknown type'}")
    return term.type


def _applied(head: str, args: tuple[Term, ...]) -> tuple[str, int]:
    if not args:
        return head, _ATOM
    return " ".join([head, *(_show(arg, _ATOM) for arg in args)]), _APPLICATION
