"""Lanes of an attempt by whole proofs: each leases a Lean worker while there are proofs to try, and learns from those that fail.

What elaborates goes to the checker; its verdict alone says that something is proved. A worker that is lost to a proof costs time:
once it is pardoned, then the proof counts as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from lean_env.checker import ChallengeBroken, Checker, Verdict
from lean_env.errors import EnvError, WorkerLost, WorkerTimeout
from lean_env.messages import Message, Ran, Rejected
from lean_env.pool import SessionPool
from lean_env.session import Session
from lean_env.statement import Statement
from prover.lane import StatementRefused
from prover.whole.account import FailedProof, ProofAccount
from prover.whole.asking import Asking, Draft
from prover.whole.body import other_layout
from prover.whole.config import WholeProofConfig
from prover.whole.cut import Cut
from prover.whole.desk import Desk
from prover.whole.errors import UnderStatement, first_line
from prover.whole.trial import ProofTrial

LOSSES_PARDONED = 1  # so often a worker may be lost to a proof, before the proof counts as failed
LOST_IN_A_ROW = 8  # so many workers lost before any of them could open the statement: it is us, not the proofs


class ProofLanes:
    """The Lean side of one attempt. `keep_one` runs as often at the same time as there are to be workers."""

    def __init__(
        self,
        statement: Statement,
        pool: SessionPool,
        checker: Checker,
        desk: Desk,
        asking: Asking,
        config: WholeProofConfig,
        account: ProofAccount,
        show: Callable[[str], None],
    ) -> None:
        """`show` is told the phase: "search" after each proof, "check" before each check."""
        self._statement, self._pool, self._checker, self._desk = statement, pool, checker, desk
        self._asking, self._config, self._account, self._show = asking, config, account, show
        self._counts = account.counts
        self._lost_in_a_row = 0

    async def open(self) -> None:
        """See whether Lean accepts the statement. Raises StatementRefused."""
        while True:
            try:
                async with self._pool.lease() as session:
                    with self._account.lean:
                        trial = await ProofTrial.begin(session, self._statement)
                    await trial.release()
                    return
            except WorkerLost:
                if self._is_our_fault():
                    raise

    async def keep_one(self) -> None:
        """Lease a worker whenever there are proofs to try, and another when it is lost."""
        while not self._desk.over:
            await self._desk.until(lambda: self._desk.waiting > 0)
            try:
                async with self._pool.lease() as session:
                    await self._work(session)
            except WorkerLost:
                if self._is_our_fault():
                    raise

    async def _work(self, session: Session) -> None:
        if self._desk.over or not self._desk.waiting:  # another lane took it while this one waited for a worker
            return
        try:
            with self._account.lean:
                trial = await ProofTrial.begin(session, self._statement)
        except StatementRefused as refusal:  # it did open it before: what a proof ran in this worker has spoilt it
            raise WorkerLost("the worker does not open the statement any more") from refusal
        self._lost_in_a_row = 0
        try:
            while (draft := self._desk.take()) is not None:
                self._desk.trying += 1
                try:
                    await self._try(trial, draft)
                finally:
                    self._desk.trying -= 1
                    self._desk.tell()
                self._show("search")
        finally:
            await trial.release()

    async def _try(self, trial: ProofTrial, draft: Draft) -> None:
        """Elaborate a proof. Without errors it goes to the check; with errors we learn from it."""
        proof = UnderStatement(self._statement, draft.lines, self._config.heartbeats)
        self._counts.elaborated += draft.losses == 0
        try:
            with self._account.lean:
                ran = await trial.elaborate(proof, self._soft_ms)
        except WorkerLost as loss:
            self._put_down(draft, loss)
            raise
        if ran.interrupted:
            self._counts.limited += 1
        elif ran.errors:
            self._counts.failed += 1
            await self._learn(trial, draft, proof, ran)
        else:
            self._counts.clean += 1
            await self._check(trial, draft, proof)

    def _put_down(self, draft: Draft, loss: WorkerLost) -> None:
        """A worker was lost to a proof: once may be an accident. One that ran on past its limit is no accident."""
        draft.losses += 1
        if isinstance(loss, WorkerTimeout) or draft.losses > LOSSES_PARDONED:
            self._counts.lost += 1
        else:
            self._desk.put_back(draft)

    async def _learn(self, trial: ProofTrial, draft: Draft, proof: UnderStatement, ran: Ran) -> None:
        """What follows from a proof with errors: another layout, the part of it that is a proof, a resumption, a repair."""
        layout = None if draft.is_derived else other_layout(draft.lines)
        if layout is not None and self._derive(draft, layout):
            return
        part: Cut | None = None
        try:
            with self._account.lean:
                part = await trial.cut(proof, first_line(proof, ran.errors), self._soft_ms)
        finally:  # if the worker is lost on the way, the errors still say something
            self._follow(draft, proof, ran.errors, part)

    def _follow(self, draft: Draft, proof: UnderStatement, errors: Sequence[Message], part: Cut | None) -> None:
        self._desk.failures.append(FailedProof(draft.lines, tuple(error.data for error in errors), part))
        if part is not None and part.closed and self._derive(draft, part.lines):
            return
        if part is not None and not part.closed:
            self._asking.resume(draft, part)
        self._asking.repair(draft, proof, errors, "\n\n".join(part.goals) if part is not None else "")

    # -- the check --------------------------------------------------------------------------------------------------------------

    async def _check(self, trial: ProofTrial, draft: Draft, proof: UnderStatement) -> None:
        """A proof without errors: see that it is one command, and have it judged."""
        self._desk.in_check += 1
        try:
            self._show("check")
            with self._account.lean:
                lines = await trial.own_lines(proof, self._soft_ms)
                if lines is None:
                    self._follow(draft, proof, [Message("error", "the text is not read as the theorem")], None)
                elif lines != proof.lines:  # what the model added is dropped, whatever it is
                    self._derive(draft, lines)
                else:
                    self._counts.checked += 1
                    self._judged(draft, proof, await self._verdict(trial, proof))
        except WorkerLost as loss:
            self._counts.clean -= 1
            self._put_down(draft, loss)
            raise
        except ChallengeBroken as broken:
            text = "the clean worker does not elaborate a statement that an untrusted one opened"
            raise EnvError(text, detail=str(broken.messages)) from broken
        finally:
            self._desk.in_check -= 1

    async def _verdict(self, trial: ProofTrial, proof: UnderStatement) -> Verdict:
        """Raises WorkerLost if the trial's worker is lost, or the clean one twice; ChallengeBroken as the checker does."""
        with suppress(WorkerLost):
            return await self._checker.check_in(trial.session, self._statement, proof.whole)
        if not trial.session.alive:
            raise WorkerLost("the worker was lost while it elaborated a proof for its check")
        return await self._checker.check_in(trial.session, self._statement, proof.whole)

    def _judged(self, draft: Draft, proof: UnderStatement, verdict: Verdict) -> None:
        match verdict.result:
            case Rejected(message=message):
                self._desk.refused = self._desk.refused or (verdict, proof)
                self._follow(draft, proof, [Message("error", f"the proof was refused: {message}")], None)
            case _:
                self._counts.accepted += 1
                if self._desk.accepted is None or len(proof.whole) < len(self._desk.accepted[1].whole):
                    self._desk.accepted = verdict, proof
                if not self._config.go_on:
                    self._desk.finish()

    # -- measures ---------------------------------------------------------------------------------------------------------------

    def _derive(self, draft: Draft, lines: tuple[str, ...]) -> bool:
        """Try other lines in place of a proof that is none; whether they are new."""
        return self._desk.put(Draft(lines, draft.answer, draft.request, is_derived=True))

    @property
    def _soft_ms(self) -> int:
        return self._account.soft_ms(self._config.soft_ms)

    def _is_our_fault(self) -> bool:
        """Count a lost worker: whether so many are lost, with nothing tried in between, that no proof can be to blame."""
        self._account.workers_lost += 1
        self._lost_in_a_row += 1
        self._desk.tell()
        return self._lost_in_a_row >= LOST_IN_A_ROW
