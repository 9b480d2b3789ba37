"""Models that know a few word problems by heart, behind one server: which part one plays is told by the system prompt."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.fakes.model_server import Act, Body, Line, ModelServer, Received, Texts, answers, running

ROLES = {
    "You translate mathematical problems": "formalize",
    "You explain statements": "informalize",
    "You compare two mathematical problems": "judge",
    "You write mathematical problems": "augment",
    "You solve mathematical problems": "solve",
    "You check solutions": "reward",
}
Say = Callable[[Received, int], str]  # what is answered to a request, for a seed
Says = str | Sequence[str] | Say  # always the same, or by the number of the choice


def words_of(received: Received) -> str:
    """All that the model is shown."""
    return "\n".join(message["content"] for message in received.body.get("messages", ()))


def role_of(received: Received) -> str:
    """Which part is to be played."""
    system = str(received.body["messages"][0]["content"]).strip()
    return next(role for beginning, role in ROLES.items() if system.startswith(beginning))


def playing(**says: Says) -> Act:
    """An act that answers each part as it is said."""

    def spell(received: Received, seed: int) -> Sequence[str]:
        said = says[role_of(received)]
        if isinstance(said, str):
            return (said,)
        if callable(said):
            return (said(received, seed),)
        return (said[seed % len(said)],)

    return answers(Texts(spell))


def by_problem(texts: Mapping[str, str], default: str = "I do not know.") -> Say:
    """The text whose key is in what the model is shown."""

    def say(received: Received, seed: int) -> str:
        del seed
        shown = words_of(received)
        return next((text for key, text in texts.items() if key in shown), default)

    return say


def in_turn(texts: Sequence[str]) -> Say:
    """One text after the other, the last one for ever."""
    left = list(texts)

    def say(received: Received, seed: int) -> str:
        del received, seed
        return left.pop(0) if len(left) > 1 else left[0]

    return say


class Gate:
    """Holds requests that speak of some words until it is opened, from whichever thread."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._open = threading.Event()
        self.waiting = threading.Event()

    def open(self) -> None:
        self._open.set()

    def before(self, then: Act) -> Act:
        """The same act, held where the words occur."""

        async def act(line: Line, received: Received) -> None:
            if self._words in words_of(received):
                self.waiting.set()
                while not self._open.is_set():  # noqa: ASYNC110 - it is opened by another thread
                    await asyncio.sleep(0.02)
            await then(line, received)

        return act


def asked(server: ModelServer, role: str) -> list[Body]:
    """The requests that a part got."""
    return [post.body for post in server.posts if role_of(post) == role]


def shown(body: Mapping[str, Any]) -> str:
    """What a request shows the model."""
    return "\n".join(message["content"] for message in body["messages"])


@contextmanager
def served(server: ModelServer) -> Generator[ModelServer]:
    """The server in a thread with a loop of its own, for a command that has the main one or runs in a process of its own."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(server):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
