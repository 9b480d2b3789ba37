"""What each command does. Options come parsed, output goes to the console, failures are raised; exit codes are cli.py's."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from lean_env.checker import ChallengeBroken
from lean_env.doctor import examine
from lean_env.embedded.code_cache import train_code_cache, train_in_background
from lean_env.embedded.engine import Engine, installed_engine
from lean_env.embedded.install import ensure_engine
from lean_env.statement import Statement, without_imports
from prover.attempt import Attempt, Outcome
from prover.challenges import own_challenges
from prover.config import ProveConfig
from prover.console import Console
from prover.lane import Side, StatementRefused
from prover.proving import prove_statement
from prover.search_page import search_page
from prover.symbolic import SymbolicPolicy
from prover.targets import BadInput, Target, find_statements, read_target, refused
from prover.workshop import Workshop, workshop
from search.budget import Budget
from search.config import SearchConfig


async def prove(options: argparse.Namespace, console: Console) -> bool:
    """Attempt the theorems of the target, one after the other; whether all were proved."""
    target = read_target(options.target, max_source_kib=options.max_source_kib)
    _require_writable(options.tree, options.output)
    config = ProveConfig(
        budget=Budget(seconds=options.seconds, steps=options.steps, expansions=options.expansions),
        search=SearchConfig(width=options.width),
        workers=options.workers,
        heartbeats=options.heartbeats,
        negation_share=0 if options.no_negation else 4,
        seed=options.seed,
    )
    engine = _engine(console)
    attempts: list[Attempt] = []
    async with workshop(engine, options.workers) as shop:
        async with shop.pool.lease() as session:
            statements = await find_statements(session, target)
        if len(statements) > 1 and options.tree:
            raise BadInput(f"--tree shows one search, {target.place} has {len(statements)} theorems to prove; name one")
        for statement in statements:
            attempt, sides = await _attempt(statement, target, shop, config, console)
            attempts.append(attempt)
            console.attempt(attempt, explain=options.explain, seed=options.seed)
            if options.tree:
                _write_tree(Path(options.tree), attempt, sides, console)
    proofs = [attempt.proof for attempt in attempts if attempt.outcome is Outcome.PROVED]
    if options.output and proofs:
        Path(options.output).write_text("\n".join(proofs), encoding="utf-8")
    if engine.code_cache is None:
        train_in_background(engine)
    return len(proofs) == len(attempts)


async def _attempt(
    statement: Statement, target: Target, shop: Workshop, config: ProveConfig, console: Console
) -> tuple[Attempt, tuple[Side, ...]]:
    """One attempt with progress, and its searches."""
    seen: list[tuple[Side, ...]] = []
    with console.watching(statement.name) as watch:
        try:
            attempt = await prove_statement(
                statement,
                pool=shop.pool,
                checker=shop.checker,
                policy=SymbolicPolicy(),
                config=config,
                clock=time.monotonic,
                watch=watch,
                observe=seen.append,
            )
        except StatementRefused as refusal:
            place = f"{target.place} ({statement.name})"
            raise refused(refusal.refusal.messages, statement.signature, place) from refusal
    return attempt, seen[0]


async def check(options: argparse.Namespace, console: Console) -> bool:
    """Check the proofs of a file; whether all were accepted."""
    candidate = read_target(options.file, max_source_kib=options.max_source_kib)
    stated = read_target(options.statement, max_source_kib=options.max_source_kib) if options.statement else None
    _require_writable(options.export)
    async with workshop(_engine(console), 1) as shop:
        async with shop.pool.lease() as session:
            challenges = await (find_statements(session, stated) if stated else own_challenges(session, candidate))
        if candidate.name:
            challenges = [challenge for challenge in challenges if challenge.name == candidate.name]
        if not challenges:
            raise BadInput(f"there is no theorem {candidate.name} to check")
        if options.export and len(challenges) != 1:
            raise BadInput(f"--export writes one proof, there are {len(challenges)} theorems; name one as FILE.lean:NAME")
        accepted = 0
        source, _ = without_imports(candidate.source)
        for challenge in challenges:
            try:
                verdict = await shop.checker.check(challenge, source)
            except ChallengeBroken as broken:
                place = stated or candidate
                raise refused(broken.messages, "", f"{place.place} ({challenge.name})") from broken
            accepted += verdict.accepted
            console.verdict(verdict)
            if options.export and verdict.accepted:
                Path(options.export).write_text(verdict.export, encoding="utf-8")
    return accepted == len(challenges)


def setup(options: argparse.Namespace, console: Console) -> None:
    """Set the engine up and say where it is."""
    engine = _engine(console)
    if options.full and engine.code_cache is None:
        console.note("training the code cache (half a minute)")
        train_code_cache(engine)
    for warning in engine.warnings:
        console.note(f"note: {warning}")
    console.record({"engine": str(engine.folder), "version": engine.version, "code_cache": engine.code_cache is not None})
    console.result(f"the Lean engine is ready: {engine.folder}")
    if engine.code_cache is None:
        train_in_background(engine)
        console.note("its code cache is being trained in the background (first tactics get faster when it is done)")


def doctor(console: Console) -> bool:
    """Report every part; whether `entail prove` can run."""
    findings = examine(Path.cwd(), thorough=True)
    for finding in findings:
        wanted = "" if finding.status == "ok" else f" (for {finding.needed_for})"
        console.result(f"{finding.status:<8} {finding.name:<10} {finding.detail}{wanted}")
        console.record({"name": finding.name, "status": finding.status, "detail": finding.detail, "needed_for": finding.needed_for})
    return all(finding.status != "missing" for finding in findings)


def _engine(console: Console) -> Engine:
    engine = installed_engine()
    if engine is not None:
        return engine
    with console.setting_up() as progress:
        return ensure_engine(progress=progress)


def _require_writable(*paths: str | None) -> None:
    """Before the work, not after it."""
    for path in paths:
        if path and not Path(path).absolute().parent.is_dir():
            raise BadInput(f"cannot write {path}: there is no folder {Path(path).absolute().parent}")


def _write_tree(path: Path, attempt: Attempt, sides: Sequence[Side], console: Console) -> None:
    path.write_text(search_page(attempt, sides), encoding="utf-8")
    console.note(f"the search tree is in {path}")
