"""What crosses the pipe between Python and a Lean worker: requests in spirit, replies as typed values.

One wire format for every engine. Replies are decoded by msgspec, so a worker that answers nonsense is a
`ProtocolViolation` and never a wrong value. Nothing here talks to a process.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import msgspec

from lean_env.term import Term, decode_term

Severity = Literal["trace", "information", "warning", "error"]


class Position(msgspec.Struct, frozen=True):
    """A place in source text: `line` from 1, `column` from 0 in code points (Lean's convention)."""

    line: int
    column: int


class Message(msgspec.Struct, frozen=True):
    """One message of Lean. Its text is for people; soundness is never decided by reading it."""

    severity: Severity
    data: str
    pos: Position | None = None
    end_pos: Position | None = None


class LocalTerm(msgspec.Struct, frozen=True):
    """One hypothesis as the worker sends it: the encoded type beside what only Lean knows about it."""

    name: str
    accessible: bool
    prop: bool
    term: Any  # nested lists, see lean_env/term.py


class Hypothesis(msgspec.Struct, frozen=True):
    """A local hypothesis or variable of a goal.

    `name` as printed (with a dagger if it cannot be written), `type` as pretty text, `value` for `let`, `term` the
    type as a tree, `is_prop` whether its type is a proposition, `is_accessible` whether a tactic can name it.
    """

    name: str
    type: str
    value: str | None
    term: Term
    is_prop: bool
    is_accessible: bool


class Goal(msgspec.Struct, frozen=True, dict=True):
    """One open goal: `text` is what Lean prints; `hypotheses` and `target` are read from it and from the terms on demand."""

    text: str
    locals: tuple[LocalTerm, ...] = ()
    target_term: Any = None

    @cached_property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The local context in order. Raises ValueError if text and terms disagree on the number of names."""
        from lean_env.goal_text import split_goal  # local: text parsing is needed only by policies that look inside

        entries = split_goal(self.text).entries
        if len(entries) != len(self.locals):
            raise ValueError(f"goal prints {len(entries)} hypotheses, the context has {len(self.locals)}")
        return tuple(
            Hypothesis(entry.name, entry.type, entry.value, decode_term(local.term), local.prop, local.accessible)
            for entry, local in zip(entries, self.locals, strict=True)
        )

    @cached_property
    def target(self) -> str:
        """Pretty text of what is to be proved."""
        from lean_env.goal_text import split_goal

        return split_goal(self.text).target

    @cached_property
    def target_tree(self) -> Term:
        """What is to be proved, as a tree."""
        return decode_term(self.target_term)

    @cached_property
    def case(self) -> str | None:
        """The goal's tag as `case` prints it, if it has one."""
        from lean_env.goal_text import split_goal

        return split_goal(self.text).case

    @cached_property
    def key(self) -> str:
        """Canonical text: equal for goals that differ only in their tag."""
        return self.text.split("\n", 1)[1] if self.text.startswith("case ") and "\n" in self.text else self.text


class Part(msgspec.Struct, frozen=True):
    """An independent piece of what is left to prove: a state handle and its goals.

    More than one goal means that they share metavariables and must stay together; the next tactic acts on the first.
    """

    state: int
    goals: tuple[Goal, ...]


class Advanced(msgspec.Struct, frozen=True, tag="advanced"):
    """The tactic ran. `parts` empty = it closed everything (not yet a proof); then `state` is for `finish`, else it is 0."""

    parts: tuple[Part, ...]
    state: int = 0
    heartbeats: int = 0


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Lean said no; `message` is its text."""

    message: str
    heartbeats: int = 0


class Limit(msgspec.Struct, frozen=True, tag="limit"):
    """The tactic was stopped by one of our limits; the state it ran on is still good."""

    kind: Literal["heartbeats", "soft_wall", "size"]
    message: str = ""
    heartbeats: int = 0


StepResult = Advanced | Refused | Limit


class TacticCall(msgspec.Struct, frozen=True):
    """A tactic to try. `heartbeats` as the option maxHeartbeats counts (thousands of small allocations), `soft_ms` wall clock.

    0 = no limit.
    """

    text: str
    heartbeats: int = 200
    soft_ms: int = 5000


class Opened(msgspec.Struct, frozen=True):
    """A theorem is open: its full name, the first state and its goals."""

    name: str
    part: Part


class NotElaborated(msgspec.Struct, frozen=True):
    """Lean does not accept the text; `stage` says whether it was the parser or the elaborator. At least one message is an error."""

    stage: Literal["parse", "elaborate"]
    messages: tuple[Message, ...]


class Ran(msgspec.Struct, frozen=True):
    """Commands ran; `env` is the handle of the environment after them, valid whether or not there were errors."""

    env: int
    messages: tuple[Message, ...]
    interrupted: bool = False

    @property
    def errors(self) -> tuple[Message, ...]:
        """The messages of severity error."""
        return tuple(message for message in self.messages if message.severity == "error")


class TheoremSource(msgspec.Struct, frozen=True):
    """Where a theorem or example stands in a file; all offsets count bytes of the UTF-8 source.

    `name` as written ("" for an example); its signature is source[start:value]; `identifier`, `binders` and `type` are spans in
    it (None where there is nothing); `has_sorry` whether the proof has a hole in sight; `plain` whether it has no modifiers.
    """

    name: str
    start: int
    value: int
    end: int
    type: tuple[int, int]
    binders: tuple[int, int] | None
    identifier: tuple[int, int] | None
    has_sorry: bool
    plain: bool


class Command(msgspec.Struct, frozen=True):
    """One command of a file: its syntax `kind`, what it `declares` ("theorem", "def", ... or ""), its span in bytes.

    `runs_code` warns that elaborating it could execute tactics or metaprograms of the file's own; `inert`: it cannot, and is of a
    kind that a statement may need before it (scopes, notation, definitions).
    """

    kind: str
    declares: str
    start: int
    end: int
    runs_code: bool
    theorem: TheoremSource | None
    inert: bool = False


class Outline(msgspec.Struct, frozen=True):
    """A file cut into commands, with what Lean said of them."""

    commands: tuple[Command, ...]
    messages: tuple[Message, ...]


class Exported(msgspec.Struct, frozen=True):
    """Declarations as plain data: the text of `lean_env/export.py`'s format."""

    text: str


class Accepted(msgspec.Struct, frozen=True, tag="accepted", tag_field="verdict"):
    """The kernel of a clean worker accepts the exported proof of the challenge.

    `axioms` are the standard ones that the exported declarations name themselves; library theorems may rest on any of the three.
    """

    theorem: str
    axioms: tuple[str, ...]
    declarations: int


class Rejected(msgspec.Struct, frozen=True, tag="rejected", tag_field="verdict"):
    """The exported proof is not a proof of the challenge; `reason` is one word for statistics, `message` is for people."""

    reason: Literal["statement", "axiom", "kernel", "redefinition", "unsafe", "inductive", "malformed", "export"]
    message: str


class LibraryPage(msgspec.Struct, frozen=True):
    """Some theorems of the library: pairs of name and statement, and the offset to go on from (None = that was all)."""

    theorems: tuple[tuple[str, str], ...]
    next: int | None


class Stats(msgspec.Struct, frozen=True):
    """What a worker holds: `rss_mib`, `heap_mib` (wasm linear memory), live handles, requests served."""

    rss_mib: float
    heap_mib: float
    states: int
    envs: int
    requests: int
