"""`entail check` from the outside: whose proofs are accepted, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import entail

pytestmark = [pytest.mark.lean, pytest.mark.timeout(600)]

GOOD = "def twice (n : ℕ) := n + n\n\ntheorem a (n : ℕ) : twice n = 2 * n := by\n  unfold twice\n  omega\n"
MIXED = f"""{GOOD}
theorem b : twice 1 = 2 := by sorry

theorem c : twice 1 = 3 := by
  simp [twice]

theorem d : twice 1 = 3 := c

theorem e : twice 2 = 4 := a 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.lean").write_text(GOOD)
    (tmp_path / "mixed.lean").write_text(MIXED)
    return tmp_path


def test_each_theorem_of_a_file_is_judged_by_itself(folder: Path) -> None:
    run = entail("check", "mixed.lean", "--json", folder=folder)
    assert run.code == 1
    assert {record["name"]: (record["accepted"], record.get("reason")) for record in run.records} == {
        "a": (True, None),
        "b": (False, "axiom"),
        "c": (False, "export"),
        "d": (False, "export"),
        "e": (True, None),
    }
    assert "mixed.lean:9:28: error: unsolved goals" in run.err
    assert "  theorem c : twice 1 = 3 := by\n                             ^^\n" in run.err
    assert "sorry" in run.records[1]["message"]


def test_a_name_chooses_one_and_its_export_can_be_kept(folder: Path) -> None:
    run = entail("check", "mixed.lean:e", "--export", "e.jsonl", folder=folder)
    assert run.code == 0
    assert run.out.startswith("e: accepted, tier T2, ")
    assert "e.jsonl" in run.err
    assert "error" not in run.err, "what is wrong elsewhere in the file is not asked about"
    assert (folder / "e.jsonl").read_text().startswith('["entail-export",1]\n')


@pytest.mark.slow
def test_a_statement_of_one_s_own(folder: Path) -> None:
    (folder / "asked.lean").write_text("def twice (n : ℕ) := n + n\n\ntheorem a (n : ℕ) : twice n = 2 * n := sorry\n")
    (folder / "other.lean").write_text("def twice (n : ℕ) := n + n\n\ntheorem a (n : ℕ) : twice n = 3 * n := sorry\n")
    (folder / "moved.lean").write_text("def twice (n : ℕ) := 2 * n\n\ntheorem a (n : ℕ) : twice n = 2 * n := sorry\n")
    run = entail("check", "good.lean", "--statement", "asked.lean", folder=folder)
    assert (run.code, run.out.startswith("a: accepted")) == (0, True)
    for wrong in ("other.lean", "moved.lean"):
        run = entail("check", "good.lean", "--statement", wrong, "--json", folder=folder)
        assert (run.code, run.records[0]["accepted"]) == (1, False), wrong


def test_a_candidate_that_is_no_lean_is_refused_and_not_the_users_fault(folder: Path) -> None:
    (folder / "asked.lean").write_text("theorem a : 1 = 1 := sorry\n")
    run = entail("check", "-", "--statement", "asked.lean", "--json", text="theorem a : 1 = 1 :=\n  oh no", folder=folder)
    assert run.code == 1
    assert (run.records[0]["name"], run.records[0]["accepted"]) == ("a", False)
    assert "<stdin>:2:3: error" in run.err


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (["mixed.lean:z"], "", "mixed.lean has no theorem z; it has a, b, c, d, e"),
        (["mixed.lean", "--export", "all"], "", "--export writes one proof, and there are 5 theorems"),
        (["good.lean:z", "--statement", "good.lean"], "", "good.lean states no theorem z"),
        (["-"], "def f := 1", "there is no theorem in <stdin>"),
        (["-"], "theorem t : oh = 1 := rfl", "oh is not in Lean's core library"),
        (["-"], "mutual\ntheorem t : 1 = 1 := rfl\nend", "<stdin>:1: a theorem in `mutual`"),
        (
            ["-"],
            "theorem two : 0 < 2 := by omega\ntheorem t : (⟨0, two⟩ : Fin 2).val = 0 := rfl",
            "the statement of t needs what the clean worker does not take from the file",
        ),
    ],
)
def test_what_cannot_be_checked(arguments: list[str], text: str, said: str, folder: Path) -> None:
    run = entail("check", *arguments, "--json", text=text, folder=folder)
    assert run.code == 2
    assert said in run.records[-1]["error"]
    assert said in run.err
