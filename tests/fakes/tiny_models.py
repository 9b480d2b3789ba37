"""Tiny models with random weights, the same ones every time: a Llama, a Llama whose choices are all alike, and a T5.

Their tokenizer is a byte-level BPE trained on a few lines of Lean, 300 tokens, with a chat template. Nothing is downloaded.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

TEXTS = [
    "theorem add_comm (n m : ℕ) : n + m = m + n := by\n  induction n with\n  | zero => simp\n  | succ n ih => omega\n",
    "n m : ℕ\nh : n ≤ m\n⊢ n < m + 1\n:::exact Nat.lt_succ_of_le h\n",
    "intro x hx; rw [Nat.add_comm] at hx; exact ⟨hx, by decide⟩\n```lean4\nexample : ∀ x, x ∈ l → f x ≤ ↑n\n```",
]
VOCABULARY = 300
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


def tokenizer(*, bos: bool = True) -> Any:
    """The tokenizer; with `bos` it puts a beginning before each text, as Llama's does."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    raw: Any = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<pad>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    raw.train_from_iterator(TEXTS, trainer)
    if bos:
        raw.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    else:
        raw.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast = cast("Any", PreTrainedTokenizerFast)(tokenizer_object=raw, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    fast.chat_template = TEMPLATE
    return fast


def llama(*, seed: int = 0, sharpness: float = 1.0, layers: int = 2, hidden: int = 32) -> Any:
    """A causal model; with `sharpness` 0 every token is as likely as any other."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    cast("Any", torch).manual_seed(seed)
    config = cast("Any", LlamaConfig)(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
        tie_word_embeddings=False,
    )
    model: Any = cast("Any", LlamaForCausalLM)(config).eval()
    with torch.no_grad():  # fresh weights are nearly flat: choices have to differ for a test to see a mistake
        model.lm_head.weight.mul_(40 * sharpness)
        model.lm_head.weight[1].mul_(2.5)  # so that some texts end by themselves
        for name, parameter in model.named_parameters():
            if "proj" in name:
                parameter.mul_(6)
    return model


def t5(*, seed: int = 0) -> Any:
    """An encoder with a decoder."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    cast("Any", torch).manual_seed(seed)
    config = cast("Any", T5Config)(
        vocab_size=VOCABULARY,
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        decoder_start_token_id=2,
        eos_token_id=1,
        pad_token_id=2,
    )
    model: Any = cast("Any", T5ForConditionalGeneration)(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "relative_attention_bias" in name or name.endswith((".wi.weight", ".wo.weight", "shared.weight")):
                parameter.mul_(4)
    return model


def architecture(kind: str) -> Any:
    """A tiny model of another make: with absolute positions, a sliding window, ALiBi, soft caps, positions that count columns."""
    import torch
    import transformers

    if kind in {"llama", "t5"}:
        return llama() if kind == "llama" else t5()
    names: Any = transformers
    ends = {"vocab_size": VOCABULARY, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2}
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}
    makes: dict[str, tuple[str, str, dict[str, Any]]] = {
        "gpt2": ("GPT2Config", "GPT2LMHeadModel", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256}),
        "mistral": ("MistralConfig", "MistralForCausalLM", {**small, "sliding_window": 9, "head_dim": 8}),
        "gemma2": ("Gemma2Config", "Gemma2ForCausalLM", {**small, "sliding_window": 9, "head_dim": 8}),
        "bloom": ("BloomConfig", "BloomForCausalLM", {"hidden_size": 32, "n_layer": 2, "n_head": 4}),
        "bart": (
            "BartConfig",
            "BartForConditionalGeneration",
            {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "max_position_embeddings": 256, "decoder_start_token_id": 2}
            | {
                f"{part}_{what}": size
                for part in ("encoder", "decoder")
                for what, size in (("ffn_dim", 64), ("attention_heads", 4))
            },
        ),
    }
    config, model_class, sizes = makes[kind]
    cast("Any", torch).manual_seed(0)
    model: Any = getattr(names, model_class)(getattr(names, config)(**ends, **sizes)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                parameter.mul_(6 if "embed" not in name and "wte" not in name else 4)
    return model


@cache
def save(folder: Path, kind: str) -> Path:
    """A model's folder, "llama" or "t5", as one would download it."""
    model, words = (llama(), tokenizer()) if kind == "llama" else (t5(), tokenizer(bos=False))
    place = folder / kind
    _without_bars()
    model.save_pretrained(place)
    words.save_pretrained(place)
    return place


def _without_bars() -> None:
    import transformers

    cast("Any", transformers).logging.disable_progress_bar()
