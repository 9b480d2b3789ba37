"""The line of source that a message of Lean is about, with a caret under the place."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from lean_env.messages import Message

MAX_COLUMNS = 110
CUT = "…"


def excerpt(message: Message, source: str) -> list[str]:
    """Two lines: the source line, cut to width, and carets below the place; nothing if the message has no place in the source.

    A message about several lines is marked to the end of its first. Carets stand right on a terminal that shows wide characters in
    two cells and combining ones in none.
    """
    lines = source.split("\n")
    if message.pos is None or not 1 <= message.pos.line <= len(lines):
        return []
    line = lines[message.pos.line - 1].replace("\t", " ").rstrip()
    column = min(message.pos.column, len(line))
    if not line:
        return []
    end = message.end_pos
    if end is None or (end.line, end.column) <= (message.pos.line, column):
        last = column + 1
    else:
        last = min(end.column, len(line)) if end.line == message.pos.line else len(line)
    first = max(0, column - MAX_COLUMNS // 2) if len(line) > MAX_COLUMNS else 0
    shown = line[first : first + MAX_COLUMNS]
    before = CUT if first else ""
    after = CUT if len(line) > first + MAX_COLUMNS else ""
    marked = line[column : min(last, first + MAX_COLUMNS)]
    caret = " " * (len(before) + cells(line[first:column])) + "^" * max(1, cells(marked))
    return [f"{before}{shown}{after}", caret]


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)
