"""numpy and scipy, imported when a number needs them: they come with the extra `eval` and are no dependency."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class NeedsScipy(Exception):
    """This statistic needs scipy and numpy, which are not installed."""

    def __init__(self) -> None:
        super().__init__("this statistic needs scipy, which is not installed: pip install 'entail[eval]'")


def numpy() -> Any:
    """The module numpy. Raises NeedsScipy if it is not installed."""
    return _load("numpy")


def scipy_stats() -> Any:
    """The module scipy.stats. Raises NeedsScipy if it is not installed."""
    return _load("scipy.stats")


def _load(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        raise NeedsScipy from missing
