"""Cuts Lean text into commands without a Lean worker: comments, strings and brackets are understood, nothing else is.

Owns a scanner that is good enough for files of statements, and fast enough for a hundred thousand of them. It never decides what a
text means, nor whether it is Lean at all: that is the reading of the statement by Lean (`lean_env.reading`) later on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADER_KEYWORDS = frozenset({"import", "set_option", "open"})
_NAMED = frozenset(
    {*("theorem", "lemma", "def", "abbrev", "structure", "inductive", "class", "axiom", "opaque"), *("namespace", "section", "end")}
)

_MODIFIERS = r"(?:(?:private|protected|noncomputable|nonrec|partial|unsafe|public|meta)\s+)*"
_ATTRIBUTE = r"(?:@\[[^\]\n]*\]\s*)"
_IN = r"(?:(?:open|set_option)[ \t][^\n]*?[ \t]in[ \t]+)"
_COMMAND = re.compile(
    rf"^(?:[ \t]*{_IN}*{_ATTRIBUTE}*{_MODIFIERS}"
    r"(?P<declares>theorem|lemma|def|abbrev|instance|structure|inductive|class|axiom|opaque|example)\b"
    rf"|{_MODIFIERS}(?P<word>import|set_option|open|namespace|section|end|universe|variable|notation|infix[lr]?|prefix|postfix|macro|macro_rules|syntax"
    r"|elab|elab_rules|attribute|export|mutual|initialize|deriving|include|omit|local|scoped|run_cmd|module|prelude)\b"
    rf"|(?P<hash>\#\w+)|(?P<alone>{_ATTRIBUTE}+$|(?:private|protected|noncomputable)\b))",
    re.MULTILINE,
)
_NAME = re.compile(r"\s+((?:«[^»\n]*»|[^\s(){}\[\]⦃⦄:,«»])+)")
_COMMENT = re.compile(r"/-|--|\"|'\\?\"'")  # the last is a character, which opens no string
_EDGE = re.compile(r"/-|-/")
_STRING_END = re.compile(r"(?:[^\"\\]|\\.)*+\"", re.DOTALL)
_NOT_BLANK = re.compile(r"[^\n]")
_TOKEN = re.compile(r"[(\[{⟨⦃⟦⌊⌈)\]}⟩⦄⟧⌋⌉]|:=|\b(?:let|letI|have|haveI|let_fun)\b")
_OPENING, _CLOSING = frozenset("([{⟨⦃⟦⌊⌈"), frozenset(")]}⟩⦄⟧⌋⌉")
_TERMINATED_BY_IN = re.compile(r"\bin\Z")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text and its mask, of the same length: comments are blank, strings full of x. `docs` are the doc comments (start, end)."""

    text: str
    mask: str
    docs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One command. `keyword` is the word it is named by ("theorem", "open", "#eval"); `name` what it declares, or opens or closes.

    Offsets in the text: `start` is that of its doc comment if it has one, `head` that of the command without it, `end` excludes
    comments after it.
    """

    keyword: str
    name: str
    start: int
    head: int
    end: int


def masked(text: str) -> Masked:
    """The text with comments (which nest) and strings masked. A comment or string that does not end goes on to the end."""
    if "/-" not in text and "--" not in text and '"' not in text:
        return Masked(text, text, ())
    parts: list[str] = []
    docs: list[tuple[int, int]] = []
    at = 0
    while (found := _COMMENT.search(text, at)) is not None:
        start = found.start()
        parts.append(text[at:start])
        match found[0]:
            case "--":
                end = text.find("\n", start)
                end = len(text) if end < 0 else end
            case "/-":
                end = _comment_end(text, start)
                if text.startswith("/--", start) and end > start + 4:
                    docs.append((start, end))
            case '"':
                closing = _STRING_END.match(text, start + 1)
                end = closing.end() if closing else len(text)
            case _:
                end = found.end()
        filler = " " if found[0] in ("--", "/-") else "x"
        parts.append(_NOT_BLANK.sub(filler, text[start:end]))
        at = end
    parts.append(text[at:])
    return Masked(text, "".join(parts), tuple(docs))


def pieces(source: Masked) -> list[Piece]:
    """The commands of a text, in order. What stands before the first is left out."""
    found: list[tuple[str, str, int]] = []
    for match in _COMMAND.finditer(source.mask):
        keyword = match["declares"] or match["word"] or match["hash"] or ""
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        if found and _goes_on(found[-1], source.mask, start):
            start = found.pop()[2]
        name = _NAME.match(source.mask, match.end()) if keyword in _NAMED else None
        found.append((keyword, source.text[name.start(1) : name.end(1)].rstrip(".") if name else "", start))
    heads = [head for _, _, head in found]
    result: list[Piece] = []
    docs = list(source.docs)
    for number, (keyword, name, head) in enumerate(found):
        begin = heads[number - 1] if number else 0
        start = next((a for a, b in reversed(docs) if begin <= a < b <= head and not source.mask[b:head].strip()), head)
        limit = heads[number + 1] if number + 1 < len(heads) else len(source.text)
        end = head + len(source.mask[head:limit].rstrip())
        result.append(Piece(keyword, name, start, head, end))
    return result


def header_end(commands: list[Piece]) -> int:
    """How many of the first commands are imports, options and opens, not counting an `open ... in` and the like."""
    for number, piece in enumerate(commands):
        if piece.keyword not in HEADER_KEYWORDS:
            return number
    return len(commands)


def proof_start(source: Masked, theorem: Piece) -> int:
    """Offset of the `:=` before the proof of a theorem, or where the theorem ends if it has none.

    The `:=` of a default value stands in brackets, that of a `let` in the statement after its `let`.
    """
    only = source.mask.find(":=", theorem.head, theorem.end)
    if only < 0:
        return theorem.end
    if source.mask[only + 2 : theorem.end].strip() in ("", "by", "sorry", "by sorry"):
        return only  # the way most rows end; what follows is for the others
    depth, bindings = 0, 0
    for token in _TOKEN.finditer(source.mask, theorem.head, theorem.end):
        word = token[0]
        if word in _OPENING:
            depth += 1
        elif word in _CLOSING:
            depth -= 1
        elif depth <= 0 and word == ":=":
            if not bindings:
                return token.start()
            bindings -= 1
        elif depth <= 0 and word != ":=":
            bindings += 1
    return theorem.end


def doc_text(comment: str) -> str:
    """The words of a doc comment, without its marks; other text as it is, without blanks around it."""
    comment = comment.strip()
    if comment.startswith("/-") and comment.endswith("-/"):
        comment = comment[2:-2].removeprefix("-").removeprefix("!")
    return comment.strip()


def _comment_end(text: str, start: int) -> int:
    depth, at = 0, start
    while (edge := _EDGE.search(text, at)) is not None:
        depth += 1 if edge[0] == "/-" else -1
        at = edge.end()
        if depth == 0:
            return at
    return len(text)


def _goes_on(last: tuple[str, str, int], mask: str, start: int) -> bool:
    """Whether the command that starts here is still the last one: after `open ... in`, or after attributes of their own line."""
    keyword, _, begun = last
    return not keyword or _TERMINATED_BY_IN.search(mask[begun:start].rstrip()) is not None
