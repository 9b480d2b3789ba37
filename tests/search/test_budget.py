"""A limit that is reached is named, with its value and the option that moves it; 0 is no limit."""

from __future__ import annotations

from math import inf, nan

import pytest

from search.budget import Budget, Limit, Stopped


def test_nothing_stops_an_unlimited_search() -> None:
    assert Budget().stopped_by(expansions=10**9, steps=10**9, seconds=1e9) is None
    assert Budget().steps_allowed(8, spent=10**9) == 8


def test_only_a_budget_without_a_clock_is_the_same_everywhere() -> None:
    assert Budget(steps=3).repeatable
    assert Budget(expansions=3).repeatable
    assert not Budget(steps=3, seconds=60.0).repeatable
    assert not Budget().repeatable


@pytest.mark.parametrize(
    ("budget", "limit", "allowed"),
    [
        (Budget(expansions=5), Limit.EXPANSIONS, 5),
        (Budget(steps=40), Limit.STEPS, 40),
        (Budget(seconds=2.5), Limit.SECONDS, 2.5),
    ],
)
def test_each_limit_stops_at_its_own_value(budget: Budget, limit: Limit, allowed: float) -> None:
    assert budget.stopped_by(expansions=4, steps=39, seconds=2.4) is None
    stopped = budget.stopped_by(expansions=5, steps=40, seconds=2.5)
    assert stopped == Stopped(limit, allowed, allowed)


def test_the_first_of_several_limits_is_named() -> None:
    stopped = Budget(expansions=1, steps=1, seconds=1.0).stopped_by(expansions=0, steps=3, seconds=9.0)
    assert stopped == Stopped(Limit.STEPS, 1, 3)


def test_the_message_says_what_happened_and_what_moves_it() -> None:
    text = Stopped(Limit.STEPS, 200, 203).message
    assert text == "stopped at 203 of 200 steps; the option `steps` moves the limit, 0 removes it"


def test_the_last_batch_is_cut_to_what_is_left() -> None:
    budget = Budget(steps=20)
    assert [budget.steps_allowed(8, spent=spent) for spent in (0, 12, 15, 20, 25)] == [8, 8, 5, 0, 0]


@pytest.mark.parametrize("bad", [-1.0, inf, nan])
def test_bad_limits_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="seconds must be finite and at least 0"):
        Budget(seconds=bad)
