"""What a run came to: counted by hand, with every way in which a run can be less than whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from prover.attempt import Outcome
from prover.records import AttemptRecord, BrokenRecords, Cause, ProblemRecord, StartRecord
from prover.report import Report, load_run, report_json, summarise
from prover.run_config import RunConfig
from tests.fakes.runs import CONFIG, FACTS, attempt, control, problem, tree, write_run

pytest.importorskip("scipy")

BUDGET = Outcome.OUT_OF_BUDGET
PROBLEMS = (problem("a"), problem("b", "imo"), problem("c", "imo", suspect="says 0 = 1"), problem("d", cause=Cause.MATHLIB))
ATTEMPTS = (
    attempt("a", 1, seconds=2.0, steps=20),
    attempt("a", 2, seconds=1.0, steps=40),
    attempt("b", 1, BUDGET, seconds=10.0, steps=100),
    attempt("b", 2, seconds=4.0, steps=30, script=("omega",)),
    attempt("c", 1, Outcome.NOT_RUN, cause=Cause.MACHINERY, tries=3),
    attempt("c", 2, Outcome.EXHAUSTED, seconds=3.0, steps=10),
)
CONTROLS = (control("noop", "a"), control("noop", "b"), control("sorry", "a", Outcome.REJECTED))


def report_of(
    folder: Path,
    *,
    problems: Sequence[ProblemRecord] = PROBLEMS,
    attempts: Sequence[AttemptRecord] = ATTEMPTS,
    controls: Sequence[AttemptRecord] = CONTROLS,
    config: RunConfig = CONFIG,
) -> Report:
    return summarise(load_run(write_run(folder / "run", problems, attempts, controls=controls, config=config)))


def values(report: Report) -> list[float]:
    return [each.estimate.value for each in report.passes]


def test_every_problem_is_in_the_denominator(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    assert (report.problems, report.set_size, report.k_max, report.solved) == (4, 4, 2, 2)
    assert values(report) == pytest.approx([1.5 / 4, 2 / 4])
    assert all(each.estimate.interval.low < each.estimate.value < each.estimate.interval.high for each in report.passes)
    assert report.outcomes == {"PROVED": 3, "EXHAUSTED": 1, "OUT_OF_BUDGET": 1, "NOT_RUN": 3}
    assert report.alarms == ()
    assert (report.planned, report.finished) == (8, 8)


def test_what_was_not_run_is_counted_by_cause_and_gives_a_range(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    assert report.not_run == {"needs_mathlib": 2, "machinery": 1}
    assert report.not_run_low == pytest.approx(1.5 / 4)
    assert report.not_run_high == pytest.approx((1 + 0.5 + 0.5 + 1) / 4)


def test_suspect_statements_are_scored_with_and_without(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    assert report.suspects == 1
    clean = [each.without_suspects.value for each in report.passes if each.without_suspects]
    assert clean == pytest.approx([1.5 / 3, 2 / 3])


def test_without_suspect_statements_there_is_one_score(tmp_path: Path) -> None:
    report = report_of(tmp_path, problems=[msgspec.structs.replace(each, suspect="") for each in PROBLEMS])
    assert [each.without_suspects for each in report.passes] == [None, None]


def test_core_leaves_out_what_needs_mathlib_and_says_so(tmp_path: Path) -> None:
    report = report_of(tmp_path, config=replace(CONFIG, only="core"))
    assert (report.problems, report.set_size) == (3, 4)
    assert report.scope == "3 of 4 problems of minif2f valid: those that need no Mathlib"
    assert values(report) == pytest.approx([1.5 / 3, 2 / 3])
    assert report.not_run == {"machinery": 1}


def test_core_keeps_what_lean_refuses_for_another_reason(tmp_path: Path) -> None:
    refused = problem("e", cause=Cause.REFUSED, reason="unexpected token")
    report = report_of(tmp_path, problems=[*PROBLEMS, refused], config=replace(CONFIG, only="core"))
    assert (report.problems, report.set_size) == (4, 5)
    assert report.not_run == {"not_elaborated": 2, "machinery": 1}


def test_an_unfinished_run_gives_pass_at_k_as_far_as_every_problem_goes(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=ATTEMPTS[:-1])
    assert report.k_max == 1
    assert values(report) == pytest.approx([1.5 / 4])
    assert report.alarms == ("UNFINISHED RUN: 7 of 8 attempts ended; pass@k is given up to k = 1, which every problem has",)


def test_a_problem_without_an_attempt_leaves_no_score(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=ATTEMPTS[:4])
    assert (report.k_max, report.passes, report.categories, report.curves) == (0, (), (), {})
    assert report.solved == 2
    assert "1 problem without an attempt" in report.alarms[0]
    assert report.not_run_low is None


def test_problems_that_were_not_read_yet_leave_no_score(tmp_path: Path) -> None:
    report = report_of(tmp_path, config=replace(CONFIG, problems=9))
    assert (report.problems, report.k_max) == (9, 0)
    assert "8 of 18 attempts ended, 5 problems not read yet" in report.alarms[0]


def test_a_control_that_scores_makes_the_numbers_void(tmp_path: Path) -> None:
    report = report_of(tmp_path, controls=[*CONTROLS, control("sorry", "b", Outcome.PROVED)])
    assert [(c.policy, c.scored, c.attempts) for c in report.controls] == [("noop", 0, 2), ("sorry", 1, 2)]
    assert "VOID" in report.alarms[0]
    assert "sorry" in report.alarms[0]


def test_a_run_without_controls_says_so(tmp_path: Path) -> None:
    assert "no control policy was run" in report_of(tmp_path, controls=()).notes


def test_proved_is_solved_only_at_tier_t2(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=[msgspec.structs.replace(ATTEMPTS[0], tier="T1"), *ATTEMPTS[1:]])
    assert values(report) == pytest.approx([1.0 / 4, 2 / 4])
    assert report.tier == "T2"
    assert "a#1" in report.alarms[0]


def test_refuted_is_listed_and_not_solved(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=[*ATTEMPTS[:5], attempt("c", 2, Outcome.REFUTED)])
    assert report.refuted == ("c",)
    assert report.solved == 2
    assert report.alarms == ()


def test_proved_and_refuted_at_once_makes_the_numbers_void(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=[*ATTEMPTS[:2], attempt("b", 1, Outcome.REFUTED), *ATTEMPTS[3:]])
    assert report.alarms == ("THE NUMBERS ARE VOID: proved and refuted: b",)


def test_an_attempt_at_another_statement_is_told(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=[msgspec.structs.replace(ATTEMPTS[0], statement_sha256="other"), *ATTEMPTS[1:]])
    assert report.alarms == ("attempted with another statement than the run has: a#1",)


def test_the_last_record_of_a_key_counts(tmp_path: Path) -> None:
    report = report_of(tmp_path, attempts=[attempt("a", 1, Outcome.NOT_RUN), *ATTEMPTS])
    assert report.outcomes["PROVED"] == 3
    assert report.finished == 8


def test_each_problem_has_a_row_with_its_best(tmp_path: Path) -> None:
    rows = {row.name: row for row in report_of(tmp_path).rows}
    assert list(rows) == ["a", "b", "c", "d"]
    assert (rows["a"].solved, rows["a"].attempts, rows["a"].best_seconds, rows["a"].best_steps) == (2, 2, 1.0, 20)
    assert (rows["a"].lines, rows["b"].lines, rows["c"].lines) == (2, 1, None)
    assert rows["c"].suspect == "says 0 = 1"
    assert rows["d"].outcomes == {"NOT_RUN": 2}


def test_a_curve_ends_at_pass_at_1(tmp_path: Path) -> None:
    curves = report_of(tmp_path).curves
    assert [point.budget for point in curves["seconds"]] == [1.0, 2.0, 4.0]
    assert [point.solved for point in curves["seconds"]] == pytest.approx([0.125, 0.25, 0.375])
    assert [point.budget for point in curves["steps"]] == [20, 30, 40]


def test_the_spread_is_split_between_problems_and_attempts(tmp_path: Path) -> None:
    variance = report_of(tmp_path).variance
    assert variance is not None
    assert variance.between_attempts == pytest.approx((0.25 / 1) ** 0.5 / 4)  # b alone differs from attempt to attempt


def test_effort_is_of_what_ran(tmp_path: Path) -> None:
    effort = {each.name: (each.median, each.total) for each in report_of(tmp_path).effort}
    assert effort["seconds"] == (3.0, 20.0)
    assert effort["steps"] == (30.0, 200.0)
    assert effort["tries"] == (1.0, 8.0)


def test_categories_count_problems(tmp_path: Path) -> None:
    cells = {cell.name: cell for cell in report_of(tmp_path).categories}
    assert {name: cell.problems for name, cell in cells.items()} == {"algebra": 2, "imo": 2}
    imo = cells["imo"].estimate
    assert imo is not None
    assert imo.value == pytest.approx(0.25)


def test_the_json_has_every_number(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    data = json.loads(json.dumps(report_json(report)))
    assert data["format"] == 1
    assert data["passes"][0]["estimate"]["value"] == pytest.approx(0.375)
    assert data["facts"] == FACTS
    assert {"scope", "alarms", "controls", "curves", "rows", "categories", "effort"} <= data.keys()


def test_many_attempts_give_a_few_ks_and_the_last(tmp_path: Path) -> None:
    attempts = [attempt("a", number) for number in range(1, 21)]
    report = report_of(tmp_path, problems=PROBLEMS[:1], attempts=attempts, config=replace(CONFIG, attempts=20))
    ks = [each.k for each in report.passes]
    assert (ks[0], ks[-1], ks) == (1, 20, sorted(set(ks)))
    assert len(ks) <= 16


def _started_twice(folder: Path, **facts: str) -> Report:
    starts = (StartRecord(begun="first", facts=FACTS), StartRecord(begun="later", facts=FACTS | facts))
    return summarise(load_run(write_run(folder / "run", PROBLEMS, ATTEMPTS, starts=starts)))


def test_starts_under_other_conditions_are_told(tmp_path: Path) -> None:
    report = _started_twice(tmp_path, workers="64")
    assert report.facts["workers"] == "64"
    assert "started 2 times, not always under the same conditions: workers" in report.notes
    assert report.alarms == ()


def test_two_leans_in_one_run_are_an_alarm(tmp_path: Path) -> None:
    assert _started_twice(tmp_path, engine="4.29.0").alarms == ("made with more than one Lean: engine 4.28.0, 4.29.0",)


def test_a_torn_last_line_is_an_attempt_that_did_not_end(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", PROBLEMS, ATTEMPTS, trees=[tree("a#1")])
    for name in ("records.jsonl", "trees.jsonl"):
        path = folder / name
        path.write_bytes(path.read_bytes()[:-9])
    assert summarise(load_run(folder)).finished == 7


def test_a_run_without_records_is_a_run_that_has_not_begun(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", PROBLEMS, ())
    (folder / "records.jsonl").unlink()
    report = summarise(load_run(folder))
    assert (report.k_max, report.solved, report.facts) == (0, 0, {})


def test_attempts_at_unknown_problems_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenRecords, match="zz"):
        load_run(write_run(tmp_path / "run", PROBLEMS, [*ATTEMPTS, attempt("zz", 1)]))
