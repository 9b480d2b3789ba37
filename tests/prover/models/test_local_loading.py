"""Weights from a folder or the hub: what is taken, how it is named, and what is said when it is not there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import safetensors.torch
import torch
from huggingface_hub import errors as hub

from lean_env.errors import ToolchainMissing
from prover.models import loading
from prover.models.fetching import find
from prover.models.generator import ModelFailed, Prompt, Sampling
from prover.models.loading import load
from prover.models.local import LocalModel
from prover.models.options import LocalOptions
from tests.fakes.tiny_models import save

pytestmark = pytest.mark.models
COMMIT = "3f2a91c0ffee3f2a91c0ffee3f2a91c0ffee3f2a"


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def folder(models: Path, tmp_path: Path) -> Path:
    """A Llama's folder that a test may spoil."""
    return Path(shutil.copytree(save(models, "llama"), tmp_path / "tiny"))


def nobody(_source: str, _revision: str, _patterns: Sequence[str]) -> Path:
    raise AssertionError("a folder needs no download")


@pytest.mark.parametrize("kind", ["llama", "t5"])
async def test_a_folder_is_loaded_and_generates(models: Path, kind: str) -> None:
    model = LocalModel.load(str(save(models, kind)), LocalOptions(device="cpu"), fetch=nobody)
    [answer] = await model.generate([Prompt("n : ℕ\n⊢ n = n")], Sampling(samples=3, max_tokens=5))
    await model.close()
    assert model.name.startswith(f"{kind}@")
    assert len(answer.completions) == 3


def test_the_name_pins_the_weights(folder: Path) -> None:
    before = find(str(folder), LocalOptions(), nobody).name
    assert find(str(folder), LocalOptions(), nobody).name == before
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    after = find(str(folder), LocalOptions(), nobody).name
    assert after != before
    assert after.split("@")[0] == "tiny"


def test_a_hub_model_is_named_by_its_commit(folder: Path, tmp_path: Path) -> None:
    snapshot = folder.rename(tmp_path / COMMIT)
    asked: list[tuple[str, str, Sequence[str]]] = []

    def fetch(source: str, revision: str, patterns: Sequence[str]) -> Path:
        asked.append((source, revision, patterns))
        return snapshot

    loaded = load("someone/tiny", LocalOptions(revision="v2", device="cpu"), fetch)
    assert loaded.name == f"someone/tiny@{COMMIT[:12]}"
    [(source, revision, patterns)] = asked
    assert (source, revision) == ("someone/tiny", "v2")
    assert not any(pattern.endswith((".bin", ".py")) for pattern in patterns)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (hub.LocalEntryNotFoundError("no connection"), "run `hf download someone/tiny --revision v2` where there is a network"),
        (hub.OfflineModeIsEnabled("offline"), "or give a folder"),
        (ConnectionError("unreachable"), "hf download"),
        ("GatedRepoError", "accept its terms at https://huggingface.co/someone/tiny"),
        ("RepositoryNotFoundError", "check the name"),
        ("RevisionNotFoundError", "no revision 'v2'"),
    ],
)
def test_what_cannot_be_fetched_is_told_with_the_way_to_get_it(error: Exception | str, words: str) -> None:
    def fetch(_source: str, _revision: str, _patterns: Sequence[str]) -> Path:
        raise _hub_error(error) if isinstance(error, str) else error

    with pytest.raises(ModelFailed) as raised:
        find("someone/tiny", LocalOptions(revision="v2"), fetch)
    assert words in str(raised.value)


def _hub_error(name: str) -> Exception:
    """One that the hub's client makes from an answer of the server."""
    kind: Any = getattr(hub, name)
    error: Exception = kind.__new__(kind)
    return error


@pytest.mark.parametrize("source", ["nowhere", "./nowhere/model", "/nowhere/model", "a/b/c"])
def test_a_folder_that_is_not_there_is_no_hub_model(source: str) -> None:
    with pytest.raises(ModelFailed, match="there is no folder"):
        find(source, LocalOptions(), nobody)


def test_a_folder_has_no_revision(folder: Path) -> None:
    with pytest.raises(ModelFailed, match="a revision is for models on the hub"):
        find(str(folder), LocalOptions(revision="main"), nobody)


def test_pickles_are_loaded_when_asked_for_alone(folder: Path) -> None:
    torch.save(cast("Any", safetensors.torch).load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelFailed, match="can run any code when it is opened"):
        load(str(folder), LocalOptions(device="cpu"), nobody)
    assert load(str(folder), LocalOptions(device="cpu", allow_pickle=True), nobody).cells > 0


def test_a_folder_without_weights_and_one_that_lacks_a_file(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors"}}))
    with pytest.raises(ModelFailed, match=r"lacks model-00001-of-00002\.safetensors"):
        find(str(folder), LocalOptions(), nobody)
    (folder / "model.safetensors.index.json").unlink()
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelFailed, match="no weights in safetensors"):
        find(str(folder), LocalOptions(), nobody)
    (folder / "config.json").unlink()
    with pytest.raises(ModelFailed, match=r"no config\.json"):
        find(str(folder), LocalOptions(), nobody)


def test_code_that_comes_with_a_model_is_not_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    code = {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "evil", "auto_map": code}))
    (folder / "evil.py").write_text("raise SystemExit('ran')\n")
    with pytest.raises(ModelFailed, match="brings its own Python code"):
        load(str(folder), LocalOptions(device="cpu"), nobody)


def test_a_damaged_file_is_said_to_be_damaged(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"<html>404</html>" * 9)
    with pytest.raises(ModelFailed, match="is damaged"):
        load(str(folder), LocalOptions(device="cpu"), nobody)


def test_weights_that_do_not_fit_are_told_with_numbers(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9999 kB\nMemAvailable: 50 kB\n")
    monkeypatch.setattr(loading, "MEMINFO", tmp_path / "meminfo")
    with pytest.raises(ModelFailed, match=r"needs 0 MiB for its weights in float32, and cpu has 0 MiB free"):
        load(str(folder), LocalOptions(device="cpu"), nobody)


@pytest.mark.parametrize("device", ["quantum", "cuda:7"])
def test_a_device_that_is_not_there(folder: Path, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelFailed, match="device"):
        load(str(folder), LocalOptions(device=device), nobody)


def test_without_torch_one_is_told_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    with pytest.raises(ToolchainMissing, match=r"pip install 'entail\[models\]'"):
        LocalModel.load(str(folder))


@pytest.mark.parametrize(
    "wrong", [{"most_rows": 0}, {"prefill_tokens": 0}, {"wait_s": -1.0}, {"limit_s": float("inf")}, {"kv_memory_mib": -1}]
)
def test_options_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least"):
        LocalOptions(**wrong)


def test_nothing_heavy_is_imported_for_the_options() -> None:
    code = (
        "import sys, prover.models.local, prover.models.options; sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
