"""How a model is loaded and run on this machine, and what it has done so far. Plain data; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How a local model is loaded and run.

    revision           branch, tag or commit on the hub; "" = the main branch. The commit it stands for is part of the model's name
    device             "cuda", "cuda:1", "cpu" or "mps"; "" = a GPU if there is one
    dtype              "" = bfloat16 on a GPU, float32 on a CPU
    allow_pickle       load weights that are not safetensors: a pickle can run any code
    trust_remote_code  run the Python code that comes with the weights
    compile            pass the steps through torch.compile, on a GPU alone: on a CPU it does not pay
    most_rows          completions in flight together (>= 1)
    prefill_tokens     of prompts read together, padding included (>= 1)
    wait_s             how long a lone request waits for others (>= 0)
    kv_memory_mib      for keys and values; 0 = 70 % of what the GPU has free, a quarter of the machine's free memory on a CPU
    threads            of torch for this model on a CPU; 0 = as many as it likes, which Lean's workers then do without
    limit_s            of one call, from its first token on; what is not done by then comes back incomplete; 0 = none
    """

    revision: str = ""
    device: str = ""
    dtype: Literal["", "float32", "bfloat16", "float16"] = ""
    allow_pickle: bool = False
    trust_remote_code: bool = False
    compile: bool = False
    most_rows: int = 256
    prefill_tokens: int = 8192
    wait_s: float = 0.003
    kv_memory_mib: int = 0
    threads: int = 0
    limit_s: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError for an option out of its range."""
        if self.most_rows < 1 or self.prefill_tokens < 1 or self.kv_memory_mib < 0 or self.threads < 0:
            raise ValueError("most_rows and prefill_tokens are at least 1, kv_memory_mib and threads at least 0")
        if not 0 <= self.wait_s < float("inf") or not 0 <= self.limit_s < float("inf"):
            raise ValueError("wait_s and limit_s are at least 0 and finite")


@dataclass(slots=True)
class Work:
    """What a model has done: tokens read and drawn, steps of the batch, rows in them that were alive, seconds of work.

    `halvings` counts how often memory ran out and the batch was halved.
    """

    prompt_tokens: int = 0
    output_tokens: int = 0
    completions: int = 0
    steps: int = 0
    row_steps: int = 0
    busy_s: float = 0.0
    halvings: int = 0
