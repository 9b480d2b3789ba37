"""The challenges of a file that comes without a separate statement: its own theorems, over its own definitions.

The clean worker will elaborate a challenge, so of the file only what a statement can need goes into it: theorems are left out (the
proof's export brings them as data), and so is whatever would run code of the file's own.
"""

from __future__ import annotations

from dataclasses import replace

from lean_env.messages import Command
from lean_env.session import Session
from lean_env.statement import Statement, without_imports
from prover.targets import Target, find_statements

_SCOPING = frozenset(
    f"Lean.Parser.Command.{kind}"
    for kind in (
        "namespace",
        "section",
        "end",
        "open",
        "variable",
        "universe",
        "set_option",
        "mixfix",
        "notation",
        "export",
        "deriving",
        "attribute",
    )
)
_STATING = frozenset({"def", "abbrev", "definition", "structure", "classInductive", "inductive", "instance", "opaque", "axiom"})


async def own_challenges(session: Session, target: Target) -> list[Statement]:
    """Every theorem of the file as a challenge. Raises BadInput as `find_statements`."""
    statements = await find_statements(session, target, holes_only=False)
    source, _ = without_imports(target.source)
    outline = await session.outline(source)
    data = source.encode()
    kept = bytearray(byte if byte == 0x0A else 0x20 for byte in data)
    for command in outline.commands:
        if _states(command):
            kept[command.start : command.end] = data[command.start : command.end]
    starts = {command.theorem.name: command.start for command in outline.commands if command.theorem}
    return [
        replace(statement, context=bytes(kept[: starts.get(statement.name, len(kept))]).decode().rstrip())
        for statement in statements
    ]


def _states(command: Command) -> bool:
    return not command.runs_code and (command.kind in _SCOPING or command.declares in _STATING)
