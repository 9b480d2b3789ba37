"""One sentence of a story read by the grammar `grammar.lark`: every way in which it can be read, as trees of nodes and words.

Owns the grammar's loading (lazily, once) and the way from lark's trees to plain ones. A sentence that the grammar does not read is
`Stopped` at the first word that fits no rule. Never picks a reading: that is `story.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prover.fragment.stories.tokens import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Lark, Token, Tree

# More readings than this of one sentence are not compared: the sentence is refused.
MAX_READINGS = 32


@dataclass(frozen=True, slots=True)
class Node:
    """What one rule read: its name, its parts in the order of the text, and a word near it (words of the grammar are no parts)."""

    rule: str
    parts: tuple[Node | Word, ...]
    near: Word

    def all(self, *rules: str) -> list[Node]:
        """The parts that one of these rules read."""
        return [part for part in self.parts if isinstance(part, Node) and part.rule in rules]

    def find(self, *rules: str) -> Node | None:
        """The first part that one of these rules read."""
        return next(iter(self.all(*rules)), None)

    def one(self, *rules: str) -> Node:
        """The part that one of these rules read; it is there by the grammar."""
        return self.all(*rules)[0]

    def has(self, rule: str) -> bool:
        """Whether a part was read by this rule."""
        return self.find(rule) is not None

    def words(self, *groups: str) -> list[Word]:
        """Its own words, of these classes if any is named."""
        return [part for part in self.parts if isinstance(part, Word) and (not groups or part.group in groups)]

    def word(self, *groups: str) -> Word:
        """Its first word of these classes; it is there by the grammar."""
        return self.words(*groups)[0]

    def numbers(self) -> list[int]:
        """The numbers among its own words."""
        return [word.number for word in self.words("NUM")]

    def every_word(self) -> Iterator[Word]:
        """Its words and those of its parts, in the order of the text."""
        return _words_in(self.parts)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The first word that no rule fits; `at_end` if the sentence stops too early."""

    word: Word
    at_end: bool


@cache
def grammar() -> Lark:
    """The parser of one sentence."""
    from lark import Lark

    text = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="earley", lexer="basic", ambiguity="explicit", keep_all_tokens=False, maybe_placeholders=False)


@cache
def keywords() -> frozenset[str]:
    """The words that stand in the grammar itself."""
    from lark.lexer import PatternStr

    return frozenset(terminal.pattern.value for terminal in grammar().terminals if isinstance(terminal.pattern, PatternStr))


def readings_of(sentence: list[Word]) -> list[Node] | Stopped:
    """Every way to read a sentence; more than one where it is ambiguous."""
    from lark import UnexpectedInput
    from lark.exceptions import UnexpectedEOF

    own = keywords()
    starts: list[int] = []
    encoded = ""
    for index, word in enumerate(sentence):
        starts.append(len(encoded))
        encoded += f"{word.group if word.group in own else f'{word.group}#{index}'} "
    try:
        tree = grammar().parse(encoded)  # pyright: ignore[reportUnknownMemberType]  (lark leaves a parameter open)
    except UnexpectedEOF:
        return Stopped(sentence[-1], at_end=True)
    except UnexpectedInput as stopped:
        position = stopped.pos_in_stream or 0
        return Stopped(sentence[max((i for i, start in enumerate(starts) if start <= position), default=0)], at_end=False)
    return _plain(tree, sentence)[: MAX_READINGS + 1]


def _plain(tree: Tree[Token], sentence: list[Word]) -> list[Node]:
    """All plain trees that an explicit-ambiguity tree stands for, without repetitions."""
    if tree.data == "_ambig":
        return _distinct([plain for choice in tree.children if not isinstance(choice, str) for plain in _plain(choice, sentence)])
    choices: list[tuple[Node | Word, ...]] = [()]
    for child in tree.children:
        here: list[Node | Word] = []
        if isinstance(child, str):
            here.append(sentence[int(child.partition("#")[2])])
        else:
            here.extend(_plain(child, sentence))
        choices = [(*before, part) for before in choices for part in here][: MAX_READINGS + 1]
    return [Node(str(tree.data), parts, next(_words_in(parts), sentence[0])) for parts in choices]


def _words_in(parts: tuple[Node | Word, ...]) -> Iterator[Word]:
    for part in parts:
        if isinstance(part, Word):
            yield part
        else:
            yield from part.every_word()


def _distinct(nodes: list[Node]) -> list[Node]:
    return list(dict.fromkeys(nodes))
