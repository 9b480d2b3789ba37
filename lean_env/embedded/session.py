"""A session on the embedded engine: one node process that runs Lean compiled to WebAssembly.

Owns the request format of `worker/main.mjs` and the limits of each kind of request. Promises that a reply is decoded into
`messages` or the worker is gone; never interprets what Lean says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self, TypeVar

import msgspec

from lean_env.embedded.engine import WORKER, Engine
from lean_env.embedded.install import ensure_engine
from lean_env.errors import ProtocolViolation, WorkerLost
from lean_env.messages import (
    Accepted,
    Exported,
    LibraryPage,
    NotElaborated,
    Opened,
    Outline,
    Ran,
    Refused,
    Rejected,
    Stats,
    StepResult,
    TacticCall,
)
from lean_env.process import WorkerProcess
from lean_env.session import ROOT_ENV
from lean_env.toolchain import node_command

LEMMA_ENV = 1  # the library, the prelude and the lemma library that the symbolic policy's tactics may cite

READY_TIMEOUT_S = 60.0  # 0.4 s as a rule; a loaded machine reads 300 MB from disk
RUN_LIMIT_S = 120.0
OPEN_LIMIT_S = 30.0
CHECK_LIMIT_S = 120.0
FREE_LIMIT_S = 30.0
STEP_GRACE_S = 4.0  # over a tactic's soft limit, before it is taken for a loop that does not listen
_KILL_GRACE_S = 2.0  # the worker's own watchdog kills first; this is for a worker that cannot even do that

_Reply = TypeVar("_Reply")


def worker_command(engine: Engine) -> list[str]:
    """The argv of a worker, whose JavaScript may read its scripts and its engine, and do nothing else to the host's files."""
    return node_command(WORKER / "main.mjs", str(engine.folder), node=engine.node, reads=(WORKER, engine.folder))


class BadRequest(Exception):
    """The caller used a handle that this session does not know: an error in our own code."""


class _Envelope(msgspec.Struct):
    ok: msgspec.Raw = msgspec.Raw(b"")
    bad_request: str | None = None


class _ExportReply(msgspec.Struct):
    text: str | None = None
    refused: str | None = None
    stage: Any = None
    messages: Any = None


