"""Two runs, problem by problem: what changed, how sure that is, and which problems were gained and lost.

Owns what may be compared: the same statements, budget, engine and number of attempts, both runs finished; anything else is
refused, or listed before the numbers if the reader insists. Never prints.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prover.problems.names import canonical_name
from prover.report import Report, Row, Run, summarise
from prover.report_text import percent, table
from prover.report_words import ENGINE_FACTS
from prover.run_config import RunConfig
from prover.statistics import Estimate, McNemar, mcnemar, paired_difference


class NotComparable(Exception):
    """The runs were not asked the same under the same conditions; `differences` are sentences."""

    def __init__(self, differences: tuple[str, ...]) -> None:
        super().__init__("; ".join(differences))
        self.differences = differences


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the problems that both attempted.

    differences  what makes it unsound, of which the reader was warned; () for runs that are comparable
    varied       options that differ, which is what is compared: "seed 0 -> 1"
    shared       problems attempted in both runs; the others are in no number here
    difference   of pass@1, after minus before, problems paired
    test         exact McNemar on "solved in at least one attempt"
    gained, lost names, as the run after calls them
    """

    before: Report
    after: Report
    differences: tuple[str, ...]
    varied: tuple[str, ...]
    shared: int
    difference: Estimate
    test: McNemar
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def compare(before: Run, after: Run, *, force: bool = False) -> Comparison:
    """Compare two runs. Raises NotComparable unless the conditions were the same or `force`; if no problem is in both, always."""
    differences = tuple(_differences(before, after))
    if differences and not force:
        raise NotComparable(differences)
    old, new = summarise(before), summarise(after)
    same = old.lineage == new.lineage and old.dataset == new.dataset
    rows, others = _attempted(old, aliases=not same), _attempted(new, aliases=not same)
    shared = [name for name in others if name in rows]
    alone = len(rows) + len(others) - 2 * len(shared)
    if alone:
        differences = (*differences, f"{alone} problems were attempted in one of the runs only, and are left out here")
    if not shared or (alone and not force):
        raise NotComparable(differences or ("no problem was attempted in both runs",))
    solved = {name: rows[name].solved > 0 for name in shared}
    solves = {name: others[name].solved > 0 for name in shared}
    return Comparison(
        before=old,
        after=new,
        differences=differences,
        varied=tuple(_varied(before.config, after.config)),
        shared=len(shared),
        difference=paired_difference([_share(rows[name]) for name in shared], [_share(others[name]) for name in shared]),
        test=mcnemar(solved, solves),
        gained=tuple(others[name].name for name in shared if solves[name] and not solved[name]),
        lost=tuple(others[name].name for name in shared if solved[name] and not solves[name]),
    )


def comparison_text(comparison: Comparison, *, width: int = 100) -> str:
    """The comparison in lines: what makes it unsound first, then the difference, the names, and both runs side by side."""
    return "\n".join(line.rstrip() for line in _lines(comparison, width)) + "\n"


def verdict(comparison: Comparison) -> tuple[str, str]:
    """The difference of pass@1 with its interval, and McNemar's test, each as a sentence."""
    change, test = comparison.difference, comparison.test
    low, high = 100 * change.interval.low, 100 * change.interval.high
    level = f"{100 * change.interval.level:g} % interval"
    return (
        f"pass@1 changed by {100 * change.value:+.1f} points ({level} {low:+.1f} to {high:+.1f}, {change.interval.method})",
        f"solved in at least one attempt: {test.gained} gained, {test.lost} lost, exact McNemar p = {test.p_value:.3g}",
    )


