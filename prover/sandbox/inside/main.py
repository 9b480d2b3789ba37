"""The sandboxed process from its first line to its last: takes its orders, confines itself, runs code until its parent goes.

Started by `prover/sandbox/kernel.py` with four descriptors: 1 and 2 for what the code prints, one that requests come from and one
that replies go to. Says "ready" only when every power is gone, and runs nothing that a model wrote before that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from prover.sandbox.inside import landlock, limits, linux, namespaces, seccomp
from prover.sandbox.inside.cells import OUT_OF_MEMORY, Cells

_HEADER_BYTES = 16
_REQUEST_FD = 3  # where the parent's requests are moved to; replies and a copy of the output come after it
_REPLY_FD, _OUTPUT_FD = 4, 5


def main(request_fd: int, reply_fd: int) -> None:
    """Serve requests until they end. Does not return."""
    for here, there in ((request_fd, 120), (reply_fd, 121), (1, 122)):
        os.dup2(here, there, inheritable=False)
    os.closerange(_REQUEST_FD, 120)
    for here, there in ((120, _REQUEST_FD), (121, _REPLY_FD), (122, _OUTPUT_FD)):
        os.dup2(here, there, inheritable=False)
    os.closerange(120, 123)
    sys.path.pop()  # the way to this package; all of it is loaded
    order = _receive()
    try:
        threads = _confine(order)
    except linux.Refused as refusal:
        _reply({"kind": "refused", "step": refusal.step, "text": refusal.reason})
        os._exit(1)
    most = int(order["limits"]["output_kib"]) * 1024
    _forget_this_package(order["site"])
    cells = Cells(most)
    _reply({"kind": "ready", "threads": threads})
    _serve(cells)


def _serve(cells: Cells) -> None:
    while True:
        request = _receive()
        try:
            kind, text = cells.run(request["code"], _OUTPUT_FD)
            _reply({"kind": kind, "text": text, "token": request["token"]})
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


def _confine(order: dict[str, Any]) -> bool:
    """Take the powers away in the way that was ordered; whether threads may be started. Raises linux.Refused."""
    way, limit = order["way"], order["limits"]
    if way == "none":
        limits.limit_processes_of_user(limit["processes"])
        if sys.platform == "linux":
            _die_with(order["parent"])
        limits.limit_the_rest(limit["memory_mib"], limit["cpu_s"], limit["scratch_mib"])
        return True
    if way == "landlock":
        linux.prctl("no_new_privs", linux.PR_SET_NO_NEW_PRIVS, 1)
        landlock.confine(order["readable"])
        linux.drop_capabilities()
        os.chdir("/")
        threads = False  # the user's other processes would be counted with them
    else:
        namespaces.enter(order["readable"], limit["scratch_mib"], spare_user=way == "spare_user")
        linux.prctl("no_new_privs", linux.PR_SET_NO_NEW_PRIVS, 1)
        os.chdir(namespaces.SCRATCH)
        threads = limits.limit_threads(limit["processes"])
    linux.prctl("dumpable", linux.PR_SET_DUMPABLE, 0)
    _die_with(order["parent"])
    limits.limit_the_rest(limit["memory_mib"], limit["cpu_s"], limit["scratch_mib"])
    seccomp.install(threads=threads, may_write=way != "landlock")
    return threads


def _die_with(parent: int) -> None:
    """Be killed when the parent dies, also if it just did. A change of user would take this back: it comes after."""
    linux.prctl("parent's death", linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _forget_this_package(site: list[str]) -> None:
    """Code that imports finds the standard library and the installed packages, not the modules that confined it."""
    for name in [name for name in sys.modules if name == "prover" or name.startswith("prover.")]:
        del sys.modules[name]
    sys.path[:] = [*(path for path in sys.path if path not in site), *site]


def _receive() -> dict[str, Any]:
    """The next request; ends the process when there are no more."""
    header = b""
    while not header.endswith(b"\n"):
        header += _read(1)
        if len(header) > _HEADER_BYTES:
            os._exit(1)
    size = int(header) + 1  # and the newline after it
    body = bytearray()
    while len(body) < size:
        body += _read(size - len(body))
    return json.loads(bytes(body))


def _read(count: int) -> bytes:
    data = os.read(_REQUEST_FD, count)
    if not data:
        os._exit(0)
    return data


def _reply(message: dict[str, Any]) -> None:
    payload = json.dumps(message).encode("ascii")
    data = b"%d\n%b\n" % (len(payload), payload)
    try:
        while data:
            data = data[os.write(_REPLY_FD, data) :]
    except OSError:
        os._exit(1)  # the code closed the pipe, or the parent did: there is nobody to talk to
