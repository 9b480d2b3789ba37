"""Not a fake: real embedded Lean sessions, and the few calls that most tests of them begin with."""

from __future__ import annotations

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Advanced, Exported, Goal, Limit, NotElaborated, Opened, Part, Ran, Refused, StepResult, TacticCall
from lean_env.session import ROOT_ENV

PATIENT = 20_000  # milliseconds: a soft limit that no honest tactic of a test meets, on however loaded a machine


class Workers:
    """Owns the sessions of a test run."""

    def __init__(self) -> None:
        self._sessions: list[EmbeddedSession] = []

    async def start(self) -> EmbeddedSession:
        """A session of the caller's own."""
        session = await EmbeddedSession.start()
        self._sessions.append(session)
        return session

    async def shared(self) -> EmbeddedSession:
        """The first session, or its successor if a test lost it."""
        while self._sessions and not self._sessions[0].alive:
            await self._sessions.pop(0).close()
        return self._sessions[0] if self._sessions else await self.start()

    async def close(self) -> None:
        """End all."""
        for session in self._sessions:
            await session.close()


async def opened(session: EmbeddedSession, signature: str, env: int = ROOT_ENV) -> Part:
    """First part of a theorem that Lean accepts."""
    result = await session.open(signature, env)
    assert isinstance(result, Opened), result
    return result.part


async def not_opened(session: EmbeddedSession, signature: str, env: int = ROOT_ENV) -> NotElaborated:
    """Lean's refusal of a theorem."""
    result = await session.open(signature, env)
    assert isinstance(result, NotElaborated), result
    assert any(message.severity == "error" for message in result.messages)
    return result


async def ran(session: EmbeddedSession, source: str, env: int = ROOT_ENV) -> Ran:
    """Commands that Lean accepts."""
    result = await session.run(source, env)
    assert result.errors == ()
    return result


async def stepped(session: EmbeddedSession, state: int, tactic: str, heartbeats: int = 0) -> StepResult:
    """What one tactic does, with all the time it wants."""
    [result] = await session.step(state, [TacticCall(tactic, heartbeats, PATIENT)])
    return result


async def advanced(session: EmbeddedSession, state: int, tactic: str) -> tuple[Part, ...]:
    """What a tactic that works leaves to prove."""
    result = await stepped(session, state, tactic)
    assert isinstance(result, Advanced), result
    assert (result.state == 0) == bool(result.parts)
    return result.parts


async def goal_after(session: EmbeddedSession, signature: str, tactic: str = "skip", env: int = ROOT_ENV) -> Goal:
    """The one goal that a tactic leaves of a theorem."""
    [part] = await advanced(session, (await opened(session, signature, env)).state, tactic)
    [goal] = part.goals
    return goal


async def closed(session: EmbeddedSession, state: int, tactic: str) -> Exported:
    """The proof that a tactic finishes, as data."""
    result = await stepped(session, state, tactic)
    assert isinstance(result, Advanced), result
    assert result.parts == ()
    exported = await session.finish(result.state)
    assert isinstance(exported, Exported), exported
    return exported


async def refusal(session: EmbeddedSession, state: int, tactic: str) -> str:
    """Why Lean says no to a tactic."""
    result = await stepped(session, state, tactic)
    assert isinstance(result, Refused), result
    assert result.message.strip()
    return result.message


def kind_of(result: StepResult) -> str:
    """In one word: closed, open, refused, or the limit."""
    match result:
        case Advanced(parts=parts):
            return "open" if parts else "closed"
        case Refused():
            return "refused"
        case Limit(kind=kind):
            return kind
