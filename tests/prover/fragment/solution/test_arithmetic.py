"""Values, linear forms and bounds of terms, against each other and against brute force."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prover.fragment.lean.numeral_bounds import never_below_zero, span
from prover.fragment.meaning import Apply, Compare, Declared, Negative, Number, Operation, Quantified, Sort, Term, Value, Variable
from prover.fragment.solution.arithmetic import Linear, evaluate, linear, reduced, row_reduced, solved_for, variables_of
from tests.prover.fragment.meanings import terms

X, Y = Variable("x"), Variable("y")
NATURALS = {"x": Declared("x", "ℕ"), "y": Declared("y", "ℕ")}
INTEGERS = {"x": Declared("x", "ℤ"), "y": Declared("y", "ℤ")}


@pytest.mark.parametrize(
    ("operation", "left", "right", "sort", "value"),
    [
        ("-", 3, 5, "ℕ", 0),
        ("-", 3, 5, "ℤ", -2),
        ("/", 7, 0, "ℕ", 0),
        ("/", -7, 2, "ℤ", -4),
        ("/", -7, -2, "ℤ", 4),
        ("%", -7, 2, "ℤ", 1),
        ("%", -7, -2, "ℤ", 1),
        ("%", 7, 0, "ℕ", 7),
        ("gcd", -12, 8, "ℤ", 4),
        ("lcm", -4, 6, "ℤ", 12),
        ("^", -2, 3, "ℤ", -8),
        ("^", 2, 10**9, "ℕ", None),
    ],
)
def test_operations_have_the_values_that_lean_gives_them(
    operation: Operation, left: int, right: int, sort: Sort, value: int | None
) -> None:
    assert evaluate(Apply(operation, X, Y), {"x": left, "y": right}, sort) == value


def test_what_has_no_value() -> None:
    assert evaluate(X, {}, "ℕ") is None
    assert evaluate(Apply("+", Value("u", Number(1)), Number(1)), {"u": 3}, "ℕ") is None
    assert evaluate(Negative(Number(3)), {}, "ℤ") == -3


def test_the_names_in_a_formula_are_those_that_no_quantifier_binds() -> None:
    formula = Quantified("∀", "x", "ℕ", Compare("=", Value("u", X), Apply("*", Y, Negative(Number(2)))))
    assert sorted(variables_of(formula)) == ["u", "y"]


@given(terms(INTEGERS, "ℤ", 3), st.integers(-9, 9), st.integers(-9, 9))
def test_a_linear_form_has_the_values_of_its_term(term: Term, x: int, y: int) -> None:
    form = linear(term, {}, "ℤ")
    assume(form is not None)
    assert form is not None
    value = form.constant + form.coefficients.get("x", Fraction()) * x + form.coefficients.get("y", Fraction()) * y
    assert value == evaluate(term, {"x": x, "y": y}, "ℤ")


@given(terms(NATURALS, "ℕ", 3), st.integers(0, 9), st.integers(0, 9))
def test_what_is_never_below_zero_is_the_same_over_the_integers(term: Term, x: int, y: int) -> None:
    values = {"x": x, "y": y}
    value, bounds = evaluate(term, values, "ℕ"), span(term)
    assume(value is not None)
    assert value is not None
    assert bounds.low <= value
    assert bounds.high is None or value <= bounds.high
    if never_below_zero(term):
        assert value == evaluate(term, values, "ℤ")


@given(st.lists(st.tuples(*[st.integers(-4, 4)] * 4), min_size=1, max_size=4), st.tuples(*[st.integers(-5, 5)] * 3))
def test_elimination_keeps_the_solutions(rows: list[tuple[int, int, int, int]], point: tuple[int, int, int]) -> None:
    """Equations that a point satisfies are solved by forms that the point satisfies too."""
    values = dict(zip("abc", map(Fraction, point), strict=True))
    forms: list[Linear] = []
    for *factors, _ in rows:
        coefficients = {name: Fraction(factor) for name, factor in zip("abc", factors, strict=True) if factor}
        forms.append(Linear(-sum((factor * values[name] for name, factor in coefficients.items()), Fraction()), coefficients))
    solved = row_reduced(forms)
    for name, form in solved.items():
        assert not form.coefficients.keys() & solved.keys()
        assert form.constant + sum(factor * values[other] for other, factor in form.coefficients.items()) == values[name]
    for form in forms:
        rest = reduced(form, solved)
        assert not rest.coefficients
        assert rest.constant == 0


def test_equations_that_contradict_each_other_are_no_system() -> None:
    with pytest.raises(ArithmeticError, match="contradict"):
        row_reduced([Linear(Fraction(1), {"a": Fraction(1)}), Linear(Fraction(2), {"a": Fraction(1)})])


@st.composite
def wrapped(draw: st.DrawFn) -> Term:
    """x in one place, under operations that can be undone."""
    term: Term = X
    for _ in range(draw(st.integers(0, 4))):
        other = draw(st.sampled_from([Y, Number(3), Number(10), Apply("*", Y, Y)]))
        term = draw(
            st.sampled_from([
                Apply("+", term, other), Apply("+", other, term), Apply("-", term, other), Apply("-", other, term),
                Apply("*", term, Number(2)), Apply("*", Number(3), term), Negative(term),
            ])
        )  # fmt: skip
    return term


@given(wrapped(), st.integers(-9, 9), st.integers(-9, 9), st.booleans())
def test_what_an_equation_is_solved_for_satisfies_it(term: Term, x: int, y: int, is_turned: bool) -> None:
    value = evaluate(term, {"x": x, "y": y}, "ℤ")
    assert value is not None
    number = Number(value) if value >= 0 else Negative(Number(-value))
    equation = Compare("=", number, term) if is_turned else Compare("=", term, number)
    answer = solved_for("x", equation, {}, "ℤ")
    assert answer is not None
    assert evaluate(answer, {"y": y}, "ℤ") == x


def test_what_cannot_be_undone_is_not_solved_for() -> None:
    for side in (Apply("^", X, Number(2)), Apply("*", X, Y), Apply("%", X, Number(3)), Apply("+", X, X)):
        assert solved_for("x", Compare("=", side, Number(4)), {}, "ℤ") is None
    assert solved_for("x", Compare("=", Apply("-", X, Number(3)), Number(0)), {}, "ℕ") is None
    assert solved_for("x", Compare("<", X, Number(0)), {}, "ℤ") is None
