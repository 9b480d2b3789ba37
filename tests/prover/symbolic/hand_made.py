"""Goals made by hand: a reader for the small part of Lean's notation that the tests of the symbolic policy need.

`goal("n : Nat", "h : 0 < n", "⊢ 3 ∣ n")` gives the Goal that a worker would send, text and terms. Numerals get the type of
their neighbours (Nat where there is none); what is printed without a type (`∃ x, ...`) is taken as Nat. The tests that
run in Lean check that the real terms are read the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lean_env.goal_text import split_goal
from lean_env.messages import Goal, LocalTerm

Wire = list[Any]
_TOKEN = re.compile(
    r"\s*(?:(?P<num>\d+)|(?P<id>[A-Za-z_α-κμ-ωℕℤℚ][\w'✝₀-₉!]*(?:\.[A-Za-z_][\w'✝₀-₉]*)*)"
    r"|(?P<sym>=>|:=|::|\+\+|\)\.[a-z]\w*|[()\[\],:+\-*/%^=≠<>≤≥∣¬∧∨↔→∀∃λ↑]))"
)
_INFIX = {
    "↔": (20, "Iff"), "→": (25, "→"), "∨": (30, "Or"), "∧": (35, "And"),
    "=": (50, "Eq"), "≠": (50, "Ne"), "<": (50, "LT.lt"), "≤": (50, "LE.le"), ">": (50, "GT.gt"), "≥": (50, "GE.ge"),
    "∣": (50, "Dvd.dvd"), "+": (65, "HAdd.hAdd"), "-": (65, "HSub.hSub"), "++": (65, "HAppend.hAppend"),
    "::": (67, "List.cons"), "*": (70, "HMul.hMul"), "/": (70, "HDiv.hDiv"), "%": (70, "HMod.hMod"), "^": (75, "HPow.hPow"),
}  # fmt: skip
_RIGHT = {"→", "∧", "∨", "^", "::", "++"}
_NAMES = {"ℕ": "Nat", "ℤ": "Int", "ℚ": "Rat"}
NAT: Wire = ["c", "Nat", ""]


@dataclass
class _Node:
    """An untyped piece: `head` is an operator, "app", "num", "id", "bind" or "cast"."""

    head: str
    parts: tuple[Any, ...]


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        text = text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"cannot read {text[at:]!r}")
            token = match[0].strip()
            self.tokens.extend([")", token[1:]] if token.startswith(").") else [token])
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if expected and token != expected:
            raise ValueError(f"{expected} expected, {token} found in {' '.join(self.tokens)}")
        self.at += 1
        return token

    def expression(self, level: int = 0) -> _Node:
        left = self.prefix()
        while (token := self.peek()) in _INFIX and _INFIX[token][0] >= level:
            own = _INFIX[token][0]
            self.take()
            left = _Node(token, (left, self.expression(own if token in _RIGHT else own + 1)))
        return left

    def prefix(self) -> _Node:
        token = self.peek()
        if token in ("∀", "∃", "λ", "fun"):
            return self.binder()
        if token == "¬":
            self.take()
            return _Node("¬", (self.expression(40),))
        if token == "-":
            self.take()
            return _Node("neg", (self.expression(75),))
        return self.application()

    def binder(self) -> _Node:
        kind = self.take()
        groups: list[tuple[str, _Node | None, tuple[str, _Node] | None]] = []
        while self.peek() not in (",", "=>"):
            bracketed = self.peek() == "("
            if bracketed:
                self.take()
            names = [self.take()]
            while self.peek() not in (":", ",", "=>", ")", "(", "≥", "<", ">", "≤"):
                names.append(self.take())
            domain, bound = None, None
            if self.peek() == ":":
                self.take()
                domain = self.expression(26)
            elif self.peek() in ("≥", "<", ">", "≤"):
                bound = (self.take(), self.expression(51))
            if bracketed:
                self.take(")")
            groups.extend((name, domain, bound) for name in names)
        self.take()
        body = self.expression(0)
        for name, domain, bound in reversed(groups):
            if bound is not None:
                guard = _Node(bound[0], (_Node("id", (name,)), bound[1]))
                body = _Node("∧" if kind == "∃" else "→", (guard, body))
            body = _Node("bind", ("λ" if kind == "fun" else kind, name, domain, body))
        return body

    def application(self) -> _Node:
        head = self.atom()
        args: list[_Node] = []
        while (token := self.peek()) and (token[0].isalnum() or token in ("(", "[", "↑") or token[0] in "_αβℕℤ"):
            if token == "fun":
                break
            args.append(self.atom())
        return _Node("app", (head, *args)) if args else head

    def atom(self) -> _Node:
        token = self.take()
        if token == "(":
            inner = self.expression(0)
            if self.peek() == ":":
                self.take()
                inner = _Node("ascribe", (inner, self.expression(0)))
            self.take(")")
            if self.peek().startswith("."):
                return _Node("app", (_Node("id", ("Nat" + self.take(),)), inner))
            return inner
        if token == "[":
            self.take("]")
            return _Node("id", ("List.nil",))
        if token == "↑":
            return _Node("cast", (self.atom(),))
        if token.isdecimal():
            return _Node("num", (token,))
        return _Node("id", (token,))


class _Typer:
    """From untyped pieces to wire terms; `context` maps variables to the wire term of their type."""

    def __init__(self, context: dict[str, Wire]) -> None:
        self.context = context

    def kind(self, node: _Node, bound: dict[str, Wire]) -> str:
        """Nat, Int, List, ... or "" where only neighbours can tell."""
        match node.head:
            case "num":
                return ""
            case "cast":
                return "Int"
            case "ascribe":
                return self.wire(node.parts[1], bound)[1]
            case "id":
                declared = bound.get(node.parts[0]) or self.context.get(node.parts[0])
                return str(declared[1]) if declared else ""
            case "app":
                return self.applied_kind(node, bound)
            case "neg":
                return self.kind(node.parts[0], bound) or "Int"
            case "^":
                return self.kind(node.parts[0], bound)
            case _ if node.head in _INFIX and _INFIX[node.head][0] >= 65:
                kinds = [self.kind(part, bound) for part in node.parts]
                return "Int" if "Int" in kinds else next((kind for kind in kinds if kind), "")
            case _:
                return ""

    def applied_kind(self, node: _Node, bound: dict[str, Wire]) -> str:
        head = node.parts[0]
        name = head.parts[0] if head.head == "id" else ""
        declared = bound.get(name) or self.context.get(name)
        if declared is None:
            owner = bound.get(name.split(".")[0]) or self.context.get(name.split(".")[0])
            return str(owner[1]) if owner and "." in name else name.split(".")[0] if "." in name else ""
        for _ in node.parts[1:]:
            if declared[0] != "→":
                return ""
            declared = declared[4]
        return str(declared[1])

    def wire(self, node: _Node, bound: dict[str, Wire], expected: str = "") -> Wire:
        head, parts = node.head, node.parts
        if head == "num":
            return ["#", parts[0], expected or "Nat"]
        if head == "id":
            return self.identifier(parts, bound, expected)
        return self.compound(node, bound, expected)

    def identifier(self, parts: tuple[Any, ...], bound: dict[str, Wire], expected: str) -> Wire:
        name: str = _NAMES.get(parts[0]) or parts[0]
        owner, _, field = str(name).partition(".")
        if field and (owner in bound or owner in self.context):
            kind = (bound.get(owner) or self.context[owner])[1]
            return ["c", f"{kind}.{field}", "", self.wire(_Node("id", (owner,)), bound)]
        if name in bound:
            return ["@", name, ""]
        if name in self.context:
            found: Wire = ["$", name, ""]
            mixed = expected == "Int" and self.context[name][:2] == ["c", "Nat"]
            return ["c", "Nat.cast", "Int", found] if mixed else found
        return ["sort", name, ""] if name in ("Prop", "Type", "Sort") else ["c", name, ""]

    def compound(self, node: _Node, bound: dict[str, Wire], expected: str) -> Wire:
        head, parts = node.head, node.parts
        if head == "app":
            inner = self.wire(parts[0], bound)
            return [*inner, *(self.wire(part, bound, "Nat" if str(inner[1]).startswith("Nat.") else "") for part in parts[1:])]
        if head == "cast":
            return ["c", "Nat.cast", "Int", self.wire(parts[0], bound)]
        if head == "ascribe":
            kind = self.wire(parts[1], bound)[1]
            if kind == "Int" and self.kind(parts[0], bound) == "Nat":
                return ["c", "Nat.cast", "Int", self.wire(parts[0], bound)]
            return self.wire(parts[0], bound, kind)
        if head == "neg":
            kind = expected or self.kind(node, bound)
            return ["c", "Neg.neg", kind, self.wire(parts[0], bound, kind)]
        if head == "¬":
            return ["c", "Not", "", self.wire(parts[0], bound)]
        if head == "bind":
            return self.bind(parts, bound)
        return self.infix(head, parts, bound, expected)

    def bind(self, parts: tuple[Any, ...], bound: dict[str, Wire]) -> Wire:
        kind, name, domain, body = parts
        domain_wire = NAT if domain is None else self.wire(domain, bound)
        inner = self.wire(body, {**bound, name: domain_wire})
        if kind == "∃":
            return ["c", "Exists", str(domain_wire[1]), ["λ", name, "", domain_wire, inner]]
        return ["∀" if kind == "∀" else "λ", name, "", domain_wire, inner]

    def infix(self, head: str, parts: tuple[Any, ...], bound: dict[str, Wire], expected: str) -> Wire:
        level, constant = _INFIX[head]
        if constant == "→":
            return ["→", "", "", *(self.wire(part, bound) for part in parts)]
        if level < 50:
            return ["c", constant, "", *(self.wire(part, bound) for part in parts)]
        if head == "^":
            kind = self.kind(parts[0], bound) or expected or "Nat"
            return ["c", constant, kind, self.wire(parts[0], bound, kind), self.wire(parts[1], bound, "Nat")]
        kinds = [self.kind(part, bound) for part in parts]
        kind = "Int" if "Int" in kinds else next((kind for kind in kinds if kind), expected or "Nat")
        return ["c", constant, kind, *(self.wire(part, bound, kind) for part in parts)]


def goal(*lines: str) -> Goal:
    """The goal with these hypotheses (`names : type`) and target (`⊢ ...`, the last line)."""
    text = "\n".join(lines)
    split = split_goal(text)
    context: dict[str, Wire] = {}
    locals_: list[LocalTerm] = []
    for entry in split.entries:
        wire = _Typer(context).wire(_Reader(entry.type).expression(), {})
        is_prop = _is_prop(wire, context)
        locals_.append(LocalTerm(name=entry.name, accessible="✝" not in entry.name, prop=is_prop, term=wire))
        context[entry.name] = wire
    target = _Typer(context).wire(_Reader(split.target).expression(), {})
    return Goal(text=text, locals=tuple(locals_), target_term=target)


def _is_prop(wire: Wire, context: dict[str, Wire]) -> bool:
    if wire[0] in ("→", "∀"):
        return _is_prop(wire[4], context)
    if wire[0] == "$":
        declared = context[wire[1]]
        while declared[0] == "→":
            declared = declared[4]
        return declared[1] == "Prop"
    return wire[0] == "c" and wire[1] not in ("Nat", "Int", "List", "Bool", "Option", "Prod")


def proposals(move: str, *lines: str) -> list[str]:
    """The tactics that the move of this name proposes for the goal, best first."""
    from prover.symbolic import SymbolicPolicy

    return [candidate.tactic for candidate in SymbolicPolicy().rank(goal(*lines)) if candidate.move == move]
