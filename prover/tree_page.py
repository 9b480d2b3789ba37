"""The page that shows one search: an AND/OR proof tree to open in a browser and click through.

Owns what such a page is made of (`TreePage`) and its bytes. Promises one HTML document that works offline, loads
nothing from anywhere, treats every text as text whatever it holds, and is the same for the same input. Never looks at a
search, writes no file, and draws nothing itself: the document carries its data and a script that draws what was opened.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

# proved: closed, with everything below it. open: tried, and not hopeless. dead: everything below it failed.
# failed: a tactic that Lean refused or that hit a limit. waiting: in the queue, never tried.
Status = Literal["proved", "open", "dead", "failed", "waiting"]

# In the order in which they run, as one script.
SCRIPTS = ("tree_page_rows.js", "tree_page_panel.js", "tree_page_controls.js")


@dataclass(frozen=True, slots=True)
class PageEdge:
    """One tactic tried on a node.

    `logprob` is a natural log (<= 0). `children` are the ids of the nodes it leaves, all of which have to be proved;
    none = it closes the node. `message` is what Lean said about it, "" if nothing.
    """

    tactic: str
    logprob: float
    status: Status
    children: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class PageNode:
    """One node: a goal, or several that share metavariables, as Lean prints them.

    `depth` counts tactics from the root; the search expands the highest `priority` first. `edges` are in rank order.
    """

    id: int
    goals: tuple[str, ...]
    status: Status
    depth: int
    priority: float
    edges: tuple[PageEdge, ...]


@dataclass(frozen=True, slots=True)
class TreePage:
    """What one page shows. `nodes` stand root first.

    `facts` are names and values for the header, `proof` the Lean text to copy, None if there is none. Ids are unique
    and every child is among `nodes`. A node may be reached on several paths, also from below itself.
    """

    title: str
    statement: str
    outcome: str
    facts: tuple[tuple[str, str], ...]
    proof: str | None
    nodes: tuple[PageNode, ...]


def render_page(page: TreePage) -> str:
    """The whole HTML document; it encodes to UTF-8 whatever the texts hold.

    Raises ValueError where two nodes share an id or a child is missing.
    """
    return fill(page_shell(), {"title": title_text(page.title), "data": embeddable(page_data(page))})


def page_shell() -> str:
    """The document without its `{{title}}` and its `{{data}}`, for whoever shows many trees."""
    style, script = asset("tree_page.css"), "".join(map(asset, SCRIPTS))
    return fill(asset("tree_page.html"), {"style": style, "script": script, "title": "{{title}}", "data": "{{data}}"})


def fill(template: str, parts: Mapping[str, str]) -> str:
    """A template with its slots filled, in one pass: a part that happens to hold the name of another is not filled again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: parts.get(slot[1], slot[0]), template)


def title_text(title: str) -> str:
    """A text as it may stand in the title element, or anywhere else between tags, in UTF-8."""
    return html.escape(title).encode("utf-8", "replace").decode("utf-8")


def _proof_edges(nodes: Sequence[PageNode]) -> dict[int, int]:
    """For each node that has a proof within `nodes`: its id, and the index of the edge on which that proof begins.

    The edges chosen never lead back to where they came from, though proved edges may: each becomes eligible only when
    all its children have been settled. Of several, the one whose proof is shallowest, then the first in order.
    """
    waits: list[tuple[int, int, int]] = []  # (owner's id, index of the edge, children not settled yet)
    parents: dict[int, list[int]] = {}
    ready: deque[int] = deque()
    for node in nodes:
        for index, edge in enumerate(node.edges):
            if edge.status != "proved":
                continue
            missing = set(edge.children)
            for child in missing:
                parents.setdefault(child, []).append(len(waits))
            if not missing:
                ready.append(len(waits))
            waits.append((node.id, index, len(missing)))
    chosen: dict[int, int] = {}
    while ready:
        owner, index, _ = waits[ready.popleft()]
        if owner in chosen:
            continue
        chosen[owner] = index
        for waiting in parents.get(owner, ()):
            parent, edge_index, missing_count = waits[waiting]
            waits[waiting] = (parent, edge_index, missing_count - 1)
            if missing_count == 1:
                ready.append(waiting)
    return chosen


def _on_path(nodes: Sequence[PageNode], chosen: Mapping[int, int]) -> dict[int, int]:
    """`chosen`, for the nodes that the proof of the root passes through."""
    by_id = {node.id: node for node in nodes}
    path: dict[int, int] = {}
    pending = [nodes[0].id] if nodes else []
    while pending:
        node = pending.pop()
        if node in chosen and node not in path:
            path[node] = chosen[node]
            pending.extend(by_id[node].edges[chosen[node]].children)
    return path


def page_data(page: TreePage) -> dict[str, object]:
    """The page as its script reads it: nodes as short lists, every text once in `strings`, children as positions.

    Raises ValueError where two nodes share an id or a child is missing.
    """
    position = {node.id: index for index, node in enumerate(page.nodes)}
    if len(position) != len(page.nodes):
        raise ValueError("two nodes of the page share an id")
    missing = {child for node in page.nodes for edge in node.edges for child in edge.children if child not in position}
    if missing:
        raise ValueError(f"children that are not nodes of the page: {sorted(missing)}")
    strings: dict[str, int] = {}

    def intern(text: str) -> int:
        return strings.setdefault(text, len(strings))

    path = _on_path(page.nodes, _proof_edges(page.nodes))
    nodes = [
        [
            node.id,
            [intern(goal) for goal in node.goals],
            intern(node.status),
            node.depth,
            _finite(node.priority),
            path.get(node.id, -1),
            [
                [
                    intern(edge.tactic),
                    _finite(edge.logprob),
                    intern(edge.status),
                    [position[child] for child in edge.children],
                    intern(edge.message),
                ]
                for edge in node.edges
            ],
        ]
        for node in page.nodes
    ]
    return {
        "title": page.title,
        "statement": page.statement,
        "outcome": page.outcome,
        "facts": page.facts,
        "proof": page.proof,
        "nodes": nodes,
        "strings": list(strings),
    }


def _finite(value: float) -> float | None:
    """Four significant digits, enough to read; JSON has no infinities."""
    return float(f"{value:.4g}") if math.isfinite(value) else None


def embeddable(data: object) -> str:
    """JSON that may stand inside a script element and be encoded to UTF-8.

    `<`, `>` and `&` are escaped, so nothing in it opens a comment or ends the element; so are the two line ends that
    JSON allows and scripts once did not, and surrogates without a partner, which UTF-8 cannot write.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def asset(name: str) -> str:
    """The text of a file in `data/`."""
    return resources.files("prover").joinpath("data", name).read_text(encoding="utf-8")
