"""Turns a dialect's templates into the exact text a model is sent.

Templates are jinja in its sandbox: a name that the query does not have is an error, never an empty place, and nothing is escaped.
Owns the filters that templates may use; the text of a state, a premise or a problem is never read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from lean_env.errors import ToolchainMissing
from prover.models.dialect_file import GUIDE, DialectProblem
from prover.models.error_text import marked_errors, numbered_errors

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_THEOREM = re.compile(
    r"^(?:@\[[^\]\n]*\][ \t]*)*(?:(?:private|protected|noncomputable|nonrec)[ \t]+)*(?:theorem|lemma|example)\b", re.MULTILINE
)


class Premise(TypedDict):
    """A theorem of the library that may help: its full name and its Lean text."""

    name: str
    text: str


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The one environment of all templates. Raises ToolchainMissing if jinja2 is not installed."""
    try:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise ToolchainMissing(
            "models are asked through jinja2, which is not installed; the extra `models` brings it: pip install 'entail[models]'"
        ) from error
    # keep_trailing_newline: jinja drops the last newline of a template otherwise, and models are sensitive to it. Nothing is
    # escaped, because `&lt;` is not Lean.
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    filters: dict[str, Any] = {"block": block, "compact": compact, "indented": indented, "marked": marked}
    made.filters.update(filters)
    return made


def _functions() -> dict[str, Any]:
    """What a template may call."""
    return {
        "documented": documented,
        "fitting": fitting,
        "marked_errors": marked_errors,
        "numbered_errors": numbered_errors,
    }


def compiled(source: str, where: str) -> Template:
    """A template. Raises DialectProblem, which names the place, if it is not jinja."""
    made = environment()
    from jinja2 import TemplateSyntaxError

    try:
        return made.from_string(source, globals=_functions())
    except TemplateSyntaxError as error:
        raise DialectProblem(f"{where}, line {error.lineno}: {error.message} (see {GUIDE})") from error


def variables(source: str) -> frozenset[str]:
    """The fields of a query that a template reads."""
    from jinja2.meta import find_undeclared_variables

    return frozenset(find_undeclared_variables(environment().parse(source))) - _functions().keys()


def rendered(template: Template, fields: Mapping[str, Any], where: str) -> str:
    """The text. Raises DialectProblem if the template reads what the query does not have, or fails in another way of its own."""
    from jinja2 import TemplateError

    try:
        return template.render(fields)
    # A template is a small program, and the user's own: what it may raise is what Python may raise.
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        known = ", ".join(sorted(fields))
        raise DialectProblem(f"{where} cannot be rendered: {error}. It may read: {known} (see {GUIDE})") from error


# -- filters and functions ---------------------------------------------------------------------------------------------------------


def block(text: str) -> str:
    """Text and an empty line below it; nothing for nothing."""
    bare = text.strip("\n")
    return f"{bare}\n\n" if bare.strip() else ""


def compact(text: str) -> str:
    """Text without its blank lines, each line ended by a newline; nothing for nothing."""
    return "".join(f"{line}\n" for line in text.split("\n") if line.strip())


def indented(text: str, width: int) -> str:
    """Each line that is not empty moved to the right by `width` spaces."""
    return "\n".join(" " * width + line if line else "" for line in text.split("\n"))


def documented(signature: str, informal: str, end: str = "-/\n") -> str:
    """The signature with the problem as a doc comment above its theorem; untouched if there is no problem or a doc comment already.

    Comment marks inside the problem are broken up: they would end or nest the comment.
    """
    starts = list(_THEOREM.finditer(signature))
    if not informal or not starts:
        return signature
    context, theorem = signature[: starts[-1].start()], signature[starts[-1].start() :]
    if context.rstrip().endswith("-/") and "/--" in context[context.rfind("/-") :]:
        return signature
    words = informal.replace("-/", "- /").replace("/-", "/ -")
    # A slash in front of the end would open a comment inside this one.
    return f"{context}/-- {words}{' ' if words.endswith('/') else ''}{end}{theorem}"


def marked(premise: Premise) -> str:
    """A premise's text with its name, however short it stands there, replaced by its full name between `<a>` and `</a>`."""
    name, text = premise["name"], premise["text"]
    mark = f"<a>{name}</a>"
    text = text.replace(f"_root_.{name}", mark)
    parts = name.split(".")
    for first in range(len(parts)):
        short = re.escape(".".join(parts[first:]))
        found, count = re.subn(rf"(?<=\s)«?{short}»?(?![\w'!?])", lambda _: mark, text)
        if count:
            return found
    return text


def fitting(premises: Sequence[Premise], state: str, size: int) -> list[str]:
    """The marked premises that fit into `size` bytes together with the state, the best one last: next to the state.

    One that is too long is left out and the next one tried.
    """
    left = size - len(state.encode())
    chosen: list[str] = []
    for premise in premises:
        text = marked(premise)
        cost = len(text.encode()) + 2  # and the empty line below it
        if cost <= left:
            left -= cost
            chosen.append(text)
    return chosen[::-1]
