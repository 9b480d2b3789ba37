"""English number words and the whole numbers that they say: `three`, `twenty-five`, `two hundred and five`, `a thousand`.

Owns the words and how they are put together. Reads no digits, no ordinals, no fractions, and never reads on over a word that does
not continue the number ("two hundred and some" says 200).
"""

from __future__ import annotations

from collections.abc import Sequence

UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}

# What one word without a dash says.
VALUES = {
    **{word: value for value, word in enumerate(("zero", *UNITS, *TEENS))},
    **{word: value for value, word in zip(range(20, 100, 10), TENS, strict=True)},
}


def word_value(word: str) -> int | None:
    """The number below 100 that one word in small letters says, `twenty-five` too; None if it says none."""
    if word in VALUES:
        return VALUES[word]
    tens, dash, units = word.partition("-")
    return VALUES[tens] + VALUES[units] if dash and tens in TENS and units in UNITS else None


def spoken_number(words: Sequence[str], start: int = 0) -> tuple[int, int]:
    """How many words from `start` on are one number, and which number; (0, 0) where there is none. Words are in small letters.

    The longest number counts: `a hundred and five`. `a` and `and` are only read before what makes them part of a number.
    """
    position = start
    article = position + 1 < len(words) and words[position] == "a" and words[position + 1] in SCALES
    total, below_thousand = 0, 1 if article else 0
    smallest_scale = max(SCALES.values()) * 1000
    position += article
    while position < len(words):
        hundreds = _below_thousand(words, position, below_thousand)
        if hundreds is None:
            break
        position, below_thousand = hundreds
        scale = SCALES.get(words[position], 0) if position < len(words) else 0
        if not 1000 <= scale < smallest_scale or below_thousand == 0:
            return position - start, total + below_thousand
        total, below_thousand, smallest_scale = total + below_thousand * scale, 0, scale
        position += 1
        low, end = _below_hundred(words, position + 1) if position < len(words) and words[position] == "and" else (None, position)
        if low and (end == len(words) or words[end] not in SCALES):
            return end - start, total + low
    return position - start, total


def _below_thousand(words: Sequence[str], start: int, given: int) -> tuple[int, int] | None:
    """Where a number below 1000 ends, and its value; `given` is 1 after `a`. None where there is none."""
    position = start
    value = given
    if not given:
        low, position = _below_hundred(words, start)
        if low is None:
            return None
        value = low
    if position < len(words) and words[position] == "hundred" and 0 < value < 100:
        value, position = value * 100, position + 1
        joined = position + 1 < len(words) and words[position] == "and"
        low, end = _below_hundred(words, position + joined)
        if low:
            value, position = value + low, end
    return position, value


def _below_hundred(words: Sequence[str], start: int) -> tuple[int | None, int]:
    """The number below 100 that stands here, `twenty five` in two words too, and where it ends."""
    value = word_value(words[start]) if start < len(words) else None
    if value is None:
        return None, start
    if words[start] in TENS and start + 1 < len(words) and words[start + 1] in UNITS:
        return value + VALUES[words[start + 1]], start + 2
    return value, start + 1
