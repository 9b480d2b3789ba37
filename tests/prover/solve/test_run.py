"""A run of `entail solve` with a desk that answers from a table: order, records, interruptions."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from prover.formalize.candidate import WordProblem
from prover.formalize.records import FormalizedRecord, ProofRecord
from prover.models.choice import ModelChoice
from prover.models.generator import ModelFailed
from prover.records import BrokenRecords, StartRecord
from prover.run_folder import RunRefused
from prover.solve.blocks import Block, Solution
from prover.solve.config import SolveConfig
from prover.solve.records import AnswerRecord, Match, SampleRecord, sample_key
from prover.solve.report import load_solved, solve_report_json, solve_report_text, summarise_solved
from prover.solve.run import SolveRun, open_solve_run
from prover.solve.voting import Vote

PROBLEMS = [WordProblem("a", "A?", "1"), WordProblem("b", "B?", "2"), WordProblem("c", "C?", "")]
CONFIG = SolveConfig(dataset="three", problems=3, model=ModelChoice("m"), attempts=3, prove=False)
START = StartRecord("2026-01-01T00:00:00+00:00")


class Table:
    """Sample k of every problem answers the k-th of `answers`; the call of number `fails_at` fails once."""

    def __init__(self, answers: Sequence[str] = ("1", "1", "2"), *, fails_at: int = 0) -> None:
        self.answers, self.fails_at = answers, fails_at
        self.sampled: list[str] = []
        self.settled: list[str] = []

    async def sample(self, problem: WordProblem, number: int) -> SampleRecord:
        await asyncio.sleep(0)
        self.sampled.append(sample_key(problem.name, number))
        if len(self.sampled) == self.fails_at:
            raise ModelFailed("the server is gone")
        blocks = (Block("code", "print(1)", "python"), Block("execution", "1", outcome="" if number > 1 else "time"))
        solution = Solution(blocks, self.answers[number - 1], "answered", output_tokens=10)
        return SampleRecord(sample_key(problem.name, number), problem.name, number, number, solution)

    async def settle(self, problem: WordProblem, samples: Sequence[SampleRecord]) -> AnswerRecord:
        self.settled.append(problem.name)
        answers = [each.solution.answer for each in samples]
        best = max(sorted(set(answers)), key=answers.count)
        right = answers.count(problem.answer) if problem.answer else 0
        wrong = tuple(answers.count(each) for each in sorted(set(answers)) if each != problem.answer)
        vote = Vote(
            best, answers.count(best), float(answers.count(best)), answers.count(best) / len(answers), len(answers), len(answers)
        )
        matches = "unknown" if not problem.answer else "yes" if best == problem.answer else "no"
        return AnswerRecord(problem.name, "", len(answers), vote, problem.answer, matches, right, wrong, 0)


async def go(path: Path, desk: Table, config: SolveConfig = CONFIG, *, at_once: int = 1) -> bool:
    with open_solve_run(path, config) as folder:
        run = SolveRun(folder, PROBLEMS, config, at_once)
        await run.go(desk, START)
    return run.tallies.complete


async def test_draws_the_first_sample_of_each_problem_before_the_second_of_any(tmp_path: Path) -> None:
    desk = Table()
    assert await go(tmp_path, desk)
    assert desk.sampled == ["a#1", "b#1", "c#1", "a#2", "b#2", "c#2", "a#3", "b#3", "c#3"]
    assert desk.settled == ["a", "b", "c"]


async def test_a_complete_run_does_nothing_and_leaves_no_trace(tmp_path: Path) -> None:
    await go(tmp_path, Table())
    before = (tmp_path / "records.jsonl").read_bytes()
    desk = Table()
    assert await go(tmp_path, desk)
    assert desk.sampled == desk.settled == []
    assert (tmp_path / "records.jsonl").read_bytes() == before


@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.parametrize("fails_at", [1, 5, 9])
async def test_what_was_drawn_before_a_failure_is_not_drawn_again(tmp_path: Path, fails_at: int, at_once: int) -> None:
    first, second = Table(fails_at=fails_at), Table()
    with pytest.raises(ModelFailed):
        await go(tmp_path, first, at_once=at_once)
    kept = {record.key for record in load_solved(tmp_path).samples}
    assert await go(tmp_path, second, at_once=at_once)
    assert kept.isdisjoint(second.sampled)
    assert sorted([*kept, *second.sampled]) == sorted(f"{name}#{k}" for name in "abc" for k in (1, 2, 3))
    assert len(load_solved(tmp_path).answers) == 3


async def test_more_samples_can_be_drawn_later_and_vote_with_the_others(tmp_path: Path) -> None:
    few = SolveConfig(dataset="three", problems=3, model=ModelChoice("m"), attempts=1, prove=False)
    await go(tmp_path, Table(), few)
    desk = Table()
    await go(tmp_path, desk)
    assert sorted(desk.sampled) == sorted(f"{name}#{k}" for name in "abc" for k in (2, 3))
    assert {record.samples for record in load_solved(tmp_path).answers} == {3}
    with pytest.raises(RunRefused, match="cannot become 1"):
        await go(tmp_path, Table(), few)


async def test_other_options_are_refused_with_what_differs(tmp_path: Path) -> None:
    await go(tmp_path, Table())
    other = SolveConfig(dataset="three", problems=3, model=ModelChoice("m"), attempts=3, prove=False, seed=7)
    with pytest.raises(RunRefused, match="seed 0 -> 7"):
        await go(tmp_path, Table(), other)


async def test_draining_ends_what_was_begun_and_begins_nothing_more(tmp_path: Path) -> None:
    desk = Table()
    with open_solve_run(tmp_path, CONFIG) as folder:
        run = SolveRun(folder, PROBLEMS, CONFIG, 1)
        await run.go(desk, START, watch=run.drain)
    assert desk.sampled == ["a#1"]
    assert not run.tallies.complete


async def test_broken_records_are_named(tmp_path: Path) -> None:
    await go(tmp_path, Table())
    (tmp_path / "answers.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(BrokenRecords, match="line 1"):
        await go(tmp_path, Table())


async def test_the_report_counts_matches_over_known_answers(tmp_path: Path) -> None:
    await go(tmp_path, Table())
    report = summarise_solved(load_solved(tmp_path), "three")
    assert (report.problems, report.settled, report.known) == (3, 3, 2)
    assert report.voted is not None
    assert report.voted.value == 0.5  # two samples of three say 1, which is right for a and wrong for b
    by_k = {each.k: (each.majority.value, each.passed.value) for each in report.scores}
    assert by_k[1] == pytest.approx((0.5, 0.5))
    assert by_k[2] == pytest.approx(((1 / 3 + 2 / 3 / 2 + 2 / 3 / 2) / 2, (1 + 2 / 3) / 2))
    assert by_k[3] == pytest.approx((0.5, 1.0))
    assert report.code == {"": 6, "time": 3}
    assert report.output_tokens == 90
    text = solve_report_text(report)
    assert "without an answer in the data, and in no score: 1" in text
    assert "maj@3" in text
    assert solve_report_json(report)["known"] == 2


async def test_an_unfinished_run_has_no_score(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed):
        await go(tmp_path, Table(fails_at=9))
    report = summarise_solved(load_solved(tmp_path), "three")
    assert report.scores == ()
    assert report.voted is None
    assert "not settled yet: 1 of 3 problems" in solve_report_text(report)


def test_the_built_in_solver_has_one_solution() -> None:
    with pytest.raises(ValueError, match="one solution"):
        SolveConfig(attempts=2)


@pytest.mark.parametrize(
    ("matches", "outcome", "warning"),
    [
        ("no", "proved", "because the answer is proved and differs from the data's: 1"),
        ("yes", "refuted", "because the answer matches the data's and is refuted: 1"),
        ("yes", "proved", ""),
        ("no", "refuted", ""),
        ("no", "out_of_budget", ""),
    ],
)
async def test_answers_and_proofs_are_counted_apart(tmp_path: Path, matches: Match, outcome: str, warning: str) -> None:
    class Proved(Table):
        async def settle(self, problem: WordProblem, samples: Sequence[SampleRecord]) -> AnswerRecord:
            record = await super().settle(problem, samples)
            proof = ProofRecord(outcome, "T2" if outcome in ("proved", "refuted") else "")
            statement = FormalizedRecord(problem.name, "", "", "checks", "theorem", "", (), {}, 0.0, proof)
            known = matches if problem.name == "a" else record.matches
            return msgspec.structs.replace(record, matches=known, statement=statement if problem.name == "a" else None)

    await go(tmp_path, Proved())
    report = summarise_solved(load_solved(tmp_path), "three")
    standing = outcome if outcome in ("proved", "refuted") else "open"
    assert report.crossed[(matches, standing)] >= 1
    assert sum(report.crossed.values()) == 3
    text = solve_report_text(report)
    assert ("statement or data is wrong" in text) is bool(warning)
    assert warning in text
    [row] = [line for line in text.splitlines() if line.startswith("a ")]
    assert ("T2" in row) is (standing != "open")


async def test_a_small_run_is_reported_without_the_statistics_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("scipy", "scipy.stats", "numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    await go(tmp_path, Table())
    assert "maj@3" in solve_report_text(summarise_solved(load_solved(tmp_path), "three"))
