"""Which answer wins among many samples: by votes, or by the weight of a reward model.

Pure arithmetic over the classes of `equivalence.py`. Promises that the order of the samples changes nothing but who wins a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isfinite

import msgspec

from prover.solve.equivalence import AnswerGroups, Comparer


class Standing(msgspec.Struct, frozen=True):
    """One class of answers: how it was first written, its votes, the weight of those, and their share of all samples' weight."""

    answer: str
    votes: int
    weight: float
    share: float


class Vote(msgspec.Struct, frozen=True):
    """What a vote came to. `answer` is "" if no sample has one. `samples` counts all of them, `answered` those with an answer.

    `share` is the winner's weight over the weight of all samples, those without an answer included.
    """

    answer: str
    votes: int
    weight: float
    share: float
    samples: int
    answered: int
    runners_up: tuple[Standing, ...] = ()


async def vote(answers: Sequence[str], comparer: Comparer, *, weights: Sequence[float] = ()) -> Vote:
    """The answer that most samples gave, or the one of the largest weight.

    answers   one per sample, "" for none
    weights   one per sample, finite and >= 0; () = one vote each. Weights are added up: with P(correct) of a reward model that is
              the number of right samples to be expected in a class. Log-odds are not used: one verdict near 1 would outvote all.

    Ties go to the class with more votes, then to the one that came first. Raises ValueError for weights that are none.
    """
    if weights and (len(weights) != len(answers) or not all(isfinite(each) and each >= 0 for each in weights)):
        raise ValueError("there is one weight per answer, finite and at least 0")
    shares = tuple(weights) or (1.0,) * len(answers)
    groups = AnswerGroups(comparer)
    for answer in answers:
        await groups.add(answer)
    total = fsum(shares)
    standings = [
        Standing(group.answer, len(group.members), weight, weight / total if total else 0.0)
        for group in groups.groups
        for weight in [fsum(shares[number] for number in group.members)]  # fsum: sums do not depend on the order
    ]
    standings.sort(key=lambda each: (-each.weight, -each.votes))  # stable: of equals, the one that came first
    answered = sum(each.votes for each in standings)
    if not standings:
        return Vote("", 0, 0.0, 0.0, len(answers), 0)
    first = standings[0]
    return Vote(first.answer, first.votes, first.weight, first.share, len(answers), answered, tuple(standings[1:]))
