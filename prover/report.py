"""What a run came to, as numbers with their intervals: the one place where records become a score.

Owns what counts: solved is PROVED at tier T2 or better, every problem of the run stands in the denominator, an attempt that our
machinery lost is a failure that is counted apart. Promises that pass@k is given only for as many attempts as every problem has.
Never prints, and never estimates: `statistics.py` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import msgspec

from prover import report_words as words
from prover.attempt import Outcome
from prover.records import AttemptRecord
from prover.report_source import Counted, Run, count, is_solved, load_run
from prover.statistics import (
    Cell,
    CurvePoint,
    Estimate,
    Tally,
    TooFewAttempts,
    VarianceSplit,
    by_category,
    mean_pass_at_k,
    not_run_range,
    solved_by_budget,
    solved_within_attempts,
    variance_split,
)

__all__ = ["ControlScore", "PassAt", "Report", "Row", "Run", "Spent", "load_run", "report_json", "summarise"]

FORMAT = 1  # of `report_json`
MOST_KS = 16  # up to so many attempts every k is given; beyond, so many in equal ratios
MEASURES = ("seconds", "steps", "expansions")  # what a curve may run over
EFFORTS = (
    "seconds",
    "steps",
    "expansions",
    "nodes",
    "lean_seconds",
    "policy_seconds",
    "prompt_tokens",
    "output_tokens",
    "workers_lost",
)


@dataclass(frozen=True, slots=True)
class PassAt:
    """pass@k over all problems, and over those whose statement is not known to be wrong (None if none is)."""

    k: int
    estimate: Estimate
    without_suspects: Estimate | None


@dataclass(frozen=True, slots=True)
class ControlScore:
    """What a policy that must not score came to; `scored` counts proofs and refutations."""

    policy: str
    attempts: int
    scored: int
    not_run: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What the attempts that ran spent of one thing: median of an attempt, and all together."""

    name: str
    median: float
    total: float


@dataclass(frozen=True, slots=True)
class Row:
    """One problem. `best_*` are of the cheapest solved attempt, `lines` of the shortest proof; None if none solved it."""

    name: str
    split: str
    category: str
    attempts: int
    solved: int
    outcomes: dict[str, int]
    best_seconds: float | None
    best_steps: int | None
    lines: int | None
    suspect: str
    cause: str


@dataclass(frozen=True, slots=True)
class Report:
    """A run's results.

    scope        the sentence on what the denominator is, to stand before every number
    alarms       what makes the numbers void or provisional; notes: what a reader should know besides
    problems     in the denominator, of `set_size` in the data; `finished` of `planned` attempts ended
    k_max        attempts that every problem has: pass@k is given up to there; 0 = not even pass@1
    solved, refuted  problems, in at least one attempt
    tier         the lowest among the proofs that count, "" without proofs
    variance     standard errors of pass@1; None if a problem has fewer than two attempts
    not_run      attempts by cause; `not_run_low` and `not_run_high`: pass@1 if all of them fail, and if all succeed
    outcomes     attempts by outcome
    curves       by measure: solved in one attempt within so much of it
    """

    format: int
    name: str
    scope: str
    alarms: tuple[str, ...]
    notes: tuple[str, ...]
    dataset: str
    lineage: str
    split: str
    only: str
    problems: int
    set_size: int
    problems_sha256: str
    attempts: int
    planned: int
    finished: int
    k_max: int
    policy: str
    temperature: float
    seed: int
    budget: str
    tier: str
    facts: dict[str, str]
    controls: tuple[ControlScore, ...]
    solved: int
    refuted: tuple[str, ...]
    suspects: int
    passes: tuple[PassAt, ...]
    variance: VarianceSplit | None
    not_run: dict[str, int]
    not_run_low: float | None
    not_run_high: float | None
    outcomes: dict[str, int]
    categories: tuple[Cell, ...]
    curves: dict[str, tuple[CurvePoint, ...]]
    effort: tuple[Spent, ...]
    rows: tuple[Row, ...]


