"""Options, usage errors and exit codes that need no Lean."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lean_env.errors import ToolchainMissing, WorkerLost
from prover import commands
from prover.cli import BAD_INPUT, BROKEN, NOT_PROVED, PROVED, main
from prover.console import Console
from prover.interrupts import ToldToStop

MODEL = (
    *("--model", "--server", "--dialect", "--whole-proof", "--revision", "--samples", "--max-tokens", "--dtype", "--device"),
    *("--allow-pickle", "--trust-remote-code", "--then-search", "--critic", "--floor-mass", "--lookahead"),
    *("--strategy", "--width", "--alpha", "--temperature"),
)
WORDS = (
    *("TEXT", "--names", "--answer", "--drafts", "--repairs", "--no-fragment", "--informalizer", "--judge", "--server"),
    *("--temperature", "--max-tokens", "--dtype", "--device", "--allow-pickle", "--trust-remote-code", "--seed"),
    *("--check-seconds", "--all", "--workers", "--json", "--quiet"),
)
OPTIONS = {
    "prove": [
        *MODEL,
        *("--seconds", "--steps", "--expansions", "--heartbeats", "--workers", "--seed", "--no-negation"),
        *("--output", "--tree", "--explain", "--max-source-kib", "--json", "--quiet", "THEOREM", "FILE.lean:NAME"),
    ],
    "check": ["--statement", "--export", "--max-source-kib", "--json", "--quiet", "FILE"],
    "bench": [
        *MODEL,
        *("DATASET", "--data", "--split", "--only", "--names", "--attempts", "--policy", "--seed", "--no-negation", "--seconds"),
        *("--steps", "--expansions", "--heartbeats", "--workers", "--ray", "--share-policy", "--runs", "--name", "--retry-not-run"),
        *("--no-controls", "--trees", "--json", "--quiet"),
    ],
    "report": ["RUN", "--compare", "--force", "--html", "--no-problems", "--json", "--quiet"],
    "formalize": [*WORDS, "--output", "--model", "--prove", "--review", "--seconds"],
    "solve": [
        *WORDS,
        *("--model", "--samples", "--reward", "--unsafe-code", "--max-blocks", "--code-seconds", "--code-memory", "--code-output"),
        *("--no-prove", "--formalizer", "--seconds", "--runs", "--name"),
    ],
    "augment": [*WORDS, "--output", "--kind", "--variants", "--writer", "--model"],
    "models": ["--json", "--quiet"],
    "setup": ["--json", "--quiet"],
    "doctor": ["--json", "--quiet"],
}


def test_help_of_every_command_mentions_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    overview = capsys.readouterr().out
    for command, options in OPTIONS.items():
        assert command in overview
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
        text = capsys.readouterr().out
        assert [option for option in options if option not in text] == []
        listed = {word.strip(",[]:") for word in text.split() if word.strip("[").startswith("--")}
        assert listed <= {*options, "--help"}, "an option that this test does not know: add it above"


def test_help_needs_nothing_heavy() -> None:
    heavy = ("jinja2", "lark", "math_verify", "numpy", "openai", "rich", "sympy", "torch")
    script = f"""
