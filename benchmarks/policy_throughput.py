"""Candidates and tokens per second of `LocalModel` against a plain loop of transformers' `generate`, state by state.

Same random weights, same prompts, same number of samples and tokens, temperature 1, nothing cut off; both are warmed up, and the
ratio is of one run. With CUDA a second model is measured, shaped like a 7B Llama in bfloat16 and made on the device, with the share
of the card's memory bandwidth and arithmetic that is reached.

    python -m benchmarks.policy_throughput [--states 32] [--samples 8] [--tokens 32] [--prompt 128] [--loop 32] [--threads 1]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from benchmarks.measuring import machine
from prover.models.generator import Prompt, Sampling
from prover.models.loading import loaded
from prover.models.local import LocalModel
from prover.models.options import LocalOptions

# H200 SXM, dense: https://www.nvidia.com/en-us/data-center/h200/ (the 1979 TFLOP/s printed there count zeros that are skipped)
H200_BYTES_PER_S = 4.8e12
H200_FLOP_PER_S = 989e12


@dataclass(frozen=True, slots=True)
class Shape:
    """A Llama's measures; `ffn` is the width between."""

    name: str
    vocabulary: int
    hidden: int
    ffn: int
    layers: int
    heads: int

    def model(self, device: str, dtype: torch.dtype) -> Any:
        """Random weights, made where they are used. No token ends a text, so that both sides draw equally many."""
        config = cast("Any", transformers.LlamaConfig)(
            vocab_size=self.vocabulary,
            hidden_size=self.hidden,
            intermediate_size=self.ffn,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            num_key_value_heads=self.heads,
            max_position_embeddings=4096,
            bos_token_id=None,
            eos_token_id=None,
            pad_token_id=0,
        )
        cast("Any", torch).manual_seed(0)
        before = torch.get_default_dtype()
        torch.set_default_dtype(dtype)
        try:
            with torch.device(device):
                return cast("Any", transformers.LlamaForCausalLM)(config).eval()
        finally:
            torch.set_default_dtype(before)


TINY = Shape("tiny Llama", vocabulary=2048, hidden=128, ffn=384, layers=4, heads=4)
LIKE_7B = Shape("7B-shaped Llama", vocabulary=32000, hidden=4096, ffn=11008, layers=32, heads=32)


