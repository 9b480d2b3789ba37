"""Equal shares of a whole, and its kinds (`12 of them are girls, the rest are boys`).

Owns that a share is exact (friends * share = all), and that kinds make a whole only where the text says so.
"""

from __future__ import annotations

from prover.fragment.meaning import Number
from prover.fragment.stories import words
from prover.fragment.stories.having import count_known
from prover.fragment.stories.phrases import (
    check_whose,
    count_of,
    factor_of,
    first_word,
    held_by,
    item_left_out,
    item_named,
    item_of,
    multiple,
    only_one,
    subject_of,
)
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import NOBODY, Holding, Kind, Shared, Unclear, World, total_of


def share(world: World, node: Node) -> None:
    """`Ann shares 24 candies equally among 4 friends`: 4 shares are all of them, exactly."""
    verb = node.word("SHARE")
    owners = () if node.words("BE") else subject_of(world, node)
    what = next(part for part in node.one("amount_or_whole").parts if isinstance(part, Node))
    known = node.one("known")
    per = item_of(known.one("item"))
    if what.rule == "exactly":
        item = item_named(world, what) or item_left_out(world, owners, verb)
        if world.holdings(None, item):
            raise Unclear(f"are these the {item.name} of which the text spoke before?", verb)
        whole = world.now(only_one(owners, verb) if owners else NOBODY, item)
        world.said.add(whole)
        world.say(whole, count_of(what))
    elif what.rule in {"whole", "rest_of"}:
        check_whose(owners, what, verb)
        named = item_named(world, what) if what.rule == "whole" else None
        item = named or item_left_out(world, owners, verb)
        holding = held_by(world, owners, item, verb)
        if holding not in world.past or (what.rule == "rest_of" and len(world.past[holding]) < 2):
            raise Unclear(f"how many {item.name} there are is not stated", verb)
        item, whole = holding.item, world.now(holding.owner, holding.item)
    else:
        raise Unclear("only all of something can be shared", verb)
    friends = count_known(world, per, known.numbers()[0])
    world.gone |= {held for held in world.past if world.past[held][-1] == whole}
    world.shared = Shared(item, per, whole, friends)


def kind(world: World, node: Node) -> None:
    """`12 of them are girls`, `the rest are boys`: kinds of what was counted; `the rest` makes their sum the whole."""
    near = node.word("BE")
    number = node.find("of_number")
    whole = _whole_of_kinds(world, number or node, near)
    label = item_of(node.one("item"))
    if label.noun in words.HAPPENED or (label.noun.endswith("ed") and label.noun != "red"):
        raise Unclear(f"is {label.noun} a kind, or what happened to them?", near)
    several = first_word(node.one("item")).text.lower() != label.noun
    name = label.name if several else f"{'_'.join((*label.before, label.noun))}_{whole.item.name}"
    before = [known for known in world.kinds if known.whole == whole]
    if any(known.label == label for known in before):
        raise Unclear(f"how many are {label.noun} is said twice", near)
    value = world.new(name)
    world.kinds.append(Kind(whole, label, value, world.sentence))
    if number is not None:
        world.say(value, Number(number.numbers()[0]))
    elif node.all("half", "one_part", "parts", "percent"):
        if any(known.sentence != world.sentence for known in before) and not node.one("whole", "whole_of").has("item"):
            raise Unclear("a part of all of them, or of those of whom the text spoke last?", near)
        above, below = factor_of(node, near)
        world.say(multiple(below, value), multiple(above, world.now(whole.owner, whole.item)))
    elif len(before) > 1 and any(known.sentence != world.sentence for known in before):
        # Of 12 children 5 may be girls and 3 tall, and some of them both.
        raise Unclear("the rest of what: is anything counted twice?", near)
    elif before:
        world.say(total_of([*(known.value for known in before), value]), world.now(whole.owner, whole.item))
    else:
        raise Unclear("the rest of what?", near)


def _whole_of_kinds(world: World, node: Node, near: Word) -> Holding:
    whole = node.find("whole") or (node if node.rule == "of_number" else None)
    item = item_of(whole.one("item")) if whole is not None and whole.has("item") else None
    choices = world.holdings(None, item) if item is not None else list(world.past)
    if len(choices) != 1:
        raise Unclear("of what?", near)
    return choices[0]
