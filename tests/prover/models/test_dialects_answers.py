"""Answers taken out of texts: behind thinking, in the last block, without echoes; and out of rubbish, in linear steps."""

from __future__ import annotations

import random
import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.models import answer, lean_answer
from prover.models.answer import after_thinking, extracted, last_code_block
from prover.models.dialect import Dialect, load_dialect
from prover.models.dialect_file import ExtractRule, Kind, dialects
from prover.models.query import ProofQuery

pytestmark = pytest.mark.models

STATEMENT = ProofQuery("import Mathlib", "theorem foo (n : ℕ) : n + 0 = n")


def _tactic(name: str, text: str) -> str | None:
    return load_dialect(name).extract(text)


# -- thinking and blocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("simp", "simp"),
        ("<think>a</think>b", "b"),
        ("a</think>b", "b"),
        ("<think>a</think>b<think>c</think>d", "d"),
        ("<think>a", None),
        ("<think>a</think>b<think>c", None),
        ("<think>a<think>b</think>c", "c"),
        ("", ""),
    ],
)
def test_the_answer_stands_behind_the_last_thought(text: str, rest: str | None) -> None:
    assert after_thinking(text) == rest


def test_thinking_that_the_prompt_opened_has_to_end() -> None:
    assert after_thinking("so it is p", begun=True) is None
    assert after_thinking("so it is p</think>q", begun=True) == "q"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("```lean4\na\n```", "\na\n"),
        ("```lean4\na\n```\nbetter:\n```lean4\nb\n```\nDone.", "\nb\n"),
        ("```lean4\na```", "\na"),
        ("```Lean4\na\n```", "\na\n"),
        ("```lean\na\n```", "\na\n"),
        ("```\na\n```", "\na\n"),
        ("```lean4\na\n```\n```\noutput\n```", "\na\n"),
        ("```lean4\na\n```\n```python\nprint()\n```", "\na\n"),
        ("```python\nprint()\n```", None),
        ("```lean4\nsketch\n```lean4\nb\n```", "\nb\n"),
        ("```lean4\na", "\na"),
        ("```lean4\na\n```\n```lean4\nb", "\nb"),
        ("````lean4\na\n````", "\na\n"),
        ("  ```lean4\n  a\n  ```", "\n  a\n  "),
        ("no code", None),
        ("", None),
        ("```", ""),
    ],
)
def test_the_last_block_of_lean_counts(text: str, inside: str | None) -> None:
    assert last_code_block(text) == inside


def test_code_inside_a_thought_is_no_answer() -> None:
    answer_text = "<think>\n```lean4\ntheorem foo : p := by simp\n```\n</think>\nI cannot."

    assert load_dialect("kimina").extract(answer_text, STATEMENT) is None


def test_goedels_sketch_is_not_its_proof() -> None:
    text = "```lean4\ntheorem foo : p := by\n  sorry\n```\nNow:\n```lean4\ntheorem foo : p := by\n  simp```"

    assert load_dialect("goedel-prover-v2").extract(text, STATEMENT) == "simp"


# -- tactics -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("bfs-prover", "h : p\n⊢ p:::exact h", "exact h"),
        ("bfs-prover", ":::exact h\n", "exact h"),
        ("bfs-prover", "exact h", "exact h"),
        ("bfs-prover", "⊢ p:::exact h:::⊢ q", "exact h"),
        ("bfs-prover", "have h : 1 = 1 := by\n  rfl", "have h : 1 = 1 := by\n  rfl"),
        ("bfs-prover", ":::", None),
        ("bfs-prover", "  \n ", None),
        ("internlm2-math-plus", "Here is the predicted next tactic:\n```lean\nexact h\n```", "exact h"),
        ("internlm2-math-plus", "Here is the predicted next tactic:\n```lean\nexact h\n```<|im_end|>\nmore", "exact h"),
        (
            "internlm2-math-plus",
            "Here is the predicted next tactic:\n```lean\n  rcases h with\n    ⟨a⟩\n```",
            "rcases h with\n  ⟨a⟩",
        ),
        ("internlm2-math-plus", "exact h", "exact h"),
        ("internlm2-math-plus", "Here is the predicted next tactic:\n```lean\n", None),
        ("internlm2-math-plus", "I think:\n```lean\nexact h\n```", None),
        ("internlm2-step-prover", "PROOFSTEP exact h<|im_end|>", "exact h"),
        ("internlm2-step-prover", "PROOFSTEP", None),
        ("internlm2.5-step-prover", "exact h<|im_end|>", "exact h"),
        ("reprover-retrieval", "rw [<a>Nat.add_comm</a>, h]", "rw [Nat.add_comm, h]"),
        ("reprover", "<a></a>", None),
        ("llmstep", "exact h[GOAL]⊢ q[PROOFSTEP]simp", "exact h"),
        ("llmstep", "[GOAL]⊢ p[PROOFSTEP]exact h", None),
        ("llmstep", "exact h<|endoftext|>", "exact h"),
        ("llemma-3shot", "exact h\n---\n\nTactic state:", "exact h"),
        ("llemma-3shot", "exact h", "exact h"),
        ("llemma-3shot", "\nexact h", None),
        ("llemma-3shot", "---", None),
        ("real-prover", "exact h<|im_end|>", "exact h"),
        ("entail", "exact h", "exact h"),
        ("chat", "Use this:\n```lean4\nexact h\n```", "exact h"),
        ("chat", "<think>\nexact h\n</think>\n\n```lean\nexact h\n```", "exact h"),
        ("chat", "exact h", "exact h"),
        ("chat", "I would try\nexact h", None),
        ("chat", "```lean4\n\n```", None),
        ("chat", "<think>exact h", None),
    ],
)
def test_a_tactic_comes_out_bare(name: str, text: str, found: str | None) -> None:
    assert _tactic(name, text) == found


