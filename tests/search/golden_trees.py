"""The searches behind tests/golden/search/*.json, and the program that writes them anew.

`python -m tests.search.golden_trees` after a change that is meant; the diff then is the review.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.config import SearchConfig
from search.frontier import Order
from search.scoring import Rule, Scoring
from search.search import Search
from search.trace import config_to_json
from tests.search.toy import Graph, Move, run, snapshot

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "search"

# A proof by induction with detours: `symm` runs in circles, `exfalso` is a dead end, the step case needs a lemma that
# another branch needs too, and the good tactics are not the first.
INDUCTION: Graph = {
    "goal": [
        Move("simp", None, -0.4, 1),
        Move("symm", ("goal flipped",), -0.9, 1),
        Move("induction n with", ("zero", "succ"), -1.6, 4),
        Move("cases n", ("zero", "succ without ih"), -2.2, 2),
        Move("exfalso", ("False",), -4.0, 1),
    ],
    "goal flipped": [Move("symm", ("goal",), -0.2, 1), Move("omega", None, -1.0, 1)],
    "zero": [Move("simp [f]", None, -0.5, 3), Move("rfl", (), -0.8, 1)],
    "succ": [Move("rw [lemma]", ("succ rewritten", "lemma"), -0.7, 4), Move("simp", None, -0.9, 1)],
    "succ without ih": [Move("rw [lemma]", ("stuck", "lemma"), -0.7, 4)],
    "succ rewritten": [Move("ring_nf", ("succ normal",), -0.6, 2), Move("simp", ("succ",), -0.3, 1)],
    "succ normal": [Move("exact ih", (), -0.1, 2)],
    "lemma": [Move("intro h", ("lemma with h",), -0.3, 2), Move("decide", None, -2.0, 1)],
    "lemma with h": [Move("cases h", ("left", "right"), -0.5, 2)],
    "left": [Move("contradiction", (), -0.2, 1)],
    "right": [Move("exact h", (), -0.2, 2), Move("simp_all", (), -0.3, 2)],
    "False": [Move("contradiction", None, -0.1, 1)],
    "stuck": [],
}

# No proof: two branches share goals and cycles, one closes, none closes the whole.
TANGLE: Graph = {
    "A": [Move("a0", ("B", "C"), -0.5), Move("a1", ("D",), -1.0), Move("a2", ("E", "E", "F"), -1.5)],
    "B": [Move("b0", ("A",), -0.1), Move("b1", ("D", "E"), -0.7)],
    "C": [Move("c0", (), -0.3)],
    "D": [Move("d0", ("G",), -0.2), Move("d1", ("D",), -0.4)],
    "E": [Move("e0", ("C",), -0.9)],
    "F": [Move("f0", ("G", "B"), -0.4), Move("f1", None, -0.6)],
    "G": [Move("g0", ("D", "C"), -0.2)],
}


# Likes the induction, and is wrong about a dead end.
CRITIC = {"zero": 0.8, "succ": 0.7, "succ without ih": 0.1, "False": 0.9, "succ rewritten": 0.6, "stuck": 0.75, "lemma": 0.5}


@dataclass(frozen=True, slots=True)
class Case:
    """One golden search."""

    name: str
    world: Graph
    config: SearchConfig
    workers: int = 1
    expansions: int = 100
    critic: Mapping[str, float] | None = None


CASES = (
    Case("best", INDUCTION, SearchConfig(width=2)),
    Case("best_wide", INDUCTION, SearchConfig(width=8)),
    Case("best_alpha_0", INDUCTION, SearchConfig(width=2, scoring=Scoring(Rule.LENGTH, alpha=0.0))),
    Case("mean", INDUCTION, SearchConfig(width=2, scoring=Scoring(Rule.MEAN))),
    Case("breadth", INDUCTION, SearchConfig(width=2, order=Order.BREADTH)),
    Case("depth", INDUCTION, SearchConfig(width=2, order=Order.DEPTH)),
    Case("depth_limit", INDUCTION, SearchConfig(width=2, max_depth=3)),
    Case("three_workers", INDUCTION, SearchConfig(width=2), workers=3),
    Case("stopped", INDUCTION, SearchConfig(width=2), expansions=5),
    Case("tangle_best", TANGLE, SearchConfig(width=1, scoring=Scoring(Rule.SUM))),
    Case("tangle_breadth", TANGLE, SearchConfig(width=2, order=Order.BREADTH)),
    Case("tangle_depth", TANGLE, SearchConfig(width=2, order=Order.DEPTH)),
    Case("puct", INDUCTION, SearchConfig(width=2, order=Order.PUCT)),
    Case("puct_critic", INDUCTION, SearchConfig(width=1, order=Order.PUCT), critic=CRITIC),
    Case("puct_three_workers", INDUCTION, SearchConfig(width=1, order=Order.PUCT), workers=3),
    Case("tangle_puct", TANGLE, SearchConfig(width=1, order=Order.PUCT, prior_temperature=4.0)),
    Case("alternate", INDUCTION, SearchConfig(width=1, order=Order.ALTERNATE, critic_turns=2), critic=CRITIC),
)


def rendered(case: Case) -> dict[str, Any]:
    """The case with its whole search, as JSON data."""
    search = Search(next(iter(case.world)), case.config)
    run(search, case.world, expansions=case.expansions, workers=case.workers, critic=case.critic)
    return {
        "config": config_to_json(case.config),
        "workers": case.workers,
        "expansions": case.expansions,
        "search": snapshot(search),
    }


def write_all() -> Iterator[Path]:
    """Write every golden file; yields those that changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        path = FOLDER / f"{case.name}.json"
        text = json.dumps(rendered(case), indent=1, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            yield path


if __name__ == "__main__":
    for changed in write_all():
        print(f"wrote {changed.name}")  # noqa: T201 - this is the program
