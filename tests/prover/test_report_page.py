"""The page of a run, as bytes: everything is in it, nothing breaks out of it, nothing is loaded."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prover.attempt import Outcome
from prover.comparison import Comparison, compare
from prover.records import AttemptRecord, BrokenRecords, Cause, ProblemRecord
from prover.report import Run, load_run, summarise
from prover.report_page import MAX_GOALS, report_page
from tests.fakes.runs import attempt, control, problem, tree, write_run

pytest.importorskip("scipy")

HOSTILE = "</script><!-- <script>alert(1)</script> ]]> & \u2028\u2029 {{data}} {{script}} \x00 'quoted' \"twice\" $& $'"
PROBLEMS = (problem("a"), problem("b", "imo", suspect="vacuous"), problem("c", cause=Cause.MATHLIB, reason="no Real here"))
ATTEMPTS = (
    attempt("a", 1, seconds=2.5, steps=20),
    attempt("a", 2, Outcome.REFUTED),
    attempt("b", 1, Outcome.EXHAUSTED, open_goals=tuple(f"⊢ {n} = 0" for n in range(5))),
    attempt("b", 2, Outcome.NOT_RUN, cause=Cause.MACHINERY, reason="the worker was lost"),
)


class _Reader(HTMLParser):
    """A browser's view of the page: its elements, the text of each script by id, and the rest of the text."""

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.text = ""
        self._script: str | None = None
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self._script = dict(attrs).get("id") or "program"

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is None:
            self.text += data
        else:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data

    def json(self, name: str) -> Any:
        return json.loads(self.scripts[name])


def make(
    folder: Path,
    problems: tuple[ProblemRecord, ...] = PROBLEMS,
    attempts: tuple[AttemptRecord, ...] = ATTEMPTS,
    *,
    trees: tuple[Any, ...] = (tree("a#1"),),
) -> Run:
    controls = (control("noop", problems[0].name),)
    return load_run(write_run(folder, problems, attempts, controls=controls, trees=trees))


def page(run: Run, comparison: Comparison | None = None, **limits: int) -> _Reader:
    return _Reader(report_page(run, summarise(run), comparison, **limits))


def test_every_problem_and_attempt_is_in_the_page(tmp_path: Path) -> None:
    reader = page(make(tmp_path / "run"))
    rows = reader.json("data")["rows"]
    assert rows[0] == ["a", "algebra", 1, 2, "PR", 2.5, 20, 2, "", ""]
    assert rows[1] == ["b", "imo", 0, 2, "EN", None, None, None, "vacuous", ""]
    assert rows[2][4] == "NN"
    details = reader.json("details")
    assert details[2] == [PROBLEMS[2].source, PROBLEMS[2].informal, "valid", Cause.MATHLIB, "no Real here", []]
    number, outcome, tier, cause, reason, spent, proof, goals, more, seed, axioms = details[0][5][0]
    assert (number, outcome, tier, cause, reason, seed, axioms) == (1, "PROVED", "T2", "", "", "1", [])
    assert (spent[:2], proof, goals, more) == ([2.5, 20], ATTEMPTS[0].proof, [], 0)
    assert details[1][5][1][3:5] == [Cause.MACHINERY, "the worker was lost"]


def test_open_goals_are_cut_and_the_rest_is_counted(tmp_path: Path) -> None:
    goals, more = page(make(tmp_path / "run")).json("details")[1][5][0][7:9]
    assert (goals, more) == ([f"⊢ {n} = 0" for n in range(MAX_GOALS)], 5 - MAX_GOALS)


