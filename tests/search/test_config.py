"""Options that cannot be searched with are refused, and it is known who reads a critic."""

from __future__ import annotations

from typing import Any

import pytest

from search.config import SearchConfig
from search.frontier import Order
from search.scoring import Rule, Scoring


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"max_depth": -1},
        {"path_turns": -1},
        {"critic_turns": -1},
        {"path_turns": 0, "critic_turns": 0},
        {"exploration": -0.1},
        {"exploration": float("nan")},
        {"prior_temperature": 0.0},
        {"prior_temperature": float("inf")},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).split("_")[-1]):
        SearchConfig(**wrong)


@pytest.mark.parametrize(
    ("config", "reads"),
    [
        (SearchConfig(), False),
        (SearchConfig(order=Order.PUCT), True),
        (SearchConfig(order=Order.ALTERNATE), True),
        (SearchConfig(order=Order.ALTERNATE, critic_turns=0), False),
        (SearchConfig(scoring=Scoring(Rule.CRITIC)), True),
        (SearchConfig(order=Order.BREADTH, scoring=Scoring(Rule.CRITIC)), False),
    ],
)
def test_a_critic_is_asked_only_where_it_matters(config: SearchConfig, *, reads: bool) -> None:
    assert config.reads_values is reads
