"""A server of models that misbehaves on purpose: real HTTP on 127.0.0.1, in the event loop of the test.

Each act is one function, named after what the server does with a request; acts are played in order, and the `last` one from then
on. It writes its replies by hand, byte by byte, so that a mistake of an HTTP library cannot hide here.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

Body = dict[str, Any]

TLS_HELLO = b"\x16"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; `body` is {} without one."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body


@dataclass(slots=True)
class Line:
    """One connection, and what became of the server's requests so far."""

    server: ModelServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Act = Callable[[Line, Received], Awaitable[None]]


@dataclass(slots=True)
class ModelServer:
    """Plays `acts` for one POST after the other, then `last` (None: it works); a GET is answered with `models` or by `listing`."""

    acts: list[Act] = field(default_factory=list[Act])
    last: Act | None = None
    models: Sequence[Body] = ({"id": "prover", "object": "model"},)
    listing: Act | None = None
    url: str = ""
    posts: list[Received] = field(default_factory=list[Received])
    gets: list[Received] = field(default_factory=list[Received])
    at_once: int = 0
    most_at_once: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)  # the first POST is here
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # a client went away before it had its answer

    @property
    def bodies(self) -> list[Body]:
        return [post.body for post in self.posts]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(self, reader, writer)
        try:
            while (received := await _receive(reader)) is not None:
                await self._play(line, received)
        except ConnectionError:
            self.gone.set()
        finally:
            writer.close()

    async def _play(self, line: Line, received: Received) -> None:
        if received.method == "TLS":
            await line.send(http(400, b"this is http"))
            return line.writer.close()
        if received.method == "GET":
            self.gets.append(received)
            act = self.listing or says(200, {"object": "list", "data": list(self.models)})
            return await act(line, received)
        self.posts.append(received)
        self.asked.set()
        act = self.acts.pop(0) if self.acts else self.last or answers()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await act(line, received)
        finally:
            self.at_once -= 1


async def _receive(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readexactly(1)
        if head == TLS_HELLO:
            return Received("TLS", "", {}, {})
        head += await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode().rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    data = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, json.loads(data) if data else {})


@asynccontextmanager
async def running(server: ModelServer, *, tls: Path | None = None) -> AsyncGenerator[ModelServer]:
    """The server at `server.url`; `tls` is a folder for `certificate.pem`, of an authority that nobody trusts by itself."""
    context = None
    if tls is not None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tls / "certificate.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)  # pyright: ignore[reportUnknownMemberType] - its types name a library that is not here
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    server.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --- Servers that do their work, each in its own way. ---


@dataclass(frozen=True, slots=True)
class Texts:
    """What a served model answers with.

    `spell` gives the tokens of the sample with that seed and index. `most` is the largest n that is heeded.
    """

    spell: Callable[[Received, int], Sequence[str]] = lambda received, seed: (str(received.body.get("prompt", "chat")), f"#{seed}")
    most: int = 1000
    logprobs: str = "own"  # "own" shape of the endpoint, the "chat" shape at both, or "none"
    finish: str | None = "stop"
    usage: bool = True

    def choices(self, received: Received) -> list[Body]:
        body = received.body
        return [self._choice(received, index, int(body.get("seed", 0)) + index) for index in range(min(body["n"], self.most))]

    def _choice(self, received: Received, index: int, seed: int) -> Body:
        tokens = list(self.spell(received, seed))
        chat = received.path.endswith("/chat/completions")
        text = "".join(tokens)
        choice: Body = {"index": index, "finish_reason": self.finish, "logprobs": None}
        choice |= {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
        if received.body.get("logprobs") and self.logprobs != "none":
            if chat or self.logprobs == "chat":
                listed = [{"token": each, "logprob": -0.25, "bytes": list(each.encode())} for each in tokens]
                choice["logprobs"] = {"content": listed}
            else:
                choice["logprobs"] = {"tokens": tokens, "token_logprobs": [-0.25] * len(tokens), "text_offset": []}
        return choice


def always(*tokens: str, logprobs: str = "own") -> Act:
    """Replies whose choices are all spelled with these tokens."""

    def spell(received: Received, seed: int) -> Sequence[str]:
        del received, seed
        return tokens

    return answers(Texts(spell, logprobs=logprobs))


def answers(texts: Texts | None = None) -> Act:
    """A reply with as many choices as the model gives."""
    model = texts or Texts()

    async def act(line: Line, received: Received) -> None:
        choices = model.choices(received)
        reply: Body = {"id": "x", "object": "text_completion", "choices": choices}
        if model.usage:
            reply["usage"] = {"prompt_tokens": 10, "completion_tokens": 2 * len(choices), "total_tokens": 10 + 2 * len(choices)}
        await line.send(http(200, json.dumps(reply).encode()))

    return act


def refuses(names: str, then: Act, words: str = "Unrecognized request argument supplied: {}", status: int = 400) -> Act:
    """400 as long as the request has this field, then as `then` does."""

    async def act(line: Line, received: Received) -> None:
        if names in received.body:
            await line.send(http(status, json.dumps({"error": {"message": words.format(names)}}).encode()))
        else:
            await then(line, received)

    return act


def gated(gate: asyncio.Event, then: Act) -> Act:
    """Answers when the gate is open."""

    async def act(line: Line, received: Received) -> None:
        await gate.wait()
        await then(line, received)

    return act


# --- Servers that fail. ---


def http(status: int, body: bytes, kind: str = "application/json", **headers: str) -> bytes:
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{extra}\r\n".encode() + body


def says(status: int, body: Body | list[Any] | str, kind: str = "application/json", **headers: str) -> Act:
    """This status with this body."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    async def act(line: Line, received: Received) -> None:
        del received
        await line.send(http(status, data, kind, **headers))

    return act


def error(status: int, message: str, **headers: str) -> Act:
    """An error in the form that the API documents."""
    return says(status, {"error": {"message": message, "type": "x", "code": None}}, **headers)


async def resets(line: Line, received: Received) -> None:
    """The connection is gone before a byte came."""
    del received
    line.writer.transport.abort()


async def breaks_off(line: Line, received: Received) -> None:
    """Half of the body that was announced, then the end of the connection."""
    del received
    await line.send(http(200, b'{"choices": [{"text": "half"}]}')[:-12])
    line.writer.close()


async def falls_silent(line: Line, received: Received) -> None:
    """No answer at all; notes when the client has gone."""
    del received
    await line.reader.read()
    line.server.gone.set()


async def drips(line: Line, received: Received) -> None:
    """A body without end, a little at a time."""
    del received
    await line.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await line.send(b"1\r\n \r\n")
        await asyncio.sleep(0.01)


def floods(size: int) -> Act:
    """A body of this many bytes, without saying so beforehand."""

    async def act(line: Line, received: Received) -> None:
        del received
        await line.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(size // 1000):
            await line.send(b"3e8\r\n" + b" " * 1000 + b"\r\n")
        await line.send(b"0\r\n\r\n")

    return act
