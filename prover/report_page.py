"""The page of a run: score, curve, problems, proofs and searches in one HTML document to open in a browser.

Promises that it works offline, loads nothing from anywhere, treats every text as text, stays usable with ten thousand problems,
and is the same for the same records. Owns what travels inside it: every problem and attempt, goals and trees up to a limit that
the page names. Never counts: that is `report.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prover import report_html as parts
from prover.attempt import Outcome
from prover.comparison import Comparison
from prover.records import AttemptRecord, BrokenRecords, ProblemRecord
from prover.report import Report, Row
from prover.report_source import Run, TreeFile, is_solved
from prover.run_folder import TREES
from prover.statistics import CurvePoint
from prover.tree_page import TreePage, asset, embeddable, fill, page_data, page_shell, title_text

# In the order in which they run, as one script. The panel of the tree gives boxes to copy from, and paints goals.
SCRIPTS = (
    "report_page_base.js",
    "tree_page_panel.js",
    "report_page_curve.js",
    "report_page_detail.js",
    "report_page_table.js",
    "report_page_start.js",
)
STYLES = ("tree_page.css", "report_page.css")

MAX_TREE_BYTES = 8_000_000  # of all searches together
MAX_GOALS = 3  # of an attempt; the records have all of them
_LETTERS = {
    Outcome.PROVED: "P",
    Outcome.REFUTED: "R",
    Outcome.REJECTED: "J",
    Outcome.EXHAUSTED: "E",
    Outcome.OUT_OF_BUDGET: "B",
    Outcome.NOT_RUN: "N",
}


def report_page(run: Run, report: Report, comparison: Comparison | None = None, *, max_tree_bytes: int = MAX_TREE_BYTES) -> str:
    """The whole HTML document; it encodes to UTF-8 whatever the records hold.

    With a comparison, `run` and `report` are its run after. Raises BrokenRecords if a kept tree cannot be read.
    """
    trees, left_out = _trees(run, max_tree_bytes)
    slots = {
        "title": title_text(f"{report.name}: {report.scope}"),
        "style": "".join(map(asset, STYLES)),
        "head": parts.head(report),
        "comparison": parts.compared(comparison) if comparison else "",
        "passes": parts.passes(report),
        "categories": parts.categories(report),
        "outcomes": parts.outcomes(report),
        "effort": parts.effort(report),
        "data": embeddable(_data(report, run, comparison, left_out)),
        "details": embeddable([_details(run, problem) for problem in run.problems]),
        "trees": trees,
        "room": parts.left_out_trees(left_out, max_tree_bytes),
        "shell": embeddable(page_shell()),
        "script": "".join(map(asset, SCRIPTS)),
    }
    return fill(asset("report_page.html"), slots)


def _data(report: Report, run: Run, comparison: Comparison | None, trees_left_out: int) -> dict[str, object]:
    """What the page needs at once: the curves, and a short row for each problem."""
    before = comparison.before if comparison else None
    change = dict.fromkeys(comparison.gained, "gained") | dict.fromkeys(comparison.lost, "lost") if comparison else {}
    return {
        "curves": {measure: _curve(points) for measure, points in report.curves.items()},
        "before": {measure: _curve(points) for measure, points in before.curves.items()} if before else None,
        "names": [report.name, before.name if before else ""],
        "rows": [_row(row, run, change.get(row.name, "")) for row in report.rows],
        "treesLeftOut": trees_left_out,
    }


def _curve(points: Iterable[CurvePoint]) -> list[list[float]]:
    return [[float(f"{n:.5g}") for n in (p.budget, p.solved, p.interval.low, p.interval.high)] for p in points]


def _row(row: Row, run: Run, change: str) -> list[object]:
    attempts = run.attempts.get(row.name, ())
    letters = "".join(_LETTERS[record.outcome] for record in attempts) + "N" * (row.attempts - len(attempts))
    seconds = None if row.best_seconds is None else round(row.best_seconds, 2)
    return [row.name, row.category, row.solved, row.attempts, letters, seconds, row.best_steps, row.lines, row.suspect, change]


def _details(run: Run, problem: ProblemRecord) -> list[object]:
    """What a click on a row shows; the same order as the rows."""
    attempts = [_attempt(record) for record in run.attempts.get(problem.name, ())]
    return [problem.source, problem.informal, problem.split, problem.cause, problem.reason, attempts]


def _attempt(record: AttemptRecord) -> list[object]:
    effort = record.effort
    spent = [
        round(effort.seconds, 2),
        effort.steps,
        effort.expansions,
        effort.nodes,
        round(effort.lean_seconds, 2),
        round(effort.policy_seconds, 2),
        effort.prompt_tokens,
        effort.output_tokens,
        effort.workers_lost,
        record.tries,
    ]
    goals = record.open_goals[:MAX_GOALS]
    return [
        record.attempt,
        record.outcome.name,
        record.tier,
        record.cause,
        record.reason,
        spent,
        record.proof,
        goals,
        len(record.open_goals) - len(goals),
        str(record.seed),  # 63 bits: more than a number of the page can hold
        record.axioms,
    ]


def _trees(run: Run, max_bytes: int) -> tuple[str, int]:
    """The kept searches by key, as JSON to embed, and how many had no room. Each problem gets one before any gets two."""
    file = TreeFile(run.folder / TREES)
    pieces: list[str] = []
    spent = 0
    for tree in file.read(_by_interest(run)):
        try:
            shown = page_data(TreePage("", "", "", (), None, tree.nodes))
        except ValueError as error:
            raise BrokenRecords(f"the tree of {tree.key} is none: {error}") from error
        slim = {"nodes": shown["nodes"], "strings": shown["strings"], "leftOut": tree.left_out}
        piece = f"{embeddable(tree.key)}:{embeddable(slim)}"
        spent += len(piece.encode())
        if spent > max_bytes:
            break
        pieces.append(piece)
    return "{" + ",".join(pieces) + "}", len(file) - len(pieces)


def _by_interest(run: Run) -> list[str]:
    def ranked(attempts: Sequence[AttemptRecord]) -> list[AttemptRecord]:
        return sorted(attempts, key=lambda record: not is_solved(record))  # stable: else by number

    queues = [ranked(run.attempts.get(problem.name, ())) for problem in run.problems]
    longest = max(map(len, queues), default=0)
    return [queue[turn].key for turn in range(longest) for queue in queues if turn < len(queue)]
