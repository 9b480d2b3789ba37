"""`entail bench` from the outside: what is in the folder, what it says, and what it refuses."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from prover.attempt import Outcome
from prover.records import Cause, TreeRecord, read_records
from prover.run_folder import CONTROLS, TREES
from tests.cli.running import Ended, entail
from tests.fakes.bench import (
    BROKEN,
    EASY,
    FALSE,
    HARD,
    RATIONAL,
    REAL,
    attempts,
    bench,
    essence,
    problems_read,
    starts,
    write_problems,
)

pytestmark = pytest.mark.timeout(600)

OPTIONS = ("--steps", "6", "--attempts", "2", "--seed", "7", "--workers", "2")
PROVED, LEFT_OUT = {*EASY}, {*REAL, *RATIONAL}


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A run that is complete."""

    folder: Path
    data: Path
    ended: Ended

    @property
    def run(self) -> Path:
        return self.folder / "runs" / "run"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("bench")
    data = write_problems(folder / "problems.jsonl", EASY, FALSE, HARD, REAL, RATIONAL, BROKEN)
    return Made(folder, data, bench(folder, data, *OPTIONS))


@pytest.mark.lean
def test_a_run_has_every_attempt_and_says_what_it_came_to(made: Made) -> None:
    assert made.ended.code == 0
    assert {path.name for path in made.run.iterdir()} == {
        *("config.toml", "problems.jsonl", "records.jsonl", "controls.jsonl", "trees.jsonl", ".lock")
    }
    records = {record.key: record for record in attempts(made.run)}
    assert set(records) == {f"{name}#{number}" for name in (*EASY, *FALSE, *HARD, *LEFT_OUT, *BROKEN) for number in (1, 2)}
    outcomes = {name: {records[f"{name}#1"].outcome, records[f"{name}#2"].outcome} for name in (*EASY, *FALSE, *HARD)}
    assert outcomes == {name: {Outcome.PROVED} for name in EASY} | {"false_one": {Outcome.REFUTED}, "hard": {Outcome.OUT_OF_BUDGET}}
    assert {(record.tier, bool(record.script)) for record in records.values() if record.outcome is Outcome.PROVED} == {("T2", True)}
    assert max(record.effort.steps for record in records.values()) == 6
    for line in ("pass@1", "pass@2", "refuted (not solved): 1: false_one", "noop 0 of 5, sorry 0 of 5"):
        assert line in made.ended.out
    assert "solved in at least one attempt: 3 of 8 problems" in made.ended.out


@pytest.mark.lean
def test_what_is_not_run_says_why(made: Made) -> None:
    causes = {record.name: (record.cause, record.reason) for record in attempts(made.run) if record.outcome is Outcome.NOT_RUN}
    assert {name: cause for name, (cause, _) in causes.items()} == {
        "real": Cause.MATHLIB,
        "rational": Cause.RATIONALS,
        "broken": Cause.REFUSED,
    }
    assert causes["real"][1] == "not in this engine's library: ℝ"
    assert causes["rational"][1].startswith("over ℚ")
    [line] = [line for line in made.ended.out.splitlines() if line.startswith("not run")]
    assert all(f"{cause} 2" in line for cause, _ in causes.values())
    assert {record.name: record.cause for record in problems_read(made.run) if record.cause} == {
        name: cause for name, (cause, _) in causes.items()
    }


@pytest.mark.lean
def test_controls_of_an_ordinary_run_score_nothing(made: Made) -> None:
    controls = attempts(made.run, CONTROLS)
    assert {record.key for record in controls} == {
        f"{who}:{name}#1" for who in ("noop", "sorry") for name in (*EASY, *FALSE, *HARD)
    }
    assert not {Outcome.PROVED, Outcome.REFUTED, Outcome.NOT_RUN} & {record.outcome for record in controls}
    # What Lean takes and the check does not: without this the control would say nothing.
    assert Outcome.REJECTED in {record.outcome for record in controls if record.control == "sorry"}


@pytest.mark.lean
def test_the_config_that_was_written_is_the_effective_one(made: Made) -> None:
    config = tomllib.loads((made.run / "config.toml").read_text())
    assert {key: config[key] for key in ("attempts", "seed", "temperature", "policy", "problems")} == {
        "attempts": 2,
        "seed": 7,
        "temperature": 0.5,
        "policy": "symbolic",
        "problems": 8,
    }
    assert config["prove"]["budget"] == {"steps": 6, "seconds": 0.0, "expansions": 0}


