"""One request to a server of models, and whatever became of it, as a value.

Owns the HTTP client and the key that it sends. Nothing is repeated here and nothing is judged. Promises that a reply never takes
more memory than `most_bytes`, that a request is over after its timeout however slowly the reply trickles in, that a cancelled
request is closed, and that the key leaves in one header and appears nowhere else (`redacted` takes it out of what a server says).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from lean_env.errors import ToolchainMissing

if TYPE_CHECKING:
    import httpx2

CONNECT_S = 10.0  # a host that drops what it is sent would otherwise be waited for as long as for an answer
SECRET_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: any status. `retry_after_s` is how long it asks to wait, None if it does not."""

    status: int
    body: bytes
    content_type: str = ""
    location: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Accident:
    """Why there is no answer. `words` are those of the operating system or of the library."""

    kind: Literal["unreachable", "broken", "late", "certificate", "tls", "too big", "packed"]
    words: str = field(default="")


class _Refused(Exception):
    """A reply that we do not go on reading."""

    def __init__(self, kind: Literal["too big", "packed"]) -> None:
        super().__init__(kind)
        self.kind: Literal["too big", "packed"] = kind


class Wire:
    """A pool of connections to one server."""

    def __init__(self, base_url: str, key: str, *, most_bytes: int, certificates: Path | None = None) -> None:
        """`key` "" sends none; `certificates` is a file of authorities to trust instead of the usual ones.

        Raises ToolchainMissing without the client library, OSError (ssl.SSLError among them) if `certificates` cannot be read.
        """
        try:
            import httpx2
            import openai
        except ImportError:
            raise ToolchainMissing("a model behind a server needs the `openai` package: pip install 'entail[server]'") from None
        host = urlsplit(base_url).hostname or ""
        here = host in ("localhost", "::1") or host.startswith("127.")
        timeout = httpx2.Timeout(None, connect=CONNECT_S)
        http = openai.DefaultAsyncHttpxClient(
            timeout=timeout,
            # A POST that is redirected becomes a GET in places, and the key must not travel on: the user is told instead.
            follow_redirects=False,
            # A proxy of the environment does not know this machine's own ports.
            trust_env=not here,
            verify=_authorities(certificates, needed=not here or base_url.startswith("https:")),
            event_hooks={
                "request": [_Headers(key=bool(key), theirs=host.endswith("openai.com"))],
                "response": [_Cap(most_bytes)],
            },
        )
        self._key = key
        # The library insists on a key; where there is none, the header is taken out again before it is sent. `admin_api_key` is
        # named so that no other key of the environment is picked up.
        self._client = openai.AsyncOpenAI(
            api_key=key or "none", admin_api_key="", base_url=base_url, max_retries=0, timeout=timeout, http_client=http
        )

    async def send(self, path: str, body: Mapping[str, object] | None, timeout_s: float) -> Answer | Accident:
        """POST `body` as JSON to `path` below the base URL, or GET it if there is no body."""
        import httpx2
        import openai

        try:
            async with asyncio.timeout(timeout_s):
                if body is None:
                    response = await self._client.get(path, cast_to=httpx2.Response)
                else:
                    response = await self._client.post(path, cast_to=httpx2.Response, body=body)
        except TimeoutError:
            return Accident("late")
        except openai.APIStatusError as error:
            response = error.response
        except (openai.APIConnectionError, httpx2.HTTPError, _Refused) as error:
            accident = _accident(error)
            return Accident(accident.kind, self.redacted(accident.words))
        return Answer(
            response.status_code,
            self._redacted_body(response.status_code, response.content),
            response.headers.get("content-type", ""),
            response.headers.get("location", ""),
            _retry_after_s(response.headers),
        )

    def redacted(self, text: str) -> str:
        """The text without the key: some servers repeat a wrong one."""
        return text.replace(self._key, "[the key]") if self._key else text

    def _redacted_body(self, status: int, body: bytes) -> bytes:
        # Before it is read or shortened, which could leave half of a key. A model may well say "none" or "EMPTY", so that such a
        # key is looked for only in errors.
        key = self._key.encode()
        return body.replace(key, b"[the key]") if key and (status != 200 or len(key) >= SECRET_LENGTH) else body

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._client.close()


def _authorities(certificates: Path | None, *, needed: bool) -> ssl.SSLContext | Literal[True]:
    """Whom to trust: the authorities of the file, the usual ones, or, where nothing is encrypted anyway, nobody."""
    if certificates is not None:
        return ssl.create_default_context(cafile=str(certificates))
    # Reading the usual ones takes longer than everything else here.
    return True if needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Headers:
    """Takes out what the library adds and the server has no need of."""

    def __init__(self, *, key: bool, theirs: bool) -> None:
        self._unwanted = {
            *(() if key else ("authorization",)),
            # The environment's organization is for one company's servers.
            *(() if theirs else ("openai-organization", "openai-project")),
        }

    async def __call__(self, request: httpx2.Request) -> None:
        for name in list(request.headers):
            # x-stainless-...: what machine and which Python this is.
            if name in self._unwanted or name.startswith("x-stainless-"):
                del request.headers[name]
        # A packed reply can be a thousand times larger than what was counted.
        request.headers["accept-encoding"] = "identity"


class _Cap:
    """Stops reading a reply that is larger than it may be."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes

    async def __call__(self, response: httpx2.Response) -> None:
        import httpx2

        if response.headers.get("content-encoding", "identity") != "identity":
            raise _Refused("packed")
        inner, most_bytes = response.stream, self._most_bytes
        if not isinstance(inner, httpx2.AsyncByteStream):
            return

        class Capped(httpx2.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                read = 0
                async for chunk in inner:
                    read += len(chunk)
                    if read > most_bytes:
                        raise _Refused("too big")
                    yield chunk

            async def aclose(self) -> None:
                await inner.aclose()

        response.stream = Capped()


def _accident(error: Exception) -> Accident:
    """What lies at the bottom of an error of the library."""
    import httpx2

    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, _Refused):
            return Accident(cause.kind)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Accident("certificate", cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return Accident("tls", cause.reason or "")
    words = next((str(cause) for cause in reversed(causes) if str(cause)), "")
    away = any(isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout) for cause in causes)
    return Accident("unreachable" if away else "broken", words)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, the first cause last."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _retry_after_s(headers: httpx2.Headers) -> float | None:
    """Seconds from now, by the server's own clock if it names a time of day."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None
