"""Which model a run or a command asks, and how: plain data that goes into records, and the model behind it.

Owns the way from a name to a loaded model, and from a model's name to its dialect. Imports nothing heavy before a model is opened.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from prover.models.dialect import Dialect
    from prover.models.dialect_file import Task
    from prover.models.generator import Generator, Sampling
    from prover.models.server_options import ServerOptions

FOR_ANY_CHAT: tuple[Task, ...] = ("informalize", "judge", "augment")  # what is usually asked of a general chat model


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model and how it is asked; recorded with everything that it said.

    model        folder or hub id; with `server`, what the server calls it; "" = no model
    server       base URL of an OpenAI-compatible server; "" = run it here
    dialect      name or path; "" = the one that is known to fit the model
    revision     branch, tag or commit; "" = the main one, or what the server reports
    samples      drawn per goal; 0 = as the dialect's authors do
    temperature  of the draws; -1 = as the dialect's authors do
    max_tokens   of one answer; 0 = as the dialect's authors do
    then_search  after whole proofs that failed, go on with a search from what they did right
    critic       folder or hub id of a model that scores goals as InternLM's critic does, with code of its own; "" = none
    dtype, device  of a model that runs here; "" = bfloat16 on a GPU if there is one, else float32 on the CPU
    allow_pickle, trust_remote_code  what a model that runs here may bring along besides safetensors
    """

    model: str = ""
    server: str = ""
    dialect: str = ""
    revision: str = ""
    samples: int = 0
    temperature: float = -1.0
    max_tokens: int = 0
    then_search: bool = False
    critic: str = ""
    dtype: Literal["", "float32", "bfloat16", "float16"] = ""
    device: str = ""
    allow_pickle: bool = False
    trust_remote_code: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        if self.critic and not self.trust_remote_code:
            raise ValueError("a critic brings Python code of its own, which is run only with trust_remote_code")
        if self.samples < 0 or self.max_tokens < 0:
            raise ValueError("samples and max_tokens are at least 0 (as the dialect says)")
        if not (self.temperature == -1 or 0 <= self.temperature < inf):
            raise ValueError("temperature is at least 0, or -1 (as the dialect says)")
        if self.server and not self.model:
            raise ValueError("a server needs the name of a model on it")
        if self.server and (self.dtype or self.device or self.allow_pickle or (self.trust_remote_code and not self.critic)):
            raise ValueError("dtype, device, allow_pickle and trust_remote_code are for a model that runs here, not on a server")
        if self.server:
            self.server_options()  # raises for what is no address

    def dialect_for(self, task: Task) -> Dialect:
        """The dialect in which it is asked.

        A model that no dialect is known to fit informalizes, judges and augments as any chat model does. Raises DialectProblem
        (none is known to fit, none of this name, one for another task), ToolchainMissing (no jinja2).
        """
        from prover.models.dialect import dialect_for, known_dialect_for, load_dialect
        from prover.models.dialect_file import CHATS, DialectProblem

        found = self.dialect or (dialect_for(self.model, task) or CHATS[task] if task in FOR_ANY_CHAT else "")
        dialect = load_dialect(found or known_dialect_for(self.model, task))
        if dialect.task != task:
            raise DialectProblem(
                f"the dialect {dialect.id} is for the task {dialect.task}, not for {task}: {_instead(dialect, task)}"
            )
        return dialect

    def server_options(self) -> ServerOptions:
        """Which server, and how patiently it is asked. Raises ValueError for what is no address."""
        from prover.models.server_options import ServerOptions

        return ServerOptions(self.server, self.model, self.revision, skip_too_long=True)

    def sampling_in(self, dialect: Dialect, *, seed: int = 0) -> Sampling:
        """How it is drawn from: as the dialect says, but for what is chosen here."""
        return dialect.sampling(
            samples=self.samples or None,
            temperature=None if self.temperature == -1 else self.temperature,
            max_tokens=self.max_tokens or None,
            seed=seed,
        )


def _instead(dialect: Dialect, task: Task) -> str:
    from prover.models.dialect_file import CHATS

    if task in ("tactic", "proof"):
        return {"tactic": "leave --whole-proof out", "proof": "give --whole-proof"}.get(dialect.task, "take another one")
    return f"take another one, for a chat model {CHATS[task]}" if task in CHATS else "take another one"


@asynccontextmanager
async def opened(choice: ModelChoice, *, say: Callable[[str], None] = lambda _: None) -> AsyncGenerator[Generator]:
    """The model, ready to be asked, for the body of the `async with`. Raises EnvError with what is missing or wrong."""
    generator = await _open(choice, say)
    try:
        yield generator
    finally:
        await generator.close()


async def _open(choice: ModelChoice, say: Callable[[str], None]) -> Generator:
    if choice.server:
        from prover.models.server import ServerModel

        server = ServerModel(choice.server_options(), say=say)
        try:
            await server.look()  # a wrong address or name is seen now and not in the middle of a run
        except BaseException:
            await server.close()
            raise
        return server
    from prover.models.local import LocalModel
    from prover.models.options import LocalOptions

    options = LocalOptions(
        revision=choice.revision,
        device=choice.device,
        dtype=choice.dtype,
        allow_pickle=choice.allow_pickle,
        trust_remote_code=choice.trust_remote_code,
        threads=threads_for(_cpus()),
    )
    return await asyncio.to_thread(LocalModel.load, choice.model, options)


def threads_for(cpus: int) -> int:
    """How many of them a model that runs here takes for itself: half, at least one.

    The others are for Lean's workers, which are at work at the same time.
    """
    return max(1, cpus // 2)


def _cpus() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
