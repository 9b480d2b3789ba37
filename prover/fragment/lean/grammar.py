"""The grammar of Lean statements that can be put into words, and the trees that it gives.

Owns Lean's syntax: names, precedences, comments, the two ways to write a symbol. Knows nothing of what it means: a tree may be
ill-typed or name what is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from prover.fragment.meaning import Quantifier, Sort

if TYPE_CHECKING:
    from lark import Token, Tree
    from lark.exceptions import UnexpectedInput

    Node = Tree[Token] | Token

# A quantifier takes all that follows: the parser shifts where it could also stop, which is Lean's rule too.
_GRAMMAR = r"""
start: (THEOREM NAME | EXAMPLE) binder* ":" expr (":=" (BY SORRY? | SORRY))?
binder: "(" NAME+ ":" (kind | expr) ")" | "{" NAME+ ":" kind "}"
kind: TYPE (ARROW TYPE)?
?expr: imp | imp IFF imp                                   -> infix
?imp: disj | disj ARROW imp                                -> infix
?disj: conj | conj OR disj                                 -> infix
?conj: neg | neg AND conj                                  -> infix
?neg: compare | "¬" neg                                    -> negation
    | QUANTIFIER group "," expr                            -> quantified
    | QUANTIFIER ("(" group ")")+ "," expr                 -> quantified
    | QUANTIFIER NAME RELATION sum "," expr                -> bounded
group: NAME+ (":" TYPE)?
?compare: sum | sum RELATION sum                           -> infix
?sum: product | sum (PLUS | MINUS) product                 -> infix
?product: signed | product (STAR | SLASH | PERCENT) signed -> infix
?signed: power | "-" signed                                -> minus
?power: call | call CARET signed                           -> infix
?call: atom | NAME atom+                                   -> call
?atom: NUMBER                                              -> numeral
    | NAME                                                 -> name
    | "↑" atom                                             -> lifted
    | "(" expr ")"
    | "(" expr ":" TYPE ")"                                -> typed
