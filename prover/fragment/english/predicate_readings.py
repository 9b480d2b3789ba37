"""What the rules for what is said of a term say: "exceeds", "is a multiple of", "leaves a remainder of"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    All,
    Denied,
    Fraction,
    Kind,
    OfKind,
    OneOf,
    Operated,
    Pronoun,
    Related,
    Said,
    Spoken,
)
from prover.fragment.english.substituting import about, nodes
from prover.fragment.meaning import Number, Relation, Variable

_IT = Pronoun()


def relate(relation: str, left: Said, right: Said) -> Spoken:
    """A relation by its sign; ∤ is the negation of ∣."""
    if relation == "∤":
        return Denied(Related("∣", left, right))
    return Related(cast(Relation, relation), left, right)


def congruence(left: Said, right: Said, modulus: Said) -> Spoken:
    """Left ≡ right (mod modulus), as remainders; a numeral that is a remainder already stays as it is."""
    return Related("=", Operated("%", left, modulus), _reduced(right, modulus))


def _reduced(term: Said, modulus: Said) -> Said:
    is_remainder = isinstance(term, Number) and isinstance(modulus, Number) and term.value < modulus.value
    return term if is_remainder else Operated("%", term, modulus)


def _is(relation: Relation, *, is_left: bool = False) -> Callable[[Said], Spoken]:
    def read(term: Said) -> Spoken:
        return Related(relation, term, _IT) if is_left else Related(relation, _IT, term)

    return read


def _is_no_divisor(term: Said) -> Spoken:
    return Denied(Related("∣", _IT, term))


def _subject_of(formula: Spoken) -> Spoken:
    return formula


def _is_multiple(terms: tuple[Said, ...]) -> Spoken:
    links = tuple(Related("∣", term, _IT) for term in terms)
    return links[0] if len(links) == 1 else All(links)


def _is_multiple_of(*parts: object) -> Spoken:
    return _is_multiple(cast("tuple[Said, ...]", parts[0] if isinstance(parts[0], tuple) else parts))


def _is_not(predicate: Spoken) -> Spoken:
    if isinstance(predicate, All):
        raise Senseless("whether both or only one of them is denied is not clear")
    return Denied(predicate)


def _divides_both(left: Said, right: Said) -> Spoken:
    return All((Related("∣", _IT, left), Related("∣", _IT, right)))


def _is_either_multiple(left: Said, right: Said) -> Spoken:
    return OneOf((Related("∣", left, _IT), Related("∣", right, _IT)))


def _is_neither_multiple(left: Said, right: Said) -> Spoken:
    return All((Denied(Related("∣", left, _IT)), Denied(Related("∣", right, _IT))))


def _is_one_of(left: Said, right: Said) -> Spoken:
    return OneOf((Related("=", _IT, left), Related("=", _IT, right)))


def _is_either(left: Kind, right: Kind) -> Spoken:
    return OneOf((OfKind((_IT,), left), OfKind((_IT,), right)))


def _is_above_multiple(above: str, modulus: str) -> Spoken:
    if not 0 <= int(above) < int(modulus):
        raise Senseless("how much more than a multiple is not clear")
    return Related("=", Operated("%", _IT, Number(int(modulus))), Number(int(above)))


def _is_below_multiple(below: str, modulus: str) -> Spoken:
    return Related("∣", Number(int(modulus)), Operated("+", _IT, Number(int(below))))


def _one_of_them(count: str, *parts: object) -> Spoken:
    if count != "1":
        raise Senseless(f"at least {count} of several is not understood")
    *terms, kind = parts
    return OneOf(tuple(OfKind((cast(Said, term),), cast(Kind, kind)) for term in terms))


def _is_between(low: Said, high: Said) -> Spoken:
    return All((Related("≤", low, _IT), Related("≤", _IT, high)))


def _is_strictly_between(low: Said, high: Said) -> Spoken:
    return All((Related("<", low, _IT), Related("<", _IT, high)))


def _exceeds_by(term: Said, excess: Said) -> Spoken:
    return Related("=", _IT, Operated("+", term, excess))


def _is_congruent(residues: tuple[Said, ...], modulus: Said) -> Spoken:
    links = tuple(congruence(_IT, residue, modulus) for residue in residues)
    return links[0] if len(links) == 1 else OneOf(links)


def _is_inverse(term: Said, modulus: Said) -> Spoken:
    return congruence(Operated("*", _IT, term), Number(1), modulus)


def _leaves(remainder: Said, divisor: Said) -> Spoken:
    return Related("=", Operated("%", _IT, divisor), remainder)


def _is_kind(kind: Kind) -> Spoken:
    return OfKind((_IT,), kind)


def _subject(term: Said) -> Said:
    return term


def say(subject: Said, predicate: Spoken) -> Spoken:
    """A predicate said of a subject. Raises Senseless."""
    if any(isinstance(node, Pronoun) for node in nodes(subject)):
        raise Senseless("it is not clear what “it” is")
    return _about(predicate, subject)


def _about(predicate: Spoken, subject: Said) -> Spoken:
    if isinstance(predicate, OfKind):
        if isinstance(subject, Fraction):
            if predicate.kind.properties:
                raise Senseless("of a fraction only that it is an integer is understood")
            return Related("∣", subject.below, subject.above)
        return OfKind((subject,), predicate.kind)
    if isinstance(predicate, Denied):
        return Denied(_about(predicate.formula, subject))
    return about(predicate, subject)


def _are(names: tuple[str, ...], kind: Kind, formula: Spoken | None = None) -> Spoken:
    declared = OfKind(tuple(Variable(name) for name in names), kind)
    return declared if formula is None else All((declared, formula))


def _of_kind_satisfy(kind: Kind, names: tuple[str, ...], *formulas: Spoken) -> Spoken:
    return All((OfKind(tuple(Variable(name) for name in names), kind), *formulas))


def _of_kind_are(kind: Kind, names: tuple[str, ...], what: Kind) -> Spoken:
    terms = tuple(Variable(name) for name in names)
    return All((OfKind(terms, kind), OfKind(terms, what)))


def _where(formula: Spoken, names: tuple[str, ...], kind: Kind) -> Spoken:
    return All((OfKind(tuple(Variable(name) for name in names), kind), formula))


def _divides_with(divided: tuple[Said, Said], quotient: Said, remainder: Said) -> Spoken:
    return All((Related("=", Operated("/", *divided), quotient), Related("=", Operated("%", *divided), remainder)))


def _divides_leaving(divided: tuple[Said, Said], remainder: Said) -> Spoken:
    return Related("=", Operated("%", *divided), remainder)


def _same_residue(left: Said, right: Said, modulus: Said) -> Spoken:
    return Related("=", Operated("%", left, modulus), Operated("%", right, modulus))


PREDICATES: Mapping[str, Callable[..., object]] = {
    "is_equal": _is("="),
    "is_unequal": _is("≠"),
    "is_greater": _is(">"),
    "is_less": _is("<"),
    "is_at_least": _is("≥"),
    "is_at_most": _is("≤"),
    "is_multiple": _is_multiple_of,
    "is_divisor": _is("∣"),
    "is_no_divisor": _is_no_divisor,
    "is_between": _is_between,
    "is_strictly_between": _is_strictly_between,
    "exceeds_by": _exceeds_by,
    "is_congruent": _is_congruent,
    "is_inverse": _is_inverse,
    "leaves": _leaves,
    "is_kind": _is_kind,
    "satisfies": _subject_of,
    "subject": _subject,
    "say": say,
    "are": _are,
    "of_kind_satisfy": _of_kind_satisfy,
    "where": _where,
    "is_not": _is_not,
    "divides_both": _divides_both,
    "is_either_multiple": _is_either_multiple,
    "is_neither_multiple": _is_neither_multiple,
    "is_one_of": _is_one_of,
    "is_either": _is_either,
    "is_above_multiple": _is_above_multiple,
    "is_below_multiple": _is_below_multiple,
    "one_of_them": _one_of_them,
    "of_kind_are": _of_kind_are,
    "divides_with": _divides_with,
    "divides_leaving": _divides_leaving,
    "same_residue": _same_residue,
}
