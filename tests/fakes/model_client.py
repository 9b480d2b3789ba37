"""Who asks a failing server: one prompt, a key, and a clock that stands still but for the pauses, which take no time."""

from __future__ import annotations

import random
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from prover.models.generator import ModelFailed, Prompt, Sampling
from prover.models.server import ServerModel
from prover.models.server_options import ServerOptions
from tests.fakes.model_server import ModelServer, running

KEY = "sk-Tr0ub4dor/3"
GOAL = Prompt(text="⊢ p")
ONE = Sampling(samples=1, max_tokens=100)


@dataclass(slots=True)
class Clock:
    """Goes on when somebody sleeps."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list[float])

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def model_at(url: str, clock: Clock | None = None, key: str = KEY, **options: Any) -> ServerModel:
    clock = clock or Clock()
    return ServerModel(
        ServerOptions(url, "prover", **options),
        environment={"OPENAI_API_KEY": key},
        clock=clock,
        pause=clock.pause,
        rng=random.Random(0),
    )


@asynccontextmanager
async def opened(url: str, clock: Clock | None = None, **options: Any) -> AsyncGenerator[ServerModel]:
    model = model_at(url, clock, **options)
    try:
        yield model
    finally:
        await model.close()


async def failure(server: ModelServer, clock: Clock | None = None, tls: Path | None = None, **options: Any) -> str:
    """What is said when one prompt fails."""
    async with running(server, tls=tls), opened(server.url, clock, **options) as model:
        with pytest.raises(ModelFailed) as raised:
            await model.generate([GOAL], ONE)
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert "\n" not in str(raised.value)
    return str(raised.value)


async def success(server: ModelServer, clock: Clock | None = None, **options: Any) -> None:
    async with running(server), opened(server.url, clock, **options) as model:
        [row] = await model.generate([GOAL], ONE)
    assert len(row.completions) == 1
