"""Attention for the step of a batch whose lines hold a prompt with several samples.

Owns one function that transformers calls instead of its own. Where several query heads share a head of keys, transformers copies
keys and values for each of them as soon as there is more than one query and a mask, at every token; here the queries are stacked
instead. Everything else is passed on.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from prover.models.untyped import register_attention, usual_attention

NAME = "entail"
USUAL = usual_attention()  # looked up once: a compiled model would trace the look-up at every token


def stacked(
    module: torch.nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, None]:
    """As transformers' own: query [lines, heads, queries, size], keys and values [lines, fewer heads, columns, size]."""
    lines, heads, queries, size = query.shape
    share = heads // key.shape[1]
    if share == 1 or queries == 1 or attention_mask is None or attention_mask.shape[1] != 1 or key.shape[2] == queries:
        return USUAL(module, query, key, value, attention_mask, **options)
    packed = query.reshape(lines, key.shape[1], share * queries, size)
    mask = attention_mask.repeat(1, 1, share, 1)
    out = torch.nn.functional.scaled_dot_product_attention(packed, key, value, attn_mask=mask, scale=options.get("scaling"))
    return out.reshape(lines, heads, queries, -1).transpose(1, 2).contiguous(), None


def install(model: Any) -> None:
    """Let a model that uses transformers' scaled-dot-product attention use this one."""
    register_attention(NAME, stacked)
    model.set_attn_implementation(NAME)
