"""The models of one command, each opened once however many parts it plays: two copies of a large one do not fit beside each other.

Owns which choices mean the same model. How a model is asked is for whoever asks it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from prover.models.choice import ModelChoice, opened

if TYPE_CHECKING:
    from prover.models.generator import Generator


class OpenModels:
    """Opens models, and says so where that takes long."""

    def __init__(self, stack: AsyncExitStack, say: Callable[[str], None]) -> None:
        """`stack` closes what is opened here."""
        self._stack, self._say = stack, say
        self._open: dict[ModelChoice, Generator] = {}

    async def generator(self, choice: ModelChoice) -> Generator:
        """The model behind a choice. Raises EnvError with what is missing or wrong."""
        model = replace(choice, dialect="", samples=0, temperature=-1.0, max_tokens=0)  # these say how it is asked
        if model not in self._open:
            if not model.server:
                self._say(f"loading the model {model.model}")
            self._open[model] = await self._stack.enter_async_context(opened(model, say=self._say))
        return self._open[model]


@asynccontextmanager
async def open_models(say: Callable[[str], None]) -> AsyncGenerator[OpenModels]:
    """For the body of the `async with`, after which all of them are closed."""
    async with AsyncExitStack() as stack:
        yield OpenModels(stack, say)