def test_sorry_is_left_to_those_who_check() -> None:
    assert _tactic("bfs-prover", "sorry") == "sorry"


def test_a_critic_writes_nothing() -> None:
    assert _tactic("internlm2.5-step-prover-critic", "0.3") is None


# -- proofs that go on -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("  intro x\n  simp\n```\nThis proves it.", "intro x\nsimp"),
        ("  intro x\n  simp", "intro x\nsimp"),
        ("  have h : p := by\n    simp\n  exact h\n\ntheorem next : q := by\n  simp", "have h : p := by\n  simp\nexact h"),
        ("-- first\n  simp\n-- done\n", "-- first\nsimp"),
        ("    simp\n```", "simp"),
        ("```", None),
        ("  -- nothing\n```", None),
        ("", None),
    ],
)
def test_a_continuation_ends_at_the_fence_or_the_next_command(text: str, body: str | None) -> None:
    assert load_dialect("deepseek-prover-v1.5").extract(text, STATEMENT) == body


def test_a_resumed_proof_keeps_the_columns_below_its_prefix() -> None:
    resumed = ProofQuery("", STATEMENT.signature, prefix=("have h : p := by",))

    assert load_dialect("deepseek-prover-v1.5").extract("    simp\n  exact h", resumed) == "  simp\nexact h"
    assert load_dialect("deepseek-prover-v1.5").extract("    simp", resumed) == "  simp"
    assert load_dialect("deepseek-prover-v1.5").extract("simp", resumed) == "simp"


# -- statements and prose ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (
            "kimina-autoformalizer",
            "```lean4\nimport Mathlib\n\ntheorem t : 1 = 1 := by sorry\n```",
            "import Mathlib\n\ntheorem t : 1 = 1",
        ),
        ("kimina-autoformalizer", "import Mathlib\n\ntheorem t : 1 = 1 := by sorry", "import Mathlib\n\ntheorem t : 1 = 1"),
        ("kimina-autoformalizer", "I cannot.", None),
        ("stepfun-formalizer", "Let me see.</think>\n```lean4\ntheorem t : 1 = 1 := by sorry\n```", "theorem t : 1 = 1"),
        ("stepfun-formalizer", "```lean4\ntheorem t : 1 = 1 := by sorry\n```", None),
        (
            "internlm2-formalizer",
            " t (h : a = b := by rfl) : 1 = 1 := by sorry\n```\ntheorem u : 2 = 2 := x",
            "theorem t (h : a = b := by rfl) : 1 = 1",
        ),
        ("internlm2-formalizer", " baby : 1 = 1", "theorem baby : 1 = 1"),
        ("internlm2-formalizer", " t : let x := 1; x = 1 := by sorry", "theorem t : let x := 1; x = 1"),
        ("internlm2-formalizer", "", None),
        ("herald", "theorem t : 1 = 1 := by sorry", "theorem t : 1 = 1"),
        ("goedel-formalizer", "<think>x", None),
        ("internlm2-informalizer", " One is one.\n[UNUSED_TOKEN_145]\nx", "One is one."),
        ("internlm2-informalizer", "  ", None),
    ],
)
def test_a_statement_comes_without_its_proof(name: str, text: str, found: str | None) -> None:
    assert load_dialect(name).extract(text) == found


