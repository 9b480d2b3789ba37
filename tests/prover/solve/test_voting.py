from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.solve.equivalence import Comparer
from prover.solve.voting import Standing, Vote, vote
from tests.fakes.kernels import Kernels

ANSWERS = st.sampled_from(["", "1/2", "0.5", "7", "7.0", "seven"])


def comparer() -> Comparer:
    return Comparer(Kernels())


async def test_the_majority_wins_and_no_answer_counts_against_it() -> None:
    assert await vote(["7", "1/2", "", "0.5"], comparer()) == Vote("1/2", 2, 2.0, 0.5, 4, 3, (Standing("7", 1, 1.0, 0.25),))


async def test_weight_beats_number() -> None:
    voted = await vote(["7", "7.0", "8"], comparer(), weights=[0.25, 0.25, 0.75])
    assert (voted.answer, voted.votes, voted.weight, voted.share) == ("8", 1, 0.75, 0.6)


async def test_of_equal_weights_more_votes_win_and_then_the_first() -> None:
    assert (await vote(["8", "7", "7"], comparer(), weights=[1.0, 0.5, 0.5])).answer == "7"
    assert (await vote(["8", "7"], comparer())).answer == "8"


async def test_without_any_answer_there_is_no_winner() -> None:
    assert await vote(["", ""], comparer()) == Vote("", 0, 0.0, 0.0, 2, 0)
    assert await vote([], comparer()) == Vote("", 0, 0.0, 0.0, 0, 0)


async def test_all_weights_zero_leave_votes() -> None:
    voted = await vote(["8", "7", "7"], comparer(), weights=[0.0, 0.0, 0.0])
    assert (voted.answer, voted.share) == ("7", 0.0)


@pytest.mark.parametrize("weights", [[1.0], [float("nan"), 1.0], [-1.0, 1.0], [float("inf"), 1.0]])
async def test_what_is_no_weight(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="one weight per answer"):
        await vote(["1", "2"], comparer(), weights=weights)


@given(st.lists(st.tuples(ANSWERS, st.floats(0, 1)), max_size=12), st.randoms(use_true_random=False))
async def test_order_changes_nothing_but_ties(samples: list[tuple[str, float]], random: object) -> None:
    shuffled = list(samples)
    random.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] (hypothesis types it as object)
    one, other = [
        await vote([answer for answer, _ in each], comparer(), weights=[weight for _, weight in each])
        for each in (samples, shuffled)
    ]
    assert (one.votes, one.weight, one.share) == (other.votes, other.weight, other.share)
    ties = [each for each in one.runners_up if (each.weight, each.votes) == (one.weight, one.votes)]
    if not ties and one.answer:
        assert await comparer().equivalent(one.answer, other.answer)
