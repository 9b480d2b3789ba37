"""Goals as the engine sends them: the printed text taken apart, and the trees that travel with it."""

from __future__ import annotations

import pytest

from lean_env.embedded.session import EmbeddedSession
from lean_env.messages import Goal, Hypothesis
from lean_env.term import Term
from tests.fakes.lean import advanced, goal_after, opened, ran

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]


def const(name: str, *args: Term, of: str = "") -> Term:
    return Term("const", name, of, args)


def local(name: str, *args: Term) -> Term:
    return Term("local", name, "", args)


def bound(name: str, *args: Term) -> Term:
    return Term("bound", name, "", args)


def number(value: int, of: str = "Nat") -> Term:
    return Term("number", str(value), of, ())


def names(goal: Goal) -> list[str]:
    return [hypothesis.name for hypothesis in goal.hypotheses]


def named(goal: Goal, name: str) -> Hypothesis:
    [found] = [hypothesis for hypothesis in goal.hypotheses if hypothesis.name == name]
    return found


async def target_of(session: EmbeddedSession, type_text: str, binders: str = "") -> Term:
    [goal] = (await opened(session, f"theorem t {binders} : {type_text}")).goals
    return goal.target_tree


# hypotheses


async def test_grouped_names_are_one_hypothesis_each_with_type_and_term(session: EmbeddedSession) -> None:
    [goal] = (await opened(session, "theorem t (a b : ℕ) (p : Prop) (h : a = b) (k : p) : p ∧ a = b")).goals
    assert goal.text == "a b : ℕ\np : Prop\nh : a = b\nk : p\n⊢ p ∧ a = b"
    nat, equation = const("Nat"), const("Eq", local("a"), local("b"), of="Nat")
    assert goal.hypotheses == (
        Hypothesis("a", "ℕ", None, nat, is_prop=False, is_accessible=True),
        Hypothesis("b", "ℕ", None, nat, is_prop=False, is_accessible=True),
        Hypothesis("p", "Prop", None, Term("sort", "Prop", "", ()), is_prop=False, is_accessible=True),
        Hypothesis("h", "a = b", None, equation, is_prop=True, is_accessible=True),
        Hypothesis("k", "p", None, local("p"), is_prop=True, is_accessible=True),
    )
    assert (goal.target, goal.target_tree) == ("p ∧ a = b", const("And", local("p"), equation))


async def test_names_that_cannot_be_written_carry_daggers_in_text_and_trees(session: EmbeddedSession) -> None:
    goal = await goal_after(session, "theorem t : ∀ x : ℕ, ∀ _ : x > 0, x ≠ 0", "intros")
    assert names(goal) == ["x✝¹", "x✝"]
    assert [hypothesis.is_accessible for hypothesis in goal.hypotheses] == [False, False]
    assert goal.hypotheses[1].term == const("GT.gt", local("x✝¹"), number(0), of="Nat")
    assert goal.target_tree == const("Ne", local("x✝¹"), number(0), of="Nat")


async def test_a_shadowed_hypothesis_and_its_shadow_are_told_apart(session: EmbeddedSession) -> None:
    [goal] = (await opened(session, "theorem t (a : ℕ) (k : a = 2) (a : ℤ) (h : a = 1) : a = 1")).goals
    assert names(goal) == ["a✝", "k", "a", "h"]
    assert named(goal, "k").term == const("Eq", local("a✝"), number(2), of="Nat")
    assert goal.target_tree == const("Eq", local("a"), number(1, "Int"), of="Int")
    after = await goal_after(session, "theorem t (n : ℕ) (h : n = 1) : n = 1", "have h : 1 = 1 := rfl")
    assert names(after) == ["n", "h✝", "h"]


async def test_a_let_has_its_value(session: EmbeddedSession) -> None:
    goal = await goal_after(session, "theorem t (a : ℕ) : a = a", "let x : ℕ := a + 5\nhave y : x = a + 5 := rfl")
    assert (named(goal, "x").type, named(goal, "x").value) == ("ℕ", "a + 5")
    assert (named(goal, "y").type, named(goal, "y").value) == ("x = a + 5", None)


async def test_instances_are_hypotheses_without_a_name_to_use(session: EmbeddedSession) -> None:
    [goal] = (await opened(session, "theorem t (α : Type) [Inhabited α] [Inhabited α] [d : BEq α] (x : α) : x = x")).goals
    assert names(goal) == ["α", "inst✝¹", "inst✝", "d", "x"]
    assert [hypothesis.is_accessible for hypothesis in goal.hypotheses] == [True, False, False, True, True]
    assert goal.hypotheses[1].term == const("Inhabited", local("α"))
    assert named(goal, "x").term == local("α")


