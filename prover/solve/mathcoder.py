"""MathCoder's blocks: `<|text|>..<|endofblock|>`, `<|code|>..`, `<|execution|>..`, after arXiv:2310.03731.

Owns that grammar. The stop texts end a completion at every block, so a completion without a block is the end of the message: which
of the two stop texts it was, no server says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.solve.blocks import Block, BlockKind
from prover.solve.formats import BlockFormat, Reading
from prover.solve.marks import neutral, without_role_marks

EMPTY = "<empty_execution>"
_MARK = re.compile(r"<\|(text|code|execution|endofblock|endofmessage|system|user|assistant)\|>")
_KINDS: dict[str, BlockKind] = {"text": "text", "code": "code", "execution": "execution"}


@dataclass(frozen=True, slots=True)
class MathCoder(BlockFormat):
    """Blocks between marks. The prompt is the message so far, open at its end."""

    name = "mathcoder"

    def read(self, text: str) -> Reading:
        """Blocks up to the first code block. Text without a mark is text; a mark that only others may write ends the message."""
        found: list[Block] = []
        for kind, content in _pieces(text):
            if kind not in ("text", "code"):
                return Reading(tuple(found), ended=True)
            if content:
                found.append(_block(kind, content))
                if kind == "code":
                    return Reading(tuple(found), ended=False)
        return Reading(tuple(found), ended=not found)

    def render(self, blocks: Sequence[Block]) -> str:
        """Blocks between their marks."""
        return "".join(f"<|{block.kind}|>{_written(block)}<|endofblock|>" for block in blocks)

    def parse(self, text: str) -> tuple[Block, ...]:
        """All blocks of a message. Empty text and code is left out."""
        pieces = [(kind, content) for kind, content in _pieces(text) if content or kind == "execution"]
        return tuple(_block(kind, content) for kind, content in pieces if kind in _KINDS)


def _written(block: Block) -> str:
    if block.kind != "execution":
        return without_role_marks(block.content)
    return neutral(block.content) if block.content.strip() else EMPTY


def _block(kind: str, content: str) -> Block:
    if kind == "execution":
        return Block("execution", "" if content == EMPTY else content)
    return Block("code", content, "python") if kind == "code" else Block("text", content)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What stands after each mark, with the name of the mark; what nothing marks is text. A block may lack its end."""
    kind, start = "text", 0
    for mark in _MARK.finditer(text):
        if kind != "endofblock":
            yield kind, text[start : mark.start()].strip("\n")
        elif stray := text[start : mark.start()].strip():
            yield "text", stray
        kind, start = mark[1], mark.end()
    rest = text[start:].strip("\n")
    yield ("text", rest.strip()) if kind == "endofblock" else (kind, rest)
