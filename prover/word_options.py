"""The options of the commands that read words: `formalize`, `solve` and `augment`.

Owns the options and how they become models; what the commands do with them is `formalize_command.py`'s, `solve_command.py`'s and
`augment_command.py`'s.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from prover.models.choice import ModelChoice
from prover.options import count, positive, seconds

FORMALIZE = """State word problems as Lean theorems. Every candidate has to pass checks, each with an answer of its own; the best
that none rejects goes to stdout as Lean text. Without a model, a built-in grammar reads a fragment of mathematical English.
Exit code: 0 stated (and with --prove, proved), 1 not, 2 the input cannot be used, 3 our machinery failed."""
SOLVE = """Solve word problems: samples of text, code and execution, a vote among their answers, and a proof of the answer.
Without a model, a built-in solver answers what the built-in grammar reads.
Exit code: 0 answered (a table: all of its problems), 1 not, 2 the input cannot be used, 3 our machinery failed."""
AUGMENT = """Have a model write variants of word problems, and state each of them as a Lean theorem with all checks.
Exit code: 0 there are variants that passed, 1 there are none, 2 the input cannot be used, 3 our machinery failed."""

_MODEL = """MODEL is a folder, an id on the hub, or with @URL a name on an OpenAI-compatible server (its key is read from
OPENAI_API_KEY); #DIALECT says how it is asked, where nothing is known to fit: OWNER/NAME#chat, NAME@http://localhost:8000/v1"""
READS = "the built-in grammar reads remainders, divisibility, gcd and lcm, equations, inequalities, and stories about whole numbers"
KINDS = ("rephrase", "augment", "harder", "numbers", "fractions")  # augmenting.KINDS, which takes longer to import


def add_formalize(parser: argparse.ArgumentParser) -> None:
    """The options of `formalize`."""
    _add_problem(parser)
    _add_output(parser)
    parser.add_argument("--prove", action="store_true", help="prove the statement that was accepted")
    parser.add_argument("--review", action="store_true", help="see text and statement side by side; accept, edit or reject")
    _add_formalizers(parser, "--model", "(without one, the built-in grammar alone reads the text)")
    _add_checks(parser)
    _add_limits(parser, "with --prove: of search per theorem (default 60, 0 = no limit)")


def add_solve(parser: argparse.ArgumentParser) -> None:
    """The options of `solve`."""
    _add_problem(parser)
    solving = parser.add_argument_group("solving").add_argument
    solving("--model", default="", metavar="MODEL", help="solves: a folder, a hub id, or a name on a server")
    solving("--samples", type=positive, default=1, metavar="K", help="solutions that vote, for maj@1 to maj@K (default 1)")
    solving("--reward", default="", metavar="MODEL", help="a reward model: votes count P(correct) instead of 1")
    solving("--unsafe-code", action="store_true", help="run the model's Python even where it cannot be isolated from this machine")
    solving("--max-blocks", type=positive, default=16, metavar="N", help="of one solution (default 16)")
    solving("--code-seconds", type=seconds, default=10.0, metavar="S", help="of one execution (default 10)")
    solving("--code-memory", type=positive, default=1024, metavar="MIB", help="of the process that runs code (default 1024)")
    solving("--code-output", type=positive, default=64, metavar="KIB", help="that one execution may print (default 64)")
    solving("--no-prove", action="store_true", help="do not state and prove that the answer is right")
    _add_formalizers(parser, "--formalizer", "that states the answer as a theorem (the built-in grammar is always asked too)")
    _add_checks(parser)
    _add_limits(parser, "of search for a proof (default 60, 0 = no limit)")
    run = parser.add_argument_group("a table of problems")
    run.add_argument("--runs", default="runs", metavar="FOLDER", help="where runs are kept (default runs)")
    run.add_argument("--name", default="", metavar="NAME", help="of the run's folder (default: made from the options)")


