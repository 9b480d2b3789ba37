"""Finds the final answer in what a model or Lean wrote, and reads plain numbers exactly.

Owns the words by which a text says "this is the answer", and numbers whose equality needs no library (`Fraction`, no
floats). Promises to look at a bounded part of any text, and never to evaluate any of it. Other equality is `equivalence.py`'s.
"""

from __future__ import annotations

import re
from fractions import Fraction

MOST_LETTERS = 1000  # of an answer; a longer one is no answer
_LOOKED_AT = 20_000  # letters at the end of a text, in which an answer is looked for
_MOST_EXPONENT = 300  # of a number like 1e5

_BOX = re.compile(r"\\(?:fbox|boxed)\s*(?=\{)|\\boxed\s+(?P<bare>-?[\w.]+)")
_HASHES = re.compile(r"####[ \t]*([^\n]+)")
_SAID = re.compile(
    r"\banswer\b(?:[^.:=\n]{0,60}?\bis\b[ \t]*(?:\*\*)?[ \t]*[:=]?|(?:\*\*)?[ \t]*[:=])", re.IGNORECASE
)  # "the answer to this is", "Answer:"
_OPENING = re.compile(r"^(?:[\s$*]|\\\[|\\\()+")  # of a formula, perhaps on lines of its own
_SENTENCE_END = re.compile(r"[.!?](?=\s|$|\*|</)|;\s|,\s(?=[a-z]{2})|\bI hope\b")
_WRAPPED = re.compile(r"^(?:\*\*|__|\$\$?|\\\(|\\\[|`|\"|:)|(?:\*\*|__|\$\$?|\\\)|\\\]|`|\"|[.,;:])$")


def answer_in(text: str) -> str:
    r"""The final answer that a text gives, "" if it gives none. What is looked for, in this order; of several, the last one.

    1. `\boxed{...}`, braces nested as they like; of a box in a box the inside of the inner one
    2. `#### ...`, to the end of the line
    3. `the answer ... is ...`, `Answer: ...`, to the end of the sentence or line, which may be the next one

    Nothing else counts: the last number of a text is not its answer. Only the last 20,000 letters are looked at, and an answer
    longer than 1,000 is none.
    """
    end = text[-_LOOKED_AT:]
    return _boxed(end) or _last(_HASHES, end) or _said(end)


def lean_answer(output: str) -> str:
    """The answer that a Lean program printed: its last line, written as mathematics writes it. "" if it printed nothing.

    `(1 : Rat)/2` is 1/2, `some 5` is 5, a quoted text is its inside.
    """
    lines = [line.strip() for line in output[-_LOOKED_AT:].splitlines() if line.strip()]
    if not lines or len(lines[-1]) > MOST_LETTERS:
        return ""
    plain = re.sub(r"\(\s*(-?\d+)\s*:\s*(?:Rat|Nat|Int|ℚ|ℕ|ℤ)\s*\)", r"\1", lines[-1])
    plain = re.sub(r"^(?:Option\.)?some\s+", "", plain)
    return plain[1:-1] if len(plain) > 1 and plain[0] == plain[-1] == '"' else plain


def _boxed(text: str) -> str:
    """The inside of the last box that is closed and not empty."""
    for box in reversed(list(_BOX.finditer(text))):
        inside = box.group("bare") or _braced(text, box.end())
        if inside.strip():
            return _unwrapped(inside)
    return ""


def _braced(text: str, start: int) -> str:
    """What stands in the braces that open at `start`; "" if they do not close within the length of an answer."""
    depth = 0
    at = start
    while at < len(text) and at - start <= MOST_LETTERS + 1:
        letter = text[at]
        if letter == "\\":
            at += 1  # `\{` opens nothing
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                return text[start + 1 : at]
        at += 1
    return ""


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    return _unwrapped(found[-1]) if found and len(found[-1]) <= MOST_LETTERS else ""


def _said(text: str) -> str:
    for said in reversed(list(_SAID.finditer(text))):
        line = _OPENING.sub("", text[said.end() : said.end() + MOST_LETTERS]).partition("\n")[0]
        sentence = _SENTENCE_END.split(line, maxsplit=1)[0]
        if found := _unwrapped(sentence):
            return found
    return ""


def _unwrapped(text: str) -> str:
    """Without blanks, bold marks and the dollars of mathematics around it."""
    text = text.strip()
    while (bare := _WRAPPED.sub("", text).strip()) != text:
        text = bare
    return text


