"""The commands that read words, in this process and in ones of their own; word problems for them, and what is sent to a model."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lean_env.embedded.session import EmbeddedSession
from prover.cli import main
from tests.cli.running import COMMAND

REMAINDER = "What is the remainder when 2003 is divided by 11? Show that it is 1."
FALSE = "What is the remainder when 2003 is divided by 11? Show that it is 2."
ODD = "What is the square root of the green apple?"
APPLES = "Tom has 3 boxes with 12 apples each. He eats 5 apples. How many apples are left?"
GCD = "What is the greatest common divisor of 12 and 18? Show that it is 6."
QUICK = ("--check-seconds", "2", "--seconds", "20")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command in this process came to."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout; anything else there is an error."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class Words:
    """The command line in this process."""

    capsys: pytest.CaptureFixture[str]
    folder: Path

    def run(self, *arguments: str | Path) -> Ran:
        code = main([*map(str, arguments)])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in err, err
        return Ran(code, out, err)

    def elaborates(self, text: str) -> bool:
        """Whether Lean takes a text as it stands, each of its theorems proved."""
        file = self.folder / "pasted.lean"
        file.write_text(text, encoding="utf-8")
        return self.run("check", file).code == 0


def taken_by_lean(text: str) -> bool:
    """Whether Lean elaborates a text as it stands; a proof that is left open is no error."""

    async def errors() -> int:
        session = await EmbeddedSession.start()
        try:
            return len((await session.run(text)).errors)
        finally:
            await session.close()

    return asyncio.run(errors()) == 0


def table(path: Path, *rows: tuple[str, str, str]) -> Path:
    """A file of problems: name, text, answer ("" for none)."""
    lines = [json.dumps({"name": name, "problem": text, "answer": answer}) for name, text, answer in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file of records, which may be in the making."""
    with suppress(FileNotFoundError):
        return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    return []


def begun(arguments: Sequence[str | Path], folder: Path, **streams: int) -> subprocess.Popen[bytes]:
    """A command in a process of its own, on its way."""
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TTY_INTERACTIVE", "CI")}
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env=environment | {"TERM": "xterm-256color", "OPENAI_API_KEY": ""},
        **given,  # pyright: ignore[reportArgumentType, reportCallIssue] - streams alone
    )
