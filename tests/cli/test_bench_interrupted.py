"""`entail bench` told to stop, killed, out of disk: what is on the disk is true, nobody is left, and the same command goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from prover.run_folder import CONFIG, CONTROLS, PROBLEMS, RECORDS
from tests.cli.running import COMMAND, ENOUGH_S
from tests.cli.test_interruptions import Terminal
from tests.fakes.bench import EASY, FALSE, HARD, REAL, Started, attempts, bench, essence, problems_read, starts, write_problems

pytestmark = [
    pytest.mark.lean,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]

QUICK, REST = {"easy_add": EASY["easy_add"]}, {"easy_or": EASY["easy_or"]}
OPTIONS = ("--runs", ".", "--steps", "24", "--seed", "3", "--workers", "1")  # the hard one takes some seconds
SAMPLED = (*OPTIONS[:3], "5", "--seed", "3", "--workers", "2", "--attempts", "2")
Start = Callable[..., Started]


@pytest.fixture
def start() -> Generator[Start]:
    begun: list[Started] = []

    def start(folder: Path, data: Path, *options: str, stderr: int = subprocess.PIPE) -> Started:
        begun.append(Started(folder, data, options, stderr))
        return begun[-1]

    yield start
    for each in begun:
        each.clear()


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of which the second problem takes long."""
    return write_problems(tmp_path_factory.mktemp("three") / "problems.jsonl", QUICK, HARD, REST)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_problems(tmp_path_factory.mktemp("many") / "problems.jsonl", EASY, REAL, FALSE, HARD)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, three: Path, many: Path) -> Callable[[Path], set[object]]:
    """What a run of a file comes to that nobody disturbs."""
    found: dict[Path, set[object]] = {}

    def of(data: Path) -> set[object]:
        if data not in found:
            folder = tmp_path_factory.mktemp("undisturbed")
            assert bench(folder, data, *(OPTIONS if data == three else SAMPLED)).code == 0
            found[data] = {*essence(folder / "run")}
        return found[data]

    assert three != many
    return of


def made(run: Path, file: str = RECORDS) -> int:
    """How many whole lines are in a file by now."""
    path = run / file
    return path.read_bytes().count(b"\n") if path.exists() else 0


def ended_attempts(run: Path) -> int:
    return len(attempts(run)) + len(attempts(run, CONTROLS))


def in_the_hard_one(begun: Started) -> Started:
    """Wait until the first problem has its record, and so the second is searched."""
    begun.until(lambda: made(begun.run) >= 2)  # the first line is the start
    assert [record.name for record in attempts(begun.run)] == ["easy_add"]
    return begun


# -- told to stop -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ctrl_c_once_ends_what_was_begun_and_the_same_command_goes_on(
    tmp_path: Path, start: Start, three: Path, undisturbed: Callable[[Path], set[object]]
) -> None:
    begun = in_the_hard_one(start(tmp_path, three, *OPTIONS))
    begun.signal(signal.SIGINT)
    ended = begun.end()
    assert ended.code == 1
    assert "ending what was begun; Ctrl-C again stops at once" in ended.err
    assert "the same command goes on with it" in ended.err
    assert "2 of 3 attempts" in ended.out
    assert [record.name for record in attempts(begun.run)] == ["easy_add", "hard"]
    begun.nobody_is_left()
    again = bench(tmp_path, three, *OPTIONS)
    assert again.code == 0
    assert "goes on" not in again.err
    assert essence(begun.run) == undisturbed(three)
    assert starts(begun.run) == 2


@pytest.mark.slow
def test_ctrl_c_twice_stops_at_once(tmp_path: Path, start: Start, three: Path, undisturbed: Callable[[Path], set[object]]) -> None:
    terminal = Terminal()
    begun = in_the_hard_one(start(tmp_path, three, *OPTIONS, stderr=terminal.theirs))
    begun.signal(signal.SIGINT)
    terminal.wait_for("ending what was begun")
    begun.signal(signal.SIGINT)
    ended = begun.end()
    terminal.close()
    assert (ended.code, ended.out) == (130, "")
    assert terminal.screen.splitlines()[-1] == "entail: interrupted"
    assert [record.name for record in attempts(begun.run)] == ["easy_add"]
    begun.nobody_is_left()
    assert bench(tmp_path, three, *OPTIONS).code == 0
    assert essence(begun.run) == undisturbed(three)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_asks_to_end_stops_at_once(tmp_path: Path, start: Start, three: Path, signum: signal.Signals) -> None:
    if signal.getsignal(signum) is signal.SIG_IGN:
        pytest.skip(f"{signum.name} is ignored here, as under nohup, and what we start inherits that")
    begun = in_the_hard_one(start(tmp_path, three, *OPTIONS))
    begun.signal(signum)
    ended = begun.end()
    assert (ended.code, ended.out) == (128 + signum, "")
    assert f"stopped by {signum.name}" in ended.err
    assert [record.name for record in attempts(begun.run)] == ["easy_add"]
    begun.nobody_is_left()


