"""What a server's reply says: texts, log-probs, tokens.

Owns the reading of the OpenAI format as servers really write it, which is not always as documented: either shape of log-probs at
either endpoint, stop texts that are still there, a prefill that is repeated, counts that are missing. Never guesses a log-prob:
what cannot be told exactly is None.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import msgspec

from prover.models.generator import Completion, Sampling

ENDED = frozenset({"stop", "eos", "eos_token", "stop_sequence", "end_turn"})
BYTES_PER_TOKEN = 4  # where a server does not count
ROUNDING = 1e-3  # how far above zero a log-prob in half precision may lie; what is larger is none


class _TokenLogprob(msgspec.Struct):
    token: str = ""
    logprob: float | None = None
    bytes: list[int] | None = None


class _Logprobs(msgspec.Struct):
    """Of completions (`tokens`, `token_logprobs`) or of chat (`content`)."""

    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None
    content: list[_TokenLogprob] | None = None


class _Message(msgspec.Struct):
    content: str | None = None


class Choice(msgspec.Struct):
    """One answer among the n of a reply."""

    index: int | None = None
    text: str | None = None
    message: _Message | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Reply(msgspec.Struct):
    """A reply as it came; `error` is what some proxies send with status 200."""

    choices: list[Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


class _Drawn(msgspec.Struct, frozen=True):
    """A text, what of it was drawn (`start` to `end` in bytes, stop text included; `end` None = all), and its tokens."""

    text: str
    start: int
    end: int | None
    tokens: Sequence[tuple[bytes, float | None]]
    finish_reason: str | None


def read_reply(body: bytes) -> Reply:
    """The reply in these bytes. Raises msgspec.ValidationError for another form, ValueError or RecursionError for damaged JSON."""
    try:
        return msgspec.json.decode(body, type=Reply)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # NaN and -Infinity are no JSON, but what some servers write for the log-prob of an impossible token.
        return msgspec.convert(json.loads(body), type=Reply)


def completions_of(reply: Reply, sampling: Sampling, prefill: str, most: int) -> tuple[Completion, ...]:
    """At most `most` completions, in the order of their index."""
    choices = sorted(reply.choices or (), key=lambda choice: choice.index or 0)
    drawn = [_drawn(choice, sampling.stop, prefill) for choice in choices]
    counted = _counts(drawn, None if reply.usage is None else reply.usage.completion_tokens)
    return tuple(_completion(each, count, sampling) for each, count in zip(drawn, counted, strict=True))[:most]


def prompt_tokens_of(reply: Reply, prompt: str) -> int:
    """As the server counted, else by length."""
    counted = None if reply.usage is None else reply.usage.prompt_tokens
    return _by_length(prompt) if counted is None else max(0, counted)


def output_tokens_of(reply: Reply, completions: Sequence[Completion]) -> int:
    """As the server counted, which includes what we cut off; else the tokens of the completions."""
    counted = None if reply.usage is None else reply.usage.completion_tokens
    return sum(each.tokens for each in completions) if counted is None else max(0, counted)


def _drawn(choice: Choice, stops: Sequence[str], prefill: str) -> _Drawn:
    text = choice.text if choice.text is not None else (choice.message.content or "" if choice.message else "")
    start = len(prefill.encode()) if prefill.strip() and text.startswith(prefill) else 0
    text = text[len(prefill) :] if start else text
    cuts = [(at, stop) for stop in stops if stop and (at := text.find(stop)) >= 0]
    end: int | None = None
    if cuts:
        at, stop = min(cuts, key=lambda cut: (cut[0], len(cut[1])))
        end = start + len(text[:at].encode()) + len(stop.encode())
        text = text[:at]
    return _Drawn(text, start, end, _tokens(choice.logprobs), choice.finish_reason)


def _tokens(logprobs: _Logprobs | None) -> list[tuple[bytes, float | None]]:
    """The drawn tokens as bytes, with their log-probs; [] if the server does not say."""
    if logprobs is None:
        return []
    if logprobs.content is not None:
        # A token may be a part of a character (`⊢` is three bytes): `bytes` is exact where `token` cannot be.
        return [(_bytes(each), each.logprob) for each in logprobs.content]
    values = logprobs.token_logprobs or []
    names = logprobs.tokens or []
    texts = names if len(names) == len(values) else [""] * len(values)
    return [(text.encode(), value) for text, value in zip(texts, values, strict=True)]


def _bytes(token: _TokenLogprob) -> bytes:
    try:
        return token.token.encode() if token.bytes is None else bytes(token.bytes)
    except ValueError:
        return token.token.encode()


def _kept(drawn: _Drawn) -> Sequence[tuple[bytes, float | None]] | None:
    """The tokens between `start` and `end`, the one that completes the stop text included; None if they do not add up."""
    if not drawn.start and drawn.end is None:
        return drawn.tokens
    spelled = b"".join(spelling for spelling, _ in drawn.tokens)
    body = drawn.text.encode()
    if spelled[drawn.start : drawn.start + len(body)] != body:
        return None
    position, kept = 0, list[tuple[bytes, float | None]]()
    for spelling, logprob in drawn.tokens:
        after = position + len(spelling)
        if position < drawn.start < after:
            return None  # half of this token is the repeated prefill
        if position >= drawn.start and (drawn.end is None or position < drawn.end):
            kept.append((spelling, logprob))
        position = after
    return kept


def _sum(tokens: Sequence[tuple[bytes, float | None]] | None) -> float | None:
    values = [value for _, value in tokens or () if value is not None and math.isfinite(value) and value < ROUNDING]
    if not tokens or len(values) < len(tokens):
        return None
    return min(0.0, math.fsum(values))


def _completion(drawn: _Drawn, count: int, sampling: Sampling) -> Completion:
    logprob = _sum(_kept(drawn))
    complete = drawn.end is not None or drawn.finish_reason in ENDED
    if drawn.finish_reason is None:  # some servers leave it out
        complete = complete or count < sampling.max_tokens
    return Completion(drawn.text, logprob, count, complete)


def _counts(drawn: Sequence[_Drawn], total: int | None) -> list[int]:
    """How many tokens each text has: as listed, else its share of what the server counted, else by its length."""
    listed = [_kept(each) for each in drawn]
    lengths = [max(1, len(each.text.encode())) for each in drawn]
    known = [len(each) if each else None for each in listed]
    if total is None:
        return [_by_length(each.text) if count is None else count for each, count in zip(drawn, known, strict=True)]
    shares = [max(1, round(total * length / sum(lengths))) for length in lengths]
    return [share if count is None else count for share, count in zip(shares, known, strict=True)]


def _by_length(text: str) -> int:
    return max(1, len(text.encode()) // BYTES_PER_TOKEN)
