"""`entail report` from the outside, on folders that no run made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prover.attempt import Outcome
from prover.records import Cause
from tests.cli.running import entail
from tests.fakes.runs import CONFIG, attempt, control, problem, tree, write_run

NAMES = ("p1", "p2", "p3", "p4")
SOLVED = {"before": {"p1", "p2"}, "after": {"p2", "p3"}}


def run_of(folder: Path, name: str, *, seed: int = 0, attempts: int = 2, ended: int = 8) -> Path:
    made = [
        attempt(each, number, Outcome.PROVED if each in SOLVED[name] else Outcome.EXHAUSTED)
        for number in range(1, attempts + 1)
        for each in NAMES
    ][:ended]
    return write_run(
        folder / name,
        [*map(problem, NAMES), problem("p5", cause=Cause.MATHLIB, reason="not in this engine's library: ℝ", statement_sha256="")],
        made,
        controls=[control("noop", each) for each in NAMES],
        trees=[tree("p2#1")],
        config=replace(CONFIG, seed=seed, attempts=attempts),
    )


def test_it_says_what_a_run_came_to_and_writes_the_page(tmp_path: Path) -> None:
    run_of(tmp_path, "before")
    said = entail("report", "before", "--html", "page.html", folder=tmp_path)
    assert said.code == 0
    for part in ("pass@1 40.0 %", "pass@2", "5 problems", "noop 0 of 4", "needs_mathlib 2", "p3"):
        assert part in said.out, part
    assert said.err == "the page is page.html\n"
    page = (tmp_path / "page.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "p2#1" in page or "p2" in page
    short = entail("report", "before", "--no-problems", folder=tmp_path)
    assert said.out.startswith(short.out.rstrip("\n"))
    assert len(short.out) < len(said.out)
    assert entail("report", "before", "--quiet", folder=tmp_path).err == ""


def test_json_is_one_object(tmp_path: Path) -> None:
    run_of(tmp_path, "before")
    said = entail("report", "before", "--json", folder=tmp_path)
    [report] = said.records
    assert (said.code, report["solved"], report["problems"], report["k_max"]) == (0, 2, 5, 2)
    assert {row["name"]: row["solved"] for row in report["rows"]} == {"p1": 2, "p2": 2, "p3": 0, "p4": 0, "p5": 0}


def test_a_run_on_its_way_has_a_report_that_says_so(tmp_path: Path) -> None:
    run_of(tmp_path, "before", ended=3)
    said = entail("report", "before", folder=tmp_path)
    assert said.code == 0
    assert "no pass@1 yet" in said.out
    assert "3 " in said.out
    (tmp_path / "before" / "records.jsonl").unlink()  # killed before its first attempt
    assert entail("report", "before", folder=tmp_path).code == 0


def test_two_runs_are_compared_by_name(tmp_path: Path) -> None:
    run_of(tmp_path, "before")
    run_of(tmp_path, "after", seed=1)
    said = entail("report", "after", "--compare", "before", "--html", "both.html", folder=tmp_path)
    assert said.code == 0
    assert "p3" in said.out
    assert "p1" in said.out
    assert (tmp_path / "both.html").exists()
    [told] = entail("report", "after", "--compare", "before", "--json", folder=tmp_path).records
    assert ([*map(str, told["gained"])], [*map(str, told["lost"])]) == (["p3"], ["p1"])
    assert (told["before"]["seed"], told["after"]["seed"]) == (0, 1)


def test_what_is_not_comparable_is_refused_unless_forced(tmp_path: Path) -> None:
    run_of(tmp_path, "before")
    after = run_of(tmp_path, "after")
    config = (after / "config.toml").read_text()
    (after / "config.toml").write_text(config.replace("seconds = 10.0", "seconds = 99.0"))
    refused = entail("report", "after", "--compare", "before", folder=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert "99" in refused.err
    forced = entail("report", "after", "--compare", "before", "--force", folder=tmp_path)
    assert forced.code == 0
    assert forced.out.startswith("!!! NOT THE SAME CONDITIONS: ")
    assert "99" in forced.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "nothing"),
        ((".",), "config.toml"),
        (("before", "--compare", "nothing"), "nothing"),
        (("before", "--html", "no/such/folder/page.html"), "there is no folder"),
        (("before", "--force", "--colour"), "--colour"),
        ((), "RUN"),
    ],
)
def test_what_cannot_be_reported_is_told(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    run_of(tmp_path, "before")
    refused = entail("report", *arguments, folder=tmp_path)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert len(entail("report", *arguments, "--json", folder=tmp_path).records) == 1


def test_records_that_are_broken_are_told_with_the_line(tmp_path: Path) -> None:
    run = run_of(tmp_path, "before")
    path = run / "records.jsonl"
    path.write_text(path.read_text().replace('"key":"p2#1"', '"key":7'))
    refused = entail("report", "before", folder=tmp_path)
    assert refused.code == 2
    assert "records.jsonl, line 3: not a record of this version" in refused.err
