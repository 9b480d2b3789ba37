"""A local model for tests: a tiny one that says which tokens it draws, and a network that gets into trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from prover.models.generator import Completion, Generated, Prompt, Sampling
from prover.models.loading import Loaded, loaded
from prover.models.local import LocalModel
from prover.models.memory import Memory, Prefilled
from prover.models.networks import Network
from prover.models.options import LocalOptions
from prover.models.vocabulary import Vocabulary
from tests.fakes.tiny_models import llama, tokenizer

GOALS = ["⊢ 1 = 1", "n m : ℕ\nh : n ≤ m\n⊢ n < m + 1", "x", "n : ℕ\n⊢ n + 0 = n", "theorem add_comm (n m : ℕ) : n + m = m + n"]
PROMPTS = [Prompt(goal) for goal in GOALS]
SMALL = LocalOptions(kv_memory_mib=64, threads=1)


class Numbers(Vocabulary):
    """Says which tokens were drawn instead of what they mean."""

    def text(self, prompt: Sequence[int], tokens: Sequence[int]) -> str:  # noqa: ARG002  # the tokens say it all
        return " ".join(map(str, tokens))


class Trouble:
    """A network that raises when a step has more than so many rows, or when it is told to."""

    def __init__(self, inner: Network, most_rows: int = 10**9, error: Exception | None = None) -> None:
        self.inner, self.most_rows, self.error = inner, most_rows, error
        self.device, self.most_positions, self.joinable, self.width = (
            inner.device,
            inner.most_positions,
            inner.joinable,
            inner.width,
        )
        self.steps: list[int] = []
        self.reads: list[int] = []
        self.room = inner.room
        self.awaited: tuple[int, Callable[[], object]] | None = None

    async def has_stepped(self, times: int) -> None:
        """Return when it has made so many steps in all."""
        happened, loop = asyncio.Event(), asyncio.get_running_loop()
        self.awaited = (times, lambda: loop.call_soon_threadsafe(happened.set))
        await happened.wait()

    def prefill(self, prompts: Sequence[Sequence[int]]) -> Prefilled:
        self.reads.append(len(prompts))
        return self.inner.prefill(prompts)

    def step(self, tokens: Tensor, memory: Memory) -> Tensor:
        self.steps.append(tokens.numel())
        if self.awaited and len(self.steps) == self.awaited[0]:
            self.awaited[1]()
        if tokens.numel() > self.most_rows:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        return self.inner.step(tokens, memory)


def model_of(model: Any, words: Any, options: LocalOptions, *, numbers: bool = False) -> Loaded:
    ready = loaded("tiny", model, words, options)
    return replace(ready, vocabulary=Numbers(words, model)) if numbers else ready


def local(options: LocalOptions = SMALL, **how: Any) -> LocalModel:
    return LocalModel(model_of(llama(), tokenizer(), options, **how), options)


async def ask(model: LocalModel, prompts: Sequence[Prompt] = PROMPTS, **sampling: Any) -> list[Generated]:
    return await model.generate(prompts, Sampling(**sampling))


def drawn(completion: Completion) -> list[int]:
    """The tokens of a completion of `Numbers`, the one that ended it included."""
    tokens = [int(word) for word in completion.text.split()]
    return tokens + [1] * (completion.tokens - len(tokens))
