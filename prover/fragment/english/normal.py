r"""LaTeX and Unicode as a row of pieces that the grammar reads: words, numbers, names, symbols, each with its place in the text.

Promises that every visible character of the text is in a piece, is layout ($, \quad, \left, &), or becomes a piece of kind
"unknown", which no rule reads. Products without a sign (2n, xy, 5(n+1), 2^x3^y) get one. Knows nothing of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import Literal

from prover.fragment.names import GREEK, is_name

Kind = Literal["word", "number", "name", "symbol", "option", "unknown"]

# A product sign that is not in the text, and the place between a name and a parenthesis: f(n) or n(n+1), which only the
# declarations can tell apart.
TIMES, APPLIED = "*", "@"

_LAYOUT = re.compile(
    r"\s+|~|&|\\[ ,;:!]|\\(?:left|right|quad|qquad|displaystyle|limits|bigl|bigr|big)(?![A-Za-z])"
    r"|\\(?:begin|end)\{(?:align|aligned|equation|gather|cases|array)\*?\}|\\item(?![A-Za-z])|[\"“”]|[_^]\{\s*\}"
)
_GROUPED = re.compile(r"\d{1,3}(?:(?:,|\{,\}|\\,)\d{3})+(?!\d)")
_BRACED = re.compile(r"\d{1,3}(?:\{,\}\d{3})+(?!\d)")
_DIGITS = re.compile(r"\d+(?!\d)")
_DECIMAL = re.compile(r"\d+\.\d+")
_WORD = re.compile(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_LITERAL = re.compile(r"\\mathit\s*\{([^{}]*)\}")
_OPERATOR = re.compile(r"\\(?:operatorname|mathrm|text|textrm)\s*\{\s*(gcd|lcm|mod|and|or)\s*\}", re.IGNORECASE)
_BOARD = re.compile(r"\\mathbb\s*\{?\s*([NZ])\s*\}?|\\([NZ])(?![A-Za-z])")
_TEXT = re.compile(r"\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox|emph|bf|rm)\s*\{")
_NEGATED = re.compile(r"\\not\s*(?:\\(equiv|mid)(?![A-Za-z])|(=|\|))")
_MATHEMATICS = re.compile(r"\$\$|\$|\\\[|\\\]|\\\(|\\\)")

_WORDS_IN_MATHEMATICS = ("gcd", "lcm", "mod", "and", "or")

_COMMANDS = {
    "equiv": "≡", "mid": "∣", "vert": "∣", "nmid": "∤", "cdot": "*", "times": "*", "ast": "*", "le": "≤", "leq": "≤",
    "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "neq": "≠", "ne": "≠", "lt": "<", "gt": ">", "div": "÷", "neg": "¬",
    "lnot": "¬", "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "to": "→", "rightarrow": "→", "implies": "→",
    "Rightarrow": "→", "Longrightarrow": "→", "iff": "↔", "Leftrightarrow": "↔", "leftrightarrow": "↔", "forall": "∀",
    "exists": "∃", "in": "∈", "dotminus": "∸", "frac": "frac", "dfrac": "frac", "tfrac": "frac", "mod": "mod", "bmod": "bmod",
    "gcd": "gcd", "lcm": "lcm", "lfloor": "⌊", "rfloor": "⌋",
}  # fmt: skip
_CHARACTERS = {
    "≡": "≡", "≢": "≢", "∣": "∣", "|": "∣", "∤": "∤", "·": "*", "⋅": "*", "×": "*", "*": "*", "≤": "≤", "≥": "≥", "≠": "≠",
    "<": "<", ">": ">", "=": "=", "+": "+", "-": "-", "−": "-", "–": "-", "/": "/", "÷": "÷", "^": "^", "_": "_", "(": "(",
    ")": ")", "[": "(", "]": ")", "¬": "¬", "∧": "∧", "∨": "∨", "→": "→", "⇒": "→", "⟹": "→", "↔": "↔", "⇔": "↔", "⟺": "↔",
    "∀": "∀", "∃": "∃", "∈": "∈", "ℕ": "ℕ", "ℤ": "ℤ", "∸": "∸", "⌊": "⌊", "⌋": "⌋",
    ",": ",", ".": ".", "?": "?", ";": ";", ":": ":",
}  # fmt: skip
_PAIRS = {"<=": "≤", ">=": "≥", "!=": "≠", "->": "→", "=>": "→"}
_SUPERSCRIPTS = {"²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9"}
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_FRACTIONS = ("frac", "dfrac", "tfrac")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: what the grammar sees, and the half-open range of the text that it stands for (empty for a product sign put in).

    `mathematics` counts the stretches of mathematics from 1; 0 = in words.
    """

    kind: Kind
    text: str
    start: int
    end: int
    mathematics: int = 0
    is_capital: bool = False


