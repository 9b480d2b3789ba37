"""Mathematical English: sentence by sentence through a grammar, then one meaning for the whole text.

Earley, since English needs more than one token to know where a phrase ends, and since its forest holds every reading: a sentence
with two that differ is refused with both, never settled by the order of rules. No word is skipped: a piece that no rule reads at
its place is where the refusal points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING, cast

from prover.fragment.canonical import canonical
from prover.fragment.english.composing import compose
from prover.fragment.english.normal import Piece, pieces
from prover.fragment.english.readings import MAX_READINGS, Senseless, TooManyReadings, readings
from prover.fragment.english.sorting import settle
from prover.fragment.english.spoken import Acts
from prover.fragment.meaning import Meaning
from prover.fragment.understanding import NotUnderstood, Understood
from prover.number_words import VALUES

if TYPE_CHECKING:
    from lark import Lark, Token

# What is longer is no problem in words, and an ambiguous sentence takes the cube of its length.
MAX_PIECES = 200
MAX_SENTENCES = 60
# Each can end anywhere, so that a row of them has more readings than can be looked through.
_OPERATIONS = frozenset({"times", "plus", "minus", "mod", "modulo", "increased", "decreased", "multiplied", "more", "less"})
MAX_OPERATIONS = 16
_NUMBER_WORDS = {word: str(value) for word, value in VALUES.items() if 0 < value <= 20}
# Kinds of words in a refusal, the most telling first, and words that only they start with.
_EXPECTED: tuple[tuple[str, frozenset[str]], ...] = (
    ("an expression (“n + 1”, “the sum of ...”)", frozenset({"expression"})),
    ("a number or a variable", frozenset({"symbol"})),
    ("a verb (“is”, “divides”, “leaves”)", frozenset({"is", "divides", "leaves", "equals"})),
    ("a kind of number (“positive integer”)", frozenset({"integer", "integers"})),
    ("a question or “show that”", frozenset({"find", "what", "show", "compute"})),
    ("a condition (“if ...”, “such that ...”, “for all ...”)", frozenset({"if", "such", "when", "for"})),
    ("an operation (“plus”, “times”)", frozenset({"plus", "times", "minus"})),
    ("“and”", frozenset({"and"})),
    ("“by”", frozenset({"by"})),
    ("“than”", frozenset({"than"})),
)
_ENDS = (".", "?", ";")
_STARTERS = ("show", "prove")


def read_mathematics(text: str) -> Understood | NotUnderstood:
    """The meaning of a text by the mathematical grammar alone."""
    try:
        return _read(text)
    except RecursionError:
        return NotUnderstood("phrases are nested too deep", text[:57] + "...", 1)


def _read(text: str) -> Understood | NotUnderstood:
    found = pieces(text, vocabulary())
    said: list[tuple[Acts, ...]] = []
    sentences = list(_sentences(found))
    if not sentences:
        return NotUnderstood("there is no sentence", text[:40], 1)
    if len(sentences) > MAX_SENTENCES:
        return _refusal(text, sentences[MAX_SENTENCES][0], sentences[-1][-1], f"more than {MAX_SENTENCES} sentences are not read")
    for sentence in sentences:
        if len(sentence) > MAX_PIECES:
            return _refusal(text, sentence[MAX_PIECES], sentence[-1], "this sentence is too long")
        operations = [piece for piece in sentence if piece.kind == "word" and piece.text in _OPERATIONS]
        if len(operations) > MAX_OPERATIONS:
            message = f"more than {MAX_OPERATIONS} operations in words are not read in one sentence; signs are"
            return _refusal(text, operations[MAX_OPERATIONS], sentence[-1], message)
        read = _read_sentence(text, sentence, has_marks="$" in text or "\\(" in text or "\\[" in text)
        if isinstance(read, NotUnderstood):
            return read
        said.append(read)
    return _whole(text, said, sentences)


def vocabulary() -> frozenset[str]:
    """Every word that the grammar or the numerals know, in lower case."""
    return frozenset(_terminals()) | frozenset(_NUMBER_WORDS) | {"a"}


# --- Sentences.


def _sentences(found: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The sentences, without their ends. "Show" and options start one even where no full stop is."""
    sentence: list[Piece] = []
    for piece in _with_ends_outside(found):
        is_start = piece.kind == "word" and piece.text in _STARTERS and piece.is_capital
        is_first_option = piece.kind == "option" and piece.text == "A" and sentence[-1:] != [] and sentence[-1].text != "is"
        if sentence and (is_start or is_first_option):
            yield sentence
            sentence = []
        if piece.kind == "symbol" and piece.text in _ENDS:
            if sentence:
                yield sentence
            sentence = []
        else:
            sentence.append(piece)
    if sentence:
        yield sentence


