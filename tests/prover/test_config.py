"""The options of an attempt: what is refused, and that a run's file keeps them, also one from before an option was there."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import pytest
import tomli_w

from prover.config import ProveConfig
from prover.config_file import BadConfig, read_config_as, write_config
from prover.run_config import RunConfig
from search.config import SearchConfig
from search.frontier import Order
from search.scoring import Rule, Scoring

SEARCH = SearchConfig(4, Scoring(Rule.CRITIC, 0.25, 2.0), Order.ALTERNATE, 9, 3, 2, 0.5, 4.0)
RUN = RunConfig("d", "l", "s", 1, "0" * 64, prove=ProveConfig(search=SEARCH, workers=1, floor_mass=0.1, learned_temperature=1.5))


@pytest.mark.parametrize(
    "wrong",
    [
        {"workers": 0},
        {"candidates": 0},
        {"soft_ms": -1},
        {"floor_mass": 1.0},
        {"floor_mass": -0.01},
        {"learned_temperature": 0.0},
        {"learned_temperature": float("nan")},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ProveConfig(**wrong)


def test_every_option_of_a_search_is_in_the_run_s_file(tmp_path: Path) -> None:
    for order in Order:
        config = replace(RUN, prove=replace(RUN.prove, search=replace(SEARCH, order=order)))
        write_config(config, tmp_path / "config.toml")
        assert read_config_as(tmp_path / "config.toml", RunConfig) == config
    written = tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))
    assert written["prove"]["search"]["order"] == "puct"
    assert written["prove"]["search"].keys() == {each.name for each in fields(SearchConfig)}


def test_a_file_from_before_an_option_was_there_has_its_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write_config(RUN, path)
    old = tomllib.loads(path.read_text(encoding="utf-8"))
    prove = cast("dict[str, Any]", old["prove"])
    for name in ("floor_mass", "learned_temperature"):
        del prove[name]
    for name in ("path_turns", "critic_turns", "exploration", "prior_temperature"):
        del prove["search"][name]
    prove["search"] |= {"order": "best", "scoring": {"rule": "length", "alpha": 0.5, "path_weight": 1.0}}
    path.write_text(tomli_w.dumps(old), encoding="utf-8")
    assert read_config_as(path, RunConfig).prove == ProveConfig(search=SearchConfig(4, max_depth=9), workers=1)


def test_an_order_that_nobody_knows_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write_config(RUN, path)
    path.write_text(path.read_text(encoding="utf-8").replace('"alternate"', '"astar"'), encoding="utf-8")
    with pytest.raises(BadConfig, match=r"astar.*order"):
        read_config_as(path, RunConfig)
