"""The page that shows a search: every text arrives as it was, nothing is loaded, the marked proof is one."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.tree_page import PageEdge, PageNode, Status, TreePage, render_page

HOSTILE = "</script><!-- <script>alert(1)</script> ]]> & \u2028\u2029 {{data}} {{style}} \ud800 \x00 'quoted' \"twice\""


class _Reader(HTMLParser):
    """A browser's view of the page: its elements, its attributes, the text of each script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        match self.elements[-1][0] if self.elements else "":
            case "script":
                self.scripts.append(data)
            case "title":
                self.title += data
            case _:
                pass


def _read(document: str) -> _Reader:
    reader = _Reader()
    reader.feed(document)
    reader.close()
    return reader


def _data(page: TreePage) -> dict[str, Any]:
    reader = _read(render_page(page))
    assert [attrs.get("type") for tag, attrs in reader.elements if tag == "script"] == ["application/json", None]
    return json.loads(reader.scripts[0])


def edge(tactic: str, *children: int, status: Status = "proved", message: str = "") -> PageEdge:
    return PageEdge(tactic, -0.5, status, children, message)


def node(identity: int, *edges: PageEdge, status: Status = "proved", goal: str = "⊢ True") -> PageNode:
    return PageNode(identity, (goal,), status, 0, -1.0, edges)


def page(*nodes: PageNode, proof: str | None = None) -> TreePage:
    return TreePage("t", "theorem t : True", "PROVED", (("tier", "T2"),), proof, nodes)


def _texts(data: dict[str, Any]) -> list[tuple[list[str], str, list[tuple[str, str, str]]]]:
    """Goals, status and tactics of every node, read as the script of the page reads them."""
    strings = data["strings"]
    return [
        (
            [strings[goal] for goal in goals],
            strings[status],
            [(strings[tactic], strings[edge_status], strings[message]) for tactic, _, edge_status, _, message in edges],
        )
        for _, goals, status, _, _, _, edges in data["nodes"]
    ]


def _marked(*nodes: PageNode) -> dict[int, int]:
    """The edges marked as the proof: node id to the index of its edge."""
    return {row[0]: row[5] for row in _data(page(*nodes))["nodes"] if row[5] >= 0}


def test_every_node_goal_tactic_and_message_is_in_the_page() -> None:
    nodes = (
        node(10, edge("intro h", 7), edge("omega", status="failed", message="no\nway"), goal="n : ℕ\n⊢ n = n"),
        PageNode(7, ("case a\n⊢ ?x = 1", "case b\n⊢ ℕ"), "waiting", 1, -2.5, ()),
    )
    data = _data(page(*nodes, proof="theorem t : True := trivial"))
    assert _texts(data) == [
        (["n : ℕ\n⊢ n = n"], "proved", [("intro h", "proved", ""), ("omega", "failed", "no\nway")]),
        (["case a\n⊢ ?x = 1", "case b\n⊢ ℕ"], "waiting", []),
    ]
    assert [row[0] for row in data["nodes"]] == [10, 7]
    assert data["nodes"][0][6][0][3] == [1], "children are positions, not ids"
    assert data["facts"] == [["tier", "T2"]]
    assert data["proof"] == "theorem t : True := trivial"


def test_hostile_text_stays_text() -> None:
    nasty = page(node(0, edge(HOSTILE, message=HOSTILE), goal=HOSTILE), proof=HOSTILE)
    nasty = replace(nasty, title=HOSTILE, statement=HOSTILE, outcome=HOSTILE, facts=((HOSTILE, HOSTILE),))
    document = render_page(nasty)
    document.encode("utf-8")
    benign = _read(render_page(page(node(0))))
    reader = _read(document)
    assert [tag for tag, _ in reader.elements] == [tag for tag, _ in benign.elements]
    data = _data(nasty)
    assert {data["title"], data["statement"], data["outcome"], data["proof"], *data["facts"][0]} == {HOSTILE}
    assert _texts(data) == [([HOSTILE], "proved", [(HOSTILE, "proved", HOSTILE)])]
    assert not re.search("[\u2028\u2029]", "".join(reader.scripts))
    assert "<script>alert" in reader.title


