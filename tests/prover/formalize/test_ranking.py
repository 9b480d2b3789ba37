"""The order of candidates."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from prover.formalize.ranking import ranked
from tests.prover.formalize.candidates import GOOD_TO_BAD, candidate


@given(st.permutations(range(len(GOOD_TO_BAD))))
def test_the_order_depends_on_the_findings_alone(order: Sequence[int]) -> None:
    assert ranked([GOOD_TO_BAD[at] for at in order]) == GOOD_TO_BAD


def test_of_equals_what_was_drafted_more_often_and_then_what_is_shorter() -> None:
    often, short, long = candidate(times=2, lean="t" * 90), candidate(lean="t"), candidate(lean="tt")
    assert ranked([long, short, often]) == [often, short, long]
    twins = [candidate(), candidate()]
    assert [id(each) for each in ranked(twins)] == [id(each) for each in twins]
