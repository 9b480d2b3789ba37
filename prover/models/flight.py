"""One batch in flight: rows that are decoded together, leave when they have ended, and make room for others.

Owns the decoding loop's bookkeeping: what each row has drawn so far and why it ended. Promises that a prompt is read once for all
its samples, and that a row's tokens are those it would have drawn alone. Knows no queue and no thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from prover.models.drawing import Uniforms, draw, warps_of
from prover.models.generator import Completion, Sampling
from prover.models.memory import Line, Memory, Prefilled
from prover.models.networks import Network
from prover.models.untyped import indices, numbers, tables
from prover.models.vocabulary import Ends, Vocabulary

STRETCH = 32  # tokens between two copies of the past
COLUMNS_PER_PLACE = 100  # a place costs about as much time as reading so many columns, for a small model as for one of 7B


@dataclass(slots=True, eq=False)
class Row:
    """One completion in the making.

    `most` tokens at most, `span` columns of memory with its prompt. `land` is told when it has ended; `unwanted` says that nobody
    waits for it or that its time is up.
    """

    prompt: Sequence[int]
    sampling: Sampling
    ends: Ends
    most: int
    span: int
    uniforms: Uniforms
    land: Callable[[Completion], None]
    unwanted: Callable[[], bool]
    tokens: list[int] = field(default_factory=list[int])
    logprob: float = 0.0
    ended: bool = False


Leaves = list[tuple[int, Row]]


class Flight:
    """A batch in flight; empty at first. Not for two threads at once.

    `places` are the lines of memory one after the other, each with as many places for samples as the widest has; None is empty.
    """

    def __init__(self, network: Network, vocabulary: Vocabulary, *, overlap: bool) -> None:
        """`overlap`: look at a token only when the next one is under way. Costs each row a token, hides our work from a GPU."""
        self.places: list[Row | None] = []
        self.since_regrouped = 0
        self._network, self._vocabulary, self._overlap = network, vocabulary, overlap
        self._memory = Memory(network.device, network.most_positions)
        self._tokens = torch.zeros((0, 1), dtype=torch.long, device=network.device)
        self._uniforms = torch.zeros((0, STRETCH), dtype=torch.float64, device=network.device)
        self._warps = warps_of((), network.device)
        self._seated = 0
        self._underway: tuple[list[Row | None], Callable[[], tuple[list[int], list[float]]]] | None = None

    def alive(self) -> list[Row]:
        """Rows that have not ended."""
        return [row for row in self.places if row is not None and not row.ended]

    def crowded(self, alive: int) -> bool:
        """With so many alive: the room is used up, or a quarter of the places is dead weight that was alive."""
        return self.since_regrouped >= STRETCH or (self.since_regrouped >= 4 and alive * 4 <= self._seated * 3)

    def regroup(self, groups: Sequence[Sequence[Sequence[Row]]]) -> None:
        """Let the ended go and take others aboard: per group that is read together, per prompt, the rows that sample from it."""
        self.look()
        read = [self._network.prefill([rows[0].prompt for rows in group]) for group in groups]
        for prefilled, group in zip(read, groups, strict=True):
            self._begin(prefilled, group)
        lines = [self.places[at : at + self._memory.width] for at in range(0, len(self.places), self._memory.width)]
        staying, coming = _alive(lines), [_alive(group) for group in groups]
        width = best_width([leaves for _, leaves in (*staying, *(line for group in coming for line in group))], self._network.width)
        self.places = []
        keep = self._seat(staying, width)
        fresh = [(prefilled, self._seat(lines, width)) for prefilled, lines in zip(read, coming, strict=True) if lines]
        if self.places:
            parts = [
                (prefilled, [Line(line.number, tuple(range(len(line.leaves)))) for line in lines]) for prefilled, lines in fresh
            ]
            self._memory.regroup(keep, parts, width, STRETCH)
            self._prepare()

    def _begin(self, prefilled: Prefilled, group: Sequence[Sequence[Row]]) -> None:
        """Draw the first token of each sample."""
        rows = [row for samples in group for row in samples]
        device = self._network.device
        prompts = torch.tensor([prompt for prompt, samples in enumerate(group) for _ in samples], device=device)
        uniforms = torch.tensor([row.uniforms.slice(0, 1) for row in rows], dtype=torch.float64, device=device)
        warps = warps_of([row.sampling for row in rows], device)
        tokens, logprobs = draw(prefilled.logits.index_select(0, prompts), warps, uniforms)
        self._record(rows, indices(tokens[:, 0]), numbers(logprobs[:, 0]))

    def _seat(self, lines: Sequence[tuple[int, Leaves]], width: int) -> list[Line]:
        """Give the rows places, a line for each `width` of them that share a past."""
        seated: list[Line] = []
        for number, leaves in lines:
            for start in range(0, len(leaves), width):
                some = leaves[start : start + width]
                seated.append(Line(number, tuple(leaf for leaf, _ in some)))
                self.places += [*(row for _, row in some), *[None] * (width - len(some))]
        return seated

    def _prepare(self) -> None:
        """Tokens, options and random numbers of the next stretch, on the device at once."""
        device = self._network.device
        anybody = next(row for row in self.places if row is not None)
        tokens = [row.tokens[-1] if row else 0 for row in self.places]
        uniforms = [
            row.uniforms.slice(len(row.tokens), len(row.tokens) + STRETCH) if row else [0.0] * STRETCH for row in self.places
        ]
        self._tokens = torch.tensor(tokens, device=device)[:, None]
        self._warps = warps_of([(row or anybody).sampling for row in self.places], device)
        self._uniforms = torch.tensor(uniforms, dtype=torch.float64, device=device)
        self._seated = sum(row is not None for row in self.places)
        self.since_regrouped = 0

    def step(self) -> None:
        """One token for every row."""
        number = self.since_regrouped
        logits = self._network.step(self._tokens.view(-1, self._memory.width), self._memory)
        self._tokens, logprobs = draw(logits, self._warps, self._uniforms[:, number : number + 1])
        self._memory.advance()
        self.since_regrouped += 1
        before, self._underway = self._underway, (self.places, _handed_over(self._tokens, logprobs))
        if before is not None:
            self._record(before[0], *before[1]())
        if not self._overlap:
            self.look()

    def look(self) -> None:
        """Record what is still under way."""
        if self._underway is not None:
            rows, read = self._underway
            self._underway = None
            self._record(rows, *read())

    def call_roll(self) -> None:
        """End the rows that are not wanted any more, where they are."""
        for row in self.alive():
            if row.unwanted():
                self._land(row, complete=False)

    def _record(self, rows: Sequence[Row | None], tokens: Sequence[int], logprobs: Sequence[float]) -> None:
        for row, token, logprob in zip(rows, tokens, logprobs, strict=True):
            if row is None or row.ended:
                continue
            row.tokens.append(token)
            row.logprob += logprob
            if token in row.ends.tokens:
                self._land(row, complete=True)
            elif token in row.ends.suspects and (text := self._vocabulary.cut(row.prompt, row.tokens, row.ends.texts)) is not None:
                self._land(row, complete=True, text=text)
            elif len(row.tokens) >= row.most:
                self._land(row, complete=False)

    def _land(self, row: Row, *, complete: bool, text: str | None = None) -> None:
        row.ended = True
        if text is None:
            ended = complete and row.tokens[-1] in row.ends.tokens  # the token that says so has no text
            text = self._vocabulary.text(row.prompt, row.tokens[:-1] if ended else row.tokens)
        row.land(Completion(text, row.logprob, len(row.tokens), complete))


def _alive(lines: Sequence[Sequence[Row | None]]) -> list[tuple[int, Leaves]]:
    """The lines that have rows which have not ended, by number, with their places in the line."""
    alive = [(number, [(at, row) for at, row in enumerate(line) if row and not row.ended]) for number, line in enumerate(lines)]
    return [(number, leaves) for number, leaves in alive if leaves]


def best_width(lines: Sequence[Leaves], most: int) -> int:
    """Places per line. Wide lines read a prompt once for many samples; where few samples are left they are mostly empty."""

    def cost(width: int) -> float:
        columns = max(
            (len(row.prompt) + min(width, len(leaves)) * len(row.tokens) for leaves in lines for _, row in leaves[:1]), default=0
        )
        count = sum(math.ceil(len(leaves) / width) for leaves in lines)
        return count * (width + (columns + width * STRETCH / 2) / COLUMNS_PER_PLACE)

    widths = [width for width in (1, 2, 4, 8, 16, 32) if width <= most]
    return min(reversed(widths), key=cost)


def _handed_over(tokens: Tensor, logprobs: Tensor) -> Callable[[], tuple[list[int], list[float]]]:
    """Send the draws to the host without waiting for them; called, it waits."""
    if tokens.device.type != "cuda":
        return lambda: (indices(tokens[:, 0]), numbers(logprobs[:, 0]))
    both = torch.cat((tokens.double(), logprobs), 1)  # ids are exact in double precision
    host = torch.empty(both.shape, dtype=both.dtype, pin_memory=True)
    host.copy_(both, non_blocking=True)
    arrived = torch.cuda.Event()
    arrived.record(torch.cuda.current_stream(tokens.device))

    def read() -> tuple[list[int], list[float]]:
        arrived.synchronize()
        pairs = tables(host)
        return [int(pair[0]) for pair in pairs], [pair[1] for pair in pairs]

    return read
