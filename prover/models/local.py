"""A language model on this machine, with weights from a folder or the hub of Hugging Face.

Owns one model, its thread and its memory. Promises exact log-probabilities of the unwarped model, draws that depend on seed,
prompt and sample and not on what else is asked, one reading of a prompt for all its samples, and an event loop that stays free:
all work of torch is in the model's own thread. Raises nothing but ModelFailed while it generates.

Seeds: what can still differ between two batches is the last bit of a logit, because kernels add in another order for another
shape. A token changes with it only where its random number falls in between: hardly ever in float32, now and then in bfloat16,
and with greedy search and beams at a near tie. Who needs the same bytes again sets `most_rows` to 1, or keeps the answers.
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lean_env.errors import ToolchainMissing
from prover.models.generator import Generated, Prompt, Sampling
from prover.models.options import LocalOptions, Work

if TYPE_CHECKING:
    from prover.models.fetching import Fetch
    from prover.models.loading import Loaded

DEFAULTS = LocalOptions()


class LocalModel:
    """A `Generator` that runs here. Callers of any number of event loops and threads may overlap; they share batches."""

    def __init__(self, loaded: Loaded, options: LocalOptions = DEFAULTS, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts the model's thread; `clock` in seconds is what limits are measured by."""
        from prover.models.runner import Runner

        self._name, self._options, self._clock = loaded.name, options, clock
        self._runner = Runner(loaded, options, clock)

    @classmethod
    def load(cls, source: str, options: LocalOptions = DEFAULTS, *, fetch: Fetch | None = None) -> LocalModel:
        """Load a model by folder or hub id. Blocks, for minutes if it has to be downloaded: call it in a thread.

        `fetch` gets files from the hub. Raises ModelFailed, ToolchainMissing: both say what to do.
        """
        missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
        if missing:
            raise ToolchainMissing(f"a local model needs {' and '.join(missing)}: pip install 'entail[models]'")
        from prover.models.fetching import from_hub
        from prover.models.loading import load

        return cls(load(source, options, fetch or from_hub), options)

    @property
    def name(self) -> str:
        """Model and revision: the hub's id and commit, or the folder's name and a digest of its files."""
        return self._name

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        """Complete each prompt; one that is longer than the model reads gets no completion. Raises ModelFailed.

        Beams come best first, samples in their order. What `limit_s` cuts off comes back with `complete` false.
        """
        from prover.models.requests import Request

        if not prompts:
            return []
        request = Request(tuple(prompts), sampling, self._options.limit_s or float("inf"), self._clock)
        self._runner.submit(request)
        return await asyncio.wrap_future(
            request.answer
        )  # a caller that is cancelled cancels the answer, and so is known to be gone

    def work(self) -> Work:
        """What the model has done so far: tokens, steps, and the seconds it was busy."""
        return self._runner.work()

    async def close(self) -> None:
        """Fail who still waits, end the thread, let go of the weights. Idempotent, never raises."""
        await asyncio.to_thread(self._runner.close)
