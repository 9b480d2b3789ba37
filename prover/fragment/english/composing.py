"""From what the sentences of a text say to one problem: who declares what, what is given, asked and claimed.

Owns the order, the names that no sentence declares, and what "any integer", "its digits" and "the largest of these" stand for.
Leaves which numbers are natural to sorting.py. Raises Senseless where a text makes no problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from prover.fragment.english.anything import lifted
from prover.fragment.english.defining import inlined
from prover.fragment.english.elaborating import Elaboration, functions_of
from prover.fragment.english.extremes import is_extreme
from prover.fragment.english.readings import Senseless
from prover.fragment.english.spoken import (
    Act,
    All,
    Answer,
    AnswerOption,
    Any,
    Ask,
    AskExtreme,
    Bound,
    Claim,
    Consecutive,
    Declare,
    DeclareFunction,
    Given,
    Introduced,
    Joined,
    Kind,
    OfKind,
    Operated,
    Option,
    Said,
    SolveFor,
    Spoken,
)
from prover.fragment.english.substituting import about, nodes, substituted
from prover.fragment.meaning import Sort, Variable


@dataclass(frozen=True, slots=True)
class Declaration:
    """A name of the problem; `sort` is what the text says, "" if it says nothing."""

    name: str
    sort: Sort | str
    arity: int = 0


@dataclass
class Draft:
    """A problem before its sorts are settled. Formulas hold Related, Denied, Joined and Bound over one name each."""

    declared: list[Declaration] = field(default_factory=list[Declaration])
    hypotheses: list[Spoken] = field(default_factory=list[Spoken])
    asked: Said | None = None
    answer: Said | None = None
    claim: Spoken | None = None
    has_congruences: bool = False
    notes: list[str] = field(default_factory=list[str])


def compose(acts: Sequence[Act]) -> Draft:
    """The problem that the acts make, in their order. Raises Senseless."""
    composer = _Composer(acts)
    for act in composer.acts:
        composer.add(act)
    return composer.draft()


class _Composer:
    """Walks the acts once; everything is elaborated as it is added."""

    def __init__(self, acts: Sequence[Act]) -> None:
        acts = _with_claim(acts)
        self.acts = inlined(acts, functions_of(acts))
        self._draft = Draft()
        self._digits: dict[str, int] = {}
        self._options = {act.letter: act.term for act in acts if isinstance(act, Option)}
        self._asked: list[Said] = []
        self._answers: list[Said] = []
        self._claims: list[Spoken] = []
        self._extreme: AskExtreme | None = None
        self._elaboration = Elaboration(self.acts)

    def add(self, act: Act) -> None:
        """Add one act to the problem."""
        act = self._introduce(act)
        if isinstance(act, Declare):
            for name in act.names:
                self._declare(name, act.kind)
        elif isinstance(act, DeclareFunction):
            self._draft.declared.append(Declaration(act.name, act.sort, 1))
        elif isinstance(act, Given):
            self._give(act.formula)
        elif isinstance(act, Ask):
            self._ask(act)
        elif isinstance(act, AskExtreme):
            if self._extreme is not None or any(one.name == act.name for one in self._draft.declared):
                raise Senseless("which number is asked for is not clear")
            self._refuse_any(act.formula)
            self._extreme = act
        elif isinstance(act, SolveFor):
            self._solve(act)
        elif isinstance(act, Claim):
            self._claim(act.formula)
        elif isinstance(act, Answer):
            self._answers.append(self._chosen(act.term))
        elif isinstance(act, AnswerOption):
            self._answers.append(self._option(act.option))

    def draft(self) -> Draft:
        """The problem. Raises Senseless if it asks for nothing, or for several things."""
        draft = self._draft
        if self._extreme is not None:
            self._claim_extreme(self._extreme)
        if len(self._asked) > 1:
            raise Senseless("the text asks for several values")
        if len(set(self._answers)) > 1:
            raise Senseless("the text gives several answers")
        if self._asked and self._claims:
            raise Senseless("the text asks for a value and has something else to show")
        if self._answers and not self._asked:
            raise Senseless("the text gives an answer and asks nothing")
        if not self._asked and not self._claims:
            raise Senseless("the text neither asks for a value nor says what is to be shown")
        draft.asked = self._asked[0] if self._asked else None
        draft.answer = self._answers[0] if self._answers else None
        for claim in self._claims:
            draft.claim = claim if draft.claim is None else Joined("∧", draft.claim, claim)
        self._check_names()
        return draft

    def _introduce(self, act: Act) -> Act:
        for bound in (node for node in nodes(act) if isinstance(node, Bound) and node.quantifier == "∃"):
            if any(isinstance(node, Introduced) for node in nodes(bound)):
                raise Senseless("whether there is such a number or all are meant is not clear")
        introduced = dict.fromkeys(node for node in nodes(act) if isinstance(node, Introduced))
        for node in introduced:
            self._declare(node.name, node.kind)
        return substituted(act, lambda node: Variable(node.name) if isinstance(node, Introduced) else node)

    def _declare(self, name: str, kind: Kind) -> None:
        if any(one.name == name for one in self._draft.declared):
            raise Senseless(f"{name} is declared twice")
        self._draft.declared.append(Declaration(name, kind.sort))
        if kind.digits:
            self._elaboration.digits[name] = kind.digits
        for one in kind.properties:
            self._give(about(one, Variable(name)))

    def _give(self, formula: Spoken) -> None:
        if isinstance(formula, All):
            for one in formula.formulas:
                self._give(one)
        elif isinstance(formula, OfKind) and self._are_new(formula):
            for term in formula.terms:
                if isinstance(term, Variable):
                    self._declare(term.name, formula.kind)
        elif isinstance(formula, Consecutive):
            self._consecutive(formula)
        else:
            self._refuse_any(formula)
            self._draft.hypotheses.append(self._formula(formula))

    def _are_new(self, formula: OfKind) -> bool:
        known = {one.name for one in self._draft.declared}
        return all(isinstance(term, Variable) and term.name not in known for term in formula.terms)

    def _refuse_any(self, said: object) -> None:
        if any(isinstance(node, Any) for node in nodes(said)):
            raise Senseless("“any” is understood only in what is to be shown")

    def _consecutive(self, said: Consecutive) -> None:
        name = self._fresh("n")
        self._declare(name, said.kind)
        equation = self._elaboration.consecutive(said, name)
        self._draft.hypotheses.append(self._formula(equation))

    def _ask(self, act: Ask) -> None:
        self._refuse_any(act.term)
        self._asked.append(self._term(act.term))
        if act.is_search:
            self._draft.notes.append("what is asked for is read as: whatever satisfies the conditions is the answer")

    def _claim_extreme(self, act: AskExtreme) -> None:
        if self._asked or self._claims:
            raise Senseless("the text asks for a value and has something else to show")
        if not self._answers:
            raise Senseless("the smallest or largest number is understood only with what it is: “Show that it is 5.”")
        first, *others = self._answers
        self._claims = [self._formula(one) for one in is_extreme(act, first)]
        self._answers = []
        if any(other != first for other in others):
            raise Senseless("the text gives several answers")

    def _solve(self, act: SolveFor) -> None:
        has_residues = any(isinstance(node, Operated) and node.operation == "%" for node in nodes(act.formula))
        if act.modulus is None and has_residues:
            raise Senseless("of a congruence all solutions are asked for; say “as a residue modulo” what")
        self._give(act.formula)
        names = [one.name for one in self._draft.declared if one.arity == 0]
        if len(names) != 1:
            raise Senseless("which variable to solve for is not clear")
        self._ask(Ask(self._elaboration.modulo(Variable(names[0]), act.modulus)))

    def _claim(self, formula: Spoken) -> None:
        formula = self._for_any(formula)
        known = {one.name for one in self._draft.declared}
        if isinstance(formula, Bound) and formula.is_said and formula.quantifier == "∀" and not known & set(formula.domain.names):
            for name in formula.domain.names:
                self._declare(name, formula.domain.kind or Kind(""))
            if formula.domain.restriction is not None:
                self._give(formula.domain.restriction)
            self._claim(formula.formula)
        elif isinstance(formula, Joined) and formula.is_said and formula.connective == "→" and not self._claims:
            self._give(formula.left)
            self._claim(formula.right)
        else:
            self._claims.append(self._formula(formula))

    def _for_any(self, formula: Spoken) -> Spoken:
        """What is said of any integer is said of a declared one."""
        for one in lifted(formula):
            name = self._fresh("a")
            self._declare(name, one.kind)
            formula = substituted(formula, partial(_instead_of, one, Variable(name)))
        return formula

    def _fresh(self, wish: str) -> str:
        used = {one.name for one in self._draft.declared}
        used |= {node.name for act in self.acts for node in nodes(act) if isinstance(node, Variable)}
        return next(name for name in (wish, *"mkabcd", *(f"{wish}_{count}" for count in range(100))) if name not in used)

    def _chosen(self, term: Said) -> Said:
        if isinstance(term, Variable) and term.name in self._options:
            return self._option(Option(term.name, None))
        known = {one.name for one in self._draft.declared}
        unknown = sorted(name for name, _ in self._elaboration.free(self._elaboration.term(term)) if name not in known)
        if unknown:
            raise Senseless(f"the answer speaks of {unknown[0]}, of which nothing is said before")
        return self._term(term)

    def _option(self, option: Option) -> Said:
        chosen = self._options.get(option.letter)
        if option.term is not None and chosen is not None and option.term != chosen:
            raise Senseless(f"option {option.letter} is something else")
        term = chosen if option.term is None else option.term
        if term is None:
            raise Senseless(f"there is no option {option.letter}")
        return self._term(term)

    def _formula(self, formula: Spoken) -> Spoken:
        elaborated = self._elaboration.formula(formula)
        self._declare_free(elaborated)
        return elaborated

    def _term(self, term: Said) -> Said:
        elaborated = self._elaboration.term(term)
        self._declare_free(elaborated)
        return elaborated

    def _declare_free(self, said: object) -> None:
        """Names that nothing declares are declared where they first stand."""
        for name, arity in self._elaboration.free(said):
            if not any(one.name == name for one in self._draft.declared):
                self._draft.declared.append(Declaration(name, "", arity))

    def _check_names(self) -> None:
        for one in self._draft.declared:
            if not one.sort and one.name in self._elaboration.said_of_all:
                raise Senseless(f"it is not clear whether {one.name} stands for one number or for all")
            if not one.arity and one.name in self._elaboration.functions:
                raise Senseless(f"{one.name} is a sequence and a number")


def _instead_of(one: Any, term: Said, said: object) -> object:
    return term if said == one else said


def _with_claim(acts: Sequence[Act]) -> tuple[Act, ...]:
    """A text that asks nothing and shows nothing claims its last sentence."""
    has_end = any(isinstance(act, Ask | AskExtreme | SolveFor | Claim) for act in acts)
    if has_end or not acts or not (isinstance(acts[-1], Given) and acts[-1].is_fact):
        return tuple(acts)
    return (*acts[:-1], Claim(acts[-1].formula))
