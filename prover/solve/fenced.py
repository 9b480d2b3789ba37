"""Blocks as Markdown: code between fences, for any chat model, and programs whose output is the answer.

Owns that grammar. The first fenced Python or Lean block of a turn is what is run; what a model writes behind it, it wrote without
having seen the result, and is left out; so is what it thought, where models try code that is not meant to run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.models.answer import after_thinking
from prover.solve.blocks import Block, Language
from prover.solve.formats import BlockFormat, Reading
from prover.solve.marks import neutral, without_role_marks

_FENCE = re.compile(r"```([\w+-]*)[ \t]*(?:\n|$)")
_LANGUAGES: dict[str, Language] = {"python": "python", "py": "python", "python3": "python", "lean": "lean", "lean4": "lean"}
_OUTPUT = "output"
_PROGRAM = re.compile(r"^(?:--|/-|import|open|def|abbrev|structure|inductive|theorem|example|#eval)(?!\w)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fenced(BlockFormat):
    """Markdown, for any model: the general chat. Results are turns of the user."""

    name = "fenced"

    def read(self, text: str) -> Reading:
        """Prose and the first program, behind all thinking. Without a program the model has said all."""
        return _first_program(after_thinking(text) or "")

    def render(self, blocks: Sequence[Block]) -> str:
        """As Markdown."""
        return as_markdown(blocks)

    def parse(self, text: str) -> tuple[Block, ...]:
        """All blocks of a transcript; text between two fences is one block."""
        return tuple(_blocks(text))


@dataclass(frozen=True, slots=True)
class Program(Fenced):
    """One program as an answer, as InternLM writes in Lean: definitions that end in `#eval`. One that failed is shown again."""

    name = "program"
    answers_by_running = True

    def read(self, text: str) -> Reading:
        """The program; a text without a fence that begins like one is one. Unmarked fences are Lean's."""
        spoken = after_thinking(text) or ""
        reading = _first_program(spoken, unmarked="lean")
        bare = spoken.strip("\n")
        if reading.ended and "```" not in bare and "#eval" in bare and _PROGRAM.match(bare.lstrip()):
            return Reading((Block("code", without_role_marks(bare), "lean"),), ended=False)
        return reading


def as_markdown(blocks: Sequence[Block]) -> str:
    """Text as it is, code and results between fences; for prompts, and for whoever reads a solution."""
    return "".join(map(_written, blocks))


def _first_program(text: str, unmarked: Language = "") -> Reading:
    found: list[Block] = []
    for block in _blocks(text, unmarked):
        if block.kind == "execution":  # a model that plays the interpreter too
            break
        found.append(block)
        if block.kind == "code":
            return Reading(tuple(found), ended=False)
    return Reading(tuple(found), ended=True)


def _written(block: Block) -> str:
    match block.kind:
        case "text":
            return f"{without_role_marks(block.content)}\n"
        case "code":
            return f"```{block.language or 'python'}\n{without_role_marks(block.content)}\n```\n"
        case "execution":
            return f"```{_OUTPUT}\n{neutral(block.content)}\n```\n"


def _blocks(text: str, unmarked: Language = "") -> Iterator[Block]:
    """The blocks in order. A fence of another language is part of the text; one that does not close goes on to the end."""
    start = at = 0
    while fence := _FENCE.search(text, at):
        mark = fence[1].lower()
        language: Language = _LANGUAGES.get(mark, "") if mark else unmarked
        close = text.find("```", fence.end())
        end = len(text) if close < 0 else close
        at = end + 3
        if not language and mark != _OUTPUT:
            continue
        if prose := text[start : fence.start()].strip():
            yield Block("text", prose)
        inside = text[fence.end() : end].removesuffix("\n")
        if mark == _OUTPUT:
            yield Block("execution", inside)
        elif inside.strip():
            yield Block("code", inside.strip("\n"), language)
        start = at
    if rest := text[start:].strip():
        yield Block("text", rest)
