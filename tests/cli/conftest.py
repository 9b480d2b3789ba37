"""The commands that read words, in this process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prover.models.choice import ModelChoice
from prover.models.server_options import ServerOptions
from tests.cli.words import Words


@pytest.fixture
def words(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Words:
    """In an empty folder; a server that fails is asked again soon."""
    patient = ModelChoice.server_options

    def hasty(choice: ModelChoice) -> ServerOptions:
        return replace(patient(choice), first_pause_s=0.001)

    monkeypatch.setattr(ModelChoice, "server_options", hasty)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    return Words(capsys, tmp_path)
