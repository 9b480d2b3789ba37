"""Each way in which a server fails, in one sentence that says what to do.

Owns the judgement of what came back: an answer to read, or a failure, and whether asking again may help. Never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import assert_never

import msgspec

from prover.models.server_replies import Reply, read_reply
from prover.models.server_wire import Accident, Answer

QUOTED = 300  # characters of what a server says that go into a message
TOO_LONG = re.compile(
    r"context.{0,3}(length|size|window)|exceed_context|maximum (model|input|sequence) length|prompt is too long"
    r"|too many (input )?tokens|maximum number of tokens",
    re.IGNORECASE,
)
NO_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no reply.

    `again`: it may pass by itself; then `wait_s` is what the server asks to wait, if it does. `refusal` holds the server's words
    about the request, which may name a field that it does not take. `too_long`: the prompt does not fit. `no_model`: 404.
    """

    message: str
    again: bool = False
    wait_s: float | None = None
    refusal: str = ""
    too_long: bool = False
    no_model: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sentences speak of. `key_variable` "" = no key is ever sent; `has_key`: one was found there."""

    base_url: str
    path: str
    model: str
    key_variable: str
    has_key: bool
    timeout_s: float
    most_bytes: int
    max_tokens: int

    @property
    def url(self) -> str:
        """Where the request went."""
        return self.base_url + self.path


class _Loc(msgspec.Struct):
    msg: str = ""
    loc: list[str | int] | None = None


class _Error(msgspec.Struct):
    message: str | None = None
    code: str | int | None = None
    type: str | None = None
    param: str | None = None


class _Envelope(msgspec.Struct):
    error: _Error | str | None = None
    message: str | None = None
    detail: str | list[_Loc] | None = None


def judge(outcome: Answer | Accident, asked: Asked) -> Reply | Failure:
    """The reply, if there is one with choices."""
    if isinstance(outcome, Accident):
        return _accident(outcome, asked)
    if outcome.status != 200:
        return _status(outcome, asked)
    if is_page(outcome):
        return Failure(_not_an_api(asked))
    try:
        reply = read_reply(outcome.body)
    except msgspec.ValidationError as error:
        return Failure(f"what {asked.url} answers is not in the form of the OpenAI API ({error}); is it the API's base URL?")
    except (ValueError, RecursionError):
        return Failure(_not_json(outcome, asked), again=True)
    if reply.choices:
        return reply
    if reply.error is not None:
        # A proxy in front of many providers answers 200 before it knows how the request ends.
        return _status(Answer(_code(outcome.body), outcome.body, retry_after_s=outcome.retry_after_s), asked)
    return Failure(f"{asked.url} answers without any choices; look into the server's log", again=True)


def is_page(answer: Answer) -> bool:
    """A page for people, not an answer for programs."""
    return "html" in answer.content_type.lower() or answer.body.lstrip()[:1] == b"<"


def _accident(accident: Accident, asked: Asked) -> Failure:
    said = f" ({quoted(accident.words)})" if accident.words else ""
    match accident.kind:
        case "unreachable":
            message = f"no server at {asked.base_url}{said}: is it started, and is this its address?"
            return Failure(message, again=True)
        case "broken":
            return Failure(f"{asked.url} closed the connection in the middle{said}; look into the server's log", again=True)
        case "late":
            message = (
                f"{asked.url} did not end its answer within {asked.timeout_s:g} s; "
                "raise timeout_s, or lower max_tokens, samples or concurrency"
            )
            return Failure(message, again=True)
        case "certificate":
            message = f"the certificate of {asked.base_url} is not trusted{said}; name its authority's file in `certificates`"
            return Failure(message)
        case "tls":
            return Failure(f"{asked.base_url} does not speak https{said}; should it start with http:// ?")
        case "too big":
            advice = "lower samples or max_tokens, or raise most_bytes"
            return Failure(f"the reply of {asked.url} is larger than {asked.most_bytes} bytes; {advice}")
        case "packed":
            return Failure(f"the reply of {asked.url} is compressed although that was declined; turn compression off in its proxy")
        case _:
            assert_never(accident.kind)


def _status(answer: Answer, asked: Asked) -> Failure:
    status, words = answer.status, words_of(answer)
    said = f": {words}" if words else ""
    if 300 <= status < 400:
        return Failure(f"{asked.url} redirects to {quoted(answer.location)!r}; use the base URL behind it")
    if status in (401, 403):
        return Failure(f"{asked.base_url} refuses access ({status}){said}; {_key_advice(asked)}")
    if status == 429:
        if NO_QUOTA.search(words):
            return Failure(f"{asked.base_url} has no quota left for this key (429){said}")
        advice = "lower concurrency, or raise retries and deadline_s"
        return Failure(f"{asked.base_url} has too many requests (429){said}; {advice}", again=True, wait_s=answer.retry_after_s)
    if status in (400, 413, 422, 500) and TOO_LONG.search(words):
        message = (
            f"the prompt does not fit into the context of {asked.model}{said}; lower max_tokens (now {asked.max_tokens}), or start "
            "the server with a longer context (vllm --max-model-len, sglang --context-length, llama-server -c, "
            "OLLAMA_CONTEXT_LENGTH)"
        )
        return Failure(message, too_long=True)
    if status in (408, 409, 425) or status >= 500:
        message = f"{asked.url} fails ({status}){said}; look into the server's log"
        # 501 and 505 are about what was asked, not about how the server is.
        refusal = words if status == 500 else ""  # some servers break where they should refuse
        return Failure(message, again=status not in (501, 505), wait_s=answer.retry_after_s, refusal=refusal)
    if is_page(answer) or status == 405:
        return Failure(_not_an_api(asked))
    if status == 404:
        return Failure(f"{asked.url} knows no model {asked.model!r} (404){said}", no_model=True)
    return Failure(f"{asked.url} refuses the request ({status}){said}", refusal=words or str(status))


def _key_advice(asked: Asked) -> str:
    if not asked.key_variable:
        return "name the environment variable that holds the API key in key_variable"
    if asked.has_key:
        return f"is the API key in the environment variable {asked.key_variable} the right one for this server?"
    return f"put the API key into the environment variable {asked.key_variable}"


def _not_an_api(asked: Asked) -> str:
    return f"{asked.url} answers with a web page: is {asked.base_url} the API's base URL? It mostly ends with /v1"


def _not_json(answer: Answer, asked: Asked) -> str:
    text = answer.body.decode(errors="replace")
    if text.lstrip()[:1] in ("{", "["):
        return f"the JSON of {asked.url} breaks off or is damaged after {len(answer.body)} bytes; look into the server's log"
    return f"what {asked.url} answers is not JSON ({quoted(text[:80])!r}); is {asked.base_url} the API's base URL?"


def words_of(answer: Answer) -> str:
    """What the server says is wrong, on one line; of a page nothing."""
    if is_page(answer):
        return ""
    try:
        envelope = msgspec.json.decode(answer.body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return quoted(answer.body[: 8 * QUOTED].decode(errors="replace"))
    parts: list[str] = []
    match envelope.error:
        case _Error(message=message, code=code, type=kind, param=param):
            # The name of the field and the kind of error are often said only beside the message.
            parts = [str(each) for each in (message, code, kind, param) if each not in (None, "")]
        case str(text):
            parts = [text]
        case None:
            pass
    if isinstance(envelope.detail, list):
        parts += [f"{'.'.join(map(str, each.loc or ()))}: {each.msg}" for each in envelope.detail]
    elif envelope.detail:
        parts.append(envelope.detail)
    return quoted(", ".join([*parts, *([envelope.message] if envelope.message and not parts else [])]))


def _code(body: bytes) -> int:
    """The status that an error in a reply with status 200 speaks of; 500 if it does not."""
    try:
        error = msgspec.json.decode(body, type=_Envelope).error
    except msgspec.DecodeError:
        return 500
    code = error.code if isinstance(error, _Error) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500


def quoted(text: str) -> str:
    """The beginning of foreign words, on one line and harmless on a terminal."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= QUOTED else line[:QUOTED] + "…"
