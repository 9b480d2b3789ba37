"""Whether two answers are the same, and answers put into classes by that.

Plain numbers and words are compared here, exactly; for everything else math-verify is asked, in a child process under limits,
because an answer like 9^{9^{9^{9}}} ends no comparison. Promises that no answer hangs or kills the caller: what cannot be compared
is "not equal", and is counted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Protocol

from lean_env.errors import EnvError
from prover.sandbox.outcomes import Killed, Limits, Outcome, Raised, Ran
from prover.solve.answers import MOST_LETTERS, exact_value, plain

COMPARISON_LIMITS = Limits(wall_s=8.0, cpu_s=600.0, memory_mib=2048)

_STARTS = 3  # how often a process is started, before it is said that none can be
_ANY_NUMBER = "7919/7907"  # what is compared with a number is evaluated; with itself it would not be
_WORDS = re.compile(r"\(?\s*([^\W\d_]+(?:[\s'-]+[^\W\d_]+)*)\s*\)?[.:]?")


class Kernel(Protocol):
    """What is needed of `prover.sandbox.kernel.Kernel`."""

    async def run(self, code: str) -> Outcome:
        """Run Python code in it."""
        ...

    async def close(self) -> None:
        """End it. Idempotent, never raises."""
        ...


StartKernel = Callable[[], Awaitable[Kernel]]


async def trusted_kernel() -> Kernel:
    """A kernel for our own code on answers that are not trusted.

    Under limits, and where there is no isolation without it: it runs nothing but `comparing.py`, which never evaluates an answer as
    a program.
    """
    from prover.sandbox.kernel import Kernel as SandboxKernel

    return await SandboxKernel.start(COMPARISON_LIMITS, unsafe=True)


def decided(one: str, other: str) -> bool | None:
    """Whether two answers are the same, where that needs no library; None where it does.

    Nothing equals an empty answer. Words (choice letters among them) are compared whole, without regard to case; they never equal a
    number or a part of another answer.
    """
    if not one.strip() or not other.strip():
        return False
    left, right = exact_value(one), exact_value(other)
    if left is not None and right is not None:
        return left == right
    bare, too = plain(one), plain(other)
    if bare == too:
        return bool(bare)
    words, others = _WORDS.fullmatch(bare), _WORDS.fullmatch(too)
    if words or others:
        return bool(words and others) and _folded(words) == _folded(others)
    return False if max(len(one), len(other)) > MOST_LETTERS else None


def _folded(words: re.Match[str] | None) -> str:
    return " ".join(words[1].casefold().split()) if words else ""


class Comparer:
    """Compares answers; the child process for hard cases starts when it is first needed. Calls may overlap.

    `unfinished` counts comparisons that ended at a limit.
    """

    def __init__(self, start: StartKernel = trusted_kernel) -> None:
        """`start` starts one kernel under limits; it may raise EnvError, which then comes out of `equivalent`."""
        self.unfinished = 0
        self._start = start
        self._kernel: Kernel | None = None
        self._lock = asyncio.Lock()
        self._known: dict[tuple[str, str], bool] = {}
        self._sound: set[str] = set()
        self._hopeless: set[str] = set()  # answers that end no comparison, with whatever it is

    async def equivalent(self, one: str, other: str) -> bool:
        """Whether two answers are the same. Raises EnvError if a child process is needed and cannot be had."""
        verdict = decided(one, other)
        if verdict is not None:
            return verdict
        left, right = sorted((plain(one), plain(other)))  # one question for both orders: equality is symmetric
        async with self._lock:
            if (left, right) not in self._known:
                self._known[left, right] = await self._asked(left, right)
            return self._known[left, right]

    async def close(self) -> None:
        """End the child process. Idempotent, never raises."""
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            await kernel.close()

    async def _asked(self, left: str, right: str) -> bool:
        # Each alone first: an answer that kills a comparison is found once, and not once per answer that it meets.
        if await self._is_hopeless(left) or await self._is_hopeless(right):
            return False
        outcome = await self._run(f"same({left!a}, {right!a})")
        if isinstance(outcome, Killed):
            self.unfinished += 1
        return isinstance(outcome, Ran) and outcome.value == "True"

    async def _is_hopeless(self, answer: str) -> bool:
        if answer in self._hopeless:
            return True
        if answer in self._sound:
            return False
        outcome = await self._run(f"same({answer!a}, {_ANY_NUMBER!a})")
        if isinstance(outcome, Killed):
            self.unfinished += 1
            self._hopeless.add(answer)
            return True
        self._sound.add(answer)
        return False

    async def _run(self, code: str) -> Outcome:
        """Run a comparison. Its kernel is a fresh one after a limit; one that used up its life is no fault of the answer."""
        outcome = await self._once(code)
        return await self._once(code) if isinstance(outcome, Killed) and outcome.limit == "cpu" else outcome

    async def _once(self, code: str) -> Outcome:
        if self._kernel is None:
            self._kernel = await self._prepared()
        try:
            outcome = await self._kernel.run(code)
        except BaseException:
            await self.close()  # a kernel whose run was cancelled goes on without `same`
            raise
        if isinstance(outcome, Killed):
            await self.close()
        return outcome

    async def _prepared(self) -> Kernel:
        """A kernel that has imported the library: on a busy machine that alone may meet a limit, which says nothing of answers."""
        outcome: Outcome | None = None
        for _ in range(_STARTS):
            kernel = await self._start()
            try:
                outcome = await kernel.run(f"{_program()}\nsame('x', 'y')\n")
            except BaseException:
                await kernel.close()
                raise
            if isinstance(outcome, Ran):
                return kernel
            await kernel.close()
        detail = outcome.error if isinstance(outcome, Raised) else outcome.message if isinstance(outcome, Killed) else ""
        raise EnvError("the process that compares answers with math-verify does not come up", detail=detail)


def _program() -> str:
    return (files("prover.solve") / "comparing.py").read_text(encoding="utf-8")


@dataclass(slots=True)
class AnswerGroup:
    """Answers that are the same: the first one as it was written, and the numbers of all, in the order in which they came."""

    answer: str
    members: list[int] = field(default_factory=list[int])


class AnswerGroups:
    """Puts answers into classes, one after the other; each is compared with the first of every class."""

    def __init__(self, comparer: Comparer) -> None:
        self.groups: list[AnswerGroup] = []
        self.added = 0
        self._comparer = comparer

    async def add(self, answer: str) -> int:
        """The number of the class that an answer belongs to, from 0; -1 for no answer, which belongs to none."""
        number, self.added = self.added, self.added + 1
        if not answer.strip():
            return -1
        for place, group in enumerate(self.groups):
            if await self._comparer.equivalent(group.answer, answer):
                group.members.append(number)
                return place
        self.groups.append(AnswerGroup(answer, [number]))
        return len(self.groups) - 1
