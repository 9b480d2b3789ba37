"""What torch, transformers and the hub's client leave without a type, given one.

Owns every cast between their objects and ours, so that the rest of `prover.models` is checked strictly. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from torch import Tensor


def tensor(value: object) -> Tensor:
    """An attribute that holds a tensor once it is used."""
    return cast("Tensor", value)


def numbers(tensor: Tensor) -> list[float]:
    """The values of a tensor of one dimension, on the host."""
    return cast("list[float]", cast("Any", tensor).tolist())


def tables(tensor: Tensor) -> list[list[float]]:
    """The values of a tensor of two dimensions, on the host."""
    return cast("list[list[float]]", cast("Any", tensor).tolist())


def indices(tensor: Tensor) -> list[int]:
    """The values of a tensor of integers of one dimension, on the host."""
    return cast("list[int]", cast("Any", tensor).tolist())


def index_tables(tensor: Tensor) -> list[list[int]]:
    """The values of a tensor of integers of two dimensions, on the host."""
    return cast("list[list[int]]", cast("Any", tensor).tolist())


def compiled(model: Any) -> Callable[..., Any]:
    """The model's forward pass through torch.compile, for lengths that change with every token."""
    import torch

    return cast("Any", torch).compile(model, dynamic=True)


def snapshot(source: str, revision: str | None, allow: Sequence[str], ignore: Sequence[str]) -> str:
    """The folder with a hub model's files."""
    import huggingface_hub

    download = cast("Callable[..., str]", cast("Any", huggingface_hub).snapshot_download)
    return download(source, revision=revision, allow_patterns=list(allow), ignore_patterns=list(ignore))


def pretrained(kind: str, folder: Any, **options: Any) -> Any:
    """What the class of transformers with this name loads from a folder."""
    import transformers

    transformers.logging.disable_progress_bar()  # a bar for a second of work, in the middle of what we print
    return getattr(cast("Any", transformers), kind).from_pretrained(folder, **options)


def usual_attention() -> Callable[..., tuple[Tensor, None]]:
    """What transformers calls for scaled-dot-product attention."""
    from transformers.integrations import sdpa_attention

    return cast("Any", sdpa_attention).sdpa_attention_forward


def register_attention(name: str, function: Callable[..., Any]) -> None:
    """Let models choose this function for their attention, with the masks of scaled-dot-product attention."""
    import transformers
    from transformers import masking_utils

    names: Any = transformers
    names.AttentionInterface.register(name, function)
    names.AttentionMaskInterface.register(name, cast("Any", masking_utils).sdpa_mask)
