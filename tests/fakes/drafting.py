"""One attempt by whole proofs over the toy Lean, with what must hold after every attempt, whatever happened in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from lean_env.messages import Command, Message, Outline, Position, Ran, TheoremSource
from lean_env.session import ROOT_ENV, Session
from lean_env.statement import Statement
from prover.attempt import Attempt
from prover.models.dialect import load_dialect
from prover.proving import Progress
from prover.whole.account import Drafts
from prover.whole.config import WholeProofConfig
from prover.whole.whole_proof import prove_whole
from search.budget import Budget
from tests.fakes.hunting import ENOUGH_S, statement
from tests.fakes.scripted_lean import Effect, Lean, claim
from tests.fakes.scripted_model import ScriptedModel
from tests.fakes.scripted_session import ScriptedSession, Shop

UNLIMITED = Budget()

# A toy theorem, a proof of it, and one that breaks in its last line.
TABLE = {"A": {"split": ("B", "C"), "win": ()}, "B": {"b": ()}, "C": {"turn": ("D",)}, "D": {"d": ()}}
PROOF = "  split\n  b\n  turn\n  d\n"
BROKEN = "  split\n  b\n  turn\n  wrong\n"


class ProofSession(ScriptedSession):
    """A worker of the toy Lean that elaborates whole theorems, one tactic per line, and says where they break."""

    async def run(self, source: str, env: int = ROOT_ENV, *, soft_ms: int = 0, inert: bool = False) -> Ran:
        ran = await super().run(source, env, soft_ms=soft_ms, inert=inert)
        head, is_theorem, block = source.partition(" := by\n")
        if ran.errors or not is_theorem:
            return ran
        lines = [line.removeprefix("  ") for line in block.rstrip("\n").split("\n")]
        above = head.count("\n") + 1
        left: tuple[str, ...] = ()
        for end in range(1, len(lines) + 1):
            left, stopped = await self._script(head.split("\n")[-1], lines[:end])
            if stopped is not None and stopped.limit:
                return Ran(ran.env, (), interrupted=True)
            if stopped is not None and stopped.refuses != "unsolved goals":
                return Ran(ran.env, (Message("error", stopped.refuses, Position(above + end, 2), Position(above + end, 4)),))
        return ran if not left else Ran(ran.env, (Message("error", "unsolved goals", Position(above, len(head)), None),))

    async def _script(self, signature: str, lines: list[str]) -> tuple[tuple[str, ...], Effect | None]:
        try:
            return await self.lean.script((claim(signature),), "\n".join(lines))
        except BaseException:
            self.dead = True
            raise

    async def outline(self, source: str, env: int = ROOT_ENV) -> Outline:
        await super().outline(source, env)
        end = len(source.rstrip().encode())
        theorem = TheoremSource("t", 0, source.index(":="), end, (0, 0), None, None, has_sorry=False, plain=True)
        return Outline((Command("declaration", "theorem", 0, end, runs_code=False, theorem=theorem),), ())


class ProofShop(Shop):
    """Its search workers elaborate whole theorems."""

    async def _start(self) -> Session:
        await self.lean.happen("start")
        self.sessions.append(ProofSession(self.lean))
        return self.sessions[-1]


@dataclass(slots=True)
class Drafting:
    """An attempt that can be looked at while it runs and after. `dialect` by name: raw and able to resume unless told otherwise."""

    lean: Lean
    model: ScriptedModel
    config: WholeProofConfig = field(default_factory=lambda: WholeProofConfig(UNLIMITED, workers=1))
    dialect: str = "deepseek-prover-v1.5"
    goal: Statement = field(default_factory=statement)
    workers: int = 1
    shop: ProofShop = field(init=False)
    left: Drafts | None = None
    watched: list[Progress] = field(default_factory=list[Progress])

    def __post_init__(self) -> None:
        self.shop = ProofShop(self.lean, self.workers)

    @property
    def drafts(self) -> Drafts:
        assert self.left is not None
        return self.left

    async def run(self) -> Attempt:
        """The attempt; then nothing is lent, no handle was left behind, and every proof is accounted for."""
        try:
            async with asyncio.timeout(ENOUGH_S):
                attempt = await self._run()
        finally:
            assert self.shop.lent() == 0
            assert self.shop.handles() == 0
        counts = self.drafts.counts
        assert counts.sampled == counts.empty + counts.unfit + counts.repeated + counts.unique
        assert counts.elaborated >= counts.clean + counts.failed + counts.limited + counts.lost
        assert attempt.effort.steps == counts.elaborated
        return attempt

    async def _run(self) -> Attempt:
        def observe(drafts: Drafts) -> None:
            self.left = drafts

        return await prove_whole(
            self.goal,
            pool=self.shop.pool,
            checker=self.shop.checker,
            generator=self.model,
            dialect=load_dialect(self.dialect),
            config=self.config,
            clock=self.lean.clock,
            watch=self.watched.append,
            observe=observe,
        )


def config(**options: object) -> WholeProofConfig:
    return WholeProofConfig(**{"budget": UNLIMITED, "workers": 1, **options})  # type: ignore[arg-type]  # names are checked by the class


def drafting(*answers: str, lean: Lean | None = None, **options: object) -> Drafting:
    return Drafting(lean or Lean(TABLE), ScriptedModel(answers), config(**{"samples": max(len(answers), 1), **options}))
