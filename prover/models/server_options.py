"""Which model behind which server, and how patiently it is asked.

Plain data that goes into records: the key itself is never here, only the name of the variable that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

OPENAI_KEY = "OPENAI_API_KEY"


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """A model behind an OpenAI-compatible server.

    base_url       of the API, as "http://127.0.0.1:8000/v1"
    model          as the server calls it
    revision       for records; "" = what the server reports, if it does
    key_variable   environment variable that holds the API key; unset or empty: none is sent; "" = never send one
    most_samples   per request, 0 = as many as are wanted; 1 where a server draws all samples of a request with one seed
    concurrency    requests that are out at a time (>= 1)
    timeout_s      of one request, the last byte of its reply included
    deadline_s     of one call of `generate`: waiting, requests, pauses
    retries        of one request after 429, 5xx, a lost connection, a timeout (>= 0)
    first_pause_s  mean pause before the first retry, half of its upper bound; the bound doubles up to `most_pause_s`
    logprobs       ask for log-probs; turn off where the server's are not those of the model at temperature 1
    top_k          send `top_k`, -1 for off; a server that does not know it is asked again without it
    prefill        how a begun answer is sent: "continue" adds `continue_final_message` (vLLM, SGLang), "turn" only the turn
    skip_too_long  a prompt that does not fit into the context gets no completions, instead of failing the call
    most_bytes     of one reply
    certificates   file of authorities to trust instead of the usual ones
    extra_body     more fields for each request, as {"chat_template_kwargs": {"enable_thinking": False}}
    """

    base_url: str
    model: str
    revision: str = ""
    key_variable: str = OPENAI_KEY
    most_samples: int = 0
    concurrency: int = 32
    timeout_s: float = 600.0
    deadline_s: float = 3600.0
    retries: int = 6
    first_pause_s: float = 0.5
    most_pause_s: float = 60.0
    logprobs: bool = True
    top_k: bool = True
    prefill: Literal["continue", "turn"] = "turn"
    skip_too_long: bool = False
    most_bytes: int = 64 * 1024 * 1024
    certificates: Path | None = None
    extra_body: Mapping[str, object] = field(default_factory=dict[str, object])

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))
        _check_url(self.base_url)
        if not self.model:
            raise ValueError("model is the name by which the server knows it")
        if self.concurrency < 1 or self.most_bytes < 1 or self.retries < 0 or self.most_samples < 0:
            raise ValueError("concurrency and most_bytes are at least 1, retries and most_samples at least 0")
        if not all(0 < value < float("inf") for value in (self.timeout_s, self.deadline_s, self.first_pause_s, self.most_pause_s)):
            raise ValueError("timeout_s, deadline_s, first_pause_s and most_pause_s are above 0 and finite")


def _check_url(url: str) -> None:
    # The message does not repeat the URL: what is wrong with it may be a password.
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("base_url starts with http:// or https:// and names a host, as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("base_url is without user, password, ? and #; a key belongs into the environment (key_variable)")
    if parts.path.endswith("/completions"):
        raise ValueError("base_url ends before /completions and /chat/completions, mostly with /v1")
