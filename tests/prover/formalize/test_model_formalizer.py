"""A model as a formalizer: what it is asked, which of its answers are drafts, and what a repair tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lean_env.messages import Message, Position
from prover.formalize import model_formalizer
from prover.formalize.candidate import Draft, WordProblem
from prover.formalize.model_formalizer import ModelFormalizer
from prover.models.choice import ModelChoice, opened
from prover.models.dialect import load_dialect
from prover.models.dialect_file import DialectProblem
from prover.models.generator import Generated, ModelFailed, Prompt, Sampling
from tests.fakes.scripted_model import ScriptedModel, block

pytestmark = pytest.mark.models

PROBLEM = WordProblem("remainder", "What is the remainder when 2003 is divided by 11?", answer="1")
STATED = "theorem remainder : 2003 % 11 = 1"
MISSPELT = "theorem remainder : 2003 %% 11 = 1"
ERROR = Message("error", "unexpected token '%'", Position(1, 26), Position(1, 27))


def _formalizer(
    answers: Sequence[str], dialect: str = "chat-formalizer", **choice: object
) -> tuple[ModelFormalizer, ScriptedModel]:
    model = ScriptedModel(answers)
    return ModelFormalizer(model, load_dialect(dialect), ModelChoice(**choice)), model  # type: ignore[arg-type]  # by name


# -- drafting ----------------------------------------------------------------------------------------------------------------------


async def test_a_draft_is_the_statement_without_its_proof() -> None:
    formalizer, model = _formalizer([block(f"import Mathlib\n\n{STATED} := by sorry"), block(f"{STATED} := by\n  decide")])
    found = await formalizer.draft(PROBLEM, 2, seed=9)
    assert found.drafts == (Draft(f"import Mathlib\n\n{STATED}", "scripted@0"), Draft(STATED, "scripted@0"))
    assert found.reason == ""
    assert formalizer.name == "scripted@0"
    assert (model.samplings[0].samples, model.samplings[0].seed) == (2, 9)


async def test_equal_drafts_are_all_there() -> None:
    formalizer, _ = _formalizer([block(STATED)] * 3)
    assert (await formalizer.draft(PROBLEM, 3, 0)).drafts == (Draft(STATED, "scripted@0"),) * 3


async def test_what_is_chosen_beats_what_the_authors_draw() -> None:
    formalizer, model = _formalizer([block(STATED)] * 5, samples=5, temperature=0.2, max_tokens=99)
    found = await formalizer.draft(PROBLEM, 2, 0)
    assert len(found.drafts) == 2
    assert (model.samplings[0].samples, model.samplings[0].temperature, model.samplings[0].max_tokens) == (5, 0.2, 99)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I cannot do that.", "there is no theorem in the answer"),
        ("", "there is no theorem in the answer"),
        ("<think>Let me", "raise max_tokens"),
        (f"```lean4\n{STATED}Ġ:=Ċ```", "tokenizer"),
        (block(f"theorem t : {'1 + ' * 6000}1 = 2"), "more than 20000 characters"),
    ],
)
async def test_an_answer_without_a_statement_says_why(answer: str, reason: str) -> None:
    formalizer, _ = _formalizer([answer])
    found = await formalizer.draft(PROBLEM, 1, 0)
    assert found.drafts == ()
    assert found.reason.startswith("1 of 1 answers hold no statement; most often: ")
    assert reason in found.reason


async def test_the_commonest_reason_is_said() -> None:
    formalizer, _ = _formalizer(["no", "<think>", block(STATED), "nor"])
    found = await formalizer.draft(PROBLEM, 4, 0)
    assert len(found.drafts) == 1
    assert found.reason == "3 of 4 answers hold no statement; most often: there is no theorem in the answer"


class Cut:
    """A model whose answers end at max_tokens, or that skips what is too long for it."""

    name = "cut@0"

    def __init__(self, *, skips: bool = False) -> None:
        self.skips = skips

    async def generate(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Generated]:
        if self.skips:
            return [Generated((), 0, 0) for _ in prompts]
        [whole] = await ScriptedModel(["Well,"]).generate(prompts, sampling)
        return [replace(whole, completions=tuple(replace(each, complete=False) for each in whole.completions))]

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_a_model_that_is_cut_off_or_skips_says_so() -> None:
    dialect = load_dialect("chat-formalizer")
    assert "max_tokens" in (await ModelFormalizer(Cut(), dialect).draft(PROBLEM, 1, 0)).reason
    assert "does not fit into its context" in (await ModelFormalizer(Cut(skips=True), dialect).draft(PROBLEM, 1, 0)).reason


async def test_a_greedy_model_draws_once_and_says_so() -> None:
    formalizer, _ = _formalizer(["ignored"])
    formalizer = ModelFormalizer(ScriptedModel(lambda _: [block(STATED)]), load_dialect("chat-formalizer"))
    found = await formalizer.draft(PROBLEM, 4, 0)
    assert len(found.drafts) == 1
    assert found.reason == "the model drew 1 answers and not 4"


async def test_a_model_that_fails_is_not_a_problem_without_drafts() -> None:
    formalizer, model = _formalizer([block(STATED)])
    model.raises = [ModelFailed("out of memory")]
    with pytest.raises(ModelFailed, match="out of memory"):
        await formalizer.draft(PROBLEM, 1, 0)


# -- what the model is asked -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "shown"),
    [
        ("chat-formalizer", "The answer is 1: state that it is."),
        ("internlm2-formalizer", "divided by 11? Show that it is 1[UNUSED_TOKEN_145]"),
        ("kimina-autoformalizer", "divided by 11? Show that it is 1."),
        ("goedel-formalizer", "divided by 11? Show that it is 1.Think before"),
        ("herald", "**Name**\nremainder\n"),
        ("stepfun-formalizer", "```Lean4\nimport Mathlib\n```"),
    ],
)
async def test_a_known_answer_is_told_in_the_dialects_way(dialect: str, shown: str) -> None:
    formalizer, model = _formalizer([""], dialect)
    await formalizer.draft(PROBLEM, 1, 0)
    assert shown in model.shown[0]
    assert model.shown[0].count("Show that it is 1") <= 1


@pytest.mark.parametrize("text", ["Show that 2003 % 11 is 1.", "Prove the remainder is 1.", "What is it? Show that it is 1."])
async def test_a_text_that_claims_already_is_left_as_it_is(text: str) -> None:
    formalizer, model = _formalizer([""], "kimina-autoformalizer")
    await formalizer.draft(replace(PROBLEM, text=text), 1, 0)
    assert model.asked[0].turns[-1].content.endswith(f"\n\n{text}")


async def test_the_reference_statement_is_never_shown() -> None:
    formalizer, model = _formalizer([block(MISSPELT), block(STATED)])
    problem = replace(PROBLEM, reference="theorem secret : 40 + 2 = 42")
    [draft] = (await formalizer.draft(problem, 1, 0)).drafts
    await formalizer.repair(problem, draft, [ERROR], 0)
    assert "secret" not in "".join(model.shown)


# -- repair ------------------------------------------------------------------------------------------------------------------------


async def test_a_repair_goes_on_with_the_conversation() -> None:
    formalizer, model = _formalizer([block(MISSPELT), block(STATED)])
    [draft] = (await formalizer.draft(PROBLEM, 1, 0)).drafts
    assert await formalizer.repair(PROBLEM, draft, [ERROR], 0) == Draft(STATED, "scripted@0", repairs=1)
    first, second = model.asked
    assert second.turns[: len(first.turns)] == first.turns
    assert [turn.role for turn in second.turns[len(first.turns) :]] == ["assistant", "user"]
    assert second.turns[-2].content == block(MISSPELT).strip()
    assert "2003 %<error>%</error> 11 = 1" in second.turns[-1].content
    assert "unexpected token" in second.turns[-1].content
    assert model.samplings[1].samples == 1


async def test_a_second_repair_tells_all_that_was_said() -> None:
    worse = MISSPELT.replace("%%", "%%%")
    formalizer, model = _formalizer([block(MISSPELT), block(worse), block(STATED)])
    [draft] = (await formalizer.draft(PROBLEM, 1, 0)).drafts
    once = await formalizer.repair(PROBLEM, draft, [ERROR], 0)
    assert once is not None
    twice = await formalizer.repair(PROBLEM, once, [ERROR], 0)
    assert twice == Draft(STATED, "scripted@0", repairs=2)
    assert MISSPELT in model.shown[2]
    assert worse in model.shown[2]
    assert model.samplings[1].seed != model.samplings[2].seed


async def test_thinking_is_not_told_again() -> None:
    formalizer, model = _formalizer(
        [f"long thoughts</think>\n{block(MISSPELT)}", f"ah</think>{block(STATED)}"], "stepfun-formalizer"
    )
    [draft] = (await formalizer.draft(PROBLEM, 1, 0)).drafts
    again = await formalizer.repair(PROBLEM, draft, [ERROR], 0)
    assert again == Draft(STATED, "scripted@0", repairs=1)
    assert "long thoughts" not in model.shown[1]
    assert model.asked[1].turns[-2].content.startswith("<think>\n</think>\n\nLet me think.")
    assert model.asked[1].prefill == "<think>"


async def test_a_draft_from_elsewhere_can_be_repaired() -> None:
    formalizer, model = _formalizer([block(STATED)], "kimina-autoformalizer")
    foreign = Draft(MISSPELT, "somebody else", repairs=0)
    assert await formalizer.repair(PROBLEM, foreign, [ERROR], 0) == Draft(STATED, "scripted@0", repairs=1)
    assert model.asked[0].turns[-2].content == f"```lean4\n{MISSPELT}\n```"


async def test_conversations_are_forgotten_and_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_formalizer, "REMEMBERED", 1)
    formalizer, model = _formalizer([block(MISSPELT), block(f"{MISSPELT} ∧ True"), block(STATED)])
    first, _ = (await formalizer.draft(PROBLEM, 2, 0)).drafts
    assert await formalizer.repair(PROBLEM, first, [ERROR], 0) is not None
    assert model.asked[1].turns[-2].content == f"```lean4\n{MISSPELT}\n```"


async def test_errors_are_told_in_their_order_and_within_bounds() -> None:
    formalizer, model = _formalizer([block(STATED)])
    draft = Draft(f"open Nat\n{MISSPELT}", "m")
    errors = [Message("error", "nowhere"), Message("error", "far", Position(99, 5)), Message("error", "x" * 3000, Position(1, 0))]
    assert await formalizer.repair(PROBLEM, draft, errors, 0) is not None
    said = model.asked[0].turns[-1].content
    assert said.index("xxx") < said.index("nowhere") < said.index("far")
    assert "x" * 2001 not in said


@pytest.mark.parametrize("dialect", ["herald", "internlm2-formalizer"])
async def test_what_cannot_be_asked_is_not_repaired(dialect: str) -> None:
    formalizer, model = _formalizer([block(STATED)], dialect)
    assert await formalizer.repair(PROBLEM, Draft(MISSPELT, "m"), [ERROR], 0) is None
    assert model.calls == 0


async def test_rounds_end_and_nothing_new_is_no_repair() -> None:
    formalizer, model = _formalizer([block(MISSPELT), "I give up."], "kimina-autoformalizer")
    assert await formalizer.repair(PROBLEM, Draft(MISSPELT, "m", repairs=2), [ERROR], 0) is None
    assert await formalizer.repair(PROBLEM, Draft(MISSPELT, "m"), [], 0) is None
    assert model.calls == 0
    assert await formalizer.repair(PROBLEM, Draft(MISSPELT, "m"), [ERROR], 0) is None
    assert await formalizer.repair(PROBLEM, Draft(MISSPELT, "m", repairs=1), [ERROR], 0) is None
    assert model.calls == 2


# -- opening -----------------------------------------------------------------------------------------------------------------------


def test_a_dialect_of_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match="for the task proof, not for formalize"):
        ModelFormalizer(ScriptedModel([]), load_dialect("kimina"))


def test_a_choice_without_a_fitting_dialect_is_told_which_to_take() -> None:
    with pytest.raises(DialectProblem, match="not for formalize: take another one, for a chat model chat-formalizer"):
        ModelChoice("/nowhere", dialect="kimina").dialect_for("formalize")
    with pytest.raises(DialectProblem, match="take `chat-formalizer`"):
        ModelChoice("/nowhere").dialect_for("formalize")


async def test_a_local_model_is_asked_and_says_nothing_of_use(tmp_path: Path) -> None:
    from tests.fakes.tiny_models import save

    choice = ModelChoice(str(save(tmp_path, "llama")), dialect="kimina-autoformalizer", max_tokens=8)
    async with opened(choice) as generator:
        formalizer = ModelFormalizer(generator, choice.dialect_for("formalize"), choice)
        found = await formalizer.draft(WordProblem("p", "1 + 1?"), 2, 0)
        assert formalizer.name.startswith("llama")
    assert found.drafts == ()
    assert (
        found.reason == "2 of 2 answers hold no statement; most often: the answer ends at max_tokens, before there is a statement"
    )
