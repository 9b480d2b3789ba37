"""READ FIRST. A word problem in, ranked candidates out: draft, compile, repair, check each, compare all, rank.

Owns the order of the steps. Promises that every candidate has an answer to every check that was made of it, that nothing is dropped
without a reason that a person can read, and that a statement which a check rejects never comes before one that none rejects. Never
says that a statement is right: that is for a person, who is shown the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from lean_env.checker import Checker
from lean_env.errors import WorkerLost
from lean_env.messages import Message
from lean_env.pool import SessionPool
from prover.formalize.agreement.classes import AgreementLimits, agreement
from prover.formalize.candidate import Candidate, CheckName, Compiled, Draft, Finding, WordProblem
from prover.formalize.checks.meaning_check import Informalizer, Judge, meaning_finding
from prover.formalize.checks.proof_checks import ProofCheckConfig, proof_findings
from prover.formalize.checks.static_checks import static_findings
from prover.formalize.compiling import NotCompiled, compile_draft
from prover.formalize.formalizer import Formalizer
from prover.formalize.ranking import ranked
from prover.together import together

COMPILE_TRIES = 2  # a worker may be lost over a draft once by accident; twice, and it is the draft
JUDGED = 4  # of the best candidates, how many are put into words and before a judge: that is what costs most


@dataclass(frozen=True, slots=True)
class FormalizeConfig:
    """How a problem is formalized; recorded with what it came to.

    drafts   statements that each formalizer is asked for (>= 1)
    repairs  rounds in which a formalizer is shown Lean's messages about a draft (>= 0)
    proofs   budget of the checks that search for proofs
    pairs    budget of comparing candidates
    seed     of what is drawn
    """

    drafts: int = 8
    repairs: int = 2
    proofs: ProofCheckConfig = field(default_factory=ProofCheckConfig)
    pairs: AgreementLimits = field(default_factory=AgreementLimits)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Formalization:
    """What a problem came to: its candidates, best first, and what formalizers said that had none."""

    problem: WordProblem
    candidates: tuple[Candidate, ...]
    silent: tuple[tuple[str, str], ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The first candidate, if no check rejects it."""
        first = next(iter(self.candidates), None)
        return first if first is not None and first.compiled is not None and not first.is_rejected else None


@dataclass(frozen=True, slots=True)
class Examiners:
    """Who looks at candidates: Lean's workers, and models where there are any."""

    pool: SessionPool
    checker: Checker
    informalizer: Informalizer
    judge: Judge | None
    clock: Callable[[], float]


async def formalize(
    problem: WordProblem,
    formalizers: Sequence[Formalizer],
    examiners: Examiners,
    config: FormalizeConfig,
    *,
    watch: Callable[[str], None] = lambda _: None,
) -> Formalization:
    """Formalize one problem. `watch` hears what is being done. Raises ModelFailed, EnvError."""
    watch("drafting")
    answers = await together(each.draft(problem, config.drafts, config.seed) for each in formalizers)
    pairs = list(zip(formalizers, answers, strict=True))
    silent = tuple((who.name, each.reason) for who, each in pairs if not each.drafts)
    drafts = [(who, draft) for who, each in pairs for draft in each.drafts]
    watch(f"compiling {len(drafts)} draft{'' if len(drafts) == 1 else 's'}")
    compiled = await together(_compiled(problem, who, draft, examiners, config) for who, draft in drafts)
    candidates = _without_repetition(compiled)
    watch(f"checking {len(candidates)} candidates")
    return Formalization(problem, tuple(await examined(problem, candidates, examiners, config, watch=watch)), silent)


