"""What each command does. Options come parsed, output goes to the console, failures are raised; exit codes are cli.py's."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lean_env.checker import ChallengeBroken
from lean_env.doctor import Finding, examine
from lean_env.embedded.code_cache import train_code_cache
from lean_env.embedded.engine import Engine, installed_engine
from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import RUN_LIMIT_S
from lean_env.errors import EnvError, SetupFailed, ToolchainMissing, WorkerLost
from lean_env.messages import NotElaborated
from lean_env.reading import Reading, read_text, without_broken, without_imports
from lean_env.statement import Statement
from prover.attempt import Attempt, Effort, Outcome
from prover.challenges import own_challenges
from prover.config import ProveConfig
from prover.console import Console
from prover.filling import Filling, filled
from prover.interrupts import run_stoppable
from prover.lane import Side, StatementRefused
from prover.lemmas import LemmaLibrary
from prover.method_choice import MethodChoice
from prover.methods import Method, opened_method
from prover.model_options import model_choice, policy_name, require_askable, search_config
from prover.search_page import search_page
from prover.targets import BadInput, Target, read_target, refused, theorems_of, to_check, to_prove
from prover.workshop import Workshop, workshop
from search.budget import Budget

READ_ATTEMPTS = 2  # a worker may be lost while it reads, and that says nothing about the text


# -- prove ------------------------------------------------------------------------------------------------------------------------


def prove(options: argparse.Namespace, console: Console) -> bool:
    """Attempt the theorems of the target, one after the other; whether all were proved."""
    target = read_target(options.target, max_source_kib=options.max_source_kib)
    require_writable(options.tree, options.output)
    try:
        config, choice = _prove_config(options), _method_choice(options)
    except ValueError as out_of_range:
        raise BadInput(str(out_of_range)) from out_of_range
    engine = engine_for(console)
    return run_stoppable(_prove(target, config, choice, options, engine, console))


def _prove_config(options: argparse.Namespace) -> ProveConfig:
    """Raises ValueError."""
    return ProveConfig(
        budget=Budget(seconds=options.seconds, steps=options.steps, expansions=options.expansions),
        search=search_config(options),
        workers=options.workers,
        heartbeats=options.heartbeats,
        floor_mass=options.floor_mass,
        lookahead=options.lookahead,
        negation_share=0 if options.no_negation else 4,
        seed=options.seed,
    )


def _method_choice(options: argparse.Namespace) -> MethodChoice:
    """Raises ValueError."""
    policy, temperature = policy_name(options, "symbolic"), options.temperature
    model = model_choice(options, temperature if options.model else None)
    choice = MethodChoice(policy, 0.0 if options.model else temperature or 0.0, model)
    require_askable(choice)
    return choice


async def _prove(
    target: Target, config: ProveConfig, choice: MethodChoice, options: argparse.Namespace, engine: Engine, console: Console
) -> bool:
    attempts: list[Attempt] = []
    async with workshop(engine, config.workers) as shop, opened_method(choice, config, say=console.note) as method:
        reading = await _read(shop, target)
        listings = to_prove(reading, target)
        if len(listings) > 1 and options.tree:
            raise BadInput(f"--tree shows one search, and {target.place} has {len(listings)} theorems to prove; name one")
        if reading.left_out:
            console.note(f"not in Lean's core library and left out: {', '.join(reading.left_out)}")
        for listing in listings:
            attempt, sides = await _attempt(listing.statement, target, shop, method, config, console)
            attempts.append(attempt)
            console.attempt(attempt, explain=options.explain, seed=options.seed)
            if options.tree and sides:
                Path(options.tree).write_text(search_page(attempt, sides), encoding="utf-8")
                console.note(f"the search tree is in {options.tree}")
        if options.output:
            pairs = zip(listings, attempts, strict=True)
            fillings = [Filling(each, attempt.script) for each, attempt in pairs if attempt.outcome is Outcome.PROVED]
            await _write_filled(shop, Path(options.output), reading, fillings, console)
    not_run = sum(attempt.outcome is Outcome.NOT_RUN for attempt in attempts)
    if not_run:
        raise EnvError(f"{not_run} of {len(attempts)} theorems could not be attempted, which says nothing about them")
    return all(attempt.outcome is Outcome.PROVED for attempt in attempts)


async def _attempt(
    statement: Statement, target: Target, shop: Workshop, method: Method, config: ProveConfig, console: Console
) -> tuple[Attempt, tuple[Side, ...]]:
    """One attempt with progress, and its searches."""
    seen: list[tuple[Side, ...]] = []
    with console.watching(statement.name) as watch:
        try:
            attempt = await method.attempt(
                statement,
                pool=shop.pool,
                checker=shop.checker,
                config=config,
                clock=time.monotonic,
                watch=watch,
                observe=seen.append,
            )
        except StatementRefused as refusal:
            raise _refusal(refusal, statement, target) from refusal
        except (ToolchainMissing, SetupFailed):
            raise
        except EnvError as broken:
            attempt = Attempt(statement, Outcome.NOT_RUN, Effort(), reason=str(broken))
    return attempt, seen[0] if seen else ()


def _refusal(refusal: StatementRefused, statement: Statement, target: Target) -> BadInput:
    messages, source = refusal.refusal.messages, refusal.source
    if source != statement.context:
        return refused(messages, source, f"{target.place} ({statement.name})")
    # The text as a whole was accepted, so it is the theorems with holes that are missing here.
    text = f"{target.place}: what stands before {statement.name} needs a theorem that has no proof yet; prove that one first"
    return BadInput(text, messages=messages, source=source, place=target.place)


async def _write_filled(shop: Workshop, path: Path, reading: Reading, fillings: Sequence[Filling], console: Console) -> None:
    """The user's text with the holes filled, if there is anything to fill in."""
    if not fillings:
        console.note(f"no proof was found, so {path} was not written")
        return
    text = filled(reading, fillings, LemmaLibrary.load())
    path.write_text(text, encoding="utf-8")
    console.note(f"the text with {len(fillings)} of its holes filled is in {path}")
    again = await _read_text(shop, Target(text, str(path)))
    names = {each.listing.statement.name for each in fillings}
    if isinstance(again, NotElaborated) or any(each.has_hole for each in again.listings if each.statement.name in names):
        console.note(
            "note: each proof was checked by itself, but the text as a whole does not elaborate: one changes what another sees"
        )


