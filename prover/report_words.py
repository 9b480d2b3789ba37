"""The sentences of a report: what the numbers are of, what makes them void, what a reader should know besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prover.attempt import Outcome
from prover.report_source import SOLVED_TIERS, Counted, Run
from prover.run_config import RunConfig
from prover.runs import LEFT_OUT_OF_CORE

ENGINE_FACTS = ("engine", "lean", "library")  # facts that begin with one of these say which Lean judged
ENOUGH_NAMES = 5  # in a sentence


def scope(run: Run) -> str:
    """What the denominator is; whoever reads a number has read this first."""
    config = run.config
    kept, whole = len(run.problems) + run.unread, len(run.problems) + run.left_out + run.unread
    of = config.dataset if config.split in ("", "all") else f"{config.dataset} {config.split}"
    if config.only == "core":
        return f"{kept} of {whole} problems of {of}: those that need no Mathlib"
    if config.only:
        return f"{kept} of {whole} problems of {of}: only {config.only}"
    if config.names:
        return f"{_problems(kept)} of {of}, chosen by name"
    return f"{_problems(kept)}: all of {of}"


def budget(config: RunConfig) -> str:
    """The budget of an attempt, with all that makes it comparable."""
    allowed = config.prove.budget
    limits = ((allowed.seconds, "s"), (allowed.steps, "steps"), (allowed.expansions, "expansions"))
    spent = " and ".join(f"{limit:g} {unit}" for limit, unit in limits if limit) or "without a limit"
    many = f"{config.attempts} attempts" if config.attempts > 1 else "1 attempt"
    return f"{many} per problem, each {spent} with one Lean worker"


def alarms(run: Run, counted: Sequence[Counted], k_max: int, scored: Mapping[str, int]) -> tuple[str, ...]:
    """What makes the numbers void or provisional, the worst first. `scored` is of the control policies."""
    found = [
        f"THE NUMBERS ARE VOID: the control policy {policy}, which proves nothing, scored {number}"
        for policy, number in scored.items()
        if number
    ]
    both = [each.problem.name for each in counted if each.has(Outcome.PROVED) and each.has(Outcome.REFUTED)]
    if both:
        found.append(f"THE NUMBERS ARE VOID: proved and refuted: {_names(both)}")
    found += _unfinished(run, counted, k_max)
    low = [
        record.key
        for each in counted
        for record in each.attempts
        if record.outcome is Outcome.PROVED and record.tier not in SOLVED_TIERS
    ]
    if low:
        found.append(f"proved, but not checked at tier T2, and so not counted as solved: {_names(low)}")
    moved = [
        record.key
        for each in counted
        for record in each.attempts
        if each.problem.statement_sha256 and record.statement_sha256 != each.problem.statement_sha256
    ]
    if moved:
        found.append(f"attempted with another statement than the run has: {_names(moved)}")
    for fact in sorted({key for start in run.starts for key in start.facts if key.startswith(ENGINE_FACTS)}):
        seen = list(dict.fromkeys(start.facts.get(fact, "unknown") for start in run.starts))
        if len(seen) > 1:
            found.append(f"made with more than one Lean: {fact} {', '.join(seen)}")
    return tuple(found)


def _unfinished(run: Run, counted: Sequence[Counted], k_max: int) -> list[str]:
    short = [each for each in counted if each.tally.attempts < run.config.attempts]
    if not short and not run.unread:
        return []
    planned = (len(counted) + run.unread) * run.config.attempts
    done = sum(each.tally.attempts for each in counted)
    missing = f"UNFINISHED RUN: {done} of {planned} attempts ended"
    if run.unread:
        missing += f", {_problems(run.unread)} not read yet"
    untried = sum(each.tally.attempts == 0 for each in counted) + run.unread
    if k_max == 0:
        return [f"{missing}; {_problems(untried)} without an attempt, so that no pass@k can be given"]
    return [f"{missing}; pass@k is given up to k = {k_max}, which every problem has"]


def notes(run: Run, counted: Sequence[Counted]) -> tuple[str, ...]:
    """What a reader should know besides."""
    config, found = run.config, list[str]()
    if run.left_out and config.only:
        causes = sorted(LEFT_OUT_OF_CORE) if config.only == "core" else [config.only]
        found.append(f"{_problems(run.left_out)} left out of every number ({', '.join(causes)})")
    if config.attempts > 1 and config.temperature == 0:
        found.append("temperature 0: the attempts at a problem differ in nothing but luck with the clock")
    if len({tuple(sorted(start.facts.items())) for start in run.starts}) > 1:
        keys = sorted({key for start in run.starts for key, value in start.facts.items() if value != run.facts.get(key)})
        found.append(f"started {len(run.starts)} times, not always under the same conditions: {', '.join(keys)}")
    suspects = sum(bool(each.problem.suspect) for each in counted)
    if suspects:
        found.append(f"{_problems(suspects)} with a statement that is known to be wrong (suspect)")
    if not run.controls:
        found.append("no control policy was run")
    return tuple(found)


def _problems(number: int) -> str:
    return "1 problem" if number == 1 else f"{number} problems"


def _names(names: Sequence[str]) -> str:
    rest = len(names) - ENOUGH_NAMES
    return ", ".join(names[:ENOUGH_NAMES]) + (f" and {rest} more" if rest > 0 else "")
