"""What Lean makes of the statements that meanings are written as, and what cannot be written."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings

from lean_env.embedded.install import ensure_engine
from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Opened
from lean_env.term import Term as Tree
from prover.fragment.lean.writing import is_name, signature
from prover.fragment.meaning import (
    Apply,
    Compare,
    Connect,
    Declared,
    Formula,
    Meaning,
    Negative,
    Not,
    Number,
    Quantified,
    Sort,
    Term,
    Value,
    Variable,
)
from tests.prover.fragment.meanings import meanings

ONE, TWO, THREE = Number(1), Number(2), Number(3)
X, N = Variable("x"), Variable("n")
INTEGER, NATURAL, SEQUENCE = Declared("x", "ℤ"), Declared("n", "ℕ"), Declared("u", "ℤ", 1)


def shown(claim: Formula, *declared: Declared) -> str:
    """The part of the signature behind the binders."""
    text = signature(Meaning(declared, claim=claim), "t")
    return text.split(" : ", 1)[1] if not declared else text.rsplit(") : ", 1)[1]


# -- the text -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (Compare("=", Apply("%", Number(2003), Number(11)), ONE), "2003 % 11 = 1"),
        (Compare("=", Apply("-", TWO, THREE), Negative(ONE)), "(2 : ℤ) - 3 = -1"),
        (Compare("=", Negative(ONE), ONE), "(-1 : ℤ) = 1"),
        (Compare("=", Negative(Apply("^", THREE, TWO)), ONE), "-(3 : ℤ) ^ 2 = 1"),
        (Compare("=", Apply("^", Negative(THREE), TWO), ONE), "(-3 : ℤ) ^ 2 = 1"),
        (Compare("=", Apply("gcd", THREE, Apply("+", ONE, TWO)), THREE), "Nat.gcd 3 (1 + 2) = 3"),
        (Compare("=", Apply("gcd", THREE, Negative(ONE)), ONE), "(Int.gcd 3 (-1) : ℤ) = 1"),
        (Compare("∣", Apply("^", TWO, Apply("-", TWO, ONE)), THREE), "2 ^ (2 - 1) ∣ 3"),
        (Compare("=", Apply("-", ONE, Apply("-", TWO, THREE)), TWO), "(1 : ℤ) - (2 - 3) = 2"),
        (Compare("=", Apply("^", TWO, Apply("^", ONE, THREE)), TWO), "2 ^ 1 ^ 3 = 2"),
        (Compare("=", Negative(Negative(ONE)), TWO), "-(-1 : ℤ) = 2"),
        (Compare("=", Apply("%", Apply("*", TWO, THREE), Apply("*", ONE, TWO)), TWO), "2 * 3 % (1 * 2) = 2"),
        (Not(Connect("∧", Compare("=", ONE, TWO), Not(Compare("<", ONE, TWO)))), "¬(1 = 2 ∧ ¬1 < 2)"),
        (Quantified("∀", "m", "ℕ", Quantified("∃", "k", "ℤ", Compare("=", TWO, Variable("k")))), "∀ m : ℕ, ∃ k : ℤ, 2 = k"),
    ],
)
def test_types_and_parentheses_are_written_where_they_are_needed_and_nowhere_else(claim: Formula, text: str) -> None:
    assert shown(claim) == text


def test_a_quantifier_is_enclosed_where_it_would_swallow_what_follows() -> None:
    some, fact = Quantified("∃", "k", "ℕ", Compare("=", Variable("k"), ONE)), Compare("=", ONE, ONE)
    assert shown(Connect("∧", fact, some)) == "1 = 1 ∧ ∃ k : ℕ, k = 1"
    assert shown(Connect("∧", some, fact)) == "(∃ k : ℕ, k = 1) ∧ 1 = 1"
    assert shown(Connect("∨", Connect("∧", fact, some), fact)) == "1 = 1 ∧ (∃ k : ℕ, k = 1) ∨ 1 = 1"
    assert shown(Connect("∨", Not(some), fact)) == "¬(∃ k : ℕ, k = 1) ∨ 1 = 1"
    assert shown(Connect("∨", fact, Connect("→", fact, some))) == "1 = 1 ∨ (1 = 1 → ∃ k : ℕ, k = 1)"


def test_binders_are_grouped_and_hypotheses_avoid_the_names_of_variables() -> None:
    declared = (Declared("a", "ℕ"), Declared("h₀", "ℕ"), Declared("u", "ℤ", 1), Declared("x", "ℤ"), Declared("y", "ℤ"))
    given_facts = (Compare("<", Number(0), Variable("a")), Compare("=", Value("u", Apply("+", Variable("a"), ONE)), X))
    text = signature(Meaning(declared, given_facts, asked=X, answer=ONE), "problem_1")
    assert text == "theorem problem_1 (a h₀ : ℕ) (u : ℕ → ℤ) (x y : ℤ) (h₁ : 0 < a) (h₂ : u (a + 1) = x) : x = 1"


@pytest.mark.parametrize(
    ("meaning", "message"),
    [
        (Meaning(asked=ONE), "open question"),
        (Meaning((INTEGER, NATURAL), claim=Compare("=", X, N)), "between a natural number and an integer"),
        (Meaning((NATURAL,), claim=Compare("=", N, Negative(ONE))), "negation of a natural number"),
        (Meaning((INTEGER,), claim=Compare("=", Apply("^", TWO, X), ONE)), "an exponent is an integer"),
        (Meaning((SEQUENCE,), claim=Compare("=", Value("u", Negative(ONE)), ONE)), "an argument of u is an integer"),
        (Meaning((SEQUENCE,), claim=Compare("=", Variable("u"), ONE)), "u is a sequence"),
        (Meaning((NATURAL,), claim=Compare("=", Value("n", ONE), ONE)), "n is a number"),
        (Meaning(claim=Compare("=", X, ONE)), "x is not declared"),
        (Meaning((INTEGER, INTEGER), claim=Compare("=", X, ONE)), "same name"),
        (Meaning((Declared("at", "ℕ"),), claim=Compare("=", ONE, ONE)), "at cannot be a name"),
        (Meaning((Declared("Nat", "ℕ"),), claim=Compare("=", ONE, ONE)), "Nat cannot be a name"),
        (Meaning(claim=Quantified("∀", "p q", "ℕ", Compare("=", ONE, ONE))), "p q cannot be a name"),
        (Meaning(claim=Compare("=", Number(-1), ONE)), "-1 is not a numeral"),
    ],
)
def test_what_lean_could_read_otherwise_is_refused(meaning: Meaning, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        signature(meaning, "t")


# -- what Lean makes of it: trees built here from the meaning, without any text -------------------------------------------------

OPERATIONS = {"+": "HAdd.hAdd", "-": "HSub.hSub", "*": "HMul.hMul", "/": "HDiv.hDiv", "%": "HMod.hMod", "^": "HPow.hPow"}
RELATIONS = {"=": "Eq", "≠": "Ne", "<": "LT.lt", "≤": "LE.le", ">": "GT.gt", "≥": "GE.ge", "∣": "Dvd.dvd"}
KINDS: dict[Sort, str] = {"ℕ": "Nat", "ℤ": "Int"}


def const(name: str, *args: Tree, kind: str = "") -> Tree:
    return Tree("const", name, kind, args)


class Trees:
    """Lean's trees for the formulas of a problem; `bound` are the variables of the quantifiers around."""

    def __init__(self, declared: Sequence[Declared], bound: Sequence[tuple[str, Sort]] = ()) -> None:
        self.declared, self.bound = {each.name: each for each in declared}, dict(bound)

    def under(self, name: str, sort: Sort) -> Trees:
        return Trees(list(self.declared.values()), [*self.bound.items(), (name, sort)])

    def formula(self, formula: Formula) -> Tree:
        match formula:
            case Compare(relation, left, right):
                sorts = self.sorts(left) | self.sorts(right)
                kind = "Int" if "ℤ" in sorts or (not sorts and (takes_away(left) or takes_away(right))) else "Nat"
                return const(RELATIONS[relation], self.term(left, kind), self.term(right, kind), kind=kind)
            case Not(inner):
                return const("Not", self.formula(inner))
            case Connect("→", left, right):
                return Tree("implies", "", "", (self.formula(left), self.formula(right)))
            case Connect(connective, left, right):
                return const({"∧": "And", "∨": "Or", "↔": "Iff"}[connective], self.formula(left), self.formula(right))
            case Quantified(quantifier, name, sort, inner):
                parts = (const(KINDS[sort]), self.under(name, sort).formula(inner))
                if quantifier == "∀":
                    is_arrow = not occurs(name, parts[1])  # Lean knows no difference
                    return Tree("implies", "", "", parts) if is_arrow else Tree("forall", name, "", parts)
                return const("Exists", Tree("lambda", name, "", parts), kind=KINDS[sort])

    def sorts(self, term: Term) -> set[Sort]:
        match term:
            case Number():
                return set()
            case Variable(name):
                return {self.bound.get(name) or self.declared[name].sort}
            case Value(name, _):
                return {self.declared[name].sort}
            case Negative(inner) | Apply("^", inner, _):
                return self.sorts(inner)
            case Apply(_, left, right):
                return self.sorts(left) | self.sorts(right)

    def term(self, term: Term, kind: str) -> Tree:
        match term:
            case Number(value):
                return Tree("number", str(value), kind, ())
            case Variable(name):
                return Tree("bound" if name in self.bound else "local", name, "", ())
            case Value(name, argument):
                return Tree("local", name, "", (self.term(argument, "Nat"),))
            case Negative(inner):
                return const("Neg.neg", self.term(inner, kind), kind=kind)
            case Apply("gcd" | "lcm" as operation, left, right):
                whole = const(f"{kind}.{operation}", self.term(left, kind), self.term(right, kind))
                return const("Nat.cast", whole, kind="Int") if kind == "Int" else whole
            case Apply("^", base, exponent):
                return const("HPow.hPow", self.term(base, kind), self.term(exponent, "Nat"), kind=kind)
            case Apply(operation, left, right):
                return const(OPERATIONS[operation], self.term(left, kind), self.term(right, kind), kind=kind)


