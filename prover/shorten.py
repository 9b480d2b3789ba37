"""Makes a found proof shorter before it is checked and printed.

Tries, within a small budget and always in real Lean: closing a goal at once by a tactic that ends the proof below it, leaving a
step out, and one `<;>` in place of several equal endings. A variant is kept only if the whole script still runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf

from lean_env.messages import Advanced, TacticCall
from prover.lane import Lane, Side
from search.nodes import ROOT
from search.proof import ProofTree
from search.script import script_lines

MAX_STEPS = 60  # a longer proof is printed as it was found


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is tried: seconds in all, trials in all, and of one trial heartbeats (thousands, 0 = no limit) and milliseconds."""

    seconds: float
    trials: float
    heartbeats: int
    soft_ms: int


QUICK = Patience(seconds=4.0, trials=inf, heartbeats=0, soft_ms=2000)
# Where the search's own budget does not depend on the machine, its proof must not either: the clock is only for what hangs.
REPEATABLE = Patience(seconds=inf, trials=24, heartbeats=1000, soft_ms=60_000)


async def shorten(lane: Lane, side: Side, clock: Callable[[], float], patience: Patience = QUICK) -> ProofTree:
    """A proof of the side's root with at most as many steps as the search's. Raises EnvError if the worker is lost."""
    proof = side.search.proof()
    if proof.steps == 1 or proof.steps > MAX_STEPS:
        return proof
    deadline = clock() + patience.seconds
    tried: set[str] = set()
    improved = True
    while improved and clock() < deadline:
        improved = False
        for variant in variants(proof):
            script = "\n".join(script_lines(variant))
            if script in tried:
                continue
            tried.add(script)
            if clock() >= deadline or len(tried) > patience.trials:
                return proof
            if await _runs(lane, side, script, patience):
                proof, improved = variant, True
                break
    return proof


async def _runs(lane: Lane, side: Side, script: str, patience: Patience) -> bool:
    [result] = await lane.step(side, ROOT, [TacticCall(script, patience.heartbeats, patience.soft_ms)])
    return isinstance(result, Advanced) and not result.parts


def variants(proof: ProofTree) -> Iterator[ProofTree]:
    """Proofs to try instead, each with fewer steps, boldest first; whether they hold is for Lean to say."""
    for ending in dict.fromkeys(leaf.tactic for leaf in _leaves(proof)):
        if proof.children:
            yield replace(proof, tactic=ending, children=(), steps=1)
    if len(proof.children) == 1:
        yield proof.children[0]
    if len(proof.children) > 1 and all(not child.children for child in proof.children):
        endings = {child.tactic for child in proof.children}
        if len(endings) == 1 and "\n" not in proof.tactic and "\n" not in (ending := endings.pop()):
            yield replace(proof, tactic=f"{proof.tactic} <;> {_bracketed(ending)}", children=(), steps=1)
    for index, child in enumerate(proof.children):
        for shorter in variants(child):
            children = (*proof.children[:index], shorter, *proof.children[index + 1 :])
            yield replace(proof, children=children, steps=1 + sum(each.steps for each in children))


def _bracketed(tactic: str) -> str:
    return f"({tactic})" if ";" in tactic or "<;>" in tactic else tactic


def _leaves(proof: ProofTree) -> Iterator[ProofTree]:
    if not proof.children:
        yield proof
    for child in proof.children:
        yield from _leaves(child)
