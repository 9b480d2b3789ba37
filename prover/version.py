"""Which version of Entail this is."""

from __future__ import annotations


def version() -> str:
    """As installed; "0+source" in a source tree that is not."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("entail")
    except PackageNotFoundError:
        return "0+source"
