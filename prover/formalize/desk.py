"""The formalizers and examiners of a command, from its options: which models, which budgets, and what is opened for them.

Owns the identity of a way to formalize: two files of records with the same one were made alike.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from prover.formalize.checks.meaning_check import FragmentInformalizer, Informalizer, Judge, ModelInformalizer
from prover.formalize.checks.proof_checks import ProofCheckConfig
from prover.formalize.formalizer import Formalizer
from prover.formalize.formalizing import Examiners, FormalizeConfig
from prover.formalize.fragment_formalizer import FragmentFormalizer
from prover.models.choice import ModelChoice
from prover.open_models import OpenModels
from prover.workshop import Workshop


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """Who drafts, who examines, and how; plain data for records.

    formalizers   models that draft; with `fragment`, the built-in grammar is asked first
    informalizer  a model that puts statements into words again; without a name, the built-in grammar does
    judge         a model that compares the words; without a name, nobody does
    """

    formalizers: tuple[ModelChoice, ...] = ()
    fragment: bool = True
    informalizer: ModelChoice = field(default_factory=ModelChoice)
    judge: ModelChoice = field(default_factory=ModelChoice)
    config: FormalizeConfig = field(default_factory=FormalizeConfig)

    def __post_init__(self) -> None:
        """Raises ValueError if there is nobody to draft."""
        if not (self.formalizers or self.fragment):
            raise ValueError("without the built-in grammar there has to be a model that drafts statements")

    @property
    def identity(self) -> str:
        """SHA-256 of all this."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


@dataclass(frozen=True, slots=True)
class Desk:
    """What formalizing needs, opened."""

    formalizers: Sequence[Formalizer]
    examiners: Examiners
    config: FormalizeConfig


def desk_choice(options: argparse.Namespace, formalizers: Sequence[ModelChoice]) -> DeskChoice:
    """The choice that the options of `word_options.py` make. Raises ValueError."""
    from prover.word_options import chosen

    return DeskChoice(
        formalizers=tuple(formalizers),
        fragment=not options.no_fragment,
        informalizer=chosen(options.informalizer, options),
        judge=chosen(options.judge, options),
        config=FormalizeConfig(
            drafts=options.drafts,
            repairs=options.repairs,
            proofs=ProofCheckConfig(seconds=options.check_seconds),
            seed=options.seed,
        ),
    )


def require_askable(choice: DeskChoice) -> None:
    """That there is a way to ask each model, before anything is started. Raises DialectProblem, ToolchainMissing."""
    for each in choice.formalizers:
        each.dialect_for("formalize")
    if choice.informalizer.model:
        choice.informalizer.dialect_for("informalize")
    if choice.judge.model:
        choice.judge.dialect_for("judge")


async def opened_desk(choice: DeskChoice, shop: Workshop, models: OpenModels, clock: Callable[[], float]) -> Desk:
    """Everything, ready as long as `shop` and `models` are. Raises EnvError with what a model needs and does not have."""
    formalizers: list[Formalizer] = [FragmentFormalizer()] if choice.fragment else []
    informalizer: Informalizer = FragmentInformalizer()
    judge: Judge | None = None
    require_askable(choice)  # a wrong dialect must not be noticed after minutes of loading
    if choice.formalizers:
        from prover.formalize.model_formalizer import ModelFormalizer

        asked = [(await models.generator(each), each.dialect_for("formalize"), each) for each in choice.formalizers]
        formalizers.extend(ModelFormalizer(*each) for each in asked)
    if choice.informalizer.model:
        model = await models.generator(choice.informalizer)
        informalizer = ModelInformalizer(model, choice.informalizer.dialect_for("informalize"), choice.informalizer)
    if choice.judge.model:
        judge = Judge(await models.generator(choice.judge), choice.judge.dialect_for("judge"), choice.judge)
    return Desk(formalizers, Examiners(shop.pool, shop.checker, informalizer, judge, clock), choice.config)
