"""A machine of its own for one process: its file tree, network, host name and shared memory, in Linux namespaces.

The tree holds the interpreter's folders, read-only, and a scratch folder of a fixed size in memory, which goes with the process.
There is no pid namespace and no /proc: the system call filter lets the process start and signal nobody, so there is nobody to hide.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prover.sandbox.inside import linux

SCRATCH = "/tmp"
_BUILDING_SITE = "/proc"  # a folder that every Linux has and no interpreter lies in: the new tree grows on top of it
_SCRATCH_FILES = 4096
_MIB = 1024 * 1024
_NO_UID = 0x7FFFFFFF  # the highest that all tools take
_PIDS = 1 << 22  # no Linux counts further


def enter(readable: Iterable[str], scratch_mib: int, *, spare_user: bool) -> None:
    """Move this process into namespaces of its own, and into a tree that holds `readable` and the scratch folder.

    `spare_user`: by the powers of root, which are then dropped for a user whom nothing else on the machine runs as. Otherwise a
    user namespace gives the powers. Either way no capability is left. Raises linux.Refused.
    """
    flags = linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC | linux.CLONE_NEWNET
    user, group = os.geteuid(), os.getegid()
    if spare_user:
        user = group = min(_spare("uid"), _spare("gid"))
        linux.unshare(flags)
    else:
        linux.unshare(flags | linux.CLONE_NEWUSER)
        for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            _write(f"/proc/self/{name}", line)
    _build_tree(readable, scratch_mib, user, group)
    if spare_user:
        _become(user, group)
    linux.drop_capabilities()


def _spare(kind: str) -> int:
    """A user or group that nothing runs as, another one for each process: then RLIMIT_NPROC counts just what this one starts."""
    lines = Path(f"/proc/self/{kind}_map").read_text(encoding="ascii").splitlines()
    first, _outer, count = max((tuple(map(int, line.split())) for line in lines), key=lambda row: row[2])
    if count < 1000:
        raise linux.Refused("users", "this container has no user to spare")
    return min(first + count - 1, _NO_UID) - os.getpid() % min(count // 2, _PIDS)


def _become(user: int, group: int) -> None:
    try:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    except OSError as error:
        raise linux.Refused("change of user", str(error.strerror)) from error


def _build_tree(readable: Iterable[str], scratch_mib: int, user: int, group: int) -> None:
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
    quiet = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("tree", _BUILDING_SITE, "tmpfs", quiet, "size=1m,mode=755")
    scratch = _BUILDING_SITE + SCRATCH
    os.mkdir(scratch)  # noqa: PTH102 - pathlib would hide that this is a path of the new tree
    # For tmpfs a size of 0 means "no limit".
    room = f"size={max(scratch_mib, 1) * _MIB},nr_inodes={_SCRATCH_FILES},mode=700,uid={user},gid={group}"
    linux.mount("scratch", scratch, "tmpfs", quiet, room)
    for path in outermost(readable):
        _show(path, _BUILDING_SITE + path)
    if scratch_mib == 0:
        linux.mount(None, scratch, None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | quiet)
    os.chdir(_BUILDING_SITE)
    linux.call("pivot_root", b".", b".")  # the old tree now lies on top of the new one, at the same place
    linux.detach(".")
    os.chdir("/")
    linux.mount(None, "/", None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | quiet)


def outermost(paths: Iterable[str]) -> list[str]:
    """`paths` without those that lie in another of them, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path == other or path.startswith(other + "/") for other in kept):
            kept.append(path)
    return sorted(kept)


def _show(source: str, target: str) -> None:
    """Make `source` readable at `target`, read-only. Raises linux.Refused."""
    where = Path(target)
    try:
        if Path(source).is_dir():
            where.mkdir(parents=True, exist_ok=True)
        else:
            where.parent.mkdir(parents=True, exist_ok=True)
            where.touch()
    except OSError as error:
        raise linux.Refused(f"place for {source}", str(error.strerror)) from error
    linux.mount(source, target, None, linux.MS_BIND)
    # In a user namespace what was forbidden has to stay forbidden; statvfs has the same numbers as mount for these three.
    kept = os.statvfs(target).f_flag & (os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC)
    linux.mount(None, target, None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | kept)


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="ascii")
    except OSError as error:
        raise linux.Refused(path, str(error.strerror)) from error
