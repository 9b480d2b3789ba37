"""`entail bench` and `entail report`: a benchmark attempted in bulk, into a folder that a later start goes on with.

Owns how options become a `RunConfig` and a crew. The same options name the same run: typed again after an interrupt, they go on.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from lean_env.embedded.engine import LEAN_VERSION
from lean_env.errors import ToolchainMissing
from prover.bench_progress import BenchProgress
from prover.commands import engine_for, require_writable
from prover.comparison import Comparison, NotComparable, compare, comparison_text
from prover.config import ProveConfig
from prover.config_file import BadConfig
from prover.console import Console
from prover.crew import Crew
from prover.dispatch import Rules
from prover.interrupts import drained_first, run_stoppable
from prover.local_crew import LocalCrew
from prover.method_choice import WHOLE_PROOF
from prover.methods import opened_method
from prover.model_options import model_choice, policy_name, require_askable, search_config
from prover.policies import UnknownPolicy, make_policy
from prover.problems import BadData, ProblemSet, load_problems
from prover.problems.splits import split_name
from prover.records import BrokenRecords, StartRecord
from prover.report import load_run, report_json, summarise
from prover.report_page import report_page
from prover.report_text import report_text
from prover.run_config import RunConfig
from prover.run_folder import ANSWERS, RunFolder, RunRefused, open_run
from prover.runs import CONTROLS, Run
from prover.statistics.intervals import MIN_PROBLEMS
from prover.targets import BadInput
from prover.version import version
from search.budget import Budget

SEVERAL_DIFFER = 0.5  # the temperature where several attempts are asked for: without one they would all be the same
MEMORY_PER_WORKER_MIB = 1024
MOST_LOCAL_WORKERS = 8  # they share one Python process; for more there is Ray
MACHINERY_FACTOR, MACHINERY_S = 3.0, 300.0  # an attempt that takes so much longer than its budget is lost


# -- bench ------------------------------------------------------------------------------------------------------------------------


def bench(options: argparse.Namespace, console: Console) -> bool:
    """Make the run; whether it is complete. Raises BadInput, EnvError."""
    _require_scipy()
    with _understood():
        problems = _problems(options)
        config = _config(options, problems)
        require_askable(config.method)
        for warning in problems.warnings:
            console.note(f"note: {warning}")
        if config.attempts > 1 and config.temperature == 0 and not options.model:
            console.note("note: at temperature 0 all attempts at a problem are the same; pass@k says nothing more than pass@1")
        path = Path(options.runs) / (options.name or config.title)
        with open_run(path, config) as folder:
            complete = run_stoppable(_bench(options, config, problems, folder, console))
        done = summarise(load_run(path))
    console.result(report_text(done, rows=False))
    console.record(report_json(done))
    again = "" if complete else "the same command goes on with it; "
    console.note(f"{again}`entail report {path}` shows this again, with --html as a page")
    return complete


async def _bench(options: argparse.Namespace, config: RunConfig, problems: ProblemSet, folder: RunFolder, console: Console) -> bool:
    async with _crew(options, config, console) as (crew, where):
        run = Run(
            folder,
            problems,
            config,
            crew,
            clock=time.monotonic,
            controls=() if options.no_controls else CONTROLS,
            retry_not_run=options.retry_not_run,
            rules=_rules(config),
        )
        progress = BenchProgress(run, console, folder.path.name)
        with drained_first(lambda: _drain(run, progress)):
            async with progress.shown():
                await run.go(StartRecord(datetime.now(UTC).isoformat(timespec="seconds"), facts=_facts(crew) | where))
    return run.standing.complete


def _drain(run: Run, progress: BenchProgress) -> None:
    run.drain()
    progress.say("ending what was begun; Ctrl-C again stops at once")


@asynccontextmanager
async def _crew(options: argparse.Namespace, config: RunConfig, console: Console) -> AsyncGenerator[tuple[Crew, dict[str, str]]]:
    if options.ray:
        if importlib.util.find_spec("ray") is None:
            raise ToolchainMissing("Ray is not installed: pip install 'entail[cluster]'")
        from prover.ray_crew import ray_crew

        console.note(f"connecting to Ray ({options.ray})")
        async with ray_crew(config, options.ray, size=options.workers, share_policy=options.share_policy) as (crew, facts):
            yield crew, {"ray": facts.ray, "nodes": str(facts.nodes)}
        return
    engine = engine_for(console)
    async with opened_method(config.method, config.prove, say=console.note) as method:
        crew = LocalCrew(engine, config, options.workers or _local_workers(), method=method)
        try:
            yield crew, {"model": name} if (name := method.name) else {}
        finally:
            await crew.close()


def _local_workers() -> int:
    """As many as there are CPUs that this process may use, and memory for."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory_mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(1, min(cpus, memory_mib // MEMORY_PER_WORKER_MIB, MOST_LOCAL_WORKERS))


def _rules(config: RunConfig) -> Rules:
    seconds = config.prove.budget.seconds
    return Rules(deadline_s=MACHINERY_FACTOR * seconds + MACHINERY_S if seconds else 0.0)


