"""What the rules for formulas and for what is said of a term say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from itertools import pairwise
from typing import cast

from prover.fragment.english.kind_readings import KINDS
from prover.fragment.english.predicate_readings import PREDICATES, congruence, relate, say
from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    All,
    Bound,
    Consecutive,
    Denied,
    Domain,
    Joined,
    Kind,
    OneOf,
    Operated,
    Pronoun,
    Related,
    Said,
    Spoken,
)
from prover.fragment.english.substituting import about
from prover.fragment.meaning import Connective, Number, Operation, Quantifier, Sort, Variable

_IT = Pronoun()


def _constant(value: object) -> Callable[[], object]:
    def read() -> object:
        return value

    return read


def _chain(*parts: object) -> Spoken:
    terms, relations = cast("tuple[Said, ...]", parts[::2]), cast("tuple[str, ...]", parts[1::2])
    links = tuple(relate(relation, terms[at], terms[at + 1]) for at, relation in enumerate(relations))
    return links[0] if len(links) == 1 else All(links)


def _congruent(*parts: Said) -> Spoken:
    modulus, terms = parts[-1], parts[:-1]
    links = tuple(congruence(left, right, modulus) for left, right in pairwise(terms))
    return links[0] if len(links) == 1 else All(links)


def _not_congruent(left: Said, right: Said, modulus: Said) -> Spoken:
    return Denied(congruence(left, right, modulus))


def _connected(connective: Connective, *, is_said: bool = False) -> Callable[[Spoken, Spoken], Spoken]:
    def read(left: Spoken, right: Spoken) -> Spoken:
        return Joined(connective, left, right, is_said)

    return read


def _in_set(quantifier: Quantifier) -> Callable[[str, Sort, Spoken], Spoken]:
    def read(name: str, sort: Sort, formula: Spoken) -> Spoken:
        return Bound(quantifier, Domain((name,), Kind(sort)), formula)

    return read


def _all_bounded(name: str, bound: Spoken, formula: Spoken) -> Spoken:
    return Bound("∀", Domain((name,), None, about(bound, Variable(name))), formula)


def _bound(relation: str, term: Said) -> Spoken:
    return relate(relation, _IT, term)


# --- Domains: the "natural number n" of "for every natural number n".


def _kind_only(kind: Kind, names: tuple[str, ...], sort: Sort | None = None) -> Domain:
    if sort == "ℕ" and kind.sort not in ("", "ℕ"):
        raise Senseless("integers of ℕ are natural numbers")
    return Domain(names, kind)


def _kind_bounded(kind: Kind, names: tuple[str, ...], relation: str, term: Said) -> Domain:
    return Domain(names, kind, All(tuple(relate(relation, Variable(name), term) for name in names)))


def _in_set_domain(names: tuple[str, ...], sort: Sort) -> Domain:
    return Domain(names, Kind(sort))


def _name_bounded(name: str, relation: str, term: Said) -> Domain:
    return Domain((name,), None, relate(relation, Variable(name), term))


def _each_after(formula: Spoken, domain: Domain) -> Spoken:
    return Bound("∀", domain, formula, is_said=True)


def _every_after(formula: Spoken, domain: Domain) -> Spoken:
    if isinstance(formula, Denied):
        raise Senseless("“not” before “for all” can be read in two ways; say “for any”, or put “for all” first")
    return _each_after(formula, domain)


def _each(domain: Domain, formula: Spoken) -> Spoken:
    return Bound("∀", domain, formula, is_said=True)


def _exists(domain: Domain, formula: Spoken) -> Spoken:
    return Bound("∃", domain, formula, is_said=True)


def _exists_after(formula: Spoken, domain: Domain) -> Spoken:
    return _exists(domain, formula)


def _exists_none(domain: Domain, formula: Spoken) -> Spoken:
    return Denied(_exists(domain, formula))


def _some_has(kind: Kind, name: str, predicate: Spoken) -> Spoken:
    return _exists(Domain((name,), kind), say(Variable(name), predicate))


def _none_has(kind: Kind, name: str, predicate: Spoken) -> Spoken:
    return Denied(_some_has(kind, name, predicate))


def _equal_terms(left: Said, right: Said) -> Spoken:
    return Related("=", left, right)


def _coprime(left: Said, right: Said) -> Spoken:
    return Related("=", Operated("gcd", left, right), Number(1))


def _consecutive(operation: Operation, count: str, kind: Kind, total: Said) -> Spoken:
    if not 2 <= int(count) <= 20:
        raise Senseless(f"{count} consecutive integers are not read")
    return Consecutive(operation, int(count), kind, total)


def _all_of(*formulas: Spoken) -> Spoken:
    return All(formulas)


def _one_of(*formulas: Spoken) -> Spoken:
    return OneOf(formulas)


def _listed(*terms: object) -> tuple[object, ...]:
    return terms


def either(formulas: tuple[Spoken, ...]) -> Spoken:
    """The alternatives as ∨, the last two innermost."""
    return reduce(lambda right, left: Joined("∨", left, right), reversed(formulas))


FORMULAS: Mapping[str, Callable[..., object]] = {
    **KINDS,
    **PREDICATES,
    **{
        name: _constant(sign)
        for name, sign in {
            "equal": "=", "unequal": "≠", "less": "<", "at_most": "≤", "greater": ">", "at_least": "≥", "divides": "∣",
            "not_divides": "∤", "naturals": "ℕ", "integers": "ℤ", "a_sum": "+", "a_product": "*",
        }.items()
    },
    "chain": _chain,
    "congruent": _congruent,
    "not_congruent": _not_congruent,
    "all_in": _in_set("∀"),
    "some_in": _in_set("∃"),
    "all_bounded": _all_bounded,
    "bound": _bound,
    "iff": _connected("↔"),
    "implies": _connected("→"),
    "implied": _connected("→", is_said=True),
    "either": _connected("∨"),
    "both": _connected("∧"),
    "deny": Denied,
    "kind_only": _kind_only,
    "kind_bounded": _kind_bounded,
    "in_set": _in_set_domain,
    "name_bounded": _name_bounded,
    "bounded": _name_bounded,
    "just_names": Domain,
    "names": _listed,
    "terms_and": _listed,
    "residues": _listed,
    "each": _each,
    "each_after": _each_after,
    "every_after": _every_after,
    "exists": _exists,
    "exists_after": _exists_after,
    "exists_none": _exists_none,
    "some_has": _some_has,
    "none_has": _none_has,
    "coprime": _coprime,
    "equal_terms": _equal_terms,
    "consecutive": _consecutive,
    "all_of": _all_of,
    "one_of": _one_of,
}  # fmt: skip
