"""The options that decide how candidates are made."""

from __future__ import annotations

import argparse
from typing import cast

import pytest

from prover.formalize.desk import DeskChoice, desk_choice, opened_desk, require_askable
from prover.models.choice import ModelChoice
from prover.models.dialect_file import DialectProblem
from prover.open_models import open_models
from prover.options import Parser
from prover.word_options import add_formalize, chosen
from prover.workshop import Workshop


def options(*arguments: str) -> argparse.Namespace:
    parser = Parser()
    add_formalize(parser)
    return parser.parse_args(["a problem", *arguments])


@pytest.mark.parametrize(
    ("text", "model", "server", "dialect"),
    [
        ("owner/name", "owner/name", "", ""),
        ("owner/name#chat-judge", "owner/name", "", "chat-judge"),
        ("name@http://localhost:1/v1", "name", "http://localhost:1/v1", ""),
        ("n@me@https://h/v1#chat", "n@me", "https://h/v1", "chat"),
        ("folder@2", "folder@2", "", ""),
    ],
)
def test_how_a_model_is_named(text: str, model: str, server: str, dialect: str) -> None:
    choice = chosen(text, options("--max-tokens", "7", "--temperature", "0"))
    assert (choice.model, choice.server, choice.dialect) == (model, server, dialect)
    assert (choice.max_tokens, choice.temperature) == (7, 0.0)


def test_one_server_for_all_and_none_for_nobody() -> None:
    given = options("--server", "http://localhost:1/v1")
    assert chosen("m", given).server == "http://localhost:1/v1"
    assert chosen("m@http://other:1/v1", given).server == "http://other:1/v1"
    assert chosen("", given) == ModelChoice()


@pytest.mark.parametrize("text", ["m@http://", "@http://localhost:1/v1", "m@ftp://x"])
def test_what_is_no_model_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"the model .* cannot be asked: "):
        chosen(text, options())


def test_the_desks_identity_is_of_everything_that_decides() -> None:
    choices = [desk_choice(options(*each), []) for each in ((), ("--drafts", "3"), ("--seed", "1"), ("--check-seconds", "1"))]
    choices.append(desk_choice(options("--judge", "m"), []))
    choices.append(desk_choice(options(), [ModelChoice("m")]))
    assert len({each.identity for each in choices}) == len(choices)
    assert desk_choice(options("--all", "--prove"), []).identity == choices[0].identity


def test_somebody_has_to_draft() -> None:
    with pytest.raises(ValueError, match="there has to be a model"):
        desk_choice(options("--no-fragment"), [])


@pytest.mark.models
def test_each_model_needs_a_dialect_for_its_part() -> None:
    pytest.importorskip("jinja2")
    chat = ModelChoice("m")
    require_askable(DeskChoice(informalizer=chat, judge=chat))
    for wrong in (
        DeskChoice(formalizers=(chat,)),
        DeskChoice(judge=ModelChoice("m", dialect="chat")),
        DeskChoice(informalizer=ModelChoice("m", dialect="chat-judge")),
    ):
        with pytest.raises(DialectProblem):
            require_askable(wrong)


@pytest.mark.models
async def test_a_wrong_dialect_is_noticed_before_any_model_is_loaded() -> None:
    pytest.importorskip("jinja2")
    said: list[str] = []
    choice = DeskChoice(
        formalizers=(ModelChoice("/nowhere", dialect="chat-formalizer"),), judge=ModelChoice("/nowhere", dialect="kimina")
    )
    async with open_models(said.append) as models:
        with pytest.raises(DialectProblem, match="for a chat model chat-judge"):
            await opened_desk(choice, cast("Workshop", None), models, lambda: 0.0)
    assert said == []
