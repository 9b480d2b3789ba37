"""Every way in which the Lean machinery can break, as one tree of exceptions.

What Lean answers (a tactic refused, a statement that does not elaborate) is a value and lives in `messages.py`.
What is raised here is never mathematics: the caller retries it, counts it as NOT_RUN, or tells the user what to install.
"""

from __future__ import annotations


class EnvError(Exception):
    """The Lean machinery failed. `detail` holds what helps to find out why (the tail of stderr, a command)."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail

    def __str__(self) -> str:
        """The message, then the detail on its own lines."""
        text = super().__str__()
        return f"{text}\n{self.detail}" if self.detail else text


class ToolchainMissing(EnvError):
    """Something has to be installed first; the message says what and how."""


class SetupFailed(EnvError):
    """The engine could not be derived from its package (download, digest, compiler, disk)."""


class WorkerLost(EnvError):
    """The worker process is gone (crash, kill, exit): every state in it is lost. The process has been reaped."""


class WorkerTimeout(WorkerLost):
    """The worker missed a hard wall-clock limit and was killed with its process group."""


class ProtocolViolation(WorkerLost):
    """The worker said something that is not our protocol; it was killed, because nothing it says can be trusted."""
