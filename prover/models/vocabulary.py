"""Between text and tokens: prompts rendered and encoded, drawn tokens read as text, stop texts found.

Owns the tokenizer of one model. Promises one beginning-of-text token and never two, that a completion's text is what follows the
prompt's text (a tokenizer that swallows a leading space shows it again), and that a stop text is found wherever its tokens are cut.
Not for two threads at once: fast tokenizers refuse that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from prover.models.generator import ModelFailed, Prompt

CONTEXT = 8  # tokens of the prompt that are decoded before a completion, so that its first space is not lost
UNREADABLE = "\ufffd"  # what part of a character is decoded to


@dataclass(frozen=True, slots=True)
class Ends:
    """What ends a completion: token ids that do at once, and texts, of which `suspects` may be the last token."""

    tokens: frozenset[int]
    texts: tuple[str, ...]
    suspects: frozenset[int]


class Vocabulary:
    """A tokenizer with the ways in which its model ends a text."""

    def __init__(self, tokenizer: Any, model: Any) -> None:
        """Both as transformers loads them."""
        self._tokenizer: Any = tokenizer
        self._encodes_source: bool = model.config.is_encoder_decoder
        self._begin: int | None = tokenizer.bos_token_id
        self._ends = _ids(tokenizer.eos_token_id) | _ids(model.generation_config.eos_token_id)
        self._pieces: list[str] = []
        self._known: dict[tuple[str, ...], Ends] = {}

    def encode(self, prompt: Prompt) -> list[int]:
        """The tokens of a prompt, at least one. Raises ModelFailed for a conversation that the model has no template for."""
        if prompt.turns:
            tokens = self._ids_of(self._rendered(prompt), special=False)
        else:
            tokens = self._ids_of(prompt.text, special=True)
            if len(tokens) > 1 and tokens[0] == tokens[1] == self._begin:  # the text had it written out
                tokens = tokens[1:]
            if not self._encodes_source and len(tokens) > 1 and tokens[-1] in self._ends and not self._says_its_end(prompt.text):
                tokens = tokens[:-1]  # a tokenizer that closes every text; here it goes on
        if not tokens:
            tokens = [self._begin] if self._begin is not None else sorted(self._ends)[:1]
        if not tokens:
            raise ModelFailed("the prompt has no tokens, and the tokenizer names none to begin with")
        return tokens

    def text(self, prompt: Sequence[int], tokens: Sequence[int]) -> str:
        """What these tokens say after that prompt."""
        context = [] if self._encodes_source else list(prompt[-CONTEXT:])
        before = self._decode(context)
        whole = self._decode([*context, *tokens])
        return whole[len(before) :] if whole.startswith(before) else self._decode(tokens)

    def ends(self, stop: tuple[str, ...]) -> Ends:
        """How completions with these stop texts end. One that is a special token of the model is known by its id."""
        if stop not in self._known:
            named = {
                text: self._tokenizer.convert_tokens_to_ids(text) for text in stop if text in self._tokenizer.all_special_tokens
            }
            texts = tuple(text for text in stop if text and text not in named)
            self._known[stop] = Ends(self._ends | frozenset(named.values()), texts, self._suspects(texts))
        return self._known[stop]

    def cut(self, prompt: Sequence[int], tokens: Sequence[int], stops: Sequence[str]) -> str | None:
        """The text up to the first stop text, None if there is none. Cheap for a long completion without one at its end."""
        longest = max(map(len, stops))
        window = 4 * longest + CONTEXT  # a character is at most four tokens
        if len(tokens) > window:
            near = self._decode(tokens[-window:])
            if not any(stop in near for stop in stops):
                return None
        text = self.text(prompt, tokens)
        found = [at for stop in stops if (at := text.find(stop)) >= 0]
        return text[: min(found)] if found else None

    def _says_its_end(self, text: str) -> bool:
        end = self._tokenizer.eos_token
        return isinstance(end, str) and text.endswith(end)

    def _rendered(self, prompt: Prompt) -> str:
        from jinja2 import TemplateError

        if not self._tokenizer.chat_template:
            raise ModelFailed("the model's tokenizer has no chat template: use a dialect that writes the prompt as one text")
        turns = [{"role": turn.role, "content": turn.content} for turn in prompt.turns]
        try:
            text = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        except TemplateError as error:
            raise ModelFailed(f"the model's chat template refuses the conversation: {error}") from error
        return cast("str", text) + prompt.prefill

    def _ids_of(self, text: str, *, special: bool) -> list[int]:
        # verbose: a text over the model's length is our business, not a warning's
        return self._tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]

    def _decode(self, tokens: Sequence[int]) -> str:
        # Cleaning up would join "x ," to "x,", which is another text than the model wrote.
        return self._tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False)

    def _suspects(self, stops: Sequence[str]) -> frozenset[int]:
        """Tokens that may complete a stop text: those with its last character in them, or with a part of any character."""
        if not stops:
            return frozenset()
        if not self._pieces:
            raw = self._tokenizer.convert_ids_to_tokens(list(range(len(self._tokenizer))))
            self._pieces = [_piece(name, self._decode([token])) for token, name in enumerate(raw)]
        last = {stop[-1] for stop in stops}
        return frozenset(token for token, piece in enumerate(self._pieces) if UNREADABLE in piece or not last.isdisjoint(piece))


def _ids(value: int | list[int] | None) -> frozenset[int]:
    return frozenset() if value is None else frozenset([value] if isinstance(value, int) else value)


def _piece(name: str | None, text: str) -> str:
    """A token's own text; white space as it stands in the vocabulary too, because decoding drops it at the beginning."""
    if name is None:
        return text
    if name.startswith("<0x"):  # a byte of a vocabulary that has bytes as tokens
        return UNREADABLE
    return text + " " * ("▁" in name)
