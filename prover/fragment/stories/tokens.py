"""The sentences of a story as words, each with its class (NOUN, NAME, NUM, a class of verbs, a word of the grammar) and its place.

Owns which class a word has; which class it may have where is decided here and nowhere else, so that the grammar sees one class per
word. Never drops a character: what is no word, number or known sign is `Unreadable`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.fragment.stories import words
from prover.number_words import spoken_number


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written, its class, what it is known by, and its place in the text in characters from 0.

    `base` is the singular of a noun, the base form of a verb, the digits of a number.
    """

    text: str
    group: str
    base: str
    start: int

    @property
    def number(self) -> int:
        """The number that it says; raises ValueError for words that say none."""
        return int(self.base)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A sign that is of no class."""

    text: str
    start: int


_PIECE = re.compile(
    r"\s+"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d)|\d+)"
    r"|(?P<word>[A-Za-z]+(?:-[A-Za-z]+)*)"
    r"|(?P<possessive>['’]s\b|['’](?=\s))"
    r"|(?P<sign>[.,?!%/])"
    r"|(?P<dollar>\\?\$)"
)
_LONGEST_NUMBER = 20
_AFTER_THESE_A_NOUN = frozenset(["a", "an", "the", "of", "his", "her", "their", "some", "many", "more", "fewer", "another"])
_AUXILIARY = frozenset(["do", "does", "did", "can", "could"])
_BEING = frozenset(["is", "are", "was", "were"])
_HE = frozenset(["he", "she", "him"])


def sentences_of(text: str, keywords: frozenset[str]) -> list[list[Word]] | Unreadable:
    """The sentences of a text; each ends with its sign. `keywords` are the words of the grammar."""
    raw = _pieces(text)
    if isinstance(raw, Unreadable):
        return raw
    raw = _with_whole_numbers(_with_currency(raw))
    lower_case = {words.singular(word.text) for word in raw if word.text.islower()}
    sentences: list[list[Word]] = [[]]
    for index, word in enumerate(raw):
        after = raw[index + 1] if index + 1 < len(raw) else None
        sentences[-1].append(_classified(word, sentences[-1], after, keywords, lower_case))
        if word.text in {".", "?", "!"}:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _pieces(text: str) -> list[Word] | Unreadable:
    pieces: list[Word] = []
    position = 0
    # `$450$` is a number of a formula; `$450` is money.
    marked = re.sub(r"\$(\d[\d,]*)\$", r" \1 ", text)
    while position < len(marked):
        found = _PIECE.match(marked, position)
        if found is None:
            return Unreadable(text[position], position)
        group = found.lastgroup
        if group is not None:
            pieces.append(Word(found[0], group, found[0], position))
        position = found.end()
    return pieces


def _with_currency(raw: list[Word]) -> list[Word]:
    """`$3` as `3 dollars`."""
    found: list[Word] = []
    pending: Word | None = None
    for word in raw:
        if word.group == "dollar":
            pending = word
            continue
        found.append(word)
        if pending is not None and word.group == "number":
            found.append(Word("dollars", "word", "dollars", pending.start))
            pending = None
        elif pending is not None:
            found.insert(-1, Word("$", "dollar", "$", pending.start))
            pending = None
    if pending is not None:
        found.append(Word("$", "dollar", "$", pending.start))
    return found


def _with_whole_numbers(raw: list[Word]) -> list[Word]:
    """`two hundred and five` as one number; `a hundred` as 100."""
    found: list[Word] = []
    index = 0
    while index < len(raw):
        length, value = _number_at(raw, index)
        if length:
            last = raw[index + length - 1]
            text = raw[index].text if length == 1 else f"{raw[index].text} … {last.text}"
            found.append(Word(text, "NUM", str(value), raw[index].start))
            index += length
        else:
            found.append(raw[index])
            index += 1
    return found


def _number_at(raw: list[Word], index: int) -> tuple[int, int]:
    """How many words from here on are one number, and its value; (0, 0) where there is none."""
    if raw[index].group == "number":
        return 1, int(raw[index].text.replace(",", ""))
    spoken: list[str] = []
    for word in raw[index : index + _LONGEST_NUMBER]:
        if word.group != "word":
            break
        spoken.append(word.text.lower())
    return spoken_number(spoken)


def _classified(word: Word, before: list[Word], after: Word | None, keywords: frozenset[str], lower_case: set[str]) -> Word:
    text = word.text.lower()
    previous = before[-1] if before else None
    group, base = _class_of(word, text, previous, after, keywords)
    if group == "NOUN" and word.text[0].isupper():
        if text in words.WEEKDAYS:
            group = "DAYNAME"
        elif previous is not None or words.is_first_name(text) or words.singular(text) not in lower_case:
            group, base = "NAME", text
    if group == "NOUN":
        group = words.NOUNS_OF_RULES.get(base, group)
    return Word(word.text, group, base, word.start)


def _class_of(word: Word, text: str, previous: Word | None, after: Word | None, keywords: frozenset[str]) -> tuple[str, str]:
    fixed = _fixed_class(word, text, previous)
    if fixed is not None:
        return fixed
    if text in words.VERBS_AND_NOUNS and _in_noun_place(previous, after):
        return "NOUN", words.singular(text)
    if text in keywords:
        return text, text
    if text in words.verb_forms():
        return words.verb_forms()[text]
    if text in words.FRACTIONS:
        return "FRACTION", str(words.FRACTIONS[text])
    is_name = word.text[0].isupper() and (previous is not None or words.is_first_name(text))
    return ("NOUN" if is_name or words.can_be_noun(text) else "UNKNOWN"), words.singular(text)


def _fixed_class(word: Word, text: str, previous: Word | None) -> tuple[str, str] | None:
    if word.group == "NUM":
        return "NUM", word.base
    if word.group == "possessive":
        return "POS", "'s"
    if word.group == "sign":
        return ("percent" if text == "%" else "." if text == "!" else text), text
    if text == "an":
        return "a", "a"
    if text in _AUXILIARY:
        return "AUX", text
    if text in _BEING:
        return "BE", text
    if text in _HE:
        return "HE", text
    if text == "his":
        return "HIS", text
    if text == "left" and previous is not None and previous.text.lower() in {"the", "on"}:
        return "NOUN", text
    return None


def _in_noun_place(previous: Word | None, after: Word | None) -> bool:
    if previous is None:
        return False
    if previous.group == "NUM" or previous.text.lower() in _AFTER_THESE_A_NOUN:
        return True
    return previous.text.lower() in {"each", "every", "per"} and not (after is not None and after.group in {"NUM", "number"})
