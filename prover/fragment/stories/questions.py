"""The questions of stories: which term is asked for.

Owns what a question's words pick out of the world. A question whose quantity was never spoken of, or that fits two, is `Unclear`.
A difference that is asked for becomes a new variable (`amy = betty + difference`), as nothing here is ever subtracted.
"""

from __future__ import annotations

from collections.abc import Callable

from prover.fragment.meaning import Apply, Term, Variable
from prover.fragment.stories import words
from prover.fragment.stories.having import place_of
from prover.fragment.stories.phrases import count_of, first_word, item_left_out, item_of, only_one, who_of
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.trade import done_for
from prover.fragment.stories.world import NOBODY, Holding, Item, Unclear, World, add, times, total_of


def things_of(world: World, node: Node, owners: tuple[str, ...], near: Word) -> list[Item]:
    """The items of which a question speaks; the last one spoken of if it leaves them out."""
    things = node.find("things")
    items = [item_of(found) for found in (things.all("item") if things is not None else node.all("item"))]
    return items or [item_left_out(world, owners, near)]


def owners_of(world: World, node: Node, near: Word) -> tuple[str, ...]:
    """The people of whom a question speaks."""
    return who_of(world, node.one("who"), near)


# --- What there is ---


def ask_have(world: World, node: Node) -> Term:
    """Answers `How many apples does Tom have left?`."""
    near = node.word("AUX") if node.words("AUX") else first_word(node)
    owners = owners_of(world, node, near)
    if node.has("tail_day") or node.has("tail_place"):
        raise Unclear("what somebody has is not read day by day, or place by place", near)
    if len(owners) > 1 and node.has("tail_each"):
        raise Unclear("each of them has a number of their own", near)
    return total_of(
        [amount_of(world, node, owner, item, near) for item in things_of(world, node, owners, near) for owner in owners]
    )


def amount_of(world: World, node: Node, owner: str, item: Item, near: Word) -> Term:
    """What one owner has: of one kind, or of several kinds of it together."""
    unused = [rate for rate in world.rates if rate.item.is_a(item) and rate.owner == NOBODY and not rate.used]
    world.derive((owner,), item)
    found = world.holdings((owner,), item)
    if not found:
        raise Unclear(f"how many {item.name} {owner} has is not stated", near)
    refuse_contents(world, (owner,), item, near)
    if any(not rate.used for rate in unused) and item.noun not in words.CURRENCIES:
        raise Unclear(f"are the {item.name} that are counted by containers meant as well?", near)
    if len(found) > 1 and any(held.item == item for held in found):
        raise Unclear(f"which {item.name}?", near)
    return total_of([at_time(world, node, held, near) for held in found])


def refuse_contents(world: World, owners: tuple[str, ...] | None, item: Item, near: Word) -> None:
    """Raises Unclear where boxes of pens were told of, and not how many pens they hold, and pens are asked for."""
    for held in world.past:
        is_there = owners is None or held.owner in owners
        if is_there and item.noun in held.item.content and not any(rate.per == held.item and rate.used for rate in world.rates):
            raise Unclear(f"are the {item.name} in the {held.item.name} meant as well?", near)


def at_time(world: World, node: Node, held: Holding, near: Word) -> Variable:
    """How many there were at the time of which a question speaks."""
    values = world.past[held]
    world.refuse_steady(held.item, near)
    if held in world.gone:
        raise Unclear(f"the {held.item.name} were divided before", near)
    if values[-1] in world.said and any(kind.whole == held for kind in world.kinds):
        raise Unclear(f"how many {held.item.name} there are is stated: do their kinds change it?", near)
    if node.has("tail_left") and len(values) < 2:
        raise Unclear(f"nothing is said to have been taken from the {held.item.name}", near)
    if node.has("tail_first"):
        if len(values) < 2:
            raise Unclear(f"nothing is said to have changed the {held.item.name}", near)
        return values[0]
    now = node.has("tail_left") or node.has("tail_now")
    if near.base == "did" and len(values) > 1 and not now and not node.has("tail_total"):
        raise Unclear(f"the {held.item.name} before or after they changed?", near)
    return values[-1]


def ask_there(world: World, node: Node) -> Term:
    """Answers `How many birds are left?`, `How many apples are in the basket now?`."""
    near = node.word("BE") if node.words("BE") else first_word(node)
    places = [*node.all("place"), *(tail.one("place") for tail in node.all("tail_place"))]
    if len(places) > 1 or node.has("tail_day") or node.has("tail_each"):
        raise Unclear("where, and when?", near)
    named = item_of(places[0].one("item")) if places else None
    owners = ("_".join((*named.before, named.noun)),) if named is not None else None
    items = things_of(world, node, owners or (), near) if node.has("things") or not _only_changed(world) else _only_changed(world)
    return total_of([_there(world, node, owners, item, near) for item in items])


def _only_changed(world: World) -> list[Item]:
    """The one kind of thing of which something was taken or to which something was added."""
    changed = {held.item for held, values in world.past.items() if len(values) > 1 and held.item.noun not in words.CURRENCIES}
    return list(changed) if len(changed) == 1 else []


