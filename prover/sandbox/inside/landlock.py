"""Reading some folders and nothing else, by Landlock: the way where user namespaces are refused.

Landlock hides contents, not existence: `os.stat` still answers for a path outside. It does not stop chmod, utime and (in its first
versions) truncate: the system call filter refuses whatever changes a file in this way of running.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from prover.sandbox.inside import linux

_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
# Everything about files that the interface of that number can refuse.
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_ASK_VERSION = 1
_BENEATH_A_PATH = 1


def confine(readable: Iterable[str]) -> None:
    """From now on this thread opens only files at or below `readable`, to read. Wants no_new_privs. Raises linux.Refused."""
    version = linux.call("landlock_create_ruleset", None, 0, _ASK_VERSION)
    attributes = ctypes.create_string_buffer(struct.pack("<Q", _HANDLED[min(version, max(_HANDLED))]), 8)
    rules = linux.call("landlock_create_ruleset", attributes, 8, 0)
    for path in readable:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rights = _READ_FILE | _READ_FOLDER if stat.S_ISDIR(os.fstat(handle).st_mode) else _READ_FILE
        linux.call(
            "landlock_add_rule", rules, _BENEATH_A_PATH, ctypes.create_string_buffer(struct.pack("<Qi", rights, handle), 12), 0
        )
        os.close(handle)
    linux.call("landlock_restrict_self", rules, 0)
    os.close(rules)
