"""The desk of one attempt: proofs that wait for Lean, and what became of those that were tried.

Owns that no proof is tried twice. Shared by who writes proofs and who tries them; all in one event loop, so nothing is locked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from lean_env.checker import Verdict
from prover.whole.account import FailedProof, ProofAccount
from prover.whole.asking import Draft
from prover.whole.body import key_of_body
from prover.whole.errors import UnderStatement

MAX_FAILURES = 256  # failing proofs that are kept


class Desk:
    """Proofs that wait, and the best that came of it.

    `trying` and `in_check` count proofs that some lane is at work on. `accepted` is the shortest proof with an accepted verdict,
    `refused` the first that elaborates and has another. `over`: whoever waits is to end.
    """

    def __init__(self, account: ProofAccount) -> None:
        self.trying = self.in_check = 0
        self.accepted: tuple[Verdict, UnderStatement] | None = None
        self.refused: tuple[Verdict, UnderStatement] | None = None
        self.failures: deque[FailedProof] = deque(maxlen=MAX_FAILURES)
        self.over = False
        self._account = account
        self._waiting: deque[Draft] = deque()
        self._seen: set[str] = set()
        self._changed = asyncio.Event()  # set whenever somebody who waits may have something new to do

    @property
    def waiting(self) -> int:
        """Proofs that no lane has taken up."""
        return len(self._waiting)

    @property
    def unsettled(self) -> int:
        """Proofs that wait or are tried."""
        return len(self._waiting) + self.trying

    @property
    def is_clear(self) -> bool:
        """Whether nothing waits and nothing is tried."""
        return self.unsettled == 0

    def put(self, draft: Draft) -> bool:
        """Have a proof tried, unless it was here before; whether it is new."""
        key = key_of_body(draft.lines)
        if key in self._seen:
            self._account.counts.repeated += not draft.is_derived
            return False
        self._seen.add(key)
        if draft.is_derived:
            self._account.counts.derived += 1
            self._waiting.appendleft(draft)  # it is nearer to a proof than anything that waits
        else:
            self._account.counts.unique += 1
            self._waiting.append(draft)
        self.tell()
        return True

    def put_back(self, draft: Draft) -> None:
        """Have a proof tried once more, when everything else is."""
        self._waiting.append(draft)
        self.tell()

    def take(self) -> Draft | None:
        """The next proof; None if there is none, or none may be tried any more, and then what waits is dropped."""
        if self.over or not self._waiting:
            return None
        if not self._waiting[0].losses and not self._account.may_elaborate():
            self._waiting.clear()
            self.tell()
            return None
        return self._waiting.popleft()

    def tell(self) -> None:
        """Wake everybody who waits."""
        self._changed.set()

    def finish(self) -> None:
        """Have everybody end who waits, or is between two proofs."""
        self.over = True
        self.tell()

    async def wait(self) -> None:
        """Until something changes."""
        self._changed.clear()
        await self._changed.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Until the condition holds, or all is over."""
        while not condition() and not self.over:
            await self.wait()
