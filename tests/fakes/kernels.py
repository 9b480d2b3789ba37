"""A kernel without a process: runs code in this one, except for code that a test wants to end at a limit."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
from collections.abc import Callable
from typing import Any

from prover.sandbox.outcomes import Killed, Outcome, Raised, Ran


class FakeKernel:
    """A kernel as the sandbox has them. `kills` names the limit that a piece of code meets, "" = none."""

    def __init__(self, kills: Callable[[str], str] = lambda _: "") -> None:
        self.kills = kills
        self.closed = False
        self.gate: asyncio.Event | None = None  # holds every run back
        self.ran: list[str] = []
        self._names: dict[str, Any] = {"__name__": "__main__"}

    async def run(self, code: str) -> Outcome:
        assert not self.closed
        if self.gate is not None:
            await self.gate.wait()
        self.ran.append(code)
        if limit := self.kills(code):
            self.closed = True
            return Killed(limit, f"the limit {limit} was met", "printed before")
        printed = io.StringIO()
        try:
            tree = ast.parse(code)
            end = tree.body[-1] if tree.body else None
            last = end.value if isinstance(end, ast.Expr) else None
            tree.body = tree.body[:-1] if last else tree.body
            with contextlib.redirect_stdout(printed):
                exec(compile(tree, "<code>", "exec"), self._names)
                value = eval(compile(ast.Expression(last), "<code>", "eval"), self._names) if last else None
        except Exception as error:  # noqa: BLE001 (whatever the code raises)
            return Raised(printed.getvalue(), f"{type(error).__name__}: {error}")
        return Ran(printed.getvalue(), "" if value is None else repr(value))

    async def close(self) -> None:
        self.closed = True


class Kernels:
    """Starts fake kernels, and remembers them."""

    def __init__(self, kills: Callable[[str], str] = lambda _: "") -> None:
        self.kills = kills
        self.started: list[FakeKernel] = []

    async def __call__(self) -> FakeKernel:
        self.started.append(FakeKernel(self.kills))
        return self.started[-1]
