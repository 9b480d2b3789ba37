"""`entail setup` and `entail doctor`, where everything is there already."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import entail

pytestmark = [pytest.mark.lean, pytest.mark.timeout(600)]


def test_setup_says_where_the_engine_is() -> None:
    run = entail("setup", "--json")
    assert run.code == 0
    [record] = run.records
    assert (Path(record["engine"]) / "manifest.json").is_file()
    run = entail("setup", "--quiet")
    assert (run.code, run.out, run.err) == (0, f"the Lean engine is ready: {record['engine']}\n", "")


def test_doctor_says_what_is_there_and_what_is_not() -> None:
    run = entail("doctor", "--json")
    assert run.code == 0
    found = {record["name"]: record["status"] for record in run.records}
    assert found["node"] == found["engine"] == "ok"
    assert "missing" not in found.values()
    people = entail("doctor")
    assert people.code == 0
    assert all(name in people.out for name in found)
