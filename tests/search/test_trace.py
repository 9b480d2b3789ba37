"""A trace is the whole search: read back and replayed it gives the same tree; anything else is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.config import SearchConfig
from search.events import Asked, Assessed, Event, Offered, Released, Started, Taken, Told
from search.expansion import Closed, Failed, PlainCandidate, Subgoals
from search.frontier import Order
from search.scoring import Rule, Scoring
from search.search import Search
from search.trace import TraceError, decode_event, encode_event, read_trace, recorder, replay
from tests.search.toy import Move, graph, graphs, orders, run, snapshot

CONFIG = SearchConfig(3, Scoring(Rule.CRITIC, 0.25, 2.0), Order.BREADTH, 7)
EVENTS: list[Event] = [
    Started("⊢ 1 = 1\nsecond line", CONFIG),
    Asked(0),
    Offered(0, (PlainCandidate('exact "a\\n"', -0.1, 3), PlainCandidate("·", -1e-300))),
    Taken(0, 2),
    Told(0, (Closed(), Failed("because\nof this"), Subgoals(("h : ℕ\n⊢ h = h", ""), (2, 1)), Subgoals(("x",)))),
    Released(5),
    Assessed(3, -0.75),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_survives_a_line(event: Event) -> None:
    line = encode_event(event)
    assert "\n" not in line
    assert decode_event(line) == event


@given(graphs(), orders, st.integers(1, 3), st.integers(0, 15), st.integers(0, 1000))
def test_a_replayed_trace_is_the_same_search(
    world: dict[str, list[Move]], order: Order, workers: int, expansions: int, seed: int
) -> None:
    lines: list[str] = []
    search = Search("A", SearchConfig(width=2, order=order, max_depth=4), recorder(lines.append))
    run(search, world, expansions=expansions, workers=workers, seed=seed)
    again: list[str] = []
    copy = replay(read_trace(lines), recorder(again.append))
    assert again == lines
    assert snapshot(copy) == snapshot(search)
    # Both go on alike, so the queue is the same too.
    for node in list(search.tree.nodes):
        if search.place(node.id).value == "in flight":
            search.release(node.id)
            copy.release(node.id)
    assert snapshot(run(copy, world)) == snapshot(run(search, world))


def trace(text: str = "B C | -") -> list[str]:
    lines: list[str] = []
    run(Search("A", observer=recorder(lines.append)), graph(A=text, B="-", C="-"))
    return lines


def test_lines_are_json_with_a_version() -> None:
    first = json.loads(trace()[0])
    assert first["event"] == "started"
    assert first["version"] == 1
    assert first["config"] == {
        "width": 8, "rule": "length", "alpha": 0.5, "path_weight": 1.0, "order": "best", "max_depth": 64,
        "path_turns": 1, "critic_turns": 1, "exploration": 0.5, "prior_temperature": 1.0,
    }  # fmt: skip


def test_blank_lines_are_skipped_and_bad_ones_named() -> None:
    lines = trace()
    assert snapshot(replay(read_trace(["\n", *lines, "  \n"]))) == snapshot(replay(read_trace(lines)))
    with pytest.raises(TraceError, match="line 3: not an event"):
        list(read_trace([*lines[:2], '{"event": "asked"', *lines[2:]]))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        '{"event": "asked"}',
        '{"event": "asked", "node": "0"}',
        '{"event": "guessed", "node": 0}',
        '{"event": "taken", "node": 0, "count": 1.5}',
        '{"event": "offered", "node": 0, "candidates": [["t", -1.0]]}',
        '{"event": "offered", "node": 0, "candidates": {"t": -1.0}}',
        '{"event": "told", "node": 0, "outcomes": [{"closed": false}]}',
        '{"event": "told", "node": 0, "outcomes": [{"subgoals": [1], "goals": []}]}',
        '{"event": "told", "node": 0, "outcomes": [{"subgoals": ["a"], "goals": [0]}]}',
        '{"event": "told", "node": 0, "outcomes": 3}',
    ],
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(TraceError):
        decode_event(line)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 2, this program reads 1"),
        ({"config": {}}, "not the options of a search"),
        ({"config": {**json.loads(trace()[0])["config"], "speed": 1}}, "not the options of a search"),
        ({"config": {**json.loads(trace()[0])["config"], "rule": "luck"}}, "not an event"),
        ({"config": {**json.loads(trace()[0])["config"], "width": 0}}, "width must be at least 1"),
    ],
)
def test_a_beginning_that_is_not_ours_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(TraceError, match=message):
        decode_event(json.dumps(json.loads(trace()[0]) | change))


def test_a_trace_of_another_search_does_not_replay() -> None:
    events = list(read_trace(trace()))
    with pytest.raises(TraceError, match="begins with its `started` event"):
        replay(events[1:])
    with pytest.raises(TraceError, match="begins with its `started` event"):
        replay([])
    with pytest.raises(TraceError, match="event 2 does not fit: the search began already"):
        replay([events[0], events[0]])
    with pytest.raises(TraceError, match="event 2 does not fit: ask gave 0, not 1"):
        replay([events[0], Asked(1)])
    with pytest.raises(TraceError, match="event 2 does not fit: node 0 is not in flight"):
        replay([events[0], *events[2:]])
    with pytest.raises(TraceError, match="event 4 does not fit: node 0 gave 1 candidates, not 2"):
        replay([*events[:2], Offered(0, (PlainCandidate("t", -1.0),)), Taken(0, 2)])
    with pytest.raises(TraceError, match="event 2 does not fit"):
        replay([events[0], Assessed(9, 1.0)])
