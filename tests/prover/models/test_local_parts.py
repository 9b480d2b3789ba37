"""What LocalModel is made of: prompts into tokens and back, draws, and a batch whose rows come and go."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.models.drawing import Uniforms, draw, warps_of
from prover.models.flight import Flight, Row, best_width
from prover.models.generator import Completion, ModelFailed, Prompt, Sampling, Turn
from prover.models.loading import Loaded, loaded
from prover.models.options import LocalOptions
from prover.models.vocabulary import Vocabulary
from tests.fakes.tiny_models import llama, t5, tokenizer

pytestmark = pytest.mark.models


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def ready() -> Loaded:
    return loaded("tiny", llama(), tokenizer(), LocalOptions(kv_memory_mib=16))


# --- Text and tokens. ---


def test_a_conversation_is_rendered_with_one_beginning_and_the_answer_begun(ready: Loaded) -> None:
    turns = (Turn("system", "You prove."), Turn("user", "1 = 1"))
    tokens = ready.vocabulary.encode(Prompt(turns=turns, prefill="```lean4\n"))
    text = "<s><|system|>\nYou prove.\n<|user|>\n1 = 1\n<|assistant|>\n```lean4\n"
    assert tokens == tokenizer()(text, add_special_tokens=False)["input_ids"]
    assert tokens.count(0) == 1


@pytest.mark.parametrize("text", ["x = y", "<s>x = y"])
def test_a_text_has_one_beginning_too(ready: Loaded, text: str) -> None:
    assert ready.vocabulary.encode(Prompt(text)) == [0, *tokenizer()("x = y", add_special_tokens=False)["input_ids"]]


def test_a_tokenizer_that_closes_texts_does_not_close_a_prompt() -> None:
    closing = tokenizer(bos=False)
    assert Vocabulary(closing, llama()).encode(Prompt("x = y")) == closing("x = y")["input_ids"][:-1]
    assert Vocabulary(closing, t5()).encode(Prompt("x = y")) == closing("x = y")["input_ids"]


def test_a_model_without_a_template_or_with_one_that_refuses() -> None:
    words = tokenizer()
    words.chat_template = "{{ raise_exception('no system turns') }}"
    with pytest.raises(ModelFailed, match="refuses the conversation: no system turns"):
        Vocabulary(words, llama()).encode(Prompt(turns=(Turn("user", "x"),)))
    words.chat_template = None
    with pytest.raises(ModelFailed, match="no chat template"):
        Vocabulary(words, llama()).encode(Prompt(turns=(Turn("user", "x"),)))


def sentencepiece_like() -> Any:
    """A tokenizer that drops the space before the first word when it decodes, and cleans up, as Llama 2's does."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    raw: Any = Tokenizer(models.BPE({"<s>": 0, "</s>": 1, "▁by": 2, "▁simp": 3, "▁,": 4, "<0x0A>": 5}, [], byte_fallback=True))
    raw.pre_tokenizer = pre_tokenizers.Metaspace()
    raw.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return cast("Any", PreTrainedTokenizerFast)(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", clean_up_tokenization_spaces=True
    )


def test_a_completion_keeps_its_first_space_and_is_not_cleaned_up() -> None:
    vocabulary = Vocabulary(sentencepiece_like(), llama())
    assert vocabulary.text([0, 2], [3, 4, 3]) == " simp , simp"


def test_a_stop_text_of_bytes_or_spaces_is_suspected() -> None:
    vocabulary = Vocabulary(sentencepiece_like(), llama())
    assert 5 in vocabulary.ends(("\n",)).suspects
    assert {2, 3, 4} <= vocabulary.ends((" ",)).suspects
    assert vocabulary.cut([0, 2], [3, 5], ["\n"]) == " simp"
    assert vocabulary.cut([0, 2], [3, 4], ["\n"]) is None


@cache
def whole_vocabulary() -> tuple[Vocabulary, Any]:
    words = tokenizer()
    return Vocabulary(words, llama()), words


@given(st.text("abc ⊢→𝔸\n", min_size=1, max_size=60), st.text("abc ⊢→𝔸\n", min_size=1, max_size=4))
def test_a_stop_text_is_found_at_the_token_that_completes_it(text: str, stop: str) -> None:
    vocabulary, words = whole_vocabulary()
    prompt, tokens = [0, 40], words(text, add_special_tokens=False)["input_ids"]
    ends = vocabulary.ends((stop,))
    cut = None
    for count in range(1, len(tokens) + 1):
        if tokens[count - 1] in ends.suspects and cut is None:
            cut = vocabulary.cut(prompt, tokens[:count], ends.texts)
    assert cut == (text[: text.index(stop)] if stop in text else None)


# --- Draws. ---


@given(st.integers(0, 2**40), st.lists(st.integers(0, 10**6), max_size=5), st.integers(0, 64))
def test_random_numbers_depend_on_seed_prompt_and_sample_alone(seed: int, prompt: list[int], sample: int) -> None:
    whole = Uniforms(seed, prompt, sample).slice(0, 50)
    parts = Uniforms(seed, prompt, sample)
    assert parts.slice(30, 50) == whole[30:]
    assert parts.slice(0, 30) == whole[:30]
    assert whole != Uniforms(seed, prompt, sample + 1).slice(0, 50)
    assert whole != Uniforms(seed + 1, prompt, sample).slice(0, 50)
    assert all(0 <= number < 1 for number in whole)


