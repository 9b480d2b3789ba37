"""Stories are read into equations whose only solution is the answer worked out by hand; what is unclear is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.fragment.lean.writing import signature
from prover.fragment.meaning import Apply, Compare, Meaning, Negative, Number, Term, Value, Variable
from prover.fragment.stories.story import read_story
from prover.fragment.understanding import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Mapping


class Example(TypedDict):
    """One text of stories.jsonl or refused.jsonl."""

    text: str
    answer: NotRequired[int]
    says: NotRequired[str]


def examples(kind: str) -> list[Example]:
    lines = Path(__file__).with_name(f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    return [cast("Example", json.loads(line)) for line in lines]


def value(term: Term, known: Mapping[str, int]) -> int | None:
    """The value of a term; None where a variable has none yet."""
    match term:
        case Number(number):
            return number
        case Variable(name):
            return known.get(name)
        case Apply(operation, left, right):
            first, second = value(left, known), value(right, known)
            if first is None or second is None:
                return None
            return (
                {"+": first + second, "-": first - second, "*": first * second}[operation] if operation != "%" else first % second
            )
        case Negative() | Value():
            raise AssertionError("stories have no such terms")


def comparisons(meaning: Meaning) -> list[Compare]:
    return [formula for formula in meaning.hypotheses if isinstance(formula, Compare)]


def forced(meaning: Meaning, known: Mapping[str, int]) -> tuple[str, int] | None:
    """A variable that is the only unknown of a side that is it, or it and something added, while the other side is known."""
    for formula in comparisons(meaning):
        for side, other in ((formula.left, formula.right), (formula.right, formula.left)):
            total = value(other, known)
            if formula.relation != "=" or total is None:
                continue
            if isinstance(side, Apply) and side.operation == "+":
                for part, rest in ((side.left, side.right), (side.right, side.left)):
                    added = value(rest, known)
                    if isinstance(part, Variable) and part.name not in known and added is not None:
                        return part.name, total - added
            if isinstance(side, Variable) and side.name not in known:
                return side.name, total
    return None


def holds(meaning: Meaning, known: Mapping[str, int]) -> bool:
    for formula in comparisons(meaning):
        left, right = value(formula.left, known), value(formula.right, known)
        if left is not None and right is not None and not (left == right if formula.relation == "=" else left <= right):
            return False
    return True


def answers(meaning: Meaning, known: Mapping[str, int] | None = None) -> set[int]:
    """All values that what is asked can have; what no equation gives at once is tried out up to 100."""
    known = dict(known or {})
    low = -100 if any(each.sort == "ℤ" for each in meaning.declared) else 0
    while (step := forced(meaning, known)) is not None:
        known[step[0]] = step[1]
    if not holds(meaning, known) or any(number < min(low, 0) for number in known.values()):
        return set()
    unknown = [each.name for each in meaning.declared if each.name not in known]
    if unknown:
        return {found for number in range(low, 101) for found in answers(meaning, {**known, unknown[0]: number})}
    assert meaning.asked is not None
    result = value(meaning.asked, known)
    assert result is not None
    return {result}


@pytest.mark.parametrize("example", examples("stories"), ids=lambda example: example["text"][:60])
def test_a_story_has_the_answer_worked_out_by_hand(example: Example) -> None:
    meaning = read_story(example["text"])
    assert isinstance(meaning, Meaning), meaning
    assert answers(meaning) == {example.get("answer")}
    assert meaning.answer is None


@pytest.mark.parametrize("example", examples("stories"), ids=lambda example: example["text"][:60])
def test_the_answer_of_the_text_makes_a_statement(example: Example) -> None:
    meaning = read_story(f"{example['text']} Show that it is {example.get('answer')}.")
    assert isinstance(meaning, Meaning)
    assert meaning.answer == Number(example.get("answer", -1))
    assert signature(meaning, "story").startswith(("theorem story (", "theorem story : "))


@pytest.mark.parametrize("example", examples("refused"), ids=lambda example: example["text"][:60])
def test_what_is_unclear_is_refused_and_says_why(example: Example) -> None:
    refusal = read_story(example["text"])
    assert isinstance(refusal, NotUnderstood), refusal
    assert refusal.message == example.get("says")
    shown = example["text"][refusal.column - 1 :]
    assert shown.startswith((refusal.excerpt, "$")) or "…" in refusal.excerpt


def test_there_are_enough_examples() -> None:
    assert len(examples("stories")) >= 60
    assert len(examples("refused")) >= 40


AMY = """Together, Amy and Betty have $20$ apples. Amy has three times the number of apples that Betty has.
How many more apples than Betty does Amy have? Show that it is 10."""
RACHEL = """When Rachel divides her favorite number by 7, she gets a remainder of 5. What will the remainder be if she multiplies
her favorite number by 5 and then divides by 7? Show that it is 4."""
GIRLS = """When all the girls at Madeline's school line up in rows of eight, there are seven left over.

