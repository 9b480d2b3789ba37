"""What a Lean worker can do, whichever engine it is.

A session is one process. States and environments are handles into it and die with it; paths of tactics are what crosses
processes. What Lean answers is a value; broken machinery raises from `errors.EnvError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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

ROOT_ENV = 0  # the imported library with the prelude: every session has it


class Session(Protocol):
    """One Lean worker.

    Every call is one round trip with its own hard wall limit; past it the process is killed and `WorkerTimeout` raised.
    After any `WorkerLost` the session is dead for good: ask the pool for another one.
    """

    @property
    def alive(self) -> bool:
        """False once any call raised `WorkerLost` or the process is known to be gone; never true again."""
        ...

    async def run(self, source: str, env: int = ROOT_ENV, *, soft_ms: int = 0, inert: bool = False) -> Ran:
        """Elaborate a sequence of commands on top of `env`; the result is a new environment.

        `inert`: the text is not trusted, so it ends with an error before a command that may run code of its own.
        """
        ...

    async def open(self, signature: str, env: int = ROOT_ENV) -> Opened | NotElaborated:
        """Begin a proof of `theorem NAME binders : type` (no value), elaborated in `env`'s scopes."""
        ...

    async def step(self, state: int, tactics: Sequence[TacticCall], *, until_closed: bool = False) -> list[StepResult]:
        """Try each tactic on the same state, one round trip for all. Results in order.

        With `until_closed` the batch ends after the first tactic that leaves nothing to prove, so the list may be
        shorter. `state` stays valid whatever happens; each `Part` of an `Advanced` is a new handle.
        """
        ...

    async def finish(self, state: int) -> Exported | Refused:
        """What the proof that led to `state` added, as data. A first filter, never the verdict."""
        ...

    async def outline(self, source: str, env: int = ROOT_ENV) -> Outline:
        """Cut a file into its commands with Lean's own parser, elaborating them in turn."""
        ...

    async def export(self, signature: str, env: int, scope: int = ROOT_ENV) -> Exported | Refused | NotElaborated:
        """The proof that environment `env` holds of the theorem that `signature` states in the scopes of `scope`, as data."""
        ...

    async def judge(
        self, signature: str, text: str, env: int = ROOT_ENV, *, inert: bool = False
    ) -> Accepted | Rejected | NotElaborated:
        """Check exported data against a challenge. Only a session that never ran the candidate may be asked (`checker.py`).

        `inert`: the signature is not trusted either, and NotElaborated if it may run code.
        """
        ...

    async def theorems(self, offset: int = 0, count: int = 1000) -> LibraryPage:
        """Theorems of the imported library by name, a page at a time; `offset` is 0 or a page's `next`."""
        ...

    async def free(self, states: Sequence[int] = (), envs: Sequence[int] = ()) -> None:
        """Forget handles; unknown ones are ignored."""
        ...

    async def stats(self) -> Stats:
        """Memory and handles, for recycling."""
        ...

    async def close(self) -> None:
        """End the process. Idempotent, never raises."""
        ...