@pytest.mark.lean
def test_the_same_command_again_does_nothing_and_says_the_same(made: Made) -> None:
    before = {path.name: path.read_bytes() for path in made.run.iterdir()}
    again = bench(made.folder, made.data, *OPTIONS, "--workers", "5")  # which would be in the report, had they done anything
    assert (again.code, again.out) == (0, made.ended.out)
    assert {path.name: path.read_bytes() for path in made.run.iterdir()} == before


@pytest.mark.lean
def test_json_is_one_object_per_line(made: Made) -> None:
    told = bench(made.folder, made.data, *OPTIONS, "--json", "--quiet")
    assert (told.code, told.err) == (0, "")
    [report] = told.records
    assert (report["problems"], report["solved"], report["k_max"], report["name"]) == (8, 3, 2, "run")
    assert [each["k"] for each in report["passes"]] == [1, 2]
    assert report["refuted"] == ["false_one"]


@pytest.mark.lean
def test_other_options_are_refused_with_the_differences(made: Made) -> None:
    refused = bench(made.folder, made.data, "--steps", "9", "--attempts", "3", "--seed", "8", "--width", "4")
    assert refused.code == 2
    for difference in ("prove.budget.steps 6 -> 9", "seed 7 -> 8", "prove.search.width 8 -> 4", "--name"):
        assert difference in refused.err
    assert "attempts 2" not in refused.err, "which may grow"
    fewer = bench(made.folder, made.data, *OPTIONS, "--attempts", "1", "--temperature", "0.5")
    assert fewer.code == 2
    assert "2 attempts per problem, which cannot become 1" in fewer.err


@pytest.mark.lean
def test_other_problems_are_another_run(made: Made, tmp_path: Path) -> None:
    other = write_problems(tmp_path / "other.jsonl", EASY)
    refused = bench(made.folder, other, *OPTIONS)
    assert refused.code == 2
    assert "problems 8 -> 3" in refused.err
    assert "problems_sha256" in refused.err


@pytest.mark.lean
def test_attempts_may_grow_and_what_was_made_stays(made: Made, tmp_path: Path) -> None:
    data = write_problems(tmp_path / "two.jsonl", {"easy_add": EASY["easy_add"]}, REAL)
    options = ("--steps", "6", "--seed", "7", "--temperature", "0.5", "--workers", "1")
    assert bench(tmp_path, data, *options).code == 0
    first = essence(tmp_path / "runs/run")
    grown = bench(tmp_path, data, *options, "--attempts", "2")
    assert grown.code == 0
    assert "pass@2" in grown.out
    assert first < essence(tmp_path / "runs/run")
    # An attempt is the same, whatever its run asks for besides.
    name = "easy_add"
    alone = {each for each in essence(tmp_path / "runs/run") if each[0].startswith(name)}
    assert alone == {each for each in essence(made.run) if each[0].startswith(name)}


@pytest.mark.lean
@pytest.mark.slow
def test_at_a_step_budget_a_run_depends_on_its_seed_and_not_on_the_workers(made: Made) -> None:
    again = bench(made.folder, made.data, *OPTIONS, "--workers", "1", "--name", "again")
    assert again.code == 0
    assert essence(made.folder / "runs/again") == essence(made.run)
    other = bench(made.folder, made.data, *OPTIONS, "--seed", "8", "--no-controls", "--name", "other")
    assert other.code == 0

    def searches(run: Path) -> dict[str, list[list[str]]]:
        return {
            record.key: [[edge["tactic"] for edge in node["edges"]] for node in record.nodes]
            for record in read_records(run / TREES, TreeRecord)
        }

    assert searches(made.folder / "runs/again") == searches(made.run)
    assert searches(made.folder / "runs/other") != searches(made.run)
    seeds = {record.seed for run in ("run", "other") for record in attempts(made.folder / "runs" / run)}
    assert len(seeds) == 2 * 16


