"""The line about a run on its way: what it counts, when it is said, and that a rate is of attempts that took their time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from prover import bench_progress
from prover.bench_progress import BenchProgress, duration, fraction, solved
from prover.console import Console
from prover.dispatch import Muster
from prover.runs import Run, Standing


@dataclass(slots=True)
class Going:
    """A run as far as progress reads it, and a clock that a test moves."""

    standing: Standing
    muster: Muster = field(default_factory=lambda: Muster(alive=4))
    now_s: float = 100.0

    def progress(self, *, quiet: bool = False) -> BenchProgress:
        return BenchProgress(cast("Run", self), Console(as_json=False, quiet=quiet), "night", clock=lambda: self.now_s)


def test_first_the_problems_are_read() -> None:
    going = Going(Standing(problems=244, to_read=200))
    assert going.progress().line() == "reading the problems: 44 of 244, 4 workers"


def test_rate_and_time_left_are_of_this_start_and_of_attempts_that_ran() -> None:
    going = Going(Standing(problems=100, to_read=3, due=400, made=50, made_before=50, not_run=10))
    progress = going.progress()
    going.now_s += 1000.0
    progress.line()  # still reading
    standing = going.standing
    standing.to_read, standing.made, standing.not_run = 0, 200, 150  # 140 of them because the problem cannot be attempted
    standing.attempted, standing.solved = {f"p{number}" for number in range(50)}, {"p1", "p2"}
    going.now_s += 60.0
    assert progress.line() == (
        "200 of 400 attempts, 2 of 50 problems solved (4.0 % [1.1, 13.5]), 150 not run, 10.0 a minute, 20 min left, 4 workers"
    )


def test_without_an_attempt_there_is_no_rate() -> None:
    going = Going(Standing(problems=10, to_read=0, due=10))
    assert going.progress().line() == "0 of 10 attempts, none solved yet, 4 workers"
    going.standing.made, going.standing.attempted = 1, {"a"}
    assert "a minute" not in going.progress().line(), "no time went by"


def test_lost_workers_are_told() -> None:
    going = Going(Standing(problems=10, to_read=1), Muster(alive=1, lost=3))
    assert going.progress().line().endswith("1 workers, 3 lost and replaced")


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (5400, "1.5 h")])
def test_times_are_rough(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_how_much_is_done() -> None:
    assert fraction(Standing(problems=3, to_read=3)) == 0.0
    assert fraction(Standing(problems=3, to_read=0, due=8, made=2)) == 0.25
    assert solved(Standing(problems=3, to_read=0)) == "none solved yet"


@pytest.mark.parametrize("quiet", [False, True])
async def test_without_a_terminal_there_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quiet: bool
) -> None:
    monkeypatch.setattr(bench_progress, "LINE_EVERY_S", 0.001)
    progress = Going(Standing(problems=2, to_read=1)).progress(quiet=quiet)
    async with progress.shown():
        await asyncio.sleep(0.1)
    progress.say("ending what was begun")
    told = capsys.readouterr()
    await asyncio.sleep(0.02)
    assert (told.out, capsys.readouterr().err) == ("", "")
    lines = told.err.splitlines()
    if quiet:
        assert lines == []
    else:
        assert len(lines) >= 2
        assert set(lines) == {"night: reading the problems: 1 of 2, 4 workers", "ending what was begun"}


async def test_a_failure_inside_ends_the_showing_and_is_raised() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(OSError, match="disk"):
        async with Going(Standing(problems=2, to_read=1)).progress().shown():
            raise OSError("disk")
    assert asyncio.all_tasks() == before
