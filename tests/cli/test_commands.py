"""What the commands make of attempts, over the toy Lean: which records, which exit code, which files."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lean_env.errors import ToolchainMissing, WorkerLost
from lean_env.messages import Command
from lean_env.reading import Listing, Reading
from lean_env.statement import Statement
from prover import commands
from prover.cli import main
from prover.methods import TreeSearch
from tests.fakes.scripted_lean import FOREVER, Effect, Lean, Table
from tests.fakes.scripted_session import Shop, of_table


def reading_of(text: str) -> Reading:
    """Lines `theorem NAME : GOAL := sorry`, read."""
    listings: list[Listing] = []
    at = 0
    for line in text.split("\n"):
        if not line.startswith("theorem"):
            at += len(line) + 1
            continue
        signature = line.partition(" := ")[0]
        name, goal = signature.split()[1], signature.partition(" : ")[2]
        offsets = (at, at + len(signature), at + len(signature) + 1, at + len(line))
        listings.append(Listing(Statement(name, signature, "", goal), line.endswith("sorry"), (), *offsets))
        at += len(line) + 1
    return Reading(text, text, (Command("", "", 0, len(text), runs_code=False, theorem=None),), tuple(listings), (), ())


@dataclass(slots=True)
class Bench:
    """The command line over a toy Lean."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    lean: Lean = field(default_factory=lambda: Lean({}))

    def run(self, table: Table, text: str, *options: str) -> tuple[int, list[dict[str, Any]], str]:
        """`entail prove`: exit code, records, stderr."""
        self.lean.table = table
        (self.folder / "a.lean").write_text(text)
        code = main(["prove", "a.lean", "--json", "--no-negation", *options])
        out, err = self.capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    bench = Bench(tmp_path, capsys)

    @asynccontextmanager
    async def workshop(_engine: object, workers: int) -> AsyncGenerator[Shop]:
        yield Shop(bench.lean, workers)

    @asynccontextmanager
    async def opened_method(*_: object, **__: object) -> AsyncGenerator[TreeSearch]:
        yield TreeSearch(of_table(bench.lean))

    async def read_text(_session: object, text: str) -> Reading:
        return reading_of(text)

    monkeypatch.chdir(tmp_path)
    for name, stand_in in {
        "workshop": workshop,
        "read_text": read_text,
        "installed_engine": object,
        "opened_method": opened_method,
    }.items():
        monkeypatch.setattr(commands, name, stand_in)
    return bench


def test_every_theorem_gets_its_record_and_all_must_be_proved(bench: Bench) -> None:
    table: Table = {"A": {"a": ()}, "B": {}}
    code, records, err = bench.run(
        table, "theorem a : A := sorry\ntheorem b : B := sorry\ntheorem c : C := rfl", "--output", "out.lean"
    )
    assert code == 1
    assert [(record["name"], record["outcome"]) for record in records] == [("a", "proved"), ("b", "exhausted")]
    assert (bench.folder / "out.lean").read_text() == "theorem a : A := by\n  a\ntheorem b : B := sorry\ntheorem c : C := rfl\n"
    assert "the text with 1 of its holes filled is in out.lean" in err
    code, records, _ = bench.run(table, "theorem a : A := sorry")
    assert (code, len(records)) == (0, 1)


def test_a_broken_machine_costs_one_theorem_and_the_exit_code(bench: Bench) -> None:
    table: Table = {"A": {f"bomb{n}": Effect(kills=FOREVER) for n in range(20)}, "B": {"b": ()}}
    code, records, err = bench.run(table, "theorem a : A := sorry\ntheorem b : B := sorry")
    assert code == 3
    assert [(record.get("name"), record.get("outcome")) for record in records] == [("a", "not_run"), ("b", "proved"), (None, None)]
    assert "kills" in records[0]["reason"]
    assert "1 of 2 theorems could not be attempted" in records[2]["error"]
    assert "a: NOT_RUN: " in err


def test_what_is_not_installed_ends_it(bench: Bench) -> None:
    bench.lean.accidents["start"] = [None, ToolchainMissing("node is missing: install it")]
    code, records, _ = bench.run({"A": {"a": Effect(kills=1)}}, "theorem a : A := sorry\ntheorem b : B := sorry")
    assert code == 3
    assert records == [{"error": "node is missing: install it"}]


def test_the_options_are_the_limits(bench: Bench) -> None:
    table: Table = {f"A{n}": {f"go{n}": (f"A{n + 1}",), f"no{n}": Effect(refuses="no")} for n in range(40)}
    code, [record], err = bench.run(
        table, "theorem a : A0 := sorry", "--steps", "7", "--width", "2", "--workers", "1", "--seed", "3"
    )
    assert (code, record["outcome"], record["steps"], record["seed"]) == (1, "out_of_budget", 7, 3)
    assert "the limit of 7 steps was reached (--steps moves it, 0 removes it)" in err
    _, [record], _ = bench.run(table, "theorem a : A0 := sorry", "--expansions", "3", "--heartbeats", "0")
    assert record["expansions"] == 3
    assert {call.heartbeats for call in bench.lean.calls} == {400, 0}


@pytest.mark.parametrize("error", [WorkerLost("killed"), WorkerLost("no reply")])
def test_a_text_that_costs_every_worker_is_told(bench: Bench, error: WorkerLost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "read_text", losing(error, times=9))
    code, [record], _ = bench.run({}, "theorem a : A := sorry")
    assert code == 3
    assert "2 workers were lost while they read a.lean" in record["error"]
    assert str(error) in record["error"]


def test_one_loss_while_reading_is_made_good(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "read_text", losing(WorkerLost("killed"), times=1))
    code, _, _ = bench.run({"A": {"a": ()}}, "theorem a : A := sorry")
    assert code == 0


def test_a_text_that_takes_for_ever_is_the_texts_fault(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "read_text", losing(WorkerLost("killed"), times=9))
    monkeypatch.setattr(commands, "RUN_LIMIT_S", 0.0)
    code, [record], _ = bench.run({}, "theorem a : A := sorry")
    assert code == 2
    assert "Lean does not get through a.lean in 0 seconds" in record["error"]


def losing(error: WorkerLost, *, times: int) -> Callable[..., Any]:
    """A reading that loses its worker so many times."""
    left = [error] * times

    async def read_text(_session: object, text: str) -> Reading:
        if left:
            raise left.pop()
        return reading_of(text)

    return read_text


def test_a_statement_that_is_refused_late_is_bad_input(bench: Bench) -> None:
    code, [record], err = bench.run({}, "theorem a : foo := sorry")
    assert code == 2
    assert "foo is not in Lean's core library" in record["error"]
    assert "a.lean (a):1:13: error: Unknown identifier `foo`\n  theorem a : foo\n              ^^^\n" in err


def test_a_tree_of_an_attempt_that_never_began_is_not_written(bench: Bench) -> None:
    bench.lean.accidents["start"] = [WorkerLost("no memory")] * 100
    bench.lean.accidents["start"][0] = None  # for the reading
    bench.lean.accidents["open"] = [WorkerLost("no memory")]
    code, [record, _], _ = bench.run({}, "theorem a : A := sorry", "--tree", "tree.html")
    assert (code, record["outcome"]) == (3, "not_run")
    assert not (bench.folder / "tree.html").exists()
