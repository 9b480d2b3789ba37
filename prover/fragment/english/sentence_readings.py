"""What the rules for sentences say: acts, in the order of the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, cast

from prover.fragment.english.predicate_readings import relate, say
from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    Act,
    Acts,
    All,
    Answer,
    AnswerOption,
    Ask,
    AskExtreme,
    Bound,
    Claim,
    Declare,
    DeclareFunction,
    Domain,
    Fraction,
    Given,
    Joined,
    Kind,
    OfKind,
    Operated,
    Option,
    Pronoun,
    Related,
    Said,
    SolveFor,
    Spoken,
)
from prover.fragment.english.substituting import about, nodes
from prover.fragment.meaning import Variable

# The variable of "what integer is ...", which the text gives no name.
UNNAMED = "n"

DigitPlace = Callable[[Said], Said]


def _start(*parts: Acts) -> Acts:
    if any(isinstance(node, Pronoun) for part in parts for node in nodes(part.acts)):
        raise Senseless("it is not clear what “it” is")
    return _acts(*parts)


def _acts(*parts: Acts) -> Acts:
    return Acts(tuple(act for part in parts for act in part.acts))


def _one(*acts: Act) -> Acts:
    return Acts(acts)


def _suppose(formula: Spoken) -> Acts:
    return _one(Given(formula))


def _fact(formula: Spoken) -> Acts:
    return _one(Given(formula, is_fact=True))


def _declare(names: tuple[str, ...], kind: Kind, formula: Spoken | None = None) -> Acts:
    declared = Declare(names, kind)
    return _one(declared) if formula is None else _one(declared, Given(formula))


def _declare_function(name: str, kind: Kind, formula: Spoken | None = None) -> Acts:
    if kind.properties or not kind.sort:
        raise Senseless("of the values of a sequence only that they are integers or natural numbers is understood")
    declared = DeclareFunction(name, kind.sort)
    return _one(declared) if formula is None else _one(declared, Given(formula))


def _declare_sequence(name: str, _index: str, kind: Kind, formula: Spoken) -> Acts:
    return _declare_function(name, kind, formula)


def _suppose_second(_name: str, _index: str, formula: Spoken) -> Acts:
    return _suppose(formula)


def _suppose_first(_name: str, formula: Spoken) -> Acts:
    return _suppose(formula)


def _if_then(formula: Spoken, then: Acts) -> Acts:
    if any(isinstance(act, Claim) for act in then.acts):
        return Acts(tuple(Claim(Joined("→", formula, act.formula, True)) if isinstance(act, Claim) else act for act in then.acts))
    return Acts((Given(formula), *then.acts))


def _each_act(domain: Domain, then: Acts) -> Acts:
    if any(isinstance(act, Claim) for act in then.acts):
        return Acts(tuple(Claim(Bound("∀", domain, act.formula, True)) if isinstance(act, Claim) else act for act in then.acts))
    declared: list[Act] = [Declare(domain.names, domain.kind or Kind(""))]
    if domain.restriction is not None:
        declared.append(Given(domain.restriction))
    return Acts((*declared, *then.acts))


def _ask(term: Said, tail: Spoken | None = None) -> Acts:
    return _one(Ask(term)) if tail is None else _one(Given(tail), Ask(term))


def _ask_fraction(above: Said, below: Said, tail: Spoken | None = None) -> Acts:
    return _ask(Fraction(above, below), tail)


def _if_ask(formula: Spoken, term: Said) -> Acts:
    return _ask(term, formula)


def _ask_divided(operation: str) -> Callable[..., Acts]:
    def read(*parts: object) -> Acts:
        left, right = cast("tuple[Said, Said]", parts[0] if isinstance(parts[0], tuple) else parts)
        return _ask(Operated("%" if operation == "%" else "/", left, right))

    return read


def _ask_digits(term: Said, place: DigitPlace) -> Acts:
    return _ask(place(term))


def _ask_which(kind: Kind, predicate: Spoken) -> Acts:
    term = Variable(UNNAMED)
    if any(isinstance(node, Variable) for node in nodes(predicate)):
        raise Senseless("which number is asked for is not clear")
    said = OfKind((term,), predicate.kind) if isinstance(predicate, OfKind) else about(predicate, term)
    return _one(Declare((UNNAMED,), kind), Given(said), Ask(term, is_search=True))


def _ask_named(kind: Kind, name: str, predicate: Spoken) -> Acts:
    term = Variable(name)
    return _one(Declare((name,), kind), Given(say(term, predicate)), Ask(term, is_search=True))


def _solve(formula: Spoken, modulus: Said | None = None) -> Acts:
    return _one(SolveFor(formula, modulus))


def _solve_for(name: str, formula: Spoken) -> Acts:
    return _one(Given(formula), Ask(Variable(name)))


def _solve_after(formula: Spoken, name: str) -> Acts:
    return _solve_for(name, formula)


def _find_such(*parts: object) -> Acts:
    kind, names, formula = cast("tuple[Kind, tuple[str, ...], Spoken]", parts[-3:])
    if len(names) != 1:
        raise Senseless("only one number can be asked for")
    return _one(Declare(names, kind), Given(formula), Ask(Variable(names[0]), is_search=True))


def _find_bounded(kind: Kind, names: tuple[str, ...], relation: str, term: Said, formula: Spoken) -> Acts:
    return _find_such(kind, names, All((relate(relation, Variable(names[0]), term), formula)))


def _ask_extreme(relation: Literal["≤", "≥"], kind: Kind, name: str, formula: Spoken) -> Acts:
    return _one(AskExtreme(relation, name, kind, formula))


def _ask_extreme_bounded(which: Literal["≤", "≥"], kind: Kind, name: str, relation: str, term: Said) -> Acts:
    return _ask_extreme(which, kind, name, relate(relation, Variable(name), term))


def _ask_extreme_that(relation: Literal["≤", "≥"], kind: Kind, predicate: Spoken) -> Acts:
    if any(isinstance(node, Variable) for node in nodes(predicate)):
        raise Senseless("which number is asked for is not clear")
    return _ask_extreme(relation, kind, UNNAMED, say(Variable(UNNAMED), predicate))


def _ask_extreme_kind(relation: Literal["≤", "≥"], kind: Kind) -> Acts:
    if not kind.properties:
        raise Senseless("of which numbers the smallest or largest is meant is not said")
    return _ask_extreme(relation, kind, UNNAMED, All(()))


def _ask_extreme_multiple(relation: Literal["≤", "≥"], kind: Kind, terms: tuple[Said, ...]) -> Acts:
    if any(isinstance(node, Variable) for node in nodes(terms)):
        raise Senseless("which number is asked for is not clear")
    number = Variable(UNNAMED)
    return _ask_extreme(relation, kind, UNNAMED, All(tuple(Related("∣", term, number) for term in terms)))


def _claim(formula: Spoken) -> Acts:
    return _one(Claim(formula))


def _claim_if(formula: Spoken, condition: Spoken) -> Acts:
    return _claim(Joined("→", condition, formula, True))


def _answer(term: Said) -> Acts:
    return _one(Answer(term))


def _option(letter: str, term: Said | None = None) -> Acts:
    return _one(Option(letter, term))


def _answer_option(letter: str, term: Said | None = None) -> Acts:
    return _one(AnswerOption(Option(letter, term)))


def _same(said: object) -> object:
    return said


def _nothing(*_parts: object) -> Acts:
    return Acts()


SENTENCES: Mapping[str, Callable[..., object]] = {
    "start": _start,
    "acts": _acts,
    "suppose": _suppose,
    "suppose_second": _suppose_second,
    "suppose_first": _suppose_first,
    "fact": _fact,
    "declare": _declare,
    "declare_function": _declare_function,
    "declare_sequence": _declare_sequence,
    "if_then": _if_then,
    "each_act": _each_act,
    "ask": _ask,
    "ask_fraction": _ask_fraction,
    "if_ask": _if_ask,
    "tail": _same,
    "ask_remainder": _ask_divided("%"),
    "ask_quotient": _ask_divided("/"),
    "ask_digits": _ask_digits,
    "ask_which": _ask_which,
    "ask_named": _ask_named,
    "solve": _solve,
    "solve_for": _solve_for,
    "solve_after": _solve_after,
    "as_residue": _same,
    "find_such": _find_such,
    "find_bounded": _find_bounded,
    "ask_extreme": _ask_extreme,
    "ask_extreme_bounded": _ask_extreme_bounded,
    "ask_extreme_that": _ask_extreme_that,
    "ask_extreme_kind": _ask_extreme_kind,
    "ask_extreme_multiple": _ask_extreme_multiple,
    "claim": _claim,
    "claim_if": _claim_if,
    "answer": _answer,
    "answer_option": _answer_option,
    "options": _acts,
    "option": _option,
    "nothing": _nothing,
}
