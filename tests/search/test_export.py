"""The exported graph has every goal and tactic once, and an arc for every part."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from search.export import to_networkx
from search.search import Search
from tests.search.toy import graph, run


class RecordingGraph:
    """Stands in for networkx.DiGraph, which the tests must not need."""

    def __init__(self) -> None:
        self.nodes: dict[object, dict[str, Any]] = {}
        self.arcs: dict[tuple[object, object], dict[str, Any]] = {}

    def add_node(self, name: object, **facts: Any) -> None:
        assert name not in self.nodes
        self.nodes[name] = facts

    def add_edge(self, start: object, end: object, **facts: Any) -> None:
        assert (start, end) not in self.arcs
        self.arcs[start, end] = facts


def test_goals_and_tactics_become_two_kinds_of_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", SimpleNamespace(DiGraph=RecordingGraph))
    search = run(Search("A"), graph(A="B C B | !", B="-", C="!"))
    made = to_networkx(search)
    assert isinstance(made, RecordingGraph)
    assert [made.nodes[name]["key"] for name in (0, 1, 2)] == ["A", "B", "C"]
    assert made.nodes[2] == {
        "kind": "goal", "key": "C", "status": "unprovable", "place": "done", "depth": 1, "logprob": -0.5, "value": 0.0,
    }  # fmt: skip
    assert made.nodes["t0"] == {"kind": "tactic", "tactic": "A0", "status": "dead", "logprob": -0.5}
    assert made.arcs == {(0, "t0"): {}, ("t0", 1): {"parts": "0 2"}, ("t0", 2): {"parts": "1"}, (1, "t1"): {}}