def _there(world: World, node: Node, owners: tuple[str, ...] | None, item: Item, near: Word) -> Term:
    kinds = [
        kind
        for kind in world.kinds
        if kind.label == item or Item(kind.whole.item.noun, (*kind.label.before, kind.label.noun)) == item
    ]
    if kinds and owners is None and not world.holdings(None, item):
        return kinds[0].value
    if owners is not None and not world.holdings(owners, item) and world.holdings((NOBODY,), item):
        raise Unclear(f"how many {item.name} are there is not stated", near)
    world.derive(owners, item)
    found = world.holdings(owners, item)
    if not found:
        raise Unclear(f"how many {item.name} there are is not stated", near)
    refuse_contents(world, owners, item, near)
    if (
        any(rate.item.is_a(item) and rate.owner == NOBODY and not rate.used for rate in world.rates)
        and item.noun not in words.CURRENCIES
    ):
        raise Unclear(f"are the {item.name} that are counted by containers meant as well?", near)
    if len({held.owner for held in found}) > 1 and not node.has("tail_total"):
        raise Unclear(f"whose {item.name}?", near)
    kinds_of = {held.item for held in found}
    if len(kinds_of) > 1 and item in kinds_of:
        raise Unclear(f"which {item.name}?", near)
    return total_of([at_time(world, node, held, near) for held in found])


def ask_remain(world: World, node: Node) -> Term:
    """Answers `How many cookies remain?`."""
    things = node.find("things")
    near = first_word(node) if things is not None else Word("remain", "remain", "remain", 0)
    items = [item_of(found) for found in things.all("item")] if things is not None else _only_changed(world)
    if len(items) != 1:
        raise Unclear("of what?", near)
    found = [held for held in world.holdings(None, items[0]) if len(world.past[held]) > 1]
    if len(found) != 1:
        raise Unclear(f"which {items[0].name}?", near)
    return world.past[found[0]][-1]


def ask_kind(world: World, node: Node) -> Term:
    """Answers `How many of them are red?`, `How many students are girls?`."""
    label = item_of(node.all("item")[-1])
    found = [kind for kind in world.kinds if kind.label == label]
    if len(found) != 1:
        raise Unclear(f"how many are {label.noun} is not stated", node.word("BE"))
    return found[0].value


def differ(world: World, more: Term, less: Term) -> Term:
    """A new variable for how much more the first is."""
    difference = world.new("difference")
    world.say(more, add(less, difference))
    return difference


def _compared(world: World, node: Node, first: int) -> tuple[Term, Term]:
    near = node.word("AUX")
    people = [only_one(who_of(world, who, near), near) for who in node.all("who")]
    item = item_of(node.one("item"))
    values = [amount_of(world, node, owner, item, near) for owner in people]
    return values[first], values[1 - first]


def ask_more(world: World, node: Node) -> Term:
    """Answers `How many more apples does Amy have than Betty?`."""
    return differ(world, *_compared(world, node, 0))


def ask_more_turned(world: World, node: Node) -> Term:
    """Answers `How many more apples than Betty does Amy have?`."""
    return differ(world, *_compared(world, node, 1))


def ask_fewer(world: World, node: Node) -> Term:
    """Answers `How many fewer apples does Betty have than Amy?`."""
    return differ(world, *_compared(world, node, 1))


def ask_more_of(world: World, node: Node) -> Term:
    """Answers `How many more red marbles than blue marbles does Tom have?`."""
    near = node.word("AUX")
    owner = only_one(owners_of(world, node, near), near)
    more, less = (amount_of(world, node, owner, item_of(item), near) for item in node.all("item"))
    return differ(world, more, less)


def ask_more_there(world: World, node: Node) -> Term:
    """Answers `How many more ducks than geese are there?`."""
    near = node.word("BE")
    place = node.find("place")
    owners = None if place is None else (place_of(place.one("item")),)
    more, less = (_there(world, node, owners, item_of(item), near) for item in node.all("item"))
    return differ(world, more, less)


def ask_lacks(world: World, node: Node) -> Term:
    """Answers `How many more apples does Tom need?`."""
    near = node.word("AUX")
    owner = only_one(owners_of(world, node, near), near)
    item = item_of(node.one("item"))
    if (owner, item) not in world.needs:
        raise Unclear(f"how many {item.name} {owner} needs is not stated", near)
    return differ(world, world.needs[owner, item], amount_of(world, node, owner, item, near))


# --- What was done ---


def ask_done(world: World, node: Node) -> Term:
    """Answers `How many pages did Tom read?`, `How many pages does he read in 5 days?`."""
    done = node.one("done").words()[0]
    owners = owners_of(world, node, done)
    item = item_of(node.one("item")) if node.has("item") else item_left_out(world, owners, done)
    during = node.find("during")
    if during is not None:
        return total_of([in_time(world, owner, item, during, done) for owner in owners])
    day = next((tail.word("DAYNAME").base for tail in node.all("tail_day")), "")
    if node.all("tail_first", "tail_left", "tail_now", "tail_place", "tail_each"):
        raise Unclear("when, or which of them?", done)
    return total_of([term for owner in owners for term in deeds_of(world, owner, done, item, day)])


