"""What is sent to a server, and what is left out once it has said that it does not take it.

Owns the fields of a request. `temperature`, `top_p` and, where it is taken, `top_k` are in each of them: a server fills what is not
there from the model's own file (20 for `top_k` in a whole family of provers), silently. Never leaves out what changes the
distribution that is drawn from without a sentence about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from prover.models.generator import Prompt, Sampling
from prover.models.server_options import ServerOptions

Quirk = Literal["logprobs", "top_k", "seed", "max_tokens", "stops", "continue"]

MOST_STOPS = 4  # what the strictest servers take
SEEDS = 2**31
STRIDE = 1_000_003  # between the seeds of requests for one prompt: the neighbours are those of somebody else

# What a server's words about a refused request look like, if it is about this field.
NAMES: dict[Quirk, re.Pattern[str]] = {
    "continue": re.compile(r"continue_final_message|add_generation_prompt"),
    "max_tokens": re.compile(r"max_completion_tokens"),
    "logprobs": re.compile(r"log_?probs?|log probabilit|return_logprob", re.IGNORECASE),
    "top_k": re.compile(r"top_k"),
    "seed": re.compile(r"\bseed\b", re.IGNORECASE),
    "stops": re.compile(r"\bstop\b", re.IGNORECASE),
}
SEVERAL = re.compile(r"\bn\b|\bchoices?\b|best_of|num_?(return_)?(sequences|choices)|n_cmpl")

SAID: dict[Quirk, str] = {
    "logprobs": "the server gives no log-probs here: candidates are ranked without them",
    "top_k": "the server takes no top_k: what it does by itself is its own",
    "seed": "the server takes no seed: runs with it cannot be repeated exactly",
    "max_tokens": "the server takes max_completion_tokens instead of max_tokens",
    "stops": f"the server takes {MOST_STOPS} stop texts: the others are cut after the fact, their tokens are paid for",
    "continue": "the server takes no continue_final_message: a begun answer is sent as a turn",
}


@dataclass(frozen=True, slots=True)
class Request:
    """`n` completions of one prompt. `quirks` = fields that are left out or sent differently."""

    path: str
    body: dict[str, object]
    n: int
    prompt: str
    quirks: frozenset[Quirk]


def request_for(
    options: ServerOptions, prompt: Prompt, sampling: Sampling, *, n: int, first: int, quirks: frozenset[Quirk]
) -> Request:
    """The request for the samples `first` to `first + n - 1`."""
    body: dict[str, object] = {"model": options.model, "n": n, "temperature": sampling.temperature, "top_p": sampling.top_p}
    body["max_completion_tokens" if "max_tokens" in quirks else "max_tokens"] = sampling.max_tokens
    stops = [_utf8(stop) for stop in sampling.stop if stop]
    if stops:
        body["stop"] = stops[:MOST_STOPS] if "stops" in quirks else stops
    if "seed" not in quirks:
        # A server that honours the seed would give the same texts again if the rest were asked for with the same one.
        body["seed"] = (sampling.seed + first * STRIDE) % SEEDS
    if options.top_k and "top_k" not in quirks:
        body["top_k"] = sampling.top_k or -1  # 0 is an error to some; -1 is off to all that know the field
    logprobs = options.logprobs and "logprobs" not in quirks
    if prompt.turns:
        body["messages"] = _messages(prompt)
        if logprobs:
            body["logprobs"] = True
        if prompt.prefill and options.prefill == "continue" and "continue" not in quirks:
            body |= {"continue_final_message": True, "add_generation_prompt": False}
    else:
        body["prompt"] = _utf8(prompt.text + prompt.prefill)
        if logprobs:
            body["logprobs"] = 1  # 0 would do where it does not mean "none"
    body |= options.extra_body
    sent = _utf8(prompt.text + "".join(turn.content for turn in prompt.turns) + prompt.prefill)
    return Request("/chat/completions" if prompt.turns else "/completions", body, n, sent, quirks)


def without_refused(request: Request, words: str) -> Quirk | int | None:
    """What to do differently after a refusal in these words: a quirk, a smaller n, or None if they name nothing of the kind."""
    for quirk, pattern in NAMES.items():
        if _is_sent(request, quirk) and pattern.search(words):
            return quirk
    if request.n > 1 and SEVERAL.search(words):
        return request.n // 2
    return None


def _is_sent(request: Request, quirk: Quirk) -> bool:
    match quirk:
        case "stops":
            stops = request.body.get("stop")
            return isinstance(stops, list) and len(stops) > MOST_STOPS  # pyright: ignore[reportUnknownArgumentType] - any list
        case "continue":
            return "continue_final_message" in request.body and quirk not in request.quirks
        case _:
            return quirk in request.body and quirk not in request.quirks


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    turns = [{"role": turn.role, "content": _utf8(turn.content)} for turn in prompt.turns]
    return [*turns, {"role": "assistant", "content": _utf8(prompt.prefill)}] if prompt.prefill else turns


def _utf8(text: str) -> str:
    """The text with what cannot be sent replaced: half of a surrogate pair would end in an error of the library."""
    return text.encode("utf-8", "replace").decode()
