"""One prompt among many, calls that are cancelled, and the key: sent in one header, and told to nobody."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import pytest

from lean_env.errors import EnvError, ToolchainMissing
from prover.models.generator import ModelFailed, Prompt
from prover.models.server import PromptTooLong
from tests.fakes.model_client import GOAL, KEY, ONE, failure, model_at, success
from tests.fakes.model_server import (
    Act,
    ModelServer,
    answers,
    error,
    falls_silent,
    running,
    says,
)

pytest.importorskip("openai")


async def test_a_prompt_that_is_too_long_fails_the_call_unless_it_may_be_skipped() -> None:
    async def act(line: Any, received: Any) -> None:
        long = len(received.body["prompt"]) > 10
        await (error(400, "prompt is too long: 99 tokens > 40 maximum") if long else answers())(line, received)

    async with running(ModelServer(last=act)) as server:
        strict, lenient = model_at(server.url), model_at(server.url, skip_too_long=True)
        with pytest.raises(PromptTooLong):
            await strict.generate([GOAL, Prompt(text="x" * 99)], ONE)
        rows = await lenient.generate([GOAL, Prompt(text="x" * 99), GOAL], ONE)
        await strict.close()
        await lenient.close()

    assert [len(row.completions) for row in rows] == [1, 0, 1]
    assert len(lenient.notices) == 1


async def test_a_call_that_is_cancelled_leaves_no_request_behind() -> None:
    server = ModelServer(last=falls_silent)
    async with running(server):
        model = model_at(server.url, concurrency=1)
        call = asyncio.create_task(model.generate([GOAL], ONE))
        await server.asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await server.gone.wait()
        server.last = answers()
        await model.generate([GOAL], ONE)  # the place is free again
        await model.close()


async def test_the_others_of_a_call_are_given_up_when_one_fails() -> None:
    server = ModelServer([falls_silent], last=error(400, "no"))

    assert "no" in await failure_of_two(server)
    await server.gone.wait()


async def failure_of_two(server: ModelServer) -> str:
    async with running(server):
        model = model_at(server.url)
        with pytest.raises(ModelFailed) as raised:
            await model.generate([GOAL, GOAL], ONE)
        await server.gone.wait()
        await model.close()
    return str(raised.value)


async def test_a_closed_model_says_so_and_is_closed_once() -> None:
    async with running(ModelServer()) as server:
        model = model_at(server.url)
        await model.close()
        await model.close()
        with pytest.raises(ModelFailed, match="has been closed"):
            await model.generate([GOAL], ONE)


ECHOES: list[Act] = [
    error(401, f"Incorrect API key provided: {KEY}."),
    error(400, "x" * 280 + KEY),
    error(500, KEY),
    says(200, {"error": KEY}),
    says(200, KEY),
    says(200, f"<html>{KEY}"),
    says(307, "", location=f"http://x/{KEY}"),
    error(404, KEY),
    says(418, KEY),
]


@pytest.mark.parametrize("act", ECHOES)
async def test_the_key_is_sent_in_one_header_and_told_to_nobody(act: Act, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = ModelServer(last=act)

    message = await failure(server, retries=1)

    assert KEY[:-1] not in message
    # The library below writes down at DEBUG what a server says; what we send it keeps to itself.
    assert not [record for record in caplog.records if KEY in record.getMessage() and not record.name.startswith("httpcore2")]
    sent = server.posts[0]
    assert [name for name, value in sent.headers.items() if KEY in value] == ["authorization"]
    assert KEY not in str(sent.body)


async def test_the_model_does_not_show_the_key() -> None:
    model = model_at("http://127.0.0.1:1/v1")

    assert KEY not in f"{model!r} {model.name} {vars(model)!r}"
    await model.close()


async def test_nothing_is_sent_that_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "secret-of-another")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server = ModelServer()

    await success(server, key="")

    sent = server.posts[0].headers
    assert not [name for name, value in sent.items() if "secret" in value or name.startswith("x-stainless")]
    assert sent["accept-encoding"] == "identity"


def test_a_key_with_a_newline_at_its_end_is_a_key_and_one_with_an_accent_is_not() -> None:
    with pytest.raises(ModelFailed, match="OPENAI_API_KEY holds characters") as raised:
        model_at("http://127.0.0.1:1/v1", key="clé")

    assert "clé" not in str(raised.value)
    assert isinstance(raised.value, EnvError)


async def test_white_space_around_a_key_is_not_sent() -> None:
    server = ModelServer()

    await success(server, key=f" {KEY}\n")

    assert server.posts[0].headers["authorization"] == f"Bearer {KEY}"


def test_without_the_client_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)

    with pytest.raises(ToolchainMissing, match=r"pip install 'entail\[server\]'"):
        model_at("http://127.0.0.1:1/v1")