def test_ctrl_c_while_the_first_worker_starts(tmp_path: Path, start: Start, three: Path) -> None:
    begun = start(tmp_path, three, *OPTIONS)
    begun.until(lambda: len(begun.processes()) >= 2)
    begun.signal(signal.SIGINT)
    ended = begun.end()
    assert ended.code in (1, 130)
    assert not attempts(begun.run)
    begun.nobody_is_left()


def test_another_driver_is_kept_out_while_one_is_there(tmp_path: Path, start: Start, three: Path) -> None:
    begun = in_the_hard_one(start(tmp_path, three, *OPTIONS))
    refused = bench(tmp_path, three, *OPTIONS)
    assert refused.code == 2
    assert "is in use: another process is making this run" in refused.err
    begun.signal(signal.SIGTERM)
    assert begun.end().code == 143


# -- killed -----------------------------------------------------------------------------------------------------------------------

MOMENTS: dict[str, Callable[[Path], bool]] = {
    "the folder is there": lambda run: (run / CONFIG).exists(),
    "while it reads": lambda run: made(run, PROBLEMS) >= 1,
    "in the controls": lambda run: made(run, CONTROLS) >= 2,
    "in the middle": lambda run: made(run) >= 5,
    "near the end": lambda run: made(run) >= 11,
}


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_it_ends_as_if_nobody_had_disturbed_it(
    tmp_path: Path, start: Start, many: Path, undisturbed: Callable[[Path], set[object]], moment: str
) -> None:
    begun = start(tmp_path, many, *SAMPLED)
    begun.until(lambda: MOMENTS[moment](begun.run))
    begun.signal(signal.SIGKILL)
    assert begun.end().code == -signal.SIGKILL
    begun.nobody_is_left()
    before = {record.key for record in attempts(begun.run)}
    assert bench(tmp_path, many, *SAMPLED).code == 0
    assert before <= {record.key for record in attempts(begun.run)}
    assert len(problems_read(begun.run)) == 6
    assert essence(begun.run) == undisturbed(many)


@pytest.mark.slow
def test_killed_again_and_again_it_ends_as_if_nobody_had_disturbed_it(
    tmp_path: Path, start: Start, many: Path, undisturbed: Callable[[Path], set[object]]
) -> None:
    run = tmp_path / "run"
    for _ in range(4):
        begun = start(tmp_path, many, *SAMPLED)
        goal = ended_attempts(run) + 4
        begun.until(lambda goal=goal: ended_attempts(run) >= goal)
        begun.signal(signal.SIGKILL)
        begun.end()
        begun.nobody_is_left()
    assert 16 <= ended_attempts(run) < 22, "of 12 attempts and 10 of the controls"
    assert bench(tmp_path, many, *SAMPLED).code == 0
    assert essence(run) == undisturbed(many)


@pytest.mark.slow
def test_workers_killed_under_it_cost_nothing_but_time(
    tmp_path: Path, start: Start, three: Path, undisturbed: Callable[[Path], set[object]]
) -> None:
    begun = in_the_hard_one(start(tmp_path, three, *OPTIONS))
    for pid in begun.processes():
        if pid != begun.process.pid:
            os.kill(pid, signal.SIGKILL)
    assert begun.end().code == 0
    assert {each[:3] for each in essence(begun.run)} == {tuple(each)[:3] for each in undisturbed(three)}  # type: ignore[arg-type]
    begun.nobody_is_left()


@pytest.mark.slow
def test_a_full_disk_ends_it_and_what_was_written_counts(
    tmp_path: Path, three: Path, undisturbed: Callable[[Path], set[object]]
) -> None:
    command = ["ulimit -f 3; exec", *COMMAND, "bench", "mine", "--data", str(three), "--name", "run", *OPTIONS]
    full = subprocess.run(
        ["bash", "-c", " ".join(command)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=ENOUGH_S,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert full.returncode == 3
    assert "the system refused: [Errno 27]" in full.stderr
    assert "Traceback" not in full.stderr
    assert bench(tmp_path, three, *OPTIONS).code == 0
    assert essence(tmp_path / "run") == undisturbed(three)


# -- what is seen meanwhile -------------------------------------------------------------------------------------------------------


def test_a_terminal_shows_progress_and_keeps_only_the_notes(tmp_path: Path, start: Start, three: Path) -> None:
    terminal = Terminal()
    begun = start(tmp_path, three, *OPTIONS, "--json", stderr=terminal.theirs)
    terminal.wait_for(r"run .*\d of 3 attempts")
    ended = begun.end()
    terminal.close()
    assert ended.code == 0
    assert len(ended.records) == 1
    assert terminal.screen.splitlines() == ["`entail report run` shows this again, with --html as a page"]
    assert terminal.shown.rindex("\x1b[?25h") > terminal.shown.rindex("\x1b[?25l"), "the cursor is back"


def test_quiet_says_nothing_even_on_a_terminal(tmp_path: Path, start: Start, three: Path) -> None:
    terminal = Terminal()
    ended = start(tmp_path, three, *OPTIONS, "--quiet", stderr=terminal.theirs).end()
    terminal.close()
    assert (ended.code, terminal.shown) == (0, "")
    assert "pass@1" in ended.out
