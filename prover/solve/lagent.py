"""InternLM2's agent format: prose, then a Python block between action marks; the result comes back as the environment's turn.

Owns that grammar, as the authors' agent (lagent) writes it. An answer without an action ends the solution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.solve.blocks import Block
from prover.solve.formats import BlockFormat, Reading
from prover.solve.marks import neutral, without_role_marks

_ACTION = re.compile(r"<\|action_start\|>\s*(?:<\|(\w+)\|>)?")
_ACTION_END = "<|action_end|>"
_RESULT = "<|im_end|>\n<|im_start|>environment name=<|interpreter|>\n"
_RESULT_END = "<|im_end|>\n<|im_start|>assistant\n"
_FENCED = re.compile(r"\s*```[\w+-]*[ \t]*\n(.*?)\n?```\s*", re.DOTALL)
_FENCE_OPEN = re.compile(r"\s*```[\w+-]*[ \t]*\n")
_TURN_MARK = re.compile(r"<\|im_(?:end|start)\|>")


@dataclass(frozen=True, slots=True)
class Lagent(BlockFormat):
    """Prose and actions. The prompt is the conversation so far, the assistant's turn open at its end."""

    name = "lagent"

    def read(self, text: str) -> Reading:
        """Prose and the first action. An action for another tool than the interpreter is code without a language."""
        own = _TURN_MARK.split(text, maxsplit=1)[0]
        found = tuple(_turn(own))
        return Reading(found, ended=not any(block.kind == "code" for block in found))

    def render(self, blocks: Sequence[Block]) -> str:
        """One conversation, in the assistant's turn at its beginning and its end."""
        return "".join(map(_written, blocks))

    def parse(self, text: str) -> tuple[Block, ...]:
        """Turns of the assistant and of the environment, in order."""
        found: list[Block] = []
        for number, part in enumerate(text.split(_RESULT)):
            result, _, own = part.partition(_RESULT_END) if number else ("", "", part)
            if number:
                found.append(Block("execution", result))
            found.extend(_turn(own))
        return tuple(found)


def _written(block: Block) -> str:
    match block.kind:
        case "text":
            return f"{without_role_marks(block.content)}\n"
        case "code":
            return f"<|action_start|><|interpreter|>\n```python\n{without_role_marks(block.content)}\n```{_ACTION_END}\n"
        case "execution":
            return f"{_RESULT}{neutral(block.content)}{_RESULT_END}"


def _turn(own: str) -> Iterator[Block]:
    action = _ACTION.search(own)
    prose = (own[: action.start()] if action else own).replace(_ACTION_END, "").strip()
    if prose:
        yield Block("text", prose)
    if action:
        inside = own[action.end() :].partition(_ACTION_END)[0]
        fenced = _FENCED.match(inside)
        code = (fenced[1] if fenced else _FENCE_OPEN.sub("", inside, count=1)).strip("\n")
        if code.strip():
            yield Block("code", code, "python" if action[1] in (None, "interpreter") else "")
