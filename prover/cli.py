"""The command line: options, and the only exit codes.

Exit codes: 0 proved (or the command did what it was asked), 1 not proved, 2 the input or an option cannot be used, 3 our machinery
failed; 128 and the signal's number when told to stop (130 for Ctrl-C), or when the reader of stdout went away (141). The one broad
catch of the project is in `main`.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prover.bench_options import BENCH, REPORT, add_bench, add_report
from prover.model_options import add_model, add_strategy
from prover.options import Parser, UsageError, count, positive, seconds
from prover.word_options import AUGMENT, FORMALIZE, SOLVE, add_augment, add_formalize, add_solve

if TYPE_CHECKING:
    from prover.console import Console

PROVED, NOT_PROVED, BAD_INPUT, BROKEN = 0, 1, 2, 3
SIGNALLED = 128


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # Lean's symbols, whatever the locale says
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        from prover.console import Console, nobody_listens
        from prover.interrupts import ToldToStop, stoppable
    except KeyboardInterrupt:  # imports take long enough to be interrupted
        return SIGNALLED + signal.SIGINT
    console = Console(as_json="--json" in arguments)
    try:
        options = build_parser().parse_args(arguments)
        console = Console(as_json=options.json, quiet=options.quiet)
        with stoppable():
            return _run(options, console)
    except UsageError as error:
        console.error(str(error))
        return BAD_INPUT
    except KeyboardInterrupt:
        console.error("interrupted")
        return SIGNALLED + signal.SIGINT
    except ToldToStop as told:
        console.error(f"stopped by {told}")
        return SIGNALLED + told.signum
    except BrokenPipeError:  # the reader of our output went away, which is its right
        nobody_listens()
        return SIGNALLED + signal.SIGPIPE
    except OSError:  # not even the error could be written
        nobody_listens()
        return BROKEN


def _run(options: argparse.Namespace, console: Console) -> int:
    """The command, and what its failures mean."""
    from lean_env.errors import EnvError, ToolchainMissing
    from prover.console import nobody_listens
    from prover.targets import BadInput

    try:
        return _command(options, console)
    except BadInput as bad:
        console.messages(bad.messages, bad.source, bad.place)
        console.error(str(bad), messages=[message.data for message in bad.messages])
        return BAD_INPUT
    except ToolchainMissing as missing:
        console.error(str(missing))
        return BROKEN
    except EnvError as broken:
        console.error(f"our machinery failed: {broken}")
        return BROKEN
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk, a file that vanished
        nobody_listens()
        console.error(f"the system refused: {error}")
        return BROKEN
    except Exception as error:  # noqa: BLE001 - the one broad catch: a bug of ours must not look like a theorem that is not provable
        import traceback

        traceback.print_exc()
        console.error(f"internal error: {error!r}")
        return BROKEN


def _command(options: argparse.Namespace, console: Console) -> int:
    from prover import commands

    match options.command:
        case "prove":
            return PROVED if commands.prove(options, console) else NOT_PROVED
        case "check":
            return PROVED if commands.check(options, console) else NOT_PROVED
        case "bench":
            from prover.bench import bench

            return PROVED if bench(options, console) else NOT_PROVED
        case "report":
            from prover.bench import report

            report(options, console)
            return PROVED
        case "formalize":
            from prover.formalize_command import formalize_command

            return PROVED if formalize_command(options, console) else NOT_PROVED
        case "solve":
            from prover.solve_command import solve_command

            return PROVED if solve_command(options, console) else NOT_PROVED
        case "augment":
            from prover.augment_command import augment_command

            return PROVED if augment_command(options, console) else NOT_PROVED
        case "models":
            commands.models(console)
            return PROVED
        case "setup":
            commands.setup(console)
            return PROVED
        case _:
            return PROVED if commands.doctor(console) else BROKEN


# -- options ----------------------------------------------------------------------------------------------------------------------


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options. Wrong options raise UsageError."""
    from prover.version import version

    parser = Parser(prog="entail", description="Proves Lean 4 theorems and checks every proof again from scratch.")
    parser.add_argument("--version", action="version", version=f"entail {version()}")
    shared = Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help="one JSON object per line on stdout and nothing else there")
    shared.add_argument("--quiet", action="store_true", help="no progress and no notes on stderr")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_prove(commands.add_parser("prove", parents=[shared], help="prove a theorem", description=_PROVE))
    _add_check(commands.add_parser("check", parents=[shared], help="check the proofs in a file", description=_CHECK))
    add_bench(commands.add_parser("bench", parents=[shared], help="attempt a benchmark in bulk", description=BENCH))
    add_report(commands.add_parser("report", parents=[shared], help="say what a run came to", description=REPORT))
    add_formalize(commands.add_parser("formalize", parents=[shared], help="state word problems in Lean", description=FORMALIZE))
    add_solve(commands.add_parser("solve", parents=[shared], help="answer word problems, prove the answers", description=SOLVE))
    add_augment(commands.add_parser("augment", parents=[shared], help="write variants of word problems", description=AUGMENT))
    commands.add_parser("models", parents=[shared], help="list the model families that can be asked", description=_MODELS)
    commands.add_parser("setup", parents=[shared], help="set the Lean engine up", description=_SETUP)
    commands.add_parser("doctor", parents=[shared], help="say what is installed and what is missing", description=_DOCTOR)
    return parser


