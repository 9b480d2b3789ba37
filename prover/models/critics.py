"""Critics with weights: a reward model that ranks goals, and a language model that writes how far it is to a proof.

Owns how such a model is asked and how its answer becomes a number. Promises finite numbers, one per goal, and an event loop that
stays free; a model that fails or answers no number raises ModelFailed and never reaches a search as an opinion.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lean_env.errors import ToolchainMissing
from prover.critic import Opinion
from prover.models.dialect import Dialect
from prover.models.generator import Completion, Generator, ModelFailed, Prompt, Sampling
from prover.models.options import LocalOptions
from prover.models.query import TacticQuery
from prover.policy import Situation

if TYPE_CHECKING:
    from prover.models.fetching import Fetch

Conversation = list[dict[str, str]]  # turns: role and content, as chat templates take them
Scores = Callable[[Sequence[Conversation]], Sequence[float]]  # blocks; may raise anything

DEFAULTS = LocalOptions()
MOST_GOALS = 16  # in one forward pass
MOST_LETTERS = 16_000  # of a goal; the beginning is left out, because what is to be proved stands at the end
PATIENCE = 32  # goals of which a value model may say no number, before it is taken for a model of another kind


def _query(situation: Situation) -> TacticQuery:
    return TacticQuery(situation.goal.text[-MOST_LETTERS:], situation.theorem, situation.proof_before)


def _require_critic(dialect: Dialect, endpoint: str) -> None:
    if dialect.task != "critic" or dialect.endpoint != endpoint:
        kind = f"{dialect.task} by {dialect.endpoint}"
        raise ValueError(f"this critic is asked in a dialect for the task critic by {endpoint}; {dialect.id} is for {kind}")


# -- a reward model ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    chats: tuple[Conversation, ...]
    answer: Future[list[float]]


class ScoreCritic:
    """A model with a `get_score` of its own (InternLM's critic): higher = nearer, and nothing but the order means anything.

    Callers of any number of event loops may overlap; all work is in the critic's own thread, which takes what waits together.
    """

    kind = Opinion.RANKING

    def __init__(self, name: str, scores: Scores, dialect: Dialect, *, most_goals: int = MOST_GOALS) -> None:
        """`scores` is called in the critic's thread with at most `most_goals` (>= 1) conversations; else ValueError."""
        _require_critic(dialect, "chat")
        if most_goals < 1:
            raise ValueError(f"most_goals must be at least 1, not {most_goals}")
        self.name = name
        self._scores, self._dialect, self._most_goals = scores, dialect, most_goals
        self._waiting: deque[_Question] = deque()
        self._thread = ThreadPoolExecutor(1, "critic")

    @classmethod
    def load(cls, source: str, dialect: Dialect, options: LocalOptions = DEFAULTS, *, fetch: Fetch | None = None) -> ScoreCritic:
        """Load the critic in the folder `source`, or the one of that id on the hub. Blocks: call it in a thread.

        Its Python code comes with it, so `options.trust_remote_code` must be set. Raises ModelFailed, ToolchainMissing: both say
        what to do.
        """
        missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
        if missing:
            raise ToolchainMissing(f"a critic that runs here needs {' and '.join(missing)}: pip install 'entail[models]'")
        if not options.trust_remote_code:
            message = f"{source} as a critic brings its own Python code: set trust_remote_code if you trust where it comes from"
            raise ModelFailed(message)
        return cls(*_reward_model(source, options, fetch), dialect)

    async def score(self, situations: Sequence[Situation]) -> list[float]:
        """One number per goal. Raises ModelFailed."""
        if not situations:
            return []
        question = _Question(tuple(self._chat(each) for each in situations), Future())
        self._waiting.append(question)
        try:
            self._thread.submit(self._serve)
        except RuntimeError as error:
            raise ModelFailed(f"{self.name} was asked after it was closed") from error
        return await asyncio.wrap_future(question.answer)  # a caller that is cancelled cancels it, and so is known to be gone

    async def close(self) -> None:
        """Fail who still waits, end the thread, let go of the weights. Idempotent, never raises."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._scores = _nothing
        while self._waiting:
            question = self._waiting.popleft()
            if question.answer.set_running_or_notify_cancel():
                question.answer.set_exception(ModelFailed(f"{self.name} was closed"))

    def _chat(self, situation: Situation) -> Conversation:
        return [{"role": turn.role, "content": turn.content} for turn in self._dialect.render(_query(situation)).turns]

    def _serve(self) -> None:
        """Answer the longest waiting question, and those after it that fit beside it. There is one call of this per question."""
        batch: list[_Question] = []
        room = self._most_goals
        while self._waiting and (not batch or len(self._waiting[0].chats) <= room):
            question = self._waiting.popleft()
            if question.answer.set_running_or_notify_cancel():
                batch.append(question)
                room -= len(question.chats)
        chats = [chat for question in batch for chat in question.chats]
        try:
            answers = iter([number for at in range(0, len(chats), self._most_goals) for number in self._ask(chats, at)])
        except ModelFailed as error:
            for question in batch:
                question.answer.set_exception(error)
        else:
            for question in batch:
                question.answer.set_result([next(answers) for _ in question.chats])

    def _ask(self, chats: Sequence[Conversation], start: int) -> list[float]:
        some = chats[start : start + self._most_goals]
        try:
            numbers = [float(number) for number in self._scores(some)]
        except ModelFailed:
            raise
        except Exception as error:  # the model's own code may raise anything
            raise ModelFailed(f"the critic {self.name} failed: {type(error).__name__}", detail=str(error)) from error
        if len(numbers) != len(some):
            raise ModelFailed(f"the critic {self.name} gave {len(numbers)} numbers for {len(some)} goals")
        if not all(map(math.isfinite, numbers)):
            wrong = next(number for number in numbers if not math.isfinite(number))
            raise ModelFailed(f"the critic {self.name} answered {wrong}: try it in float32, half precision may overflow")
        return numbers


def _reward_model(source: str, options: LocalOptions, fetch: Fetch | None) -> tuple[str, Scores]:
    """Name and scores of a model whose class has `get_score`. Raises ModelFailed."""
    import torch

    from prover.models.fetching import find, from_hub
    from prover.models.untyped import pretrained

    found = find(source, options, fetch or from_hub)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype: torch.dtype = getattr(torch, options.dtype or ("float32" if device == "cpu" else "bfloat16"))
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": True}
    try:
        model = pretrained("AutoModel", found.folder, dtype=dtype, use_safetensors=not found.pickled, **local).to(device).eval()
        tokenizer = pretrained("AutoTokenizer", found.folder, **local)
    except Exception as error:  # the same
        message = f"{found.name} cannot be loaded from {found.folder} as a critic: {type(error).__name__}"
        raise ModelFailed(message, detail=str(error)) from error
    if not callable(getattr(model, "get_score", None)):
        raise ModelFailed(f"{found.name} is a {type(model).__name__}, which has no get_score: it is no critic of this kind")

    def scores(chats: Sequence[Conversation]) -> list[float]:
        if options.threads:
            torch.set_num_threads(options.threads)
        try:
            with torch.inference_mode():
                if len(chats) > 1 and callable(getattr(model, "get_scores", None)):
                    return list(model.get_scores(tokenizer, list(chats)))
                return [model.get_score(tokenizer, chat) for chat in chats]
        except torch.OutOfMemoryError:
            if len(chats) == 1:
                raise
        half = len(chats) // 2
        return [*scores(chats[:half]), *scores(chats[half:])]

    return found.name, scores


def _nothing(chats: Sequence[Conversation]) -> list[float]:
    raise ModelFailed(f"a critic that was closed cannot score {len(chats)} goals")


# -- a language model that writes the distance ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Distances:
    """How a model writes the steps that are left: the text of each bin, nearest first, with its steps (>= 0, ascending).

    The last bin holds all that is farther, what has no proof included.
    """

    texts: tuple[str, ...]
    steps: tuple[float, ...]

    def __post_init__(self) -> None:
        """Raises ValueError unless there are two or more bins, each with its own text and its own steps."""
        distinct = len({text.strip() for text in self.texts}) == len(self.texts) and all(text.strip() for text in self.texts)
        ascending = all(near < far for near, far in zip(self.steps, self.steps[1:], strict=False))
        finite = all(math.isfinite(each) and each >= 0 for each in self.steps)
        if not (len(self.texts) == len(self.steps) >= 2 and distinct and ascending and finite):
            raise ValueError(f"bins need distinct texts and ascending steps from 0, not {self.texts} and {self.steps}")


SIXTEEN = Distances(tuple(map(str, range(16))), tuple(map(float, range(16))))


class ValueCritic:
    """The mean of discount ** steps over the steps to go that a language model expects: 1 = proved, near 0 = far.

    The mean is of the discounted values, not the value of the mean distance: "one step, or no proof" is worth more than "eight".

    It costs one token after the prompt. With `beams` (local models) the likeliest tokens come with their probabilities from the one
    reading of the prompt, so that the mean over them is exact and nothing is drawn. Without, `samples` are drawn; where their
    log-probs are known each distinct bin counts by its probability, else as often as it was drawn. What the model gives to other
    texts is left out.
    """

    kind = Opinion.VALUE

    def __init__(
        self,
        generator: Generator,
        dialect: Dialect,
        *,
        distances: Distances = SIXTEEN,
        discount: float = 0.98,
        beams: bool = False,
        samples: int = 16,
    ) -> None:
        """`dialect` is a raw one for the task critic; `discount` in (0, 1), `samples` >= 1 (of beams: how many bins are seen)."""
        _require_critic(dialect, "raw")
        if not 0 < discount < 1:
            raise ValueError(f"discount must be above 0 and below 1, not {discount}")
        self._generator, self._dialect = generator, dialect
        self._value = {text.strip(): discount**steps for text, steps in zip(distances.texts, distances.steps, strict=True)}
        self._farthest = discount ** distances.steps[-1]
        self._sampling = Sampling(samples=samples, temperature=1.0, max_tokens=1, beams=beams)
        self._in_vain: int | None = 0  # goals without a number so far; None once there was one

    async def score(self, situations: Sequence[Situation]) -> list[float]:
        """One value per goal, in [0, 1]. A goal of which the model says no number is as far as the farthest.

        Raises ModelFailed if the model cannot be asked, or has said nothing but rubbish from the first goal on.
        """
        by_seed: dict[int, list[int]] = defaultdict(list)
        for number, situation in enumerate(situations):
            by_seed[0 if self._sampling.beams else situation.seed].append(number)
        prompts = [self._dialect.render(_query(situation)) for situation in situations]
        values = [self._farthest] * len(situations)

        async def ask(seed: int, numbers: list[int]) -> None:
            sampling = replace(self._sampling, seed=seed)
            answers = await self._generator.generate([prompts[number] for number in numbers], sampling)
            if len(answers) != len(numbers):
                raise ModelFailed(f"{self._generator.name} gave {len(answers)} answers to {len(numbers)} prompts")
            for number, answer in zip(numbers, answers, strict=True):
                values[number] = self._read(answer.completions, prompts[number])

        await asyncio.gather(*(ask(seed, numbers) for seed, numbers in by_seed.items()))
        return values

    def _read(self, completions: Sequence[Completion], prompt: Prompt) -> float:
        bins = [(self._value[text], each) for each in completions if (text := each.text.strip()) in self._value]
        if not bins:
            self._note_silence(completions, prompt)
            return self._farthest
        self._in_vain = None
        weights = _weights([(value, each.logprob) for value, each in bins])
        mean = sum(value * weight for value, weight in weights.items()) / sum(weights.values())
        return min(1.0, max(0.0, mean))

    def _note_silence(self, completions: Sequence[Completion], prompt: Prompt) -> None:
        """Without a completion at all the prompt was too long, which says nothing of the model."""
        if self._in_vain is None or not completions:
            return
        self._in_vain += 1
        if self._in_vain >= PATIENCE:
            said, after = completions[0].text[:40], prompt.text[-20:]
            raise ModelFailed(
                f"{self._generator.name} says no distance of {self._in_vain} goals, but {said!r} after {after!r}: it is no model "
                "for this dialect of critics, or its tokenizer splits what is one token"
            )


def _weights(bins: Sequence[tuple[float, float | None]]) -> dict[float, float]:
    """The weight of each value, all finite and one of them above 0: its probability if that is known of all, else its count."""
    logprobs = [logprob for _, logprob in bins if logprob is not None and math.isfinite(logprob)]
    if len(logprobs) < len(bins):
        return {value: float(count) for value, count in Counter(value for value, _ in bins).items()}
    top = max(logprobs)
    return {value: math.exp(logprob - top) for (value, _), logprob in zip(bins, logprobs, strict=True)}