def add_augment(parser: argparse.ArgumentParser) -> None:
    """The options of `augment`."""
    _add_problem(parser)
    _add_output(parser)
    parser.add_argument("--kind", choices=KINDS, default="rephrase", help="what the variants are (default rephrase)")
    parser.add_argument("--variants", type=positive, default=4, metavar="N", help="per problem (default 4)")
    parser.add_argument("--writer", required=True, metavar="MODEL", help="the model that writes them")
    _add_formalizers(parser, "--model", "that states each variant (the built-in grammar is always asked too)")
    _add_checks(parser)


def chosen(text: str, options: argparse.Namespace) -> ModelChoice:
    """The model that NAME, NAME@URL or either with #DIALECT means, with what the options say of all models; none for "".

    Raises ValueError.
    """
    if not text:
        return ModelChoice()
    where, _, dialect = text.partition("#")
    name, at, address = where.rpartition("@")
    if not (at and "://" in address):
        name, address = where, ""
    try:
        choice = ModelChoice(
            model=name,
            server=address or options.server,
            dialect=dialect,
            dtype=options.dtype,
            device=options.device,
            max_tokens=options.max_tokens,
            allow_pickle=options.allow_pickle,
            trust_remote_code=options.trust_remote_code,
        )
    except ValueError as unusable:
        raise ValueError(f"the model {text!r} cannot be asked: {unusable}") from unusable
    return choice if options.temperature is None else replace(choice, temperature=options.temperature)


# -- groups -----------------------------------------------------------------------------------------------------------------------


def _add_problem(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("problem", metavar="TEXT", help="a problem in words, FILE.jsonl (.json, .parquet), or - for standard input")
    parser.add_argument("--names", nargs="+", default=[], metavar="NAME", help="of a file, these problems alone")
    parser.add_argument("--answer", default="", metavar="X", help="the answer to TEXT, if it is known")


def _add_output(parser: argparse.ArgumentParser) -> None:
    text = "append a record of each problem to FILE.jsonl; what is there is not made again"
    parser.add_argument("--output", default="", metavar="FILE", help=text)


def _add_formalizers(parser: argparse.ArgumentParser, option: str, role: str) -> None:
    models = parser.add_argument_group("models", _MODEL).add_argument
    models(option, dest="formalizers", action="append", default=[], metavar="MODEL", help=f"a model {role}; may be repeated")
    models("--drafts", type=positive, default=8, metavar="N", help="statements that each model drafts (default 8)")
    models("--repairs", type=count, default=2, metavar="N", help="rounds in which a model is shown Lean's messages (default 2)")
    models("--no-fragment", action="store_true", help="leave the built-in grammar out")
    models("--informalizer", default="", metavar="MODEL", help="puts statements into words again (default: built in)")
    models("--judge", default="", metavar="MODEL", help="says whether these are the same problem (default: nobody)")
    models("--server", default="", metavar="URL", help="of an OpenAI-compatible server, for models without @URL")
    models("--temperature", type=seconds, default=None, metavar="T", help="of the draws (default: as each dialect says)")
    models("--max-tokens", type=count, default=0, metavar="N", help="of one answer (default 0: as its dialect says)")
    models("--dtype", choices=("float32", "bfloat16", "float16"), default="", help="default: bfloat16 on a GPU, else float32")
    models("--device", default="", metavar="NAME", help="cuda, cuda:1, cpu, mps (default: a GPU if there is one)")
    models("--allow-pickle", action="store_true", help="load weights that are not safetensors: they can run any code")
    models("--trust-remote-code", action="store_true", help="run the Python code that comes with a model")
    models("--seed", type=count, default=0, metavar="N", help="of what is drawn (default 0)")


def _add_checks(parser: argparse.ArgumentParser) -> None:
    checks = parser.add_argument_group("checks").add_argument
    checks(
        "--check-seconds",
        type=seconds,
        default=5.0,
        metavar="S",
        help="of search for a contradiction, and for a refutation (above 0, default 5)",
    )
    checks("--all", action="store_true", help="show every candidate with its checks, not only the best")
    checks("--workers", type=positive, default=2, metavar="N", help="Lean workers (default 2)")


def _add_limits(parser: argparse.ArgumentParser, of: str) -> None:
    parser.add_argument_group("limits").add_argument("--seconds", type=seconds, default=60.0, metavar="S", help=of)
