"""What README shows can be typed: every `entail` line parses, every file it names exists, every module map entry is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from prover.cli import build_parser

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.strip() for line in README.splitlines() if re.match(r" {4}entail [a-z]", line)]


def _alternatives(line: str) -> list[str]:
    """The commands on one line: without the comment, several may stand side by side."""
    text = re.sub(r"\s+#.*", "", line).replace("[", "").replace("]", "")
    return [part.strip() for part in re.split(r"\s{3,}(?=entail )", text)]


@pytest.mark.parametrize("command", [each for line in COMMANDS for each in _alternatives(line)])
def test_command_in_readme_parses(command: str) -> None:
    options = build_parser().parse_args(shlex.split(command)[1:])

    assert options.command == command.split()[1]


def test_readme_shows_the_main_commands() -> None:
    assert {"prove", "check", "setup", "doctor"} <= {part.split()[1] for line in COMMANDS for part in _alternatives(line)}


@pytest.mark.parametrize("path", sorted(set(re.findall(r"(?:docs|benchmarks|tests|prover|search|lean_env)/[\w/]+\.\w+", README))))
def test_file_named_in_readme_exists(path: str) -> None:
    assert (ROOT / path).exists()
