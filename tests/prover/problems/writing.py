"""Rows and files of every copy of a benchmark, small, in the form in which they are published."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]
HEADER = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n"
SUM = "theorem {name} (n : ℕ) (h₀ : n + 1 = 3) : n = 2"


def reference(name: str, split: str = "valid", statement: str = SUM) -> Row:
    return {"name": name, "split": split, "header": HEADER, "formal_statement": statement.format(name=name) + " := by\n"}


def deepseek(name: str, split: str = "valid", statement: str = SUM, ending: str = " := by\n") -> Row:
    return {
        "name": name,
        "split": split,
        "informal_prefix": "/-- If $n + 1 = 3$, what is $n$? Show that it is 2.-/\n",
        "formal_statement": statement.format(name=name) + ending,
        "goal": "n : ℕ\nh₀ : n + 1 = 3\n⊢ n = 2",
        "header": HEADER,
    }


def internlm(name: str, split: str = "valid", statement: str = SUM) -> Row:
    return {
        "url": "https://example.org/miniF2F",
        "commit": "0" * 40,
        "file_path": "MiniF2F/Validation.lean" if split == "valid" else "MiniF2F/Test.lean",
        "full_name": name,
        "statement": statement.format(name=name),
        "split": split,
    }


def ai_mo(name: str, statement: str = SUM) -> Row:
    return {
        "name": name,
        "informal_prefix": "/-- If $n + 1 = 3$, what is $n$? -/\n",
        "formal_statement": f"{HEADER}\n{statement.format(name=name)} := by sorry",
    }


def v2(name: str, split: str, statement: str = "") -> Row:
    hole = f"abbrev {name}_solution : ℕ := sorry\n\ntheorem {name} (n : ℕ) (h₀ : n + 1 = 3) : n = {name}_solution := by"
    return {
        "name": name,
        "split": split,
        "informal_statement": "If $n + 1 = 3$, what is $n$?",
        "formal_statement": statement.format(name=name) or hole,
        "header": "import Mathlib\n\nopen BigOperators Real Nat Rat Finset\n",
        "informal_proof": "Subtract 1.",
        "formal_proof": "",
    }


def lean_workbook(number: int) -> Row:
    return {
        "id": f"lean_workbook_{number}",
        "natural_language_statement": "Prove that $a + b = b + a$.",
        "answer": "",
        "tags": ["equation", "number_theory"],
        "formal_statement": f"theorem lean_workbook_{number} (a b : ℕ) : a + b = b + a  :=  by sorry",
        "split": "lean_workbook",
        "proof": [],
    }


def write_rows(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def write_files(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def minif2f(file_name: str) -> Path:
    """A file of MiniF2F beside the project, or in the folder that ENTAIL_DATA names; skips the test where there is none."""
    folders = [Path(os.environ["ENTAIL_DATA"])] if os.environ.get("ENTAIL_DATA") else []
    folders.append(Path(__file__).resolve().parents[4] / "shared" / "data" / "minif2f")
    for folder in folders:
        if (folder / file_name).is_file():
            return folder / file_name
    pytest.skip(f"no {file_name} in {' or '.join(map(str, folders))}")
