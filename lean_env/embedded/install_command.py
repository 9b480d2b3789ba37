"""Runs the programs that set-up needs: a package manager, a compiler, node on one of our scripts.

Owns the one way in which set-up starts a process: to its end, with everything captured.
Never prints and never talks to a Lean worker (those are `lean_env/process.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lean_env.errors import SetupFailed

TAIL_LINES = 30  # of what a failed program said; the reason is at the end


def run_command(
    argv: Sequence[str],
    *,
    what: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> str:
    """Standard output of a program that ended with status 0.

    `what` completes the sentence "... failed". Raises SetupFailed with the command and the end of what it said if it
    cannot be started, ends with another status, or is still running after `timeout_s` seconds (it is killed then).
    """
    import subprocess

    command = " ".join(argv)
    try:
        done = subprocess.run(argv, cwd=cwd, env=env, timeout=timeout_s, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except subprocess.TimeoutExpired as late:
        raise SetupFailed(f"{what} failed: no end after {timeout_s:g} s", detail=f"$ {command}") from late
    except OSError as error:
        raise SetupFailed(f"{what} failed: {error}", detail=f"$ {command}") from error
    if done.returncode != 0:
        said = (done.stderr + done.stdout).decode(errors="replace").splitlines()[-TAIL_LINES:]
        raise SetupFailed(f"{what} failed with status {done.returncode}", detail="\n".join([f"$ {command}", *said]))
    return done.stdout.decode(errors="replace")
