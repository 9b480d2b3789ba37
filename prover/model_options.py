"""The options that choose a model and a way of searching; `prove` and `bench` share them.

Owns how they become a `ModelChoice` and a policy's name.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from prover.method_choice import MODEL, WHOLE_PROOF, MethodChoice
from prover.models.choice import ModelChoice
from prover.options import count, positive, seconds
from search.config import SearchConfig
from search.frontier import Order
from search.scoring import Scoring

STRATEGIES = tuple(order.value for order in Order)
DEFAULT_POLICY = MethodChoice().policy
OF_A_MODEL = (
    *("server", "dialect", "whole_proof", "revision", "samples", "max_tokens"),
    *("dtype", "device", "allow_pickle", "trust_remote_code", "then_search", "critic"),
)


def add_model(parser: argparse.ArgumentParser) -> None:
    """The options of a model."""
    add = parser.add_argument_group("model (without one, the symbolic policy proposes tactics)").add_argument
    add("--model", default="", metavar="NAME", help="a folder or a hub id; with --server, what the server calls it")
    add("--server", default="", metavar="URL", help="of an OpenAI-compatible server; its key is read from OPENAI_API_KEY")
    add("--dialect", default="", metavar="NAME", help="how it is asked (default: what is known to fit; see `entail models`)")
    add("--whole-proof", action="store_true", help="it writes whole proofs, which Lean checks, instead of tactics")
    add("--then-search", action="store_true", help="after whole proofs that failed, search on from what they did right")
    add("--critic", default="", metavar="NAME", help="a model that scores goals as InternLM's critic does (--strategy alternate)")
    add("--revision", default="", metavar="REV", help="branch, tag or commit of the model")
    add("--samples", type=count, default=0, metavar="N", help="drawn per goal, or proofs (default 0: as its dialect says)")
    add("--max-tokens", type=count, default=0, metavar="N", help="of one answer (default 0: as its dialect says)")
    add("--dtype", choices=("float32", "bfloat16", "float16"), default="", help="default: bfloat16 on a GPU, else float32")
    add("--device", default="", metavar="NAME", help="cuda, cuda:1, cpu, mps (default: a GPU if there is one)")
    add("--allow-pickle", action="store_true", help="load weights that are not safetensors: they can run any code")
    add("--trust-remote-code", action="store_true", help="run the Python code that comes with a model")
    add(
        "--floor-mass", type=share, default=0.02, metavar="P", help="share of symbolic moves under a model (default 0.02, 0 = none)"
    )
    add("--lookahead", type=count, default=0, metavar="N", help="goals it is asked about ahead of Lean (default 0; not repeatable)")


def add_strategy(parser: argparse.ArgumentParser) -> None:
    """Which goal is expanded next, and how far."""
    add = parser.add_argument_group("strategy").add_argument
    add("--strategy", choices=STRATEGIES, default=Order.BEST.value, help="which goal comes next (default best)")
    add("--width", type=positive, default=8, metavar="N", help="tactics tried per expansion (default 8)")
    add("--alpha", type=seconds, default=0.5, metavar="A", help="a path's log-probs are divided by its length ** A (default 0.5)")


def model_choice(options: argparse.Namespace, temperature: float | None) -> ModelChoice:
    """The model of the options; `temperature` of its draws, None = as its dialect says. Raises ValueError."""
    return ModelChoice(
        model=options.model,
        server=options.server,
        dialect=options.dialect,
        revision=options.revision,
        samples=options.samples,
        temperature=-1.0 if temperature is None else temperature,
        max_tokens=options.max_tokens,
        then_search=options.then_search,
        critic=options.critic,
        dtype=options.dtype,
        device=options.device,
        allow_pickle=options.allow_pickle,
        trust_remote_code=options.trust_remote_code,
    )


def policy_name(options: argparse.Namespace, otherwise: str) -> str:
    """Who proposes; `otherwise` without a model. Raises ValueError for options of a model without one, and for both at once."""
    if options.model and otherwise != DEFAULT_POLICY:
        raise ValueError(f"--policy {otherwise} proposes tactics without a model: leave it out, or --model")
    if options.model:
        return WHOLE_PROOF if options.whole_proof else MODEL
    for name in OF_A_MODEL:
        if getattr(options, name):
            raise ValueError(f"--{name.replace('_', '-')} says something of a model, and there is no --model")
    return otherwise


def require_askable(choice: MethodChoice) -> None:
    """See before the work, and not after it, that the model's folder is there if it is one, and that a dialect fits.

    Raises ValueError for what other options would mend, ToolchainMissing if what reads dialects is not installed.
    """
    model = choice.model
    if choice.policy not in (MODEL, WHOLE_PROOF):
        return
    if not model.server and not Path(model.model).expanduser().is_dir():
        if model.model.count("/") != 1 or model.model.startswith((".", "/", "~")):
            raise ValueError(f"there is no folder {model.model}, and a model on the hub is called OWNER/NAME")
    elif model.revision and not model.server:
        raise ValueError(f"{model.model} is a folder: --revision is for models on the hub")
    from prover.models.dialect_file import DialectProblem

    try:
        model.dialect_for("proof" if choice.policy == WHOLE_PROOF else "tactic")
    except DialectProblem as problem:
        raise ValueError(str(problem)) from problem


def search_config(options: argparse.Namespace) -> SearchConfig:
    """How it is searched. Raises ValueError."""
    if options.strategy == Order.ALTERNATE.value and not options.critic:
        raise ValueError("--strategy alternate takes turns with a critic's opinion: give --critic")
    if options.critic and options.strategy != Order.ALTERNATE.value:
        raise ValueError("a --critic that only ranks goals is heard by --strategy alternate alone")
    return SearchConfig(width=options.width, order=Order(options.strategy), scoring=Scoring(alpha=options.alpha))


def share(text: str) -> float:
    """A number from 0, below 1."""
    value = seconds(text)
    if value >= 1:
        raise argparse.ArgumentTypeError(f"{text} is not a share from 0, below 1")
    return value