THEOREM.3: /(theorem|lemma)\b/
EXAMPLE.3: /example\b/
BY.3: /by\b/
SORRY.3: /sorry\b/
TYPE.2: /(ℕ|ℤ|Nat|Int)(?![\w.'])/
NAME: /[^\W\d][\w']*(\.[^\W\d][\w']*)*/
NUMBER: /\d+(?![\w.])/
QUANTIFIER: "∀" | "∃"
RELATION: "=" | "≠" | "<" | "≤" | "<=" | ">" | "≥" | ">=" | "∣"
IFF: "↔" | "<->"
ARROW: "→" | "->"
OR: "∨" | "\\/"
AND: "∧" | "/\\"
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
PERCENT: "%"
CARET: "^"
COMMENT: /--[^\n]*/ | /\/-(.|\n)*?-\//
%ignore COMMENT
%ignore /\s+/
"""
_WRITTEN_OTHERWISE = {"<=": "≤", ">=": "≥", "<->": "↔", "->": "→", "\\/": "∨", "/\\": "∧"}


class NotInGrammar(Exception):
    """The text does not follow the grammar; the message says where it stops to."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """Digits."""

    value: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name by itself, perhaps with dots."""

    name: str


@dataclass(frozen=True, slots=True)
class Called:
    """A name applied to arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """A sign before a term."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Negated:
    """`¬` before a formula."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Infix:
    """An operation, relation or connective, in the sign that Lean prints."""

    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Lifted:
    """`↑term`."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Typed:
    """`(term : sort)`."""

    inner: Expression
    sort: Sort


@dataclass(frozen=True, slots=True)
class Bound:
    """A quantifier over one variable; `sort` None: not written, Lean finds it out."""

    quantifier: Quantifier
    name: str
    sort: Sort | None
    inner: Expression


Expression = Numeral | Named | Called | Minus | Negated | Infix | Lifted | Typed | Bound


@dataclass(frozen=True, slots=True)
class Variables:
    """Binders of numbers (one sort) or of sequences (two: of the index, of the values)."""

    names: tuple[str, ...]
    kind: tuple[Sort, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Binder of a hypothesis; several names are several times the same."""

    names: tuple[str, ...]
    formula: Expression


@dataclass(frozen=True, slots=True)
class Signature:
    """A theorem, lemma or example, its name and proof left out."""

    binders: tuple[Variables | Fact, ...]
    conclusion: Expression


def parse_signature(text: str) -> Signature:
    """The tree of one theorem without proof (`:= by`, `sorry` and comments may be there). Raises NotInGrammar."""
    from lark.exceptions import UnexpectedInput

    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise NotInGrammar(_where(error, text)) from error
    parts = [part for part in tree.children if not _is_token(part)]
    binders = tuple(_binder(cast("Tree[Token]", part)) for part in parts[:-1])
    return Signature(binders, _expression(parts[-1]))


class _Parser(Protocol):
    """What is used of the library's parser, in types that it does not have itself."""

    def parse(self, text: str) -> Tree[Token]: ...


@cache
def _parser() -> _Parser:
    from lark import Lark

    return cast(_Parser, Lark(_GRAMMAR, parser="lalr"))


def _where(error: UnexpectedInput, text: str) -> str:
    from lark.exceptions import UnexpectedToken

    if isinstance(error, UnexpectedToken) and cast("Token", error.token).type == "$END":
        return "the statement ends too early"
    position = error.pos_in_stream or 0
    return f"not in the fragment from here on: {text[position : position + 40].splitlines()[0].strip()}"


# -- trees --------------------------------------------------------------------------------------------------------------------


def _is_token(node: Node) -> bool:
    from lark import Token

    return isinstance(node, Token)


def _words(nodes: Sequence[Node], kind: str) -> list[str]:
    """The tokens of one kind."""
    return [str(node) for node in nodes if _is_token(node) and cast("Token", node).type == kind]


def _binder(tree: Tree[Token]) -> Variables | Fact:
    names, bound = tuple(_words(tree.children, "NAME")), cast("Tree[Token]", tree.children[-1])
    if bound.data == "kind":
        return Variables(names, tuple(_sort(word) for word in _words(bound.children, "TYPE")))
    return Fact(names, _expression(bound))


def _sort(word: str) -> Sort:
    return "ℕ" if word in ("ℕ", "Nat") else "ℤ"


def _expression(node: Node) -> Expression:
    tree = cast("Tree[Token]", node)
    parts = tree.children
    match tree.data:
        case "numeral":
            return Numeral(int(str(parts[0])))
        case "name":
            return Named(str(parts[0]))
        case "call":
            return Called(str(parts[0]), tuple(map(_expression, parts[1:])))
        case "minus":
            return Minus(_expression(parts[0]))
        case "negation":
            return Negated(_expression(parts[0]))
        case "lifted":
            return Lifted(_expression(parts[0]))
        case "typed":
            return Typed(_expression(parts[0]), _sort(str(parts[1])))
        case "infix":
            sign = str(parts[1])
            return Infix(_WRITTEN_OTHERWISE.get(sign, sign), _expression(parts[0]), _expression(parts[2]))
        case _:
            return _bound(tree)


def _bound(tree: Tree[Token]) -> Expression:
    """`∀ x y : ℕ, P` as two quantifiers; `∀ n ≥ 3, P` as `∀ n, n ≥ 3 → P`, and `∃ n ≥ 3, P` as `∃ n, n ≥ 3 ∧ P`."""
    parts, quantifier = tree.children, cast("Quantifier", str(tree.children[0]))
    inner = _expression(parts[-1])
    if tree.data == "bounded":
        name, sign = str(parts[1]), str(parts[2])
        bound = Infix(_WRITTEN_OTHERWISE.get(sign, sign), Named(name), _expression(parts[3]))
        return Bound(quantifier, name, None, Infix("→" if quantifier == "∀" else "∧", bound, inner))
    for group in reversed([cast("Tree[Token]", part).children for part in parts[1:-1]]):
        sorts = _words(group, "TYPE")
        for name in reversed(_words(group, "NAME")):
            inner = Bound(quantifier, name, _sort(sorts[0]) if sorts else None, inner)
    return inner
