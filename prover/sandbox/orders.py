"""What the sandboxed process is told before it runs anything: its way, its limits, and which folders it may read.

Readable is what Python and the installed packages need, and nothing of the user's: the folders of the interpreter, of the system's
shared libraries and of the packages. Not the project, no home folder, not /etc (but for the linker's cache): there is no user list.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from prover.sandbox.isolation import Way
from prover.sandbox.outcomes import Limits

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
)
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")
_BOOTSTRAP = "import sys; sys.path.append({root!r}); from prover.sandbox.inside.main import main; main({request}, {reply})"


def command(request_fd: int, reply_fd: int) -> list[str]:
    """The interpreter, alone: no packages, no user's folders, no environment, no compiled files written."""
    root = str(Path(__file__).resolve().parents[2])
    start = _BOOTSTRAP.format(root=root, request=request_fd, reply=reply_fd)
    return [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", start]


def environment(scratch: str) -> dict[str, str]:
    """All that code sees of an environment; nothing of the caller's but where the interpreter's own libraries lie."""
    one_thread = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    linker = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    # One arena: with one per thread the address space would fill with reservations.
    return {"HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "1", **one_thread, **linker}


def order(way: Way, limits: Limits) -> bytes:
    """The first message to a new process."""
    site = site_folders()
    told = {
        "way": way.value,
        "parent": os.getpid(),
        "limits": asdict(limits),
        "site": site,
        "readable": readable(site),
    }
    return json.dumps(told).encode()


def site_folders() -> list[str]:
    """The folders of installed packages that this interpreter imports from, in order."""
    return [path for path in sys.path if Path(path).name in _PACKAGE_FOLDERS and Path(path).is_dir()]


def readable(site: Iterable[str]) -> list[str]:
    """Absolute paths that exist, with every symbolic link's target beside it."""
    libraries = {str(Path(prefix) / "lib") for prefix in (sys.base_prefix, sys.base_exec_prefix)}
    standard = [str(Path(os.__file__).parent), *(path for path in sys.path if Path(path).name == "lib-dynload")]
    wanted = [path for path in (*_SYSTEM, *libraries, *standard, *site) if path.startswith("/") and Path(path).exists()]
    return sorted({form for path in wanted for form in (path, str(Path(path).resolve()))})
