"""Configs of runs as TOML files: every option named when written, none unknown when read.

Owns the file's format for any config that is a dataclass of plain data.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

C = TypeVar("C")


class BadConfig(Exception):
    """A config file cannot be used; the message says where and why."""


def write_config(config: object, path: Path) -> None:
    """Write the file, all options named, replacing an older one as a whole. Raises OSError."""
    import tomli_w

    text = tomli_w.dumps(cast("dict[str, Any]", msgspec.to_builtins(config)))
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def read_config_as(path: Path, kind: type[C]) -> C:
    """The config in a file. Raises BadConfig for an unknown key and a value out of range, FileNotFoundError."""
    try:
        data: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
        config = msgspec.convert(data, kind)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, ValueError) as error:
        raise BadConfig(f"{path}: {error}") from error
    unknown = sorted(_leaves(data).keys() - _leaves(msgspec.to_builtins(config)).keys())
    if unknown:
        raise BadConfig(f"{path}: unknown: {', '.join(unknown)}")
    return config


def differences(before: object, after: object) -> list[str]:
    """The options in which two configs of one kind differ: "prove.budget.seconds 10 -> 30"."""
    mine, theirs = _leaves(msgspec.to_builtins(before)), _leaves(msgspec.to_builtins(after))
    return [f"{key} {mine.get(key)} -> {theirs.get(key)}" for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)]


def _leaves(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    """What is in a table and its tables, by dotted names; the tables of a list by their place in it."""
    found: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= _leaves(cast("dict[str, object]", value), f"{prefix}{key}.")
        elif isinstance(value, list) and any(isinstance(each, dict) for each in cast("list[object]", value)):
            numbered = {str(place): each for place, each in enumerate(cast("list[object]", value))}
            found |= _leaves(numbered, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found
