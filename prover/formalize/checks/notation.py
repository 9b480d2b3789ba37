"""NOTATION: whether a draft makes the signs and names of its statement mean something else than they seem to.

Looks at the commands before the theorem for notation, instances and definitions, and at the elaborated goal for binders that hide a
constant or bring an instance along. A definition under a name of its own is flagged: a person should read it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from prover.formalize.candidate import CheckName, Compiled, Finding
from prover.formalize.checks.trees import Claim, spoken
from prover.formalize.lean_text import defined_names, identifiers, without_comments
from prover.formalize.own_meanings import MEANING_OF_SIGNS
from prover.symbolic.terms import OPERATIONS

# Names that a reader takes for the library's, whatever stands before the last dot; primes and digits at the end do not change that.
_LIBRARY_WORDS = """
    gcd lcm mod emod tmod div ediv tdiv sub add mul pow neg succ pred min max abs natabs toNat sqrt log log2 floor ceil dvd even odd
    prime factorial choose sum prod range coprime cast ofnat lt le nat int rat real complex prop true false not and or iff eq ne
    exists ite id
"""
_LIBRARY = frozenset(_LIBRARY_WORDS.casefold().split())
_SIGNS = frozenset("πℕℤℚℝℂ")  # a number or a set wherever they stand in mathematics
_FUNCTIONS = _LIBRARY | {"pi", "sin", "cos", "tan", "exp"}
_SYMBOLS = "== != <= >= && || ++ :: + - * / % ^ = ≠ < ≤ > ≥ ∣ ∧ ∨ ¬ → ↔ ∀ ∃ ! | ∑ ∏ √ ⌊ ⌋ ⌈ ⌉ ≡ ∈ ∉ ⊆ ∪ ∩ • ∘ $ × ( ) [ ] , :"
_USUAL = frozenset(_SYMBOLS.split())
_NOTATION = re.compile(
    r"^[^\S\n]*(?:@\[[^\]]*\]\s*)?(?:(?:local|scoped)\s+)?(?:notation|infix[lr]?|prefix|postfix)\b(?:(?!\n\S).|\n(?!\S))*", re.M
)
_STRING = re.compile(r'"((?:\\.|[^"\\])*)"')
_INSTANCE = re.compile(r"(?<![\w.\[,«])(?<!\[local )(?<!\[scoped )instance\b(?P<head>(?:(?!:=|\bwhere\b).)*)", re.S)
_INSTANCE_ATTRIBUTE = re.compile(
    r"@\[[^\]]*\b(?:instance|default_instance|coe|match_pattern)\b[^\]]*\]|\battribute\s*\[[^\]]*\b(?:instance|coe)\b[^\]]*\]"
)
_RENAMING = re.compile(r"\b(?:open|export)\b[^\n]*\b(?:renaming|hiding)\b[^\n]*")
_CLASS = re.compile(r"\bclass\s+(?!inductive\b)(?P<head>(?:(?!:=|\bwhere\b|\n\S).)*?\bextends\b(?:(?!:=|\bwhere\b|\n\S).)*)", re.S)
_BY_HAND = re.compile(r"(?<![\w.])@(?=[^\W\d])[\w.]+")
# Types whose arithmetic is that of mathematics, or of a structure that the name tells.
_USUAL_TYPES = frozenset(
    {"", "Nat", "Int", "Rat", "Real", "Complex", "NNReal", "ZMod", "Prop", "Bool", "String", "List", "Set", "Finset"}
)
_MADE_UP = frozenset({"default", "arbitrary", "choice", "choose", "epsilon", "head!", "get!", "getD", "getLast!"})
_ONE_FOR_ALL = frozenset({"Quot", "Quotient", "Squash", "Trunc", "Unit", "PUnit", "True"})
_LIKE_LATIN = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινυ", "ABEZHIKMNOPTYXoivu")
_NO_NAME = re.compile(r"^\d|[^\w.'!?\s]")


def check_notation(compiled: Compiled, claim: Claim) -> Finding:
    """Reject for the first thing that hides what the statement says; flag definitions of the draft's own that it uses."""
    context = without_comments(compiled.statement.context)
    signature = without_comments(compiled.statement.signature.partition(compiled.statement.name)[2])
    hidden = next(_hidden(context, signature, claim), "") or compiled.altered
    if hidden:
        return Finding(CheckName.NOTATION, "reject", hidden)
    used = [*_new_notation(context, signature), *(f"`{name}`" for name in _own_definitions(context, signature))]
    remarks = [f"the draft itself defines {', '.join(used)}: read what it says"] if used else []
    if compiled.needs_context and not used:
        remarks.append("the statement means nothing without the commands before it: read what they say")
    remarks += dict.fromkeys(_doubts(signature, claim))
    return Finding(CheckName.NOTATION, "flag" if remarks else "pass", "; ".join(remarks))