def summarise(run: Run, *, level: float = 0.95) -> Report:
    """The report of a run, finished or not. The same run gives the same report.

    `level` is of every interval, in (0, 1). Raises NeedsScipy.
    """
    config, counted = run.config, count(run)
    records = [record for each in counted for record in each.attempts]
    ran = [record for record in records if record.outcome is not Outcome.NOT_RUN]
    k_max = 0 if run.unread else min((each.tally.attempts for each in counted), default=0)
    low, high = _range(counted) if k_max else (None, None)
    controls = tuple(_control(policy, attempts) for policy, attempts in run.controls.items())
    return Report(
        format=FORMAT,
        name=run.name,
        scope=words.scope(run),
        alarms=words.alarms(run, counted, k_max, {control.policy: control.scored for control in controls}),
        notes=words.notes(run, counted),
        dataset=config.dataset,
        lineage=config.lineage,
        split=config.split,
        only=config.only,
        problems=len(run.problems) + run.unread,
        set_size=len(run.problems) + run.left_out + run.unread,
        problems_sha256=config.problems_sha256,
        attempts=config.attempts,
        planned=(len(run.problems) + run.unread) * config.attempts,
        finished=sum(each.tally.attempts for each in counted),
        k_max=k_max,
        policy=config.policy,
        temperature=config.temperature,
        seed=config.seed,
        budget=words.budget(config),
        tier=min((record.tier for record in records if is_solved(record)), default=""),
        facts=run.facts,
        controls=controls,
        solved=sum(each.tally.solved > 0 for each in counted),
        refuted=tuple(each.problem.name for each in counted if each.has(Outcome.REFUTED)),
        suspects=sum(bool(each.problem.suspect) for each in counted),
        passes=_passes(counted, level) if k_max else (),
        variance=_variance(counted),
        not_run=_causes(counted),
        not_run_low=low,
        not_run_high=high,
        outcomes=_outcome_names(counted),
        categories=_categories(counted, level) if k_max else (),
        curves={measure: _curve(counted, measure, level) for measure in MEASURES} if k_max else {},
        effort=(
            *(_spent(name, [getattr(record.effort, name) for record in ran]) for name in EFFORTS),
            _spent("tries", [record.tries for record in records]),
        ),
        rows=tuple(map(_row, counted)),
    )


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain data: the fields of `Report` by their names; `format` grows when one changes its meaning."""
    return msgspec.to_builtins(report)


def _passes(counted: Sequence[Counted], level: float) -> tuple[PassAt, ...]:
    clean = [each.tally for each in counted if not each.problem.suspect]
    some = 0 < len(clean) < len(counted)
    return tuple(
        PassAt(k, estimate, mean_pass_at_k(clean, k, level=level) if some else None)
        for k, estimate in solved_within_attempts([each.tally for each in counted], level=level, points=MOST_KS)
    )


def _range(counted: Sequence[Counted]) -> tuple[float, float]:
    return not_run_range([each.tally for each in counted], [each.not_run for each in counted], 1)


def _variance(counted: Sequence[Counted]) -> VarianceSplit | None:
    if len(counted) < 2:
        return None
    try:
        return variance_split([each.tally for each in counted])
    except TooFewAttempts:
        return None


def _categories(counted: Sequence[Counted], level: float) -> tuple[Cell, ...]:
    tallies: dict[str, list[Tally]] = {}
    for each in counted:
        tallies.setdefault(each.problem.category or "other", []).append(each.tally)
    return tuple(by_category(dict(sorted(tallies.items())), level=level))


def _curve(counted: Sequence[Counted], measure: str, level: float) -> tuple[CurvePoint, ...]:
    spent: list[list[float | None]] = [
        [float(getattr(record.effort, measure)) if is_solved(record) else None for record in each.attempts] + [None] * each.absent
        for each in counted
    ]
    return tuple(solved_by_budget(spent, level=level))


def _causes(counted: Sequence[Counted]) -> dict[str, int]:
    """Attempts that were not run, by cause, the most frequent first."""
    causes: Counter[str] = Counter()
    for each in counted:
        causes[each.problem.cause] += each.absent
        causes.update(record.cause or "unknown" for record in each.attempts if record.outcome is Outcome.NOT_RUN)
    return {cause: number for cause, number in causes.most_common() if number}


def _outcome_names(counted: Iterable[Counted]) -> dict[str, int]:
    """Attempts by outcome, in the order of `Outcome`."""
    found: Counter[Outcome] = Counter()
    for each in counted:
        found.update(record.outcome for record in each.attempts)
        found[Outcome.NOT_RUN] += each.absent
    return {outcome.name: found[outcome] for outcome in Outcome if found[outcome]}


def _spent(name: str, values: Sequence[float]) -> Spent:
    return Spent(name, float(median(values)) if values else 0.0, float(sum(values)))


def _control(policy: str, attempts: Sequence[AttemptRecord]) -> ControlScore:
    scored = sum(record.outcome in (Outcome.PROVED, Outcome.REFUTED) for record in attempts)
    return ControlScore(policy, len(attempts), scored, sum(record.outcome is Outcome.NOT_RUN for record in attempts))


def _row(counted: Counted) -> Row:
    problem, solved = counted.problem, [record for record in counted.attempts if is_solved(record)]
    tally = counted.tally
    return Row(
        name=problem.name,
        split=problem.split,
        category=problem.category,
        attempts=tally.attempts,
        solved=tally.solved,
        outcomes=_outcome_names((counted,)),
        best_seconds=min((record.effort.seconds for record in solved), default=None),
        best_steps=min((record.effort.steps for record in solved), default=None),
        lines=min((len(record.script) or record.proof.count("\n") + 1 for record in solved), default=None),
        suspect=problem.suspect,
        cause=problem.cause,
    )