def occurs(name: str, tree: Tree) -> bool:
    if tree.tag == "bound" and tree.name == name:
        return True
    inside = tree.args[:1] if tree.tag in ("forall", "lambda") and tree.name == name else tree.args
    return any(occurs(name, part) for part in inside)


def takes_away(term: Term) -> bool:
    match term:
        case Negative() | Apply("-"):
            return True
        case Apply("^", base, _):
            return takes_away(base)
        case Apply(_, left, right):
            return takes_away(left) or takes_away(right)
        case _:
            return False


def some_meanings(count: int) -> list[Meaning]:
    """Meanings that can be written, always the same."""
    found: list[Meaning] = []

    @settings(max_examples=count, database=None)
    @given(meanings())
    def collect(meaning: Meaning) -> None:
        try:
            signature(meaning, "t")
        except ValueError:
            assume(False)
        found.append(meaning)

    collect()
    return found


@pytest.mark.lean
@pytest.mark.timeout(600)
async def test_lean_reads_every_statement_as_what_the_meaning_says() -> None:
    session = await EmbeddedSession.start(ensure_engine())
    try:
        for meaning in some_meanings(120):
            text, trees = signature(meaning, "t"), Trees(meaning.declared)
            opened = await session.open(text)
            assert isinstance(opened, Opened), (text, opened)
            goal = opened.part.goals[0]
            facts = [hypothesis.term for hypothesis in goal.hypotheses if hypothesis.is_prop]
            assert facts == [trees.formula(hypothesis) for hypothesis in meaning.hypotheses], text
            assert meaning.conclusion is not None
            assert goal.target_tree == trees.formula(meaning.conclusion), text
            await session.free([opened.part.state])
    finally:
        await session.close()


@pytest.mark.lean
async def test_words_that_lean_keeps_for_itself_are_no_names() -> None:
    words = ["at", "in", "by", "fun", "end", "section", "Type", "where", "from", "then", "with", "have", "show", "if", "open", "λ"]
    assert not any(map(is_name, words))
    session = await EmbeddedSession.start(ensure_engine())
    try:
        for name in (
            "x",
            "n₁",
            "x'",
            "rows",
            "apples",
            "h",
            "prime",
            "α",
            "A",
            "red_cars",
            "left",
            "using",
            "at_",
            "of",
            "on",
            "to",
        ):
            opened = await session.open(f"theorem t ({name} : ℕ) : {name} = {name}")
            assert isinstance(opened, Opened) or not is_name(name), name
    finally:
        await session.close()
