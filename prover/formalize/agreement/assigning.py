"""Which variable of one statement stands for which of another.

Owns the order in which ways are tried: equal names first, then the order of the variables. Never decides anything about statements.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from lean_env.term import Term
from prover.formalize.agreement.introduced import Introduced, Variable

MOST_WAYS = 6
_MOST_LOOKED_AT = 720


def assignments(left: Introduced, right: Introduced) -> list[dict[str, str]]:
    """Ways to use the left statement at the right one's variables, best first and at least one: {name in left: introduced name}.

    No variable is used twice. One of ℕ may stand for one of ℤ and the other way round; a variable without a fitting one, and what
    is too many, is left out.
    """
    mine, theirs = left.variables, dict(zip(right.types, right.variables, strict=True))
    ways = list(itertools.islice(_ways(mine, theirs, may_leave_out=len(mine) > len(theirs)), _MOST_LOOKED_AT))

    def cost(names: dict[str, str]) -> int:
        used = [(variable, theirs[names[variable.name]]) for variable in mine if variable.name in names]
        differences = sum(2 * (variable.type != other.type) + (variable.name != other.name) for variable, other in used)
        return differences + 3 * (len(mine) - len(used))

    return sorted(ways, key=cost)[:MOST_WAYS]


def _ways(mine: Sequence[Variable], theirs: Mapping[str, Variable], *, may_leave_out: bool) -> Iterator[dict[str, str]]:
    """Every way, those that take the variables with equal names or the first ones before others."""
    if not mine:
        yield {}
        return
    variable, rest = mine[0], mine[1:]
    fitting = [place for place, other in theirs.items() if variable.name and _fits(variable.type, other.type)]
    for place in sorted(fitting, key=lambda place: variable.name != theirs[place].name):
        others = {other: theirs[other] for other in theirs if other != place}
        for names in _ways(rest, others, may_leave_out=may_leave_out):
            yield {variable.name: place, **names}
    if may_leave_out or not fitting:
        yield from _ways(rest, theirs, may_leave_out=may_leave_out)


def _fits(left: Term, right: Term) -> bool:
    return left == right or {left.name, right.name} == {"Nat", "Int"}