def _facts(crew: Crew) -> dict[str, str]:
    return {
        "entail": version(),
        "lean": f"{LEAN_VERSION} (embedded, core library)",
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "workers": str(crew.size),
    }


def _problems(options: argparse.Namespace) -> ProblemSet:
    found = load_problems(Path(options.data), dataset=options.dataset, split=options.split)
    if not options.names:
        return found
    unknown = sorted(set(options.names) - {problem.name for problem in found.problems})
    if unknown:
        raise BadInput(f"{options.data} has no problem {', '.join(unknown)}")
    kept = tuple(problem for problem in found.problems if problem.name in options.names)
    return ProblemSet(found.dataset, found.lineage, kept, found.warnings)


def _config(options: argparse.Namespace, problems: ProblemSet) -> RunConfig:
    policy = policy_name(options, options.policy)
    if not options.model:
        make_policy(policy)  # raises UnknownPolicy now and not on a worker
    no_other_limit = not (options.steps or options.expansions)
    seconds = options.seconds if options.seconds is not None else 60.0 if no_other_limit else 0.0
    if not seconds and no_other_limit:
        raise BadInput("an attempt without any limit may never end; give --seconds, --steps or --expansions")
    if options.share_policy and not options.ray:
        raise BadInput("--share-policy is for --ray: the workers of one machine share a policy anyway")
    if options.ray and options.critic:
        raise BadInput("a critic runs beside the searches, and on a cluster they are elsewhere: leave --critic or --ray out")
    if options.ray and policy == WHOLE_PROOF and not options.server:
        raise BadInput("on a cluster, whole proofs come from a server of models: give --server, or leave --ray out")
    several = SEVERAL_DIFFER if options.attempts > 1 and not options.model else 0.0
    return RunConfig(
        dataset=problems.dataset,
        lineage=problems.lineage,
        split=split_name(options.split) or "all",
        problems=len(problems.problems),
        problems_sha256=problems.digest,
        only=options.only,
        names=tuple(sorted(set(options.names))),
        attempts=options.attempts,
        policy=policy,
        temperature=0.0 if options.model else several if options.temperature is None else options.temperature,
        model=model_choice(options, options.temperature if options.model else None),
        seed=options.seed,
        tree_nodes=options.trees,
        prove=ProveConfig(
            Budget(seconds=seconds, steps=options.steps, expansions=options.expansions),
            search_config(options),
            workers=1,
            floor_mass=options.floor_mass,
            lookahead=options.lookahead,
            heartbeats=options.heartbeats,
            negation_share=0 if options.no_negation else 4,
        ),
    )


# -- report -----------------------------------------------------------------------------------------------------------------------


def report(options: argparse.Namespace, console: Console) -> None:
    """Print what a run came to. Raises BadInput."""
    if (Path(options.run) / ANSWERS).is_file():
        report_solved(options, console)
        return
    _require_scipy()
    require_writable(options.html)
    with _understood():
        run = load_run(Path(options.run))
        done = summarise(run)
        comparison = compare(load_run(Path(options.compare)), run, force=options.force) if options.compare else None
    if comparison is None:
        console.result(report_text(done, rows=not options.no_problems))
        console.record(report_json(done))
    else:
        console.result(comparison_text(comparison))
        console.record(_comparison_json(comparison))
    if options.html:
        Path(options.html).write_text(report_page(run, done, comparison), encoding="utf-8")
        console.note(f"the page is {options.html}")


def report_solved(options: argparse.Namespace, console: Console) -> None:
    """The same for a run of `entail solve`. Raises BadInput."""
    from prover.solve.report import load_solved, solve_report_json, solve_report_text, summarise_solved

    if options.html or options.compare:
        raise BadInput(f"{options.run} is a run of `entail solve`: --html and --compare are for runs of `entail bench`")
    with _understood():
        run = load_solved(Path(options.run))
    if run.config.problems >= MIN_PROBLEMS:
        _require_scipy()
    done = summarise_solved(run, Path(options.run).name)
    console.result(solve_report_text(done, rows=not options.no_problems))
    console.record(solve_report_json(done))


def _comparison_json(comparison: Comparison) -> dict[str, object]:
    facts = {
        name: getattr(comparison, name) for name in ("differences", "varied", "shared", "difference", "test", "gained", "lost")
    }
    return {"before": report_json(comparison.before), "after": report_json(comparison.after), **msgspec.to_builtins(facts)}


def _require_scipy() -> None:
    """Before the work, not after it."""
    if importlib.util.find_spec("scipy") is None:
        raise ToolchainMissing("the statistics need scipy: pip install 'entail[eval]'")


@contextmanager
def _understood() -> Generator[None]:
    """What is wrong with data, folders and options ends as bad input."""
    try:
        yield
    except (BadData, BadConfig, BrokenRecords, RunRefused, UnknownPolicy, NotComparable) as bad:
        raise BadInput(str(bad)) from bad
    except ValueError as out_of_range:
        raise BadInput(str(out_of_range)) from out_of_range
    except FileNotFoundError as missing:
        raise BadInput(f"{missing.filename} is not there") from missing
