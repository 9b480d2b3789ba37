"""Models that run here, from the outside: `prove`, `bench` and whole proofs with tiny models whose weights are random.

A random model proves nothing. What is shown is that every option reaches it, that what it writes is harmless, that the floor of
symbolic moves proves what it can without it, and that a run's records say who was asked and what that took.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prover.attempt import Outcome
from prover.cli import BAD_INPUT, NOT_PROVED, PROVED, main
from prover.models.dialect import dialects
from prover.models.generator import Generated, Prompt, Sampling
from prover.records import AttemptRecord, StartRecord, read_records
from prover.run_folder import RECORDS
from tests.fakes.bench import attempts, starts, write_problems
from tests.fakes.tiny_models import save

if TYPE_CHECKING:
    from prover.models.local import LocalModel

pytestmark = pytest.mark.timeout(300)

SWAP = "theorem swap (a b : Nat) : a + b = b + a"
PROBLEMS = {"swap": SWAP, "other": "theorem other (p q : Prop) (h : p ∨ q) : q ∨ p"}


@dataclass(slots=True)
class Here:
    """The command line in this process, what it said, and what models that run here were asked."""

    capsys: pytest.CaptureFixture[str]
    asked: list[Sampling] = field(default_factory=list[Sampling])
    threads: set[int] = field(default_factory=set[int])
    dtypes: set[str] = field(default_factory=set[str])
    err: str = ""

    def run(self, *arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and records."""
        code = main([*map(str, arguments), "--json"])
        out, self.err = self.capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()]


def one(cpus: int) -> int:
    """Thread, however many CPUs there are."""
    return min(1, cpus)


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    from prover.models.local import LocalModel
    from prover.models.options import LocalOptions

    here = Here(capsys)
    generate, load = LocalModel.generate, LocalModel.load

    async def watched(model: LocalModel, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        here.asked.append(sampling)
        return await generate(model, prompts, sampling)

    def loaded(source: str, options: LocalOptions) -> LocalModel:
        here.threads.add(options.threads)
        here.dtypes.add(options.dtype)
        return load(source, options)

    monkeypatch.setattr(LocalModel, "generate", watched)
    monkeypatch.setattr(LocalModel, "load", loaded)
    monkeypatch.setattr("prover.models.choice.threads_for", one)  # tests run side by side
    return here


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save(folder, "llama")
    save(folder, "t5")
    return folder


# -- prove ------------------------------------------------------------------------------------------------------------------------

WAYS = [
    ("llama", "--dialect bfs-prover --strategy best --lookahead 2 --samples 2 --max-tokens 12", (2, 1.1, 12, "")),
    (
        "llama",
        "--dialect llmstep --strategy puct --samples 5 --max-tokens 9 --temperature 0.7 --dtype bfloat16",
        (5, 0.7, 9, "bfloat16"),
    ),
    ("t5", "--dialect reprover --strategy breadth --samples 3 --max-tokens 10 --alpha 0 --width 6", (3, 1.0, 10, "")),
    ("t5", "--dialect reprover --samples 4 --max-tokens 8 --temperature 0 --dtype float32 --device cpu", (4, 0.0, 8, "float32")),
]


@pytest.mark.lean
@pytest.mark.models
@pytest.mark.parametrize(("model", "options", "expected"), WAYS)
def test_under_a_model_that_knows_nothing_the_floor_proves(
    here: Here, models: Path, model: str, options: str, expected: tuple[int, float, int, str]
) -> None:
    code, [record] = here.run("prove", SWAP, "--model", models / model, *options.split(), "--steps", "60")
    assert (code, record["outcome"], record["tier"]) == (PROVED, "proved", "T2")
    samples, temperature, max_tokens, dtype = expected
    assert {(each.samples, each.temperature, each.max_tokens) for each in here.asked} == {(samples, temperature, max_tokens)}
    assert (here.dtypes, here.threads) == ({dtype}, {1})


@pytest.mark.lean
@pytest.mark.models
@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("llama", "--dialect bfs-prover --strategy puct --lookahead 1"),
        ("t5", "--dialect reprover --strategy breadth"),
    ],
)
def test_without_the_floor_nothing_is_proved_and_that_is_said(here: Here, models: Path, model: str, options: str) -> None:
    limits = ("--floor-mass", "0", "--steps", "12", "--samples", "4", "--max-tokens", "10")
    code, [record] = here.run("prove", SWAP, "--model", models / model, *options.split(), *limits)
    assert (code, record["proof"], record["tier"]) == (NOT_PROVED, None, None)
    assert record["outcome"] in ("out_of_budget", "exhausted")
    assert 0 < record["steps"] <= 12
    assert here.asked
    assert record["reason"]


