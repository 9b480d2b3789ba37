"""The config of a run: what is written is read again, and its identity is of what decides the outcome."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.config import ProveConfig
from prover.config_file import BadConfig, read_config_as, write_config
from prover.models.choice import ModelChoice
from prover.run_config import RunConfig, attempt_seed
from prover.run_folder import open_run
from search.budget import Budget
from search.config import SearchConfig
from tests.fakes.runs import CONFIG

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COUNTS = st.integers(0, 2**62)


def within(seconds: float, steps: int, width: int) -> ProveConfig:
    return ProveConfig(Budget(seconds=seconds, steps=steps), SearchConfig(width=width), workers=1)


CONFIGS = st.builds(
    RunConfig,
    dataset=TEXTS,
    lineage=TEXTS,
    split=TEXTS,
    problems=COUNTS,
    problems_sha256=TEXTS,
    only=st.sampled_from(["", "core"]),
    names=st.lists(TEXTS, max_size=3).map(tuple),
    attempts=st.integers(1, 10_000),
    policy=TEXTS,
    temperature=st.floats(0, 1e9),
    seed=COUNTS,
    tree_nodes=COUNTS,
    prove=st.builds(within, st.floats(0, 1e9), COUNTS, st.integers(1, 1000)),
)


@given(CONFIGS)
def test_what_is_written_is_read_again(config: RunConfig) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        write_config(CONFIG, path)
        write_config(config, path)
        again = read_config_as(path, RunConfig)
        assert again == config
        assert (again.identity, again.title) == (config.identity, config.title)
        assert [file.name for file in Path(folder).iterdir()] == ["config.toml"]


OTHER: dict[str, Any] = {
    "dataset": "other",
    "lineage": "other",
    "split": "other",
    "problems": 7,
    "problems_sha256": "6" * 64,
    "only": "core",
    "names": ("a",),
    "attempts": 9,
    "policy": "noop",
    "temperature": 0.1,
    "model": ModelChoice(model="other"),
    "seed": 4,
    "tree_nodes": 3,
    "prove": ProveConfig(workers=1, heartbeats=1),
}


@pytest.mark.parametrize("field", [field.name for field in fields(RunConfig)])
def test_identity_is_everything_but_what_may_change(field: str) -> None:
    other = replace(CONFIG, **{field: OTHER[field]})
    assert (other.identity == CONFIG.identity) == (field in ("attempts", "tree_nodes"))
    assert (other.title == CONFIG.title) == (field in ("attempts", "tree_nodes"))
    assert all(difference.startswith(field) for difference in CONFIG.differences(other))
    assert CONFIG.differences(other)


def test_differences_are_named_with_both_values() -> None:
    other = replace(CONFIG, seed=5, prove=replace(CONFIG.prove, budget=Budget(seconds=30.0)))
    assert CONFIG.differences(other) == ["seed 0 -> 5", "prove.budget.seconds 10.0 -> 30.0"]
    assert CONFIG.differences(CONFIG) == []


def test_the_title_is_a_name_for_one_folder() -> None:
    title = replace(CONFIG, dataset="Owner/Set of mine", prove=ProveConfig(Budget(steps=50, seconds=1.5), workers=1)).title
    assert title.startswith("Owner-Set-of-mine-valid-symbolic-1.5s-50steps-")
    assert replace(CONFIG, prove=ProveConfig(Budget(), workers=1)).title.startswith("minif2f-valid-symbolic-unlimited-")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("attempts = 0", "attempts must be at least 1"),
        ("temperature = -1.0", "temperature must be finite and at least 0"),
        ("temperature = inf", "temperature must be finite"),
        ("seed = 'x'", "seed"),
        ("colour = 3", "unknown: colour"),
        ("[prove.speed]\nhigh = true", "unknown: prove.speed.high"),
        ("]", "config.toml"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, change: str, said: str) -> None:
    path = tmp_path / "config.toml"
    write_config(CONFIG, path)
    lines = path.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(change.split(maxsplit=1)[0] + " ")]
    path.write_text("\n".join([*kept, change] if change.startswith("[") else [change, *kept]))
    with pytest.raises(BadConfig, match=said) as refusal:
        read_config_as(path, RunConfig)
    assert str(path) in str(refusal.value)


def test_a_draft_that_a_crash_left_is_no_config(tmp_path: Path) -> None:
    (tmp_path / "config.draft").write_text("half of")
    with open_run(tmp_path, CONFIG):
        assert read_config_as(tmp_path / "config.toml", RunConfig) == CONFIG


def test_several_workers_per_attempt_are_refused() -> None:
    with pytest.raises(ValueError, match="one Lean worker"):
        replace(CONFIG, prove=ProveConfig(workers=2))


def test_seeds_of_attempts_are_the_same_on_every_machine_and_differ() -> None:
    assert attempt_seed(0, "amc12a_2019_p21", 1) == 6382597335253256667
    seeds = {attempt_seed(run, name, number) for run in range(3) for name in ("a", "a1", "a\u00300") for number in range(1, 30)}
    assert len(seeds) == 3 * 3 * 29
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert attempt_seed(1, "1", 1) != attempt_seed(11, "", 1)