class EmbeddedSession:
    """One embedded Lean worker; see `lean_env.session.Session` for the contract of each call."""

    def __init__(self, process: WorkerProcess) -> None:
        """Wrap a started worker. Use `start`."""
        self._process = process

    @classmethod
    async def start(cls, engine: Engine | None = None) -> Self:
        """Start a worker, setting the engine up first if need be.

        Raises ToolchainMissing or SetupFailed if the engine cannot be had, WorkerLost if the worker does not come up.
        """
        engine = engine or ensure_engine()
        return cls(await WorkerProcess.start(worker_command(engine), ready_timeout_s=READY_TIMEOUT_S))

    @property
    def alive(self) -> bool:
        """Whether a request may still be sent."""
        return self._process.is_alive

    @property
    def pid(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    async def run(self, source: str, env: int = ROOT_ENV, *, soft_ms: int = 0, inert: bool = False) -> Ran:
        """Elaborate commands on top of `env`."""
        return await self._ask(Ran, RUN_LIMIT_S, op="run", source=source, env=env, soft_ms=soft_ms, inert=inert)

    async def outline(self, source: str, env: int = ROOT_ENV) -> Outline:
        """Cut a file into its commands."""
        return await self._ask(Outline, RUN_LIMIT_S, op="outline", source=source, env=env)

    async def open(self, signature: str, env: int = ROOT_ENV) -> Opened | NotElaborated:
        """Begin a proof."""
        reply = await self._ask(dict[str, Any], OPEN_LIMIT_S, op="open", signature=signature, env=env)
        return self._convert(reply, NotElaborated if "stage" in reply else Opened)

    async def step(self, state: int, tactics: Sequence[TacticCall], *, until_closed: bool = False) -> list[StepResult]:
        """Try each tactic on the same state. The hard limit of each is its soft limit plus `STEP_GRACE_S`."""
        hard_ms = [t.soft_ms + round(1000 * STEP_GRACE_S) if t.soft_ms else round(1000 * RUN_LIMIT_S) for t in tactics]
        calls = [
            {"text": t.text, "heartbeats": t.heartbeats, "soft_ms": t.soft_ms, "hard_ms": hard}
            for t, hard in zip(tactics, hard_ms, strict=True)
        ]
        request = {"op": "step", "state": state, "tactics": calls, "until_closed": until_closed}
        return await self._send(list[StepResult], request, sum(hard_ms, start=round(1000 * STEP_GRACE_S)) / 1000)

    async def finish(self, state: int) -> Exported | Refused:
        """What the finished proof added."""
        reply = await self._ask(_ExportReply, CHECK_LIMIT_S, op="finish", state=state)
        return Refused(reply.refused or "") if reply.text is None else Exported(reply.text)

    async def export(self, signature: str, env: int, scope: int = ROOT_ENV) -> Exported | Refused | NotElaborated:
        """The proof that `env` holds of a theorem."""
        reply = await self._ask(_ExportReply, CHECK_LIMIT_S, op="export", signature=signature, env=env, scope=scope)
        if reply.stage is not None:
            return self._convert({"stage": reply.stage, "messages": reply.messages}, NotElaborated)
        return Refused(reply.refused or "") if reply.text is None else Exported(reply.text)

    async def judge(
        self, signature: str, text: str, env: int = ROOT_ENV, *, inert: bool = False
    ) -> Accepted | Rejected | NotElaborated:
        """Check exported data against a challenge."""
        request = {"op": "judge", "signature": signature, "text": text, "env": env, "inert": inert}
        reply = await self._ask(dict[str, Any], CHECK_LIMIT_S, **request)
        return self._convert(reply, NotElaborated if "stage" in reply else Accepted | Rejected)

    async def theorems(self, offset: int = 0, count: int = 1000) -> LibraryPage:
        """A page of the library's theorems."""
        return await self._ask(LibraryPage, RUN_LIMIT_S, op="theorems", offset=offset, count=count)

    async def free(self, states: Sequence[int] = (), envs: Sequence[int] = ()) -> None:
        """Forget handles."""
        await self._ask(dict[str, Any], FREE_LIMIT_S, op="free", states=list(states), envs=list(envs))

    async def stats(self) -> Stats:
        """Memory and handles."""
        return await self._ask(Stats, FREE_LIMIT_S, op="stats")

    async def close(self) -> None:
        """End the process."""
        await self._process.close()

    def kill_now(self) -> None:
        """Kill the process at once, from any context."""
        self._process.kill_now()

    async def _ask(self, reply: type[_Reply], limit_s: float, **request: Any) -> _Reply:
        return await self._send(reply, {**request, "hard_ms": round(limit_s * 1000)}, limit_s)

    async def _send(self, reply: Any, request: dict[str, Any], limit_s: float) -> Any:
        # json and not msgspec: text with lone surrogates must reach Lean as replacement characters, not end the request here
        payload = json.dumps(request, ensure_ascii=True).encode("ascii")
        answer = await self._process.request(payload, timeout_s=limit_s + _KILL_GRACE_S)
        envelope = self._decode(answer, _Envelope)
        if envelope.bad_request is not None:
            raise BadRequest(envelope.bad_request)
        return self._decode(bytes(envelope.ok), reply)

    def _decode(self, data: bytes, shape: Any) -> Any:
        try:
            return msgspec.json.decode(data, type=shape)
        except msgspec.MsgspecError as error:
            raise self._nonsense(error) from error

    def _convert(self, data: object, shape: Any) -> Any:
        try:
            return msgspec.convert(data, type=shape)
        except msgspec.MsgspecError as error:
            raise self._nonsense(error) from error

    def _nonsense(self, error: Exception) -> WorkerLost:
        self._process.kill_now()
        return ProtocolViolation(f"the Lean worker sent a reply of the wrong shape: {error}")
