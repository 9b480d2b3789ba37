"""Makes a found proof shorter before it is checked and printed.

Tries, within a small budget and always in real Lean: closing a goal at once by a tactic that ends the proof below it, leaving a
step out, and one `<;>` in place of several equal endings. A variant is kept only if the whole script still runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lean_env.messages import Advanced, TacticCall
from prover.lane import Lane, Side
from search.nodes import ROOT
from search.proof import ProofTree
from search.script import script_lines

BUDGET_S = 4.0
TRIAL_SOFT_MS = 2000
MAX_STEPS = 60  # a longer proof is printed as it was found


async def shorten(lane: Lane, side: Side, clock: Callable[[], float]) -> ProofTree:
    """A proof of the side's root with at most as many steps as the search's. Raises EnvError if the worker is lost."""
    proof = side.search.proof()
    if proof.steps == 1 or proof.steps > MAX_STEPS:
        return proof
    deadline = clock() + BUDGET_S
    tried: set[str] = set()
    improved = True
    while improved and clock() < deadline:
        improved = False
        for variant in variants(proof):
            script = "\n".join(script_lines(variant))
            if script in tried:
                continue
            tried.add(script)
            if clock() >= deadline:
                break
            if await _runs(lane, side, script):
                proof, improved = variant, True
                break
    return proof


async def _runs(lane: Lane, side: Side, script: str) -> bool:
    [result] = await lane.step(side, ROOT, [TacticCall(script, heartbeats=0, soft_ms=TRIAL_SOFT_MS)])
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
