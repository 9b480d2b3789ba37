"""A solution as blocks of text, code and execution, whichever model's marks they were written in.

Plain data. Owns nothing of the formats (`formats.py`) and runs nothing (`interpreters.py`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

BlockKind = Literal["text", "code", "execution"]
Language = Literal["", "python", "lean"]
Ending = Literal["answered", "no answer", "too many blocks", "too long", "cut off"]


class Block(msgspec.Struct, frozen=True):
    """One block; an execution belongs to the code block before it.

    `language` is that of code; `outcome` says how an execution ended: "" = well, else a word of `interpreters.py` ("error", "time",
    "memory", "output", "refused", "lost").
    """

    kind: BlockKind
    content: str
    language: Language = ""
    outcome: str = ""


class Solution(msgspec.Struct, frozen=True):
    """One sample: its blocks, the answer in it ("" = none), how it ended, and what it cost.

    `logprob` is the sum over all that the model wrote, None if a server does not say; `seconds` is wall clock, of which
    `run_seconds` were spent on running code.
    """

    blocks: tuple[Block, ...]
    answer: str
    ending: Ending
    prompt_tokens: int = 0
    output_tokens: int = 0
    logprob: float | None = None
    seconds: float = 0.0
    run_seconds: float = 0.0
