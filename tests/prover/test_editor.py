"""The user's editor on a text: real processes, very small editors."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from prover.editor import NoEditor, edited


def editor(folder: Path, body: str) -> str:
    script = folder / "an editor.py"
    script.write_text(f"import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\n{body}\n", encoding="utf-8")
    return f"{sys.executable} '{script}'"


def test_gives_back_what_the_editor_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = editor(tmp_path, "file.write_text(file.read_text(encoding='utf-8') + ' ∣ 6', encoding='utf-8')")
    monkeypatch.setenv("EDITOR", command)
    monkeypatch.delenv("VISUAL", raising=False)
    assert edited("3") == "3 ∣ 6"


def test_the_file_ends_in_lean_so_that_the_editor_knows_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "file.write_text(file.suffix)"))
    assert edited("x") == ".lean"


def test_without_an_editor_it_says_which_variable_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    with pytest.raises(NoEditor, match="EDITOR"):
        edited("x")


@pytest.mark.parametrize(("command", "message"), [("no-such-editor-anywhere", "cannot be started"), ("'", "cannot be started")])
def test_an_editor_that_does_not_start_is_said(command: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", command)
    with pytest.raises(NoEditor, match=message):
        edited("x")


def test_an_editor_that_gave_up_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor(tmp_path, "file.write_text('half'); sys.exit(3)"))
    with pytest.raises(NoEditor, match="exit code 3"):
        edited("x")
