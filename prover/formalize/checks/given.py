"""Whether a proposition is given already, by its form alone: it is a hypothesis, an instance of one, or one step from them.

Works on canonical terms. No means only that it is not evident.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lean_env.term import Term
from prover.formalize.checks.trees import canonical
from prover.symbolic.terms import conjuncts, numeral, sides

_SYMMETRIC = frozenset({"Eq", "Ne", "Iff", "And", "Or"})


def is_given(form: Term, given: Iterable[Term]) -> bool:
    """Whether a canonical proposition is among canonical hypotheses, or follows from one at a value, its premises being given."""
    known = frozenset(given)
    return form in known or any(_is_instance(form, rule, known) for fact in known for rule in _rules(fact))


def is_same_sum(left: Term, right: Term) -> bool:
    """Whether two terms with something besides numerals are the same sum: `x + 0` and `x`, `2 + r` and `r + 2`."""
    one, two = Counter[Term](), Counter[Term]()
    has_parts = _add(one, left, 1) | _add(two, right, 1)
    return has_parts and {key: n for key, n in one.items() if n} == {key: n for key, n in two.items() if n}


def _rules(fact: Term) -> Iterator[Term]:
    """What a fact says of the form: if these, then that."""
    if fact.tag in ("forall", "implies"):
        yield fact
    elif fact.is_app("Iff", 2):
        yield Term("implies", "", "", fact.args)
        yield Term("implies", "", "", fact.args[::-1])


def _is_instance(form: Term, rule: Term, known: frozenset[Term]) -> bool:
    variables: set[str] = set()
    premises: list[Term] = []
    while rule.tag in ("forall", "implies"):
        if rule.tag == "forall":
            variables.add(rule.name)
        else:
            premises += conjuncts(rule.args[0])
        rule = rule.args[1]
    for part in conjuncts(rule):
        for values in _matches(part, form, variables, {}):
            if all(canonical(_at(premise, values)) in known for premise in premises):
                return True
    return False


def _matches(pattern: Term, form: Term, variables: set[str], values: Mapping[str, Term]) -> Iterator[Mapping[str, Term]]:
    """The values of a pattern's variables for which it is a form."""
    if pattern.tag == "bound" and pattern.name in variables and not pattern.args:
        if values.get(pattern.name, form) == form:
            yield {**values, pattern.name: form}
        return
    if (pattern.tag, pattern.name, pattern.type, len(pattern.args)) != (form.tag, form.name, form.type, len(form.args)):
        return
    orders = [form.args, form.args[::-1]] if pattern.name in _SYMMETRIC and len(form.args) == 2 else [form.args]
    for args in orders:
        found: list[Mapping[str, Term]] = [values]
        for one, other in zip(pattern.args, args, strict=True):
            found = [more for each in found for more in _matches(one, other, variables, each)]
        yield from found


def _at(term: Term, values: Mapping[str, Term]) -> Term:
    if term.tag == "bound" and not term.args:
        return values.get(term.name, term)
    return Term(term.tag, term.name, term.type, tuple(_at(arg, values) for arg in term.args))


def _add(total: Counter[Term], term: Term, times: int) -> bool:
    """Add a multiple of a term to a sum; whether it has anything but numerals."""
    value = numeral(term)
    if value is not None:
        total[Term("number", "1", "", ())] += times * value
        return False
    if pair := sides(term, "+"):
        return _add(total, pair[0], times) | _add(total, pair[1], times)
    if (pair := sides(term, "-")) and term.type != "Nat":
        return _add(total, pair[0], times) | _add(total, pair[1], -times)
    if pair := sides(term, "*"):
        for factor, rest in (pair, pair[::-1]):
            if (value := numeral(factor)) is not None:
                return _add(total, rest, times * value)
    total[canonical(term)] += times
    return True
