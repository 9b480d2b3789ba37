"""What can be said of a cluster without its library: where its head is, how long to wait, what its actors need of this process.

Promises an answer within seconds. Never connects for longer than it takes to see that somebody listens.
"""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lean_env.errors import EnvError

CHECK_HEAD = (
    "check that `ray start --head` runs there, that this machine has joined (`ray start --address=HOST:PORT`), "
    "and that both run the same versions of Ray and Python"
)
_PORT_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds.

    place   until an actor that was asked for runs somewhere: a cluster without a free CPU never gets there
    build   until its object is built; on a new node that includes setting up what the object needs
    beat    a call that is out for so long makes us ask whether the actor is well
    answer  within this it has to say so, or it is lost
    """

    place: float = 60.0
    build: float = 1800.0
    beat: float = 20.0
    answer: float = 30.0


@dataclass(frozen=True, slots=True)
class Needs:
    """What an actor takes up of its node while it lives."""

    cpus: float = 1.0
    gpus: float = 0.0

    @property
    def options(self) -> dict[str, float]:
        """As Ray wants it told."""
        return {"num_cpus": self.cpus, "num_gpus": self.gpus}


ONE_CPU = Needs()


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """The cluster as it is now. `own`: it was started by this process and ends with it."""

    address: str
    own: bool
    ray: str
    nodes: int
    cpus: int
    gpus: int = 0


async def find_head(address: str) -> str:
    """HOST:PORT of a head whose port is open, "" for a Ray of our own. Raises EnvError."""
    if address == "local":
        return ""
    if address == "auto" and not (address := os.environ.get("RAY_ADDRESS", "")):
        # Where `ray start` leaves the address; it may be of a cluster that has died since. Ray's own "auto" would look for any Ray
        # on this machine, also for one that belongs to another run and ends with it.
        note = Path(os.environ.get("RAY_TMPDIR", tempfile.gettempdir())) / "ray" / "ray_current_cluster"
        with suppress(OSError, EnvError):
            head = await asyncio.to_thread(note.read_text, "utf-8")
            return await _knock(head.strip())
        return ""
    return await _knock(address)


async def _knock(address: str) -> str:
    """The address, if something listens there. Raises EnvError."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise EnvError(f"{address!r} is no address of a Ray cluster: auto, local, or HOST:PORT of its head (not ray://...)")
    try:
        async with asyncio.timeout(_PORT_PATIENCE_S):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError, OverflowError) as failure:
        raise EnvError(f"nobody answers at {address}; {CHECK_HEAD}", detail=str(failure)) from failure
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return address


def actor_environment() -> dict[str, str]:
    """What actors get of this process: our settings, and the folders that code is imported from if they are no installation's.

    So that a source checkout works as it is on this machine, and on others where it has the same path; a folder that is not there
    does no harm.
    """
    paths = sysconfig.get_paths()
    installed = [Path(paths[kind]) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    entries = (Path(entry).absolute() for entry in sys.path)
    code = [str(entry) for entry in entries if entry.is_dir() and not any(entry.is_relative_to(folder) for folder in installed)]
    settings = {name: value for name, value in os.environ.items() if name.startswith("ENTAIL_")}
    return {**settings, "PYTHONPATH": os.pathsep.join(dict.fromkeys(code))}