If instead they line up in rows of four, how many are left over? Show that it is 3."""


SEATS = """An audience of $450$ people is seated in an auditorium. Each row contains the same number of seats and each seat in the
auditorium is occupied. With three fewer seats per row, and five extra rows, the same audience could still be seated, occupying all
seats. How many rows does the auditorium have? Show that it is 25."""
KNOWN = {"amy": (AMY, 10), "rachel": (RACHEL, 4), "girls": (GIRLS, 3), "seats": (SEATS, 25)}


@pytest.mark.parametrize(("text", "answer"), KNOWN.values(), ids=KNOWN)
def test_known_problems_are_read_with_their_answer(text: str, answer: int) -> None:
    meaning = read_story(text)
    assert isinstance(meaning, Meaning), meaning
    assert meaning.answer == Number(answer)
    assert answers(meaning) == {answer}


def test_equations_stand_as_the_text_says_them() -> None:
    text = "Amy has three times as many apples as Betty. Betty has 5 apples. Amy eats half of her apples."
    meaning = read_story(f"{text} How many apples does Amy have left?")
    assert isinstance(meaning, Meaning)
    amy, betty, eaten, left = (Variable(name) for name in ("apples_amy", "apples_betty", "apples_eat", "apples_amy_left"))
    assert meaning.hypotheses == (
        Compare("=", amy, Apply("*", Number(3), betty)),
        Compare("=", betty, Number(5)),
        Compare("=", Apply("*", Number(2), eaten), amy),
        Compare("=", Apply("+", left, eaten), amy),
    )


@given(st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_what_is_left_follows_the_numbers(start: int, eaten: int) -> None:
    meaning = read_story(f"Tom has {start} apples. He eats {eaten}. How many apples does he have left?")
    assert isinstance(meaning, Meaning)
    # Who eats more than there is has no number of apples left, and not 0.
    assert answers(meaning) == ({start - eaten} if eaten <= start else set())


@given(st.integers(2, 19), st.integers(2, 19), st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_change_follows_the_numbers(count: int, price: int, paid: int) -> None:
    text = f"Ann buys {count} pens for ${price} each. She pays with ${paid}. How much change does she get?"
    meaning = read_story(text)
    assert isinstance(meaning, Meaning)
    change = paid - count * price
    assert answers(meaning) == ({change} if change >= 0 else set())


@given(st.integers(0, 100), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_shares_are_never_rounded(candies: int, friends: int) -> None:
    meaning = read_story(f"Ann shares {candies} candies equally among {friends} friends. How many candies does each friend get?")
    assert isinstance(meaning, Meaning)
    assert answers(meaning) == (set() if candies % friends else {candies // friends})


def sentences(text: str) -> list[str]:
    return text.replace("? ", "?\n").replace(". ", ".\n").splitlines()


TEXTS = [example["text"] for kind in ("stories", "refused") for example in examples(kind)]


@pytest.mark.slow
@given(st.data())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_sentences_and_words_in_disorder_are_read_or_refused_and_never_raise(data: st.DataObject) -> None:
    parts = sentences(data.draw(st.sampled_from(TEXTS)))
    match data.draw(st.sampled_from(["shuffle", "delete", "duplicate", "mix"])):
        case "shuffle":
            parts = data.draw(st.permutations(parts))
        case "delete":
            del parts[data.draw(st.integers(0, len(parts) - 1))]
        case "duplicate":
            parts.append(data.draw(st.sampled_from(parts)))
        case _:
            parts = [*parts[:-1], *sentences(data.draw(st.sampled_from(TEXTS)))]
    words = " ".join(parts).split() or ["."]
    place, other = (data.draw(st.integers(0, len(words) - 1)) for _ in range(2))
    match data.draw(st.sampled_from(["none", "swap", "delete", "duplicate"])):
        case "swap":
            words[place], words[other] = words[other], words[place]
        case "delete":
            del words[place]
        case "duplicate":
            words.insert(other, words[place])
        case _:
            pass
    assert isinstance(read_story(" ".join(words)), Meaning | NotUnderstood)


STRAY = ["sadly", "never", "about", "almost", "zorbs", "not", "or", "green", "yesterday"]


@given(st.sampled_from(STRAY), st.integers(0, 17))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_word_more_never_changes_the_answer_silently(word: str, place: int) -> None:
    sentence = [
        "Tom",
        "has",
        "5",
        "apples",
        ".",
        "He",
        "eats",
        "3",
        "apples",
        ".",
        "How",
        "many",
        "apples",
        "does",
        "Tom",
        "have",
        "now",
        "?",
    ]
    meaning = read_story(" ".join([*sentence[:place], word, *sentence[place:]]))
    assert isinstance(meaning, NotUnderstood) or answers(meaning) == {2}
