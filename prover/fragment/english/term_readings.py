"""What the rules for terms and kinds of numbers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Literal

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    Any,
    Called,
    Digits,
    Fraction,
    Indexed,
    Introduced,
    Kind,
    Member,
    Minus,
    Operated,
    Pronoun,
    Said,
)
from prover.fragment.meaning import Number, Operation, Variable
from prover.fragment.names import RESERVED

_IT = Pronoun()
_MAX_DIGITS = 400

DigitPlace = Callable[[Said], Said]


def _number(digits: str) -> Said:
    if len(digits) > _MAX_DIGITS:
        raise Senseless("a numeral is too long")
    return Number(int(digits))


def _name(letters: str) -> str:
    if letters in RESERVED:
        raise Senseless(f"{letters} cannot name a variable")
    return letters


def _name_a() -> str:
    return "a"


def _operation(operation: Operation) -> Callable[[Said, Said], Said]:
    def read(left: Said, right: Said) -> Said:
        return Operated(operation, left, right)

    return read


def _many(operation: Operation) -> Callable[..., Said]:
    def read(*terms: Said) -> Said:
        return reduce(_operation(operation), terms)

    return read


def _same(said: Said) -> Said:
    return said


def _cut_minus(left: Said, right: Said) -> Said:
    return Operated("-", left, right, is_cut=True)


def _minus_from(left: Said, right: Said) -> Said:
    return Operated("-", right, left)


def _power(exponent: int) -> Callable[[Said], Said]:
    def read(base: Said) -> Said:
        return Operated("^", base, Number(exponent))

    return read


def _twice(term: Said) -> Said:
    return Operated("*", Number(2), term)


def _number_times(factor: str, term: Said) -> Said:
    return Operated("*", _number(factor), term)


def _numeral(digits: str, base: Said) -> Said:
    """321_b is 3b² + 2b + 1."""
    if isinstance(base, Number):
        if base.value < 2 or any(int(digit) >= base.value for digit in digits):
            raise Senseless(f"{digits} is no numeral in base {base.value}")
        return Number(sum(int(digit) * base.value**place for place, digit in enumerate(reversed(digits))))
    return reduce(_operation("+"), [_digit_in(base, int(d), place) for place, d in reversed(list(enumerate(reversed(digits))))])


def _digit_in(base: Said, digit: int, place: int) -> Said:
    if place == 0:
        return Number(digit)
    return Operated("*", Number(digit), base if place == 1 else Operated("^", base, Number(place)))


def _in_base(base: str, digits: str) -> Said:
    return _numeral(digits, Number(int(base)))


def _place(power: int) -> Callable[[], DigitPlace]:
    """The digit at a power of ten."""

    def digit(term: Said) -> Said:
        above = term if power == 1 else Operated("/", term, Number(power))
        return Operated("%", above, Number(10))

    def read() -> DigitPlace:
        return digit

    return read


def _last_digits(count: str) -> DigitPlace:
    if not 1 <= int(count) <= 9:
        raise Senseless(f"the last {count} digits are not asked for")

    def digits(term: Said) -> Said:
        return Operated("%", term, Number(10 ** int(count)))

    return digits


def _digits_of(place: DigitPlace, term: Said) -> Said:
    return place(term)


def _digits_of_it(place: DigitPlace) -> Said:
    return place(_IT)


def _digits(operation: Operation) -> Callable[[Said], Said]:
    def read(term: Said) -> Said:
        return Digits(operation, term)

    return read


def _its_digits(operation: Operation) -> Callable[[], Said]:
    def read() -> Said:
        return Digits(operation, _IT)

    return read


def _sum_of_squares(*terms: Said) -> Said:
    return reduce(_operation("+"), [_power(2)(term) for term in terms])


def _difference_of_squares(left: Said, right: Said) -> Said:
    return Operated("-", _power(2)(left), _power(2)(right))


def _square_of_it() -> Said:
    return _power(2)(_IT)


def _remainder_and(operation: Operation) -> Callable[[Said, Said, Said], Said]:
    def read(left: Said, modulus: Said, further: Said) -> Said:
        return Operated(operation, Operated("%", left, modulus), further)

    return read


def _residue_of(modulus: Said, term: Said) -> Said:
    return Operated("%", term, modulus)


def _remainder_when(divided: tuple[Said, Said]) -> Said:
    return Operated("%", *divided)


def _quotient_when(divided: tuple[Said, Said]) -> Said:
    return Operated("/", *divided)


def _divided(left: Said, right: Said) -> tuple[Said, Said]:
    return left, right


def _which(which: Literal["smallest", "largest", "middle"]) -> Callable[[], Said]:
    def read() -> Said:
        return Member(which)

    return read


def _introduced(kind: Kind, name: str) -> Said:
    return Introduced(name, kind)


def _every(kind: Kind) -> Said:
    return Any(kind, is_every=True)


def _some_number(kind: Kind) -> Said:
    raise Senseless(f"which {'number' if not kind.sort else 'integer'} is meant is not said")


TERMS: Mapping[str, Callable[..., object]] = {
    "name": _name,
    "name_a": _name_a,
    "number": _number,
    "variable": Variable,
    "remainder": _operation("%"),
    "plus": _operation("+"),
    "minus": _operation("-"),
    "cut_minus": _cut_minus,
    "times": _operation("*"),
    "floor": _operation("/"),
    "quotient": Fraction,
    "to_the": _operation("^"),
    "negative": Minus,
    "called": Called,
    "indexed": Indexed,
    "gcd": _many("gcd"),
    "lcm": _many("lcm"),
    "number_times": _number_times,
    "numeral": _numeral,
    "in_base": _in_base,
    "fraction": Fraction,
    "introduced": _introduced,
    "any_of": Any,
    "every_of": _every,
    "some_number": _some_number,
    "twice": _twice,
    "squared": _power(2),
    "cubed": _power(3),
    "minus_from": _minus_from,
    "it": Pronoun,
    "last_digit_of": _digits_of,
    "last_digits_of": _digits_of,
    "last_digit_of_it": _digits_of_it,
    "last_digits": _last_digits,
    "ones": _place(1),
    "tens": _place(10),
    "hundreds": _place(100),
    "thousands": _place(1000),
    "sum_of": _many("+"),
    "product_of": _many("*"),
    "sum_of_squares": _sum_of_squares,
    "difference_of_squares": _difference_of_squares,
    "square_of_it": _square_of_it,
    "digit_sum": _digits("+"),
    "digit_product": _digits("*"),
    "digit_sum_of_it": _its_digits("+"),
    "digit_product_of_it": _its_digits("*"),
    "member_of": _same,
    "largest": _which("largest"),
    "smallest": _which("smallest"),
    "middle": _which("middle"),
    "remainder_plus": _remainder_and("+"),
    "remainder_minus": _remainder_and("-"),
    "remainder_when": _remainder_when,
    "quotient_when": _quotient_when,
    "residue_of": _residue_of,
    "divided": _divided,
    "thing": _same,
}