@given(st.text(alphabet=st.characters(), max_size=30), st.text(max_size=30))
def test_any_text_survives_the_page(goal: str, tactic: str) -> None:
    document = render_page(page(node(0, edge(tactic), goal=goal), proof=tactic))
    data = json.loads(_read(document.encode("utf-8").decode("utf-8")).scripts[0])
    assert _texts(data) == [([goal], "proved", [(tactic, "proved", "")])]


def test_the_page_loads_nothing() -> None:
    document = render_page(page(node(0)))
    loading = {"src", "href", "srcset", "action", "data", "background", "poster"}
    assert [attrs for _, attrs in _read(document).elements if loading & set(attrs)] == []
    assert not re.search(r"//[a-z0-9-]+\.[a-z]|url\(|@import|\bimport\(|fetch\(|XMLHttpRequest|WebSocket", document)
    # A second lock: the browser itself refuses to load anything.
    assert "default-src 'none'" in document


def test_the_same_page_is_the_same_bytes() -> None:
    tree = page(node(0, edge("constructor", 1, 2)), node(1, edge("rfl")), node(2, edge("rfl")))
    assert render_page(tree) == render_page(tree)


def test_a_search_that_never_began_has_a_page() -> None:
    assert _data(page())["nodes"] == []


def test_numbers_that_json_cannot_say_are_left_out() -> None:
    infinite = PageNode(0, ("⊢ False",), "open", 0, math.inf, (PageEdge("simp", -math.inf, "failed", (), ""),))
    row = _data(page(infinite))["nodes"][0]
    assert row[4] is None
    assert row[6][0][1] is None


def test_a_thousand_equal_messages_are_written_once() -> None:
    nodes = [node(i, edge("omega", status="failed", message="omega could not do it")) for i in range(1000)]
    assert render_page(page(*nodes)).count("omega could not do it") == 1


def test_a_child_that_is_missing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[3\]"):
        render_page(page(node(0, edge("intro", 3))))


def test_two_nodes_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="share an id"):
        render_page(page(node(0), node(0)))


def test_the_proof_is_marked_from_the_root_down_and_nowhere_else() -> None:
    tree = (
        node(0, edge("simp", status="failed"), edge("constructor", 1, 2)),
        node(1, edge("rfl")),
        node(2, edge("omega", 3, status="open"), edge("rfl")),
        node(3, edge("rfl")),  # proved, but the proof does not pass here
    )
    assert _marked(*tree) == {0: 1, 1: 0, 2: 1}


def test_the_marked_proof_never_runs_in_a_circle() -> None:
    # 0 and 1 lead to each other by proved edges that stand first; only the second edge of 1 ends.
    tree = (node(0, edge("symm", 1)), node(1, edge("symm", 0), edge("rfl")))
    assert _marked(*tree) == {0: 0, 1: 1}


def test_a_circle_alone_is_no_proof() -> None:
    assert _marked(node(0, edge("symm", 1)), node(1, edge("symm", 0))) == {}


def test_a_child_that_comes_twice_is_waited_for_once() -> None:
    assert _marked(node(0, edge("constructor", 1, 1)), node(1, edge("rfl"))) == {0: 0, 1: 0}


_statuses: list[Status] = ["proved", "open"]
_edges = st.builds(
    PageEdge,
    tactic=st.just("t"),
    logprob=st.just(-1.0),
    status=st.sampled_from(_statuses),
    children=st.lists(st.integers(0, 5), max_size=3).map(tuple),
    message=st.just(""),
)


@given(st.lists(st.lists(_edges, max_size=3), min_size=6, max_size=6))
def test_what_is_marked_is_a_proof_whatever_the_graph(graph: list[list[PageEdge]]) -> None:
    marked = _marked(*(node(i, *edges) for i, edges in enumerate(graph)))

    def proves(at: int, above: frozenset[int]) -> bool:
        chosen = graph[at][marked[at]]
        return (
            at not in above
            and chosen.status == "proved"
            and all(child in marked and proves(child, above | {at}) for child in chosen.children)
        )

    def provable(at: int, above: frozenset[int]) -> bool:
        return at not in above and any(
            tried.status == "proved" and all(provable(child, above | {at}) for child in tried.children) for tried in graph[at]
        )

    assert (0 in marked) == provable(0, frozenset())
    assert all(proves(at, frozenset()) for at in marked)