import sys
from prover.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
print("heavy:", *(name for name in {heavy} if name in sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == "heavy:"


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("entail ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "the following arguments are required: COMMAND (see entail --help)"),
        (["frob"], "invalid choice: 'frob'"),
        (["prove"], "required: THEOREM (see entail prove --help)"),
        (["check"], "required: FILE"),
        (["prove", "a", "b"], "unrecognized arguments: b"),
        (["prove", "--frob", "a"], "unrecognized arguments: --frob"),
        (["prove", "--sec", "3", "a"], "unrecognized arguments: --sec"),
        (["prove", "--seconds"], "argument --seconds: expected one argument"),
        (["prove", "--seconds", "soon", "a"], "argument --seconds: soon is not a number of seconds (0 = no limit)"),
        (["prove", "--seconds", "-1", "a"], "-1 is not a number of seconds"),
        (["prove", "--seconds", "inf", "a"], "inf is not a number of seconds"),
        (["prove", "--seconds", "nan", "a"], "nan is not a number of seconds"),
        (["prove", "--steps", "-3", "a"], "argument --steps: -3 is not a whole number from 0"),
        (["prove", "--steps", "1.5", "a"], "1.5 is not a whole number from 0"),
        (["prove", "--workers", "0", "a"], "argument --workers: 0 is not a whole number from 1"),
        (["prove", "--width", "x", "a"], "x is not a whole number from 1"),
        (["check", "--max-source-kib", "0", "a"], "0 is not a whole number from 1"),
        (["formalize"], "required: TEXT (see entail formalize --help)"),
        (["formalize", "a", "--drafts", "0"], "argument --drafts: 0 is not a whole number from 1"),
        (["formalize", "a", "--check-seconds", "soon"], "soon is not a number of seconds"),
        (["solve", "a", "--samples", "0"], "argument --samples: 0 is not a whole number from 1"),
        (["solve", "a", "--output", "b"], "unrecognized arguments: --output b"),
        (["augment", "a"], "required: --writer"),
        (["augment", "a", "--writer", "m", "--kind", "easier"], "invalid choice: 'easier'"),
    ],
)
def test_options_that_cannot_be_used(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert complaint in err
    assert main([*arguments, "--json"]) == BAD_INPUT
    out, err = capsys.readouterr()
    [record] = [json.loads(line) for line in out.splitlines()]
    assert complaint in record["error"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["prove", ""], "<theorem> is empty"),
        (["prove", "gone.lean"], "cannot read gone.lean: No such file or directory"),
        (["check", "gone.lean"], "cannot read gone.lean: No such file or directory"),
        (["check", "there.lean", "--statement", "gone.lean"], "cannot read gone.lean"),
        (["prove", "theorem t : 1 = 1", "--tree", "gone/a.html"], "cannot write gone/a.html: there is no folder"),
        (["prove", "theorem t : 1 = 1", "--output", "folder"], "cannot write folder: it is a folder"),
        (["check", "there.lean", "--export", "gone/a"], "cannot write gone/a: there is no folder"),
    ],
)
def test_inputs_that_are_refused_before_anything_is_started(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.lean").write_text("theorem t : 1 = 1 := rfl")
    (tmp_path / "folder").mkdir()
    monkeypatch.setattr(commands, "installed_engine", lambda: pytest.fail("too late"))
    assert main([*arguments, "--json"]) == BAD_INPUT
    out, err = capsys.readouterr()
    [record] = [json.loads(line) for line in out.splitlines()]
    assert complaint in record["error"]
    assert complaint in err


# -- exit codes -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("proved", "code"), [(True, PROVED), (False, NOT_PROVED)])
def test_the_outcome_is_the_exit_code(proved: bool, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def command(_options: argparse.Namespace, _console: Console) -> bool:
        return proved

    monkeypatch.setattr(commands, "prove", command)
    monkeypatch.setattr(commands, "check", command)
    assert main(["prove", "x"]) == main(["check", "x"]) == code
    assert (PROVED, NOT_PROVED, BAD_INPUT, BROKEN) == (0, 1, 2, 3)


def raising(error: BaseException) -> object:
    def command(_options: argparse.Namespace, _console: Console) -> bool:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ToolchainMissing("node is missing: install it"), BROKEN, "entail: node is missing: install it"),
        (
            WorkerLost("worker 7 was killed", detail="its last words"),
            BROKEN,
            "our machinery failed: worker 7 was killed\nits last words",
        ),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ToldToStop(15), 143, "stopped by SIGTERM"),
        (ToldToStop(1), 129, "stopped by SIGHUP"),
        (ZeroDivisionError("oops"), BROKEN, "internal error: ZeroDivisionError('oops')"),
    ],
)
def test_what_goes_wrong_has_its_code_and_its_words(
    error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "prove", raising(error))
    assert main(["prove", "x", "--json"]) == code
    out, err = capsys.readouterr()
    assert said in err
    [record] = [json.loads(line) for line in out.splitlines()]
    assert said.removeprefix("entail: ") in record["error"]
    assert ("Traceback" in err) is isinstance(error, ZeroDivisionError), "a bug of ours shows where it is"


def test_options_reach_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[argparse.Namespace] = []

    def prove(options: argparse.Namespace, console: Console) -> bool:
        seen.append(options)
        return console.as_json and console.quiet

    monkeypatch.setattr(commands, "prove", prove)
    assert main(["prove", "--seconds", "0", "--json", "--", "--json"]) == NOT_PROVED
    assert main(["prove", "--quiet", "--steps", "5", "--no-negation", "x", "--json"]) == PROVED
    assert (seen[0].seconds, seen[0].target, seen[0].steps, seen[0].no_negation) == (0.0, "--json", 0, False)
    assert (seen[1].seconds, seen[1].steps, seen[1].no_negation, seen[1].workers, seen[1].width) == (60.0, 5, True, 2, 8)
