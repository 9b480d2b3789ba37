"""What the rules for kinds of numbers say: natural, positive, two-digit, greater than 5.

A kind's properties speak of a pronoun. A positive integer is a natural number with 0 < n; an integer that is said to be greater
than something stays an integer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import Kind, Operated, Pronoun, Related, Spoken
from prover.fragment.meaning import Number, Relation

_IT = Pronoun()
_BOUNDS = (Number(0), Number(10), Number(100), Number(1000))


def _related(relation: Relation, bound: int, *, is_left: bool = False) -> Spoken:
    return Related(relation, Number(bound), _IT) if is_left else Related(relation, _IT, Number(bound))


def _adjective(kind: Kind) -> Callable[[], Kind]:
    def read() -> Kind:
        return kind

    return read


def _digits(count: int) -> Kind:
    low = 0 if count == 1 else 10 ** (count - 1)
    properties = (_related("≤", 10**count - 1),)
    return Kind("ℕ", properties if low == 0 else (_related("≤", low, is_left=True), *properties), count)


def _kind(*parts: object) -> Kind:
    kinds = [part for part in parts if isinstance(part, Kind)]
    further = tuple(part for part in parts if not isinstance(part, Kind))
    noun, adjectives = kinds[-1], kinds[:-1]
    if not noun.sort and not any(kind.digits for kind in kinds):
        # A positive number need not be natural.
        adjectives = [_alone(kind) for kind in adjectives]
        kinds = [*adjectives, noun]
    if sum(kind.digits > 0 for kind in kinds) > 1:
        raise Senseless("a number has so many digits, or so many others")
    sorts = [kind.sort for kind in kinds if kind.sort]
    # "positive integer" and "two-digit integer": the adjective says that it is natural.
    sort = "ℕ" if "ℕ" in sorts else ("ℤ" if sorts else "")
    properties = tuple(one for kind in [*adjectives, noun] for one in kind.properties)
    is_positive = any(kind.sort == "ℕ" and not kind.digits for kind in adjectives)
    digits = max(kind.digits for kind in kinds)
    if digits > 1 and is_positive:
        properties = tuple(one for one in properties if one != _related("<", 0, is_left=True))
    if _related("<", 0) in properties:
        if "ℕ" in sorts:
            raise Senseless("a number is negative and natural")
        sort = "ℤ"
    step = 2 if any(kind.step == 2 for kind in kinds) else 1
    return Kind(sort, (*properties, *(one for one in further if isinstance(one, Spoken))), digits, step)


def _parity(remainder: int) -> Kind:
    return Kind("", (Related("=", Operated("%", _IT, Number(2)), Number(remainder)),), step=2)


def _alone(kind: Kind) -> Kind:
    """An adjective where no noun is: n is even; being positive does not make it natural."""
    is_bounded = any(isinstance(one, Related) and one.left in _BOUNDS for one in kind.properties)
    properties = kind.properties if is_bounded or kind.sort != "ℕ" else (_related("≤", 0, is_left=True), *kind.properties)
    return replace(kind, sort="", digits=0, properties=properties)


KINDS: Mapping[str, Callable[..., object]] = {
    "positive": _adjective(Kind("ℕ", (_related("<", 0, is_left=True),))),
    "minus_sign": _adjective(Kind("", (_related("<", 0),))),
    "not_negative": _adjective(Kind("ℕ")),
    "not_zero": _adjective(Kind("", (_related("≠", 0),))),
    "even": _adjective(_parity(0)),
    "odd": _adjective(_parity(1)),
    "one_digit": _adjective(_digits(1)),
    "two_digits": _adjective(_digits(2)),
    "three_digits": _adjective(_digits(3)),
    "four_digits": _adjective(_digits(4)),
    "integer": _adjective(Kind("ℤ")),
    "natural": _adjective(Kind("ℕ")),
    "number_kind": _adjective(Kind("")),
    "kind": _kind,
    "kind_adjective": _alone,
}
