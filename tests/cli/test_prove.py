"""`entail prove` from the outside: what it proves, what it says, and what it leaves on which stream."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.acceptance import EASY, OUT_OF_REACH, PROVED, REFUTED, file_of
from tests.cli.running import COMMAND, ENOUGH_S, Ended, ended, entail, started

MATHLIB_FILE = """import Mathlib
set_option maxHeartbeats 400000
open BigOperators Real Nat Topology

/-- twice -/
def double (n : ℕ) : ℕ := n + n

namespace Foo

@[simp] theorem even (n : ℕ) : n + n = 2 * n := by -- soon
  sorry

theorem cube (n : ℕ) : 3 ∣ n^3 + 2*n
  := sorry

end Foo

theorem rests : 3 ∣ 5^3 + 2*5 := Foo.cube 5

theorem last (n : ℕ) : n ≤ n + 1"""

pytestmark = [pytest.mark.lean, pytest.mark.timeout(600)]


@pytest.mark.slow
def test_the_acceptance_theorems(tmp_path: Path) -> None:
    (tmp_path / "ten.lean").write_text(file_of(*PROVED.values()))
    run = entail("prove", "ten.lean", "--seconds", "30", "--json", "--output", "done.lean", folder=tmp_path)
    assert {record["name"]: (record["outcome"], record["tier"]) for record in run.records} == dict.fromkeys(
        PROVED, ("proved", "T2")
    )
    assert run.code == 0
    for (name, statement), record in zip(PROVED.items(), run.records, strict=True):
        assert f"{statement} := by\n" in record["proof"], name
    # Every hole of the file is filled, and it elaborates as a whole.
    assert "every theorem in done.lean has a proof" in entail("prove", "done.lean", folder=tmp_path).err


def test_one_theorem_leaves_its_proof_on_stdout_and_all_else_on_stderr(tmp_path: Path) -> None:
    run = entail("prove", EASY, "--tree", "tree.html", "--output", "proof.lean", folder=tmp_path)
    assert run.code == 0
    assert run.out.startswith(f"{EASY} := by\n  ")
    assert run.out == (tmp_path / "proof.lean").read_text()
    assert "easy: PROVED, tier T2" in run.err
    assert "tree.html" in run.err
    page = (tmp_path / "tree.html").read_text()
    assert "PROVED" in page
    assert "easy" in page
    # What was printed is a file that anybody can check.
    check = entail("check", "-", text=run.out)
    assert (check.code, check.out.startswith("easy: accepted, tier T2")) == (0, True)


@pytest.mark.slow
def test_what_is_false_and_what_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "two.lean").write_text(file_of(REFUTED, OUT_OF_REACH))
    run = entail("prove", "two.lean", "--steps", "60", "--json", "--explain", "--output", "done.lean", "--quiet", folder=tmp_path)
    assert run.code == 1
    false, hard = run.records
    assert (false["name"], false["outcome"], false["tier"]) == ("f1", "refuted", "T2")
    assert false["proof"].startswith("theorem f1_negation : ¬ (∀ (n : ℕ), n < 5) := by\n")
    assert (hard["name"], hard["outcome"], hard["proof"], hard["steps"]) == ("fermat", "out_of_budget", None, 60)
    assert "--steps" in hard["reason"]
    assert "⊢" in hard["open_goals"][0]
    assert "REFUTED" in run.err
    assert "OUT_OF_BUDGET" in run.err
    assert "best open goal:" in run.err
    assert not (tmp_path / "done.lean").exists(), "nothing was proved, so nothing was written"
    assert entail("check", "-", text=false["proof"]).code == 0


def test_for_people_a_failure_names_the_limit_the_option_and_the_best_open_goal() -> None:
    run = entail("prove", OUT_OF_REACH, "--expansions", "3", "--workers", "1")
    assert (run.code, run.out) == (1, "")
    assert "fermat: OUT_OF_BUDGET: the limit of 3 expansions was reached (--expansions moves it, 0 removes it)" in run.err
    assert "best open goal:\n    a b c n : ℕ\n" in run.err
    assert "spent: " in run.err


@pytest.mark.slow
def test_a_file_keeps_everything_but_its_holes(tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_text(MATHLIB_FILE)
    run = entail("prove", "a.lean", "--output", "a.lean", "--json", folder=tmp_path)
    assert [(record["name"], record["outcome"]) for record in run.records] == [
        ("even", "proved"),
        ("cube", "proved"),
        ("last", "proved"),
    ]
    assert "left out: import Mathlib, open BigOperators, open Real, open Topology" in run.err
    assert "does not elaborate" not in run.err
    filled = (tmp_path / "a.lean").read_text()
    for kept in (
        "import Mathlib\n",
        "open BigOperators Real Nat Topology\n",
        "/-- twice -/\ndef double",
        "@[simp] theorem even",
        "end Foo\n\ntheorem rests : 3 ∣ 5^3 + 2*5 := Foo.cube 5",
    ):
        assert kept in filled
    assert "namespace Entail" in filled
    assert "sorry" not in filled
    assert "every theorem in a.lean has a proof" in entail("prove", "a.lean", folder=tmp_path).err


# -- streams and locales -----------------------------------------------------------------------------------------------------------


def test_standard_input_and_a_locale_that_knows_no_symbols() -> None:
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    run = entail("prove", "-", text=f"\ufeff{EASY} := by\r\n  sorry\r\n", folder=None, **plain)
    assert run.code == 0
    assert run.out.startswith(f"{EASY} := by\n")
    run = entail("prove", EASY, folder=None, **plain)
    assert run.code == 0
    assert run.out.startswith(f"{EASY} := by\n")


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    process = started("prove", EASY)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    run = ended(process)
    assert run.code == 141
    assert "entail:" not in run.err


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-"])
def test_streams_may_be_closed(streams: str) -> None:
    assert in_shell(streams).code == 0


def test_a_result_that_cannot_be_written_is_no_success() -> None:
    run = in_shell(">/dev/full")
    assert run.code == 3
    assert "No space left on device" in run.err
    assert in_shell("--json >/dev/full").code == 3


def in_shell(streams: str) -> Ended:
    ran = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {streams}', "sh", *COMMAND, "prove", EASY], capture_output=True, timeout=ENOUGH_S, check=False
    )
    return Ended(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def test_two_at_the_same_time() -> None:
    runs = [ended(process) for process in [started("prove", EASY, "--json") for _ in range(2)]]
    assert [(run.code, run.records[0]["outcome"]) for run in runs] == [(0, "proved")] * 2


# -- bad input ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theorem", "said"),
    [
        (
            "theorem t (n : ℕ) : n + = n",
            [
                "<theorem>:1:24: error: unexpected token '='; expected term\n",
                "  theorem t (n : ℕ) : n + = n\n                         ^",
                "entail: Lean does not accept <theorem>\n",
            ],
        ),
        (
            "theorem t (x : ℝ) : x = x",
            [
                "<theorem>:1:16: error: Unknown identifier `ℝ`",
                "                 ^\n",
                "ℝ is not in Lean's core library",
                "native engine",
            ],
        ),
    ],
)
def test_what_lean_does_not_accept(theorem: str, said: list[str]) -> None:
    run = entail("prove", theorem)
    assert (run.code, run.out) == (2, "")
    assert [words for words in said if words not in run.err] == []


def test_json_stays_json_when_lean_does_not_accept_it() -> None:
    run = entail("prove", "-", "--json", text="theorem t (s : Finset ℕ) : s = s")
    assert run.code == 2
    [record] = run.records
    assert "Finset is not in Lean's core library" in record["error"]
    assert record["messages"][0].startswith("Unknown identifier `Finset`")
    assert "<stdin>:1:16: error" in run.err


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "latin.lean").write_bytes("theorem t : «é» = 1".encode("latin-1"))
    run = entail("prove", tmp_path / "latin.lean")
    assert (run.code, run.out) == (2, "")
    assert "latin.lean is not UTF-8: byte 0xab in line 1" in run.err
    run = entail("prove", "-", "--json", text="theorem t : 1 = 1 -- " + "x" * 1_000_000)
    assert run.code == 2
    assert "<stdin> is longer than 256 KiB" in run.records[0]["error"]
    run = entail("prove", os.fsdecode(b"theorem t : \xff = 1"))
    assert run.code == 2
    assert "<theorem> is not UTF-8" in run.err


def test_several_theorems_have_no_one_tree(tmp_path: Path) -> None:
    (tmp_path / "two.lean").write_text(file_of("theorem a : 1 = 1", "theorem b : 2 = 2"))
    run = entail("prove", "two.lean", "--tree", "tree.html", folder=tmp_path)
    assert run.code == 2
    assert "--tree shows one search, and two.lean has 2 theorems to prove; name one" in run.err
