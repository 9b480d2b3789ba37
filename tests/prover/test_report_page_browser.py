"""The page of a run in a real browser: nothing complains, and what a reader clicks works. Skipped where there is no Chromium.

A test appends a script to a copy of the page; the script uses the page as a reader would and leaves what it saw in an element.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from prover.attempt import Outcome
from prover.comparison import compare
from prover.records import AttemptRecord
from prover.report import Run, load_run, summarise
from prover.report_page import report_page
from tests.fakes.runs import attempt, problem, tree, write_run

pytest.importorskip("scipy")

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), "")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")

HOSTILE = "</script><!-- <script>alert(1)</script> $& {{data}} \u2028 <b>bold</b>"


def _run(folder: Path, attempts: Sequence[AttemptRecord], names: Sequence[str] = ("imo_p1", "aime_p2", "algebra_p3")) -> Run:
    problems = [problem(name, name.partition("_")[0], source=f"theorem {name} : {HOSTILE}") for name in names]
    return load_run(write_run(folder, problems, attempts, trees=[tree("imo_p1#1", goal=f"⊢ {HOSTILE}")]))


def _three(folder: Path, second: Outcome = Outcome.EXHAUSTED) -> Run:
    ended = [attempt("imo_p1", 1, proof=HOSTILE), attempt("imo_p1", 2, Outcome.OUT_OF_BUDGET), attempt("aime_p2", 1, second)]
    others = [attempt("aime_p2", 2, Outcome.EXHAUSTED), attempt("algebra_p3", 1, Outcome.REFUTED), attempt("algebra_p3", 2)]
    return _run(folder, [*ended, *others[:2], attempt("algebra_p3", 2, Outcome.NOT_RUN, cause="machinery")])


def _browse(folder: Path, address: str, *options: str) -> str:
    """What Chromium leaves on its output. Fails if the page said anything to the console: an error, a refusal of the policy."""
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=4000",
            "--enable-logging=stderr",
            *options,
            address,
        ],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=100,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    return done.stdout


def _drive(folder: Path, page: str, script: str, fragment: str = "") -> Any:
    """The value of the body of an async function that runs in the page after it has loaded."""
    path = folder / "page.html"
    driver = f"""<script>(async () => {{
        const element = document.createElement("pre");
        element.id = "probe";
        element.textContent = JSON.stringify(await (async () => {{ {script} }})());
        document.body.append(element);
    }})();</script>"""
    path.write_text(page + driver, encoding="utf-8")
    dumped = _browse(folder, path.as_uri() + fragment, "--dump-dom")
    found = re.search(r'<pre id="probe">(.*?)</pre>', dumped, re.DOTALL)
    assert found, "the script did not come to its end"
    return json.loads(html.unescape(found[1]))


HELPERS = """
    const names = () => [...document.querySelectorAll("tr.problem .name")].map((name) => name.textContent);
    const type = (id, value, event) => { byId(id).value = value; byId(id).dispatchEvent(new Event(event)); return names(); };
    const rowOf = (name) => [...document.querySelectorAll("tr.problem")].find((row) => row.row.name === name);
    const until = async (ready) => { while (!ready()) await new Promise((go) => setTimeout(go, 20)); };
