"""Whether the equations of a story can determine what it asks, and whether every number of the text stands in them.

Counts, and solves nothing: equations are matched to the variables that they can determine; a variable that is left over, or that
hangs on one that is, is open. A text that says too little is so caught before anybody tries to prove something about it.
"""

from __future__ import annotations

from prover.fragment.meaning import Apply, Compare, Formula, Meaning, Negative, Number, Term, Variable


def variables_of(thing: Term | Formula) -> frozenset[str]:
    """The names in a term or a comparison."""
    match thing:
        case Variable(name):
            return frozenset({name})
        case Apply(_, left, right) | Compare(_, left, right):
            return variables_of(left) | variables_of(right)
        case Negative(term):
            return variables_of(term)
        case _:
            return frozenset()


def numbers_of(thing: Term | Formula) -> frozenset[int]:
    """The numerals in a term or a comparison."""
    match thing:
        case Number(value):
            return frozenset({value})
        case Apply(_, left, right) | Compare(_, left, right):
            return numbers_of(left) | numbers_of(right)
        case Negative(term):
            return numbers_of(term)
        case _:
            return frozenset()


def undetermined(meaning: Meaning) -> frozenset[str]:
    """The variables that the equations leave open. A remainder determines nothing, unless a remainder is asked for."""
    asked = meaning.asked
    remainders_count = isinstance(asked, Apply) and asked.operation == "%"
    equations = [
        variables_of(given)
        for given in meaning.hypotheses
        if isinstance(given, Compare) and given.relation == "=" and (remainders_count or not _has_remainder(given.left))
    ]
    return frozenset(_open_variables(equations, {declared.name for declared in meaning.declared}))


def _has_remainder(term: Term) -> bool:
    return isinstance(term, Apply) and (term.operation == "%" or _has_remainder(term.left) or _has_remainder(term.right))


def _open_variables(equations: list[frozenset[str]], names: set[str]) -> set[str]:
    """The variables that no largest matching reaches safely: the unmatched ones, and what they could take the place of."""
    chosen: dict[str, int] = {}

    def settle(equation: int, seen: set[str]) -> bool:
        for name in sorted(equations[equation] - seen):
            seen.add(name)
            if name not in chosen or settle(chosen[name], seen):
                chosen[name] = equation
                return True
        return False

    for equation in range(len(equations)):
        settle(equation, set())
    owner = {equation: name for name, equation in chosen.items()}
    open_names: set[str] = set()
    waiting = [name for name in names if name not in chosen]
    while waiting:
        name = waiting.pop()
        if name in open_names:
            continue
        open_names.add(name)
        waiting.extend(owner[index] for index, equation in enumerate(equations) if name in equation and index in owner)
    return open_names
