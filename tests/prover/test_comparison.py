"""Two runs compared: what is refused, what is counted, what a reader is told first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prover.attempt import Outcome
from prover.comparison import Comparison, NotComparable, compare, comparison_text
from prover.records import StartRecord
from prover.report import Run, load_run
from search.budget import Budget
from tests.fakes.runs import CONFIG, FACTS, attempt, problem, write_run

pytest.importorskip("scipy")

# Solved attempts of two, by problem.
BEFORE = {"a": 2, "b": 0, "c": 1, "d": 0}
AFTER = {"a": 2, "b": 1, "c": 0, "d": 2}


def run(folder: Path, solved: Mapping[str, int], *, facts: Mapping[str, str] = FACTS, ended: int = 2, **changes: Any) -> Run:
    attempts = [
        attempt(name, number, Outcome.PROVED if number <= count else Outcome.EXHAUSTED)
        for name, count in solved.items()
        for number in range(1, ended + 1)
    ]
    starts = (StartRecord(begun="now", facts=dict(facts)),)
    problems = [problem(name) for name in solved]
    return load_run(write_run(folder, problems, attempts, config=replace(CONFIG, **changes), starts=starts))


def both(folder: Path, **changes: Any) -> tuple[Run, Run]:
    return run(folder / "old", BEFORE), run(folder / "new", AFTER, **changes)


def test_gained_and_lost_are_named(tmp_path: Path) -> None:
    found = compare(*both(tmp_path))
    assert (found.gained, found.lost) == (("b", "d"), ("c",))
    assert (found.test.gained, found.test.lost, found.shared) == (2, 1, 4)
    assert found.test.p_value == pytest.approx(1.0)  # 2 of 3 or as far off, two-sided: every outcome is
    assert found.difference.value == pytest.approx((0 + 0.5 - 0.5 + 1) / 4)
    assert found.difference.interval.low <= found.difference.value <= found.difference.interval.high
    assert found.differences == ()


def test_the_same_run_differs_in_nothing(tmp_path: Path) -> None:
    found = compare(run(tmp_path / "old", BEFORE), run(tmp_path / "new", BEFORE))
    assert (found.difference.value, found.gained, found.lost, found.varied) == (0.0, (), (), ())


def test_what_was_varied_is_listed_and_allowed(tmp_path: Path) -> None:
    found = compare(*both(tmp_path, policy="model", seed=3))
    assert found.varied == ("policy symbolic -> model", "seed 0 -> 3")
    assert "what differs: policy symbolic -> model, seed 0 -> 3" in comparison_text(found)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"problems_sha256": "6" * 64}, "statement sets differ"),
        ({"prove": replace(CONFIG.prove, budget=Budget(seconds=20))}, "budgets differ"),
        ({"attempts": 1, "ended": 1}, "attempts per problem differ: 2 before, 1 after"),
        ({"facts": FACTS | {"engine": "4.29.0"}}, "engine differs: 4.28.0 before, 4.29.0 after"),
        ({"only": "core"}, "other problems were chosen: all before, core after"),
        ({"ended": 1}, "the run after is unfinished"),
    ],
)
def test_other_conditions_are_refused_and_can_be_forced(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    old, new = both(tmp_path, **changes)
    with pytest.raises(NotComparable, match=said) as refusal:
        compare(old, new)
    assert len(refusal.value.differences) == 1
    found = compare(old, new, force=True)
    assert found.differences == refusal.value.differences
    assert comparison_text(found, width=200).splitlines()[0] == f"!!! NOT THE SAME CONDITIONS: {found.differences[0]}"


def test_another_machine_is_no_other_condition(tmp_path: Path) -> None:
    assert compare(*both(tmp_path, facts=FACTS | {"machine": "64 cores"})).differences == ()


def test_other_copies_are_matched_by_canonical_names(tmp_path: Path) -> None:
    old = run(tmp_path / "old", {"IMO_1960_P2": 1, "mine": 1})
    new = run(tmp_path / "new", {"imo_1960_p2": 0, "yours": 1}, lineage="another", problems_sha256="6" * 64)
    found = compare(old, new, force=True)
    assert (found.shared, found.lost) == (1, ("imo_1960_p2",))
    assert "2 problems were attempted in one of the runs only" in found.differences[-1]


def test_runs_without_a_common_problem_are_never_compared(tmp_path: Path) -> None:
    with pytest.raises(NotComparable):
        compare(run(tmp_path / "old", {"a": 1}), run(tmp_path / "new", {"z": 1}), force=True)


def _line(found: Comparison, start: str) -> list[str]:
    return next(line for line in comparison_text(found).splitlines() if line.startswith(start)).split()


def test_the_text_has_the_test_the_names_and_both_sides(tmp_path: Path) -> None:
    found = compare(*both(tmp_path))
    text = comparison_text(found, width=200)
    assert "pass@1 changed by +25.0 points (95 % interval" in text
    assert "solved in at least one attempt: 2 gained, 1 lost, exact McNemar p = 1" in text
    assert "gained (2): b, d\nlost (1): c" in text
    assert _line(found, "pass@1  ")[1] == "37.5"
    assert _line(found, "problems solved") == ["problems", "solved", "2", "of", "4", "3", "of", "4"]
