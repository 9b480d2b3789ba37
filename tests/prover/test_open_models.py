"""Each model of a command is opened once, whatever it is asked for, and closed at the end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from prover import open_models as module
from prover.models.choice import ModelChoice
from prover.open_models import open_models


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is opened and closed."""
    happened: list[str] = []

    @asynccontextmanager
    async def opened(choice: ModelChoice, *, say: Callable[[str], None]) -> AsyncGenerator[object]:
        del say
        happened.append(f"open {choice.model}")
        try:
            yield object()
        finally:
            happened.append(f"close {choice.model}")

    monkeypatch.setattr(module, "opened", opened)
    return happened


async def test_one_model_in_several_dialects_is_opened_once(log: list[str]) -> None:
    said: list[str] = []
    async with open_models(said.append) as models:
        first = await models.generator(ModelChoice("a", dialect="chat-formalizer", temperature=0.5))
        second = await models.generator(ModelChoice("a", dialect="chat-judge", samples=3, max_tokens=10))
        other = await models.generator(ModelChoice("b"))
        assert first is second
        assert first is not other
    assert log == ["open a", "open b", "close b", "close a"]
    assert said == ["loading the model a", "loading the model b"]


@pytest.mark.parametrize(
    "other", [ModelChoice("a", revision="2"), ModelChoice("a", dtype="float16"), ModelChoice("a", device="cpu")]
)
async def test_what_is_loaded_otherwise_is_another_model(log: list[str], other: ModelChoice) -> None:
    async with open_models(lambda _: None) as models:
        assert await models.generator(ModelChoice("a")) is not await models.generator(other)
    assert len(log) == 4


async def test_a_server_is_not_loaded(log: list[str]) -> None:
    said: list[str] = []
    async with open_models(said.append) as models:
        await models.generator(ModelChoice("a", server="http://localhost:1/v1"))
    assert (said, log) == ([], ["open a", "close a"])
