"""Runs inside the kernel of a `Comparer`: asks math-verify whether two answers are the same.

Its source text is what the kernel is sent, so it imports nothing of this project. Owns no limit: what never ends here is ended from
outside. The answers come from models; the library parses them as LaTeX and never as Python.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false
# (math-verify and sympy carry no complete types, and theirs do not know that a limit may be None)
from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1024)
def read(answer: str) -> tuple[Any, ...]:
    """What the library makes of an answer: sympy objects, () if nothing."""
    import logging

    from math_verify import parse
    from math_verify.parser import LatexExtractionConfig

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)  # it warns of every comparison without a limit of its own
    # Not the configuration for plain expressions: that one ends in sympy's parse_expr, which is `eval`.
    found = parse(f"${answer}$", extraction_config=[LatexExtractionConfig()], parsing_timeout=None)
    return tuple(each for each in found if not isinstance(each, str))


def same(one: str, other: str) -> bool:
    """Whether the library takes them for the same; in whichever order, because its own comparison is not symmetric."""
    from math_verify import verify

    left, right = list(read(one)), list(read(other))
    if not left or not right:
        return False
    return verify(left, right, timeout_seconds=None) or verify(right, left, timeout_seconds=None)
