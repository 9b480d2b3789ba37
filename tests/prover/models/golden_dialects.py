"""The prompts behind tests/golden/dialects/*.txt, and the program that writes them anew.

`python -m tests.prover.models.golden_dialects` after a change that is meant; the diff then is the review. In the files every
newline of a prompt is shown as ⏎ (and a line break), and its end as ∎, so that no editor can lose a space or a newline.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prover.models.dialect import Dialect, Query, load_dialect
from prover.models.dialect_file import dialects
from prover.models.dialect_words import Fields, Round, StatementRepair
from prover.models.generator import Prompt
from prover.models.query import LeanError, ProofQuery, RepairQuery, TacticQuery

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "dialects"

HEADER = "import Mathlib\nimport Aesop\n\nset_option maxHeartbeats 0\n\nopen BigOperators Real Nat Topology Rat\n\n"

BARE = TacticQuery("n : ℕ\nh : 0 < n\n⊢ n ≠ 0")
FULL = TacticQuery(
    state="case succ\nk : ℕ\nih : k + 0 = k\n⊢ k + 1 + 0 = k + 1",
    theorem="Nat.my_add_zero",
    proof_before=("intro n", "induction n with\n| zero => rfl\n| succ k ih => skip"),
    premises=(
        ("Nat.add_comm", "theorem Nat.add_comm (n m : ℕ) : n + m = m + n"),
        ("Nat.add_zero", "theorem add_zero (n : ℕ) : n + 0 = n"),
    ),
)

PLAIN = ProofQuery(HEADER, "theorem two_mul_self (n : ℕ) (h : 0 < n) :\n    n + n = 2 * n")
CONTEXT = ProofQuery(
    "import Mathlib",
    "def double (n : ℕ) := n + n\n\n@[simp] theorem double_eq (n : ℕ) : double n = 2 * n",
    informal="Show that $n + n = 2n$, which /- no comment -/ can end.",
)
RESUMED = ProofQuery(
    HEADER,
    PLAIN.signature,
    informal="Twice $n$ is $n + n$.",
    prefix=("have a : n ≤ n + n := by", "  omega"),
    goal="n : ℕ\nh : 0 < n\na : n ≤ n + n\n⊢ n + n = 2 * n",
)

PROOF = "\n".join(
    [
        "import Mathlib",
        "import Aesop",
        "",
        "theorem two_mul_self (n : ℕ) (h : 0 < n) :",
        "    n + n = 2 * n := by",
        "  have a : n ≤ n + n := by",
        "    linarith",
        "    ring",
        "    ring",
        "    ring",
        "    ring",
        "    ring",
        "    ring",
        "    ring",
        "  rw [two_mull]",
        "  done",
    ]
)
ERRORS = (
    LeanError("unknown identifier 'two_mull'", 15, 6, 15, 14, goals="n : ℕ\n⊢ n + n = 2 * n"),
    LeanError("unsolved goals\n⊢ n ≤ n + n\n", 6, 24, 14, 8),
)
FIRST_REPAIR = RepairQuery(PLAIN, ("<think>Hm.</think>\n```lean4\nsorry\n```",), PROOF, ERRORS, round=1)
SECOND_REPAIR = RepairQuery(PLAIN, (*FIRST_REPAIR.answers, "```lean4\nrfl\n```"), PROOF, ERRORS[:1], round=2)

WORDS: Fields = {
    "problem": "What is the sum of 1 and 1?",
    "name": "sum_of_ones",
    "header": "import Mathlib\n\nopen Nat",
    "statement": "theorem sum_of_ones : 1 + 1 = 2 := by sorry",
    "answer": "2",
    "back": "Show that $1 + 1 = 2$.",
    "question": "What is the sum of 1 and 1?",
    "answer_1": "It is 1 + 1 = 2.",
    "answer_2": "It is 11.",
    "solution": "So far so good.",
    "kind": "rephrase",
}
NO_ANSWER: Fields = {**WORDS, "header": "", "answer": ""}
KINDS = ("rephrase", "augment", "harder", "numbers", "fractions")
DRAFT = "import Mathlib\n\ntheorem sum_of_ones : (1 : N) + 1 = 2 := by sorry"
UNKNOWN = (LeanError("unknown identifier 'N'", 3, 27, 3, 28),)
FIRST_STATEMENT = StatementRepair(WORDS, (f"```lean4\n{DRAFT}\n```",), DRAFT, UNKNOWN, round=1)
SECOND_STATEMENT = StatementRepair(WORDS, (*FIRST_STATEMENT.answers, "```lean4\ntheorem\n```"), "theorem", UNKNOWN, round=2)
ROUNDS = (Round("I add.\n\n```python\nprint(1 + 1)\n```", "2"), Round("```python\n1 / 0\n```", "", "error"))


def cases(dialect: Dialect) -> Iterator[tuple[str, Prompt]]:
    """What each golden file shows, with a title."""
    queries: dict[str, Query]
    match dialect.task:
        case "tactic" | "critic":
            queries = {"the state alone": BARE, "everything known": FULL}
        case "proof":
            queries = {"the statement alone": PLAIN, "with context and words": CONTEXT}
            if dialect.resumes:
                queries["after a prefix"] = RESUMED
        case "formalize":
            queries = {"all fields": WORDS, "no header, no answer": NO_ANSWER}
        case "augment":
            queries = {kind: {**WORDS, "kind": kind} for kind in KINDS}
        case "informalize" | "judge" | "solve" | "reward":
            queries = {"all fields": WORDS}
    for title, query in queries.items():
        yield title, dialect.render(query)
    if dialect.converses:
        yield "after two programs", dialect.render(WORDS, rounds=ROUNDS)
    if dialect.repairs:
        repairs = (FIRST_REPAIR, SECOND_REPAIR) if dialect.task == "proof" else (FIRST_STATEMENT, SECOND_STATEMENT)
        first = dialect.render(repairs[0])
        yield "first repair", first
        yield "second repair", dialect.render(repairs[1], earlier=first)


def golden(dialect: Dialect) -> str:
    """The text of a dialect's golden file."""
    return "\n".join(f"=== {title}\n{_shown(prompt)}" for title, prompt in cases(dialect))


def _shown(prompt: Prompt) -> str:
    parts = [("raw", prompt.text)] if prompt.text else [(turn.role, turn.content) for turn in prompt.turns]
    if prompt.prefill:
        parts.append(("prefill", prompt.prefill))
    return "".join(f"--- {name}\n{_visible(text)}" for name, text in parts)


def _visible(text: str) -> str:
    return text.replace("\n", "⏎\n") + "∎\n"


def main() -> None:
    """Write every file anew."""
    for stored in FOLDER.glob("*.txt"):
        stored.unlink()
    for file in dialects():
        (FOLDER / f"{file.id}.txt").write_text(golden(load_dialect(file.id)), encoding="utf-8")


if __name__ == "__main__":
    main()
