"""Reads the Lean code of a model's answer just far enough to take the proof out of it.

The model's own statement is never used: what follows its `:= by` is, and goes under ours. Nothing here decides whether a proof is
any good, and every function is linear in the text, because a model may write a megabyte of anything.
"""

from __future__ import annotations

import re

_OUTSIDE = re.compile(r"""--[^\n]*|/-|"(?:\\.|[^"\\])*"?|'\\?"'""", re.DOTALL)
_INSIDE = re.compile(r"/-|-/")
_VISIBLE = re.compile(r"[^\n]")

_MODIFIERS = r"(?:@\[[^\]\n]*\][ \t]*)*(?:(?:private|protected|noncomputable|nonrec|local|public)[ \t]+)*"
_THEOREM = re.compile(rf"^[ \t]*{_MODIFIERS}(?:theorem|lemma|example)\b", re.MULTILINE)
# A command no deeper than the theorem ends its proof. `open ... in` and `set_option ... in` are tactics too, but stand deeper.
_COMMAND = (
    rf"(?:{_MODIFIERS}(?:theorem|lemma|example|def|abbrev|instance|structure|inductive|class|axiom|opaque|namespace|section|end|open"
    r"|variable|universe|import|attribute|set_option|macro|macro_rules|syntax|notation|elab|mutual)\b|@\[|#[a-z])"
)
_NAME = re.compile(r"\s*((?:«[^»\n]*»|[^\s(){}\[\]:«])+)")
_STRUCTURE = re.compile(r"[(\[{⟨⦃]|[)\]}⟩⦄]|:=|\b(?:let|have|letI|haveI|let_fun)\b")
_BY = re.compile(r"\s*by(?![\w'!?])")


def masked(code: str) -> str:
    """The code with comments as blanks and strings as underscores: same length, same lines. An open comment runs to the end."""
    parts: list[str] = []
    at = 0
    while token := _OUTSIDE.search(code, at):
        parts.append(code[at : token.start()])
        end = _comment_end(code, token.end()) if token.group() == "/-" else token.end()
        parts.append(_VISIBLE.sub(" " if token.group().startswith(("--", "/-")) else "_", code[token.start() : end]))
        at = end
    parts.append(code[at:])
    return "".join(parts)


def _comment_end(code: str, at: int) -> int:
    depth = 1
    while depth and (mark := _INSIDE.search(code, at)):
        depth += 1 if mark.group() == "/-" else -1
        at = mark.end()
    return len(code) if depth else at


def theorem_name(code: str) -> str:
    """The name of the last theorem, "" if it has none (`example`) or there is no theorem."""
    return _name_at(mask, heads[-1].end()) if (heads := _heads(mask := masked(code))) else ""


def proof_body(code: str, theorem: str = "") -> str | None:
    """The proof of the last theorem called `theorem` (of the last one, if none is), as a block of tactics in the first column.

    A proof term becomes `exact`. Code without a theorem is itself taken for the block. None if there is no proof in it.
    """
    mask = masked(code)
    heads = _heads(mask)
    if not heads:
        return block_of(code, margin=None)
    named = [head for head in heads if theorem and _same_name(_name_at(mask, head.end()), theorem)]
    head = (named or heads)[-1]
    end = _end_of(mask, head)
    assign = _assignment(mask, head.end(), end)
    if assign < 0:
        return None
    by = _BY.match(mask, assign, end)
    if by:
        return _tactics(code, mask, by.end(), end)
    return _term(code, mask, assign, end)


def block_of(code: str, margin: int | None) -> str | None:
    """Tactics as they stand in an open block, up to the next command, moved `margin` columns to the left (None = to the first).

    None if there is nothing but comments.
    """
    mask = masked(code)
    return _lines(code, mask, 0, _end_of(mask), margin)


def statement_of(code: str) -> str | None:
    """The code up to the end of its last theorem's statement, before `:=`; None if there is no theorem."""
    mask = masked(code)
    heads = _heads(mask)
    if not heads:
        return None
    start = heads[-1].end()
    end = _end_of(mask, heads[-1])
    assign = _assignment(mask, start, end)
    stated = mask[start : assign - len(":=") if assign >= 0 else end].rstrip()
    return code[: start + len(stated)].strip("\n") if stated.strip() else None


