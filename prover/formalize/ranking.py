"""Which candidate comes first.

Owns the order alone: what was rejected last, then by what speaks for a statement, from the strongest evidence to the weakest.
"""

from __future__ import annotations

from collections.abc import Sequence

from prover.formalize.candidate import Candidate, CheckName

_JUDGED = {"pass": 0, "unknown": 1, "flag": 2, "reject": 3}


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first. Equal ones stay in the order in which they came, which is that of the formalizers."""
    return sorted(candidates, key=_key)


def _key(candidate: Candidate) -> tuple[int, ...]:
    """Smaller is better: elaborates, nothing rejects it, the others agree, a judge does, few flags, often drafted, short."""
    return (
        candidate.compiled is None,
        candidate.is_rejected,
        _standing(candidate, CheckName.AGREEMENT),
        _standing(candidate, CheckName.MEANING),
        sum(finding.verdict == "flag" for finding in candidate.findings),
        -candidate.times,
        len(candidate.draft.lean),
    )


def _standing(candidate: Candidate, check: CheckName) -> int:
    finding = candidate.finding(check)
    return _JUDGED["unknown"] if finding is None else _JUDGED[finding.verdict]