def pieces(text: str, vocabulary: Set[str]) -> tuple[Piece, ...]:
    """The pieces of a text. `vocabulary` are the words that the grammar knows, in lower case."""
    found = list(_options(list(_Scanner(text).scan())))
    return tuple(_with_products(list(_products_in_words(found, vocabulary, "$" in text or "\\(" in text))))


class _Scanner:
    """One pass over the text; `_closers` says what each open brace stands for when it closes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._mathematics = 0
        self._stretches = 0
        self._closers: list[tuple[str, int]] = []
        self._parentheses = 0
        self._fraction_groups = 0

    def scan(self) -> Iterator[Piece]:
        while self._at < len(self._text):
            yield from self._next()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self._text, self._at)

    def _piece(self, kind: Kind, text: str, length: int, *, is_capital: bool = False) -> Piece:
        piece = Piece(kind, text, self._at, self._at + length, self._mathematics, is_capital)
        self._at += length
        return piece

    def _next(self) -> Iterator[Piece]:
        if match := self._match(_LAYOUT):
            self._at = match.end()
        elif match := self._match(_MATHEMATICS):
            opens = match.group() in ("\\[", "\\(") or (match.group().startswith("$") and not self._mathematics)
            self._stretches += opens
            self._mathematics = self._stretches if opens else 0
            self._at = match.end()
        elif (
            self._text[self._at].isdigit() and self._text[self._at] not in _SUPERSCRIPTS and self._text[self._at] not in _SUBSCRIPTS
        ):
            yield self._number()
        elif self._text.startswith("\\", self._at):
            yield from self._latex()
        elif self._text[self._at] in "{}":
            yield from self._brace()
        elif match := self._match(_WORD):
            yield from self._letters(match)
        else:
            yield from self._character()

    def _number(self) -> Piece:
        if match := self._match(_DECIMAL):
            return self._piece("unknown", match.group(), len(match.group()))
        # In gcd(120,168) the comma is no thousands separator.
        match = self._match(_BRACED if self._parentheses else _GROUPED) or self._match(_DIGITS)
        if match is None or not match.group()[0].isascii():
            return self._piece("unknown", self._text[self._at], 1)
        return self._piece("number", re.sub(r"\D", "", match.group()), len(match.group()))

    def _letters(self, match: re.Match[str]) -> Iterator[Piece]:
        run = match.group()
        if self._mathematics:
            word = re.match(r"[A-Za-z]+", run)
            letters = word.group() if word else run
            if letters.lower() in _WORDS_IN_MATHEMATICS:
                yield self._piece("word", letters.lower(), len(letters))
            else:
                for letter in letters:
                    yield self._piece("name", letter, 1)
        elif len(run) == 1 and run not in "aA":
            yield self._piece("name", run, 1)
        else:
            yield self._piece("word", run.lower().replace("’", "'"), len(run), is_capital=run[0].isupper())

    def _latex(self) -> Iterator[Piece]:
        if self._text.startswith("\\\\", self._at):
            yield self._piece("symbol", "\\\\", 2)
        elif match := self._match(_OPERATOR):
            yield self._piece("word", match.group(1).lower(), len(match.group()))
        elif match := self._match(_LITERAL):
            yield self._piece("name" if is_name(match.group(1)) else "unknown", match.group(1), len(match.group()))
        elif match := self._match(_BOARD):
            yield self._piece("symbol", "ℕ" if "N" in match.groups() else "ℤ", len(match.group()))
        elif match := self._match(_NEGATED):
            negated = {"equiv": "≢", "mid": "∤", "=": "≠", "|": "∤"}[match.group(1) or match.group(2)]
            yield self._piece("symbol", negated, len(match.group()))
        elif match := self._match(_TEXT):
            self._at = match.end()
            self._closers.append(("", self._mathematics))
            self._mathematics = 0
        elif match := self._match(_COMMAND):
            yield from self._command(match.group(1))
        else:
            yield self._piece("unknown", self._text[self._at : self._at + 2], len(self._text[self._at : self._at + 2]))

    def _command(self, command: str) -> Iterator[Piece]:
        length = len(command) + 1
        if command in ("pmod", "pod"):
            yield self._piece("symbol", "(", 0)
            yield self._piece("word", "mod", length)
            group = re.compile(r"\s*\{").match(self._text, self._at)
            if group:
                self._at = group.end()
                self._closers.append((")", self._mathematics))
            else:
                for _ in range(self._text[self._at : self._at + 1].isspace()):
                    self._at += 1
                if self._at < len(self._text):
                    yield from self._next()
                yield self._piece("symbol", ")", 0)
        elif command in GREEK:
            yield self._piece("name", GREEK[command], length)
        elif command in _COMMANDS:
            self._fraction_groups += 2 * (command in _FRACTIONS)
            kind: Kind = "word" if _COMMANDS[command].isalpha() else "symbol"
            yield self._piece(kind, _COMMANDS[command], length)
        else:
            yield self._piece("unknown", "\\" + command, length)

    def _brace(self) -> Iterator[Piece]:
        if self._text[self._at] == "{":
            is_fraction = self._fraction_groups > 0
            self._fraction_groups -= is_fraction
            self._closers.append(("}" if is_fraction else ")", self._mathematics))
            yield self._piece("symbol", "{" if is_fraction else "(", 1)
        elif not self._closers:
            yield self._piece("unknown", "}", 1)
        else:
            closer, mathematics = self._closers.pop()
            if closer:
                yield self._piece("symbol", closer, 1)
            else:
                self._at += 1
            self._mathematics = mathematics

    def _character(self) -> Iterator[Piece]:
        character = self._text[self._at]
        if (pair := self._text[self._at : self._at + 2]) in _PAIRS:
            yield self._piece("symbol", _PAIRS[pair], 2)
        elif character in _SUPERSCRIPTS or character in _SUBSCRIPTS:
            yield self._piece("symbol", "^" if character in _SUPERSCRIPTS else "_", 0)
            yield self._piece("number", {**_SUPERSCRIPTS, **_SUBSCRIPTS}[character], 1)
        elif character in _CHARACTERS:
            self._parentheses = max(0, self._parentheses + (character in "([") - (character in ")]"))
            yield self._piece("symbol", _CHARACTERS[character], 1)
        elif character in GREEK.values():
            yield self._piece("name", character, 1)
        else:
            yield self._piece("unknown", character, 1)


def _options(found: list[Piece]) -> Iterator[Piece]:
    """(A), (B), ... as options of a multiple choice, if there are at least A and B."""
    starts = {index for index in range(len(found) - 2) if _is_option(found[index : index + 3])}
    if not {"A", "B"} <= {found[start + 1].text.upper() for start in starts}:
        starts.clear()
    skipped = {index for start in starts for index in (start + 1, start + 2)}
    for index, piece in enumerate(found):
        if index in starts:
            yield Piece("option", found[index + 1].text.upper(), piece.start, found[index + 2].end)
        elif index not in skipped:
            yield piece


def _is_option(three: list[Piece]) -> bool:
    opening, letter, closing = three
    is_letter = (letter.kind == "name" and letter.text in "ABCDE") or (letter.text == "a" and letter.is_capital)
    return opening.text == "(" and is_letter and closing.text == ")"


def _products_in_words(found: list[Piece], vocabulary: Set[str], has_marks: bool) -> Iterator[Piece]:
    """A short unknown word whose letters all stand alone elsewhere in the text is their product: xy, where x and y are named."""
    names = {piece.text for piece in found if piece.kind == "name"}
    if not has_marks and any(piece.kind == "word" and piece.text == "a" for piece in found):
        names.add("a")
    for piece in found:
        if piece.kind == "word" and len(piece.text) <= 3 and piece.text not in vocabulary and set(piece.text) <= names:
            for offset, letter in enumerate(piece.text):
                yield Piece("name", letter, piece.start + offset, piece.start + offset + 1, piece.mathematics)
        else:
            yield piece


def _with_products(found: list[Piece]) -> Iterator[Piece]:
    for index, piece in enumerate(found):
        if index and (sign := _sign_between(found, index)):
            yield Piece("symbol", sign, piece.start, piece.start, piece.mathematics)
        if piece.text != "\\\\":
            yield piece
        elif index and found[index - 1].text not in (",", ".", "and"):
            yield replace(piece, text=",")


def _sign_between(found: list[Piece], index: int) -> str:
    """The sign to put before the piece at `index`: "" for none."""
    before, after = found[index - 1], found[index]
    is_next = before.end == after.start or (before.mathematics == after.mathematics != 0)
    ends = before.kind in ("number", "name") or before.text in (")", "⌋")
    starts = after.kind == "name" or (after.text in ("(", "⌊") and not _opens_modulus(found, index))
    starts = starts or (after.kind == "number" and before.kind != "number") or (after.mathematics and after.text in ("gcd", "lcm"))
    if not (is_next and ends and starts) or after.text == "_":
        return ""
    is_raised = index >= 2 and found[index - 2].text in ("^", "_")
    return APPLIED if before.kind == "name" and after.text == "(" and not is_raised else TIMES


def _opens_modulus(found: list[Piece], index: int) -> bool:
    return index + 1 < len(found) and found[index + 1].text in ("mod", "modulo", "bmod")
