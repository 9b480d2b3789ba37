"""Candidates that are hard to read: deep, long, or full of characters that are none."""

from __future__ import annotations

import pytest

from lean_env.errors import WorkerLost
from lean_env.messages import Accepted, Rejected
from lean_env.statement import Statement
from prover.workshop import Workshop

pytestmark = [pytest.mark.lean, pytest.mark.asyncio(loop_scope="session")]

CLAIM = "theorem t (n : Nat) : n < n + 1"
CHALLENGE = Statement("t", CLAIM, "(n : Nat)", "n < n + 1")
PROOF = f"{CLAIM} := Nat.lt_succ_self n"
LIE = f"{CLAIM} := sorry"

HONEST = {
    "a megabyte of comment in one line": f"/- {'x' * (1 << 20)} -/ {PROOF}",
    "a megabyte of blanks": " " * (1 << 20) + PROOF,
    "a hundred thousand lines": "\n" * 100_000 + PROOF,
    "a long text": f'def s := "{"é" * 100_000}"\n{PROOF}',
    "deep parentheses": f"{CLAIM} := {'(' * 1000}Nat.lt_succ_self n{')' * 1000}",
    "a numeral of ten thousand digits": f"def big := {'9' * 10_000}\n{PROOF}",
    "unusual letters": f"/- \u202e\u200b\ufeff\U0010ffff -/ def «\U0001f600» := 1\n{PROOF}",
}
DISHONEST = {
    "NUL": f"\0{LIE}",
    "NUL within": LIE.replace("sorry", "sor\0ry"),
    "a lone surrogate": f"\ud800{LIE}",
    "a lone surrogate in a text": f'def s := "\udfff"\n{LIE}',
    "a byte order mark": f"\ufeff{PROOF}",
    "control characters": f"\x01\x02\x7f\x85{LIE}",
    "only blanks": " \n" * 1000,
    "an open text": f'{LIE}\ndef s := "',
    "an open comment": f"/- {LIE}",
    "closing brackets": ")" * 10_000 + LIE,
    "imports": f"import Lean\n{LIE}",
    "Windows line ends": f"{PROOF}\r\n",  # whoever reads files makes them line feeds
}
# The parser recurses: what is too deep for it takes the worker down, unless it is refused.
TOO_DEEP = {
    "open parentheses": f"{CLAIM} := {'(' * 50_000}",
    "a deep list": f"def s : List Nat := {'[' * 100}{']' * 100}\n{PROOF}",
    "a deep comment": f"{'/-' * 200_000}{'-/' * 200_000}\n{LIE}",
    "a long sum": f"def s : Nat := {'1 + ' * 300}1\n{LIE}",
}


@pytest.mark.parametrize("name", HONEST)
async def test_a_strange_text_with_a_proof(shop: Workshop, name: str) -> None:
    verdict = await shop.checker.check(CHALLENGE, HONEST[name])
    assert isinstance(verdict.result, Accepted), verdict.result


@pytest.mark.parametrize("name", DISHONEST)
async def test_a_strange_text_without_one(shop: Workshop, name: str) -> None:
    verdict = await shop.checker.check(CHALLENGE, DISHONEST[name])
    assert isinstance(verdict.result, Rejected), verdict.result


@pytest.mark.parametrize("name", TOO_DEEP)
async def test_a_text_that_is_too_deep(shop: Workshop, name: str) -> None:
    try:
        verdict = await shop.checker.check(CHALLENGE, TOO_DEEP[name])
    except WorkerLost:
        verdict = None
    assert verdict is None or not verdict.accepted or name == "a deep list"
    assert (await shop.checker.check(CHALLENGE, PROOF)).accepted  # the next check has a worker again
