"""Runs the code of a solution: Python in the sandbox's kernel, Lean on a worker. One interpreter serves one solution.

Owns how an end becomes a word and a text for the model. Promises that code which fails, loops, floods or kills its process is an
`Execution` like any other; only machinery that cannot be had at all (no isolation, no engine) raises EnvError. The code is not
trusted: the kernel is the sandbox's, the Lean worker can do nothing to the host, and nothing that it says is taken for a proof.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from lean_env.errors import WorkerLost, WorkerTimeout
from lean_env.messages import Message, Ran
from lean_env.session import ROOT_ENV, Session
from prover.sandbox.outcomes import Killed, Outcome, Raised
from prover.sandbox.outcomes import Ran as RanCode
from prover.solve.blocks import Language
from prover.solve.equivalence import Kernel, StartKernel

Word = Literal["", "error", "time", "memory", "output", "refused", "lost"]

MOST_SHOWN = 4000  # letters of an output that a model is shown
_WORDS: dict[str, Word] = {"wall": "time", "cpu": "time", "memory": "memory", "output": "output", "processes": "refused"}


@dataclass(frozen=True, slots=True)
class Execution:
    """What running a piece of code came to: the text for the model, and in a word how it ended ("" = well)."""

    text: str
    outcome: Word = ""


class Interpreter(Protocol):
    """Runs code of one language, piece after piece."""

    @property
    def language(self) -> Language:
        """Of the code that it runs."""
        ...

    async def run(self, code: str) -> Execution:
        """Run one piece. Raises EnvError only if there is nothing to run it on."""
        ...

    async def close(self) -> None:
        """Let go of what it runs on. Idempotent, never raises."""
        ...


def shortened(text: str, most: int = MOST_SHOWN) -> str:
    """A text of at most `most` letters and a line: the middle is left out, and the line says so."""
    text = text.rstrip()
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} letters left out ...]\n{text[-half:]}"


# -- Python ------------------------------------------------------------------------------------------------------------------------


class PythonInterpreter:
    """An `Interpreter`: a kernel that keeps its variables from piece to piece, started with the first one.

    After a limit ended it the next piece runs in a fresh kernel, and the model is told that its variables are gone.
    """

    language: Language = "python"

    def __init__(self, start: StartKernel, *, most_shown: int = MOST_SHOWN) -> None:
        self._start, self._most_shown = start, most_shown
        self._kernel: Kernel | None = None

    async def run(self, code: str) -> Execution:
        """Run a piece. Raises EnvError if no kernel can be had, for want of isolation for instance."""
        if self._kernel is None:
            self._kernel = await self._start()
        outcome = await self._kernel.run(code)
        if isinstance(outcome, Killed):
            await self.close()
        return self._execution(outcome)

    async def close(self) -> None:
        """End the kernel."""
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            await kernel.close()

    def _execution(self, outcome: Outcome) -> Execution:
        match outcome:
            case RanCode(output=output, value=value):
                return Execution(shortened(_joined(output, value), self._most_shown))
            case Raised(output=output, error=error):
                return Execution(shortened(_joined(output, error), self._most_shown), "error")
            case Killed(limit=limit, message=message, output=output):
                ended = f"{message.rstrip()}\nAll variables are lost."
                return Execution(_joined(shortened(output, self._most_shown), ended), _WORDS.get(limit, "lost"))


def _joined(first: str, second: str) -> str:
    return "\n".join(each for each in (first.rstrip("\n"), second.rstrip("\n")) if each)


# -- Lean --------------------------------------------------------------------------------------------------------------------------

LeaseSession = Callable[[], AbstractAsyncContextManager[Session]]  # a pool's `lease`

_IMPORT = re.compile(r"^[ \t]*import\b.*$", re.MULTILINE)
_FORBIDDEN = re.compile(  # commands that change what later text means, or run while it is read
    r"^\s*(?:@\[[^\]\n]*\]\s*)*(?:(?:private|protected|scoped|local|meta|builtin)\s+)*"
    r"(elab(?:_rules)?|macro(?:_rules)?|syntax|declare_syntax_cat|initialize|builtin_initialize|run_cmd|run_elab|run_meta|simproc|axiom|unsafe)\b",
    re.MULTILINE,
)


class LeanInterpreter:
    """An `Interpreter`: each program on the library alone, in an environment of its own. Nothing is kept from piece to piece.

    Programs are definitions, structures, theorems and `#eval`s. Imports are left out (the worker has Lean's own library and no
    other), metaprograms and axioms are refused.
    """

    language: Language = "lean"

    def __init__(self, lease: LeaseSession, *, wall_s: float = 10.0, most_shown: int = MOST_SHOWN) -> None:
        """`wall_s` (> 0) of one program, seconds. It is asked to stop then; if it runs on for as long again, it is killed."""
        self._lease, self._wall_s, self._most_shown = lease, wall_s, most_shown

    async def run(self, code: str) -> Execution:
        """Run a program: what its `#eval`s print, or what Lean has against it. Raises EnvError if no worker can be had."""
        if found := _FORBIDDEN.search(code):
            return Execution(f"`{found[1]}` is not allowed here: write definitions and end with #eval", "refused")
        late = f"the program did not end within {self._wall_s:g} seconds"
        program = _IMPORT.sub("", code)  # the line stays, so that messages name the right ones
        try:
            async with self._lease() as session:
                ran = await self._ran(session, program)
        except (TimeoutError, WorkerTimeout):
            return Execution(late, "time")
        except WorkerLost:
            return Execution("the program ended its Lean worker: it used too much memory, or recursed without end", "lost")
        said = [_line(each) for each in ran.messages if each.severity in ("information", "error")]
        text = shortened("\n".join(said), self._most_shown)
        if ran.interrupted:
            return Execution(_joined(text, late), "time")
        if ran.errors:
            imports = "only Lean's own library is here: imports were left out" if program != code else ""
            return Execution(_joined(text, imports), "error")
        return Execution(text)

    async def close(self) -> None:
        """Nothing to let go of: workers are on loan for each program."""

    async def _ran(self, session: Session, program: str) -> Ran:
        async with asyncio.timeout(2 * self._wall_s):
            ran = await session.run(program, ROOT_ENV, soft_ms=round(1000 * self._wall_s))
        await session.free(envs=[ran.env])
        return ran


def _line(message: Message) -> str:
    if message.severity != "error":
        return message.data.rstrip("\n")
    place = f"line {message.pos.line}: " if message.pos else ""
    return f"error: {place}{message.data}".rstrip("\n")
