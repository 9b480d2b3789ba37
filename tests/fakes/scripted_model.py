"""A model that answers what a script says, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from prover.models.generator import Completion, Generated, Prompt, Sampling

Script = Sequence[str] | Callable[[str], Sequence[str]]


def text_of_prompt(prompt: Prompt) -> str:
    """All that the model is shown: the text, or the turns one below the other."""
    return prompt.text or "\n".join([*(f"[{turn.role}]\n{turn.content}" for turn in prompt.turns), prompt.prefill])


def block(code: str) -> str:
    """An answer of a chat model: some words, and the code."""
    return f"Let me think.\n\n```lean4\n{code}\n```\n"


class ScriptedModel:
    """A `Generator`.

    A list of answers is handed out sample by sample; when it is used up, answers are empty. A function is asked with all of a
    prompt and says its answers; samples beyond them are not drawn. Each answer has cost one output token per character, each prompt
    one per character. An Event as `gate` holds every answer back; the exceptions in `raises` come one by one in place of answers.
    """

    name = "scripted@0"

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Prompt] = []
        self.samplings: list[Sampling] = []
        self.calls = 0
        self.gate: asyncio.Event | None = None
        self.raises: list[Exception | None] = []
        self.closed = False
        self._given = 0

    @property
    def shown(self) -> list[str]:
        """The text of each prompt, in order."""
        return [text_of_prompt(prompt) for prompt in self.asked]

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        self.calls += 1
        self.asked.extend(prompts)
        self.samplings.extend([sampling] * len(prompts))
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        failure = self.raises.pop(0) if self.raises else None
        if failure is not None:
            raise failure
        return [self._answer(prompt, sampling.samples) for prompt in prompts]

    async def close(self) -> None:
        self.closed = True

    def _answer(self, prompt: Prompt, samples: int) -> Generated:
        if callable(self.script):
            texts = list(self.script(text_of_prompt(prompt)))[:samples]
        else:
            texts = list(self.script[self._given : self._given + samples])
            texts += [""] * (samples - len(texts))
            self._given += samples
        completions = tuple(Completion(text, -1.0, len(text), complete=True) for text in texts)
        return Generated(completions, len(text_of_prompt(prompt)), sum(len(text) for text in texts))
