"""Lean expressions as small trees, for code that looks inside a goal.

The worker sends the explicit structure only: implicit and instance arguments are dropped, numerals are folded,
and the head constant of the first implicit type argument is kept as `type` (so `a % b` over the integers is
`Term("const", "HMod.hMod", "Int", (a, b))`). A tree is a view for heuristics, never something that is proved about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Tag = Literal["const", "local", "bound", "number", "string", "forall", "implies", "lambda", "let", "sort", "meta", "proj", "cut"]


@dataclass(frozen=True, slots=True)
class Term:
    """One node.

    tag      name                       type                          args
    const    the constant               head of its type argument     explicit arguments
    local    the hypothesis' name       ""                            arguments
    bound    the binder's name          ""                            arguments
    number   decimal text               "Nat", "Int", ... or ""       ()
    string   the text                   ""                            ()
    forall   the binder's name          ""                            (domain, body)
    implies  ""                         ""                            (premise, conclusion)
    lambda   the binder's name          ""                            (domain, body)
    let      the binder's name          ""                            (type, value, body)
    sort     "Prop", "Type" or "Sort"   ""                            ()
    proj     the structure              the field's index             (structure value,)
    meta     ""                         ""                            ()   an unassigned metavariable
    cut      ""                         ""                            ()   the tree went on, but was too large to send
    """

    tag: Tag
    name: str
    type: str
    args: tuple[Term, ...]

    def is_app(self, constant: str, arity: int | None = None) -> bool:
        """Whether this is `constant` applied to (exactly `arity`) explicit arguments."""
        return self.tag == "const" and self.name == constant and (arity is None or len(self.args) == arity)

    def walk(self) -> Iterator[Term]:
        """This node and all below it, parents first."""
        stack: list[Term] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.args))

    def locals(self) -> frozenset[str]:
        """Names of the hypotheses and variables that occur."""
        return frozenset(node.name for node in self.walk() if node.tag == "local")


_TAGS: dict[str, Tag] = {
    "$": "local", "@": "bound", "#": "number", '"': "string", "∀": "forall", "→": "implies",
    "λ": "lambda", "let": "let", "sort": "sort", "?": "meta", "proj": "proj", "…": "cut", "c": "const",
}  # fmt: skip


def decode_term(wire: Any) -> Term:
    """Tree of the nested lists `[tag, name, type, *arguments]` that a worker sends. Raises ValueError on any other shape."""
    match wire:
        case [str(tag), str(name), str(kind), *arguments] if tag in _TAGS:
            return Term(_TAGS[tag], name, kind, tuple(decode_term(argument) for argument in arguments))
        case _:
            raise ValueError(f"not a term: {str(wire)[:80]}")
