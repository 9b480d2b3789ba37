"""A model behind an OpenAI-compatible server: vLLM, SGLang, llama.cpp, Ollama, a company's API.

Owns the order of requests: how n samples become requests, how many are out at a time, when one is repeated, and what is
remembered of a server's ways. Promises that a call ends by its deadline, with as many completions as were asked for or with
ModelFailed in a sentence that says what to do, and that a call that is cancelled leaves no request behind. Never logs or repeats
the API key.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from prover.models.generator import Completion, Generated, ModelFailed, Prompt, Sampling
from prover.models.server_failures import Asked, Failure, judge
from prover.models.server_models import ServedModel, read_models, served
from prover.models.server_options import ServerOptions
from prover.models.server_replies import Reply, completions_of, output_tokens_of, prompt_tokens_of
from prover.models.server_requests import SAID, Quirk, Request, request_for, without_refused
from prover.models.server_wire import Accident, Answer, Wire
from prover.together import together

LISTED = 20  # models of a server in a message
WARM = 0.5  # temperature from which on samples that are all alike are worth a word
ALIKE = "all samples of a prompt were alike: the model is sure, or the server draws them with one seed"


class PromptTooLong(ModelFailed):
    """The prompt does not fit into the model's context together with the tokens to draw."""


class ServerModel:
    """A Generator that asks a server. One event loop; calls may overlap and share the limit of `concurrency`.

    Samples that a server does not give at once (it ignores `n`, or caps it) are asked for again with other seeds; the prompt's
    tokens then count once for each request, since the server reads it each time. Log-probs are the server's: whether they are
    those of the model at temperature 1 is a setting of the server, see docs/models_server.md.
    """

    def __init__(
        self,
        options: ServerOptions,
        *,
        environment: Mapping[str, str] = os.environ,
        say: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        """`say` hears once of each thing that the server does not do; `rng` is the jitter's.

        Raises ToolchainMissing without the client library, ModelFailed for a key or a file of certificates that cannot be used.
        """
        key = environment.get(options.key_variable, "").strip() if options.key_variable else ""
        if not all("!" <= char <= "~" for char in key):
            raise ModelFailed(f"the environment variable {options.key_variable} holds characters that no API key has")
        try:
            self._wire = Wire(options.base_url, key, most_bytes=options.most_bytes, certificates=options.certificates)
        except OSError as error:
            raise ModelFailed(f"the file `certificates` cannot be used: {error.strerror or 'not in PEM format'}") from None
        self._options, self._has_key = options, bool(key)
        self._say, self._clock, self._pause = say or _nobody_hears, clock, pause
        self._rng = rng or random.Random()
        self._places = asyncio.Semaphore(options.concurrency)
        self._quirks: frozenset[Quirk] = frozenset()
        self._most_choices = options.most_samples or None  # as many the server gives at once, None = no limit met yet
        self._revision = options.revision
        self._said: list[str] = []
        self._closed = False

    @property
    def name(self) -> str:
        """The model, and its revision where the options name one or `look` has found one."""
        return f"{self._options.model}@{self._revision}" if self._revision else self._options.model

    @property
    def notices(self) -> tuple[str, ...]:
        """What `say` has heard so far."""
        return tuple(self._said)

    async def look(self) -> ServedModel:
        """What the server says of the model; from then on the revision is part of the name. Raises ModelFailed."""
        found = await self._list(self._clock() + self._options.deadline_s)
        if isinstance(found, Failure):
            raise self._failed(found.message)
        model = served(found, self._options.model)
        if model is None:
            raise self._failed(self._no_such_model(found))
        self._revision = self._revision or model.revision
        return model

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        """Complete each prompt; all of them at once, within `concurrency`. Raises ModelFailed when one of them fails."""
        if sampling.beams:
            raise ModelFailed("servers of this kind have no beam search; sample instead, or run the model here")
        deadline = self._clock() + self._options.deadline_s
        return await together([self._complete(prompt, sampling, deadline) for prompt in prompts])

    async def close(self) -> None:
        """Close the connections. Idempotent, never raises."""
        if not self._closed:
            self._closed = True
            # A connection that breaks while it is closed is closed; the event loop may be gone as well.
            with contextlib.suppress(OSError, RuntimeError):
                await self._wire.close()

    async def _complete(self, prompt: Prompt, sampling: Sampling, deadline: float) -> Generated:
        wanted = 1 if sampling.temperature == 0 else sampling.samples
        drawn: list[Completion] = []
        prompt_tokens = output_tokens = 0
        while len(drawn) < wanted:
            sizes = _portions(wanted - len(drawn), self._most_choices)
            firsts = [len(drawn) + sum(sizes[:index]) for index in range(len(sizes))]
            try:
                parts = await together(
                    [self._ask(prompt, sampling, size, first, deadline) for size, first in zip(sizes, firsts, strict=True)]
                )
            except PromptTooLong:
                if not self._options.skip_too_long:
                    raise
                self._tell("a prompt does not fit into the model's context: such prompts get no completions")
                return Generated((), 0, 0)
            for part in parts:
                drawn += part.completions
                prompt_tokens += part.prompt_tokens
                output_tokens += part.output_tokens
        if sampling.temperature >= WARM and len(drawn) >= 4 and len({each.text for each in drawn}) == 1:
            self._tell(f"{ALIKE} (then set most_samples = 1), or not at all (look at its defaults)")
        return Generated(tuple(drawn), prompt_tokens, output_tokens)

    async def _ask(self, prompt: Prompt, sampling: Sampling, n: int, first: int, deadline: float) -> Generated:
        """Between one and `n` completions. What the server refuses is left out, and remembered once that has helped."""
        asked = n
        quirks: frozenset[Quirk] = frozenset()
        while True:
            quirks = frozenset(quirks | self._quirks)
            request = request_for(self._options, prompt, sampling, n=n, first=first, quirks=quirks)
            outcome = await self._send(request, sampling, deadline)
            if isinstance(outcome, Reply):
                break
            change = without_refused(request, outcome.refusal)
            if change is None:
                raise await self._error(outcome, deadline)
            if isinstance(change, int):
                n = change
            else:
                quirks = frozenset((*quirks, change))
        self._remember(quirks)
        completions = completions_of(outcome, sampling, prompt.prefill if prompt.turns else "", n)
        if len(completions) < asked:
            self._most_choices = min(self._most_choices or asked, len(completions))
            self._tell("the server gives fewer samples at once than are asked for: the rest takes more requests")
        return Generated(completions, prompt_tokens_of(outcome, request.prompt), output_tokens_of(outcome, completions))

    async def _send(self, request: Request, sampling: Sampling, deadline: float) -> Reply | Failure:
        """The reply, or what is left to say after as many retries as may help. Raises ModelFailed at the deadline."""
        asked = self._asked(request.path, sampling.max_tokens)
        await self._place(deadline)
        # The place is kept during the pauses: a server that is overloaded gets fewer requests then, not others.
        try:
            attempt = 0
            while True:
                outcome = judge(await self._once(request.path, request.body, deadline), asked)
                if isinstance(outcome, Reply) or not outcome.again or without_refused(request, outcome.refusal) is not None:
                    return outcome
                if attempt == self._options.retries:
                    return Failure(f"{outcome.message} [tried {attempt + 1} times]")
                await self._wait(attempt, outcome, deadline)
                attempt += 1
        finally:
            self._places.release()

    async def _once(self, path: str, body: Mapping[str, object] | None, deadline: float) -> Answer | Accident:
        left = deadline - self._clock()
        if self._closed:
            raise self._failed("the connection to the server has been closed")
        if left <= 0:
            raise self._failed(self._too_late())
        return await self._wire.send(path, body, min(self._options.timeout_s, left))

    async def _place(self, deadline: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, deadline - self._clock())):
                await self._places.acquire()
        except TimeoutError:
            raise self._failed(self._too_late()) from None

    async def _wait(self, attempt: int, failure: Failure, deadline: float) -> None:
        """Sleep before the next attempt: full jitter, so that the clients of a server that broke down do not come back together."""
        options = self._options
        bound = min(options.most_pause_s, options.first_pause_s * 2 ** min(attempt + 1, 60))
        pause_s = self._rng.uniform(0, bound)
        if failure.wait_s is not None:
            pause_s = failure.wait_s + self._rng.uniform(0, options.first_pause_s)
        if self._clock() + pause_s >= deadline:
            raise self._failed(f"{self._too_late()}; what went wrong last: {failure.message}")
        await self._pause(pause_s)

    async def _error(self, failure: Failure, deadline: float) -> ModelFailed:
        """The failure as an exception; for an unknown model with the names of those that the server has."""
        if failure.too_long:
            return PromptTooLong(self._wire.redacted(failure.message))
        if not failure.no_model:
            return self._failed(failure.message)
        found = await self._list(deadline)
        base_url = self._options.base_url
        if isinstance(found, Failure):
            advice = f"is {base_url} the API's base URL? It mostly ends with /v1"
            return self._failed(f"{failure.message}, nor does it list models: {advice}")
        if served(found, self._options.model) is None:
            return self._failed(self._no_such_model(found))
        advice = "take a dialect of the other kind (chat, completion)"
        return self._failed(f"{failure.message}; the server has it, but not in this way: {advice}")

    def _failed(self, message: str) -> ModelFailed:
        return ModelFailed(self._wire.redacted(message))

    async def _list(self, deadline: float) -> list[ServedModel] | Failure:
        answer = await self._once("/models", None, deadline)
        return read_models(answer, self._asked("/models", 0))

    def _asked(self, path: str, max_tokens: int) -> Asked:
        options = self._options
        return Asked(
            base_url=options.base_url,
            path=path,
            model=options.model,
            key_variable=options.key_variable,
            has_key=self._has_key,
            timeout_s=options.timeout_s,
            most_bytes=options.most_bytes,
            max_tokens=max_tokens,
        )

    def _no_such_model(self, found: Sequence[ServedModel]) -> str:
        names = ", ".join(each.name for each in found[:LISTED]) + (", ..." if len(found) > LISTED else "")
        return f"{self._options.base_url} knows no model {self._options.model!r}; it has: {names or 'none'}"

    def _too_late(self) -> str:
        return (
            f"{self._options.base_url} has not done all within deadline_s = {self._options.deadline_s:g}; raise it, or ask for less"
        )

    def _remember(self, quirks: frozenset[Quirk]) -> None:
        for quirk in sorted(quirks - self._quirks):
            self._tell(SAID[quirk])
        self._quirks |= quirks

    def _tell(self, notice: str) -> None:
        if notice not in self._said:
            self._said.append(notice)
            self._say(notice)


def _nobody_hears(notice: str) -> None:
    """What is said is in `notices` all the same."""
    del notice


def _portions(wanted: int, most: int | None) -> list[int]:
    """`wanted` as a sum of numbers that are at most `most`."""
    if most is None:
        return [wanted]
    full, rest = divmod(wanted, most)
    return [most] * full + ([rest] if rest else [])
