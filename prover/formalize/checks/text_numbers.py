"""The numbers of a problem in words: which a statement has to have, which it may have, and which answer the text gives.

Reads digits (with thousands separators, in LaTeX) and number words. Leaves out by rule what is no part of the problem: a number in
front of it, the options of a multiple choice, examples, the base 10, exponents of a unit, "two-digit", years. Decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.number_words import SCALES, TENS, UNITS, VALUES, word_value

_DOZEN = 12
# What a word may bring into a statement without a numeral in the text.
_BRINGS: dict[str, tuple[int, ...]] = {
    r"twice|double|pair|couple|half|halves|squared?|even|odd|parity|average|midpoint|both": (2,),
    r"triple|thrice|third|cubed?|triangle|yards?|trisect": (3,),
    r"quarters?|square|rectang": (4, 25),
    r"nickels?": (5,),
    r"dimes?|digits?|decimal|tens|units|ones": (9, 10),
    r"two-digit|final two|last two|tens digit": (9, 10, 99, 100),
    r"three-digit|last three|hundreds": (99, 100, 999, 1000),
    r"four-digit|last four|thousands": (999, 1000, 9999, 10000),
    r"weeks?|days?": (7,),
    r"days?|hours?|clock|o'clock": (12, 24),
    r"months?|years?|dozens?|feet|foot|inch(?:es)?": (12,),
    r"years?": (52, 365, 366),
    r"hours?|minutes?|seconds?": (60, 3600),
    r"pounds?|ounces?|hexadecimal": (16,),
    r"percent|%|cents?|dollars?|\$\d|century|meters?|centimeters?": (100,),
    r"kilo\w+|milli\w+|gallons?|quarts?": (4, 1000),
    r"degrees?|angles?|triangles?|circles?|\\circ": (90, 180, 360),
    r"cubes?|hexagons?|dice|die": (6, 8, 12),
    r"octagons?|pentagons?": (5, 8),
    r"cards?|deck": (4, 13, 52),
    r"alphabet|letters?": (26,),
}
_LONGEST = 1000  # digits of a number that is read
_NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:(?:,|\{,\}|\\,|\\!,|,\\!)\d{3})+|\d+)(?P<decimal>\.\d+)?")
_WORD = re.compile(
    rf"\b(?P<word>(?:{'|'.join(TENS)})[- ](?:{'|'.join(UNITS)})|{'|'.join(VALUES)}|dozen)(?:[- ](?P<scale>{'|'.join(SCALES)}))?\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*(?:(?:problem|exercise|question|example|no\.|#)\s*#?\d+[.):]?|\(?\d{1,3}[.)](?=\s))\s*", re.I)
_ITEM = re.compile(r"^\s*\(?(?:\d{1,2}|[ivx]+)[.)]\s+", re.M | re.I)
_CHOICE = re.compile(
    r"(?:\\(?:text|mathrm|textbf|mathbf|rm|bf|textrm)\s*\{\s*)?\(\s*(?:\\(?:text|mathrm|textbf|mathbf|rm|bf)\s*\{?\s*)?([A-E])\s*\}?\s*\)\s*\}?"
)
_CLAIM = re.compile(
    r"(?:show|prove)\s+that\s+(?:it|the answer|this|the (?:value|result))\s+(?:is|equals)\s*(?P<answer>.*)\Z", re.I | re.S
)
_EXAMPLE = re.compile(r"\b(?:for example|for instance|e\.g\.|as an example)\b.*?(?:\.(?=\s|$)|\Z)", re.I | re.S)
_NO_PART = re.compile(
    r"(?:base|decimal)[\s~$-]*(?:10|ten)\b|\b(?:\d|one|two|three|four|five|six)[- ]digit"
    r"|\b(?:\d+|\w+)(?=\s+consecutive)|\bin (?:the year )?(?:1[6-9]|20)\d\d\b|\b\d+(?:st|nd|rd|th)\b"
    r"|\\(?:hspace|vspace)\{[^}]*\}|\[\d+pt\]"
    r"|\[asy\].*?\[/asy\]|\b(?:one|two) of\b|\bone\b",
    re.I | re.S,
)  # fmt: skip
_COUNTED = re.compile(
    r"\b(\w+)\s+(?:(?:positive|distinct|different|real|even|odd|whole|unknown|prime|smallest|largest)\s+)*"
    r"(?:integers|numbers|terms|digits|sides|variables|values|pairs|solutions|people|friends|elements|primes|factors|divisors)\b",
    re.I,
)
_SUBSCRIPTED = re.compile(r"\b\d+_")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the text says it is: `numbers` in it, negative ones negative; `is_number` if it is one whole number and nothing else."""

    text: str
    numbers: tuple[int, ...]
    is_number: bool


