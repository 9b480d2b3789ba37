"""The numbers that statements mention, and the tactic that makes Lean blind to them.

Most word problems are true and can be computed, so that one "follows" from any other. With every numeral replaced by a variable,
nothing can be computed any more: what still follows, follows from what the statements say. 0 and 1 stay what they are, because
`0 < n` and `1 ≤ n` say the same. Never decides anything about statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lean_env.term import Term

_SORTS = ("Nat", "Int", "Rat")
_COEFFICIENTS = frozenset({"HMul.hMul", "HDiv.hDiv", "HMod.hMod", "HPow.hPow", "Dvd.dvd"})


def values_in(terms: Iterable[Term]) -> Counter[int]:
    """How often each numeral from 2 on occurs, whatever its type."""
    return Counter(value for value, _ in _large(node for term in terms for node in term.walk()))


def coefficients_in(terms: Iterable[Term]) -> frozenset[int]:
    """Numerals from 2 on that stand next to a multiplication, division, remainder, power or divisibility."""
    products = (node for term in terms for node in term.walk() if node.tag == "const" and node.name in _COEFFICIENTS)
    return frozenset(value for value, _ in _large(factor for product in products for factor in product.args))


def are_exchanged(left: Counter[int], right: Counter[int]) -> bool:
    """Whether each side has numbers that the other lacks, apart from neighbours as in `a ≤ 9` and `a < 10`.

    Then one was read in place of the other, and a proof that it makes no difference has computed.
    """
    only_left, only_right = left - right, right - left
    for value in sorted(only_left):
        for other in (value + 1, value - 1):
            paired = min(only_left[value], only_right[other])
            only_left[value] -= paired
            only_right[other] -= paired
    return bool(+only_left) and bool(+only_right)


def hiding_tactic(terms: Iterable[Term], keep: frozenset[int] = frozenset()) -> str:
    """The tactic that makes a variable of every numeral in the goal from 2 on, but for `keep`; "" if there are none.

    What is still known of them: they are greater than 1, neighbours are neighbours, and a number is the same in ℕ and in ℤ.
    """
    nodes = _large(node for term in terms for node in term.walk())
    found = sorted({(value, sort) for value, sort in nodes if value not in keep and sort in _SORTS})
    if not found:
        return ""
    lines, links = list[str](), list[str]()
    for value, sort in found:
        lines.append(f"have large_{value}_{sort} : (1 : {sort}) < {value} := by decide")
        if sort != "Rat" and (value - 1, sort) in found:
            lines.append(f"have next_{value}_{sort} : ({value} : {sort}) = {value - 1} + 1 := rfl")
        if sort == "Int" and (value, "Nat") in found:
            lines.append(f"have link_{value} : (({value} : Nat) : Int) = ({value} : Int) := rfl")
            links.append(f"subst link_{value}")
    hidden = ", ".join(f"({value} : {sort}) = number_{value}_{sort}" for value, sort in found)
    return "\n".join([*lines, f"generalize {hidden} at *", *links])


def _large(nodes: Iterable[Term]) -> Iterator[tuple[int, str]]:
    """Value and type of the numerals from 2 on."""
    for node in nodes:
        if node.tag == "number" and node.name.isdecimal() and int(node.name) > 1:
            yield int(node.name), node.type or "Nat"