async def test_quoted_names_are_the_same_everywhere(session: EmbeddedSession) -> None:
    [goal] = (await opened(session, "theorem t («my var» «a.b» : ℕ) («h 1» : «my var» = «a.b») : «a.b» = 0")).goals
    assert names(goal) == ["«my var»", "«a.b»", "«h 1»"]
    assert named(goal, "«h 1»").term.locals() == {"«my var»", "«a.b»"}
    assert goal.target_tree.locals() == {"«a.b»"}


async def test_a_type_over_several_lines_is_one_hypothesis(session: EmbeddedSession) -> None:
    many = " + ".join(f"({name} * {name} * {name} * {name})" for name in "abcdefgh")
    [goal] = (await opened(session, f"theorem t (h : ∀ a b c d e f g h : ℕ, {many} = 1 → {many} = 0) (x : ℕ) : x = x")).goals
    assert names(goal) == ["h", "x"]
    assert "\n" in named(goal, "h").type
    assert named(goal, "h").is_prop


async def test_types_that_are_polymorphic_in_universes_are_sorts(session: EmbeddedSession) -> None:
    signature = "theorem t.{u, v} (α : Type u) (β : Sort v) (γ : Type) (f : α → β) (x : α) : f x = f x"
    [goal] = (await opened(session, signature)).goals
    assert [hypothesis.term for hypothesis in goal.hypotheses[:3]] == [
        Term("sort", name, "", ()) for name in ("Sort", "Sort", "Type")
    ]
    assert [hypothesis.type for hypothesis in goal.hypotheses[:3]] == ["Type u", "Sort v", "Type"]
    assert named(goal, "f").term == Term("implies", "", "", (local("α"), local("β")))
    assert goal.target_tree.args[0] == local("f", local("x"))


# targets


@pytest.mark.parametrize(
    ("type_text", "tree"),
    [
        ("True", const("True")),
        ("¬ (1 : ℕ) = 2", const("Not", const("Eq", number(1), number(2), of="Nat"))),
        ("(2 : ℤ) ^ 3 ≤ -4", const("LE.le", const("HPow.hPow", number(2, "Int"), number(3), of="Int"),
                                    const("Neg.neg", number(4, "Int"), of="Int"), of="Int")),
        ("(1 : ℚ) / 2 = 0", const("Eq", const("HDiv.hDiv", number(1, "Rat"), number(2, "Rat"), of="Rat"),
                                  number(0, "Rat"), of="Rat")),
        ("3 ∣ 9 ↔ False", const("Iff", const("Dvd.dvd", number(3), number(9), of="Nat"), const("False"))),
        ('"a\\nb" = ""', const("Eq", Term("string", "a\nb", "", ()), Term("string", "", "", ()), of="String")),
        ("True → False", Term("implies", "", "", (const("True"), const("False")))),
        ("[1].length = 1", const("Eq", const("List.length", const("List.cons", number(1), const("List.nil", of="Nat"), of="Nat"),
                                             of="Nat"), number(1), of="Nat")),
    ],
)  # fmt: skip
async def test_target_trees_keep_the_explicit_structure(session: EmbeddedSession, type_text: str, tree: Term) -> None:
    assert await target_of(session, type_text) == tree


async def test_binders_in_a_tree_are_bound_by_name(session: EmbeddedSession) -> None:
    zero, nat = number(0), const("Nat")
    above = const("GT.gt", bound("x"), zero, of="Nat")
    forall = await target_of(session, "∀ x : ℕ, ∃ y, y > x")
    exists = const("Exists", Term("lambda", "y", "", (nat, const("GT.gt", bound("y"), bound("x"), of="Nat"))), of="Nat")
    assert forall == Term("forall", "x", "", (nat, exists))
    applied = await target_of(session, "∀ f : ℕ → ℕ, f 0 = 0")
    assert applied.args[1] == const("Eq", bound("f", zero), zero, of="Nat")
    # an implication is one under binders too, whatever its premise was called
    for text in ("∀ x : ℕ, x > 0 → x > 0", "∀ x : ℕ, ∀ _ : x > 0, x > 0", "∀ x > 0, x > 0"):
        assert await target_of(session, text) == Term("forall", "x", "", (nat, Term("implies", "", "", (above, above))))
    uses = await target_of(session, "∀ (n : ℕ) (h : n < 3), (⟨n, h⟩ : Fin 3) = 0")
    assert [uses.args[1].tag, uses.args[1].name] == ["forall", "h"]


async def test_names_that_macros_made_up_are_shown_as_lean_shows_them(session: EmbeddedSession) -> None:
    tree = await target_of(session, "(fun (_ : ℕ) => 3) 2 = 3")
    redex = tree.args[0]
    assert (redex.name, redex.args[0].tag, redex.args[0].name) == ("app", "lambda", "x✝")
    assert not any("_@" in node.name for node in tree.walk())


