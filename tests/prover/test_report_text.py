"""A report in a terminal: what it begins with, what it never leaves out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prover.attempt import Outcome
from prover.records import Cause
from prover.report import Report, load_run, summarise
from prover.report_text import report_text, table
from prover.run_config import RunConfig
from tests.fakes.runs import CONFIG, attempt, control, problem, write_run

pytest.importorskip("scipy")

PROBLEMS = (problem("algebra_p1"), problem("imo_p2", "imo", suspect="vacuous"), problem("real_p3", cause=Cause.MATHLIB))
ATTEMPTS = (
    attempt("algebra_p1", 1, seconds=2.0),
    attempt("algebra_p1", 2, Outcome.OUT_OF_BUDGET),
    attempt("imo_p2", 1, Outcome.REFUTED),
    attempt("imo_p2", 2, Outcome.EXHAUSTED),
)
CORE = replace(CONFIG, only="core")


def make(folder: Path, config: RunConfig = CORE, scored: Outcome = Outcome.EXHAUSTED, missing: int = 0) -> Report:
    controls = (control("noop", "algebra_p1"), control("sorry", "algebra_p1", scored))
    ended = ATTEMPTS[: len(ATTEMPTS) - missing]
    return summarise(load_run(write_run(folder / "night", PROBLEMS, ended, controls=controls, config=config)))


def test_the_first_line_says_what_the_denominator_is(tmp_path: Path) -> None:
    text = report_text(make(tmp_path))
    assert text.splitlines()[0] == "2 of 3 problems of minif2f valid: those that need no Mathlib"


def test_everything_that_the_score_holds_for_is_named(tmp_path: Path) -> None:
    text = report_text(make(tmp_path), width=200)
    for part in (
        "pass@1 25.0 %",
        "95 % interval",
        "solved in at least one attempt: 1 of 2 problems",
        "refuted (not solved): 1: imo_p2",
        "2 attempts per problem, each 10 s with one Lean worker",
        "symbolic, temperature 0.7, seed 0",
        "T2, the lowest among the proofs counted",
        "engine 4.28.0",
        "sha256 5555555555555555",
        "noop 0 of 1, sorry 0 of 1",
        "without 1 suspect",
    ):
        assert part in text, part


def test_alarms_stand_before_every_number(tmp_path: Path) -> None:
    lines = report_text(make(tmp_path, scored=Outcome.PROVED, missing=1), width=200).splitlines()
    assert lines[1].startswith("!!! THE NUMBERS ARE VOID: the control policy sorry")
    assert lines[2].startswith("!!! UNFINISHED RUN: 3 of 4 attempts ended")


def test_what_was_not_run_has_its_range(tmp_path: Path) -> None:
    text = report_text(make(tmp_path, config=CONFIG), width=200)
    assert "not run, counted as failed: needs_mathlib 2" in text
    assert "pass@1 is 16.7 % if all of those fail, 50.0 % if all of them succeed" in text


def test_without_a_score_the_text_says_why(tmp_path: Path) -> None:
    text = report_text(make(tmp_path, missing=2), width=200)
    assert "no pass@1 yet: solved so far 1; 2 of 4 attempts ended" in text
    assert "pass@2" not in text


def test_rows_tell_what_each_problem_came_to(tmp_path: Path) -> None:
    text = report_text(make(tmp_path))
    row = next(line for line in text.splitlines() if line.startswith("imo_p2"))
    assert row.split() == ["imo_p2", "(suspect)", "imo", "0/2", "refuted", "1,", "exhausted", "1"]
    assert "imo_p2 (suspect)" not in report_text(make(tmp_path / "again"), rows=False)


def test_a_run_of_nothing_is_told_in_a_few_lines(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", PROBLEMS[2:], (), config=CORE)
    text = report_text(summarise(load_run(folder)))
    assert text.splitlines()[0] == "0 of 1 problems of minif2f valid: those that need no Mathlib"
    assert "no pass@1 yet" in text
    assert "outcomes" not in text


def test_lines_are_no_longer_than_asked(tmp_path: Path) -> None:
    report = replace(make(tmp_path), notes=("word " * 80,))
    assert max(map(len, report_text(report, width=72).splitlines())) <= 72


def test_columns_stand_under_each_other() -> None:
    assert table(["name", "n"], [["a", "10"], ["long name", "7"]]) == ["name        n", "a          10", "long name   7"]
