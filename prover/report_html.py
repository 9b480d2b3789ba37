"""The parts of the report's page that need no script: headline, tables with bars, comparison.

Promises that every text stands as text, whatever it holds. Never reads a file, and knows nothing of the page's own data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from prover.comparison import Comparison, side_by_side, verdict
from prover.report import Report
from prover.report_text import p_value, settings, span, spread
from prover.statistics import Estimate
from prover.tree_page import title_text as text


def head(report: Report) -> str:
    """Scope, alarms, score and what the score holds for."""
    alarms = "".join(f'<p class="alarm">{text(alarm)}</p>' for alarm in report.alarms)
    facts = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in settings(report))
    notes = "".join(f"<li>{text(note)}</li>" for note in report.notes)
    return f"""
<p class="scope">{text(report.scope)}</p>
<h1><span>{text(report.name)}</span></h1>
{alarms}
<div class="scores">{"".join(_score(*score) for score in _scores(report))}</div>
<dl class="settings">{facts}</dl>
<ul class="notes">{notes}</ul>"""


def passes(report: Report) -> str:
    """pass@k, and without suspect statements where there are some."""
    if not report.passes:
        return '<p class="dim">No pass@k yet: some problems have no attempt that ended.</p>'
    rows = [[f"pass@{each.k}", *_shown(each.estimate)] for each in report.passes]
    header = ["", "", "all", "interval"]
    if any(each.without_suspects for each in report.passes):
        header += ["no suspects", "interval"]
        for row, each in zip(rows, report.passes, strict=True):
            row.extend(_shown(each.without_suspects)[1:] if each.without_suspects else ["", ""])
    return table(header, rows) + (f'<p class="dim">{text(spread(report))}</p>' if report.variance else "")


def categories(report: Report) -> str:
    """Categories with their intervals, and whether one stands out."""
    rows = [
        [
            text(cell.name),
            str(cell.problems),
            str(cell.solved),
            *(_shown(cell.estimate) if cell.estimate else ["", "", ""]),
            text(p_value(cell.adjusted)),
        ]
        for cell in report.categories
    ]
    header = ["category", "problems", "solved", "", "pass@1", "interval", "p (Holm)"]
    return table(header, rows) if rows else '<p class="dim">No numbers yet.</p>'


def outcomes(report: Report) -> str:
    """Attempts by outcome, and what those that were not run may be worth."""
    rows = [
        [
            f'<span class="{outcome.lower()}">{text(outcome.replace("_", " ").lower())}</span>',
            str(number),
            _bar(number / report.finished, None),
            f"{100 * number / report.finished:.1f} %",
        ]
        for outcome, number in report.outcomes.items()
    ]
    parts = [table(["attempts", "", "", "share"], rows)]
    if report.not_run:
        causes = ", ".join(f"{cause} {number}" for cause, number in report.not_run.items())
        parts.append(f'<p class="dim">Not run, counted as failed: {text(causes)}.')
        if report.not_run_low is not None and report.not_run_high is not None:
            low, high = 100 * report.not_run_low, 100 * report.not_run_high
            parts.append(f" pass@1 is {low:.1f} % if all of those fail, {high:.1f} % if all of them succeed.")
        parts.append("</p>")
    return "".join(parts)


def effort(report: Report) -> str:
    """What was spent."""
    rows = [
        [text(spent.name.replace("_", " ")), f"{spent.median:,.4g}", f"{spent.total:,.1f}".removesuffix(".0")]
        for spent in report.effort
        if spent.total
    ]
    return table(["effort", "median of an attempt", "total"], rows)


def left_out_trees(number: int, max_bytes: int) -> str:
    """That searches had no room in the page, if so."""
    if not number:
        return ""
    searches = "1 search that was kept has" if number == 1 else f"{number} searches that were kept have"
    return f'<p class="dim">{searches} no room in this page ({max_bytes / 1e6:g} MB for all); the run\'s trees.jsonl has them.</p>'


def compared(comparison: Comparison) -> str:
    """The difference, how sure it is, the names, and both runs side by side."""
    warnings = "".join(f'<p class="alarm">Not the same conditions: {text(each)}</p>' for each in comparison.differences)
    warnings += "".join(
        f'<p class="alarm">{text(report.name)}: {text(alarm)}</p>'
        for report in (comparison.before, comparison.after)
        for alarm in report.alarms
    )
    sentences = "".join(f"<p>{text(sentence)}</p>" for sentence in verdict(comparison))
    before, after = text(comparison.before.name), text(comparison.after.name)
    varied = f'<p class="dim">What differs: {text(", ".join(comparison.varied))}</p>' if comparison.varied else ""
    rows = [[text(cell) for cell in row] for row in side_by_side(comparison)]
    return f"""
<section id="comparison" aria-label="Comparison">
<h2>{before} → {after}</h2>
{warnings}<div class="verdict">{sentences}<p class="dim">over {comparison.shared} problems that both runs attempted</p></div>
<div class="columns">
<div><h3>Gained ({len(comparison.gained)})</h3>{_names(comparison.gained)}</div>
<div><h3>Lost ({len(comparison.lost)})</h3>{_names(comparison.lost)}</div>
</div>
{varied}
<details><summary>Side by side</summary>{table(["", before, after], rows)}</details>
</section>"""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; the header is plain."""
    head_cells = "".join(f"<th>{text(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table class="numbers"><thead><tr>{head_cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _scores(report: Report) -> list[tuple[str, str, str]]:
    solved = f"{report.solved} of {report.problems}"
    found = [("solved at least once", solved, f"in {report.attempts} attempts each" if report.attempts > 1 else "in one attempt")]
    if report.refuted:
        found.append(("refuted", str(len(report.refuted)), "the negation was proved; not solved"))
    if not report.passes:
        return [("pass@1", "none yet", f"{report.finished} of {report.planned} attempts ended"), *found]
    first, last = report.passes[0], report.passes[-1]
    for each in {last.k: last, first.k: first}.values():
        interval = each.estimate.interval
        below = f"{span(interval)} ({100 * interval.level:g} % interval)"
        found.insert(0, (f"pass@{each.k}", f"{100 * each.estimate.value:.1f} %", below))
    return found


def _score(name: str, value: str, below: str) -> str:
    return f"<div><h2>{text(name)}</h2><p>{text(value)}</p><small>{text(below)}</small></div>"


def _shown(estimate: Estimate) -> list[str]:
    """A bar, the number, its interval."""
    low, high = estimate.interval.low, estimate.interval.high
    return [_bar(estimate.value, (low, high)), f"{100 * estimate.value:.1f} %", span(estimate.interval)]


def _bar(value: float, ends: tuple[float, float] | None) -> str:
    whisker = f'<b style="left:{100 * ends[0]:.2f}%;width:{100 * (ends[1] - ends[0]):.2f}%"></b>' if ends else ""
    return f'<div class="bar" aria-hidden="true"><i style="width:{100 * value:.2f}%"></i>{whisker}</div>'


def _names(names: Sequence[str]) -> str:
    if not names:
        return '<p class="dim">none</p>'
    entries = "".join(
        f'<li><a href="#open={quote(name.encode("utf-8", "replace"), safe="")}">{text(name)}</a></li>' for name in names
    )
    return f'<ul class="name-list">{entries}</ul>'