@pytest.mark.lean
def test_of_the_core_alone_the_first_line_says_so(tmp_path: Path) -> None:
    data = write_problems(tmp_path / "three.jsonl", {"easy_add": EASY["easy_add"]}, REAL, RATIONAL)
    run = bench(tmp_path, data, "--only", "core", "--steps", "4", "--no-controls", "--workers", "1")
    assert run.code == 0
    first = run.out.splitlines()[0]
    assert first.startswith("1 of 3 problems")
    assert "Mathlib" in first
    assert [record.key for record in attempts(tmp_path / "runs/run")] == ["easy_add#1"]
    assert "pass@1 100.0 %" in run.out
    assert attempts(tmp_path / "runs/run", CONTROLS) == []


@pytest.mark.lean
def test_a_file_of_which_nothing_is_left_ends_all_the_same(tmp_path: Path) -> None:
    data = write_problems(tmp_path / "none.jsonl", REAL, RATIONAL)
    run = bench(tmp_path, data, "--only", "core", "--steps", "4", "--workers", "1")
    assert run.code == 0
    assert "0 problems" in run.out
    whole = bench(tmp_path, data, "--steps", "4", "--workers", "1", "--name", "whole")
    assert whole.code == 0
    assert "pass@1 0.0 %" in whole.out


@pytest.mark.lean
@pytest.mark.parametrize("policy", ["noop", "sorry"])
def test_a_control_as_the_policy_scores_nothing(tmp_path: Path, policy: str) -> None:
    data = write_problems(tmp_path / "problems.jsonl", EASY, FALSE)
    run = bench(tmp_path, data, "--policy", policy, "--expansions", "2", "--width", "96", "--workers", "2", "--no-controls")
    assert run.code == 0
    assert "pass@1 0.0 %" in run.out
    records = attempts(tmp_path / "runs/run")
    assert len(records) == 4
    assert not {Outcome.PROVED, Outcome.REFUTED, Outcome.NOT_RUN} & {record.outcome for record in records}


@pytest.mark.lean
def test_names_choose_problems_in_any_order(tmp_path: Path) -> None:
    data = write_problems(tmp_path / "problems.jsonl", EASY, FALSE)
    options = ("--steps", "4", "--no-controls", "--workers", "1")
    run = bench(tmp_path, data, *options, "--names", "easy_or", "easy_add")
    assert run.code == 0
    assert sorted(record.key for record in attempts(tmp_path / "runs/run")) == ["easy_add#1", "easy_or#1"]
    assert bench(tmp_path, data, *options, "--names", "easy_add", "easy_or", "easy_or").code == 0
    assert len(attempts(tmp_path / "runs/run")) == 2


@pytest.mark.lean
def test_a_run_without_a_name_is_found_again_by_its_options(tmp_path: Path) -> None:
    data = write_problems(tmp_path / "problems.jsonl", {"easy_add": EASY["easy_add"]})
    for policy in ("symbolic", "symbolic", "noop"):
        command = ("bench", "Some/Set", "--data", data, "--steps", "3", "--policy", policy, "--no-controls", "--workers", "1")
        assert entail(*command, folder=tmp_path).code == 0
    runs = sorted(tmp_path.glob("runs/*"))
    assert [run.name.rpartition("-")[0] for run in runs] == ["some-set-all-noop-3steps", "some-set-all-symbolic-3steps"]
    assert starts(runs[1]) == 1
    assert len(attempts(runs[1])) == 1


@pytest.mark.lean
def test_a_folder_of_another_version_is_told(made: Made, tmp_path: Path) -> None:
    run = tmp_path / "runs/run"
    run.mkdir(parents=True)
    (run / "records.jsonl").write_text((made.run / "records.jsonl").read_text())
    told = bench(tmp_path, made.data, *OPTIONS)
    assert told.code == 2
    assert "has records and no config.toml" in told.err
    (run / "config.toml").write_text((made.run / "config.toml").read_text() + "\n[new]\nthing = 1\n")
    told = bench(tmp_path, made.data, *OPTIONS)
    assert told.code == 2
    assert "unknown: new.thing" in told.err
    (run / "config.toml").write_text((made.run / "config.toml").read_text())
    (run / "records.jsonl").write_text('{"type":"attempt","key":3}\n')
    told = bench(tmp_path, made.data, *OPTIONS)
    assert told.code == 2
    assert "records.jsonl, line 1: not a record of this version" in told.err
