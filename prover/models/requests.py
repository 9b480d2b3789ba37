"""What callers of a local model wait for: their prompts, what is still to be drawn, and the answer.

Owns one call's state between the caller's thread and the model's. Promises that an answer is set once, by whoever is first: the
model that is done, an error, or the caller who went away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from prover.models.drawing import Uniforms
from prover.models.flight import Row
from prover.models.generator import Completion, Generated, Prompt, Sampling
from prover.models.networks import Network
from prover.models.vocabulary import Ends, Vocabulary


@dataclass(slots=True, eq=False)
class Request:
    """One call of generate()."""

    prompts: tuple[Prompt, ...]
    sampling: Sampling
    limit_s: float
    clock: Callable[[], float]
    answer: Future[list[Generated]] = field(default_factory=Future[list[Generated]])
    jobs: list[Job] = field(default_factory=list["Job"])
    deadline: float = float("inf")

    def unwanted(self) -> bool:
        """Nobody waits for it, it has its answer, or its time is up."""
        return self.answer.done() or self.clock() >= self.deadline

    def start(self) -> None:
        """From now on its time counts."""
        if self.deadline == float("inf"):
            self.deadline = self.clock() + self.limit_s

    def finish(self) -> None:
        """Give the answer if nothing is missing."""
        if self.answer.done() or any(None in job.completions for job in self.jobs):
            return
        if self.answer.set_running_or_notify_cancel():
            self.answer.set_result([job.generated() for job in self.jobs])

    def fail(self, error: BaseException) -> None:
        """Give an error instead of an answer."""
        if not self.answer.done() and self.answer.set_running_or_notify_cancel():
            self.answer.set_exception(error)


@dataclass(slots=True, eq=False)
class Job:
    """One prompt of a request. `pending` are the samples that are not on their way; `most` tokens for each."""

    request: Request
    tokens: list[int]
    ends: Ends
    most: int
    completions: list[Completion | None]
    pending: list[int]

    @property
    def span(self) -> int:
        """Columns that one row of it may come to fill."""
        return len(self.tokens) + self.most

    def rows(self, count: int) -> list[Row]:
        """Send this many of the pending samples on their way; from the first on, the request's time counts."""
        self.request.start()
        now, self.pending = self.pending[:count], self.pending[count:]
        return [self._row(sample) for sample in now]

    def _row(self, sample: int) -> Row:
        request = self.request

        def land(completion: Completion) -> None:
            self.completions[sample] = completion
            request.finish()

        return Row(
            prompt=self.tokens,
            sampling=request.sampling,
            ends=self.ends,
            most=self.most,
            span=self.span,
            uniforms=Uniforms(request.sampling.seed, self.tokens, sample),
            land=land,
            unwanted=request.unwanted,
        )

    @property
    def aboard(self) -> int:
        """Samples that are on their way."""
        return sum(completion is None for completion in self.completions) - len(self.pending)

    def recall(self) -> None:
        """What was on its way is lost and has to be drawn anew."""
        self.pending = [sample for sample, completion in enumerate(self.completions) if completion is None]

    def cut_off(self) -> None:
        """Give up what was not begun: the request's time is over, or nobody waits."""
        for sample in self.pending:
            self.completions[sample] = Completion("", 0.0, 0, complete=False)
        self.pending = []
        self.request.finish()

    def generated(self) -> Generated:
        """What became of the prompt, samples in their order."""
        completions = tuple(completion for completion in self.completions if completion is not None)
        read = len(self.tokens) if completions else 0
        return Generated(completions, read, sum(completion.tokens for completion in completions))


def jobs_of(request: Request, vocabulary: Vocabulary, network: Network) -> list[Job]:
    """The jobs of a request. A prompt that fills the model's positions gets no completion.

    Raises ModelFailed for one that cannot be rendered.
    """
    sampling = request.sampling
    ends = vocabulary.ends(sampling.stop)
    count = 1 if sampling.temperature == 0 and not sampling.beams else sampling.samples
    jobs: list[Job] = []
    for prompt in request.prompts:
        tokens = vocabulary.encode(prompt)
        room = network.room(len(tokens))
        samples = count if room > 0 else 0
        jobs.append(Job(request, tokens, ends, min(sampling.max_tokens, room), [None] * samples, list(range(samples))))
    return jobs


def by_length(jobs: Sequence[tuple[Job, list[Row]]], most_tokens: int) -> list[list[tuple[Job, list[Row]]]]:
    """Jobs in groups that are read together: of like length, padded to at most `most_tokens`, one job at least."""
    groups: list[list[tuple[Job, list[Row]]]] = []
    for job, rows in sorted(jobs, key=lambda pair: len(pair[0].tokens)):
        if groups and (len(groups[-1]) + 1) * len(job.tokens) <= most_tokens:
            groups[-1].append((job, rows))
        else:
            groups.append([(job, rows)])
    return groups
