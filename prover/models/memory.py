"""What the rows of a batch have read: keys and values of every layer, in buffers with room.

Owns the buffers of one batch. A line of them is a prompt with up to `width` samples, its leaves: the prompt's columns are there
once and seen by all leaves, each token that a leaf draws is a column that it alone sees. All lines share the column that is written
next, and a line's own columns end there (padding stands to the left, masked). Promises that lines and leaves come and go without
the others noticing, and that a token costs no copy of the past, which is copied only when leaves change or the room is used up.
Knows no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin, DynamicLayer, EncoderDecoderCache

from prover.models.untyped import tensor

PADDING, PROMPT = -2, -1  # owners of columns; others are numbers of leaves


@dataclass(frozen=True, slots=True)
class Pair:
    """Keys and values of one layer: [lines, heads, columns, size of a head]."""

    keys: Tensor
    values: Tensor


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Prompts that have been read, padded on the left to one length.

    past      per layer, what the decoder remembers
    lengths   columns of each prompt that count, the rightmost ones
    logits    [prompts, vocabulary], float32: what comes first
    source    per layer, what the encoder gave to the cross attention; () = there is no encoder
    seen      [prompts, columns], bool: which columns of `source` count; None = there is no encoder
    """

    past: tuple[Pair, ...]
    lengths: tuple[int, ...]
    logits: Tensor
    source: tuple[Pair, ...] = ()
    seen: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be: of a line that is there already, or of a prompt that was just read (by number), and the leaves it takes over.

    A new line has leaves 0, 1, ... of its own.
    """

    number: int
    leaves: tuple[int, ...]


class _Shelf(CacheLayerMixin):
    """One layer of the batch, in the shape that transformers' models ask for. Stored as [lines, columns, heads, size]."""

    def __init__(self, memory: Memory) -> None:
        # Not the base's: its keys and values may be None, and here regroup() sets them before any model sees them.
        self.keys = self.values = torch.empty(0)
        self._memory = memory
        self.is_initialized = True

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing is left to the first token."""

    def update(self, key_states: Tensor, value_states: Tensor, *_args: Any, **_kwargs: Any) -> tuple[Tensor, Tensor]:
        """Write the columns of a token of each leaf; all columns up to them."""
        start = self._memory.length
        end = start + key_states.shape[2]
        keys, values = tensor(self.keys).transpose(1, 2), tensor(self.values).transpose(1, 2)
        keys[:, :, start:end] = key_states
        values[:, :, start:end] = value_states
        return keys[:, :, :end], values[:, :, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns that attention sees, and the first of them."""
        return self._memory.length + query_length, 0

    def get_seq_length(self) -> int:
        """Columns written before this token, also while the token goes through the layers."""
        return self._memory.length

    def get_max_length(self) -> int:
        """No maximum."""
        return -1


