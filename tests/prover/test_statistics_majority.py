"""maj@k against counting every subset."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.statistics import Ballot, Tally, TooFewAttempts, maj_at_k, mean_maj_at_k, pass_at_k

BALLOTS = st.builds(Ballot, st.integers(0, 4), st.lists(st.integers(1, 3), max_size=3).map(tuple), st.integers(0, 2)).filter(
    lambda ballot: ballot.samples > 0
)


def by_counting(ballot: Ballot, k: int) -> float:
    samples = ["right"] * ballot.right + [None] * ballot.none
    for number, count in enumerate(ballot.wrong):
        samples += [f"wrong {number}"] * count
    won = total = 0.0
    for subset in combinations(range(len(samples)), k):
        answers = [samples[index] for index in subset if samples[index] is not None]
        total += 1
        if answers:
            most = max(answers.count(answer) for answer in answers)
            winners = {answer for answer in answers if answers.count(answer) == most}
            won += ("right" in winners) / len(winners)
    return won / total


@given(BALLOTS, st.data())
def test_is_the_share_of_subsets_that_vote_right(ballot: Ballot, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, ballot.samples))
    assert maj_at_k(ballot, k) == pytest.approx(by_counting(ballot, k))


@given(BALLOTS)
def test_one_sample_is_pass_at_one(ballot: Ballot) -> None:
    assert maj_at_k(ballot, 1) == pytest.approx(pass_at_k(Tally(ballot.samples, ballot.right), 1))


@given(BALLOTS)
def test_all_samples_are_the_vote_itself(ballot: Ballot) -> None:
    most = max((ballot.right, *ballot.wrong))
    tied = sum(count == most for count in (ballot.right, *ballot.wrong))
    expected = 1 / tied if ballot.right == most and ballot.right else 0.0
    assert maj_at_k(ballot, ballot.samples) == pytest.approx(expected)


def test_a_vote_helps_a_frequent_answer_and_hurts_a_rare_one() -> None:
    assert maj_at_k(Ballot(6, (1, 1, 1, 1)), 9) > maj_at_k(Ballot(6, (1, 1, 1, 1)), 1)
    assert maj_at_k(Ballot(3, (7,)), 9) < maj_at_k(Ballot(3, (7,)), 1)


def test_many_samples_stay_exact() -> None:
    assert maj_at_k(Ballot(40, (30, 20, 6), 4), 64) == pytest.approx(0.9, abs=0.1)


@pytest.mark.parametrize(("k", "error"), [(0, ValueError), (4, TooFewAttempts)])
def test_refuses_what_the_samples_do_not_say(k: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        maj_at_k(Ballot(1, (1,), 1), k)


@pytest.mark.parametrize("counts", [(-1, (), 0), (1, (0,), 0), (1, (), -1)])
def test_refuses_what_is_no_ballot(counts: tuple[int, tuple[int, ...], int]) -> None:
    with pytest.raises(ValueError, match="no ballot"):
        Ballot(*counts)


def test_the_mean_over_problems_has_an_interval() -> None:
    estimate = mean_maj_at_k([Ballot(3), Ballot(0, (3,)), Ballot(2, (1,))], 3)
    assert estimate.value == pytest.approx(2 / 3)
    assert estimate.interval.low < 2 / 3 < estimate.interval.high
