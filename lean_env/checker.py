"""Says whether a text proves a challenge. This is the only place that may say so.

Two processes: worker A, which is not trusted, elaborates the candidate text, runs whatever it runs, and exports what the proof
added as plain data. Worker B, which never executes a byte of the candidate, elaborates the challenge, rebuilds the data
and lets the kernel judge. What A claims is at most a reason to refuse; only B accepts.

Guarantee of an accepted verdict (tier T2): the theorem of the challenge's name, universe parameters and type follows from the
imported library and the challenge's own context by declarations that this Lean's kernel accepts, using no axiom but propext,
Classical.choice and Quot.sound, no sorry and no compiled code. Assumed: the library, the kernel, the elaboration of the
challenge text, and the machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from lean_env.messages import Accepted, Exported, Message, NotElaborated, Ran, Refused, Rejected
from lean_env.pool import SessionPool
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement


class Tier(Enum):
    """How far a proof was checked; the higher tiers include the lower ones."""

    CLOSED = "T0"  # no goals left in the search
    REELABORATED = "T1"  # the text elaborates without errors in a fresh worker
    TWO_PROCESS = "T2"  # exported as data and judged by a kernel in a process that never ran it
    COMPARATOR = "T3"  # lake comparator or SafeVerify
    SEVERAL_KERNELS = "T4"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of one candidate against one challenge came to.

    `result` is what the clean worker answered, or why it was never asked. `export` is the proof as data ("" if there is none).
    """

    challenge: Statement
    result: Accepted | Rejected
    export: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the challenge is proved."""
        return isinstance(self.result, Accepted)

    @property
    def tier(self) -> Tier:
        """The tier that was reached."""
        return Tier.TWO_PROCESS if self.accepted else Tier.CLOSED

    @property
    def export_digest(self) -> str:
        """SHA-256 of the exported data."""
        return hashlib.sha256(self.export.encode()).hexdigest()


class ChallengeBroken(Exception):
    """The challenge itself does not elaborate, so there is nothing to check against. `messages` are Lean's."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        super().__init__("the challenge does not elaborate")
        self.messages = messages


class Checker:
    """Checks candidates with workers from two pools. `clean` must never be leased for anything but checks."""

    def __init__(self, untrusted: SessionPool, clean: SessionPool) -> None:
        """Take the pools; the caller owns and closes them."""
        self._untrusted = untrusted
        self._clean = clean

    async def check(self, challenge: Statement, candidate: str) -> Verdict:
        """Verdict on the text `candidate`, a whole Lean file without imports that is meant to prove `challenge`.

        Raises ChallengeBroken if the challenge does not elaborate, EnvError if a worker is lost (which says nothing about
        the proof: ask again).
        """
        async with self._untrusted.lease() as session:
            exported = await _export(session, challenge, candidate)
        return await self._judge(challenge, exported)

    async def check_in(self, session: Session, challenge: Statement, candidate: str) -> Verdict:
        """The same, elaborating the candidate in an untrusted session that the caller has at hand."""
        return await self._judge(challenge, await _export(session, challenge, candidate))

    async def _judge(self, challenge: Statement, exported: Exported | Rejected) -> Verdict:
        if isinstance(exported, Rejected):
            return Verdict(challenge, exported)
        async with self._clean.lease() as session:
            env = await _context(session, challenge)
            result = await session.judge(challenge.signature, exported.text, env, inert=challenge.inert)
            await session.free(envs=[env])
        if isinstance(result, NotElaborated):
            raise ChallengeBroken(result.messages)
        return Verdict(challenge, result, exported.text)


# Where this worker cannot read the challenge, it has nothing to say about it either: the clean one will.
_NOTHING = Exported("")


async def _export(session: Session, challenge: Statement, candidate: str) -> Exported | Rejected:
    ran: Ran = await session.run(candidate)
    scope = ROOT_ENV
    try:
        if ran.errors:
            return Rejected("export", "\n".join(message.data for message in ran.errors))
        scope = await _context(session, challenge)
        exported = await session.export(challenge.signature, ran.env, scope)
        match exported:
            case NotElaborated():
                return _NOTHING
            case Refused():
                return Rejected("export", exported.message)
            case Exported():
                return exported
    except ChallengeBroken:
        return _NOTHING
    finally:
        if session.alive:
            await session.free(envs=[ran.env, scope])


async def _context(session: Session, challenge: Statement) -> int:
    """Environment of the challenge's context."""
    if not challenge.context.strip():
        return ROOT_ENV
    ran = await session.run(challenge.context, inert=challenge.inert)
    if ran.errors:
        await session.free(envs=[ran.env])
        raise ChallengeBroken(ran.errors)
    return ran.env
