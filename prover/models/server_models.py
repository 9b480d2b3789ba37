"""The list of models of a server, as far as servers tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from prover.models.server_failures import Asked, Failure, is_page, judge, quoted
from prover.models.server_wire import Accident, Answer

SNAPSHOT = re.compile(r"/snapshots/([0-9a-f]{7,64})/?$")  # how the Hugging Face cache lays out a revision


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server has. `revision` "" and `context_tokens` None: it does not say."""

    name: str
    revision: str = ""
    context_tokens: int | None = None


class _Model(msgspec.Struct):
    id: str
    revision: str | None = None
    sha: str | None = None
    digest: str | None = None
    root: str | None = None
    max_model_len: int | None = None


class _List(msgspec.Struct):
    data: list[_Model] | None = None


def read_models(outcome: Answer | Accident, asked: Asked) -> list[ServedModel] | Failure:
    """The models in an answer to GET /models."""
    if isinstance(outcome, Answer) and outcome.status == 404 and not is_page(outcome):
        return Failure(f"{asked.base_url} has no list of models (404): is it the API's base URL? It mostly ends with /v1")
    if isinstance(outcome, Answer) and outcome.status == 200 and not is_page(outcome):
        try:
            listed = msgspec.json.decode(outcome.body, type=_List)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Failure(f"what {asked.url} answers is not a list of models; is {asked.base_url} the API's base URL?")
        return [_served(model) for model in listed.data or ()]
    judged = judge(outcome, asked)
    return judged if isinstance(judged, Failure) else Failure(f"what {asked.url} answers is not a list of models")


def served(models: Sequence[ServedModel], name: str) -> ServedModel | None:
    """The model of that name; one without a tag may be the latest."""
    return next((model for model in models if model.name in (name, f"{name}:latest")), None)


def _served(model: _Model) -> ServedModel:
    path = SNAPSHOT.search(model.root or "")
    revision = model.revision or model.sha or model.digest or (path.group(1) if path else "")
    return ServedModel(quoted(model.id), quoted(revision), model.max_model_len)