_PROVE = """Prove a theorem. The proof goes to stdout as Lean text, everything else to stderr.
Exit code: 0 proved, 1 not proved, 2 the input cannot be used, 3 our machinery failed."""
_CHECK = "Check every theorem of a file in two processes (tier T2). Exit code as for prove."
_MODELS = "List the dialects: how each model family is asked. A model needs one that fits it."
_SETUP = "Fetch and derive the embedded Lean engine. Every other command does this by itself on first use."
_DOCTOR = "Say which parts are there, which are missing, and how to get them."


def _add_prove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="THEOREM", help="'theorem NAME binders : type', FILE.lean, FILE.lean:NAME, or - for standard input"
    )
    limits = parser.add_argument_group("limits (0 = none)")
    limits.add_argument(
        "--seconds", type=seconds, default=60.0, metavar="S", help="wall-clock seconds of search per theorem (default 60)"
    )
    limits.add_argument(
        "--steps", type=count, default=0, metavar="N", help="tactics run; a limit that is the same on every machine (default 0)"
    )
    limits.add_argument("--expansions", type=count, default=0, metavar="N", help="goals expanded (default 0)")
    limits.add_argument(
        "--heartbeats",
        type=count,
        default=400,
        metavar="N",
        help="of one tactic, in thousands, unless its move says otherwise (default 400)",
    )
    search = parser.add_argument_group("search")
    search.add_argument(
        "--workers", type=positive, default=2, metavar="N", help="Lean workers that search (default 2); 1 makes a run repeatable"
    )
    search.add_argument("--seed", type=count, default=0, metavar="N", help="of what is drawn (default 0)")
    search.add_argument("--no-negation", action="store_true", help="do not try to refute the statement")
    search.add_argument(
        "--temperature",
        type=seconds,
        default=None,
        metavar="T",
        help="of noise (default 0); of a model's draws (its dialect's)",
    )
    add_strategy(parser)
    add_model(parser)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output", metavar="FILE", help="write the text to FILE with its holes filled by the proofs that were found"
    )
    output.add_argument("--tree", metavar="FILE", help="write the search tree as an HTML page")
    output.add_argument("--explain", action="store_true", help="on failure show the five best open goals instead of one")
    _add_source_limit(parser)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="FILE.lean or FILE.lean:NAME: the proofs to check (- for standard input)")
    parser.add_argument(
        "--statement", metavar="FILE", help="Lean file that states what is to be proved (definitions, then theorems with sorry)"
    )
    parser.add_argument("--export", metavar="FILE", help="write the accepted declarations as data (one theorem only)")
    _add_source_limit(parser)


def _add_source_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--max-source-kib", type=positive, default=256, metavar="N", help="longest text that is read (default 256)")


if __name__ == "__main__":
    sys.exit(main())
