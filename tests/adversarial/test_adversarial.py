"""Every known way to pass off something else for a proof, and honest proofs that look alike.

The cheats are data (cases.py). Each is shown to work as far as the worker that runs it can tell, so that none is refused for a
reason that has nothing to do with it.
"""

from __future__ import annotations

from typing import Any, cast

import pytest

from lean_env.checker import Tier, Verdict
from lean_env.embedded.session import EmbeddedSession
from lean_env.errors import WorkerLost
from lean_env.messages import Accepted, Ran, Rejected
from lean_env.session import Session
from prover.workshop import Workshop
from tests.adversarial.cases import Part, all_parts

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

# A new worker is slow at first, so what uses one up comes last.
PARTS = sorted(all_parts(), key=lambda part: part.spoils)


class Overheard:
    """A session that remembers what Lean said to the first text that it was given: the candidate's."""

    def __init__(self, session: EmbeddedSession) -> None:
        self._session = session
        self.candidate: Ran | None = None

    async def run(self, source: str, *args: Any, **options: Any) -> Ran:
        ran = await self._session.run(source, *args, **options)
        self.candidate = self.candidate or ran
        return ran

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


async def check(shop: Workshop, part: Part) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and what Lean has against the text."""
    async with shop.pool.lease() as session:
        assert isinstance(session, EmbeddedSession)
        overheard = Overheard(session)
        verdict = await shop.checker.check_in(cast(Session, overheard), part.challenge, part.text)
        if part.spoils:
            session.kill_now()
    assert overheard.candidate is not None
    return verdict, tuple(message.data for message in overheard.candidate.errors)


@pytest.mark.parametrize("part", [part for part in PARTS if part.kind == "twin"], ids=lambda part: part.name)
async def test_an_honest_twin_is_accepted(shop: Workshop, part: Part) -> None:
    verdict, errors = await check(shop, part)
    assert errors == ()
    assert isinstance(verdict.result, Accepted), verdict.result
    assert verdict.tier is Tier.TWO_PROCESS
    assert verdict.challenge is part.challenge


@pytest.mark.parametrize("part", [part for part in PARTS if part.kind == "cheat" and not part.kills], ids=lambda part: part.name)
async def test_a_cheat_is_refused(shop: Workshop, part: Part) -> None:
    verdict, errors = await check(shop, part)
    if part.lean_says:
        assert part.lean_says in "\n".join(errors)
    else:
        assert errors == ()
    assert isinstance(verdict.result, Rejected), verdict.result
    assert verdict.result.reason in part.reasons, verdict.result
    assert verdict.tier is Tier.CLOSED


@pytest.mark.parametrize("part", [part for part in PARTS if part.kills], ids=lambda part: part.name)
async def test_a_lost_worker_is_no_verdict(shop: Workshop, part: Part) -> None:
    with pytest.raises(WorkerLost):
        await check(shop, part)
