"""Forward passes: a causal model or an encoder with a decoder, one interface for both.

Owns what is fed to a model of transformers, and is the only place that trusts the shape of what comes back. Promises logits in
float32 of the unwarped model. Decides nothing about which token is drawn.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicCache, EncoderDecoderCache
from transformers.modeling_outputs import BaseModelOutput

from prover.models.attention import install
from prover.models.generator import ModelFailed
from prover.models.memory import Memory, Pair, Prefilled
from prover.models.untyped import compiled as through_compiler

# Decoders whose positions are relative: rows may stand anywhere. Others (BART) count columns from the batch's first one.
RELATIVE = frozenset({"t5", "mt5", "umt5", "longt5", "switch_transformers"})


UNBOUNDED = 2**31
SAMPLES_PER_LINE = 8


class Network(Protocol):
    """A model that reads prompts and goes on token by token. `most_positions` 0: any number.

    `joinable`: rows may come later. `width`: samples that can share one line of memory.
    """

    device: torch.device
    most_positions: int
    joinable: bool
    width: int

    def room(self, prompt: int) -> int:
        """Tokens that may follow a prompt of so many; 0 or less = the prompt itself is too long."""
        ...

    def prefill(self, prompts: Sequence[Sequence[int]]) -> Prefilled:
        """Read prompts, each at least one token."""
        ...

    def step(self, tokens: Tensor, memory: Memory) -> Tensor:
        """A token of each place ([lines, width]) in, logits of the next ([places, vocabulary], float32) out."""
        ...


def network_of(model: Any, *, compiled: bool = False) -> Network:
    """The network of a loaded model of transformers; `compiled` passes its single steps through torch.compile."""
    return _EncoderDecoder(model, compiled=compiled) if model.config.is_encoder_decoder else _Causal(model, compiled=compiled)


def _padded(prompts: Sequence[Sequence[int]], device: torch.device, *, left: bool) -> tuple[Tensor, Tensor]:
    """Ids and mask ([prompts, longest], int64). What stands under the mask is token 0, which every vocabulary has."""
    width = max(map(len, prompts))
    pads = [[0] * (width - len(prompt)) for prompt in prompts]
    ids = [[*pad, *prompt] if left else [*prompt, *pad] for pad, prompt in zip(pads, prompts, strict=True)]
    mask = [[0] * len(pad) + [1] * len(prompt) for pad, prompt in zip(pads, prompts, strict=True)]
    mask = mask if left else [row[::-1] for row in mask]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def _pairs(cache: Cache) -> tuple[Pair, ...]:
    """Keys and values of each layer. Raises ModelFailed for a model that remembers in another way."""
    pairs: list[Pair] = []
    for layer in cache.layers:
        keys, values = getattr(layer, "keys", None), getattr(layer, "values", None)
        if not isinstance(keys, Tensor) or not isinstance(values, Tensor) or keys.ndim != 4 or values.ndim != 4:
            raise ModelFailed(
                "this model remembers otherwise than by keys and values of attention (a recurrent layer, layers that share): "
                "serve it over HTTP (`vllm serve`) and use it as a server"
            )
        pairs.append(Pair(keys, values))
    return tuple(pairs)


class _Base:
    def __init__(self, model: Any, *, compiled: bool) -> None:
        self.device: torch.device = model.device
        config = model.config.get_text_config(decoder=True)
        self.most_positions: int = int(getattr(config, "max_position_embeddings", 0) or 0)
        self._model: Any = model
        # With one kind of attention a mask of four dimensions is taken as it is; else the model makes one per layer from two,
        # and looks at its values to do so: on a GPU that waits for the device at every token.
        kinds = set(getattr(config, "layer_types", None) or ())
        self._ready_mask = (
            model.config._attn_implementation == "sdpa"  # noqa: SLF001  # no public name says it
            and type(model).__module__.startswith("transformers.")
            and kinds <= {"full_attention"}
            and (bool(kinds) or not getattr(config, "sliding_window", None))
        )
        accepted = inspect.signature(model.forward).parameters
        self._takes_positions = "position_ids" in accepted
        self._last_alone: dict[str, int] = {"logits_to_keep": 1} if "logits_to_keep" in accepted else {}
        # Samples of a prompt can be queries of one line only where a token's position is told and not counted.
        self.width = SAMPLES_PER_LINE if self._ready_mask and self._takes_positions else 1
        if self.width > 1:
            install(model)
        self._call: Callable[..., Any] = through_compiler(model) if compiled else model

    def _mask(self, seen: Tensor) -> Tensor:
        """Of [lines, places, columns]. Added to scores rather than true or false: else each layer would turn it into that."""
        if not self._ready_mask:
            return seen[:, 0].long()
        mask = torch.zeros(seen.shape, dtype=self._model.dtype, device=seen.device)
        return mask.masked_fill_(~seen, -torch.inf)[:, None]


class _Causal(_Base):
    joinable = True

    def room(self, prompt: int) -> int:
        return self.most_positions - prompt if self.most_positions else UNBOUNDED

    def prefill(self, prompts: Sequence[Sequence[int]]) -> Prefilled:
        ids, mask = _padded(prompts, self.device, left=True)
        positions = {"position_ids": (mask.cumsum(1) - 1).clamp(min=0)} if self._takes_positions else {}
        past = DynamicCache()
        out = self._model(input_ids=ids, attention_mask=mask, past_key_values=past, use_cache=True, **positions, **self._last_alone)
        return Prefilled(_pairs(past), tuple(map(len, prompts)), out.logits[:, -1].float())

    def step(self, tokens: Tensor, memory: Memory) -> Tensor:
        positions = {"position_ids": memory.positions} if self._takes_positions else {}
        mask = self._mask(memory.seen[:, :, : memory.length + memory.width])
        out = self._call(input_ids=tokens, attention_mask=mask, past_key_values=memory.cache, use_cache=True, **positions)
        return out.logits.flatten(0, 1).float()


class _EncoderDecoder(_Base):
    def __init__(self, model: Any, *, compiled: bool) -> None:
        super().__init__(model, compiled=compiled)
        self.joinable = model.config.model_type in RELATIVE
        if self.joinable:
            self.most_positions = 0
        self._start: int = model.generation_config.decoder_start_token_id or model.config.decoder_start_token_id or 0
        self._width: int = model.config.get_text_config(decoder=True).hidden_size

    def room(self, prompt: int) -> int:
        return (0 if prompt > self.most_positions else self.most_positions) if self.most_positions else UNBOUNDED

    def prefill(self, prompts: Sequence[Sequence[int]]) -> Prefilled:
        # On the right: an encoder may count its positions from the first column.
        ids, mask = _padded(prompts, self.device, left=False)
        start = torch.full((len(prompts), 1), self._start, device=self.device)
        past = EncoderDecoderCache(DynamicCache(), DynamicCache())
        out = self._model(input_ids=ids, attention_mask=mask, decoder_input_ids=start, past_key_values=past, use_cache=True)
        own, source = _pairs(past.self_attention_cache), _pairs(past.cross_attention_cache)
        return Prefilled(own, (1,) * len(prompts), out.logits[:, -1].float(), source, mask.bool())

    def step(self, tokens: Tensor, memory: Memory) -> Tensor:
        seen = memory.source_seen
        assert seen is not None, "rows of an encoder's model have a source"
        # Nobody reads the encoder's states again, their keys and values are kept; only their shape is asked for.
        states = torch.zeros((1, 1, 1), device=self.device, dtype=self._model.dtype).expand(*seen.shape, self._width)
        own = {"decoder_attention_mask": self._mask(memory.seen[:, :, : memory.length + 1])}
        out = self._call(
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            attention_mask=self._mask(seen[:, None]),
            decoder_input_ids=tokens,
            past_key_values=memory.cache,
            use_cache=True,
            **own,
        )
        return out.logits[:, -1].float()