@pytest.mark.lean
@pytest.mark.models
def test_the_same_seed_draws_the_same(here: Here, models: Path) -> None:
    command = ("prove", SWAP, "--model", models / "llama", "--dialect", "bfs-prover", "--floor-mass", "0", "--workers", "1")
    limits = ("--expansions", "3", "--samples", "4", "--max-tokens", "8", "--no-negation")
    first, again = (here.run(*command, *limits, "--seed", "5")[1][0] for _ in range(2))
    assert first | {"seconds": 0.0} == again | {"seconds": 0.0}
    half = len(here.asked) // 2
    assert [each.seed for each in here.asked[:half]] == [each.seed for each in here.asked[half:]]


# -- whole proofs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.lean
@pytest.mark.models
@pytest.mark.parametrize("dialect", ["deepseek-prover-v1.5", "chat-proof"])
def test_whole_proofs_of_a_model_that_knows_nothing_end_within_their_budget(here: Here, models: Path, dialect: str) -> None:
    limits = ("--samples", "6", "--max-tokens", "24", "--expansions", "3", "--steps", "5")
    command = ("prove", SWAP, "--model", models / "llama", "--dialect", dialect, "--whole-proof", *limits)
    code, [record] = here.run(*command, "--temperature", "0.9")
    assert (code, record["proof"]) == (NOT_PROVED, None)
    assert record["outcome"] in ("out_of_budget", "exhausted")
    assert 1 <= record["expansions"] <= 3
    assert record["steps"] <= 5
    assert {(each.temperature, each.max_tokens) for each in here.asked} == {(0.9, 24)}
    assert here.asked[0].samples <= 6


# -- bench ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """A benchmark of two problems, each attempted some times."""

    here: Here
    folder: Path
    options: tuple[str, ...]

    def __call__(self, *more: str) -> int:
        data = write_problems(self.folder / "problems.jsonl", PROBLEMS)
        place = ("--data", data, "--runs", self.folder, "--name", "run", "--workers", "1", "--no-controls", "--seed", "3")
        code, _ = self.here.run("bench", "mine", *place, *self.options, *more)
        return code

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def essence(self) -> dict[str, tuple[object, ...]]:
        """What must not depend on when, and in how many starts, it was made."""
        return {
            each.key: (
                each.seed,
                each.outcome,
                each.script,
                each.effort.steps,
                each.effort.prompt_tokens,
                each.effort.output_tokens,
            )
            for each in attempts(self.run)
        }


@pytest.mark.lean
@pytest.mark.models
@pytest.mark.slow
def test_a_run_records_its_model_and_is_gone_on_with(here: Here, models: Path, tmp_path: Path) -> None:
    options = ("--model", str(models / "llama"), "--dialect", "bfs-prover", "--samples", "3", "--max-tokens", "10", "--steps", "40")
    command = Command(here, tmp_path, (*options, "--attempts", "2"))
    assert command() == PROVED, here.err

    made = attempts(command.run)
    assert {record.key for record in made} == {"swap#1", "swap#2", "other#1", "other#2"}
    assert {(record.outcome, record.tier) for record in made} == {(Outcome.PROVED, "T2")}
    for record in made:
        assert record.effort.prompt_tokens > 0
        assert record.effort.output_tokens > 0
        assert record.effort.policy_seconds > 0
    [start] = [each for each in read_records(command.run / RECORDS, AttemptRecord | StartRecord) if isinstance(each, StartRecord)]
    name, _, revision = start.facts["model"].partition("@")
    assert name == "llama"
    assert len(revision) >= 7

    # The same command again does nothing.
    files, asked = {path.name: path.read_bytes() for path in command.run.iterdir()}, len(here.asked)
    assert command() == PROVED
    assert {path.name: path.read_bytes() for path in command.run.iterdir()} == files
    assert len(here.asked) == asked

    # After half of it was lost, it makes the rest again, and that is the same.
    whole, lines = command.essence(), (command.run / RECORDS).read_bytes().splitlines(keepends=True)
    (command.run / RECORDS).write_bytes(b"".join(lines[:3]) + lines[3][:20])
    assert command() == PROVED
    assert command.essence() == whole
    assert starts(command.run) == 2

    # Another model is another run.
    assert command("--temperature", "0.5") == BAD_INPUT
    assert command("--model", str(models / "t5")) == BAD_INPUT


