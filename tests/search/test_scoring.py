"""Each rule is its formula, and refuses parameters that would break the order."""

from __future__ import annotations

from math import inf, nan

import pytest

from search.scoring import Rule, Scoring


@pytest.mark.parametrize(
    ("scoring", "expected"),
    [
        (Scoring(Rule.SUM), -6.0),
        (Scoring(Rule.MEAN), -0.5),
        (Scoring(), -3.0),
        (Scoring(Rule.LENGTH, alpha=0.0), -6.0),
        (Scoring(Rule.LENGTH, alpha=1.0), -1.5),
        (Scoring(Rule.CRITIC, alpha=0.5, path_weight=2.0), 0.75 - 6.0),
        (Scoring(Rule.CRITIC, path_weight=0.0), 0.75),
    ],
)
def test_formula(scoring: Scoring, expected: float) -> None:
    assert scoring.score(logprob=-6.0, tokens=12, depth=4, value=0.75) == expected


@pytest.mark.parametrize("rule", [Rule.SUM, Rule.MEAN, Rule.LENGTH])
def test_only_the_critic_rule_reads_the_value(rule: Rule) -> None:
    assert Scoring(rule).score(-2.0, 3, 2, 5.0) == Scoring(rule).score(-2.0, 3, 2, -5.0)


@pytest.mark.parametrize("rule", list(Rule))
def test_the_empty_path_has_a_score(rule: Rule) -> None:
    assert Scoring(rule).score(0.0, 0, 0, 0.0) == 0.0


def test_a_longer_path_may_beat_a_shorter_one_only_with_length_normalised() -> None:
    short, long = (-2.0, 2, 1, 0.0), (-2.5, 4, 4, 0.0)
    assert Scoring(Rule.SUM).score(*short) > Scoring(Rule.SUM).score(*long)
    assert Scoring().score(*short) < Scoring().score(*long)


@pytest.mark.parametrize("bad", [-0.1, inf, nan])
def test_bad_parameters_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="alpha must be finite and at least 0"):
        Scoring(alpha=bad)
    with pytest.raises(ValueError, match="path_weight must be finite and at least 0"):
        Scoring(path_weight=bad)
