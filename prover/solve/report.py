"""What a run of `entail solve` came to: maj@k and pass@k with intervals, proofs apart from matches, code, cost.

Owns the counting. Promises that every problem of the run is in the denominator, answered or not, and that answers which match and
statements which are proved are never added up. Pure functions over records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prover.config_file import read_config_as
from prover.records import StartRecord, read_records
from prover.report_text import percent
from prover.run_folder import ANSWERS, CONFIG, RECORDS
from prover.solve.config import SolveConfig
from prover.solve.records import AnswerRecord, SampleRecord
from prover.statistics import Estimate, Tally, mean_maj_at_k, mean_pass_at_k

SHOWN = 12  # of the answer, in the list of problems


@dataclass(frozen=True, slots=True)
class SolvedRun:
    """A run's folder, read. `answers` holds the last record of each problem."""

    config: SolveConfig
    starts: tuple[StartRecord, ...]
    samples: tuple[SampleRecord, ...]
    answers: tuple[AnswerRecord, ...]


@dataclass(frozen=True, slots=True)
class AtK:
    """maj@k and pass@k of the problems whose answer the data gives; 1 <= k <= samples per problem."""

    k: int
    majority: Estimate
    passed: Estimate


@dataclass(frozen=True, slots=True)
class SolveReport:
    """The numbers.

    scores          empty unless every problem was settled; over `known` problems, those whose answer the data gives
    crossed         settled problems by (matches, whether the statement is proved, refuted or open)
    endings, code   samples by how they ended; executions by outcome ("" = ran well)
    """

    name: str
    solver: str
    problems: int
    settled: int
    known: int
    voted: Estimate | None
    scores: tuple[AtK, ...]
    crossed: Counter[tuple[str, str]]
    endings: Counter[str]
    code: Counter[str]
    output_tokens: int
    rows: tuple[AnswerRecord, ...]
    warnings: tuple[str, ...]


def load_solved(folder: Path) -> SolvedRun:
    """Raises BadConfig, BrokenRecords, FileNotFoundError."""
    records = read_records(folder / RECORDS, SampleRecord | StartRecord)
    last = {record.name: record for record in read_records(folder / ANSWERS, AnswerRecord)}
    return SolvedRun(
        read_config_as(folder / CONFIG, SolveConfig),
        tuple(record for record in records if isinstance(record, StartRecord)),
        tuple(record for record in records if isinstance(record, SampleRecord)),
        tuple(last.values()),
    )


def summarise_solved(run: SolvedRun, name: str) -> SolveReport:
    """Count. Raises NeedsScipy where an interval needs it."""
    config, answers = run.config, [each for each in run.answers if each.samples == run.config.attempts]
    known = [each for each in answers if each.expected]
    complete = len(answers) == config.problems
    scores: list[AtK] = []
    if complete and known:
        for k in _ks(config.attempts):
            tallies = [Tally(each.samples, each.right) for each in known]
            scores.append(AtK(k, mean_maj_at_k([each.ballot for each in known], k), mean_pass_at_k(tallies, k)))
    return SolveReport(
        name=name,
        solver=config.solver,
        problems=config.problems,
        settled=len(answers),
        known=len(known),
        voted=_share([each.matches == "yes" for each in known]) if complete and known else None,
        scores=tuple(scores),
        crossed=Counter((each.matches, each.standing) for each in answers),
        endings=Counter(each.solution.ending for each in run.samples),
        code=Counter(b.outcome for each in run.samples for b in each.solution.blocks if b.kind == "execution"),
        output_tokens=sum(each.solution.output_tokens for each in run.samples),
        rows=tuple(answers),
        warnings=_warnings(config, known, answers),
    )


def solve_report_text(report: SolveReport, *, rows: bool = True) -> str:
    """The report in lines for a terminal."""
    lines = [f"{report.name}: {report.solver}, {report.settled} of {report.problems} problems settled"]
    lines += [f"!!! {warning}" for warning in report.warnings]
    if report.known:
        lines.append(f"over the {report.known} problems whose answer the data gives, unanswered ones counted as wrong:")
    if report.voted is not None:
        lines.append(f"  answer of the vote right   {percent(report.voted)}")
    lines += [f"  maj@{each.k:<4} {percent(each.majority):<28} pass@{each.k:<4} {percent(each.passed)}" for each in report.scores]
    lines += ["", "answer matches   statement   problems"]
    lines += [f"{match:<16} {standing:<11} {count}" for (match, standing), count in sorted(report.crossed.items())]
    lines += ["", f"samples: {_counts(report.endings)}; {report.output_tokens} tokens written"]
    if report.code:
        lines.append(f"executions: {_counts(Counter({outcome or 'ran': count for outcome, count in report.code.items()}))}")
    if rows:
        lines += ["", *_rows(report.rows)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def solve_report_json(report: SolveReport) -> dict[str, object]:
    """The same for programs."""
    return {
        "name": report.name,
        "solver": report.solver,
        "problems": report.problems,
        "settled": report.settled,
        "known": report.known,
        "voted": _estimate(report.voted) if report.voted else None,
        "maj_at_k": {str(each.k): _estimate(each.majority) for each in report.scores},
        "pass_at_k": {str(each.k): _estimate(each.passed) for each in report.scores},
        "matches_and_statements": [[match, standing, count] for (match, standing), count in sorted(report.crossed.items())],
        "endings": dict(report.endings),
        "executions": dict(report.code),
        "output_tokens": report.output_tokens,
        "warnings": list(report.warnings),
    }


def _ks(samples: int) -> list[int]:
    """The powers of two up to the number of samples, and that number."""
    return sorted({*(1 << power for power in range(samples.bit_length())), samples})


def _share(successes: Sequence[bool]) -> Estimate:
    return mean_pass_at_k([Tally(1, int(each)) for each in successes], 1)


def _warnings(config: SolveConfig, known: Sequence[AnswerRecord], answers: Sequence[AnswerRecord]) -> tuple[str, ...]:
    found: list[str] = []
    if len(answers) < config.problems:
        found.append(f"not settled yet: {config.problems - len(answers)} of {config.problems} problems, so there is no score")
    contradicting = sum(each.matches == "no" and each.is_proved for each in answers)
    if contradicting:
        found.append(f"statement or data is wrong, because the answer is proved and differs from the data's: {contradicting}")
    against_data = sum(each.matches == "yes" and each.standing == "refuted" for each in answers)
    if against_data:
        found.append(f"statement or data is wrong, because the answer matches the data's and is refuted: {against_data}")
    if len(known) < len(answers):
        found.append(f"without an answer in the data, and in no score: {len(answers) - len(known)}")
    return tuple(found)


def _rows(rows: Sequence[AnswerRecord]) -> list[str]:
    width = max((len(each.name) for each in rows), default=0)
    return [
        f"{each.name:<{width}}  {_cut(each.vote.answer) or '-':<{SHOWN}}  {each.vote.votes:>3}/{each.samples:<3}  "
        f"match {each.matches:<7}  {'' if each.standing == 'open' else f'{each.standing}, T2'}"
        for each in rows
    ]


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def _estimate(estimate: Estimate) -> dict[str, object]:
    interval = estimate.interval
    return {"value": estimate.value, "low": interval.low, "high": interval.high, "level": interval.level}
