"""Which verdict an answer comes to: yes, no, or none that can be relied on.

Owns reading words like **same** and **different**. A verdict is held against the text around it: a word that is negated, or named
together with its opposite as in the question, is none; a yes after a no is none either, because whoever asks wants to be sure.
"""

from __future__ import annotations

import re
from typing import Literal

from prover.models.dialect_file import ExtractRule

Verdict = Literal["yes", "no"]

_BOLD = re.compile(r"\*\*([^*\n]{1,200})\*\*")
_NEGATED = re.compile(
    r"(?:\b(?:not|never|neither|nor|hardly)|n['’]t)(?:\s+(?:the|really|quite|exactly|entirely|be|a))*\s*\**$", re.IGNORECASE
)
_THAN = re.compile(r"\bthan\s*\**$", re.IGNORECASE)
_WORSE = re.compile(r"\**\s*(?:is|was|seems)?\s*(?:the\s+)?(?:worse|wrong|incorrect)\b", re.IGNORECASE)
_JOINED = re.compile(r"[\s*\"'`]*(?:,|/|or|and|nor|versus|vs\.?)[\s*\"'`]*(?:or|and)?[\s*\"'`]*", re.IGNORECASE)
_NEAR = 60  # characters before a word in which it can be negated


def verdicts_in(rule: ExtractRule, text: str) -> tuple[Verdict, ...]:
    """Every verdict in a text, first to last. Linear in its length."""
    return tuple(each for each in _heard(rule, text) if each is not None)


def verdict_in(rule: ExtractRule, text: str) -> Verdict | None:
    """The verdict that a text ends with; None if it has none, says yes after a no, or ends with such a word that is no verdict."""
    heard = _heard(rule, text)
    if not heard or (heard[-1] == "yes" and "no" in heard):
        return None
    return heard[-1]


def _heard(rule: ExtractRule, text: str) -> list[Verdict | None]:
    """Each of the words, first to last; None for one that is no verdict."""
    words = _words(rule)
    spans = [found.span(1) for found in _BOLD.finditer(text)] if rule.bold else [(0, len(text))]
    hits = [hit for start, end in spans for hit in words.finditer(text, start, end)]
    # "Answer 1 is better than answer 2" says something of the first of them.
    hits = [hit for hit in hits if not _THAN.search(text, max(0, hit.start() - _NEAR), hit.start())]
    meant: list[Verdict] = [_meant(rule, hit.group()) for hit in hits]
    paired = _paired(text, hits, meant)
    heard: list[Verdict | None] = []
    for number, hit in enumerate(hits):
        heard.append(None if number in paired or _is_denied(text, hit) else meant[number])
    return heard


def _words(rule: ExtractRule) -> re.Pattern[str]:
    # The longest first: of "not correct" and "correct" it is the former that was said.
    longest_first = sorted((*rule.yes, *rule.no), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(word) for word in longest_first)})(?![\w-])", re.IGNORECASE)


def _meant(rule: ExtractRule, word: str) -> Verdict:
    return "yes" if word.casefold() in {each.casefold() for each in rule.yes} else "no"


def _paired(text: str, hits: list[re.Match[str]], meant: list[Verdict]) -> set[int]:
    """Those that are named in one breath with their opposite ("**same** or **different**")."""
    pairs = [
        number
        for number in range(len(hits) - 1)
        if meant[number] != meant[number + 1] and _JOINED.fullmatch(text, hits[number].end(), hits[number + 1].start())
    ]
    return {*pairs, *(number + 1 for number in pairs)}


def _is_denied(text: str, hit: re.Match[str]) -> bool:
    before = _NEGATED.search(text, max(0, hit.start() - _NEAR), hit.start())
    return before is not None or _WORSE.match(text, hit.end()) is not None
