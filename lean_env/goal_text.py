"""Reading the text in which Lean prints a goal: `case` tag, hypotheses, target.

Owns the layout of that text and nothing else: what the types mean is the business of the terms that travel with it.
A goal is `case TAG` (optional), then one entry per hypothesis or group (`a b : ℕ`), then `⊢ target`; lines that start with a
blank continue the entry above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TURNSTILE = "⊢"
_CASE = re.compile(r"case (\S.*)")
# Names, then a colon that is followed by a blank or the end of the line. A name in «» may contain anything but ».
_ENTRY = re.compile(r"(?P<names>(?:(?:«[^»]*»|[^\s«»])+\s+)*?(?:«[^»]*»|[^\s«»])+)\s+:(?=\s|$)\s*(?P<type>.*)", re.DOTALL)
_NAME = re.compile(r"(?:«[^»]*»|[^\s«»])+")
_OPEN, _CLOSE = "([{⟨⦃", ")]}⟩⦄"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of the local context: `type` and `value` (for `let`, else None) as Lean printed them, line breaks kept."""

    name: str
    type: str
    value: str | None


@dataclass(frozen=True, slots=True)
class GoalText:
    """The parts of a printed goal, hypotheses in order, groups taken apart."""

    entries: tuple[Entry, ...]
    target: str
    case: str | None


def split_goal(text: str) -> GoalText:
    """Take a printed goal apart. Raises ValueError if there is no target or a line is not an entry."""
    lines = text.split("\n")
    tag = _CASE.fullmatch(lines[0])
    blocks: list[str] = []
    for line in lines[1:] if tag else lines:
        if line[:1].isspace() and blocks:
            blocks[-1] += "\n" + line
        elif line:
            blocks.append(line)
    if not blocks or not blocks[-1].startswith(TURNSTILE):
        raise ValueError(f"no target in goal: {text[:80]!r}")
    entries = tuple(entry for block in blocks[:-1] for entry in _entries(block))
    return GoalText(entries, blocks[-1][len(TURNSTILE) :].strip(), tag[1] if tag else None)


def _entries(block: str) -> list[Entry]:
    match = _ENTRY.fullmatch(block)
    if match is None:
        raise ValueError(f"not a hypothesis: {block[:80]!r}")
    type_text, value = _split_value(match["type"])
    return [Entry(name, type_text, value) for name in _NAME.findall(match["names"])]


def _split_value(text: str) -> tuple[str, str | None]:
    """The type and, after a `:=` outside all brackets, the value."""
    depth = 0
    for index, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
        elif depth == 0 and text.startswith(":=", index):
            return text[:index].strip(), text[index + 2 :].strip()
    return text.strip(), None