# -- check ------------------------------------------------------------------------------------------------------------------------


def check(options: argparse.Namespace, console: Console) -> bool:
    """Check the proofs of a file; whether all were accepted."""
    candidate = read_target(options.file, max_source_kib=options.max_source_kib)
    stated = read_target(options.statement, max_source_kib=options.max_source_kib) if options.statement else None
    require_writable(options.export)
    return run_stoppable(_check(candidate, stated, options.export, engine_for(console), console))


async def _check(candidate: Target, stated: Target | None, export: str | None, engine: Engine, console: Console) -> bool:
    async with workshop(engine, 1) as shop:
        reading = await _read_text(shop, candidate)
        if stated is None:
            readable = theorems_of(reading, candidate)
            challenges = own_challenges(readable, to_check(readable, candidate))
        else:
            challenges = _stated(await _read(shop, stated), stated, candidate)
        if export and len(challenges) != 1:
            raise BadInput(f"--export writes one proof, and there are {len(challenges)} theorems; name one as FILE.lean:NAME")
        sources = await _sources(shop, reading, candidate, {challenge.name for challenge in challenges}, console)
        accepted = 0
        for challenge in challenges:
            try:
                verdict = await shop.checker.check(challenge, sources(challenge))
            except ChallengeBroken as broken:
                raise _broken_challenge(broken, challenge, candidate, stated) from broken
            accepted += verdict.accepted
            console.verdict(verdict)
            if export and verdict.accepted:
                Path(export).write_text(verdict.export, encoding="utf-8")
                console.note(f"the accepted declarations are in {export}")
    return accepted == len(challenges)


def _stated(reading: Reading, stated: Target, candidate: Target) -> list[Statement]:
    """The theorems of the text that states them; one, if the candidate's name says which."""
    challenges = [listing.statement for listing in to_prove(reading, stated)]
    if not candidate.name:
        return challenges
    chosen = [
        challenge for challenge in challenges if candidate.name == challenge.name or candidate.name.endswith(f".{challenge.name}")
    ]
    if not chosen:
        raise BadInput(f"{stated.place} states no theorem {candidate.name}")
    return chosen


async def _sources(
    shop: Workshop, reading: Reading | NotElaborated, candidate: Target, names: set[str], console: Console
) -> Callable[[Statement], str]:
    """The text that is to prove a challenge. An error in one theorem must not count against the others.

    Shows the errors in the theorems of these names on the way.
    """
    if isinstance(reading, NotElaborated):
        console.messages(reading.messages, candidate.source, candidate.place)
        return lambda _: without_imports(candidate.source)[0]
    if not reading.broken:
        return lambda _: reading.source
    for listing in reading.listings:
        if listing.statement.name in names:
            console.messages(listing.errors, candidate.source, candidate.place)
    async with shop.pool.lease() as session:
        sound, gone = await without_broken(session, reading)
    unusable = {listing.statement.name for listing in gone}
    return lambda challenge: reading.source if challenge.name in unusable else sound


