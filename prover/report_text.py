"""A report as plain text for a terminal: the sentence on the denominator first, then what makes it void, then the numbers.

Owns the layout of lines and tables. Never prints and never colours.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence, Set

from prover.report import PassAt, Report, Row
from prover.statistics import Cell, CurvePoint, Estimate, Interval

CURVE_LINES = 8
UNITS = {"seconds": "s", "steps": "steps", "expansions": "expansions"}


def report_text(report: Report, *, width: int = 100, rows: bool = True) -> str:
    """The whole report in lines of at most about `width` columns; without `rows`, no list of problems."""
    blocks = [
        _head(report, width),
        pass_lines(report),
        _outcome_lines(report),
        _category_lines(report),
        _curve_lines(report),
        _effort_lines(report),
    ]
    if rows:
        blocks.append(_problem_lines(report.rows, width))
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def percent(estimate: Estimate) -> str:
    """An estimate with its interval."""
    return f"{100 * estimate.value:.1f} %  [{span(estimate.interval)}]"


def span(interval: Interval) -> str:
    """The ends of an interval, in percent."""
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"


def p_value(value: float | None) -> str:
    """A p-value as it is quoted; "" where there is none."""
    return "" if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def spread(report: Report) -> str:
    """What the uncertainty of pass@1 comes from, as a sentence; "" where one attempt each cannot tell."""
    split = report.variance
    if split is None:
        return ""
    problems, attempts = 100 * split.between_problems, 100 * split.between_attempts
    return f"standard error of pass@1: {problems:.1f} points from the choice of problems, {attempts:.1f} from the attempts at each"


def headline(report: Report) -> str:
    """The score in one line, or why there is none."""
    if not report.passes:
        return f"no pass@1 yet: solved so far {report.solved}; {report.finished} of {report.planned} attempts ended"
    first = report.passes[0].estimate
    return f"pass@1 {100 * first.value:.1f} %  ({100 * first.interval.level:g} % interval {span(first.interval)})"


def settings(report: Report) -> list[tuple[str, str]]:
    """What the score holds for: names and values, in reading order."""
    versions = [f"{name} {value}" for name, value in report.facts.items()]
    return [
        ("statements", f"{report.dataset} {report.split}, {report.lineage}; sha256 {report.problems_sha256[:16]}"),
        ("budget", report.budget),
        ("policy", f"{report.policy}, temperature {report.temperature:g}, seed {report.seed}"),
        ("tier", f"{report.tier}, the lowest among the proofs counted" if report.tier else "no proof"),
        ("versions", ", ".join(versions) or "not recorded"),
        ("controls", controls(report)),
        *([("interval", f"of pass@1: {report.passes[0].estimate.interval.method}")] if report.passes else []),
    ]


def controls(report: Report) -> str:
    """What the control policies scored."""
    scores = (
        f"{control.policy} {control.scored} of {control.attempts}" + (f" ({control.not_run} not run)" if control.not_run else "")
        for control in report.controls
    )
    return ", ".join(scores) or "not run"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: Set[int] = frozenset((0,))) -> list[str]:
    """Lines of a table; the columns numbered in `left` are ranged left, the others right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        aligned = (
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(aligned).rstrip()

    return [line(header), *map(line, rows)]


def _head(report: Report, width: int) -> list[str]:
    lines = [report.scope]
    for alarm in report.alarms:
        lines += textwrap.wrap(f"!!! {alarm}", width, subsequent_indent="    ")
    lines += ["", report.name, headline(report)]
    lines.append(f"solved in at least one attempt: {report.solved} of {report.problems} problems")
    if report.refuted:
        lines += textwrap.wrap(
            f"refuted (not solved): {len(report.refuted)}: {', '.join(report.refuted)}", width, subsequent_indent="  "
        )
    lines.append("")
    for name, value in settings(report):
        lines += textwrap.wrap(value, width, initial_indent=f"{name:<11} ", subsequent_indent=" " * 12)
    for note in (*report.notes, *filter(None, [spread(report)])):
        lines += textwrap.wrap(note, width, initial_indent=f"{'note':<11} ", subsequent_indent=" " * 12)
    return lines


def pass_lines(report: Report) -> list[str]:
    """pass@k with intervals, and without suspect statements where there are some."""
    if not report.passes:
        return []
    header = ["pass@k", "", "interval"]
    suspects = any(each.without_suspects for each in report.passes)
    if suspects:
        header += [f"without {report.suspects} suspect", "interval"]

    def cells(each: PassAt) -> list[str]:
        estimates = [each.estimate, *([each.without_suspects] if each.without_suspects else [])]
        return [f"pass@{each.k}", *(cell for e in estimates for cell in (f"{100 * e.value:.1f} %", span(e.interval)))]

    return table(header, [cells(each) for each in report.passes])


def _outcome_lines(report: Report) -> list[str]:
    if not report.outcomes:
        return []
    lines = table(
        ["attempts that ended", "", "share"],
        [
            [outcome.replace("_", " "), str(number), f"{100 * number / report.finished:.1f} %"]
            for outcome, number in report.outcomes.items()
        ],
    )
    if report.not_run:
        causes = ", ".join(f"{cause} {number}" for cause, number in report.not_run.items())
        lines.append(f"not run, counted as failed: {causes}")
        if report.not_run_low is not None and report.not_run_high is not None:
            low, high = 100 * report.not_run_low, 100 * report.not_run_high
            lines.append(f"pass@1 is {low:.1f} % if all of those fail, {high:.1f} % if all of them succeed")
    return lines


def _category_lines(report: Report) -> list[str]:
    if not report.categories:
        return []

    def cells(cell: Cell) -> list[str]:
        estimate = [f"{100 * cell.estimate.value:.1f} %", span(cell.estimate.interval)] if cell.estimate else ["", ""]
        return [cell.name, str(cell.problems), str(cell.solved), *estimate, p_value(cell.adjusted)]

    header = ["category", "problems", "solved", "pass@1", "interval", "p (Holm)"]
    return table(header, [cells(cell) for cell in report.categories])


def _curve_lines(report: Report) -> list[str]:
    lines: list[str] = []
    for measure, points in report.curves.items():
        if not points or (measure == "expansions" and lines):
            continue
        rows = [[f"{point.budget:.4g}", f"{100 * point.solved:.1f} %", span(point.interval)] for point in _thinned(points)]
        block = table([f"{UNITS[measure]} at most", "pass@1", "interval"], rows)
        lines = _beside(lines, block) if lines else block
    return lines


def _thinned(points: Sequence[CurvePoint]) -> list[CurvePoint]:
    if len(points) <= CURVE_LINES:
        return list(points)
    return [points[round(index * (len(points) - 1) / (CURVE_LINES - 1))] for index in range(CURVE_LINES)]


def _beside(left: Sequence[str], right: Sequence[str]) -> list[str]:
    gap = max(map(len, left)) + 6
    height = max(len(left), len(right))
    pairs = zip([*left, *[""] * (height - len(left))], [*right, *[""] * (height - len(right))], strict=True)
    return [first.ljust(gap) + second for first, second in pairs]


def _effort_lines(report: Report) -> list[str]:
    spent = [each for each in report.effort if each.total]
    rows = [[each.name.replace("_", " "), f"{each.median:,.4g}", f"{each.total:,.1f}".removesuffix(".0")] for each in spent]
    return table(["effort", "median of an attempt", "total"], rows) if rows else []


def _problem_lines(rows: Sequence[Row], width: int) -> list[str]:
    if not rows:
        return []

    def cells(row: Row) -> list[str]:
        ends = ", ".join(f"{name.lower().replace('_', ' ')} {number}" for name, number in row.outcomes.items() if name != "PROVED")
        return [
            row.name + (" (suspect)" if row.suspect else ""),
            row.category,
            f"{row.solved}/{row.attempts}",
            "" if row.best_seconds is None else f"{row.best_seconds:.1f} s",
            "" if row.best_steps is None else str(row.best_steps),
            "" if row.lines is None else str(row.lines),
            row.cause or ends,
        ]

    header = ["problem", "category", "solved", "best", "steps", "lines", "outcomes"]
    return [line[:width] for line in table(header, list(map(cells, rows)), left={0, 1, 6})]
