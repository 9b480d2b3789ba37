"""Traces: a search as JSON lines, read back, and replayed into the same search.

Owns the file format (version 1: one event per line, the first is `started`). Reading is strict: a line that is not
exactly an event is a `TraceError` with its number, never a guess. Opens no file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

from search.config import SearchConfig
from search.events import Asked, Assessed, Event, Observer, Offered, Released, Started, Taken, Told
from search.expansion import Closed, Failed, Outcome, PlainCandidate, Subgoals
from search.frontier import Order
from search.scoring import Rule, Scoring
from search.search import Search

VERSION = 1

_T = TypeVar("_T")


class TraceError(ValueError):
    """A trace cannot be read, or does not belong to the search it is replayed into."""


def recorder(write: Callable[[str], object]) -> Observer:
    """An observer that writes each event as one line, newline included, through `write` (a file's method, say)."""
    return lambda event: write(encode_event(event) + "\n")


def read_trace(lines: Iterable[str]) -> Iterator[Event]:
    """The events of a trace; blank lines are skipped. Raises TraceError at the first line that is not an event."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield decode_event(line)
            except TraceError as error:
                raise TraceError(f"line {number}: {error}") from error


def replay(events: Iterable[Event], observer: Observer | None = None) -> Search:
    """The search that the events describe, in the state in which they end.

    Raises TraceError if they do not begin with `Started`, or if the search would not have acted as they say (another
    version of the search, or an edited trace).
    """
    remaining = iter(events)
    first = next(remaining, None)
    if not isinstance(first, Started):
        raise TraceError("a trace begins with its `started` event")
    search = Search(first.root_key, first.config, observer)
    for number, event in enumerate(remaining, start=2):
        try:
            difference = _apply(search, event)
        except (ValueError, IndexError) as error:
            raise TraceError(f"event {number} does not fit: {error}") from error
        if difference:
            raise TraceError(f"event {number} does not fit: {difference}")
    return search


def encode_event(event: Event) -> str:
    """One line of JSON, without the newline."""
    return json.dumps(_to_json(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode_event(line: str) -> Event:
    """The event on one line. Raises TraceError for anything else."""
    try:
        wire = json.loads(line)
        return _from_json(wire)
    except TraceError:
        raise
    except (ValueError, TypeError, KeyError) as error:  # not JSON, or values that an event refuses
        raise TraceError(f"not an event: {line[:80]!r}: {error}") from error


def _apply(search: Search, event: Event) -> str:
    """Do again what the event says was done; returns how the search differs, "" if it does not."""
    match event:
        case Started():
            return "the search began already"
        case Asked(node):
            got = search.ask()
            return "" if got == node else f"ask gave {got}, not {node}"
        case Offered(node, candidates):
            search.offer(node, candidates)
        case Taken(node, count):
            # The limit of the original call is not recorded; its effect is.
            got = len(search.take(node, count))
            return "" if got == count else f"node {node} gave {got} candidates, not {count}"
        case Told(node, outcomes):
            search.tell(node, outcomes)
        case Released(node):
            search.release(node)
        case Assessed(node, value):
            search.assess(node, value)
    return ""


def _to_json(event: Event) -> dict[str, Any]:
    """The event as JSON data."""
    match event:
        case Started(root_key, config):
            return {"event": "started", "version": VERSION, "root": root_key, "config": config_to_json(config)}
        case Asked(node):
            return {"event": "asked", "node": node}
        case Offered(node, candidates):
            rows = [[each.tactic, each.logprob, each.tokens] for each in candidates]
            return {"event": "offered", "node": node, "candidates": rows}
        case Taken(node, count):
            return {"event": "taken", "node": node, "count": count}
        case Told(node, outcomes):
            return {"event": "told", "node": node, "outcomes": [_outcome_to_json(each) for each in outcomes]}
        case Released(node):
            return {"event": "released", "node": node}
        case Assessed(node, value):
            return {"event": "assessed", "node": node, "value": value}


def _from_json(wire: Any) -> Event:
    """The event that JSON data describe."""
    match wire:
        case {"event": "started", "version": version, "root": str(root), "config": config}:
            if version != VERSION:
                raise TraceError(f"the trace has version {version}, this program reads {VERSION}")
            return Started(root, config_from_json(config))
        case {"event": "asked", "node": int(node)}:
            return Asked(node)
        case {"event": "offered", "node": int(node), "candidates": rows}:
            return Offered(node, tuple(_candidate(row) for row in _list_of(object, rows)))
        case {"event": "taken", "node": int(node), "count": int(count)}:
            return Taken(node, count)
        case {"event": "told", "node": int(node), "outcomes": rows}:
            return Told(node, tuple(_outcome_from_json(row) for row in _list_of(object, rows)))
        case {"event": "released", "node": int(node)}:
            return Released(node)
        case {"event": "assessed", "node": int(node), "value": float(value) | int(value)}:
            return Assessed(node, float(value))
        case _:
            raise TraceError(f"not an event: {str(wire)[:80]}")


def config_to_json(config: SearchConfig) -> dict[str, Any]:
    """The options as JSON data, every one of them."""
    scoring = config.scoring
    return {
        "width": config.width,
        "rule": scoring.rule.value,
        "alpha": float(scoring.alpha),  # so that an int in the options does not read back as something else
        "path_weight": float(scoring.path_weight),
        "order": config.order.value,
        "max_depth": config.max_depth,
        "path_turns": config.path_turns,
        "critic_turns": config.critic_turns,
        "exploration": float(config.exploration),
        "prior_temperature": float(config.prior_temperature),
    }


def config_from_json(wire: Any) -> SearchConfig:
    """The options that JSON data describe. Raises TraceError unless they are exactly those of `config_to_json`."""
    match wire:
        case {
            "width": int(width),
            "rule": rule,
            "alpha": float(alpha),
            "path_weight": float(path_weight),
            "order": order,
            "max_depth": int(max_depth),
            "path_turns": int(path_turns),
            "critic_turns": int(critic_turns),
            "exploration": float(exploration),
            "prior_temperature": float(temperature),
            **unknown,
        } if not unknown:
            scoring = Scoring(Rule(rule), alpha, path_weight)
            turns = (path_turns, critic_turns)
            return SearchConfig(width, scoring, Order(order), max_depth, *turns, exploration, temperature)
        case _:
            raise TraceError(f"not the options of a search: {str(wire)[:80]}")


def _list_of(kind: type[_T], wire: object) -> list[_T]:
    """The list that JSON data are, with nothing but `kind` in it."""
    rows = cast("list[object]", wire) if isinstance(wire, list) else [None]
    if not all(isinstance(row, kind) for row in rows):
        raise TraceError(f"not a list of {kind.__name__}: {str(rows)[:80]}")
    return cast("list[_T]", rows)


def _candidate(row: object) -> PlainCandidate:
    """A candidate from its row."""
    match row:
        case [str(tactic), float(logprob) | int(logprob), int(tokens)]:
            return PlainCandidate(tactic, float(logprob), tokens)
        case _:
            raise TraceError(f"not a candidate: {str(row)[:80]}")


def _outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON data."""
    match outcome:
        case Closed():
            return {"closed": True}
        case Failed(reason):
            return {"failed": reason}
        case Subgoals(keys, goals):
            return {"subgoals": list(keys), "goals": list(goals)}


def _outcome_from_json(row: Any) -> Outcome:
    """The outcome that JSON data describe."""
    match row:
        case {"closed": True}:
            return Closed()
        case {"failed": str(reason)}:
            return Failed(reason)
        case {"subgoals": keys, "goals": goals}:
            return Subgoals(tuple(_list_of(str, keys)), tuple(_list_of(int, goals)))
        case _:
            raise TraceError(f"not an outcome: {str(row)[:80]}")
