"""The data files: pinned byte by byte, found by name, path and model id, read strictly."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from lean_env.errors import ToolchainMissing
from prover.models import dialect_text
from prover.models.dialect import (
    Dialect,
    dialect_for,
    dialect_table,
    known_dialect_for,
    load_dialect,
)
from prover.models.dialect_file import (
    FOLDER,
    GUIDE,
    WORDS,
    DialectFile,
    DialectProblem,
    ExecutionRule,
    ExtractRule,
    RepairRule,
    SamplingRule,
    TemplateRule,
    dialects,
)
from prover.models.generator import Prompt, Turn
from prover.models.query import ProofQuery, RepairQuery, TacticQuery
from tests.prover.models import golden_dialects as goldens

pytestmark = pytest.mark.models

ALL = [file.id for file in dialects()]
ALWAYS_THERE = {"state", "header", "signature", "proof", "errors", "round"}
OF_A_TURN = {"draft", "errors", "round", "output", "outcome"}
OWN = """
id = "mine"
title = "Mine"
task = "tactic"
endpoint = "raw"
source = "me"
{more}
[template]
text = '''{text}'''

[extract]
kind = "tactic"
"""


def _own(folder: Path, *, more: str = "", text: str = "{{ state }}>") -> Path:
    path = folder / "mine.toml"
    path.write_text(OWN.format(more=more, text=text), encoding="utf-8")
    return path


# -- goldens -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_prompts_are_the_stored_ones_byte_by_byte(name: str) -> None:
    assert goldens.golden(load_dialect(name)) == (goldens.FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_each_stored_file_has_its_dialect() -> None:
    assert sorted(path.stem for path in goldens.FOLDER.iterdir()) == sorted(ALL)


def test_no_end_of_a_prompt_is_invisible_in_a_stored_file() -> None:
    for path in goldens.FOLDER.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            assert line.endswith(("⏎", "∎")) or line.startswith(("=== ", "--- ")) or not line


# -- what every file keeps ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", dialects(), ids=lambda file: file.id)
def test_a_file_says_what_its_prompt_shows(file: DialectFile) -> None:
    dialect = load_dialect(file.id)
    written = file.template
    turns = (file.repair.user if file.repair else "", file.execution.user if file.execution else "")
    sources = (written.text, written.system, written.user, written.assistant, *turns)
    read = frozenset[str]().union(*(dialect_text.variables(source) for source in sources if source))

    assert (FOLDER / f"{file.id}.toml").is_file()
    assert set(file.needs) == (read - (OF_A_TURN if file.task in WORDS else ALWAYS_THERE))
    assert file.source.strip()
    assert "\r" not in "".join(sources)
    assert dialect.sampling().stop == file.stop


def test_the_families_of_the_design_are_all_there() -> None:
    table = {row.id: row for row in dialect_table()}
    tactic = ["bfs-prover", "internlm2-math-plus", "internlm2-step-prover", "internlm2.5-step-prover", "reprover"]
    tactic += ["reprover-retrieval", "llmstep", "llemma-3shot", "real-prover", "entail", "chat"]
    proof = ["deepseek-prover-v1.5", "deepseek-prover-v1.5-cot", "deepseek-prover-v2", "deepseek-prover-v2-non-cot"]
    proof += ["goedel-prover-v2", "kimina", "kimina-rl", "pythagoras", "stp", "chat-proof"]
    others = {
        "formalize": [
            *(
                "kimina-autoformalizer",
                "stepfun-formalizer",
                "goedel-formalizer",
                "herald",
                "internlm2-formalizer",
                "chat-formalizer",
            ),
        ],
        "informalize": ["internlm2-informalizer", "chat-informalizer"],
        "critic": ["internlm2.5-step-prover-critic"],
        "judge": ["chat-judge", "lean-workbook-judge"],
        "augment": ["internlm2-augment", "chat-augment"],
        "solve": ["mathcoder", "internlm2-agent", "internlm2-lean", "chat-solve"],
        "reward": ["internlm2-math-orm", "internlm2-math-prm", "internlm2-math-preference", "chat-reward"],
    }

    assert dict.fromkeys(tactic, "tactic").items() <= {name: row.task for name, row in table.items()}.items()
    assert all(table[name].task == "proof" for name in proof)
    assert all(table[name].task == task for task, names in others.items() for name in names)
    assert len(table) == len(tactic) + len(proof) + sum(len(names) for names in others.values())


def test_the_table_stands_in_order_of_tasks() -> None:
    assert dialect_table()[0].task == "tactic"
    assert [row.task for row in dialect_table()] == [file.task for file in dialects()]


# -- which one fits a model --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [file for file in dialects() if not file.variant_of], ids=lambda file: file.id)
def test_a_hub_id_finds_its_dialect(file: DialectFile) -> None:
    assert [dialect_for(model, file.task) for model in file.models] == [file.id] * len(file.models)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("bartowski/BFS-Prover-V2-7B-GGUF:Q8_0", "bfs-prover"),
        ("/srv/models/bfs_prover_v2", "bfs-prover"),
        ("/cache/models--Goedel-LM--Goedel-Prover-V2-8B/snapshots/3f2a91c", "goedel-prover-v2"),
        ("internlm/internlm2_5-step-prover", "internlm2.5-step-prover"),
        ("internlm/internlm2_5-step-prover-critic", "internlm2.5-step-prover-critic"),
        ("internlm/internlm2-math-plus-7b", "internlm2-math-plus"),
        ("AI-MO/Kimina-Prover-RL-1.7B", "kimina-rl"),
        ("AI-MO/Kimina-Autoformalizer-7B", "kimina-autoformalizer"),
        ("deepseek-ai/DeepSeek-Prover-V2-7B", "deepseek-prover-v2"),
        ("kaiyuy/leandojo-lean4-retriever-tacgen-byt5-small", "reprover-retrieval"),
        ("out/entail-policy-5m", "entail"),
        ("/home/entail/models/llama", None),
        ("meta-llama/Llama-3.1-8B", None),
        ("", None),
    ],
)
def test_a_model_finds_its_dialect_wherever_it_lies(model: str, found: str | None) -> None:
    assert dialect_for(model) == found


def test_the_task_chooses_among_the_dialects_of_one_model() -> None:
    model = "internlm/internlm2-math-plus-7b"

    assert dialect_for(model, "formalize") == "internlm2-formalizer"
    assert dialect_for(model, "informalize") == "internlm2-informalizer"
    assert dialect_for(model, "proof") is None


def test_a_model_that_nobody_knows_is_answered_with_what_to_do() -> None:
    assert known_dialect_for("ByteDance-Seed/BFS-Prover-V2-7B") == "bfs-prover"
    with pytest.raises(DialectProblem, match=r"fit the model meta-llama/Llama-3.*`chat`.*docs/dialects\.md"):
        known_dialect_for("meta-llama/Llama-3.1-8B")
    with pytest.raises(DialectProblem, match="for the task tactic"):
        known_dialect_for("AI-MO/Kimina-Prover-72B", "tactic")


# -- files of the user -------------------------------------------------------------------------------------------------------------


def test_a_file_of_the_user_works_by_its_path(tmp_path: Path) -> None:
    dialect = load_dialect(_own(tmp_path))

    assert dialect.render(TacticQuery("⊢ {{ 1 }} < p & q")) == Prompt(text="⊢ {{ 1 }} < p & q>")
    assert dialect.extract(" simp\n") == "simp"


def test_an_unknown_name_is_answered_with_the_known_ones_and_the_guide() -> None:
    with pytest.raises(DialectProblem) as raised:
        load_dialect("gpt-9")

    assert "bfs-prover" in str(raised.value)
    assert "docs/dialects.md" in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DialectProblem, match=r"nowhere\.toml cannot be read"):
        load_dialect(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ('stops = ["x"]', "stops"),
        ('score = "median"', "median"),
        ("stop = 3", "stop"),
        ("= 3", "not written as"),
        ('needs = ["premises"', "not written as"),
        ("[sampling]\ntemperature = -1.0", "temperature"),
        ("[sampling]\nbeam = true", "beam"),
        ('[repair]\nuser = "again"', "repair"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, more: str, complaint: str) -> None:
    with pytest.raises(DialectProblem, match=complaint):
        load_dialect(_own(tmp_path, more=more))


@pytest.mark.parametrize("cut", ['[extract]\nkind = "tactic"\n', "[template]\ntext = '''{{ state }}>'''\n"])
def test_a_file_without_a_part_is_refused(tmp_path: Path, cut: str) -> None:
    path = _own(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(cut, ""), encoding="utf-8")

    with pytest.raises(DialectProblem, match=r"extract|template"):
        load_dialect(path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(DialectProblem, match="not written as"):
        load_dialect(tmp_path / "mine.toml")


def test_a_broken_template_is_refused_when_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(DialectProblem, match=r"template\.text, line 2"):
        load_dialect(_own(tmp_path, text="first\n{{ state"))


@pytest.mark.parametrize(
    "text", ["{{ stat }}", "{{ state.__class__.__mro__ }}", "{{ 1 / 0 }}", "{{ state + 1 }}", "{{ range(10**9) }}"]
)
def test_a_template_that_fails_is_a_problem_of_the_dialect(tmp_path: Path, text: str) -> None:
    dialect = load_dialect(_own(tmp_path, text=text))

    with pytest.raises(DialectProblem, match="cannot be rendered"):
        dialect.render(TacticQuery("⊢ p"))


def test_without_jinja_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    dialect_text.environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)

    with pytest.raises(ToolchainMissing, match=r"entail\[models\]"):
        load_dialect("bfs-prover")
    assert dialect_table()


# -- asking for what a dialect is not for ------------------------------------------------------------------------------------------

STATEMENT = ProofQuery("import Mathlib", "theorem a : 1 = 1")


def test_a_query_of_another_task_is_refused() -> None:
    with pytest.raises(DialectProblem, match="for the task tactic"):
        load_dialect("bfs-prover").render(STATEMENT)
    with pytest.raises(DialectProblem, match="for the task proof"):
        load_dialect("kimina").render(TacticQuery("⊢ p"))
    with pytest.raises(DialectProblem, match="for the task proof"):
        load_dialect("kimina").render({"problem": "1"})


def test_a_formalizer_names_the_field_that_is_missing() -> None:
    with pytest.raises(DialectProblem, match="'name' is undefined"):
        load_dialect("goedel-formalizer").render({"problem": "1"})


def test_only_a_raw_dialect_goes_on_with_a_prefix() -> None:
    query = ProofQuery("", STATEMENT.signature, prefix=("intro",))

    assert load_dialect("stp").render(query).text.endswith("by\n  intro\n")
    with pytest.raises(DialectProblem, match="of which a part is there"):
        load_dialect("kimina").render(query)


def test_a_repair_needs_a_dialect_with_a_repair_turn_and_an_answer() -> None:
    with pytest.raises(DialectProblem, match="no repair turn"):
        load_dialect("deepseek-prover-v2").render(RepairQuery(STATEMENT, ("a",), "p"))
    with pytest.raises(DialectProblem, match="needs an answer"):
        load_dialect("kimina").render(RepairQuery(STATEMENT, (), "p"))


def test_a_repair_goes_on_with_the_conversation_it_is_given() -> None:
    dialect = load_dialect("goedel-prover-v2")
    earlier = Prompt(turns=(Turn("user", "a"), Turn("assistant", "b"), Turn("user", "c")))

    turns = dialect.render(RepairQuery(STATEMENT, ("b", "d"), "p", round=2), earlier=earlier).turns

    assert turns[:4] == (*earlier.turns, Turn("assistant", "d"))
    assert turns[4].content.startswith("The proof (Round 1) is not correct.")


# -- sampling and health -----------------------------------------------------------------------------------------------------------


def test_sampling_is_the_authors_where_nothing_is_given() -> None:
    kimina = load_dialect("kimina")

    assert (kimina.sampling().temperature, kimina.sampling().top_p, kimina.sampling().max_tokens) == (0.6, 0.95, 8096)
    assert kimina.sampling(repair=True).temperature == 0.8
    assert load_dialect("goedel-prover-v2").sampling(repair=True).temperature == 1.0
    assert kimina.sampling(temperature=0.0, samples=2, max_tokens=5, beams=True, seed=7).temperature == 0.0
    assert load_dialect("pythagoras").sampling().top_k == 20
    with pytest.raises(ValueError, match="samples"):
        kimina.sampling(samples=0)


@pytest.fixture(params=ALL)
def any_dialect(request: pytest.FixtureRequest) -> Dialect:
    return load_dialect(request.param)


def test_bytes_of_a_wrong_tokenizer_are_seen(any_dialect: Dialect) -> None:
    assert "tokenizer" in any_dialect.complaint("simpĠ[h]")
    assert "tokenizer" in any_dialect.complaint("intro hĊexact h")


def test_an_answer_that_ends_while_thinking_is_seen(any_dialect: Dialect) -> None:
    assert "max_tokens" in any_dialect.complaint("<think>Let me")
    assert any_dialect.complaint("<think>Let me</think>\nsimp") == ""


def test_an_opened_think_block_counts_as_open() -> None:
    assert "max_tokens" in load_dialect("stepfun-formalizer").complaint("First, the domain is")
    assert load_dialect("kimina").complaint("simp") == ""


def test_the_example_in_the_guide_is_a_dialect(tmp_path: Path) -> None:
    guide = (Path(__file__).resolve().parents[3] / GUIDE).read_text(encoding="utf-8")
    example = tmp_path / "my-model.toml"
    example.write_text(guide.partition("```toml\n")[2].partition("```\n")[0], encoding="utf-8")
    dialect = load_dialect(example)

    assert dialect.render(TacticQuery("⊢ p", theorem="t")).text == (
        "<|im_start|>user\nTheorem t, goal:\n⊢ p<|im_end|>\n<|im_start|>assistant\n"
    )
    assert dialect.extract("TACTIC: simp<|im_end|>") == "simp"


def test_the_guide_names_everything_that_a_file_may_say() -> None:
    guide = (Path(__file__).resolve().parents[3] / GUIDE).read_text(encoding="utf-8")
    keys = {
        key
        for rule in (DialectFile, TemplateRule, RepairRule, ExecutionRule, ExtractRule, SamplingRule)
        for key in rule.__struct_fields__
    }

    assert {key for key in keys if not re.search(rf"\b{key}\b", guide)} <= {"beams"}
