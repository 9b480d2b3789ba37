"""What keeps code in: the ways of isolating it, which of them this machine offers, and what to say where it offers none.

Plain data. What is offered is found by trying (`kernel.find_isolation`): versions and settings tell too little about containers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lean_env.errors import EnvError


class Way(Enum):
    """How a kernel is confined; the system call filter (seccomp) is part of all but `NONE`."""

    SPARE_USER = "spare_user"
    """Namespaces made by root, and inside a user whom nothing else runs as."""
    USER_NAMESPACE = "user_namespace"
    """Namespaces made by an ordinary user, by way of a user namespace."""
    LANDLOCK = "landlock"
    """Landlock over the file system: read-only, no scratch folder, no threads."""
    NONE = "none"
    """Limits alone, as `--unsafe-code` asks for."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A way that this machine does not offer: the step at which it stopped, and the system's answer."""

    way: Way
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Isolation:
    """How a kernel is confined. `threads`: code may start threads, as they are counted; `refused`: better ways that were tried."""

    way: Way
    threads: bool
    refused: tuple[Refusal, ...] = ()

    def describe(self) -> str:
        """For people: the mechanisms, then what is missing compared to the best way."""
        missing = f"; {_sentence(self.refused)}" if self.refused else ""
        match self.way:
            case Way.SPARE_USER | Way.USER_NAMESPACE:
                return "namespaces + seccomp" + ("" if self.threads else " (no threads: this machine cannot count them)")
            case Way.LANDLOCK:
                return f"landlock + seccomp (no scratch folder, no threads){missing}"
            case Way.NONE:
                return "none: code runs with the user's own rights"


class NoIsolation(EnvError):
    """This machine offers no way to isolate code, so none was run."""


def ways() -> tuple[Way, ...]:
    """The ways that are worth trying here, best first."""
    if sys.platform != "linux":
        return ()
    namespaces = (Way.SPARE_USER, Way.USER_NAMESPACE) if os.geteuid() == 0 else (Way.USER_NAMESPACE,)
    return (*namespaces, Way.LANDLOCK)


def no_isolation(refused: Sequence[Refusal]) -> NoIsolation:
    """The error that says what is missing and what can be done."""
    if sys.platform != "linux":
        missing = f"the sandbox needs Linux, this is {sys.platform}"
    else:
        missing = _sentence(refused)
    advice = "; ".join([*_advice(), "--unsafe-code runs code without isolation, under limits alone"])
    return NoIsolation(f"code cannot be isolated on this machine: {missing}. What helps: {advice}.")


def _sentence(refused: Sequence[Refusal]) -> str:
    names = {Way.SPARE_USER: "namespaces as root", Way.USER_NAMESPACE: "user namespaces", Way.LANDLOCK: "Landlock"}
    return ", ".join(f"{names.get(each.way, each.way.value)} refused ({each.step}: {each.reason})" for each in refused)


def _advice() -> list[str]:
    """What the machine's own settings say about user namespaces."""
    found: list[str] = []
    for setting, closed, words in (
        ("user/max_user_namespaces", "0", "user namespaces are switched off (sysctl user.max_user_namespaces)"),
        ("kernel/unprivileged_userns_clone", "0", "user namespaces are kept for root (sysctl kernel.unprivileged_userns_clone=1)"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "AppArmor restricts user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a profile)",
        ),
    ):
        path = Path("/proc/sys") / setting
        if path.exists() and path.read_text(encoding="ascii").strip() == closed:
            found.append(words)
    if sys.platform == "linux" and not found:
        found.append("a container has to allow unshare and mount, or Landlock (Linux 5.13) has to be on")
    return found
