"""Running one piece of code in a namespace that lives on, as a notebook's cell does.

Promises that whatever the code raises comes back as a value. What the code may break for good (a closed descriptor, a replaced
function of the standard library) ends the process sooner or later, and the parent has an answer for that.
"""

from __future__ import annotations

import ast
import builtins
import io
import linecache
import os
import signal
import sys
import traceback
import types
from typing import Any

OUT_OF_MEMORY = 77  # exit status that says so: after a MemoryError there may be no room to say it in words

_ERROR_LINES = 20
_ERROR_CHARACTERS = 4000
_RECURSION_LIMIT = 1000


class Cells:
    """The namespace `__main__` of the code, and what one execution after the other makes of it."""

    def __init__(self, most_characters: int) -> None:
        """Values longer than `most_characters` are cut there."""
        self._most = most_characters
        self._number = 0
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self._names: dict[str, Any] = module.__dict__
        self._names["__builtins__"] = builtins
        # What `site` would have added: programs do end with exit().
        self._names.update(exit=sys.exit, quit=sys.exit)
        sys.set_int_max_str_digits(0)

    def run(self, code: str, output_fd: int) -> tuple[str, str]:
        """("ran", the last expression's repr or "") or ("raised", the end of the traceback). Prints go to `output_fd`, unbuffered.

        A MemoryError ends the process at once.
        """
        self._number += 1
        name = f"<code {self._number}>"
        for standard in (1, 2):
            os.dup2(output_fd, standard)
        sys.stdin = io.StringIO()
        sys.stdout = sys.stderr = _printing(1)
        try:
            return self._run(code, name)
        finally:
            _tidy()

    def _run(self, code: str, name: str) -> tuple[str, str]:
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        try:
            statements, last = _compiled(code, name)
        except MemoryError:
            return "raised", "MemoryError: the code is nested too deeply to be read"
        except (SyntaxError, ValueError, RecursionError) as error:
            return "raised", self._told(error)
        try:
            exec(statements, self._names)
            value = None if last is None else eval(last, self._names)
            return "ran", "" if value is None else clean(repr(value))[: self._most + 1]
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except SystemExit as ending:
            return ("ran", "") if ending.code in (None, 0) else ("raised", self._told(ending))
        except BaseException as error:  # noqa: BLE001 - all that code can raise is an outcome, KeyboardInterrupt included
            return "raised", self._told(error)

    def _told(self, error: BaseException) -> str:
        """The traceback without the frames of this file, its last lines."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        try:
            text = "".join(traceback.format_exception(type(error), error, trace, limit=-_ERROR_LINES))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException:  # noqa: BLE001 - an exception's own methods are code of the model too
            text = type(error).__name__
        return clean("\n".join(text.splitlines()[-_ERROR_LINES:])[-_ERROR_CHARACTERS:])


def clean(text: str) -> str:
    """`text` as it can be written in UTF-8: lone surrogates become escapes."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


def _compiled(code: str, name: str) -> tuple[types.CodeType, types.CodeType | None]:
    """The statements, and the last one apart if it is an expression."""
    tree = ast.parse(code, name)
    last: types.CodeType | None = None
    match tree.body:
        case [*_, ast.Expr(value=expression)]:
            tree.body.pop()
            last = compile(ast.Expression(expression), name, "eval")
        case _:
            pass
    return compile(tree, name, "exec"), last


def _printing(descriptor: int) -> io.TextIOWrapper:
    """A text stream on the descriptor, which outlives it. Each print arrives at once: what comes before a crash is not lost."""
    raw = open(descriptor, "wb", buffering=0, closefd=False)  # noqa: SIM115 - the descriptor outlives the stream
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)


def _tidy() -> None:
    """Take back what would fire into the next execution: alarms, handlers, traces, a tiny recursion limit."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.settrace(None)
    sys.setprofile(None)
    sys.setrecursionlimit(_RECURSION_LIMIT)