def deeds_of(world: World, owner: str, verb: Word, item: Item, day: str) -> list[Term]:
    """The amounts of what somebody did, on a day if one is named. Raises Unclear if that was not told."""
    if any(rate.owner == owner and rate.item.is_a(item) and not rate.used for rate in world.rates):
        raise Unclear("in which time?", verb)
    found = [deed for deed in world.deeds if (deed.owner, deed.verb) == (owner, verb.base) and deed.item.is_a(item)]
    if day:
        found = [deed for deed in found if deed.day == day]
    if not found:
        raise Unclear(f"how many {item.name} that were is not stated", verb)
    kinds = {deed.item for deed in found}
    if len(kinds) > 1 and item in kinds:
        raise Unclear(f"are some of the {item.name} told of twice?", verb)
    return [deed.amount for deed in found]


def in_time(world: World, owner: str, item: Item, during: Node, verb: Word) -> Term:
    """What somebody does in a time, at the one rate that was told."""
    found = [rate for rate in world.rates if rate.owner == owner and rate.item == item]
    if len(found) != 1 or found[0].used:
        raise Unclear(f"how many {item.name} in which time is not stated, or is stated twice", verb)
    if any(deed.owner == owner and deed.item in {item, found[0].per} for deed in world.deeds):
        raise Unclear("does what was done besides count as well?", verb)
    unit = item_of(during.one("item"))
    return done_for(world, owner, verb, item, found[0].per, unit, count_of(during))


def ask_far(world: World, node: Node) -> Term:
    """Answers `How far does she drive?`."""
    verb = node.word("MOVE")
    owner = only_one(owners_of(world, node, verb), verb)
    units = {deed.item for deed in world.deeds if (deed.owner, deed.verb) == (owner, verb.base)}
    units |= {rate.item for rate in world.rates if rate.owner == owner}
    units = {unit for unit in units if unit.noun in {"kilometer", "mile", "meter", "foot", "centimeter"}}
    if len(units) != 1:
        raise Unclear("how far is not stated, or in two units", verb)
    during = node.find("during")
    unit = units.pop()
    if during is not None:
        return in_time(world, owner, unit, during, verb)
    return total_of(deeds_of(world, owner, verb, unit, ""))


def ask_time(world: World, node: Node) -> Term:
    """Answers `How many days does it take Tom to read 100 pages?`."""
    verb = node.one("done").words()[0]
    unit = item_of(node.one("item"))
    doers = tuple(dict.fromkeys(rate.owner for rate in world.rates if rate.is_deed))
    owner = only_one(owners_of(world, node, verb), verb) if node.has("who") else only_one(doers or ("", ""), verb)
    amount = next(part for part in node.parts if isinstance(part, Node) and part.rule not in {"item", "who", "done"})
    found = [rate for rate in world.rates if rate.owner == owner and rate.per == unit]
    if amount.rule != "exactly" or not amount.has("item") or len(found) != 1 or found[0].item != item_of(amount.one("item")):
        raise Unclear("how much that is in which time is not stated", verb)
    time = world.new(unit.name)
    world.say(times(time, found[0].value), count_of(amount))
    return time


# --- Shares ---


def ask_each(world: World, node: Node) -> Term:
    """Answers `How many candies does each friend get?`, `How many apples are in each box?`."""
    per = item_of(node.all("item")[-1])
    near = node.words()[0]
    asked = item_of(node.all("item")[0]) if len(node.all("item")) > 1 else None
    shared = world.shared
    if shared is not None and shared.per.is_a(per) and (asked is None or shared.item.is_a(asked)):
        each = world.new(f"{shared.item.name}_per_{per.noun}")
        world.say(times(shared.parts, each), shared.whole)
        return each
    found = [rate for rate in world.rates if rate.per.is_a(per) and (asked is None or rate.item.is_a(asked))]
    if len(found) != 1:
        raise Unclear(f"how many there are for each {per.noun} is not stated", near)
    return found[0].value


def ask_left_over(world: World, node: Node) -> Term:
    """`How many candies are left over?`: the remainder of the equal shares."""
    near = node.word("BE")
    shared = world.shared
    if shared is None or (node.has("item") and not shared.item.is_a(item_of(node.one("item")))):
        raise Unclear("left over of what?", near)
    return Apply("%", shared.whole, shared.parts)


QUESTIONS: dict[str, Callable[[World, Node], Term]] = {
    "ask_have": ask_have,
    "ask_there": ask_there,
    "ask_remain": ask_remain,
    "ask_kind": ask_kind,
    "ask_more": ask_more,
    "ask_more_turned": ask_more_turned,
    "ask_fewer": ask_fewer,
    "ask_more_of": ask_more_of,
    "ask_more_there": ask_more_there,
    "ask_lacks": ask_lacks,
    "ask_done": ask_done,
    "ask_far": ask_far,
    "ask_time": ask_time,
    "ask_each": ask_each,
    "ask_left_over": ask_left_over,
}
