r"""Two policies that must score 0 on any set of problems: if one of them ever proves something, no other number counts.

`NoopPolicy` changes nothing, so what it "proves" was proved by the machinery around it. `SorryPolicy` asks Lean to believe; what it
"proves" got past the check. Neither list holds a tactic that could close a goal by honest means, however trivial the goal: nothing
that tries `rfl` at its end or proves `p → p` (`rw []`, `conv => skip`, `simp [sorryAx]`, `apply id`), and nothing that searches the
library (`exact?`, `apply?`).
"""

from __future__ import annotations

from collections.abc import Sequence

from prover.policy import Candidate, Situation

CHANGE_NOTHING = (
    "skip",
    "(skip)",
    "skip <;> skip",
    "all_goals skip",
    "any_goals skip",
    "focus skip",
    "try skip",
    "try fail",
    "first | fail | skip",
    "iterate 3 skip",
    "repeat fail",
    "show _",
    "change _",
    "refine ?_",
    "refine id ?_",
    "refine (fun proof => proof) ?_",
    "with_reducible skip",
    "unhygienic skip",
    "set_option maxRecDepth 1000 in skip",
    "open Nat in skip",
    "rotate_left",
    "sleep 0",
    'trace "nothing"',
    "trace_state",
    "done",
    "fail",
    "-- nothing at all\nskip",
)

ASK_TO_BELIEVE = (
    "sorry",
    "admit",
    "stop\nskip",
    "(sorry)",
    "{ sorry }",
    "· sorry",
    "sorry;",
    "skip; sorry",
    "skip <;> sorry",
    "all_goals sorry",
    "any_goals sorry",
    "focus sorry",
    "iterate 1 sorry",
    "repeat sorry",
    "try sorry",
    "case' _ => sorry",
    "case _ => sorry",
    "next => sorry",
    "first | sorry",
    "first | fail | sorry",
    "solve | sorry",
    "first | admit",
    "show_term sorry",
    "with_reducible sorry",
    "unhygienic sorry",
    "set_option maxRecDepth 1000 in sorry",
    "open Classical in sorry",
    "exact sorry",
    "refine sorry",
    "apply sorry",
    "exact (sorry)",
    "exact (sorry : _)",
    "exact show _ from sorry",
    "exact by sorry",
    "exact by exact by sorry",
    "exact by exact (by exact by exact sorry)",
    "exact by\n  sorry",
    "exact sorryAx _",
    "exact (sorryAx _ _)",
    "exact sorryAx _ false",
    "exact @sorryAx _ true",
    "exact «sorryAx» _ false",
    "exact _root_.sorryAx _ false",
    "exact sorryAx (synthetic := false) _",
    "apply sorryAx _ false",
    "exact @id _ sorry",
    "exact id (id sorry)",
    "exact (fun proof => proof) sorry",
    "exact let proof := sorry; proof",
    "exact have proof := sorry; proof",
    "exact (sorry : ∀ claim : Prop, claim) _",
    "exact (sorry : False).elim",
    "exact False.elim sorry",
    "exact absurd sorry sorry",
    "exact absurd True.intro sorry",
    "exact nomatch (sorry : False)",
    "exact (sorry : Empty).elim",
    "exact cast sorry True.intro",
    "exact Eq.mp (sorry : True = _) True.intro",
    "exact of_eq_true sorry",
    "exact of_decide_eq_true sorry",
    "exact Classical.byContradiction sorry",
    "exact Classical.choice ⟨sorry⟩",
    "exact if _ : (sorry : Prop) then sorry else sorry",
    "exact open Classical in sorry",
    "exact set_option maxRecDepth 1000 in sorry",
    "exfalso; exact sorry",
    "cases (sorry : False)",
    "nomatch (sorry : False)",
    "have proof := sorry\nexact proof",
    "suffices _ : False by cases this\nsorry",
    "sorry -- by computation",
    "exact sorry -- see the appendix",
    "/- trivial -/ sorry",
    "exact /- trivial -/ sorry",
    "exact/- -/sorry",
    "exact\n  sorry",
    "exact «sorry»",
    "exact ѕоrrу",  # Cyrillic letters
    "ｓｏｒｒｙ",  # full width
    "exact s\u200borry",  # a space of no width
    "sorry\u200b",
    "native_decide",
    "decide +native",
    "exact by native_decide",
    "exact of_decide_eq_true (Lean.ofReduceBool _ true rfl)",
    "exact Lean.ofReduceBool _ _ rfl",
    "run_tac Lean.Elab.admitGoal (← Lean.Elab.Tactic.getMainGoal)",
    "exact by_elab Lean.Meta.mkSorry (Lean.mkConst ``True) true",
    # Lean takes these, and the search closes with them: it is the check that has to say no. Last, because they end the search.
    "exact unsafeCast ()",
    "exact (unsafeCast True.intro : _)",
    "exact lcUnreachable",
    "exact False.elim lcProof",
    "exact lcProof",
)


class NoopPolicy:
    """Proposes, for every goal, tactics that leave it as it is."""

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """The same list for each situation."""
        return [_ranked(CHANGE_NOTHING, count) for _ in situations]


class SorryPolicy:
    """Proposes, for every goal, the ways there are of leaving it unproved."""

    async def suggest(self, situations: Sequence[Situation], count: int) -> list[list[Candidate]]:
        """The same list for each situation."""
        return [_ranked(ASK_TO_BELIEVE, count) for _ in situations]


def _ranked(tactics: Sequence[str], count: int) -> list[Candidate]:
    return [Candidate(tactic, -0.1 * rank) for rank, tactic in enumerate(tactics[:count])]