"""


def _page(run: Run) -> str:
    return report_page(run, summarise(run))


def test_rows_filter_and_sort(tmp_path: Path) -> None:
    seen = _drive(
        tmp_path,
        _page(_three(tmp_path / "run")),
        HELPERS
        + """
        const all = names();
        const found = type("find", "IMO p1", "input");
        type("find", "", "input");
        const refuted = type("outcome", "R", "change"), solved = type("outcome", "solved", "change");
        type("outcome", "", "change");
        const head = [...document.querySelectorAll("#table th button")];
        head[0].click();
        const up = names();
        head[0].click();
        return { all, found, refuted, solved, up, down: names(), sort: head[0].parentElement.ariaSort, count: byId("found").value };
        """,
    )
    assert seen["all"] == ["imo_p1", "aime_p2", "algebra_p3"]
    assert seen["found"] == ["imo_p1"]
    assert (seen["refuted"], seen["solved"]) == (["algebra_p3"], ["imo_p1"])
    assert seen["up"] == ["aime_p2", "algebra_p3", "imo_p1"]
    assert seen["down"] == seen["up"][::-1]
    assert (seen["sort"], seen["count"]) == ("descending", "3 problems")


def test_a_click_shows_the_problem_its_proof_and_its_search(tmp_path: Path) -> None:
    seen = _drive(
        tmp_path,
        _page(_three(tmp_path / "run")),
        HELPERS
        + """
        rowOf("imo_p1").click();
        const detail = document.querySelector("tr.detail");
        const boxes = [...detail.querySelectorAll(".copyable pre")].map((pre) => pre.textContent);
        const text = detail.textContent;
        detail.querySelector(".open-tree").click();
        const frame = detail.querySelector("iframe");
        await until(() => frame.contentDocument && frame.contentDocument.querySelector("#panel pre"));
        const inner = frame.contentDocument;
        const goal = inner.querySelector("#panel pre").textContent;
        const tree = [inner.querySelectorAll(".row").length, goal, inner.querySelectorAll("b").length];
        detail.querySelector(".open-tree").click();
        const gone = !detail.querySelector("iframe");
        rowOf("imo_p1").querySelector(".name").click();
        return { boxes, text, tree, gone, closed: !document.querySelector("tr.detail") };
        """,
    )
    assert seen["boxes"] == [f"theorem imo_p1 : {HOSTILE}", HOSTILE]
    assert "Show that imo_p1 holds." in seen["text"]
    assert "Attempt 1: proved" in seen["text"]
    assert "Attempt 2: out of budget" in seen["text"]
    assert seen["tree"] == [7, f"⊢ {HOSTILE}", 0]
    assert (seen["gone"], seen["closed"]) == (True, True)


def test_the_curve_answers_pointer_and_keys(tmp_path: Path) -> None:
    seen = _drive(
        tmp_path,
        _page(_three(tmp_path / "run")),
        """
        const svg = () => document.querySelector("#curve svg");
        const frame = svg().getBoundingClientRect();
        const at = { clientX: frame.right - 2, clientY: frame.top + 5, bubbles: true };
        svg().dispatchEvent(new PointerEvent("pointermove", at));
        const pointed = byId("reading").value;
        byId("measures").children[1].click();
        const cleared = byId("reading").value;
        svg().dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
        byId("log").click();
        const lines = document.querySelectorAll("#curve path").length;
        return { pointed, cleared, lines, pressed: byId("measures").children[1].ariaPressed };
        """,
    )
    assert seen["pointed"].startswith("1 seconds: 16.7 % (")
    assert (seen["cleared"], seen["lines"], seen["pressed"]) == ("", 2, "true")


def test_an_address_opens_a_problem_and_arrows_move_on(tmp_path: Path) -> None:
    seen = _drive(
        tmp_path,
        _page(_three(tmp_path / "run")),
        HELPERS
        + """
        const opened = document.querySelector("tr.detail").previousElementSibling.row.name;
        const first = document.activeElement.textContent;
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
        return { opened, first, then: document.activeElement.textContent };
        """,
        fragment="#open=aime_p2",
    )
    assert seen == {"opened": "aime_p2", "first": "aime_p2", "then": "algebra_p3"}


def test_ten_thousand_problems_are_drawn_as_they_are_needed(tmp_path: Path) -> None:
    names = [f"p_{number}" for number in range(10_000)]
    run = _run(tmp_path / "run", [attempt(name, number) for name in names for number in (1, 2)], names)
    seen = _drive(
        tmp_path,
        _page(run),
        HELPERS
        + """
        const first = names().length;
        byId("more").click();
        const then = names().length;
        reveal("p_9000");
        const open = rowOf("p_9000").nextElementSibling.className;
        return { first, grown: then > first, open, found: type("find", "p_99", "input").length, count: byId("found").value };
        """,
    )
    assert seen["first"] < 1000
    assert seen["grown"]
    assert seen["open"] == "detail"
    assert seen["found"] == 111
    assert seen["count"] == "111 of 10000 problems"


def test_a_comparison_shows_two_curves_and_its_names_lead_to_the_rows(tmp_path: Path) -> None:
    before, after = _three(tmp_path / "old"), _three(tmp_path / "new", Outcome.PROVED)
    found = compare(before, after)
    seen = _drive(
        tmp_path,
        report_page(after, found.after, found),
        HELPERS
        + """
        const tags = [...document.querySelectorAll(".tag")].map((tag) => tag.textContent);
        document.querySelector("#comparison .name-list a").click();
        await until(() => document.querySelector("tr.detail"));
        const opened = document.querySelector("tr.detail").previousElementSibling.row.name;
        const paths = document.querySelectorAll("#curve path").length;
        return { tags, opened, paths, gained: type("outcome", "gained", "change") };
        """,
    )
    assert seen == {"tags": ["gained"], "opened": "aime_p2", "paths": 4, "gained": ["aime_p2"]}


def test_what_a_page_complains_of_is_heard(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="CONSOLE"):
        _drive(tmp_path, _page(_three(tmp_path / "run")), "console.error('a complaint'); return 1;")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screenshot_shows_something(tmp_path: Path, scheme: str) -> None:
    path, picture = tmp_path / "page.html", tmp_path / "page.png"
    path.write_text(_page(_three(tmp_path / "run")), encoding="utf-8")
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    _browse(tmp_path, path.as_uri(), f"--screenshot={picture}", "--window-size=1000,1400", *dark)
    png = picture.read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (1000, 1400)
    assert len(png) > 40_000, "an empty page of this size packs into a tenth of that"
