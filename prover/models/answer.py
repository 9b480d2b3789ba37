"""Finds the answer in what a model wrote: behind its thinking, in its last code block, without echoes and markers.

What comes out is text for Lean to judge, or None for "no answer". Nothing is refused here for what it says (`sorry` is not), and
everything is linear in the length of the text.
"""

from __future__ import annotations

import re

from prover.models.dialect_file import ExtractRule
from prover.models.dialect_verdict import verdict_in
from prover.models.lean_answer import block_of, proof_body, statement_of

THINK, THOUGHT = "<think>", "</think>"
FENCE = "```"
BLOCK_INDENT = 2  # columns by which a prompt indents the proof that is to be continued

_FENCE = re.compile(r"`{3,}([\w+#-]*)")
_LEAN = {"lean", "lean4"}


def after_thinking(text: str, *, begun: bool = False) -> str | None:
    """What follows the last `</think>`; None if thinking goes on to the end. `begun`: the prompt opened it already."""
    _, closed, rest = text.rpartition(THOUGHT)
    if THINK in rest or (begun and not closed):
        return None
    return rest


def last_code_block(text: str) -> str | None:
    """The inside of the last code block marked as Lean, or else of the last one without a mark.

    A fence may stand right behind the code. A block that is still open at the end counts, and one that is open where the next
    begins ends there: a model that was cut off or forgot the fence still said something.
    """
    lean = plain = None
    language: str | None = None  # of the block that is open
    start = 0
    for fence in _FENCE.finditer(text):
        mark = fence.group(1).lower()
        if language is not None:
            lean, plain = _kept(language, text[start : fence.start()], lean, plain)
            if not mark:
                language = None
                continue
        language, start = mark, fence.end()
    if language is not None:
        lean, plain = _kept(language, text[start:], lean, plain)
    return lean if lean is not None else plain


def _kept(language: str, inside: str, lean: str | None, plain: str | None) -> tuple[str | None, str | None]:
    if language in _LEAN:
        return inside, plain
    return (lean, inside) if not language else (lean, plain)


def extracted(
    rule: ExtractRule, text: str, stop: tuple[str, ...] = (), *, theorem: str = "", resumed: bool = False, thinking: bool = False
) -> str | None:
    """The answer in `text` by `rule`; None if there is none.

    theorem   whose proof is meant, where an answer may hold several
    resumed   the answer goes on with a proof of which a part was given, so that its indentation says something
    thinking  the prompt ends inside a think block
    """
    cut = _before_stop(text, stop)
    spoken = after_thinking(cut, begun=thinking)
    if spoken is None:
        return None
    match rule.kind:
        case "tactic" | "line":
            return _tactic(rule, spoken)
        case "proof":
            code = last_code_block(spoken)
            return None if code is None else proof_body(code, theorem)
        case "continuation":
            return block_of(spoken.partition(FENCE)[0], BLOCK_INDENT if resumed else None)
        case "statement":
            return _statement(rule, spoken)
        case "prose":
            return spoken.strip() or None
        case "verdict":
            return verdict_in(rule, spoken)


def _before_stop(text: str, stop: tuple[str, ...]) -> str:
    """Servers differ in whether they cut at a stop text."""
    return text[: min((at for each in stop if (at := text.find(each)) >= 0), default=len(text))]


def _tactic(rule: ExtractRule, text: str) -> str | None:
    found = text
    if rule.fenced:
        block = last_code_block(text)
        # Prose without a block is no tactic; one line may be a tactic that came bare.
        found = block if block is not None else text if "\n" not in text.strip() else ""
    if rule.after and rule.after in found:
        found = found.partition(rule.after)[2]
    if rule.until:
        found = found.partition(rule.until)[0]
    found = found.strip()
    if rule.prefix:
        found = found.removeprefix(rule.prefix.strip()).lstrip("\n")
    if rule.suffix:
        found = found.removesuffix(rule.suffix.strip())
    if rule.unmark:
        found = found.replace("<a>", "").replace("</a>", "")
    found = _flush(f"{rule.begun}{found}")
    if rule.kind == "line":
        found = found.partition("\n")[0].rstrip()
    return None if not found or FENCE in found else found


def _flush(text: str) -> str:
    """Without blank lines around it, moved to the first column as a whole."""
    lines = text.strip("\r\n").split("\n")
    # The first line has often lost its indentation to a strip; the others keep theirs relative to it.
    left = len(lines[0]) - len(lines[0].lstrip())
    moved = (line[min(left, len(line) - len(line.lstrip())) :] for line in lines)
    return "\n".join(line.rstrip() for line in moved).strip()


def _statement(rule: ExtractRule, text: str) -> str | None:
    if rule.begun:
        return statement_of(f"{rule.begun}{text.partition(FENCE)[0]}")
    code = last_code_block(text)
    return statement_of(text if code is None else code)
