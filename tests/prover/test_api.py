"""`from prover import prove`: in a script, and where an event loop is running already."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from prover import prove
from prover.attempt import Outcome
from prover.config import ProveConfig
from search.budget import Budget

pytestmark = [pytest.mark.lean, pytest.mark.timeout(600)]

SCRIPT = """
from prover import prove
attempt = prove("theorem t (p q : Prop) (h : p ∧ q) : q ∧ p", seconds=60)
print(attempt.outcome.name, attempt.verdict.tier.value)
print(attempt.proof)
"""


def test_three_lines_of_a_script(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    ran = subprocess.run([sys.executable, script], capture_output=True, cwd=tmp_path, timeout=300, check=False)
    assert ran.stderr == b""
    out = ran.stdout.decode()
    assert out.startswith("PROVED T2\ntheorem t (p q : Prop) (h : p ∧ q) : q ∧ p := by\n")


async def test_inside_a_running_loop() -> None:
    attempt = prove("theorem t (n : ℕ) : n < 5", config=ProveConfig(budget=Budget(steps=500)))
    assert attempt.outcome is Outcome.REFUTED
    assert asyncio.get_running_loop().is_running()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theorem t (x : ℝ) : x = x", "ℝ is not in Lean's core library.*\nUnknown identifier `ℝ`"),
        ("theorem t : 1 = 1 := sorry\ntheorem u : 1 = 1 := sorry", "expected one theorem to prove, found 2"),
    ],
)
def test_a_text_that_cannot_be_used(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        prove(text)


def test_the_interpreter_can_interrupt_it() -> None:
    code = (
        "import os, signal, threading, asyncio\nfrom prover import prove\n"
        "async def main():\n"
        "    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    prove('theorem t (a b c n : ℕ) (h : 2 < n) (ha : 0 < a) (hb : 0 < b) : a^n + b^n ≠ c^n', seconds=0)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "loop = asyncio.new_event_loop()\n"
        "try:\n    loop.run_until_complete(main())\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=300, check=False)
    assert ran.stdout.decode().strip() == "interrupted", ran.stderr.decode()
