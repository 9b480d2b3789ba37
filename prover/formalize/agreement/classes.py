"""What the drafts of one problem agree on.

Owns the classes of candidates that say the same, which class the others are measured by, and the finding AGREEMENT of each.
Promises an answer for every candidate, in order, also when a worker is lost or the time is up. Many drafts that agree may all be
wrong: a `pass` says only that they agree.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from lean_env.errors import WorkerLost
from lean_env.pool import SessionPool
from lean_env.statement import Statement
from prover.formalize.agreement.equivalence import Comparison, Relation, compare
from prover.formalize.agreement.rungs import Implication, Limits
from prover.formalize.candidate import BUILT_IN, Candidate, CheckName, Finding

Compare = Callable[[Statement, Statement], Awaitable[Comparison]]


@dataclass(frozen=True, slots=True)
class AgreementLimits:
    """What agreement may cost: `pair` for each comparison, `total_s` seconds in all; pairs after that are not compared."""

    pair: Limits = field(default_factory=Limits)
    total_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Classes of candidates that say the same.

    classes   numbers of candidates, in order of their first members
    compared  {(candidate, class): the comparison of a candidate with the first member of a class}, for what was compared
    skipped   pairs that were not compared, for lack of time
    """

    classes: tuple[tuple[int, ...], ...]
    compared: dict[tuple[int, int], Comparison]
    skipped: int = 0

    def between(self, first: int, second: int) -> Comparison | None:
        """How the class `first` stands to the class `second`; None if they were not compared."""
        if (found := self.compared.get((self.classes[first][0], second))) is not None:
            return found
        other = self.compared.get((self.classes[second][0], first))
        return None if other is None else other.mirrored


async def agreement(
    pool: SessionPool,
    candidates: Sequence[Candidate],
    limits: AgreementLimits | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    watch: Callable[[str], None] = lambda _: None,
) -> list[Finding]:
    """The finding AGREEMENT of each candidate, in order. All must be compiled. `watch` hears of progress; `clock` counts seconds.

    Raises EnvError if no worker can be had.
    """
    limits = limits or AgreementLimits()

    async def compared(left: Statement, right: Statement) -> Comparison:
        try:
            async with pool.lease() as session:
                return await compare(session, left, right, limits.pair, clock)
        except WorkerLost as lost:
            unknown = Implication(None, reason=f"a worker was lost over it ({lost})")
            return Comparison(Relation.UNDECIDED, unknown.reason, unknown, unknown)

    end = clock() + limits.total_s
    statements = [candidate.compiled.statement for candidate in candidates if candidate.compiled]
    if len(statements) < len(candidates):
        raise ValueError("a candidate that does not compile cannot be compared")
    return findings(candidates, await classes(statements, compared, is_late=lambda: clock() > end, watch=watch))


async def classes(
    statements: Sequence[Statement],
    compared: Compare,
    *,
    is_late: Callable[[], bool] = lambda: False,
    watch: Callable[[str], None] = lambda _: None,
) -> Agreement:
    """Sort statements into classes: each is compared with the first member of every class so far, the largest class first."""
    found: list[list[int]] = []
    relations: dict[tuple[int, int], Comparison] = {}
    skipped = 0
    for number, statement in enumerate(statements):
        watch(f"{number} of {len(statements)} statements compared")
        for place in sorted(range(len(found)), key=lambda place: -len(found[place])):
            if is_late():
                skipped += 1
                continue
            relation = relations[number, place] = await compared(statement, statements[found[place][0]])
            if relation.agrees:
                found[place].append(number)
                break
        else:
            found.append([number])
    return Agreement(tuple(tuple(members) for members in found), relations, skipped)


# -- what it says of each -----------------------------------------------------------------------------------------------------


def findings(candidates: Sequence[Candidate], agreement: Agreement) -> list[Finding]:
    """What the classes say of each candidate: see `_finding`."""
    measure = max(range(len(agreement.classes)), key=lambda place: _weight(candidates, agreement.classes[place]), default=0)
    places = {number: place for place, members in enumerate(agreement.classes) for number in members}
    return [_finding(candidates, agreement, places[number], measure) for number in range(len(candidates))]


def _finding(candidates: Sequence[Candidate], agreement: Agreement, place: int, measure: int) -> Finding:
    """What is said of the members of a class, measured by the class `measure`.

    A draft weaker or stronger than the rest is rejected only if two formalizers, which do not copy each other's slips, came to
    what it is measured by, or the built-in one, which reads by a grammar. Samples of one model share their misreadings, and then
    there is only something to look at. Being apart is never a reason to reject: that no proof was found of two statements agreeing
    does not mean that they differ. Nor is being about ℕ instead of ℤ, which many problems leave open.
    """
    members = agreement.classes[measure]
    votes, total = _votes(candidates, members), _votes(candidates, range(len(candidates)))
    of_all = f"{votes} of {total} drafts"
    if total == 1:
        return Finding(CheckName.AGREEMENT, "unknown", "there is no other draft to compare it with")
    if place == measure:
        if votes > 1:
            return Finding(CheckName.AGREEMENT, "pass", f"{of_all} say the same")
        verdict = "unknown" if _is_trusted(candidates, members) else "flag"
        return Finding(CheckName.AGREEMENT, verdict, f"no other of the {total} drafts says the same")
    comparison = agreement.between(place, measure)
    if comparison is None:
        return Finding(CheckName.AGREEMENT, "unknown", f"there was no time to compare it with {of_all}")
    if comparison.relation in (Relation.WEAKER, Relation.STRONGER):
        is_cast = comparison.forward.is_cast or comparison.backward.is_cast
        verdict = "reject" if _is_trusted(candidates, members) and not is_cast else "flag"
        shown, other = comparison.forward, comparison.backward
        if comparison.relation is Relation.WEAKER:
            shown, other = other, shown
            message = f"weaker than {of_all}: it follows from what they say, which was not found to follow from it"
        else:
            message = f"stronger than {of_all}: what they say follows from it, and it was not found to follow from that"
        return Finding(CheckName.AGREEMENT, verdict, f"{message} ({shown.rung}; {other.reason})")
    return Finding(CheckName.AGREEMENT, "flag", f"apart from {of_all}: {comparison.how}")


def _weight(candidates: Sequence[Candidate], members: Sequence[int]) -> tuple[int, int, int, int]:
    """The weightiest class is what the others are measured by: whom to trust, then votes; a tie goes to the earlier one."""
    return (_is_trusted(candidates, members), _votes(candidates, members), len(_authors(candidates, members)), -members[0])


def _is_trusted(candidates: Sequence[Candidate], members: Sequence[int]) -> bool:
    authors = _authors(candidates, members)
    return len(authors) > 1 or BUILT_IN in authors


def _authors(candidates: Sequence[Candidate], members: Sequence[int]) -> frozenset[str]:
    some = [candidates[number] for number in members]
    return frozenset(author for each in some for author in (each.formalizers or (each.draft.formalizer,)))


def _votes(candidates: Sequence[Candidate], members: Sequence[int]) -> int:
    return sum(candidates[number].times for number in members)
