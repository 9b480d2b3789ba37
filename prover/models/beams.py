"""Beam search: the likeliest completions found by keeping the best few at every token, instead of drawn ones.

Owns which beams go on. A score is a plain sum of log-probabilities (no length penalty), so that a search is over when the best
unfinished beam is worse than the worst finished one, exactly. Finds what transformers' beam search finds with `length_penalty=0`.
An option for models that were published with beams; servers do not have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from prover.models.flight import STRETCH
from prover.models.generator import Completion
from prover.models.memory import Line, Memory
from prover.models.networks import Network
from prover.models.requests import Job, by_length
from prover.models.untyped import index_tables, tables
from prover.models.vocabulary import Vocabulary

NOWHERE = -1e9  # the score of a place that no beam has taken


@dataclass(frozen=True, slots=True)
class _Beam:
    score: float
    tokens: tuple[int, ...]


@dataclass(slots=True, eq=False)
class _Search:
    """The beams of one prompt, best first: always `width` running ones, at most `width` finished ones."""

    job: Job
    width: int
    running: list[_Beam]
    finished: list[tuple[_Beam, Completion]] = field(default_factory=list["tuple[_Beam, Completion]"])
    over: bool = False

    def extend(self, ranked: Sequence[tuple[float, int, int]], vocabulary: Vocabulary) -> list[int]:
        """Take the best continuations (score, beam, token), best first; the beams that the running ones came from."""
        parents: list[int] = []
        following: list[_Beam] = []
        for rank, (score, parent, token) in enumerate(ranked):
            if score <= NOWHERE / 2 or len(following) == self.width:
                break
            beam = _Beam(score, (*self.running[parent].tokens, token))
            completion = self._ending(beam, vocabulary)
            last = len(beam.tokens) >= self.job.most
            if completion is None and not last:
                following.append(beam)
                parents.append(parent)
            elif rank < self.width:  # one that ends further down loses to those that go on
                self.finished.append((beam, completion or self._cut_off(beam, vocabulary)))
        self.finished = sorted(self.finished, key=lambda pair: -pair[0].score)[: self.width]
        settled = len(self.finished) == self.width and following and following[0].score <= self.finished[-1][0].score
        self.over = not following or bool(settled)
        lacking = self.width - len(following)
        self.running = following + [_Beam(NOWHERE, following[0].tokens)] * lacking if following else []
        return parents + parents[:1] * lacking

    def give_up(self, vocabulary: Vocabulary) -> None:
        """The time is over: the best running beams fill up what is not finished."""
        missing = self.width - len(self.finished)
        best = [beam for beam in self.running if beam.score > NOWHERE / 2][:missing]
        self.finished += [(beam, self._cut_off(beam, vocabulary)) for beam in best]
        self.over = True

    def land(self) -> None:
        """Hand the finished beams in, best first."""
        completions = [completion for _, completion in sorted(self.finished, key=lambda pair: -pair[0].score)]
        self.job.completions = list(completions)
        self.job.request.finish()

    def _ending(self, beam: _Beam, vocabulary: Vocabulary) -> Completion | None:
        """What the beam says if its last token ended it."""
        ends, prompt = self.job.ends, self.job.tokens
        if beam.tokens[-1] in ends.tokens:
            return Completion(vocabulary.text(prompt, beam.tokens[:-1]), beam.score, len(beam.tokens), complete=True)
        if beam.tokens[-1] in ends.suspects and (text := vocabulary.cut(prompt, beam.tokens, ends.texts)) is not None:
            return Completion(text, beam.score, len(beam.tokens), complete=True)
        return None

    def _cut_off(self, beam: _Beam, vocabulary: Vocabulary) -> Completion:
        return Completion(vocabulary.text(self.job.tokens, beam.tokens), beam.score, len(beam.tokens), complete=False)


def search_beams(
    network: Network, vocabulary: Vocabulary, jobs: Sequence[Job], prefill_tokens: int, closing: Callable[[], bool]
) -> None:
    """Search for all jobs at once, which want equally many beams, and finish them; stop where it is when `closing` says so."""
    width = jobs[0].request.sampling.samples
    reach = width * max(2, 1 + len(jobs[0].ends.tokens))  # so many cannot all end
    memory = Memory(network.device, network.most_positions)
    groups = by_length([(job, []) for job in jobs], prefill_tokens)
    alive = [_Search(job, width, [_Beam(0.0, ()), *[_Beam(NOWHERE, ())] * (width - 1)]) for group in groups for job, _ in group]
    read = [(network.prefill([job.tokens for job, _ in group])) for group in groups]
    copies = [[Line(prompt, (0,)) for prompt in range(len(group)) for _ in range(width)] for group in groups]
    memory.regroup([], list(zip(read, copies, strict=True)), 1, STRETCH)
    logits = torch.cat([prefilled.logits for prefilled in read]).repeat_interleave(width, 0)
    while alive and not closing():
        keep: list[int] = []
        before = len(alive) * width
        for number, (search, ranked) in enumerate(zip(alive, _ranked(logits, alive, reach), strict=True)):
            parents = search.extend(ranked, vocabulary)
            if not search.over and search.job.request.unwanted():
                search.give_up(vocabulary)
            if search.over:
                search.land()
            else:
                keep += [number * width + parent for parent in parents]
        alive = [search for search in alive if not search.over]
        if alive:
            if keep != list(range(before)) or not memory.room:
                memory.regroup([Line(row, (0,)) for row in keep], [], 1, STRETCH)
            last = [[beam.tokens[-1]] for search in alive for beam in search.running]
            logits = network.step(torch.tensor(last, device=network.device), memory)
            memory.advance()


def _ranked(logits: Tensor, searches: Sequence[_Search], reach: int) -> list[list[tuple[float, int, int]]]:
    """Per search the best continuations of its beams: score, beam, token."""
    rows, vocabulary = logits.shape
    before = torch.tensor([beam.score for search in searches for beam in search.running], dtype=torch.float64)
    scores = torch.log_softmax(logits, -1).double() + before.to(logits.device)[:, None]
    scores = scores.view(len(searches), -1)
    values, places = scores.topk(min(reach, rows // len(searches) * vocabulary))
    return [
        [(value, place // vocabulary, place % vocabulary) for value, place in zip(*pair, strict=True)]
        for pair in zip(tables(values), index_tables(places), strict=True)
    ]
