"""One leased Lean worker that whole proofs of one statement are tried on.

The worker is not trusted: what it says of a proof is a reason to look further or to ask the model again, and nothing else. Every
request that runs a model's text has a limit of its own, after which the worker is given up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self

from lean_env.errors import WorkerLost, WorkerTimeout
from lean_env.messages import NotElaborated, Opened, Ran
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement
from prover.lane import StatementRefused
from prover.whole.cut import Cut, cut
from prover.whole.errors import UnderStatement

GRACE_S = 4.0  # over the soft limit, before the worker is taken for one that does not listen
_ENDS_WELL = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z))*")  # only blanks and comments


@dataclass(slots=True)
class ProofTrial:
    """A session with the statement's context and its first state. Dies with the session. Use `begin`."""

    session: Session
    env: int
    state: int

    @classmethod
    async def begin(cls, session: Session, statement: Statement) -> Self:
        """Open the statement. Raises StatementRefused, WorkerLost."""
        env = ROOT_ENV
        if statement.context.strip():
            ran = await session.run(statement.context)
            if ran.errors:
                await session.free(envs=[ran.env])
                raise StatementRefused(NotElaborated("elaborate", ran.errors), statement.context)
            env = ran.env
        opened = await session.open(statement.signature, env)
        if not isinstance(opened, Opened):
            await session.free(envs=[env])
            raise StatementRefused(opened, statement.signature)
        return cls(session, env, opened.part.state)

    async def elaborate(self, proof: UnderStatement, soft_ms: int) -> Ran:
        """What Lean says of a proof; its environment is freed already. Raises WorkerLost."""
        async with _deadline(soft_ms):
            ran = await self.session.run(proof.source, self.env, soft_ms=soft_ms)
        await self.session.free(envs=[ran.env])
        return ran

    async def own_lines(self, proof: UnderStatement, soft_ms: int) -> tuple[str, ...] | None:
        """The lines of the proof that belong to the theorem, all of them as a rule: a text may go on with commands of its own.

        None if Lean does not read it as a theorem to begin with. Raises WorkerLost.
        """
        async with _deadline(soft_ms):
            outline = await self.session.outline(proof.theorem, self.env)
        theorem = outline.commands[0].theorem if outline.commands else None
        if theorem is None or theorem.start != 0:
            return None
        rest = proof.theorem.encode()[theorem.end :].decode("utf-8", "replace")
        return proof.lines if _ENDS_WELL.fullmatch(rest) else proof.lines_up_to(theorem.end)

    async def cut(self, proof: UnderStatement, broken: int | None, soft_ms: int) -> Cut | None:
        """The part of a failing proof that works; see `cut.cut`."""
        # Without a limit of heartbeats: this much of the proof met none when it was elaborated, and a step counts more of them.
        return await cut(self.session, self.state, proof.lines, broken, heartbeats=0, soft_ms=soft_ms)

    async def release(self) -> None:
        """Free what is left in the session, for the next to use it. No error if the session is lost."""
        if self.session.alive:
            with suppress(WorkerLost):
                await self.session.free([self.state], [self.env])


@asynccontextmanager
async def _deadline(soft_ms: int) -> AsyncGenerator[None]:
    """Ends a request that runs on past its soft limit; that costs the worker, and is told as WorkerTimeout. 0 = no limit."""
    limit_s = soft_ms / 1000 + GRACE_S if soft_ms else None
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        raise WorkerTimeout(f"the proof ran on for {GRACE_S:g} s after its limit of {soft_ms} ms") from error