def _with_ends_outside(found: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, with a full stop before a closing parenthesis put after it."""
    held: Piece | None = None
    for piece in found:
        if held is not None and piece.text == ")":
            yield piece
            yield held
            held = None
            continue
        if held is not None:
            yield held
            held = None
        if piece.text in _ENDS:
            held = piece
        else:
            yield piece
    if held is not None:
        yield held


def _read_sentence(text: str, sentence: Sequence[Piece], *, has_marks: bool) -> tuple[Acts, ...] | NotUnderstood:
    from lark.exceptions import UnexpectedEOF, UnexpectedToken

    unknown = next((piece for piece in sentence if piece.kind == "unknown"), None)
    tokens = [_token(piece, at, has_marks=has_marks) for at, piece in enumerate(sentence)]
    try:
        return readings(_grammar().parse(cast(str, tokens)))  # pyright: ignore[reportUnknownMemberType]  # lark leaves its text open
    except UnexpectedToken as unexpected:
        at = cast(int, unexpected.token.start_pos)
        return _refusal(text, sentence[at], sentence[-1], _could_stand(unexpected.accepts or unexpected.expected), unknown)
    except UnexpectedEOF as unexpected:
        message = "the sentence ends too early; " + _could_stand(set(unexpected.expected))
        return _refusal(text, sentence[-1], sentence[-1], message)
    except Senseless as senseless:
        return _refusal(text, sentence[0], sentence[-1], str(senseless))
    except TooManyReadings:
        return _refusal(text, sentence[0], sentence[-1], "this can be read in many ways")


def _whole(text: str, said: list[tuple[Acts, ...]], sentences: list[list[Piece]]) -> Understood | NotUnderstood:
    from prover.fragment.english.wording import worded

    found: dict[Meaning, tuple[str, ...]] = {}
    has_congruences = any(piece.text in ("≡", "≢", "congruent") for sentence in sentences for piece in sentence)
    failure = "nothing can be made of the text"
    for count, way in enumerate(product(*said)):
        if count >= MAX_READINGS:
            return _refusal(text, sentences[0][0], sentences[-1][-1], "the text can be read in many ways")
        try:
            draft = compose([act for acts in way for act in acts.acts])
            draft.has_congruences = has_congruences
            meaning, notes = settle(draft)
            meaning = canonical(meaning)
            # The same meaning with and without a convention: what the text says itself needs none.
            found[meaning] = min(found.get(meaning, notes), notes, key=len)
        except Senseless as senseless:
            failure = str(senseless)
    if not found:
        return _refusal(text, sentences[-1][0], sentences[-1][-1], failure)
    if len(found) > 1:
        first, second = list(found)[:2]
        several = next((sentence for sentence, ways in zip(sentences, said, strict=True) if len(ways) > 1), sentences[0])
        return _refusal(text, several[0], several[-1], f"two readings: “{worded(first)}” and “{worded(second)}”")
    meaning, notes = next(iter(found.items()))
    return Understood(meaning, notes)


def _refusal(text: str, first: Piece, last: Piece, message: str, unknown: Piece | None = None) -> NotUnderstood:
    if unknown is not None and unknown.start == first.start:
        message = "this sign or word is not known here"
    excerpt = text[first.start : max(last.end, first.end)]
    if len(excerpt) > 60:
        excerpt = excerpt[:57] + "..."
    return NotUnderstood(message, excerpt, first.start + 1)


def _could_stand(expected: set[str]) -> str:
    """What could go on here: at most three kinds of words, and single words only where there is no kind for them."""
    names = {name: word for word, name in _terminals().items()}
    words = {names[name] for name in expected if name in names and names[name].isalpha()}
    if "NUMERAL" in expected or "IDENTIFIER" in expected:
        words.add("expression" if "the" in words else "symbol")
    kinds = [kind for kind, signs in _EXPECTED if words & signs]
    known = {word for _, signs in _EXPECTED for word in signs}
    shown = (kinds or [f"“{word}”" for word in sorted(words - known)])[:3]
    if not shown:
        return "the sentence should end here"
    return f"here could stand {', '.join(shown[:-1])}{' or ' if len(shown) > 1 else ''}{shown[-1]}"


# --- The grammar.


def _token(piece: Piece, at: int, *, has_marks: bool) -> Token:
    from lark import Token

    kinds = {"number": "NUMERAL", "name": "IDENTIFIER", "option": "CHOICE"}
    text = piece.text
    if piece.kind in kinds:
        kind = kinds[piece.kind]
    elif piece.kind == "word" and text in _NUMBER_WORDS:
        kind, text = "NUMERAL", _NUMBER_WORDS[text]
    elif piece.kind == "word" and text == "a" and piece.is_capital and at > 0:
        kind, text = "IDENTIFIER", "A"
    elif piece.kind == "word" and text == "a" and not has_marks:
        kind = "_A"
    elif piece.kind == "unknown":
        kind = "UNKNOWN"
    else:
        kind = _terminals().get(text, "UNKNOWN")
    return Token(kind, text, start_pos=at)


@cache
def _grammar() -> Lark:
    from lark import Lark
    from lark.lexer import Lexer

    class Pieces(Lexer):
        """The tokens are there already."""

        def __init__(self, lexer_conf: object) -> None:
            del lexer_conf

        def lex(self, lexer_state: object, parser_state: object = None) -> Iterator[Token]:
            del parser_state
            yield from cast("list[Token]", lexer_state)

    folder = resources.files("prover.fragment.english")
    text = "\n".join(folder.joinpath(f"{name}.lark").read_text(encoding="utf-8") for name in ("grammar", "phrases", "symbols"))
    return Lark(text, parser="earley", lexer=Pieces, ambiguity="explicit", maybe_placeholders=False)


@cache
def _terminals() -> dict[str, str]:
    """The name of each word's terminal."""
    return {str(terminal.pattern.value): str(terminal.name) for terminal in _grammar().terminals if terminal.pattern.value}
