"""The user's own editor on a piece of text.

Owns nothing but the way there and back: the text goes into a temporary file, and what the file holds afterwards is the answer.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path


class NoEditor(Exception):
    """There is no editor to start; the message says which variable names one."""


def edited(text: str, *, suffix: str = ".lean") -> str:
    """The text as the user left it. Raises NoEditor."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise NoEditor("no editor is known: set the environment variable EDITOR, for instance EDITOR=nano")
    with tempfile.TemporaryDirectory(prefix="entail-") as folder:
        file = Path(folder) / f"statement{suffix}"
        file.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(command), str(file)], check=False)
        except (OSError, ValueError) as error:
            raise NoEditor(f"the editor {command!r} cannot be started: {error}") from error
        if done.returncode:
            raise NoEditor(f"the editor {command!r} ended with exit code {done.returncode}; the text is as it was")
        return file.read_text(encoding="utf-8", errors="replace")
