"""What the fragment makes of a text: its meaning, or the words that were not understood and where they stand.

Owns the order of the two grammars (mathematical sentences, then stories) and which of two refusals is shown. Never guesses: a text
with two meanings is not understood, and says both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from prover.fragment.meaning import Meaning

MAX_CHARACTERS = 2000

# Signs, variables and words that no story has. "$5" is money, and "a" and "I" are words.
_MATHEMATICS = re.compile(
    r"[\\^=<>≤≥≡∣²³*+]|(?<![A-Za-z'’])[b-hj-z](?![A-Za-z'’])"
    r"|\b(?:integers?|divisible|modulo|congruent|digits?|squared?|squares|mod|gcd|lcm|multiple|divisor|factor)\b"
    r"|\b(?:twice|times)\b(?! as)"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """The meaning of a whole text. `notes` are sentences for people: what a convention decided that the text does not say."""

    meaning: Meaning
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Which words were not understood.

    `message` is a sentence for people; `excerpt` is the user's own words; `column` counts characters of the text from 1, newlines
    included, to where the excerpt starts.
    """

    message: str
    excerpt: str
    column: int


def understand(text: str) -> Understood | NotUnderstood:
    """The meaning of a problem in words, by the mathematical grammar or as an arithmetic story.

    When neither understands it, the refusal of the one that the text looks to be for, or of the one that got further. Texts of more
    than 2000 characters are not read.
    """
    from prover.fragment.english.mathematics import read_mathematics
    from prover.fragment.stories.story import read_story

    if not text.strip():
        return NotUnderstood("the text is empty", "", 1)
    if len(text) > MAX_CHARACTERS:
        excerpt = text[MAX_CHARACTERS : MAX_CHARACTERS + 30]
        return NotUnderstood(f"the text has {len(text)} characters; at most {MAX_CHARACTERS} are read", excerpt, MAX_CHARACTERS + 1)
    mathematics = read_mathematics(text)
    if isinstance(mathematics, Understood):
        return mathematics
    story = read_story(text)
    if isinstance(story, Meaning):
        return Understood(story)
    is_mathematics = _MATHEMATICS.search(text) is not None
    return mathematics if is_mathematics or story.column <= mathematics.column else story