@pytest.mark.parametrize("extreme", [0.0, 1 - 2**-53])
def test_the_ends_of_the_unit_interval_draw_tokens_that_may_be_drawn(extreme: float) -> None:
    logits = torch.tensor([[-torch.inf, 1.0, 2.0, -torch.inf]])
    for options in (Sampling(), Sampling(top_k=2), Sampling(top_p=0.5), Sampling(temperature=0.1), Sampling(temperature=0)):
        tokens, logprobs = draw(logits, warps_of([options], logits.device), torch.tensor([[extreme]], dtype=torch.float64))
        assert int(tokens) in (1, 2)
        assert float(logprobs) == pytest.approx(float(torch.log_softmax(logits, -1)[0, int(tokens)]))


@settings(max_examples=40)
@given(st.integers(0, 1000), st.floats(0.2, 2), st.floats(0.05, 1), st.integers(0, 20))
def test_warps_are_those_of_transformers(seed: int, temperature: float, top_p: float, top_k: int) -> None:
    from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    logits = torch.tensor([[random.Random(seed + place).gauss(0, 2) for place in range(30)]])
    warped: Any = cast("Any", TemperatureLogitsWarper)(temperature)(None, logits)
    if top_k:
        warped = cast("Any", TopKLogitsWarper)(top_k)(None, warped)
    warped = cast("Any", TopPLogitsWarper)(top_p)(None, warped)
    allowed = {place for place in range(30) if float(warped[0, place]) > -torch.inf}
    uniforms = torch.linspace(0, 1, 400, dtype=torch.float64)[:-1, None]
    options = Sampling(temperature=temperature, top_p=top_p, top_k=top_k)
    tokens, _ = draw(logits.expand(399, -1), warps_of([options] * 399, logits.device), uniforms)
    assert {int(token) for token in tokens} <= allowed
    likely = {place for place in allowed if float(torch.softmax(warped, -1)[0, place]) > 0.01}
    assert likely <= {int(token) for token in tokens}


# --- A batch. ---


def rows_of(ready: Loaded, prompt: Sequence[int], samples: int, most: int, landed: dict[int, Completion]) -> list[Row]:
    def row(sample: int) -> Row:
        def land(completion: Completion) -> None:
            landed[sample] = completion

        ends, uniforms = ready.vocabulary.ends(()), Uniforms(1, prompt, sample)
        return Row(prompt, Sampling(), ends, most + sample, len(prompt) + most, uniforms, land, unwanted=lambda: False)

    return [row(sample) for sample in range(samples)]


def flown(
    ready: Loaded, prompts: list[list[int]], *, overlap: bool, regroup_every: int, boards_after: int
) -> list[dict[int, Completion]]:
    """What lands when the last prompt boards late and the batch is rearranged often."""
    landed: list[dict[int, Completion]] = [{} for _ in prompts]
    rows = [rows_of(ready, prompt, 7, 40, at) for prompt, at in zip(prompts, landed, strict=True)]
    with torch.inference_mode():
        flight = Flight(ready.network, ready.vocabulary, overlap=overlap)
        flight.regroup([rows[:-1]])
        step = 0
        while flight.alive() or step <= boards_after:
            if step == boards_after:
                flight.regroup([rows[-1:]])
            elif not step % regroup_every or flight.crowded(len(flight.alive())):
                flight.regroup([])
            if flight.places:
                flight.step()
            step += 1
        flight.look()
    return landed


@pytest.mark.parametrize(("overlap", "regroup_every", "boards_after"), [(True, 100, 5), (False, 3, 20), (True, 1, 33)])
def test_rows_do_not_notice_who_comes_and_goes(ready: Loaded, overlap: bool, regroup_every: int, boards_after: int) -> None:
    prompts = [list(range(3, 3 + length)) for length in (4, 30, 9)]
    expected = flown(ready, prompts, overlap=False, regroup_every=100, boards_after=1)
    found = flown(ready, prompts, overlap=overlap, regroup_every=regroup_every, boards_after=boards_after)
    for one, other in zip(expected, found, strict=True):
        assert {sample: (c.text, c.tokens, c.complete) for sample, c in one.items()} == {
            sample: (c.text, c.tokens, c.complete) for sample, c in other.items()
        }
        assert len(one) == 7


def test_lines_are_wide_for_many_samples_and_narrow_for_few(ready: Loaded) -> None:
    def leaves(samples: int) -> list[tuple[int, Row]]:
        return list(enumerate(rows_of(ready, [5] * 100, samples, 9, {})))

    assert best_width([leaves(8), leaves(8)], 8) == 8
    assert best_width([leaves(1)] * 30, 8) == 1
    assert best_width([leaves(8), leaves(8)], 1) == 1
    assert best_width([], 8) in (1, 8)