@dataclass(frozen=True, slots=True)
class TextNumbers:
    """The numbers of a problem, all >= 0 but those of the answer.

    given    what a statement should have
    brought  what it may have besides: by words such as "twice" or "two-digit", or written in a place that `given` leaves out
    counted  of `given`, those that may count things which a statement writes out one by one: "four integers"
    answer   what the text says it is; None if it does not
    """

    given: frozenset[int]
    brought: frozenset[int]
    counted: frozenset[int]
    answer: Answer | None


def text_numbers(text: str, answer: str = "") -> TextNumbers:
    """The numbers of a problem; `answer` is used if the text does not tell it itself."""
    claim = _CLAIM.search(text)
    problem = text[: claim.start()] if claim else text
    problem, options = _without_options(_NUMBERED.sub("", problem))
    told = claim["answer"] if claim else answer
    brought = {int(digits) for digits in re.findall(r"\d+", problem) if len(digits) <= _LONGEST}
    brought |= {n for words, numbers in _BRINGS.items() if re.search(rf"(?<!\w)(?:{words})(?!\w)", problem, re.I) for n in numbers}
    plain = _NO_PART.sub(" ", _EXAMPLE.sub(" ", _ITEM.sub("", problem)))
    counted = frozenset(value for found in _COUNTED.finditer(plain) for value in _numbers(found[1]))
    said = _answer(told, options) if told.strip(" .$\n") else None
    return TextNumbers(frozenset(_numbers(plain)), frozenset(brought), counted, said)


def _without_options(problem: str) -> tuple[str, dict[str, str]]:
    """The problem without its choices, and they by letter. One letter in brackets is no list."""
    found = [*_CHOICE.finditer(problem)]
    start = next((at for at, choice in enumerate(found) if choice[1] == "A"), None)
    if start is None or len(found) - start < 3:
        return problem, {}
    found = found[start:]
    ends = [choice.start() for choice in found[1:]] + [len(problem)]
    return problem[: found[0].start()], {choice[1]: problem[choice.end() : end] for choice, end in zip(found, ends, strict=True)}


def _answer(told: str, options: dict[str, str]) -> Answer:
    text = told.strip().strip("$").rstrip(".").strip()
    choice = _CHOICE.match(text)
    rest = text[choice.end() :] if choice else text
    rest = re.sub(r"\\(?:qquad|quad|ans|boxed)|\\ ", " ", rest).strip(" ~.$\\")
    letter = choice[1] if choice else (rest if re.fullmatch(r"[A-E]", rest) else "")
    if letter in options and not re.search(r"\d", rest):
        rest = re.sub(r"\\(?:qquad|quad)|\\ ", " ", options[letter]).strip(" ~.$\\")
    numbers = tuple(dict.fromkeys(_signed(rest)))
    bare = re.sub(r"\\text\s*\{[^}]*\}|\\(?:%|!|,)|\{,\}|[\s{}$%,]|\b[a-z]{2,}\b", "", rest, flags=re.I)
    return Answer(rest, numbers, len(numbers) == 1 and re.fullmatch(r"[-−]?\d*", bare) is not None)


def _signed(text: str) -> list[int]:
    """Numbers with their sign, where a minus stands before one and nothing before it."""
    found = [*_each(text)]
    return [-value if re.search(r"(?:^|[\s(,{=$])[-−]\s*$", text[:start]) else value for start, value in found]


def _numbers(text: str) -> list[int]:
    return [value for start, value in _each(text) if not _SUBSCRIPTED.match(text, start)]


def _each(text: str) -> list[tuple[int, int]]:
    """Where a number begins, and its value; one with decimals counts without its point, since a statement over ℕ scales it."""
    digits = (match for match in _NUMBER.finditer(text) if match["decimal"] is None and len(match[0]) <= _LONGEST)
    found = [(match.start(), int(re.sub(r"\D", "", match[0]))) for match in digits]
    for match in _WORD.finditer(text):
        value = word_value(match["word"].lower().replace(" ", "-"))
        found.append((match.start(), (_DOZEN if value is None else value) * SCALES.get((match["scale"] or "").lower(), 1)))
    return sorted(found)
