from __future__ import annotations

import re

import pytest

from lean_env.embedded.session import EmbeddedSession
from prover.lemmas import LemmaLibrary

LIBRARY = LemmaLibrary.load()


def test_a_script_carries_what_it_cites_and_what_that_needs_in_order() -> None:
    used = LIBRARY.used_in("exact Entail.int_neg_residue h\nexact Entail.step_lt h k")
    assert used == ("step_lt", "int_sub_residue", "int_neg_residue")


def test_a_name_is_not_found_inside_a_longer_one() -> None:
    assert LIBRARY.used_in("exact Entail.pow_residue' h, MyEntail.pow_cycle, pow_cycle") == ()


def test_source_is_one_namespace_that_can_be_pasted() -> None:
    text = LIBRARY.source(["stop_lt", "exponent_lt"])
    assert text.startswith("namespace Entail\n")
    assert text.endswith("end Entail")
    assert re.findall(r"theorem (\w+)", text) == ["stop_lt", "exponent_lt"]


@pytest.mark.parametrize("name", LIBRARY.declarations)
def test_no_lemma_uses_notation_of_the_prelude_or_one_that_comes_later(name: str) -> None:
    text = LIBRARY.declarations[name]
    assert not set("ℕℤℚ") & set(text)
    assert LIBRARY.used_in(f"Entail.{name}")[-1] == name


@pytest.mark.lean
async def test_every_lemma_elaborates_when_it_is_pasted_alone() -> None:
    session = await EmbeddedSession.start()
    try:
        for name in LIBRARY.declarations:
            ran = await session.run(LIBRARY.source(LIBRARY.used_in(f"Entail.{name}")))
            assert ran.messages == (), name
    finally:
        await session.close()