class Memory:
    """The past of a batch. `length` columns are written; `positions` [lines, width] is where each leaf's next token stands."""

    def __init__(self, device: torch.device, most_positions: int) -> None:
        """`most_positions` that the model has (0 = any number): leaves that have ended stay inside them until they leave."""
        self.length = self.room = 0
        self.width = 1
        self.cache: Cache = Cache(layers=[])
        self.positions = torch.zeros((0, 1), dtype=torch.long, device=device)
        self.seen = torch.zeros((0, 1, 0), dtype=torch.bool, device=device)
        self.source_seen: Tensor | None = None
        self._device, self._most_positions = device, most_positions
        self._past: list[_Shelf] = []
        self._source: list[DynamicLayer] = []
        self._owners = torch.zeros((0, 0), dtype=torch.long)  # [lines, length], on the host

    def advance(self) -> None:
        """A token of every leaf went through the model."""
        self.length += self.width
        self.room -= 1
        self.positions = self.positions + 1
        if self._most_positions:  # a position that a learned table lacks would be an error of the device
            self.positions = self.positions.clamp(max=self._most_positions - 1)

    def regroup(self, keep: Sequence[Line], groups: Sequence[tuple[Prefilled, Sequence[Line]]], width: int, room: int) -> None:
        """Keep what these lines name, then add those of each group. Up to `width` leaves a line, room for `room` tokens of each."""
        lines, columns, owners = self._selected(keep)
        kept = columns.shape[1]
        parts = [(prefilled, self._index([line.number for line in fresh])) for prefilled, fresh in groups]
        longest = max([kept, *(prefilled.lengths[line.number] for prefilled, fresh in groups for line in fresh)])
        for number in range(len(self._past) or (len(groups[0][0].past) if groups else 0)):
            if number == len(self._past):
                self._past.append(_Shelf(self))
            shelf = self._past[number]
            for name in ("keys", "values"):
                old = [tensor(getattr(shelf, name))[lines[:, None], columns]] if keep else []
                new = [getattr(prefilled.past[number], name).transpose(1, 2).index_select(0, at) for prefilled, at in parts]
                setattr(shelf, name, _aligned([*old, *new], longest, room * width))
        if self._source or (groups and groups[0][0].source):
            self._regroup_source(lines, parts)
        self._regroup_positions(keep, lines, groups, width)
        fresh = [_prompt_owners(prefilled.lengths[line.number], longest) for prefilled, new in groups for line in new]
        owners = torch.cat((torch.nn.functional.pad(owners, (longest - kept, 0), value=PADDING), *fresh))
        drawn = torch.arange(room * width).remainder(width).expand(len(owners), -1)
        self._owners = torch.cat((owners, drawn), 1)
        leaves = torch.arange(width)[None, :, None]
        self.seen = ((self._owners[:, None] == PROMPT) | (self._owners[:, None] == leaves)).to(self._device)
        self.length, self.width, self.room = longest, width, room
        past = Cache(layers=list(self._past))
        self.cache = EncoderDecoderCache(past, Cache(layers=list(self._source))) if self._source else past

    def _selected(self, keep: Sequence[Line]) -> tuple[Tensor, Tensor, Tensor]:
        """Lines to keep: their numbers, their columns that still count [lines, longest], to the right, and whose they are."""
        numbers = torch.tensor([line.number for line in keep], dtype=torch.long)
        if not keep:
            return numbers.to(self._device), torch.zeros((0, 0), dtype=torch.long), torch.zeros((0, 0), dtype=torch.long)
        renamed = torch.full((len(keep), self.width + 2), PADDING)  # by old owner, shifted to begin at 0
        renamed[:, PROMPT + 2] = PROMPT
        for row, line in enumerate(keep):
            for leaf, old in enumerate(line.leaves):
                renamed[row, old + 2] = leaf
        owners = renamed.gather(1, self._owners[numbers, : self.length] + 2)
        counts = owners != PADDING
        order = counts.long().argsort(dim=1, stable=True)[:, self.length - int(counts.sum(1).max()) :]
        return numbers.to(self._device), order.to(self._device), owners.gather(1, order)

    def _regroup_positions(
        self, keep: Sequence[Line], lines: Tensor, groups: Sequence[tuple[Prefilled, Sequence[Line]]], width: int
    ) -> None:
        """An empty place stands where the line's first leaf does."""
        places = [[*line.leaves, *line.leaves[:1] * (width - len(line.leaves))] for line in keep]
        kept = self.positions[lines].gather(1, self._index(places)) if keep else self.positions.new_zeros((0, width))
        fresh = [[prefilled.lengths[line.number]] * width for prefilled, new in groups for line in new]
        self.positions = torch.cat((kept, self._index(fresh).view(-1, width)))

    def _regroup_source(self, lines: Tensor, parts: Sequence[tuple[Prefilled, Tensor]]) -> None:
        seen = [self.source_seen.index_select(0, lines)] if self.source_seen is not None else []
        seen += [prefilled.seen.index_select(0, at) for prefilled, at in parts if prefilled.seen is not None]
        longest = max(part.shape[1] for part in seen)
        self.source_seen = torch.cat([torch.nn.functional.pad(part, (longest - part.shape[1], 0)) for part in seen])
        before, self._source = self._source, []
        for number in range(len(before) or len(parts[0][0].source)):
            layer = DynamicLayer()
            for name in ("keys", "values"):
                old = [getattr(before[number], name).transpose(1, 2).index_select(0, lines)] if before else []
                new = [getattr(prefilled.source[number], name).transpose(1, 2).index_select(0, at) for prefilled, at in parts]
                setattr(layer, name, _aligned([*old, *new], longest, 0).transpose(1, 2))
            layer.is_initialized = True
            self._source.append(layer)

    def _index(self, numbers: Sequence[int] | Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.long, device=self._device)


def _prompt_owners(length: int, columns: int) -> Tensor:
    owners = torch.full((1, columns), PADDING)
    owners[:, columns - length :] = PROMPT
    return owners


def _aligned(parts: Sequence[Tensor], columns: int, room: int) -> Tensor:
    """The parts [lines, columns, heads, size] below each other in one buffer, all ending at column `columns`, and room after it.

    Padding is zero and not whatever was in memory: nothing that is masked may be NaN, because 0 times NaN is NaN.
    """
    buffer = parts[0].new_empty((sum(part.shape[0] for part in parts), columns + room, *parts[0].shape[2:]))
    line = 0
    for part in parts:
        end, pad = line + part.shape[0], columns - part.shape[1]
        if pad > 0:
            buffer[line:end, :pad] = 0
        buffer[line:end, max(pad, 0) : columns] = part[:, max(-pad, 0) :]
        line = end
    return buffer
