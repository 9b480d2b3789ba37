"""A proof as the lines of a Lean tactic block.

Owns layout alone: what a tactic says is never looked at. One thing left to prove goes on at the same indentation;
several get a `·` block each. A part that bundles goals with shared metavariables cannot be focused by `·`, so such
parts come after the others, without a bullet, when their goals are all that is left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from textwrap import dedent
from typing import NamedTuple

from search.proof import ProofTree

INDENT = "  "
BULLET = "· "


class _Block(NamedTuple):
    """A proof that is to be written with this indentation, behind a bullet or not."""

    proof: ProofTree
    indent: str
    bullet: bool


class _Line(NamedTuple):
    """A tactic of the layout's own."""

    text: str
    indent: str


def script_lines(proof: ProofTree, indent: str = "") -> list[str]:
    """The tactic block that runs `proof`: what follows `:= by` and a line break, each line beginning with `indent`.

    Assumes that a part's goals are neighbours in Lean's list of goals, in the order of the parts. Two layouts may not mean
    what the search did, and only a check of the script can tell: a tactic that counts or permutes goals, in the first of
    two bundles, sees those of the second; and a line break inside a string literal gains spaces.
    """
    lines: list[str] = []
    # A stack, because proofs are deeper than Python's recursion.
    stack: list[_Block | _Line] = [_Block(proof, indent, bullet=False)]
    while stack:
        item = stack.pop()
        if isinstance(item, _Line):
            lines.append(item.indent + item.text)
            continue
        lines.extend(_tactic_lines(item))
        inner = item.indent + INDENT if item.bullet else item.indent
        stack.extend(reversed(list(_children(item.proof.children, inner))))
    return lines


def _tactic_lines(block: _Block) -> Iterator[str]:
    """The block's own tactic: the first line behind the bullet, the others below its first letter."""
    first, *others = dedent(block.proof.tactic).strip("\n").rstrip().split("\n")
    yield block.indent + (BULLET if block.bullet else "") + first.rstrip()
    inner = block.indent + INDENT if block.bullet else block.indent
    for line in others:
        yield inner + line.rstrip() if line.strip() else ""


def _children(children: tuple[ProofTree, ...], indent: str) -> Iterator[_Block | _Line]:
    """How the parts that a tactic left are written, in order."""
    if len(children) == 1:
        yield _Block(children[0], indent, bullet=False)
        return
    waiting = deque(children)
    single = sum(child.goals == 1 for child in children)
    while waiting:
        passed = 0  # goals of bundles in front of the next single one
        while single and waiting[0].goals > 1:
            passed += waiting[0].goals
            waiting.rotate(-1)
        if passed:
            yield _Line(f"rotate_left {passed}", indent)
        yield _Block(waiting[0], indent, bullet=waiting[0].goals == 1)
        single -= waiting.popleft().goals == 1
