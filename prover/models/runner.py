"""The thread that a local model lives in: it gathers what callers ask, keeps a batch in flight, and hands out the answers.

Owns the queue and the memory budget. Promises first come first served, that newcomers board the batch in flight as soon as there is
room, that running out of memory halves the batch and repeats what was lost (with the same draws), that an error reaches those it
concerns and nobody waits for ever, and that the thread ends with close().
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from prover.models.beams import search_beams
from prover.models.flight import Flight, Row
from prover.models.generator import ModelFailed
from prover.models.loading import Loaded
from prover.models.options import LocalOptions, Work
from prover.models.requests import Job, Request, by_length, jobs_of

CLOSED = "the model was closed"
HOST_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory")  # torch has no class of its own for the CPU
BETWEEN_BOARDINGS = 4  # tokens: boarding copies the past of all rows
BETWEEN_ROLL_CALLS = 8  # tokens between two looks at who still waits


@dataclass(slots=True)
class _Budget:
    """What may be in flight: rows, and cells (rows times columns) of keys and values, which shrink when memory runs out."""

    rows: int
    cells: int

    def places(self, aboard: int, columns: int) -> int:
        """Rows that may still come aboard, if the longest row has this many columns. One always may, if nobody is there."""
        return max(min(self.rows, self.cells // columns) - aboard, 0 if aboard else 1)


class Runner:
    """One model in one thread."""

    def __init__(self, loaded: Loaded, options: LocalOptions, clock: Callable[[], float]) -> None:
        self._options, self._clock = options, clock
        self._changed = threading.Condition()
        self._arrived: deque[Request] = deque()  # the condition's
        self._closing = False
        self._jobs: deque[Job] = deque()  # from here on the thread's own
        self._aboard: list[Job] = []
        self._work = Work()
        self._since: float | None = None
        self._network, self._vocabulary = loaded.network, loaded.vocabulary
        self._budget = _Budget(options.most_rows, loaded.cells)
        self._thread = threading.Thread(target=self._run, name="entail-model", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queue a request; one that comes after close() fails."""
        with self._changed:
            if not self._closing:
                self._arrived.append(request)
                self._changed.notify_all()
                return
        request.fail(ModelFailed(CLOSED))

    def work(self) -> Work:
        """What was done so far."""
        since = self._since
        return replace(self._work, busy_s=self._work.busy_s + (0.0 if since is None else self._clock() - since))

    def close(self) -> None:
        """Fail who waits, end the thread, let go of the model. Blocks for about the time of one token; idempotent."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    # --- The thread. ---

    def _run(self) -> None:
        if self._options.threads:
            torch.set_num_threads(self._options.threads)
        with torch.inference_mode():
            while self._wait():
                self._since = since = self._clock()
                self._serve()
                self._since = None
                self._work.busy_s += self._clock() - since
        for request in [*(job.request for job in (*self._aboard, *self._jobs)), *self._arrived]:
            request.fail(ModelFailed(CLOSED))
        self._aboard.clear()
        self._jobs.clear()
        self._arrived.clear()
        del self._network, self._vocabulary
        _release()

    def _wait(self) -> bool:
        """Until there is something to do: false if that is to end. A lone request waits a little for others."""
        with self._changed:
            if not self._jobs:
                self._changed.wait_for(lambda: self._closing or self._arrived)
                self._changed.wait_for(self._enough, self._options.wait_s)
        return not self._closing

    def _enough(self) -> bool:
        rows = sum(len(request.prompts) * request.sampling.samples for request in self._arrived)
        return self._closing or rows >= self._options.most_rows

    def _receive(self) -> None:
        """Take the new requests over from their callers."""
        with self._changed:
            arrived, self._arrived = list(self._arrived), deque()
        for request in arrived:
            try:
                request.jobs = jobs_of(request, self._vocabulary, self._network)
            except Exception as error:  # noqa: BLE001  # whatever a tokenizer raises, its caller is to know
                request.fail(error if isinstance(error, ModelFailed) else ModelFailed(f"a prompt cannot be encoded: {error!r}"))
                continue
            self._jobs.extend(job for job in request.jobs if job.pending)
            request.finish()

    def _serve(self) -> None:
        """A batch from take-off to landing, or a beam search; an error ends in the requests that it concerns."""
        self._receive()
        if not self._jobs:
            return
        error, starved = "", False
        try:
            if self._jobs[0].request.sampling.beams:
                self._search()
            else:
                self._fly(Flight(self._network, self._vocabulary, overlap=self._network.device.type == "cuda"))
        except Exception as raised:  # noqa: BLE001  # the thread has to go on, and callers have to be told
            error, starved = f"{type(raised).__name__}: {raised}", _is_starved(raised)
        if error:  # outside of the handler: an exception holds the frames, and they hold the tensors
            self._recover(error, starved=starved)

    def _recover(self, error: str, *, starved: bool) -> None:
        """Fail the requests aboard, or, if memory ran out and there is something to halve, draw what was lost again."""
        _release()
        rows, columns = sum(job.aboard for job in self._aboard), max((job.span for job in self._aboard), default=1)
        beams = bool(self._aboard) and self._aboard[0].request.sampling.beams
        again = starved and (len(self._aboard) if beams else rows) > 1  # beams of one prompt stay together
        if again:
            self._budget.cells = rows * columns // 2
            self._work.halvings += 1
        lost, self._aboard = self._aboard, []
        for job in reversed(lost):
            waiting = bool(job.pending)  # then it is still in the queue
            job.recall()
            if not again:
                job.request.fail(ModelFailed(_failure(error, job, starved=starved)))
            elif job.pending and not waiting:
                self._jobs.appendleft(job)

    def _fly(self, flight: Flight) -> None:
        """Keep a batch going until it is empty and nobody boards."""
        while not self._closing:
            alive = len(flight.alive())
            if not alive or flight.crowded(alive) or self._may_board(flight, alive):
                self._board(flight)
                if not flight.places:
                    return
            flight.step()
            self._work.steps += 1
            self._work.row_steps += alive
            if flight.since_regrouped % BETWEEN_ROLL_CALLS == 0:
                flight.call_roll()

    def _may_board(self, flight: Flight, alive: int) -> bool:
        """Somebody waits, and there is room for all they want or for a lot: a boarding costs everybody a copy of their past."""
        if flight.since_regrouped < BETWEEN_BOARDINGS or not self._network.joinable or not (self._jobs or self._arrived):
            return False
        self._receive()
        if not self._jobs or self._jobs[0].request.sampling.beams:
            return False
        first = self._jobs[0]
        places = self._budget.places(alive, max(first.span, *(row.span for row in flight.alive())))
        return places >= min(len(first.pending), self._budget.rows // 4)

    def _board(self, flight: Flight) -> None:
        """Let the ended rows go and take others aboard."""
        flight.look()
        self._receive()
        self._tally()
        boarding = self._next(flight)
        self._work.prompt_tokens += sum(len(job.tokens) for job, _ in boarding)
        groups = by_length(boarding, self._options.prefill_tokens)
        flight.regroup([[rows for _, rows in group] for group in groups])

    def _tally(self) -> None:
        """Count and forget the jobs that have nothing on its way any more."""
        for job in self._aboard:
            if not job.aboard:
                done = [completion for completion in job.completions if completion is not None]
                self._work.completions += len(done)
                self._work.output_tokens += sum(completion.tokens for completion in done)
        self._aboard = [job for job in self._aboard if job.aboard]

    def _next(self, flight: Flight) -> list[tuple[Job, list[Row]]]:
        """Who comes aboard now, in the order of arrival."""
        rows = flight.alive()
        aboard = len(rows)
        boarding: list[tuple[Job, list[Row]]] = []
        if aboard and not self._network.joinable:
            return boarding
        columns = max((row.span for row in rows), default=1)
        while self._jobs and not self._jobs[0].request.sampling.beams:
            job = self._jobs[0]
            columns = max(columns, job.span)
            if job.request.unwanted():
                self._jobs.popleft().cut_off()
                continue
            places = self._budget.places(aboard, columns)
            if places <= 0:
                break
            boarding.append((job, job.rows(places)))
            aboard += len(boarding[-1][1])
            if job not in self._aboard:
                self._aboard.append(job)
            if not job.pending:
                self._jobs.popleft()
        return boarding

    def _search(self) -> None:
        """Beams for the first prompts in the queue that want the same."""
        sampling = self._jobs[0].request.sampling
        while self._jobs and self._jobs[0].request.sampling == sampling:
            job = self._jobs[0]
            aboard = sum(other.aboard for other in self._aboard)
            if self._budget.places(aboard, max(other.span for other in (*self._aboard, job))) < sampling.samples and aboard:
                break
            self._jobs.popleft()
            if job.request.unwanted():
                job.cut_off()
                continue
            job.rows(sampling.samples)
            self._aboard.append(job)
        if self._aboard:
            self._work.prompt_tokens += sum(len(job.tokens) for job in self._aboard)
            search_beams(self._network, self._vocabulary, self._aboard, self._options.prefill_tokens, lambda: self._closing)
            self._tally()


def _is_starved(error: BaseException) -> bool:
    text = str(error)
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(words in text for words in HOST_OUT_OF_MEMORY)


def _failure(error: str, job: Job, *, starved: bool) -> str:
    if not starved:
        return f"the model failed: {error}"
    beams = job.request.sampling.beams
    least = f"{job.request.sampling.samples} beams" if beams else "a single completion"
    return (
        f"out of memory with {least} of {len(job.tokens)} + {job.most} tokens: {'ask for fewer beams, ' * beams}lower max_tokens, "
        f"shorten the prompt, or choose a smaller dtype or model ({error})"
    )


def _release() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