# -- rubbish -----------------------------------------------------------------------------------------------------------------------

PIECES = [
    *("<think>", "</think>", "```", "```lean4\n", "```lean\n", "theorem foo", "lemma", ":= by", ":=", "by", "\n", "\n  ", "\t"),
    *("/-", "-/", "/--", "--", '"', "\\", "'\"'", "(", ")", "⟨", "⟩", "{", "}", "let", "have", "sorry", "simp", "·", "«", "»"),
    *(":::", "PROOFSTEP", "[PROOFSTEP]", "<a>", "</a>", "<|im_end|>", "---", "Here is the predicted next tactic:", "end"),
    *("private ", "@[simp]", "ℕ", "\x00", "\r\n", "\u2028", "Ġ", "😀", "import Mathlib", "#eval 1", "𝔸"),
]
NASTY = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join)


@cache
def _all() -> list[Dialect]:
    return [load_dialect(file.id) for file in dialects()]


@given(NASTY)
def test_no_text_breaks_an_extractor_and_every_answer_is_part_of_it(text: str) -> None:
    for dialect in _all():
        found = dialect.extract(text, STATEMENT if dialect.task == "proof" else None)
        if found is not None:
            assert found.strip()
            words = re.sub(r"\s+", "", text)
            rest = re.sub(r"\s+", "", found).removeprefix("exact").removeprefix("theorem")
            # `<a>` and `</a>` are taken out of the middle.
            assert rest in words or "<a>" in words or "</a>" in words or rest.startswith("exact")


@given(NASTY)
def test_what_is_masked_keeps_its_length_and_lines(text: str) -> None:
    mask = lean_answer.masked(text)

    assert len(mask) == len(text)
    assert [at for at, letter in enumerate(mask) if letter == "\n"] == [at for at, letter in enumerate(text) if letter == "\n"]


@given(NASTY, NASTY)
def test_what_is_thought_never_matters(thought: str, said: str) -> None:
    thought = thought.replace("think>", "")
    said = said.replace("think>", "")

    assert load_dialect("kimina").extract(f"<think>{thought}</think>{said}", STATEMENT) == load_dialect("kimina").extract(
        said, STATEMENT
    )


UNITS = [
    *("```", "```lean4\n", "<think>", "</think>", "/-", "-/", '"', "theorem t : p := by\n", "theorem\n", "private\n", "private "),
    *("(", "\n", " ", "let ", ":= ", ":::", "@[a]\n", "@[a] ", "--", "a", "\\", "«", "by ", "theorem t : p :=  \n", "  simp\n"),
    *("`", "'", "\n\n  ", "theorem t ", "\t\n", "_root_."),
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("before", ["", "```lean4\ntheorem foo : p := by\n  simp "])
def test_much_of_anything_is_done_in_linear_steps(unit: str, before: str) -> None:
    """Quadratic work on this is many minutes: the time limit of the suite is the assertion."""
    text = before + unit * (200_000 // len(unit))

    for name in ("kimina", "deepseek-prover-v1.5", "chat", "herald"):
        dialect = load_dialect(name)
        found = dialect.extract(text, STATEMENT if dialect.task == "proof" else None)
        assert found is None or len(found) <= 2 * len(text)


def test_a_megabyte_of_rubbish_is_read_to_its_end() -> None:
    rubbish = "".join(random.Random(1).choices(PIECES, k=300_000))

    assert len(rubbish) > 1_000_000
    for dialect in _all():
        dialect.extract(rubbish, STATEMENT if dialect.task == "proof" else None)
    assert load_dialect("kimina").extract(f"{rubbish}</think>\n```lean4\ntheorem foo : p := by\n  simp\n```", STATEMENT) == "simp"


@pytest.mark.parametrize("kind", ["tactic", "line", "proof", "continuation", "statement", "prose"])
def test_nothing_is_no_answer(kind: Kind) -> None:
    assert extracted(ExtractRule(kind=kind), "") is None
    assert extracted(ExtractRule(kind=kind), " \n\t ") is None


def test_a_stop_text_that_the_server_left_in_is_cut() -> None:
    assert extracted(ExtractRule(kind="tactic"), "simp<|im_end|>\nmore", ("<|im_end|>", "more")) == "simp"
    assert answer.FENCE == "```"
