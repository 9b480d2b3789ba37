"""The tactic block in a model's answer, made fit to stand under our statement.

Owns what is done to a text before Lean sees it: characters, tabs, indentation, a `by` in front; and which texts are not worth
showing it. Never looks for meaning: what is wrong in any other way is for Lean to say. Every function is linear in the text.
"""

from __future__ import annotations

import re

MAX_BYTES = 48 * 1024  # a worker takes no tactic above 64 KiB; the longest proofs that models publish have 30
MAX_NESTING = 300  # brackets: Lean's parser recurses on them, and at some depth the worker's stack ends
TAB = 2  # columns

# Unicode spaces that models copy from prose, and marks without width: Lean takes none of them.
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_NOTHING = re.compile("[\u200b\u200c\u200d\u2060\ufeff\x00]")
_BY = re.compile(r"by(?![\w'!?.])")
_COMMENT = "--"


def body_of(text: str) -> tuple[str, ...] | None:
    """The lines of the block, its first tactic in column 0; None if there is nothing but blanks and comments.

    `text` is a block of tactics, or one behind `by` or `:= by`; a term behind `:=` becomes `exact`.
    """
    lines = _clean(text)
    lines = _without_by(lines)
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not _has_code(lines[-1]):
        lines.pop()
    return tuple(_to_the_left(lines)) if lines else None


def other_layout(lines: tuple[str, ...]) -> tuple[str, ...] | None:
    """The block as it is meant if its first line has lost its indentation: all others moved up to it. None if it cannot be so.

    `intro x` above an indented `simp` may be two tactics, or one that goes on; only Lean can tell.
    """
    first, *others = [number for number, line in enumerate(lines) if _has_code(line)]
    margin = min((_indent(lines[number]) for number in others), default=0)
    return tuple(line if number == first else _moved(line, margin) for number, line in enumerate(lines)) if margin else None


def problem_with(lines: tuple[str, ...]) -> str:
    """Why a block is not shown to Lean: it would only cost the worker. "" if nothing is wrong."""
    size = sum(len(line.encode()) + 1 for line in lines)
    if size > MAX_BYTES:
        return f"the proof has {size} bytes; the limit is {MAX_BYTES}"
    depth = deepest = 0
    for line in lines:
        for character in line:
            if character in "([{⟨":
                depth += 1
                deepest = max(deepest, depth)
            elif character in ")]}⟩":
                depth -= 1
    return f"the proof nests brackets {deepest} deep; the limit is {MAX_NESTING}" if deepest > MAX_NESTING else ""


def key_of_body(lines: tuple[str, ...]) -> str:
    """Equal for blocks that differ only in comments on lines of their own and in blank lines."""
    return "\n".join(line for line in lines if _has_code(line))


def _clean(text: str) -> list[str]:
    """Lines without carriage returns, tabs, blanks at the end, and characters that no Lean file holds."""
    text = text.encode("utf-8", "replace").decode()  # lone surrogates
    text = _NOTHING.sub("", _SPACES.sub(" ", text)).replace("\r\n", "\n").replace("\r", "\n")
    return [line.expandtabs(TAB).rstrip() for line in text.split("\n")]


def _without_by(lines: list[str]) -> list[str]:
    """The lines behind a leading `by` or `:=`."""
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return []
    head = lines[first].strip()
    is_value = head.startswith(":=")
    rest = head.removeprefix(":=").strip() if is_value else head
    lines = lines[first:]
    if is_value and not rest and len(lines) > 1 and _BY.match(lines[1].strip()):
        lines, rest = lines[1:], lines[1].strip()
    by = _BY.match(rest)
    if by:
        # What stands behind `by` on its line keeps its column: the lines below may be aligned with it.
        return [_blanked(lines[0], lines[0].index(rest) + by.end()), *lines[1:]]
    if is_value:
        return ["exact", *(f"  {line}" for line in [_blanked(lines[0], lines[0].index(":=") + 2), *lines[1:]] if line.strip())]
    return lines


def _blanked(line: str, width: int) -> str:
    return (" " * width + line[width:]).rstrip()


def _to_the_left(lines: list[str]) -> list[str]:
    """The block moved to column 0. Where its first line stood further right than the others, both go there."""
    code = [number for number, line in enumerate(lines) if _has_code(line)]
    first = _indent(lines[code[0]])
    # Further right than the first line: it goes on there, as far as we know. Further left: the first was glued to its `by`.
    margin = min(_indent(lines[number]) for number in code)
    return [_moved(line, first if number == code[0] else margin) for number, line in enumerate(lines)]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _moved(line: str, margin: int) -> str:
    return line[min(margin, _indent(line)) :]


def _has_code(line: str) -> bool:
    bare = line.strip()
    return bool(bare) and not bare.startswith(_COMMENT)
