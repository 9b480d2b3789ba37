"""What a language model does for us, wherever it runs: prompts in, sampled texts with their log-probs out.

Owns the contract between those who ask (`policy.py`'s model policies, whole proofs, formalizers) and those who run a model
(`local.py`, `server.py`). What a text means is the dialect's; a failure of the model is our machinery's, never mathematics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lean_env.errors import EnvError


class ModelFailed(EnvError):
    """The model did not answer: out of memory at the smallest batch, a server that fails. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given: a raw `text` to go on with, or `turns` that its chat template renders; exactly one of them.

    `prefill` is the beginning of the answer to a conversation, already written; completions do not repeat it.
    """

    text: str = ""
    turns: tuple[Turn, ...] = ()
    prefill: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError unless it is a text or a conversation."""
        if bool(self.text) == bool(self.turns):
            raise ValueError("a prompt is either a text or a conversation")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How completions are drawn.

    samples      completions per prompt (>= 1)
    temperature  > 0; 0 = greedy, which gives one completion whatever `samples` says, unless `beams`
    top_p, top_k nucleus in (0, 1], 1 = off; number of tokens, 0 = off. Always sent: servers have defaults of their own
    max_tokens   of one completion (>= 1)
    stop         texts that end a completion and are not part of it
    beams        beam search with `samples` beams instead of sampling (local models alone)
    seed         of the draws
    """

    samples: int = 8
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    beams: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        if self.samples < 1 or self.max_tokens < 1:
            raise ValueError("samples and max_tokens are at least 1")
        if not (0 <= self.temperature < float("inf") and 0 < self.top_p <= 1 and self.top_k >= 0):
            raise ValueError("temperature is at least 0, top_p above 0 and at most 1, top_k at least 0")


@dataclass(frozen=True, slots=True)
class Completion:
    """One drawn text.

    `logprob` is the sum of the natural logs of the probabilities that the unwarped model (temperature 1, nothing cut off) gives
    its `tokens` tokens, the one that ended it included; None if a server does not say. `complete`: it ended by itself or at a stop
    text, not at a limit.
    """

    text: str
    logprob: float | None
    tokens: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Generated:
    """The completions of one prompt, and the tokens that were read and written for it (a shared prompt counts once)."""

    completions: tuple[Completion, ...]
    prompt_tokens: int
    output_tokens: int


class Generator(Protocol):
    """A model that can be asked. Calls may overlap; batching them is its own business."""

    @property
    def name(self) -> str:
        """Model and revision, for records: "BFS-Prover-V2-7B@3f2a91c"."""
        ...

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        """Complete each prompt. Raises ModelFailed."""
        ...

    async def close(self) -> None:
        """Let go of the model or the connection. Idempotent, never raises."""
        ...
