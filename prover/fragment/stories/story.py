"""Simple arithmetic stories, read sentence by sentence into a `Meaning`.

Owns the order of the reading: words, then the grammar, then what each sentence says about the world, then whether what is asked is
determined. Promises that every word was read by a rule and that every number of the text stands in the meaning. What the text
counts is a variable (`apples_tom = 5`), every sentence an equation as the text says it; what only changes a quantity stands in
the equation of the change (`apples_tom_left + 2 = apples_tom`). Never subtracts over ℕ, never rounds, and never picks one of two
readings that mean different things.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from prover.fragment.meaning import Formula, Meaning, Number, Term
from prover.fragment.stories.changes import come, gain, give, give_each, give_several, go, lose, put, take
from prover.fragment.stories.determined import numbers_of, undetermined, variables_of
from prover.fragment.stories.having import each_has, have, need, there
from prover.fragment.stories.kinds import (
    age,
    age_sum,
    ask_age,
    ask_age_sum,
    ask_average,
    ask_line_up,
    ask_measure,
    audience,
    equal_rows,
    line_up,
    rearranged,
    rectangle,
)
from prover.fragment.stories.money_questions import MONEY_QUESTIONS
from prover.fragment.stories.questions import QUESTIONS
from prover.fragment.stories.reading import MAX_READINGS, Node, Stopped, keywords, readings_of
from prover.fragment.stories.riddles import ask_number, ask_remainder, ask_the_number, divides, riddle
from prover.fragment.stories.sharing import kind, share
from prover.fragment.stories.tokens import Unreadable, Word, sentences_of
from prover.fragment.stories.trade import buy, cost, pay, rate, sell, settle, spend, work
from prover.fragment.stories.world import Unclear, World
from prover.fragment.understanding import NotUnderstood

_RIDDLES = ("thinks", "steps", "sum_of_two", "difference_of_two", "one_number_is", "consecutive_sum")
_FACTS: dict[str, Callable[[World, Node], None]] = {
    "have": have,
    "gain": gain,
    "lose": lose,
    "give": give,
    "give_several": give_several,
    "give_each": give_each,
    "put": put,
    "take": take,
    "come": come,
    "go": go,
    "there": there,
    "each_has": each_has,
    "need": need,
    "buy": buy,
    "sell": sell,
    "spend": spend,
    "pay": pay,
    "cost_of_one": cost,
    "cost_of_several": cost,
    "rate": rate,
    "work": work,
    "share": share,
    "kind": kind,
    "age": age,
    "age_sum": age_sum,
    "both_sides": rectangle,
    "one_side": rectangle,
    "measure_is": rectangle,
    "square_is": rectangle,
    "line_up": line_up,
    "divides": divides,
    "audience": audience,
    "equal_rows": equal_rows,
    "rearranged": rearranged,
    **dict.fromkeys(_RIDDLES, riddle),
}
_ASKED: dict[str, Callable[[World, Node], Term]] = {
    **QUESTIONS,
    **MONEY_QUESTIONS,
    "ask_age": ask_age,
    "ask_age_sum": ask_age_sum,
    "ask_measure": ask_measure,
    "ask_average": ask_average,
    "ask_line_up": ask_line_up,
    "ask_number": ask_number,
    "ask_the_number": ask_the_number,
    "ask_remainder": ask_remainder,
}


def read_story(text: str) -> Meaning | NotUnderstood:
    """The meaning of an arithmetic story that ends in a question, with or without its answer; or what was not understood."""
    sentences = sentences_of(text, keywords())
    if isinstance(sentences, Unreadable):
        return NotUnderstood(f"“{sentences.text}” cannot be read in a story", sentences.text, sentences.start + 1)
    if not sentences:
        return NotUnderstood("the text is empty", "", 1)
    choices: list[list[Node]] = []
    for sentence in sentences:
        readings = readings_of(sentence)
        if isinstance(readings, Stopped):
            return _stopped(readings)
        if len(readings) > MAX_READINGS:
            return _refused("this sentence can be read in too many ways", sentence[0])
        choices.append(readings)
    return _one_meaning(choices, sentences)


def _one_meaning(choices: list[list[Node]], sentences: list[list[Word]]) -> Meaning | NotUnderstood:
    """The meaning of all readings of the whole text, if they have only one."""
    found: list[Meaning] = []
    refused: list[NotUnderstood] = []
    for count, readings in enumerate(product(*choices)):
        if count >= MAX_READINGS:
            return _refused("the text can be read in too many ways", sentences[0][0])
        result = _meaning(list(readings), sentences)
        if isinstance(result, NotUnderstood):
            refused.append(result)
        elif result not in found:
            found.append(result)
    if len(found) == 1:
        return found[0]
    if not found:
        return max(refused, key=lambda each: each.column)
    different = next((sentence for sentence, readings in zip(sentences, choices, strict=True) if len(readings) > 1), sentences[0])
    said = " or ".join(_said(meaning) for meaning in found[:2])
    return _refused(f"this can be read in two ways: {said}", different[0])


def _said(meaning: Meaning) -> str:
    from prover.fragment.lean.writing import formula_text
    from prover.fragment.sorts import scope_of

    return "“" + ", ".join(formula_text(given, scope_of(meaning)) for given in meaning.hypotheses) + "”"


def _meaning(readings: list[Node], sentences: list[list[Word]]) -> Meaning | NotUnderstood:
    world = World(sort="ℤ" if any(fact.rule in _RIDDLES for node in readings for fact in _facts_in(node)) else "ℕ")
    asked: Term | None = None
    answer: Term | None = None
    near = sentences[0][0]
    try:
        for node, sentence in zip(readings, sentences, strict=True):
            near = sentence[0]
            if answer is not None or (asked is not None and node.rule != "answer"):
                raise Unclear("nothing may stand after the question but its answer", near)
            if node.rule == "answer":
                answer = _answer(node, asked, near)
            elif node.rule == "query":
                asked = _asked(world, node.one("query"))
                world.check_whole(near)
            else:
                _tell(world, node.one("story"))
    except Unclear as unclear:
        return _refused(unclear.message, unclear.word)
    if asked is None:
        return _refused("nothing is asked", near)
    return _checked(world, asked, answer, sentences)


def _facts_in(node: Node) -> list[Node]:
    inner = [part for part in node.parts if isinstance(part, Node)]
    return [*inner, *(fact for part in inner if part.rule in {"story", "query", "condition"} for fact in _facts_in(part))]


def _tell(world: World, node: Node) -> None:
    """The facts of one sentence, in their order."""
    day = ""
    world.sentence += 1
    for part in node.parts:
        if not isinstance(part, Node):
            continue
        if part.rule in _FACTS:
            world.day = next((tail.word("DAYNAME").base for tail in part.all("tail_day")), day)
            _FACTS[part.rule](world, part)
            world.together = world.is_now = False
            settle(world)
        elif part.rule == "lead_day":
            day = part.word("DAYNAME").base
        elif part.rule == "lead_now":
            world.is_now = True
        elif part.rule == "lead_together":
            world.together = True


def _asked(world: World, node: Node) -> Term:
    condition = node.find("condition")
    if condition is not None:
        _tell(world, condition)
    question = next(part for part in node.parts if isinstance(part, Node) and part.rule in _ASKED)
    return _ASKED[question.rule](world, question)


def _answer(node: Node, asked: Term | None, near: Word) -> Term:
    if asked is None:
        raise Unclear("this answers a question that was not asked", near)
    value = node.one("answer_value")
    numbers = value.numbers() or [number for part in value.all("number") for number in part.numbers()]
    if len(numbers) != 1:
        raise Unclear("the answer is no number", near)
    return Number(numbers[0])


def _checked(world: World, asked: Term, answer: Term | None, sentences: list[list[Word]]) -> Meaning | NotUnderstood:
    hypotheses = _without_loose_gifts(world, asked)
    used = frozenset(name for given in hypotheses for name in variables_of(given)) | variables_of(asked)
    declared = tuple(each for each in world.declared if each.name in used)
    meaning = Meaning(declared, tuple(hypotheses), asked, answer)
    open_names = undetermined(meaning)
    question = sentences[-1 if answer is None else -2][0]
    if variables_of(asked) & open_names:
        return _refused("the text does not say enough to know what it asks", question)
    if open_names:
        # Most often a word that was taken for a thing; a story that tells of things without numbers is not read either.
        return _refused(f"how many {min(open_names).replace('_', ' ')} is not stated", question)
    known = numbers_of(asked).union(*(numbers_of(given) for given in hypotheses))
    if isinstance(answer, Number):
        known |= {answer.value}
    for word in (word for sentence in sentences for word in sentence if word.group == "NUM"):
        # `one number`, `two numbers` and `three consecutive numbers` are grammar; everything else must be found again.
        grammatical = {1, 2 if world.pair else 1, len(world.run)}
        if word.number not in known | grammatical:
            return _refused(f"the number {word.text} is not used", word)
    return meaning


def _without_loose_gifts(world: World, asked: Term) -> list[Formula]:
    """All hypotheses but those that only say that somebody of whom nothing else is said has more, or fewer, than before."""
    loose: list[Formula] = []
    for holding, gifts in world.gifts.items():
        own = {variable.name for variable in world.past[holding]}
        others = [variables_of(given) for given in world.hypotheses if given not in gifts]
        if not any(own & names for names in (variables_of(asked), *others)):
            loose.extend(gifts)
    return [given for given in world.hypotheses if given not in loose]


def _stopped(stopped: Stopped) -> NotUnderstood:
    word = stopped.word
    if stopped.at_end:
        return _refused("the sentence stops too early", word)
    if word.group == "NOUN":
        return _refused(f"“{word.text}” is not understood here: no verb that is known, and no thing can stand here", word)
    return _refused(f"“{word.text}” is not understood here", word)


def _refused(message: str, word: Word) -> NotUnderstood:
    return NotUnderstood(message, word.text, word.start + 1)