def words(count: int) -> Any:
    """A tokenizer of `count` words, w0 w1 ..., one token each."""
    raw: Any = Tokenizer(models.WordLevel({f"w{number}": number for number in range(count)}, unk_token="w0"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return cast("Any", transformers.PreTrainedTokenizerFast)(tokenizer_object=raw)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds on the wall and of this process, which a busy machine disturbs less, and the tokens that came out."""

    wall_s: float
    cpu_s: float
    tokens: int


def timed(work: Callable[[], int], device: str) -> Timed:
    """Run it once."""
    started, cpu = time.perf_counter(), time.process_time()
    tokens = work()
    if device == "cuda":
        torch.cuda.synchronize()
    return Timed(time.perf_counter() - started, time.process_time() - cpu, tokens)


def plain_loop(model: Any, prompts: list[list[int]], samples: int, tokens: int) -> int:
    """One call of `generate` per state."""
    drawn = 0
    for prompt in prompts:
        ids = torch.tensor([prompt], device=model.device)
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            max_new_tokens=tokens,
            num_return_sequences=samples,
            pad_token_id=0,
        )
        drawn += (out.shape[1] - ids.shape[1]) * out.shape[0]
    return drawn


def overlapping(local: LocalModel, prompts: list[list[int]], samples: int, tokens: int, seed: int) -> int:
    """All states at once, each by a caller of its own, as searches do."""

    async def ask() -> int:
        sampling = Sampling(samples=samples, max_tokens=tokens, seed=seed)
        calls = [local.generate([Prompt(" ".join(f"w{token}" for token in prompt))], sampling) for prompt in prompts]
        return sum(answer.output_tokens for answers in await asyncio.gather(*calls) for answer in answers)

    return asyncio.run(ask())


def share(shape: Shape, model: Any, prompts: list[list[int]], run: Timed, args: argparse.Namespace) -> str:
    """The part of an H200's bandwidth and arithmetic that LocalModel used: what has to be read and computed, nothing twice."""
    parameters = sum(parameter.numel() for parameter in model.parameters()) - shape.vocabulary * shape.hidden
    read, drawn = sum(map(len, prompts)), args.tokens * (args.tokens - 1) // 2
    cell = 2 * shape.layers * shape.hidden * 2  # keys and values, two bytes each
    cells = args.tokens * read + len(prompts) * args.samples * drawn  # a prompt is there once for all its samples
    moved = args.tokens * parameters * 2 + cells * cell
    seen = args.samples * (args.tokens * read + len(prompts) * drawn)
    done = 2 * parameters * (read + run.tokens) + 4 * shape.layers * shape.hidden * seen
    bandwidth, arithmetic = moved / run.wall_s / H200_BYTES_PER_S, done / run.wall_s / H200_FLOP_PER_S
    return f"  of an H200: {bandwidth:.1%} of the memory bandwidth, {arithmetic:.1%} of the arithmetic (bfloat16, dense)"


def measure(shape: Shape, device: str, args: argparse.Namespace) -> None:
    """Both ways, and what they come to."""
    model = shape.model(device, torch.bfloat16 if device == "cuda" else torch.float32)
    rng = random.Random(0)
    prompts = [
        [rng.randrange(shape.vocabulary) for _ in range(rng.randint(args.prompt // 2, args.prompt))] for _ in range(args.states)
    ]
    looped = prompts[: args.loop]
    with torch.inference_mode():  # before LocalModel, which gives the model an attention of its own
        plain_loop(model, looped[:1], args.samples, 4)
        plain = timed(lambda: plain_loop(model, looped, args.samples, args.tokens), device)
    options = LocalOptions(most_rows=args.states * args.samples, compile=args.compile, threads=args.threads)
    local = LocalModel(loaded(shape.name, model, words(shape.vocabulary), options), options)
    overlapping(local, prompts, args.samples, 4, seed=1)
    before = local.work()
    ours = timed(lambda: overlapping(local, prompts, args.samples, args.tokens, seed=2), device)
    after = local.work()
    asyncio.run(local.close())
    print(
        f"{shape.name} on {device}, {args.states} states x {args.samples} samples x {args.tokens} tokens, prompts to {args.prompt}:"
    )
    for name, run, states in (("generate, state by state", plain, len(looped)), ("LocalModel", ours, len(prompts))):
        print(f"  {name:26} {states * args.samples / run.wall_s:9.1f} candidates/s {run.tokens / run.wall_s:10.0f} tokens/s")
    steps, busy_s = after.steps - before.steps, after.busy_s - before.busy_s
    print(f"  {steps} steps of {(after.row_steps - before.row_steps) / steps:.0f} rows; busy {busy_s:.2f} s of {ours.wall_s:.2f} s")
    per_cpu_s = ours.tokens / ours.cpu_s / (plain.tokens / plain.cpu_s)
    print(f"  ratio {ours.tokens / ours.wall_s / (plain.tokens / plain.wall_s):.1f} (per second of CPU {per_cpu_s:.1f})")
    if device == "cuda":
        print(share(shape, model, prompts, ours, args))


def main() -> None:
    """Measure what this machine can run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("states", 32), ("samples", 8), ("tokens", 32), ("prompt", 128), ("loop", 32), ("threads", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--compile", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    print(f"{machine()}, torch {torch.__version__}, transformers {transformers.__version__}, {args.threads} threads")
    measure(TINY, "cpu", args)
    if torch.cuda.is_available():
        print(torch.cuda.get_device_name())
        measure(LIKE_7B, "cuda", args)


if __name__ == "__main__":
    main()