def _heads(mask: str) -> list[re.Match[str]]:
    return list(_THEOREM.finditer(mask))


def _name_at(mask: str, at: int) -> str:
    name = _NAME.match(mask, at)
    return name.group(1).removeprefix("_root_.").rstrip(".") if name else ""


def _same_name(written: str, ours: str) -> bool:
    """Inside a namespace the model may write less of the name, or more of it outside."""
    return written == ours or (written != "" and (ours.endswith(f".{written}") or written.endswith(f".{ours}")))


def _end_of(mask: str, head: re.Match[str] | None = None) -> int:
    """Where a theorem, or else the block that the mask begins with, ends: before the next command, without trailing comments."""
    start, column = (head.end(), min(len(head.group()) - len(head.group().lstrip()), 8)) if head else (0, 0)
    command = re.compile(rf"^[ \t]{{0,{column}}}{_COMMAND}", re.MULTILINE)
    ends = [found.start() for pattern in (command, _THEOREM) if (found := pattern.search(mask, start))]
    return start + len(mask[start : min(ends, default=len(mask))].rstrip())


def _assignment(mask: str, start: int, end: int) -> int:
    """Behind the `:=` that ends the statement, -1 if there is none: not one in a binder or of a `let` inside the statement."""
    depth = 0
    pending = 0
    for token in _STRUCTURE.finditer(mask, start, end):
        text = token.group()
        if text in "([{⟨⦃":
            depth += 1
        elif text in ")]}⟩⦄":
            depth = max(depth - 1, 0)
        elif depth == 0 and text != ":=":
            pending += 1
        elif depth == 0 and pending:
            pending -= 1
        elif depth == 0:
            return token.end()
    return -1


def _tactics(code: str, mask: str, start: int, end: int) -> str | None:
    """The tactics behind `by`: in the lines below it, or beginning on its own line."""
    line_end = mask.find("\n", start, end)
    if line_end < 0:
        line_end = end
    first = mask[start:line_end]
    if not first.strip():
        return _lines(code, mask, line_end + 1, end, None)
    opening = start + len(first) - len(first.lstrip())
    column = opening - (mask.rfind("\n", 0, opening) + 1)
    below = _margin(mask, line_end + 1, end)
    if below is None:
        return code[opening:line_end].strip()
    # Below in the same column stands the next tactic, further right what belongs to this one. Further left there can only be the
    # rest of this one, inside brackets: it moves behind the first column.
    left = column if below >= column else below - 2
    rest = _lines(code, mask, line_end + 1, end, left)
    return f"{code[opening:line_end].rstrip()}\n{rest}"


def _term(code: str, mask: str, start: int, end: int) -> str | None:
    """A proof term as a tactic; its layout is kept, because terms contain blocks."""
    opening = start + len(mask[start:end]) - len(mask[start:end].lstrip())
    if opening >= end:
        return None
    column = opening - (mask.rfind("\n", 0, opening) + 1)
    padded, padded_mask = " " * column + code[opening:end], " " * column + mask[opening:end]
    body = _lines(padded, padded_mask, 0, len(padded), None)
    return "exact\n" + "\n".join(f"  {line}" if line else "" for line in body.split("\n")) if body else None


def _margin(mask: str, start: int, end: int) -> int | None:
    """The smallest indentation of a line with code; comments do not count, models put them in the first column."""
    widths = [len(line) - len(line.lstrip()) for line in mask[start:end].split("\n") if line.strip()]
    return min(widths, default=None)


def _lines(code: str, mask: str, start: int, end: int, margin: int | None) -> str | None:
    """The lines between two places moved to the left by `margin`, never through a character; a negative one moves to the right."""
    least = _margin(mask, start, end)
    if least is None:
        return None
    left = least if margin is None else min(margin, least)
    moved = [_moved(line, left) for line in code[start:end].split("\n")]
    return "\n".join(line.rstrip() for line in moved).strip("\n")


def _moved(line: str, left: int) -> str:
    if left < 0:
        return " " * -left + line if line.strip() else ""
    blank = len(line) - len(line.lstrip())
    return line[min(left, blank) :]
