"""A question of the fragment as a Lean program that computes its answer: definitions in the story's names, and an `#eval`.

Owns the plan: sequences become tables, equations become definitions in the order in which they can be computed (with elimination
done here, over the rationals), and what is left is searched. Programs check what is given, so that they print a number, or that
there is none, or that there are several. A guess all the same: search looks only so far. What the answer is, a proof decides.

A program uses only what the embedded engine can run: recursion of its own and loops over lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from prover.fragment.canonical import canonical
from prover.fragment.lean.writing import formula_text, is_name, term_text
from prover.fragment.meaning import Compare, Connect, Declared, Formula, Meaning, Not, Quantified, Sort, Term, Variable
from prover.fragment.solution.arithmetic import Linear, evaluate, linear, reduced, row_reduced, solved_for, variables_of
from prover.fragment.solution.powers import POWER_MODULO, computable_text, is_too_large
from prover.fragment.solution.searching import Question, outer_terms, searched
from prover.fragment.solution.sequences import define
from prover.fragment.sorts import Scope, scope_of, sort_of

NOTHING_FITS = "no value satisfies what is given"
TOO_LARGE = "the numbers get too large to be computed"


@dataclass(frozen=True, slots=True)
class Program:
    """Lean text that prints the answer, or a sentence that says why there is none; `how` is a sentence for people."""

    text: str
    how: str


@dataclass(frozen=True, slots=True)
class NotSolvable:
    """No program: `message` is for people."""

    message: str


@dataclass(slots=True)
class Plan:
    """What is known so far while a program is written.

    facts    the hypotheses that matter and are no definitions, without quantifiers
    defined  the numbers that the program defines; `definitions`, the facts that say no more than that
    values   of those, as far as they could be computed here
    lines    of the program
    """

    scope: Scope
    asked: Term
    sort: Sort
    facts: list[Formula]
    defined: set[str] = field(default_factory=set[str])
    definitions: set[Formula] = field(default_factory=set[Formula])
    values: dict[str, int] = field(default_factory=dict[str, int])
    lines: list[str] = field(default_factory=list[str])

    @property
    def unknown(self) -> list[str]:
        """The numbers that matter and that the program does not define, in the order in which they are declared."""
        mentioned = {name for part in (self.asked, *self.facts) for name in variables_of(part)}
        return [name for name, each in self.scope.items() if name in mentioned and name not in self.defined and not each.arity]


def program(meaning: Meaning) -> Program | NotSolvable:
    """The program for what is asked; an answer that the text gives is not looked at."""
    meaning = canonical(meaning)
    if meaning.asked is None:
        return NotSolvable("the text asks for no number")
    try:
        return _program(meaning, meaning.asked, scope_of(meaning))
    except ValueError as error:
        return NotSolvable(str(error))


def _program(meaning: Meaning, asked: Term, scope: Scope) -> Program | NotSolvable:
    if wrong := [name for name in scope if not is_name(name)]:
        raise ValueError(f"{wrong[0]} cannot be a name in Lean")
    plan = Plan(scope, asked, sort_of(scope, asked), _connected(asked, meaning.hypotheses))
    undefined = _define_sequences(plan)
    if undefined:
        return NotSolvable(f"it is not clear how {undefined} is computed")
    if any(map(_is_quantified, plan.facts)):
        return NotSolvable("something is given about all or some numbers, which cannot be computed")
    try:
        _define_in_turn(plan)
        form = _eliminate(plan)
    except ArithmeticError as error:
        return Program(f'#eval IO.println "{NOTHING_FITS}: {error}"', "elimination")
    if form is not None:
        text = f"-- by elimination from the equations that are given\n#eval {_fraction(form.constant, plan.sort)}"
        return Program(text, "elimination in the linear equations")
    if plan.unknown:
        facts = tuple(fact for fact in plan.facts if fact not in plan.definitions)
        question = Question(plan.scope, plan.asked, plan.sort, facts, plan.values, tuple(plan.unknown))
        found = searched(question, NOTHING_FITS)
        return Program(_joined([*plan.lines, *found.lines]), found.how)
    return _direct(plan)


def _direct(plan: Plan) -> Program | NotSolvable:
    """Everything is defined: compute what is asked for, if what is given holds."""
    answer, needs_powers = computable_text(plan.asked, plan.scope, plan.sort, plan.values)
    if answer is None:
        return NotSolvable(TOO_LARGE)
    lines = [*([POWER_MODULO] if needs_powers else []), *plan.lines]
    checked = [fact for fact in plan.facts if fact not in plan.definitions]
    if any(is_too_large(term, plan.values) for fact in checked for term in outer_terms(fact)):
        return NotSolvable(TOO_LARGE)
    checks = [formula_text(fact, plan.scope) for fact in checked]
    if not checks:
        return Program(_joined([*lines, f"#eval ({answer} : {plan.sort})"]), "by computing")
    condition = " ∧ ".join(f"({check})" for check in checks)
    lines.append(f'#eval IO.println (if {condition} then toString ({answer} : {plan.sort}) else "{NOTHING_FITS}")')
    return Program(_joined(lines), "by computing one number after the other")


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line)


def _fraction(value: Fraction, sort: Sort) -> str:
    if value.denominator != 1 or (sort == "ℕ" and value < 0):
        return f'IO.println "{NOTHING_FITS}: it would be {value}"'
    return f"({value} : {sort})"


# -- what matters -------------------------------------------------------------------------------------------------------------


def _connected(asked: Term, hypotheses: Sequence[Formula]) -> list[Formula]:
    """The hypotheses that share variables with what is asked for, directly or through others."""
    names, found = set(variables_of(asked)), list[Formula]()
    grown = True
    while grown:
        new = [fact for fact in hypotheses if fact not in found and names & set(variables_of(fact))]
        found += new
        names |= {name for fact in new for name in variables_of(fact)}
        grown = bool(new)
    return [fact for fact in dict.fromkeys(hypotheses) if fact in found]


def _is_quantified(formula: Formula) -> bool:
    match formula:
        case Quantified():
            return True
        case Not(inner):
            return _is_quantified(inner)
        case Connect(_, left, right):
            return _is_quantified(left) or _is_quantified(right)
        case Compare():
            return False


def _define_sequences(plan: Plan) -> str:
    """Put the definitions of the sequences into the plan; the name of one that has none, or ""."""
    mentioned = {name for part in (plan.asked, *plan.facts) for name in variables_of(part)}
    for sequence in (each for each in plan.scope.values() if each.arity and each.name in mentioned):
        defined = define(sequence, plan.facts, plan.scope)
        if defined is None:
            return sequence.name
        plan.lines.append(defined.lean)
        plan.facts = [fact for fact in plan.facts if fact not in defined.used]
    return ""


# -- definitions --------------------------------------------------------------------------------------------------------------


def _define_in_turn(plan: Plan) -> None:
    """Define one variable after the other from an equation in which it is the only one without a value."""
    progress = True
    while progress:
        progress = any(_define_from(plan, fact) for fact in _equations(plan))


def _equations(plan: Plan) -> list[Compare]:
    return [fact for fact in plan.facts if isinstance(fact, Compare) and fact.relation == "="]


def _define_from(plan: Plan, equation: Compare) -> bool:
    unknown = {name for name in variables_of(equation) if name in plan.unknown}
    if len(unknown) != 1:
        return False
    [name] = unknown
    sort = plan.scope[name].sort
    if sort_of(plan.scope, equation.left, equation.right) != sort:
        return False
    term = solved_for(name, equation, plan.values, sort)
    value = None if term is None else evaluate(term, plan.values, sort)
    if term is None or (value is None and Variable(name) not in (equation.left, equation.right)):
        return False
    if is_too_large(term, plan.values):
        raise ValueError(TOO_LARGE)
    is_definition = Variable(name) in (equation.left, equation.right)
    if is_definition:
        plan.definitions.add(equation)
    why = "" if is_definition else formula_text(equation, plan.scope)
    _define(plan, plan.scope[name], term_text(term, plan.scope, sort), value, why)
    return True


def _define(plan: Plan, declared: Declared, text: str, value: int | None, why: str) -> None:
    definition = f"def {declared.name} : {declared.sort} := {text}"
    plan.lines.append(f"{definition}  -- {why}" if why else definition)
    plan.defined.add(declared.name)
    if value is not None:
        plan.values[declared.name] = value


def _eliminate(plan: Plan) -> Linear | None:
    """Define what the linear equations together leave no choice for. If they only fix what is asked for, that number."""
    rows: list[Linear] = []
    for equation in _equations(plan):
        sort = sort_of(plan.scope, equation.left, equation.right)
        left, right = (linear(side, plan.values, sort) for side in (equation.left, equation.right))
        if left is not None and right is not None:
            rows.append(left.plus(right, Fraction(-1)))
    solved = row_reduced(rows)
    unknown = plan.unknown
    fixed = {name: form.constant for name, form in solved.items() if not form.coefficients and name in unknown}
    if not fixed.keys() >= set(variables_of(plan.asked)) - plan.defined:
        asked = linear(plan.asked, plan.values, plan.sort)
        form = None if asked is None else reduced(asked, solved)
        if form is not None and not form.coefficients:
            return form
    for name, value in fixed.items():
        declared = plan.scope[name]
        if value.denominator != 1 or (declared.sort == "ℕ" and value < 0):
            raise ArithmeticError(f"{name} would be {value}")
        _define(plan, declared, str(value.numerator), value.numerator, "by elimination")
    if fixed:
        _define_in_turn(plan)
    return None
