"""LocalModel as its callers see it: what is drawn, and what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
import torch

from prover.models.generator import Prompt, Sampling
from prover.models.local import LocalModel
from prover.models.options import LocalOptions
from tests.fakes.local_models import GOALS, PROMPTS, SMALL, Trouble, ask, drawn, local, model_of
from tests.fakes.tiny_models import architecture, llama, t5, tokenizer

pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def scored(model: Any, prompt: Sequence[int], tokens: Sequence[int]) -> float:
    """The log-probability of the tokens by one plain pass over everything."""
    with torch.inference_mode():
        if model.config.is_encoder_decoder:
            start = model.config.decoder_start_token_id
            ids = torch.tensor([[start, *tokens[:-1]]])
            logits = model(input_ids=torch.tensor([list(prompt)]), decoder_input_ids=ids).logits[0]
        else:
            logits = model(input_ids=torch.tensor([[*prompt, *tokens]])).logits[0, len(prompt) - 1 : -1]
    chances = torch.log_softmax(logits.float(), -1)
    return sum(float(chances[place, token]) for place, token in enumerate(tokens))


WAYS = [
    {"samples": 5, "max_tokens": 40},
    {"samples": 3, "max_tokens": 7, "temperature": 0.7, "top_p": 0.8, "seed": 5},
    {"samples": 11, "max_tokens": 12, "temperature": 1.4, "top_k": 9},
    {"temperature": 0.0, "max_tokens": 20},
    {"samples": 4, "max_tokens": 15, "beams": True},
]


@pytest.mark.parametrize("kind", ["llama", "t5", "gpt2", "mistral", "bart", "bloom", "gemma2"])
async def test_log_probabilities_are_those_of_a_plain_forward_pass(kind: str) -> None:
    model, words = architecture(kind), tokenizer(bos=kind not in {"t5", "bart"})
    ready = model_of(model, words, SMALL, numbers=True)
    runs = LocalModel(ready, SMALL)
    answers = await asyncio.gather(*(runs.generate(PROMPTS, Sampling(**cast("Any", way))) for way in WAYS))
    await runs.close()
    wholes = 0
    for way, generated in zip(WAYS, answers, strict=True):
        for prompt, answer in zip(PROMPTS, generated, strict=True):
            ids = ready.vocabulary.encode(prompt)
            assert len(answer.completions) == (1 if way.get("temperature") == 0 else way["samples"])
            for completion in answer.completions:
                assert completion.logprob == pytest.approx(scored(model, ids, drawn(completion)), abs=1e-4)
                assert completion.complete or completion.tokens == way["max_tokens"]
                wholes += completion.complete
    assert wholes or kind != "llama", "none ended by itself: the test would miss what happens then"


async def test_every_token_of_the_vocabulary_can_be_drawn() -> None:
    # transformers draws from the 50 likeliest unless told otherwise, and says top_k is None
    options = SMALL
    flat = LocalModel(model_of(llama(sharpness=0), tokenizer(), options, numbers=True), options)
    [answer] = await ask(flat, PROMPTS[:1], samples=1500, max_tokens=1)
    await flat.close()
    counts = {drawn(completion)[0] for completion in answer.completions}
    assert len(counts) > 280


async def test_draws_follow_the_model_and_the_options() -> None:
    model = local(numbers=True)
    ids = model_of(llama(), tokenizer(), LocalOptions()).vocabulary.encode(PROMPTS[0])
    plain, cut = await asyncio.gather(
        ask(model, PROMPTS[:1], samples=3000, max_tokens=1),
        ask(model, PROMPTS[:1], samples=1000, max_tokens=1, temperature=0.8, top_k=12, top_p=0.7),
    )
    await model.close()
    with torch.inference_mode():
        logits = llama()(input_ids=torch.tensor([ids])).logits[0, -1]
    chances = torch.softmax(logits, -1)
    counts = torch.bincount(torch.tensor([drawn(completion)[0] for completion in plain[0].completions]), minlength=300)
    assert float((counts / 3000 - chances).abs().sum()) < 0.25
    best = torch.softmax(logits / 0.8, -1).sort(descending=True)
    ranked = best.values[:12] / best.values[:12].sum()
    allowed = int((ranked.cumsum(0) - ranked < 0.7).sum())
    seen = {drawn(completion)[0] for completion in cut[0].completions}
    assert seen == {int(token) for token in best.indices[:allowed]}


@pytest.mark.parametrize("cells", [1, 300])
async def test_a_small_memory_is_kept_to(cells: int) -> None:
    ready = model_of(llama(), tokenizer(), SMALL)
    network = Trouble(ready.network)
    plain, small = LocalModel(ready, SMALL), LocalModel(replace(ready, network=network, cells=cells), SMALL)
    want: dict[str, Any] = {"samples": 4, "max_tokens": 30}
    expected, answers = await asyncio.gather(ask(plain, **want), ask(small, **want))
    await asyncio.gather(plain.close(), small.close())
    assert max(network.steps) <= max(1, cells // 30)
    assert [[c.text for c in row.completions] for row in answers] == [[c.text for c in row.completions] for row in expected]


async def test_a_request_draws_the_same_alone_and_in_company() -> None:
    quiet, busy = local(), local(LocalOptions(kv_memory_mib=64, threads=1, most_rows=24))
    want: dict[str, Any] = {"samples": 6, "max_tokens": 25, "seed": 3, "temperature": 0.9}
    alone = [(await ask(quiet, [prompt], **want))[0] for prompt in PROMPTS]
    crowd = [
        asyncio.create_task(ask(busy, [Prompt(f"⊢ {number} = {number}" * 3)], samples=9, max_tokens=30)) for number in range(7)
    ]
    asked = [asyncio.create_task(ask(busy, [prompt], **want)) for prompt in PROMPTS]
    together = [(await task)[0] for task in asked]
    await asyncio.gather(*crowd)
    other = await ask(quiet, samples=6, max_tokens=25, seed=4, temperature=0.9)
    await asyncio.gather(quiet.close(), busy.close())
    for one, other_one in zip(alone, together, strict=True):
        assert [completion.text for completion in one.completions] == [completion.text for completion in other_one.completions]
        assert [completion.logprob for completion in one.completions] == pytest.approx(
            [completion.logprob for completion in other_one.completions], abs=1e-3
        )
        assert len({completion.text for completion in one.completions}) > 1, "samples of one prompt differ"
    assert other != alone


async def test_samples_of_a_prompt_share_its_reading_and_newcomers_board() -> None:
    ready = model_of(llama(), tokenizer(), SMALL)
    network = Trouble(ready.network)
    model = LocalModel(replace(ready, network=network), SMALL)
    long = asyncio.create_task(ask(model, PROMPTS[:1], samples=8, max_tokens=400, seed=1))
    await network.has_stepped(20)
    short = await ask(model, PROMPTS[1:3], samples=5, max_tokens=6)
    assert not long.done(), "a newcomer does not wait for those who came before"
    assert [len(answer.completions) for answer in short] == [5, 5]
    await long
    await model.close()
    assert sum(network.reads) == 3
    assert network.steps[0] == 8
    assert max(network.steps) >= 18


async def test_a_stop_text_ends_wherever_its_tokens_are_cut() -> None:
    model = local()
    free = await ask(model, samples=8, max_tokens=40)
    texts = [completion.text for answer in free for completion in answer.completions]
    stops = sorted({text[at : at + size] for text in texts for at in range(3, 30, 9) for size in (1, 2, 3)} - {""})
    stops = [stop for stop in stops if "\ufffd" not in stop][::8]
    assert len(stops) > 8
    for stop in stops:
        ended = await ask(model, samples=8, max_tokens=40, stop=(stop, "never said"))
        for before, after in zip(free, ended, strict=True):
            for whole, cut in zip(before.completions, after.completions, strict=True):
                at = whole.text.find(stop)
                assert cut.text == (whole.text if at < 0 else whole.text[:at])
                assert at < 0 or (cut.complete and cut.tokens <= whole.tokens)
    await model.close()


async def test_a_stop_text_that_is_a_special_token_ends_too() -> None:
    model = local(numbers=True)
    free = await ask(model, samples=20, max_tokens=60)
    ended = await ask(model, samples=20, max_tokens=60, stop=("<pad>",))
    await model.close()
    pairs = [
        (drawn(whole), drawn(cut), cut)
        for before, after in zip(free, ended, strict=True)
        for whole, cut in zip(before.completions, after.completions, strict=True)
    ]
    hit = [(whole, cut) for whole, cut, _ in pairs if 2 in whole]
    assert hit
    assert all(len(cut) == whole.index(2) + 1 for whole, cut in hit)


async def test_what_does_not_end_is_marked_and_counted() -> None:
    model = local()
    [answer, _] = await ask(model, PROMPTS[:2], samples=6, max_tokens=3)
    work = model.work()
    await model.close()
    assert any(not completion.complete for completion in answer.completions)
    assert all(completion.tokens == 3 for completion in answer.completions if not completion.complete)
    ids = tokenizer()(GOALS[0])["input_ids"]
    assert answer.prompt_tokens == len(ids)
    assert answer.output_tokens == sum(completion.tokens for completion in answer.completions)
    assert work.prompt_tokens == sum(len(tokenizer()(goal)["input_ids"]) for goal in GOALS[:2])


@pytest.mark.parametrize("kind", ["llama", "t5"])
async def test_greedy_is_what_transformers_calls_greedy(kind: str) -> None:
    model, words = (llama(), tokenizer()) if kind == "llama" else (t5(), tokenizer(bos=False))
    runs = LocalModel(model_of(model, words, SMALL, numbers=True), SMALL)
    answers = await ask(runs, temperature=0.0, max_tokens=20, samples=4)
    await runs.close()
    for prompt, answer in zip(PROMPTS, answers, strict=True):
        ids = torch.tensor([words(prompt.text)["input_ids"]])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=20)[0]
        expected = out[ids.shape[1] :] if kind == "llama" else out[1:]
        assert [drawn(completion) for completion in answer.completions] == [expected.tolist()]


@pytest.mark.parametrize("kind", ["llama", "t5"])
async def test_beams_are_those_of_transformers(kind: str) -> None:
    model, words = (llama(), tokenizer()) if kind == "llama" else (t5(), tokenizer(bos=False))
    runs = LocalModel(model_of(model, words, SMALL, numbers=True), SMALL)
    answers = await ask(runs, samples=5, max_tokens=12, beams=True)
    await runs.close()
    for prompt, answer in zip(PROMPTS, answers, strict=True):
        ids = torch.tensor([words(prompt.text)["input_ids"]])
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            num_beams=5,
            num_return_sequences=5,
            max_new_tokens=12,
            length_penalty=0.0,
            output_scores=True,
            return_dict_in_generate=True,
        )
        assert [completion.logprob for completion in answer.completions] == pytest.approx(out.sequences_scores.tolist(), abs=1e-4)
        start = ids.shape[1] if kind == "llama" else 1
        found = [[token for token in row[start:].tolist() if token != 2] for row in out.sequences]
        assert [[token for token in drawn(completion) if token != 2] for completion in answer.completions] == found
