"""LocalModel when something goes wrong: memory, errors, callers who go away, limits, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch

from prover.models.generator import Completion, Generated, ModelFailed, Prompt, Sampling
from prover.models.local import LocalModel
from prover.models.memory import Prefilled
from prover.models.options import LocalOptions
from tests.fakes.local_models import PROMPTS, SMALL, Trouble, ask, local, model_of
from tests.fakes.tiny_models import llama, tokenizer

pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


async def test_out_of_memory_halves_the_batch_and_loses_nothing() -> None:
    options = SMALL
    ready = model_of(llama(), tokenizer(), options)
    model, small = LocalModel(ready, SMALL), LocalModel(replace(ready, network=Trouble(ready.network, most_rows=9)), SMALL)
    want: dict[str, Any] = {"samples": 8, "max_tokens": 20}
    expected, answers = await asyncio.gather(ask(model, **want), ask(small, **want))
    work = small.work()
    beams, halved = await asyncio.gather(ask(model, beams=True, **want), ask(small, beams=True, **want))
    await asyncio.gather(model.close(), small.close())
    assert work.halvings >= 2
    for expected_rows, rows in ((expected, answers), (beams, halved)):
        assert [[c.text for c in row.completions] for row in rows] == [[c.text for c in row.completions] for row in expected_rows]


async def test_out_of_memory_with_one_completion_says_what_helps() -> None:
    ready = model_of(llama(), tokenizer(), SMALL)
    model = LocalModel(replace(ready, network=Trouble(ready.network, most_rows=0)), SMALL)
    with pytest.raises(ModelFailed, match="lower max_tokens"):
        await ask(model, PROMPTS[:2], samples=3, max_tokens=20)
    with pytest.raises(ModelFailed, match=r"5 beams of .* ask for fewer beams"):
        await ask(model, PROMPTS[:2], samples=5, max_tokens=20, beams=True)
    [fine] = await ask(model, PROMPTS[:1], samples=3, max_tokens=1)
    await model.close()
    assert len(fine.completions) == 3


async def test_an_error_reaches_its_callers_and_the_model_goes_on() -> None:
    ready = model_of(llama(), tokenizer(), SMALL)
    model = LocalModel(replace(ready, network=Trouble(ready.network, error=RuntimeError("device-side assert"))), SMALL)
    failed = await asyncio.gather(*(ask(model, [prompt]) for prompt in PROMPTS[:3]), return_exceptions=True)
    assert all(isinstance(error, ModelFailed) and "device-side assert" in str(error) for error in failed[:1])
    assert len((await ask(model, PROMPTS[:1]))[0].completions) == 8
    await model.close()


async def test_a_caller_who_goes_away_takes_nothing_from_the_others() -> None:
    ready = model_of(llama(), tokenizer(), SMALL)
    network = Trouble(ready.network)
    model = LocalModel(replace(ready, network=network), SMALL)
    want: dict[str, Any] = {"samples": 4, "max_tokens": 300}
    leaving, staying = asyncio.create_task(ask(model, PROMPTS[:2], **want)), asyncio.create_task(ask(model, PROMPTS[2:4], **want))
    await network.has_stepped(10)
    leaving.cancel()
    answers = await staying
    assert leaving.cancelled()
    assert answers == [
        replace_logprobs(answer, other) for answer, other in zip(await ask(model, PROMPTS[2:4], **want), answers, strict=True)
    ]
    await model.close()


def replace_logprobs(answer: Generated, like: Generated) -> Generated:
    """The same answer with another's log-probabilities, which are known to the last bit only up to the batch."""
    pairs = zip(answer.completions, like.completions, strict=True)
    return replace(answer, completions=tuple(replace(mine, logprob=other.logprob) for mine, other in pairs))


@pytest.mark.parametrize("beams", [False, True])
async def test_closing_fails_who_waits(beams: bool) -> None:
    model = local(LocalOptions(kv_memory_mib=64, threads=1, most_rows=8))
    calls = [asyncio.create_task(ask(model, samples=8, max_tokens=480, beams=beams, seed=seed)) for seed in range(4)]
    await asyncio.sleep(0.05)
    await model.close()
    await model.close()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(result, ModelFailed) and "closed" in str(result) for result in results)
    with pytest.raises(ModelFailed, match="closed"):
        await ask(model)


async def test_the_time_limit_cuts_off_what_is_not_done() -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.01
        return now

    ready = model_of(llama(), tokenizer(), SMALL)
    model = LocalModel(ready, LocalOptions(threads=1, limit_s=0.6, most_rows=8), clock)
    answers = await ask(model, samples=8, max_tokens=480)
    await model.close()
    cut = [completion for answer in answers for completion in answer.completions if not completion.complete]
    assert all(len(answer.completions) == 8 for answer in answers)
    assert cut
    assert any(0 < completion.tokens < 480 for completion in cut)
    assert any(completion == Completion("", 0.0, 0, complete=False) for completion in cut)


async def test_a_prompt_longer_than_the_model_reads_gets_no_completion() -> None:
    model = local()
    long, short, brink = await ask(model, [Prompt("x y " * 300), Prompt("x"), Prompt("x" * 508)], max_tokens=20, samples=2)
    await model.close()
    assert (long.completions, long.prompt_tokens, long.output_tokens) == ((), 0, 0)
    assert len(short.completions) == 2
    assert {completion.tokens for completion in brink.completions if not completion.complete} <= {512 - brink.prompt_tokens}


async def test_no_prompts_no_answers() -> None:
    model = local()
    assert await model.generate([], Sampling()) == []
    await model.close()


async def test_the_threads_of_torch_are_as_asked() -> None:
    counts: list[int] = []

    class Counting(Trouble):
        def prefill(self, prompts: Sequence[Sequence[int]]) -> Prefilled:
            counts.append(torch.get_num_threads())
            return super().prefill(prompts)

    ready = model_of(llama(), tokenizer(), SMALL)
    model = LocalModel(replace(ready, network=Counting(ready.network)), LocalOptions(threads=2))
    await ask(model, PROMPTS[:1], max_tokens=1)
    await model.close()
    assert counts == [2]
