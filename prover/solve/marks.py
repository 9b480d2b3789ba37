"""Takes the power out of marks: what code printed, and what a problem says, never begins a turn or a block in a prompt.

Owns the list of what tokenizers take for marks. Promises that no neutral text holds one of them; what is changed is one blank or
quote sign, for the eyes of the model alone: records keep the text as it was.
"""

from __future__ import annotations

import re

# Marks of the families we know, spelt as their tokenizers do: ChatML and Llama 3 between bars, DeepSeek between wide bars, old role
# marks of InternLM, Llama 2, Gemma, sentence marks, thinking, MathCoder's word for an empty result.
_BARS = re.compile(r"<(?=[|｜])|(?<=[|｜])>")
_MARK = re.compile(
    r"\[(?=UNUSED_TOKEN|/?INST\]|/?SYSTEM)|<(?=/?(?:s|bos|eos|pad|unk|think|start_of_turn|end_of_turn|empty_execution)>|<SYS>>|</SYS>>)",
    re.IGNORECASE,
)
_FENCE = re.compile(r"`{3,}|~{3,}")
_OWN_MARK = re.compile(r"<\|(?=[^\s<>|]{1,40}\|>)")


def neutral(text: str) -> str:
    """Text from outside (output of code, a problem) without any mark: a blank breaks each, and fences become quote signs."""
    text = _BARS.sub(lambda found: "< " if found[0] == "<" else " >", text)
    return _FENCE.sub(lambda found: "'" * len(found[0]), _MARK.sub(lambda found: f"{found[0]} ", text))


def without_role_marks(text: str) -> str:
    """What the model wrote itself, without role and block marks; operators like `<|` and fences stay."""
    return _OWN_MARK.sub("<| ", text)
