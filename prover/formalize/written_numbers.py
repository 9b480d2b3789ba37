"""The numbers of two texts against each other, as numerals and as English words.

Owns finding and reading them one by one. Reads no arithmetic ("two hundred" is 2 and 100, a half is no number), and knows nothing
of what a number means in its problem, which is `checks/text_numbers.py`'s.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from prover.number_words import SCALES, TENS, UNITS, VALUES, word_value

_WORDS = {**VALUES, "dozen": 12, **SCALES}
_NUMBER = re.compile(
    rf"(?<![\d.])\d+(?:,\d{{3}}(?!\d))*(?:\.\d+)?|\b(?:{'|'.join(TENS)})-(?:{'|'.join(UNITS)})\b"
    rf"|\b(?:{'|'.join(_WORDS)})\b",
    re.IGNORECASE,
)


def number_tokens(text: str) -> list[str]:
    """The numbers as they stand in the text, first to last."""
    return [found.group().casefold() for found in _NUMBER.finditer(text)]


def masked_numbers(text: str) -> str:
    """The text with `#` in place of each number."""
    return _NUMBER.sub("#", text)


def same_numbers(one: str, other: str) -> bool:
    """Whether both texts hold the same numbers equally often, however written.

    The word "one" may be a number or not ("which one"): it makes up for a 1, and is not missed.
    """
    (first, first_ones), (second, second_ones) = _counted(one), _counted(other)
    ones, other_ones = first.pop(Decimal(1), 0), second.pop(Decimal(1), 0)
    return first == second and ones <= other_ones + second_ones and other_ones <= ones + first_ones


def _counted(text: str) -> tuple[Counter[Decimal], int]:
    """How often each number occurs, and how often the word "one"."""
    tokens = number_tokens(text)
    words = tokens.count("one")
    return Counter(_value(token) for token in tokens if token != "one"), words


def _value(token: str) -> Decimal:
    if token[0].isdigit():
        return Decimal(token.replace(",", ""))
    return Decimal(_WORDS[token] if token in _WORDS else word_value(token) or 0)