def test_the_headline_stands_without_a_script(tmp_path: Path) -> None:
    text = page(make(tmp_path / "run")).text
    for part in ("3 problems: all of minif2f valid", "16.7 %", "1 of 3", "T2, the lowest", "noop 0 of 1", "engine 4.28.0"):
        assert part in text, part


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    def poisoned(suffix: str) -> tuple[ProblemRecord, AttemptRecord]:
        name = HOSTILE + suffix
        fields = {"source": HOSTILE, "informal": HOSTILE, "suspect": HOSTILE, "category": HOSTILE, "statement_sha256": ""}
        texts = {"reason": HOSTILE, "proof": HOSTILE, "open_goals": (HOSTILE,), "axioms": (HOSTILE,), "cause": HOSTILE}
        return (
            msgspec.structs.replace(problem(name), **fields),
            msgspec.structs.replace(attempt(name, 1, Outcome.REFUTED), **texts, tier="T2"),
        )

    (one, first), (two, second) = poisoned("1"), poisoned("2")
    run = make(tmp_path / "run", (one, two), (first, second), trees=(tree(first.key, goal=HOSTILE),))
    document = report_page(run, summarise(run), compare(run, run, force=True))
    document.encode("utf-8")
    benign = make(tmp_path / "benign", (problem("x"), problem("y")), (attempt("x", 1, Outcome.REFUTED), attempt("y", 1)))
    reader = _Reader(document)
    assert [tag for tag, _ in reader.elements if tag == "script"] == [tag for tag, _ in page(benign).elements if tag == "script"]
    assert reader.json("details")[0][:2] == [HOSTILE, HOSTILE]
    assert reader.json("details")[0][5][0][6:8] == [HOSTILE, [HOSTILE]]
    assert HOSTILE in reader.json("trees")[first.key]["strings"]
    embedded = "".join(reader.scripts[name] for name in ("data", "details", "trees", "shell"))
    assert not re.search("[<>\u2028\u2029]", embedded)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_survives_the_page(tmp_path_factory: pytest.TempPathFactory, source: str, proof: str) -> None:
    folder = tmp_path_factory.mktemp("any") / "run"
    run = make(folder, (problem("a", source=source),), (attempt("a", 1, proof=proof),), trees=())
    details = page(run).json("details")
    assert (details[0][0], details[0][5][0][6]) == (source, proof)


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    document = report_page(run, summarise(run), compare(run, run, force=True))
    loading = {"src", "srcset", "action", "data", "background", "poster"}
    reader = _Reader(document)
    assert [attrs for _, attrs in reader.elements if loading & set(attrs)] == []
    assert all((attrs.get("href") or "#").startswith("#") for _, attrs in reader.elements)
    addresses = re.sub(r"http://www\.w3\.org/2000/svg", "", document)  # the name of SVG, which nothing fetches
    assert not re.search(r"//[a-z0-9-]+\.[a-z]|url\(|@import|\bimport\(|fetch\(|XMLHttpRequest|WebSocket", addresses)
    assert "default-src 'none'" in document


def test_the_same_records_are_the_same_bytes(tmp_path: Path) -> None:
    run = make(tmp_path / "run")
    assert report_page(run, summarise(run)) == report_page(run, summarise(run))


def test_trees_are_cut_to_a_size_and_the_page_says_so(tmp_path: Path) -> None:
    trees = tuple(tree(key) for key in ("b#1", "a#2", "a#1"))
    run = make(tmp_path / "run", trees=trees)
    whole = page(run)
    assert set(whole.json("trees")) == {"a#1", "a#2", "b#1"}
    assert "no room in this page" not in whole.text
    one = len(whole.scripts["trees"].encode()) // 3 + 10
    small = page(run, max_tree_bytes=2 * one)
    assert set(small.json("trees")) == {"a#1", "b#1"}, "each problem has one before any has two"
    assert small.json("data")["treesLeftOut"] == 1
    assert "1 search that was kept has no room in this page" in small.text
    assert page(run, max_tree_bytes=0).json("trees") == {}


def test_the_last_tree_of_a_key_counts(tmp_path: Path) -> None:
    run = make(tmp_path / "run", trees=(tree("a#1", goal="⊢ old"), tree("a#1", goal="⊢ new", left_out=7)))
    kept = page(run).json("trees")["a#1"]
    assert "⊢ new" in kept["strings"]
    assert "⊢ old" not in kept["strings"]
    assert kept["leftOut"] == 7


def test_a_torn_tree_is_left_out_and_infinities_are_no_numbers(tmp_path: Path) -> None:
    first = tree("a#1")
    first.nodes[0]["priority"] = None  # as JSON writes an infinity
    run = make(tmp_path / "run", trees=(first, tree("a#2")))
    path = run.folder / "trees.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    trees = page(run).json("trees")
    assert set(trees) == {"a#1"}
    assert [node[4] for node in trees["a#1"]["nodes"]] == [None, -1.0, -1.0]


def test_a_page_of_nothing_is_a_page(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "run", (), ()))
    assert page(run).json("data")["rows"] == []


@pytest.mark.parametrize("nodes", [[{"id": "zero"}], tree("a#1").nodes[:2]])
def test_a_tree_that_cannot_be_read_is_told(tmp_path: Path, nodes: list[dict[str, Any]]) -> None:
    run = make(tmp_path / "run")
    broken = msgspec.structs.replace(tree("a#1"), nodes=nodes)
    (run.folder / "trees.jsonl").write_bytes(msgspec.json.encode(broken) + b"\n")
    with pytest.raises(BrokenRecords, match="a#1"):
        report_page(run, summarise(run))


def test_a_comparison_marks_what_was_gained_and_lost(tmp_path: Path) -> None:
    old = make(tmp_path / "old")
    new = make(tmp_path / "new", attempts=(attempt("a", 1, Outcome.EXHAUSTED), *ATTEMPTS[1:3], attempt("b", 2)))
    found = compare(old, new)
    reader = page(new, found)
    assert [row[9] for row in reader.json("data")["rows"]] == ["lost", "gained", ""]
    assert reader.json("data")["names"] == ["new", "old"]
    assert reader.json("data")["before"]["seconds"][-1][:2] == [2.5, pytest.approx(0.16667)]
    assert "1 gained, 1 lost" in reader.text
    assert ("a", {"href": "#open=b"}) in reader.elements