def _doubts(signature: str, claim: Claim) -> Iterator[str]:
    """What a person should look at: hidden arguments written by hand, unusual arithmetic, names that look alike."""
    yield from (f"`{found[0]}` gives arguments by hand that are usually hidden" for found in _BY_HAND.finditer(signature))
    for term in (*claim.terms, *claim.variables.values()):
        for node in term.walk():
            is_arithmetic = node.tag == "number" or (node.tag == "const" and (node.name in OPERATIONS or node.name == "Neg.neg"))
            if is_arithmetic and node.type not in _USUAL_TYPES and node.type not in claim.variables:
                yield f"numbers of type `{node.type}` do not calculate like whole numbers"
            last = node.name.rsplit(".", 1)[-1]
            if node.tag == "const" and last in _MADE_UP:
                yield f"`{node.name}` has a value also where nothing says which"
            if node.tag == "const" and (node.name == "HEq" or (node.name == "Eq" and node.type in _ONE_FOR_ALL)):
                yield "things are compared that may be equal without being the same number"
    seen: dict[str, str] = {}
    for name in dict.fromkeys(_names(claim)):
        alike = seen.setdefault(unicodedata.normalize("NFKC", name).translate(_LIKE_LATIN), name)
        if alike != name:
            yield f"`{alike}` and `{name}` look alike"


def _names(claim: Claim) -> Iterator[str]:
    """Of all variables, free and bound."""
    yield from (spoken(name).strip("«»") for name in claim.variables)
    binders = (node for term in claim.terms for node in term.walk() if node.tag in ("forall", "lambda", "let"))
    yield from (spoken(node.name).strip("«»") for node in binders)


def _hidden(context: str, signature: str, claim: Claim) -> Iterator[str]:
    yield from _instances(context)
    yield from _redefined_signs(context, signature)
    yield from _redefined_names(context, signature)
    yield from (f"`{found[0].strip()}` changes what names mean" for found in _RENAMING.finditer(context))
    yield from _telling_binders(claim)


def _tokens(context: str) -> Iterator[str]:
    """What the notation of a context is written with."""
    for command in _NOTATION.finditer(context):
        head = command[0].partition("=>")[0]
        yield from (token.strip() for token in _STRING.findall(head) if token.strip())


def _is_usual(token: str) -> bool:
    """Whether a reader has a meaning for the token already."""
    return token in _USUAL or token in _SIGNS or token[:1].isdigit() or _plain(token) in _LIBRARY


def _occurs(token: str, signature: str) -> bool:
    if re.fullmatch(r"[\w'.]+", token):
        return re.search(rf"(?<![\w'.]){re.escape(token)}(?![\w'])", signature) is not None
    return token in signature


def _redefined_signs(context: str, signature: str) -> Iterator[str]:
    for token in _tokens(context):
        if _is_usual(token) and _occurs(token, signature):
            yield f"the draft gives `{token}` a meaning of its own, and the statement uses it"


def _new_notation(context: str, signature: str) -> Iterator[str]:
    yield from (f"`{token}`" for token in _tokens(context) if not _is_usual(token) and _occurs(token, signature))


def _plain(name: str) -> str:
    """The last part of a name, as a reader takes it in."""
    return name.rsplit(".", 1)[-1].strip("«»").rstrip("'!?_0123456789₀₁₂₃₄₅₆₇₈₉").casefold()


def _own_definitions(context: str, signature: str) -> tuple[str, ...]:
    """Names of the context's definitions that the statement uses, directly or by way of another."""
    words = set(identifiers(signature)) | {name.rsplit(".", 1)[-1] for name in identifiers(signature)}
    blocks = {defined: _block(context, defined.name) for defined in defined_names(context)}
    used: list[str] = []
    grew = True
    while grew:
        grew = False
        for defined, block in blocks.items():
            if defined.full_name not in used and {defined.name, defined.full_name, defined.name.split(".")[-1]} & words:
                used.append(defined.full_name)
                words |= identifiers(block)
                grew = True
    return tuple(used)


def _block(context: str, name: str) -> str:
    """The text from a name's definition to the next command at the start of a line."""
    found = re.search(rf"\b(?:def|abbrev|structure|inductive|class)\s+{re.escape(name)}((?:(?!\n\S).|\n(?!\S))*)", context, re.S)
    return found[1] if found else ""


def _redefined_names(context: str, signature: str) -> Iterator[str]:
    for name in _own_definitions(context, signature):
        if _plain(name) in _LIBRARY:
            yield f"the draft defines `{name}` itself, which reads like the library's, and the statement uses it"


def _instances(context: str) -> Iterator[str]:
    types = [defined for defined in defined_names(context) if defined.kind in ("structure", "inductive", "class")]
    own = {part for defined in types for part in (defined.name, defined.full_name)}
    for found in _INSTANCE.finditer(context):
        head = " ".join(found["head"].split())
        if not own & identifiers(head.rpartition(":")[2]):
            yield f"`instance {head}` changes what operations of the library's types mean"
    for found in _CLASS.finditer(context):
        if MEANING_OF_SIGNS & identifiers(found["head"].rpartition("extends")[2], parts=True):
            yield f"`class {' '.join(found['head'].split())}` changes what operations of the library's types mean"
    yield from (f"`{found[0].strip()}` changes how terms are read" for found in _INSTANCE_ATTRIBUTE.finditer(context))


def _telling_binders(claim: Claim) -> Iterator[str]:
    """Variables that a reader takes for a constant, and instances among the binders."""
    for name in _names(claim):
        if name in _SIGNS or (_plain(name) in _FUNCTIONS and len(name) > 1):
            yield f"`{name}` is a variable here, and not what the name means elsewhere"
        if _NO_NAME.search(name):
            yield f"`{name}` is the name of a variable, and reads like something else"
    for kind in claim.variables.values():
        if kind.tag == "const" and kind.name.split(".")[-1] in MEANING_OF_SIGNS:
            yield f"an instance of `{kind.name}` is among the binders, so operations may mean anything"