# -- numbers -----------------------------------------------------------------------------------------------------------------------

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_DECIMAL = re.compile(rf"([+-]?)\s*({_NUMBER})(?:[eE]([+-]?\d{{1,3}}))?")
_RATIO = re.compile(rf"([+-]?)\s*({_NUMBER})\s*/\s*([+-]?)\s*({_NUMBER})")
_PART = rf"\s*(?:\{{\s*(-?)({_NUMBER})\s*\}}|(-?)(\d))"
_FRACTION = re.compile(rf"([+-]?)\s*(\d+)?\s*\\frac{_PART}{_PART}")
_MIXED = re.compile(r"([+-]?)(\d+)\s+(\d+)\s*/\s*(\d+)")

_UNIT = re.compile(
    r"(?P<value>.*[\d}.])\s*(?P<unit>(?:(?:[^\W\d_]{2,}(?:\^?\{?[23]\}?)?\.?(?:\s*/\s*[^\W\d_]+(?:\^?\{?[23]\}?)?)?|m/s)(?:\s+|$))+)"
)
_ASSIGNED = re.compile(r"^\\?[^\W\d_](?:_\{?\w+\}?)?\s*=\s*(?P<value>[^=,;<>]+)$")
_SAYS_MORE = re.compile(  # words behind a number that are not its unit
    r"\b(?:or|and|to|by|of|pi|sqrt|root|dozens?|hundreds?|thousands?|millions?|billions?|trillions?|half|halves|thirds?|quarters?|over|"
    r"plus|minus|times|mod|modulo|sin|cos|tan|log|ln|exp|inf|infinity|factorial|squared|cubed|not|less|more|per\s+cent)\b",
    re.IGNORECASE,
)
_REPLACED = (
    (re.compile(r"(?<=\d)\\,(?=\d{3}(?!\d))|\{,\}"), ","),
    (re.compile(r"\\(?:left|right)(?![a-zA-Z])|\\[!,;: ]|\\q?quad\b|~"), " "),
    (re.compile(r"\\[dtc]frac"), r"\\frac"),
    (re.compile(r"[−–]"), "-"),
    (re.compile(r"\\(?:text|textbf|textrm|mathrm|mathbf|mbox|operatorname)\s*\{\s*([^{}]*?)\s*\}"), r" \1"),
    (re.compile(r"\^\s*(?:\\circ|\{\s*\\circ\s*\})|\\degree|°"), " "),
    (re.compile(r"\\?[$%]|[€£]|\\\(|\\\)|\\\[|\\\]"), " "),
    (re.compile(r"\s+"), " "),
)


def plain(answer: str) -> str:
    r"""An answer without what carries no value: spaces, dollars, `\left`, `\text{}`, the sign of percent or degrees, `x =`.

    So 50% is 50, not 1/2: a problem that asks for a percentage means it so, and an answer cannot be both.
    """
    for pattern, replacement in _REPLACED:
        answer = pattern.sub(replacement, answer)
    answer = answer.strip().rstrip(".").strip()
    assigned = _ASSIGNED.match(answer)
    return assigned["value"].strip() if assigned else answer


def exact_value(answer: str) -> Fraction | None:
    r"""The number that an answer is, exactly; None if it is no plain number.

    Read are integers with or without thousands separators, decimals, ratios, `\frac`, mixed numbers, each with a unit in words
    behind it. The unit is not compared: 3 apples are 3.
    """
    if len(answer) > MOST_LETTERS:
        return None
    text = plain(answer)
    value = _value(text)
    if value is None and (split := _UNIT.fullmatch(text)) and not _SAYS_MORE.search(split["unit"]):
        return _value(split["value"].strip())
    return value


def _value(text: str) -> Fraction | None:
    try:
        if match := _DECIMAL.fullmatch(text):
            return _signed(match[1], _number(match[2]) * Fraction(10) ** _exponent(match[3]))
        if match := _RATIO.fullmatch(text):
            return _signed(match[1] + match[3], _number(match[2]) / _number(match[4]))
        if match := _MIXED.fullmatch(text):
            return _signed(match[1], int(match[2]) + Fraction(int(match[3]), int(match[4])))
        if match := _FRACTION.fullmatch(text):
            above = _signed(match[3] or match[5] or "", _number(match[4] or match[6]))
            below = _signed(match[7] or match[9] or "", _number(match[8] or match[10]))
            return _signed(match[1], int(match[2] or 0) + above / below)
    except (ZeroDivisionError, OverflowError):
        return None
    return None


def _number(text: str) -> Fraction:
    digits = text.replace(",", "").rstrip(".")
    return Fraction(f"0{digits}" if digits.startswith(".") else digits)


def _exponent(text: str | None) -> int:
    exponent = int(text or 0)
    if abs(exponent) > _MOST_EXPONENT:
        raise OverflowError
    return exponent


def _signed(signs: str, value: Fraction) -> Fraction:
    return -value if signs.count("-") % 2 else value
