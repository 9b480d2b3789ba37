"""READ FIRST. A statement in, an attempt by whole proofs out: the model writes proofs, Lean says what is wrong, the model again.

Each proof stands under our statement, never under the model's own, and runs in a worker that is not trusted. What elaborates there
goes to the checker, and nothing but its verdict makes an outcome PROVED. The model writes the next round while Lean is at work on
the present one. Nothing that a model writes ends an attempt: what costs a worker counts as a failing proof.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lean_env.checker import Checker
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.attempt import Attempt
from prover.models.generator import Completion, Generated, Generator, ModelFailed
from prover.proving import Progress
from prover.whole.account import Drafts, ProofAccount
from prover.whole.asking import Asking, Draft, ProofDialect, Request
from prover.whole.body import problem_with
from prover.whole.config import WholeProofConfig
from prover.whole.desk import Desk
from prover.whole.ending import furthest, proved, rejected, without_proof
from prover.whole.lanes import ProofLanes

FAREWELL_S = 0.1  # how long lanes may go on with what they do once there is a result; then their workers are killed


async def prove_whole(
    statement: Statement,
    *,
    pool: SessionPool,
    checker: Checker,
    generator: Generator,
    dialect: ProofDialect,
    config: WholeProofConfig,
    clock: Callable[[], float],
    informal: str = "",
    watch: Callable[[Progress], None] | None = None,
    observe: Callable[[Drafts], None] = lambda _: None,
) -> Attempt:
    """Attempt one statement by whole proofs.

    `Effort.expansions` counts prompts, `steps` proofs that Lean was given, `nodes` different proofs. `clock` gives seconds;
    `informal` is the problem in words; `watch` is called after each proof and before each check; `observe` at the end.
    Raises StatementRefused if Lean does not accept the statement, ModelFailed if the model cannot be asked and what it wrote before
    has no proof in it, EnvError if our machinery is broken in another way.
    """
    account = ProofAccount(config.budget, clock)
    desk = Desk(account)
    asking = Asking(statement, dialect, config, informal)

    def show(phase: str) -> None:
        if watch is not None:
            watch(Progress(account.effort(), "\n\n".join(furthest(desk.failures)), phase))

    lanes = ProofLanes(statement, pool, checker, desk, asking, config, account, show)
    try:
        return await _Writing(statement, generator, lanes, desk, asking, config, account).run()
    finally:
        observe(Drafts(account.counts, tuple(desk.failures)))


class _Writing:
    """One attempt under way: the model that writes, the lanes that try what it wrote, and the clock."""

    def __init__(
        self,
        statement: Statement,
        generator: Generator,
        lanes: ProofLanes,
        desk: Desk,
        asking: Asking,
        config: WholeProofConfig,
        account: ProofAccount,
    ) -> None:
        self._statement, self._generator, self._lanes, self._desk = statement, generator, lanes, desk
        self._asking, self._config, self._account = asking, config, account
        self._written = False
        self._model_failed: ModelFailed | None = None
        self._complaint = ""

    async def run(self) -> Attempt:
        """Work until there is a result; the statement is opened before the model is asked anything."""
        await self._lanes.open()
        lanes = [asyncio.create_task(self._lanes.keep_one()) for _ in range(self._config.workers)]
        tasks = [*lanes, asyncio.create_task(self._write()), asyncio.create_task(self._keep_time())]
        end = asyncio.create_task(self._desk.until(self._has_ended))
        try:
            while not end.done():
                working = [task for task in tasks if not task.done()]
                await asyncio.wait([end, *working], return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    if task.done():
                        task.result()  # raises what it raised
            self._desk.finish()
            await asyncio.wait(lanes, timeout=FAREWELL_S)
            return self._result()
        finally:
            self._desk.finish()
            for task in (end, *tasks):
                task.cancel()
            await asyncio.gather(end, *tasks, return_exceptions=True)

    def _has_ended(self) -> bool:
        if self._desk.accepted is not None and not self._config.go_on:
            return True
        if self._desk.in_check:  # a proof that may still become the result: the budget does not cut its check short
            return False
        return (self._written and self._desk.is_clear) or not self._account.in_time()

    async def _keep_time(self) -> None:
        """Ends when the seconds are up; never without a limit."""
        left_s = self._account.seconds_left
        while left_s != 0:
            await asyncio.sleep(3600.0 if left_s is None else left_s)
            left_s = self._account.seconds_left
        self._desk.tell()

    # -- the model --------------------------------------------------------------------------------------------------------------

    async def _write(self) -> None:
        """Have proofs written, a round ahead of Lean at most, until nothing is left to ask and nothing can come of the rest."""
        while not self._desk.over and self._model_failed is None:
            await self._desk.until(lambda: self._desk.unsettled <= self._config.at_once)
            batch = [] if self._desk.over else self._asking.next_batch()
            if batch and not self._account.may_ask():
                break
            if batch:
                await self._ask(batch)
            elif self._desk.is_clear:
                break
            else:
                await self._desk.wait()
        self._written = True
        self._desk.tell()

    async def _ask(self, batch: list[Request]) -> None:
        """Send prompts, as many as may be sent, and put the proofs that come back on the desk."""
        counts, allowed = self._account.counts, self._config.budget.expansions
        batch = batch[: allowed - counts.calls] if allowed else batch
        counts.calls += len(batch)
        counts.repairs += sum(request.kind == "repair" for request in batch)
        counts.resumes += sum(request.kind == "resume" for request in batch)
        try:
            with self._account.model:
                answers = await self._generator.generate([request.prompt for request in batch], self._asking.sampling(batch))
        except ModelFailed as failure:
            counts.unanswered += len(batch)
            if batch[0].kind == "sample":  # of the others, what the model itself wrote may have become too long for it
                self._model_failed = failure
            return
        for request, generated in zip(batch, answers, strict=True):
            self._read(request, generated)

    def _read(self, request: Request, generated: Generated) -> None:
        self._account.generated(generated)
        counts = self._account.counts
        for completion in generated.completions:
            lines = self._asking.proof_in(request, completion)
            if lines is None:
                counts.empty += 1
                self._complaint = self._complaint or self._asking.complaint(completion)
            elif problem_with(lines):
                counts.unfit += 1
            else:
                self._desk.put(Draft(lines, _speakable(completion), request))

    # -- the end ----------------------------------------------------------------------------------------------------------------

    def _result(self) -> Attempt:
        if self._desk.accepted is not None:
            return proved(*self._desk.accepted, self._account)
        if self._model_failed is not None:
            raise self._model_failed
        if self._desk.refused is not None:
            return rejected(*self._desk.refused, self._account)
        return without_proof(self._statement, self._account, self._desk.failures, self._complaint)


def _speakable(completion: Completion) -> str:
    """An answer as it can be given back to the model: without lone surrogates."""
    return completion.text.encode("utf-8", "replace").decode()
