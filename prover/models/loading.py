"""Weights into memory: on which device, in which precision, and what it takes.

Owns the call into transformers. Promises that memory is counted before it is filled, no code of others unless asked, and that a
model which cannot be decoded row by row is refused here and not in the middle of a search.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from prover.models.fetching import Fetch, Found, find, from_hub
from prover.models.generator import ModelFailed
from prover.models.networks import Network, network_of
from prover.models.options import LocalOptions
from prover.models.untyped import pretrained
from prover.models.vocabulary import Vocabulary

MIB = 2**20
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory. `cells` (rows times columns) of keys and values fit beside it."""

    name: str
    network: Network
    vocabulary: Vocabulary
    cells: int


def load(source: str, options: LocalOptions, fetch: Fetch = from_hub) -> Loaded:
    """Load the model in the folder `source`, or the one of that id on the hub. Raises ModelFailed saying what to do."""
    device = _device(options.device)
    found = find(source, options, fetch)
    dtype: torch.dtype = getattr(torch, options.dtype or ("float32" if device.type == "cpu" else "bfloat16"))
    _check_memory(found, dtype, device)
    model, tokenizer = _model(found, options, dtype)
    try:
        model = model.to(device).eval()
    except torch.OutOfMemoryError as error:
        raise ModelFailed(f"{found.name} does not fit into the memory of {device}: choose a smaller dtype or model") from error
    return loaded(found.name, model, tokenizer, options)


def loaded(name: str, model: Any, tokenizer: Any, options: LocalOptions) -> Loaded:
    """A model of transformers that is in memory already, on its device. Raises ModelFailed for one that has no keys and values."""
    device: torch.device = model.device
    network = network_of(model, compiled=options.compile and device.type == "cuda")
    with torch.inference_mode():
        one = network.prefill([[0]])
    bytes_per_cell = sum(part.nbytes for pair in (*one.past, *one.source) for part in (pair.keys, pair.values))
    free = _free(device)
    share = 0.25 if device.type == "cpu" else 0.7
    memory = options.kv_memory_mib * MIB or int(share * (free if free is not None else 8192 * MIB))
    return Loaded(name, network, Vocabulary(tokenizer, model), max(1, memory // bytes_per_cell))


def _device(name: str) -> torch.device:
    if not name:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ModelFailed(f"{name!r} is no device: cpu, cuda, cuda:1 or mps") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ModelFailed(f"no CUDA device can be used here; leave the device out to run on the CPU (torch {torch.__version__})")
    return device


def _model(found: Found, options: LocalOptions, dtype: torch.dtype) -> tuple[Any, Any]:
    """Model and tokenizer. transformers raises nearly anything for files that it cannot use."""
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": options.trust_remote_code}
    try:
        config = pretrained("AutoConfig", found.folder, **local)
        kind = "AutoModelForSeq2SeqLM" if config.is_encoder_decoder else "AutoModelForCausalLM"
        model = pretrained(kind, found.folder, config=config, dtype=dtype, use_safetensors=not found.pickled, **local)
        return model, pretrained("AutoTokenizer", found.folder, **local)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, ImportError, RuntimeError) as error:
        if "trust_remote_code" in str(error):
            message = f"{found.name} brings its own Python code: set trust_remote_code if you trust where it comes from"
        else:
            message = f"{found.name} cannot be loaded from {found.folder} by transformers"
        raise ModelFailed(message, detail=str(error)) from error


def _check_memory(found: Found, dtype: torch.dtype, device: torch.device) -> None:
    """Raises ModelFailed with the numbers if the weights alone are more than what is free."""
    need, free = _bytes(found.weights, dtype), _free(device)
    if free is not None and need > free:
        raise ModelFailed(
            f"{found.name} needs {need // MIB} MiB for its weights in {str(dtype).removeprefix('torch.')}, and {device} has "
            f"{free // MIB} MiB free: choose a smaller dtype or model, or run it elsewhere and use it as a server"
        )


def _bytes(weights: Sequence[Path], dtype: torch.dtype) -> int:
    """What the weights take in this type: counted from the headers of safetensors, else the size of the files."""
    if weights[0].suffix != ".safetensors":
        return sum(file.stat().st_size for file in weights)
    return sum(_parameters(file) for file in weights) * dtype.itemsize


def _parameters(file: Path) -> int:
    try:
        with file.open("rb") as content:
            header = json.loads(content.read(int.from_bytes(content.read(8), "little")))
    except (ValueError, MemoryError, OverflowError) as error:
        raise ModelFailed(f"{file} is damaged: it does not begin like safetensors; download it again") from error
    return sum(_product(entry["shape"]) for name, entry in header.items() if name != "__metadata__")


def _product(shape: Sequence[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _free(device: torch.device) -> int | None:
    """Bytes that are free for a model on a device; None if nobody says."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "cpu" and MEMINFO.is_file():
        for line in MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None
