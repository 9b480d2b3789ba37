"""Which token comes next: many rows at once, each with options and random numbers of its own.

Owns the arithmetic of temperature, top_k and top_p, in transformers' order, and the log-probability under the unwarped model.
Promises one uniform number per token and nothing read back from the device. A row's numbers are a function of its seed, its
prompt and its sample alone; what can still differ between batches is the last bit of the logits, because kernels add in another
order for another shape, and that changes a token only where a uniform number falls between the two.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from prover.models.generator import Sampling


class Uniforms:
    """The random numbers of one row in [0, 1), made as far as they are needed."""

    def __init__(self, seed: int, prompt: Sequence[int], sample: int) -> None:
        key = f"{seed} {sample} {' '.join(map(str, prompt))}".encode()
        self._random = random.Random(int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big"))
        self._made: list[float] = []

    def slice(self, start: int, end: int) -> list[float]:
        """The numbers of these tokens of the row."""
        while len(self._made) < end:
            self._made.append(self._random.random())
        return self._made[start:end]


@dataclass(frozen=True, slots=True)
class Warps:
    """How each row's distribution is changed before drawing: [rows, 1] each, None where no row changes it so."""

    temperature: Tensor | None
    top_k: Tensor | None
    top_p: Tensor | None
    greedy: Tensor | None
    all_greedy: bool = False


def warps_of(samplings: Sequence[Sampling], device: torch.device) -> Warps:
    """The options of a batch's rows."""

    def column(values: Sequence[float], dtype: torch.dtype) -> Tensor:
        return torch.tensor(values, dtype=dtype, device=device)[:, None]

    greedy = [sampling.temperature == 0 for sampling in samplings]
    heat = [sampling.temperature or 1.0 for sampling in samplings]
    ranks = [sampling.top_k or 2**31 for sampling in samplings]
    masses = [sampling.top_p for sampling in samplings]
    return Warps(
        temperature=column(heat, torch.float32) if any(value != 1 for value in heat) else None,
        top_k=column(ranks, torch.int64) if any(value < 2**31 for value in ranks) else None,
        top_p=column(masses, torch.float64) if any(value < 1 for value in masses) else None,
        greedy=column(greedy, torch.bool) if any(greedy) else None,
        all_greedy=all(greedy),
    )


def draw(logits: Tensor, warps: Warps, uniforms: Tensor) -> tuple[Tensor, Tensor]:
    """Tokens [rows, 1] (int64) and their log-probabilities [rows, 1] (float64) under the unwarped model.

    `logits` [rows, vocabulary] float32, `uniforms` [rows, 1] float64. The cumulated probabilities are in double precision: in
    single, the many rare tokens of a large vocabulary would lose their share.
    """
    scores = torch.log_softmax(logits, dim=-1)
    if warps.all_greedy:
        tokens = scores.argmax(-1, keepdim=True)
    else:
        tokens = _drawn(scores, warps, uniforms)
        if warps.greedy is not None:
            tokens = torch.where(warps.greedy, scores.argmax(-1, keepdim=True), tokens)
    return tokens, scores.gather(1, tokens).double()


def _drawn(scores: Tensor, warps: Warps, uniforms: Tensor) -> Tensor:
    if warps.temperature is not None:
        scores = scores / warps.temperature
    if warps.top_k is None and warps.top_p is None:
        return _inverse(torch.softmax(scores, -1) if warps.temperature is not None else scores.exp(), uniforms)
    ranked, tokens = scores.sort(-1, descending=True)
    if warps.top_k is not None:
        ranks = torch.arange(ranked.shape[1], device=ranked.device)[None, :]
        ranked = ranked.masked_fill(ranks >= warps.top_k, -torch.inf)
    mass = torch.softmax(ranked.double(), -1)
    if warps.top_p is not None:  # the token that crosses the threshold stays: at least one always does
        mass = mass.masked_fill(mass.cumsum(-1) - mass >= warps.top_p, 0.0)
    return tokens.gather(1, _inverse(mass, uniforms))


def _inverse(mass: Tensor, uniforms: Tensor) -> Tensor:
    """Indices [rows, 1]: the first whose cumulated mass exceeds the uniform share of the whole."""
    cumulated = mass.cumsum(-1, dtype=torch.float64)
    return torch.searchsorted(cumulated, uniforms * cumulated[:, -1:], right=True).clamp(max=mass.shape[1] - 1)