async def examined(
    problem: WordProblem,
    candidates: Sequence[Candidate],
    examiners: Examiners,
    config: FormalizeConfig,
    *,
    watch: Callable[[str], None] = lambda _: None,
) -> list[Candidate]:
    """Candidates with all their findings, best first. Also for a statement that a person wrote. Raises EnvError."""
    checked = await together(_checked(problem, candidate, examiners, config) for candidate in candidates)
    alive = [each for each in checked if each.compiled is not None and not each.is_rejected]
    if alive:
        watch(f"comparing {len(alive)} candidates")
        checked = _with_findings(checked, alive, await agreement(examiners.pool, alive, config.pairs))
    best = [each for each in ranked(checked) if not each.is_rejected][:JUDGED]
    watch("putting it into words again")
    judged = await together(_meaning(problem, each, examiners) for each in best)
    return ranked(_with_findings(checked, best, judged))


# -- one draft --------------------------------------------------------------------------------------------------------------------


async def _compiled(
    problem: WordProblem, formalizer: Formalizer, draft: Draft, examiners: Examiners, config: FormalizeConfig
) -> Candidate:
    """A draft, repaired as long as Lean does not take it and the formalizer has another."""
    while True:
        answer = await compiled_by_a_worker(problem, draft, examiners.pool)
        if isinstance(answer, Compiled):
            return Candidate(draft, answer, (Finding(CheckName.COMPILES, "pass", _repaired(draft)),))
        refused = Candidate(draft, None, (Finding(CheckName.COMPILES, "reject", answer.reason),))
        if draft.repairs >= config.repairs:
            return refused
        again = await formalizer.repair(problem, draft, _told(answer), config.seed)
        if again is None:
            return refused
        draft = again


async def compiled_by_a_worker(problem: WordProblem, draft: Draft, pool: SessionPool) -> Compiled | NotCompiled:
    """`compile_draft` on a worker of the pool; one that is lost speaks against the draft. Raises EnvError if none can be had."""
    for _ in range(COMPILE_TRIES):
        try:
            async with pool.lease() as session:
                return await compile_draft(session, draft, problem.name)
        except WorkerLost:
            continue
    return NotCompiled((), f"{COMPILE_TRIES} workers were lost over it")


async def _checked(problem: WordProblem, candidate: Candidate, examiners: Examiners, config: FormalizeConfig) -> Candidate:
    """The checks of a candidate by itself; those that cost a search only if the others let it pass."""
    if candidate.compiled is None:
        return candidate
    found = replace(candidate, findings=(*candidate.findings, *static_findings(problem, candidate.compiled)))
    if found.is_rejected:
        return found
    more = await proof_findings(
        candidate.compiled, pool=examiners.pool, checker=examiners.checker, config=config.proofs, clock=examiners.clock
    )
    return replace(found, findings=(*found.findings, *more))


async def _meaning(problem: WordProblem, candidate: Candidate, examiners: Examiners) -> Finding:
    assert candidate.compiled is not None  # the caller's choice
    return await meaning_finding(problem, candidate.compiled, examiners.informalizer, examiners.judge)


# -- many -------------------------------------------------------------------------------------------------------------------------


def _without_repetition(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each statement once, with how often it came; drafts that do not compile are told apart by their text."""
    same: dict[str, list[Candidate]] = {}
    for each in candidates:
        same.setdefault(each.compiled.statement.digest if each.compiled else f"text {each.draft.lean}", []).append(each)
    return [
        replace(group[0], times=len(group), formalizers=tuple(sorted({each.draft.formalizer for each in group})))
        for group in same.values()
    ]


def _with_findings(candidates: Sequence[Candidate], some: Sequence[Candidate], findings: Sequence[Finding]) -> list[Candidate]:
    """The candidates, those in `some` with one more finding each."""
    added = {id(each): finding for each, finding in zip(some, findings, strict=True)}
    return [replace(each, findings=(*each.findings, added[id(each)])) if id(each) in added else each for each in candidates]


def _told(answer: NotCompiled) -> list[Message]:
    """What a formalizer hears of its draft: Lean's errors, or what we have against it ourselves."""
    return [each for each in answer.messages if each.severity == "error"] or [Message("error", answer.reason)]


def _repaired(draft: Draft) -> str:
    return f"after {draft.repairs} rounds of repair" if draft.repairs else ""