def _broken_challenge(broken: ChallengeBroken, challenge: Statement, candidate: Target, stated: Target | None) -> BadInput:
    if stated is not None:
        return refused(broken.messages, "", f"{stated.place} ({challenge.name})")
    said = "; ".join(message.data.splitlines()[0] for message in broken.messages)
    return BadInput(
        f"{candidate.place}: the statement of {challenge.name} needs what the clean worker does not take from the file that is"
        f" checked: its theorems, and code that would run ({said}); state it in a file of its own and name that with --statement"
    )


# -- models, setup, doctor ---------------------------------------------------------------------------------------------------------


def models(console: Console) -> None:
    """List the dialects."""
    from prover.models.dialect import dialect_table

    for row in dialect_table():
        needs = f", shows {', '.join(row.needs)}" if row.needs else ""
        console.result(f"{row.id:<28} {row.task:<12} {row.endpoint:<5} {row.title}{needs}")
        for model in row.models:
            console.result(f"{'':28} {model}")
        console.record(
            {
                "id": row.id,
                "task": row.task,
                "endpoint": row.endpoint,
                "title": row.title,
                "models": list(row.models),
                "needs": list(row.needs),
            }
        )


def setup(console: Console) -> None:
    """Set the engine up and say where it is."""
    engine = engine_for(console)
    if engine.code_cache is None:  # whoever set it up was interrupted
        console.note("training the code cache (a quarter of a minute)")
        train_code_cache(engine)
    for warning in engine.warnings:
        console.note(f"note: {warning}")
    console.record({"engine": str(engine.folder), "version": engine.version, "code_cache": engine.code_cache is not None})
    console.result(f"the Lean engine is ready: {engine.folder}")


def doctor(console: Console) -> bool:
    """Report every part; whether `entail prove` can run."""
    findings = [*examine(Path.cwd(), thorough=True), run_stoppable(_sandbox())]
    for finding in findings:
        wanted = "" if finding.status == "ok" else f" (for {finding.needed_for})"
        console.result(f"{finding.status:<8} {finding.name:<10} {finding.detail}{wanted}")
        console.record({"name": finding.name, "status": finding.status, "detail": finding.detail, "needed_for": finding.needed_for})
    return all(finding.status != "missing" for finding in findings)


async def _sandbox() -> Finding:
    """How the code that models write would be confined, found by doing it."""
    from prover.sandbox.isolation import NoIsolation
    from prover.sandbox.kernel import find_isolation

    try:
        isolation = await find_isolation()
    except NoIsolation as none:
        return Finding("sandbox", "absent", str(none), "running code that models write (`entail solve`)")
    return Finding("sandbox", "ok", isolation.describe(), "")


# -- shared -----------------------------------------------------------------------------------------------------------------------


def engine_for(console: Console) -> Engine:
    """The engine, set up if need be; not in the event loop, where Ctrl-C would have to wait for it."""
    engine = installed_engine()
    if engine is not None:
        return engine
    with console.setting_up() as progress:
        return ensure_engine(progress=progress)


async def _read(shop: Workshop, target: Target) -> Reading:
    """The text of a target, read. Raises BadInput."""
    return theorems_of(await _read_text(shop, target), target)


async def _read_text(shop: Workshop, target: Target) -> Reading | NotElaborated:
    """Raises BadInput if Lean does not come to an end with the text, EnvError if it costs one worker after another."""
    loss: WorkerLost | None = None
    for _ in range(READ_ATTEMPTS):
        begun = time.monotonic()
        try:
            async with shop.pool.lease() as session:
                return await read_text(session, target.source)
        except WorkerLost as lost:
            loss = lost
            if time.monotonic() - begun >= RUN_LIMIT_S:
                limit = f"{RUN_LIMIT_S:g} seconds"
                raise BadInput(f"Lean does not get through {target.place} in {limit}: something in it takes too long") from lost
    raise EnvError(f"{READ_ATTEMPTS} workers were lost while they read {target.place}", detail=str(loss)) from loss


def require_writable(*paths: str | None) -> None:
    """Before the work, not after it."""
    for path in paths:
        if not path:
            continue
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            raise BadInput(f"cannot write {path}: there is no folder {folder}")
        if Path(path).is_dir():
            raise BadInput(f"cannot write {path}: it is a folder")
        if not os.access(path if Path(path).exists() else folder, os.W_OK):
            raise BadInput(f"cannot write {path}: permission denied")
