"""The policies that have a name, for whoever is given one in a command or a config.

Owns the names. Nothing is imported before its name is asked for: a policy may bring a library of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from prover.policy import Policy


class UnknownPolicy(Exception):
    """No policy has this name; the message lists those that there are."""


def make_policy(name: str) -> Policy:
    """A new policy. Raises UnknownPolicy."""
    maker = _MAKERS.get(name)
    if maker is None:
        raise UnknownPolicy(f"no policy is called {name!r}; there are: {', '.join(policy_names())}")
    return maker()


def policy_names() -> tuple[str, ...]:
    """Every name that `make_policy` knows."""
    return tuple(_MAKERS)


def _symbolic() -> Policy:
    from prover.symbolic import SymbolicPolicy

    return SymbolicPolicy()


def _noop() -> Policy:
    from prover.controls import NoopPolicy

    return NoopPolicy()


def _sorry() -> Policy:
    from prover.controls import SorryPolicy

    return SorryPolicy()


_MAKERS: dict[str, Callable[[], Policy]] = {"symbolic": _symbolic, "noop": _noop, "sorry": _sorry}