def side_by_side(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Name, before and after of everything the two reports both have: pass@k, outcomes, categories, effort."""
    before, after = comparison.before, comparison.after
    return [
        *_paired("", _passes(before), _passes(after)),
        ("problems solved", f"{before.solved} of {before.problems}", f"{after.solved} of {after.problems}"),
        *_paired("attempts ", _words(before.outcomes), _words(after.outcomes)),
        *_paired("", _cells(before), _cells(after)),
        *_paired("median ", _medians(before), _medians(after)),
    ]


def _lines(comparison: Comparison, width: int) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    for difference in comparison.differences:
        yield from textwrap.wrap(f"!!! NOT THE SAME CONDITIONS: {difference}", width, subsequent_indent="    ")
    yield f"{before.name} -> {after.name}"
    for report in (before, after):
        yield from textwrap.wrap(f"{report.name}: {report.scope}", width, subsequent_indent="  ")
        for alarm in report.alarms:
            yield from textwrap.wrap(f"!!! {report.name}: {alarm}", width, subsequent_indent="    ")
    yield ""
    yield from verdict(comparison)
    yield f"over {comparison.shared} problems that both runs attempted"
    for word, names in (("gained", comparison.gained), ("lost", comparison.lost)):
        listed = f"{word} ({len(names)}): {', '.join(names) or 'none'}"
        yield from textwrap.wrap(listed, width, subsequent_indent="  ", break_on_hyphens=False)
    yield ""
    if comparison.varied:
        yield from textwrap.wrap(f"what differs: {', '.join(comparison.varied)}", width, subsequent_indent="  ")
        yield ""
    yield from table(["", before.name, after.name], side_by_side(comparison), left={0})


def _differences(before: Run, after: Run) -> Iterator[str]:
    old, new = before.config, after.config
    if old.problems_sha256 != new.problems_sha256:
        yield f"the statement sets differ: {_set(old)} before, {_set(new)} after"
    if (old.only, old.names) != (new.only, new.names):
        yield f"other problems were chosen: {_choice(old)} before, {_choice(new)} after"
    if old.prove.budget != new.prove.budget:
        yield f"the budgets differ: {old.prove.budget} before, {new.prove.budget} after"
    if old.attempts != new.attempts:
        yield f"the attempts per problem differ: {old.attempts} before, {new.attempts} after"
    for fact in sorted({*before.facts, *after.facts}):
        was, now = before.facts.get(fact, "unknown"), after.facts.get(fact, "unknown")
        if fact.startswith(ENGINE_FACTS) and was != now:
            yield f"{fact} differs: {was} before, {now} after"
    for word, run in (("before", before), ("after", after)):
        ended = {name: len(attempts) for name, attempts in run.attempts.items()}
        if run.unread or any(ended.get(p.name, 0) < run.config.attempts and not p.cause for p in run.problems):
            yield f"the run {word} is unfinished"


def _set(config: RunConfig) -> str:
    return f"{config.dataset} {config.split} {config.lineage} ({config.problems_sha256[:12]})".replace("  ", " ")


def _choice(config: RunConfig) -> str:
    return f"{len(config.names)} by name" if config.names else config.only or "all"


def _varied(before: RunConfig, after: RunConfig) -> Iterator[str]:
    return (option for option in before.differences(after) if not option.startswith(("names ", "problems_sha256 ")))


def _attempted(report: Report, *, aliases: bool) -> dict[str, Row]:
    """Problems with an attempt, by the name that both runs call them by: other copies spell names otherwise."""
    return {canonical_name(row.name, report.dataset) if aliases else row.name: row for row in report.rows if row.attempts}


def _share(row: Row) -> float:
    return row.solved / row.attempts


def _words(outcomes: Mapping[str, int]) -> dict[str, str]:
    return {outcome.lower().replace("_", " "): str(number) for outcome, number in outcomes.items()}


def _cells(report: Report) -> dict[str, str]:
    return {c.name: f"{c.solved} of {c.problems}, {percent(c.estimate)}" for c in report.categories if c.estimate}


def _passes(report: Report) -> dict[str, str]:
    return {f"pass@{each.k}": percent(each.estimate) for each in report.passes}


def _medians(report: Report) -> dict[str, str]:
    return {spent.name.replace("_", " "): f"{spent.median:.4g}" for spent in report.effort if spent.total}


def _paired(prefix: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in {**before, **after}:
        yield prefix + name, before.get(name, ""), after.get(name, "")
