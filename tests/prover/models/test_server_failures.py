"""Each way in which a server fails: how often it is asked, and what is said of it."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from prover.models.generator import ModelFailed
from prover.models.server import ServerModel
from prover.models.server_options import ServerOptions
from tests.fakes.model_client import GOAL, KEY, ONE, Clock, failure, model_at, success
from tests.fakes.model_server import (
    Act,
    ModelServer,
    breaks_off,
    drips,
    error,
    falls_silent,
    floods,
    resets,
    running,
    says,
)

pytest.importorskip("openai")

# --- What passes by itself is tried again. ---

PASSING: dict[str, Act] = {
    "429": error(429, "slow down"),
    "500": error(500, "CUDA error"),
    "502 with a page": says(502, "<html>Bad gateway</html>", "text/html"),
    "503": error(503, "loading model"),
    "408": error(408, "too slow"),
    "reset": resets,
    "breaks off": breaks_off,
    "truncated JSON": says(200, '{"choices": [{"text": "sim'),
    "no choices": says(200, {"choices": []}),
    "null choices": says(200, {"choices": None}),
    "error with status 200": says(200, {"error": {"message": "provider is down", "code": 502}}),
}


@pytest.mark.parametrize("act", PASSING.values(), ids=PASSING.keys())
async def test_what_passes_is_tried_again(act: Act) -> None:
    server, clock = ModelServer([act, act]), Clock()

    await success(server, clock, retries=2)

    assert len(server.posts) == 3
    assert len(clock.pauses) == 2


SAYS_LAST = {
    "429": r"too many requests \(429\): slow down, x; lower concurrency",
    "500": r"fails \(500\): CUDA error, x; look into the server's log",
    "502 with a page": r"fails \(502\); look",
    "503": r"fails \(503\): loading model",
    "408": r"fails \(408\)",
    "reset": "closed the connection in the middle",
    "breaks off": "closed the connection in the middle",
    "truncated JSON": "breaks off or is damaged after 26 bytes",
    "no choices": "without any choices",
    "null choices": "without any choices",
    "error with status 200": r"fails \(502\): provider is down",
}


@pytest.mark.parametrize("name", PASSING)
async def test_what_does_not_pass_ends_with_a_sentence_after_as_many_tries_as_were_allowed(name: str) -> None:
    server = ModelServer(last=PASSING[name])

    message = await failure(server, retries=3)

    assert len(server.posts) == 4
    assert re.search(SAYS_LAST[name], message)
    assert message.endswith("[tried 4 times]")


async def test_pauses_are_drawn_below_a_bound_that_doubles() -> None:
    clock = Clock()

    await failure(ModelServer(last=error(503, "x")), clock, retries=8, first_pause_s=1.0, most_pause_s=20.0)

    assert len(clock.pauses) == 8
    assert all(0 <= pause <= bound for pause, bound in zip(clock.pauses, [2, 4, 8, 16, 20, 20, 20, 20], strict=True))
    assert len(set(clock.pauses)) == 8


@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "30"},
        {"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"},
    ],
)
async def test_a_server_that_asks_to_wait_is_given_that_time(headers: dict[str, str]) -> None:
    clock = Clock()

    await success(ModelServer([error(429, "slow down", **headers)]), clock, first_pause_s=0.5)

    assert len(clock.pauses) == 1
    assert 30 <= clock.pauses[0] <= 30.5


@pytest.mark.parametrize("value", ["soon", "inf", "Wed, 21 Oct 2026 07:28:30 GMT"])
async def test_a_time_to_wait_that_cannot_be_read_is_not_heeded(value: str) -> None:
    clock = Clock()

    await success(ModelServer([error(429, "slow down", retry_after=value)]), clock, first_pause_s=0.5)

    assert clock.pauses[0] <= 1.0


async def test_no_pause_goes_over_the_deadline() -> None:
    clock, server = Clock(), ModelServer(last=error(429, "slow down", retry_after="100"))

    message = await failure(server, clock, deadline_s=250.0, retries=50)

    assert len(server.posts) == 3
    assert clock.now <= 250
    assert "within deadline_s = 250" in message
    assert "slow down" in message


async def test_the_deadline_counts_for_those_who_wait_for_a_place() -> None:
    server = ModelServer(last=falls_silent)
    async with running(server):
        model = ServerModel(ServerOptions(server.url, "prover", concurrency=1, deadline_s=0.1, retries=0), environment={})
        with pytest.raises(ModelFailed):
            await model.generate([GOAL, GOAL, GOAL], ONE)
        await model.close()

    assert len(server.posts) <= 1


@pytest.mark.parametrize("act", [falls_silent, drips])
async def test_an_answer_without_end_is_given_up(act: Act) -> None:
    clock = Clock()

    message = await failure(ModelServer(last=act), clock, timeout_s=0.1, retries=1)

    assert len(clock.pauses) == 1
    assert "did not end its answer within 0.1 s; raise timeout_s" in message


# --- What does not pass by itself is said at once. ---

FINAL: dict[str, tuple[Act, str]] = {
    "401": (error(401, "Incorrect API key"), r"refuses access \(401\): .*in the environment variable OPENAI_API_KEY the right one"),
    "403": (error(403, "no"), r"refuses access \(403\)"),
    "no quota": (
        says(429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}),
        r"no quota left for this key \(429\)",
    ),
    "vllm context": (
        error(400, "This model's maximum context length is 40 tokens. However, you requested 130 tokens (30 in the messages)"),
        r"context of prover: .*40 tokens.*130 tokens.*lower max_tokens \(now 100\).*--max-model-len",
    ),
    "llama.cpp context": (
        says(400, {"error": {"code": 400, "message": "the request exceeds the available context size", "type": "x"}}),
        "does not fit into the context of prover",
    ),
    "400": (error(400, "temperature must be 1"), r"refuses the request \(400\): temperature must be 1"),
    "422": (
        says(422, {"detail": [{"loc": ["body", "temperature"], "msg": "too hot"}]}),
        r"refuses the request \(422\): body.temperature: too hot",
    ),
    "a page": (says(200, "<!doctype html><p>Welcome", "text/html"), "answers with a web page: is .*/v1 the API's base URL"),
    "a page as JSON": (says(200, "  <html>"), "answers with a web page"),
    "404 page": (says(404, "<html>Not found", "text/html"), "answers with a web page"),
    "405": (says(405, ""), "answers with a web page"),
    "another form": (says(200, {"choices": [{"text": 3}]}), r"not in the form of the OpenAI API \(Expected `str \| null`"),
    "redirect": (says(308, "", location="https://elsewhere/v1"), "redirects to 'https://elsewhere/v1'; use the base URL"),
    "501": (error(501, "not here"), r"fails \(501\)"),
    "flood": (floods(3_000_000), "larger than 1000000 bytes; lower samples"),
    "flood with an error": (says(500, "x" * 3_000_000), "larger than 1000000 bytes"),
    "compressed": (says(200, "x", content_encoding="gzip"), "compressed although that was declined"),
}


@pytest.mark.parametrize(("act", "pattern"), FINAL.values(), ids=FINAL.keys())
async def test_what_does_not_pass_is_said_at_once(act: Act, pattern: str) -> None:
    server = ModelServer(last=act)

    message = await failure(server, most_bytes=1_000_000)

    assert len(server.posts) == 1
    assert re.search(pattern, message), message


@pytest.mark.parametrize("text", ["hello", "", '{"choices": [{"text": "\\ud8', '{"choices": [{"x": ' + "[" * 100_000])
async def test_what_is_no_json_is_tried_again_and_shown(text: str) -> None:
    server = ModelServer(last=says(200, text))

    message = await failure(server, retries=1)

    assert len(server.posts) == 2
    assert "JSON" in message


@pytest.mark.parametrize(
    ("key", "variable", "advice"),
    [("", "OPENAI_API_KEY", "put the API key into the environment variable OPENAI_API_KEY"), (KEY, "", "in key_variable")],
)
async def test_a_key_that_is_missing_is_asked_for_by_its_variable(key: str, variable: str, advice: str) -> None:
    server = ModelServer(last=error(401, "who are you?"))

    message = await failure(server, key=key, key_variable=variable)

    assert advice in message
    assert "authorization" not in server.posts[0].headers


async def test_an_unknown_model_is_answered_with_those_that_there_are() -> None:
    server = ModelServer(last=error(404, "The model `prover` does not exist."), models=[{"id": "Goedel"}, {"id": "Kimina"}])

    assert (await failure(server)).endswith("/v1 knows no model 'prover'; it has: Goedel, Kimina")


async def test_a_model_that_is_there_but_not_in_this_way() -> None:
    server = ModelServer(last=error(404, "This is a chat model"))

    assert "take a dialect of the other kind" in await failure(server)


async def test_an_address_without_models_is_a_wrong_one() -> None:
    nothing = says(404, {"detail": "Not Found"})

    assert "the API's base URL? It mostly ends with /v1" in await failure(ModelServer(last=nothing, listing=nothing))


LISTINGS: dict[str, tuple[Act, str]] = {
    "404": (says(404, {"detail": "Not Found"}), "no list of models"),
    "a page": (says(200, "<html>", "text/html"), "a web page"),
    "something else": (says(200, {"data": 3}), "not a list of models"),
    "401": (error(401, f"bad key {KEY}"), "refuses access"),
    "without it": (says(200, {"data": [{"id": "other"}]}), "it has: other"),
    "empty": (says(200, {"object": "list"}), "it has: none"),
}


@pytest.mark.parametrize(("listing", "words"), LISTINGS.values(), ids=LISTINGS.keys())
async def test_a_look_at_a_wrong_server_says_so(listing: Act, words: str) -> None:
    server = ModelServer(listing=listing)
    async with running(server):
        model = model_at(server.url)
        with pytest.raises(ModelFailed, match=words) as raised:
            await model.look()
        await model.close()

    assert KEY not in str(raised.value)


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        clock = Clock()
        model = model_at(f"http://127.0.0.1:{unused.getsockname()[1]}/v1", clock, retries=2)
        with pytest.raises(ModelFailed, match=r"no server at http://127.0.0.1:\d+/v1 .*is it started.*\[tried 3 times\]"):
            await model.generate([GOAL], ONE)
        await model.close()

    assert len(clock.pauses) == 2


async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    server = ModelServer()

    message = await failure(server, tls=tmp_path)

    assert "is not trusted" in message
    assert "`certificates`" in message
    assert server.posts == []


async def test_a_certificate_that_the_options_vouch_for(tmp_path: Path) -> None:
    server = ModelServer()
    async with running(server, tls=tmp_path):
        model = model_at(server.url, certificates=tmp_path / "certificate.pem")
        await model.generate([GOAL], ONE)
        await model.close()

    assert len(server.posts) == 1


async def test_https_to_a_server_that_speaks_http() -> None:
    async with running(ModelServer()) as server:
        model = model_at(server.url.replace("http", "https"))
        with pytest.raises(ModelFailed, match="does not speak https"):
            await model.generate([GOAL], ONE)
        await model.close()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_certificates_that_is_none(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ModelFailed, match="`certificates` cannot be used"):
        model_at("https://127.0.0.1/v1", certificates=path)


def test_every_failure_of_this_file_has_its_sentence() -> None:
    assert SAYS_LAST.keys() == PASSING.keys()
