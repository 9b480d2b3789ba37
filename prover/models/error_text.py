"""Lean's errors as the provers with a repair turn were trained to read them.

Two formats: marks in the code (Goedel-Prover-V2), numbered lines with the goals (Kimina-Prover). Positions that lie outside the
proof are moved to its nearest place: a wrong position must not cost the repair.
"""

from __future__ import annotations

from collections.abc import Sequence

from prover.models.query import LeanError

OPEN, CLOSE = "<error>", "</error>"
CUT = "... --[Truncated]-- ..."


def marked_errors(proof: str, errors: Sequence[LeanError], most: int = 8, before: int = 4, span: int = 6) -> str:
    """The first `most` errors, each with its code between `<error>` and `</error>`.

    Shown are `before` lines above, one below, and of a longer span its first `span` lines and its last.
    """
    lines = proof.split("\n")
    text = "".join(
        f"\nError {number}:\n\nCorresponding Code:\n```lean4\n{_marked(lines, error, before, span)}\n```\n\n"
        f"Error Message: {error.message}\n"
        for number, error in enumerate(errors[:most], 1)
    )
    omitted = len(errors) - most
    return f"{text}\n... [Omitted {omitted} more errors] ...\n" if omitted > 0 else text


def _marked(lines: list[str], error: LeanError, before: int, span: int) -> str:
    """The lines around an error, each ended by a newline: the fence after them stands below an empty line."""
    start = min(max(error.line - 1, 0), len(lines) - 1)
    end = min(max(error.end_line - 1, start), len(lines) - 1)
    first, last = lines[start], lines[end]
    shown = lines[max(start - before, 0) : start]
    if start == end:
        stop = max(error.end_column, error.column)
        shown.append(first[: error.column] + OPEN + first[error.column : stop] + CLOSE + first[stop:])
    else:
        shown.append(first[: error.column] + OPEN + first[error.column :])
        between = lines[start + 1 : min(end, start + span)]
        shown += between
        if end > start + span:
            deepest = between[-1] if between else first
            shown += ["", " " * (len(deepest) - len(deepest.lstrip(" "))) + CUT]
        shown.append(last[: error.end_column] + CLOSE + last[error.end_column :])
    shown += lines[end + 1 : end + 2]
    return "".join(f"{line}\n" for line in shown)


def numbered_errors(proof: str, errors: Sequence[LeanError], most: int = 3, around: int = 2) -> str:
    """The first `most` errors with their goals and `around` numbered lines on either side. Lines count from below the imports."""
    lines = proof.strip().split("\n")
    # Lean counted from the top; the numbers shown leave out blank lines at the top and the imports below them.
    skipped = len(proof) - len(proof.lstrip())
    hidden = proof[:skipped].count("\n")
    imports = next((index for index, line in enumerate(lines) if not line.startswith("import")), len(lines))
    lines, hidden = lines[imports:] or [""], hidden + imports
    return "".join(_numbered(number, lines, hidden, error, around) for number, error in enumerate(errors[:most], 1))


def _numbered(number: int, lines: list[str], hidden: int, error: LeanError, around: int) -> str:
    at = min(max(error.line - 1 - hidden, 0), len(lines) - 1)
    snippet = "".join(
        f"{index + 1:03d}{' >' if index == at else '  '}| {lines[index]}\n"
        for index in range(max(at - around, 0), min(at + around + 1, len(lines)))
    )
    goals = f"Goals state before error position: \n{error.goals}\n\n" if error.goals else ""
    return (
        f"# Error {number}:\n{goals}Error message: \n{error.message.strip()}\n\n"
        f"Lean 4 code snippet with error:\n```lean4\n{snippet}```\n"
    )
