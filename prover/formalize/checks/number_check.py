"""NUMBERS: the numbers of the text against the numerals of the statement, and the answer of the text against its conclusion.

Large numbers are held to it: one that is missing, or that the text does not have, rejects unless others explain it. Small ones come
and go with the words ("units digit" is % 10), so that one alone is at most flagged; one gone and another there is a wrong number.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from lean_env.term import Term
from prover.formalize.candidate import CheckName, Finding, WordProblem
from prover.formalize.checks.bounds import ground_value
from prover.formalize.checks.text_numbers import Answer, TextNumbers, text_numbers
from prover.formalize.checks.trees import Claim, leaves, shown
from prover.symbolic.terms import ORDER, numeral, sides

SMALL = 12  # numbers up to this one are often left out, or in, for good reasons
TELLING = 3  # the least number that says anything by being there
_ANYWHERE = frozenset({100, 1000, 10**4, 10**5, 10**6})


def check_numbers(problem: WordProblem, claim: Claim) -> Finding:
    """Reject for a wrong answer or a wrong number, flag what is missing or there without need."""
    if claim.is_cut:
        return Finding(CheckName.NUMBERS, "unknown", "the statement is too large to be looked at whole")
    text = text_numbers(problem.text, problem.answer)
    wrong, doubt = _answered(text, claim) if text.answer is not None else ("", "")
    if wrong:
        return Finding(CheckName.NUMBERS, "reject", f"wrong number: {wrong}")
    wrong, doubts = _compared(text, claim)
    if wrong:
        return Finding(CheckName.NUMBERS, "reject", f"wrong number: {wrong}")
    remarks = [remark for remark in (doubt, *doubts, _times_nothing(claim)) if remark]
    return Finding(CheckName.NUMBERS, "flag" if remarks else "pass", "; ".join(remarks))


def _times_nothing(claim: Claim) -> str:
    """A number that is there without a say: in a product with 0, as a remainder by 1, or added to both sides."""
    for node in (node for term in claim.terms for node in term.walk()):
        product, remainder = sides(node, "*"), sides(node, "%")
        if (product and any(numeral(side) == 0 for side in product)) or (remainder and numeral(remainder[1]) == 1):
            return f"{shown(node)} is 0 whatever the numbers in it"
        if pair := sides(node, "="):
            both = _summands(pair[0]) & _summands(pair[1])
            if any((ground_value(part) or 0) > SMALL for part in both):
                return f"the same number is added on both sides of {shown(node)}"
    return ""


def _summands(term: Term) -> set[Term]:
    pair = sides(term, "+")
    return _summands(pair[0]) | _summands(pair[1]) if pair else {term}


# -- the answer -------------------------------------------------------------------------------------------------------------------


def _answered(text: TextNumbers, claim: Claim) -> tuple[str, str]:
    """What is wrong with the conclusion for the answer of the text, and what is doubtful; "" and "" if it is there."""
    answer = text.answer
    if answer is None or not answer.numbers:
        return "", ""
    there = _values([claim.target])
    missing = [number for number in answer.numbers if number not in there]
    if not answer.is_number:
        told = f"the answer {answer.text!r} has {_listed(missing)}, the conclusion has not"
        return "", told if missing else ""
    [number] = answer.numbers
    compared = {value for leaf in leaves(claim.target) for side in leaf.args if (value := numeral(side)) is not None}
    equal = [leaf for leaf in leaves(claim.target) if leaf.name not in ORDER]
    if number in compared and _is_left_open(claim.target):
        return "", f"the text says that it is {number}, the conclusion leaves open whether it is"
    is_divided = all(leaf.is_app("Dvd.dvd") for leaf in leaves(claim.target) if any(numeral(side) == number for side in leaf.args))
    if number in there and (not compared or (number in compared and is_divided)):
        return "", f"the text says that it is {number}, the conclusion says that of nothing"
    if number in compared or (number in there and compared <= text.given):  # as the 1 of `2003 = 11 * q + 1`
        is_bound = number in compared and not any(numeral(side) == number for leaf in equal for side in leaf.args)
        return "", f"the text says that it is {number}, the conclusion only bounds it" if is_bound else ""
    return _not_a_side(text, claim, answer, compared)


def _is_left_open(target: Term) -> bool:
    """Whether a claim is one of several that may hold."""
    if target.tag in ("forall", "implies", "lambda"):
        return _is_left_open(target.args[1])
    if target.is_app("Exists", 1) or target.is_app("And", 2):
        return any(_is_left_open(arg) for arg in target.args)
    return target.is_app("Or", 2)


def _not_a_side(text: TextNumbers, claim: Claim, answer: Answer, sides: set[int]) -> tuple[str, str]:
    """The answer is nothing that the conclusion compares with: wrong, unless the form of the question explains it."""
    [number] = answer.numbers
    told = f"the text says that it is {number}, the conclusion compares with {_listed(sides) or 'no number'}"
    if 10 in text.brought and 0 <= number <= 9 and any(str(number) in str(abs(side)) for side in sides):
        return "", told  # "What is the tens digit?" claimed as the last two digits
    orders = {v for leaf in leaves(claim.target) if leaf.name in ORDER for side in leaf.args if (v := numeral(side)) is not None}
    return ("", told) if {number - 1, number + 1} & orders else (told, "")


# -- the rest ---------------------------------------------------------------------------------------------------------------------


def _compared(text: TextNumbers, claim: Claim) -> tuple[str, list[str]]:
    """What is wrong with the numbers of the statement, and what is doubtful."""
    stated = {abs(value) for value in _values(claim.terms)}
    answers = {abs(number) for number in text.answer.numbers} if text.answer else set[int]()
    known = text.given | text.brought | answers
    missing = {number for number in text.given - stated if number >= TELLING}
    extra = {number for number in stated - known if number >= TELLING and number not in _ANYWHERE}
    if text.answer is None:
        extra -= {abs(value) for value in _values([claim.target])}  # the text does not tell its answer: the statement has to
    close = _beside(_bounds(claim), missing, extra)
    if not extra:  # residues modulo 17 are those between 0 and 16
        close |= {n for n in missing if n + 1 in stated}
    unexplained_missing = {n for n in missing - close if n > SMALL and not _is_made_of(n, stated)}
    unexplained_extra = {n for n in extra - close if n > SMALL and not _is_made_of(n, text.given | text.brought)}
    if unexplained_missing or unexplained_extra:
        return _difference(missing, extra), []
    gone, come = missing - close, extra - close
    if gone and come and not gone <= text.counted:
        return _difference(gone, come), []
    doubts = [_difference(missing, extra)] if missing or extra else []
    if text.answer is None and (own := {abs(v) for v in _values([claim.target])} - known - _ANYWHERE):
        large = {number for number in own if number > SMALL}
        doubts += [f"the conclusion has {_listed(large)}, which the text does not tell"] if large else []
    return "", doubts


def _difference(missing: set[int], extra: set[int]) -> str:
    parts = [f"the text has {_listed(missing)}, the statement has not"] if missing else []
    parts += [f"the statement has {_listed(extra)}, the text has not"] if extra else []
    return "; ".join(parts)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) if abs(number) < 10**20 else f"{str(number)[:10]}…" for number in sorted(numbers))


def _values(terms: Iterable[Term]) -> set[int]:
    """The numerals of terms, negative ones under both signs."""
    return {value for term in terms for node in term.walk() if (value := numeral(node)) is not None}


def _bounds(claim: Claim) -> set[int]:
    """Numerals that something is bounded by."""
    orders = (node for term in claim.terms for node in term.walk() if node.tag == "const" and node.name in ORDER)
    return {value for node in orders for side in node.args if (value := numeral(side)) is not None}


def _beside(bounds: set[int], missing: set[int], extra: set[int]) -> set[int]:
    """Numbers gone and come that are one bound written in two ways: below 50, at most 49."""
    pairs = {(gone, come) for gone in missing for come in extra if abs(gone - come) == 1 and come in bounds}
    return {number for pair in pairs for number in pair}


def _is_made_of(number: int, others: Iterable[int]) -> bool:
    """Whether it is a sum, difference, product, quotient, square or power of two of the others, neither of them 0 or 1."""
    parts = sorted(other for other in set(others) if 2 <= other < 10**9)
    for part in parts:
        if part * 2 == number or part * part == number or (number > 1 and number * number == part):
            return True
    return any(
        number in (one + two, two - one, one * two) or two == number * one or _is_power(number, one, two)
        for one, two in combinations(parts, 2)
    )


def _is_power(number: int, one: int, two: int) -> bool:
    return (two <= 64 and one**two == number) or (one <= 64 and two**one == number)
