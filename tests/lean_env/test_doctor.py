"""What `entail doctor` is told: everything is looked for, and what is not there comes with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from lean_env.doctor import Finding, examine


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_machine_with_nothing_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("CC", "ELAN_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ENTAIL_NODE", str(tmp_path / "node"))
    found = by_name(examine(tmp_path, cache_dir=tmp_path / "cache"))
    assert (found["node"].status, found["engine"].status) == ("missing", "missing")
    assert "ENTAIL_NODE" in found["node"].detail
    for name in ("compiler", "elan", "lake", "mathlib"):
        assert found[name].status == "absent"
        assert "install" in found[name].detail or "make mathlib" in found[name].detail
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_is_not_set_up_yet_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENTAIL_NODE", raising=False)
    found = by_name(examine(tmp_path, cache_dir=tmp_path / "cache"))
    assert found["node"].status == "ok"
    assert (found["engine"].status, str(tmp_path / "cache") in found["engine"].detail) == ("absent", True)
    assert found["stack"].detail