@pytest.mark.lean
@pytest.mark.models
def test_a_run_of_whole_proofs_counts_what_was_asked(here: Here, models: Path, tmp_path: Path) -> None:
    model = ("--model", str(models / "llama"), "--dialect", "chat-proof", "--whole-proof")
    command = Command(here, tmp_path, (*model, "--samples", "2", "--max-tokens", "16", "--expansions", "2", "--attempts", "2"))
    assert command() == PROVED
    made = attempts(command.run)
    assert len(made) == 4
    assert not {Outcome.PROVED, Outcome.REFUTED, Outcome.NOT_RUN} & {record.outcome for record in made}
    assert {record.effort.expansions for record in made} == {1}
    assert all(0 < record.effort.output_tokens <= 2 * 17 for record in made)
    assert all(record.effort.prompt_tokens > 0 and record.effort.policy_seconds > 0 for record in made)


# -- what is refused before anything runs -----------------------------------------------------------------------------------------

REFUSED = [
    ("--samples 3", "--samples says something of a model, and there is no --model"),
    ("--server http://127.0.0.1:8000/v1", "--server says something of a model"),
    ("--whole-proof", "--whole-proof says something of a model"),
    ("--dtype float32", "--dtype says something of a model"),
    ("--model FOLDER", "no dialect for the task tactic is known to fit the model"),
    ("--model FOLDER --dialect nobody", "there is no dialect called nobody. Known are: bfs-prover"),
    ("--model FOLDER --dialect kimina", "the dialect kimina is for the task proof, not for tactic: give --whole-proof"),
    (
        "--model FOLDER --dialect chat --whole-proof",
        "the dialect chat is for the task tactic, not for proof: leave --whole-proof out",
    ),
    ("--model FOLDER --dialect chat --revision main", "is a folder: --revision is for models on the hub"),
    ("--model FOLDER/none --dialect chat", "there is no folder"),
    ("--model none --dialect chat", "there is no folder none, and a model on the hub is called OWNER/NAME"),
    ("--model m --dialect chat --server ftp://host/v1", "starts with http:// or https://"),
    ("--model m --dialect chat --server http://me:secret@host/v1", "without user, password"),
    ("--model m --dialect chat --server http://host/v1 --dtype float32", "are for a model that runs here"),
    ("--model m --dialect chat --dtype float8", "invalid choice: 'float8'"),
    ("--model m --dialect chat --floor-mass 1", "1 is not a share from 0, below 1"),
    ("--model m/m --dialect chat --strategy alternate", "takes turns with a critic's opinion: give --critic"),
    ("--model m/m --dialect chat --critic c/c --trust-remote-code", "heard by --strategy alternate alone"),
    ("--model m/m --dialect chat --critic c/c --strategy alternate", "run only with trust_remote_code"),
    ("--critic c/c --strategy alternate", "--critic says something of a model"),
    ("--then-search", "--then-search says something of a model"),
]


@pytest.mark.models
@pytest.mark.parametrize(("options", "said"), REFUSED)
def test_options_that_cannot_be_are_told_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: str, said: str
) -> None:
    words = options.replace("FOLDER", str(tmp_path)).split()
    data = write_problems(tmp_path / "problems.jsonl", PROBLEMS)
    bench = ["bench", "mine", "--data", str(data), "--runs", str(tmp_path / "runs"), "--steps", "2"]
    for command in (["prove", SWAP, "--steps", "2"], bench):
        assert main([*command, *words]) == BAD_INPUT
        out, err = capsys.readouterr()
        assert out == ""
        assert said in err
        assert "secret" not in err
    assert not (tmp_path / "runs").exists()


def test_who_proposes_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_problems(tmp_path / "problems.jsonl", PROBLEMS)
    bench = ["bench", "mine", "--data", str(data), "--runs", str(tmp_path / "runs"), "--steps", "2"]
    assert main([*bench, "--policy", "noop", "--model", str(tmp_path), "--dialect", "chat"]) == BAD_INPUT
    assert "--policy noop proposes tactics without a model" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


# -- models -----------------------------------------------------------------------------------------------------------------------


def test_every_dialect_is_listed(here_plain: Here) -> None:
    known = {file.id: file for file in dialects()}
    assert len(known) >= 28
    code, records = here_plain.run("models")
    assert code == PROVED
    assert {record["id"]: (record["task"], record["endpoint"], record["models"]) for record in records} == {
        name: (file.task, file.endpoint, list(file.models)) for name, file in known.items()
    }
    assert main(["models"]) == PROVED
    out, err = here_plain.capsys.readouterr()
    assert err == ""
    for file in known.values():
        assert file.title in out
        assert all(model in out for model in file.models)


@pytest.fixture
def here_plain(capsys: pytest.CaptureFixture[str]) -> Here:
    """Without torch."""
    return Here(capsys)
