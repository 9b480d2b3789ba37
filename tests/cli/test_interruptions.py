"""Signals, terminals and killed workers, on the real command."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.acceptance import EASY, OUT_OF_REACH
from tests.cli.running import ENOUGH_S, children, ended, running, started, until

pytestmark = [
    pytest.mark.lean,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal that a command writes its notes to, and what it has shown so far."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        self.shown = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a read may end inside of a character

    def read(self) -> bool:
        """Take what was written by now, waiting a little for it; False once nobody can write any more."""
        ready, _, _ = select.select([self._ours], [], [], 0.1)
        if not ready:
            return True
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # the other end was closed
            return False
        self.shown += self._decoder.decode(data)
        return bool(data)

    def wait_for(self, pattern: str) -> None:
        give_up_s = time.monotonic() + ENOUGH_S
        while not re.search(pattern, ESCAPE.sub("", self.shown)):
            assert self.read(), self.shown
            assert time.monotonic() < give_up_s, self.shown

    def type(self, data: bytes) -> None:
        """What its user types."""
        os.write(self._ours, data)

    def close(self) -> None:
        os.close(self.theirs)
        while self.read():
            pass
        os.close(self._ours)

    @property
    def screen(self) -> str:
        """What stands there at the end: a terminal as far as rich makes use of it."""
        rows, row, column = [""], 0, 0
        for control, text in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z]|[\r\n])|([^\x1b\r\n]+)", self.shown):
            if control == "\n":
                row += 1
                rows += [""] * (row + 1 - len(rows))
            elif control == "\r":
                column = 0
            elif control == "\x1b[1A":
                row = max(0, row - 1)
            elif control == "\x1b[2K":
                rows[row] = ""
            elif text:
                rows[row] = rows[row][:column].ljust(column) + text + rows[row][column + len(text) :]
                column += len(text)
        return "\n".join(line.rstrip() for line in rows).rstrip("\n")


def searching(*arguments: str) -> tuple[subprocess.Popen[bytes], Terminal]:
    """A command that has begun to search, on a terminal."""
    terminal = Terminal()
    process = started("prove", *arguments, stderr=terminal.theirs)
    terminal.wait_for(r"search .* [1-9]\d* steps")
    return process, terminal


@pytest.mark.parametrize(
    ("signum", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped by SIGTERM")]
)
def test_a_search_that_is_told_to_stop_leaves_nothing_behind(signum: int, code: int, said: str) -> None:
    process, terminal = searching(OUT_OF_REACH, "--seconds", "0")
    workers = children(process.pid)
    assert len(workers) >= 2
    process.send_signal(signum)
    run = ended(process)
    terminal.close()
    assert (run.code, run.out) == (code, "")
    until(lambda: not any(running(worker) for worker in workers))
    assert terminal.screen == f"entail: {said}"
    assert terminal.shown.endswith(f"entail: {said}\r\n")
    assert terminal.shown.rindex("\x1b[?25h") > terminal.shown.rindex("\x1b[?25l"), "the cursor is back"


def test_json_says_so_too() -> None:
    process = started("prove", OUT_OF_REACH, "--json")
    until(lambda: len(children(process.pid)) >= 2)
    process.send_signal(signal.SIGINT)
    run = ended(process)
    assert run.code == 130
    assert run.records == [{"error": "interrupted"}]


def test_it_can_be_stopped_from_its_first_moment_on() -> None:
    process = started("prove", OUT_OF_REACH)
    until(lambda: children(process.pid))
    process.send_signal(signal.SIGINT)
    assert ended(process).code == 130


def test_a_terminal_shows_progress_and_keeps_only_the_outcome() -> None:
    process, terminal = searching(OUT_OF_REACH, "--steps", "40")
    run = ended(process)
    terminal.close()
    assert (run.code, run.out) == (1, "")
    assert terminal.screen.startswith("fermat: OUT_OF_BUDGET: the limit of 40 steps was reached")
    assert "search" not in terminal.screen


def test_workers_killed_in_mid_search_do_not_cost_the_proof() -> None:
    process, terminal = searching("theorem t (n : ℕ) : 3 ∣ n^3 + 2*n")
    for worker in children(process.pid):
        os.kill(worker, signal.SIGKILL)
    run = ended(process)
    terminal.close()
    assert run.code == 0
    assert run.out.endswith("omega\n")
    assert "PROVED, tier T2" in terminal.screen
    assert "lost and replaced" in terminal.screen


def test_quiet_says_nothing_even_on_a_terminal() -> None:
    terminal = Terminal()
    run = ended(started("prove", EASY, "--quiet", stderr=terminal.theirs))
    terminal.close()
    assert (run.code, terminal.shown) == (0, "")