async def test_a_let_and_a_projection_in_a_tree(session: EmbeddedSession) -> None:
    tree = await target_of(session, "let x := 5; x = 5")
    assert tree == Term("let", "x", "", (const("Nat"), number(5), const("Eq", bound("x"), number(5), of="Nat")))
    projected = await target_of(session, "p.1 = p.2", "(p : ℕ × ℕ)")
    assert {node.name for node in projected.walk()} == {"Eq", "Prod.fst", "Prod.snd", "p"}


async def test_metavariables_are_holes_in_trees(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t : ∃ x : ℕ, x = 9")
    [together] = await advanced(session, part.state, "refine ⟨?_, ?_⟩")
    assert together.goals[1].target_tree == const("Eq", Term("meta", "", "", ()), number(9), of="Nat")


async def test_constants_of_the_context_have_their_full_names(session: EmbeddedSession) -> None:
    scope = await ran(session, "namespace A\ndef f {n : ℕ} (k : ℕ) := n + k\nopen Nat")
    [goal] = (await opened(session, "theorem t : f (n := 1) 2 = succ 2", scope.env)).goals
    assert {node.name for node in goal.target_tree.walk() if node.tag == "const"} == {"Eq", "A.f", "Nat.succ"}


# case, key


async def test_case_tags_and_keys(session: EmbeddedSession) -> None:
    part = await opened(session, "theorem t (p : Prop) (hp : p) : p ∧ p")
    left, right = await advanced(session, part.state, "constructor")
    assert (part.goals[0].case, left.goals[0].case, right.goals[0].case) == (None, "left", "right")
    assert left.goals[0].text != right.goals[0].text
    assert left.goals[0].key == right.goals[0].key == "p : Prop\nhp : p\n⊢ p"
    [deep, *_] = await advanced(session, part.state, "refine ⟨?a.b, ?c⟩")
    assert deep.goals[0].case == "a.b"
    split = await opened(session, "theorem t (h : 1 = 1 ∨ 2 = 2 ∨ 3 = 3) : True")
    parts = await advanced(session, split.state, "rcases h with h | h | h")
    assert [part.goals[0].case for part in parts] == ["inl", "inr.inl", "inr.inr"]
    assert len({part.goals[0].key for part in parts}) == 3


async def test_the_same_goal_has_the_same_key_however_it_was_reached(session: EmbeddedSession) -> None:
    signature = "theorem t : ∀ n : ℕ, n = 0 → n + 0 = 0"
    straight = await goal_after(session, signature, "intro n h")
    roundabout = await goal_after(session, signature, "intro n\nhave := 1\nclear this\nintro h")
    other = await goal_after(session, signature, "intro m h")
    assert straight.key == roundabout.key
    assert straight == roundabout
    assert straight.key != other.key


# large goals


async def test_a_very_deep_goal_has_its_whole_text_and_a_cut_tree(session: EmbeddedSession) -> None:
    total = " + ".join(["a"] * 400)
    [goal] = (await opened(session, f"theorem t (a : ℕ) : {total} = 0")).goals
    assert goal.target == f"{total} = 0"
    tags = [node.tag for node in goal.target_tree.walk()]
    assert "cut" in tags
    assert len(tags) < 3000


async def test_a_very_wide_goal_has_its_whole_text_and_a_cut_tree(session: EmbeddedSession) -> None:
    def balanced(leaves: int) -> str:
        return "p" if leaves == 1 else f"({balanced(leaves // 2)} ∧ {balanced(leaves - leaves // 2)})"

    binders = " ".join(f"(h{number} : {balanced(200)})" for number in range(9))
    [goal] = (await opened(session, f"theorem t (p : Prop) {binders} : p ∧ p")).goals
    assert names(goal) == ["p", *(f"h{number}" for number in range(9))]
    assert {hypothesis.type.count("p") for hypothesis in goal.hypotheses[1:]} == {200}
    assert "⋯" not in goal.text
    assert not any(node.tag == "cut" for node in goal.hypotheses[1].term.walk())
    assert goal.hypotheses[-1].term.tag == goal.target_tree.tag == "cut"  # the budget is the goal's, not the hypothesis'
    assert goal.target == "p ∧ p"


async def test_goals_that_differ_deep_inside_have_different_keys(session: EmbeddedSession) -> None:
    keys: set[str] = set()
    for innermost in ("a", "b"):
        [goal] = (await opened(session, f"theorem t (a b : ℕ) : {innermost}{' + a' * 150} = 0")).goals
        keys.add(goal.key)
    assert len(keys) == 2
