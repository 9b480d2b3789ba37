"""What changes a quantity: getting, losing, giving, putting, taking, coming and going.

Owns the effect of each such sentence on the world, and the record of who did how much, which later sentences compare with.
"""

from __future__ import annotations

from collections.abc import Iterator

from prover.fragment.meaning import Number, Term, Variable
from prover.fragment.stories.having import packed, place_of
from prover.fragment.stories.phrases import (
    RELATIVE,
    check_whose,
    count_of,
    first_word,
    held_by,
    item_left_out,
    item_named,
    item_of,
    one_subject,
    only_one,
    part_of,
    reference,
    relate,
    subject_of,
    who_of,
)
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import Deed, Holding, Item, Unclear, World, times, total_of

_UNKNOWN_BEFORE = frozenset({"extra", "extra_dozen"})


def change(world: World, owners: tuple[str, ...], amount: Node, verb: Word) -> tuple[Item, Term]:
    """The item and the number of a change; an unknown number (`some`) is a new variable."""
    word = first_word(amount) if list(amount.every_word()) else verb
    if amount.rule in {"rest_of", "part_of", "part_of_rest", "exactly_of"} or (amount.rule == "some" and amount.has("whole")):
        return _change_of_whole(world, owners, amount, verb)
    if amount.rule == "extra_dozen":
        return item_of(amount.one("item")), Number(12)
    item = item_named(world, amount) or item_left_out(world, owners, word)
    world.item = item
    match amount.rule:
        case "exactly" | "extra":
            return item, count_of(amount)
        case "some":
            return item, world.new(f"{item.name}_{verb.base}")
        case rule if rule in RELATIVE:
            return item, _deed_compared(world, owners, item, amount, verb)
        case _:
            raise Unclear("this amount is not read here", word)


def _deed_compared(world: World, owners: tuple[str, ...], item: Item, amount: Node, verb: Word) -> Variable:
    owner = only_one(owners, verb)
    value = world.new(f"{item.name}_{verb.base}_{owner}")
    relate(world, value, amount, reference(world, amount, lambda other, kind: deed_of(world, other, verb, kind), item))
    return value


def deed_of(world: World, owner: str, verb: Word, item: Item) -> Term:
    """How much somebody did: of the one deed that was told of, or a new unknown."""
    mark = (owner, verb.base, item)
    told = [deed.amount for deed in world.deeds if (deed.owner, deed.verb, deed.item) == mark]
    if len(told) > 1:
        raise Unclear(f"{owner} does that more than once", verb)
    world.compared.add(mark)
    if told:
        return told[0]
    if mark not in world.marks:
        world.marks[mark] = world.new(f"{item.name}_{verb.base}_{owner}")
    return world.marks[mark]


def record(world: World, owner: str, verb: Word, item: Item, amount: Term) -> None:
    """One more deed. If others were compared with it before it was told, its amount is the one that they spoke of."""
    mark = (owner, verb.base, item)
    if mark in world.compared and any((deed.owner, deed.verb, deed.item) == mark for deed in world.deeds):
        raise Unclear(f"{owner} does that more than once", verb)
    known = world.marks.get(mark)
    if known is not None and known != amount:
        world.say(known, amount)
    world.deeds.append(Deed(owner, verb.base, item, amount, world.day))


def _change_of_whole(world: World, owners: tuple[str, ...], amount: Node, verb: Word) -> tuple[Item, Term]:
    whole = amount.find("whole")
    check_whose(owners, whole if whole is not None else amount, verb)
    named = item_named(world, whole if whole is not None else amount)
    item = named or item_left_out(world, owners, verb)
    holding = held_by(world, owners, item, verb)
    if holding not in world.past:
        raise Unclear(f"how many {item.name} there are is not stated", verb)
    if holding.owner not in owners and whole is not None and whole.find("whose_his", "whose_her", "whose_their"):
        raise Unclear(f"whose {holding.item.name}?", verb)
    _check_base(world, holding, amount, verb)
    value = world.now(holding.owner, holding.item)
    match amount.rule:
        case "rest_of":
            return holding.item, value
        case "exactly_of":
            return holding.item, Number(amount.numbers()[0])
        case "some":
            return holding.item, world.new(f"{holding.item.name}_{verb.base}")
        case _:
            of_number = amount.find("whole_of")
            if of_number is not None:
                raise Unclear("half of a number that was not counted before", verb)
            return holding.item, part_of(world, amount, value, f"{holding.item.name}_{verb.base}")


def _check_base(world: World, holding: Holding, amount: Node, verb: Word) -> None:
    """Raises Unclear where `half of them` may be half of what was there before a change, and for a rest of all."""
    changed = len(world.past[holding]) > 1
    is_rest = amount.has("remaining") or (amount.rule in {"rest_of", "part_of_rest"} and not amount.has("whole"))
    if is_rest and not changed:
        raise Unclear("the rest of what?", verb)
    if amount.rule == "part_of" and not amount.has("remaining"):
        if holding in world.divided or world.changed_in.get(holding) == world.sentence:
            raise Unclear(f"a part of all the {holding.item.name} that there were, or of those that are left?", verb)
        world.divided.add(holding)


def amounts_of(world: World, node: Node) -> Iterator[Node]:
    """The amounts of a fact, one after the other; each is on the day that it names."""
    for part in node.one("amounts").parts:
        if isinstance(part, Node) and part.rule == "dated":
            if world.day:
                raise Unclear("on which day?", part.word("DAYNAME"))
            world.day = part.word("DAYNAME").base
            yield next(inner for inner in part.parts if isinstance(inner, Node))
            world.day = ""
        elif isinstance(part, Node):
            yield part


def gain(world: World, node: Node) -> None:
    """`Tom finds 3 shells`, `Ann gets 3 more apples from Tom`."""
    verb = node.word("GAIN", "GET")
    owners = subject_of(world, node)
    refuse_total(node, verb)
    from_whom = node.find("giver")
    giver = only_one(who_of(world, from_whom.one("who"), verb), verb) if from_whom is not None else None
    for owner in _each_of(owners, node, verb):
        for amount in amounts_of(world, node):
            if amount.rule == "packed":
                gain_packed(world, owner, amount, verb)
                continue
            item, number = change(world, (owner,), amount, verb)
            _gained(
                world,
                owner,
                item,
                number,
                verb,
                is_more=amount.rule in _UNKNOWN_BEFORE or giver is not None or amount.rule == "some",
            )
            if giver is not None:
                _given(world, giver, item, number, verb)


def refuse_total(node: Node, verb: Word) -> None:
    """Raises Unclear for `He ate 5 apples in total`: these may be the ones of which the text told before."""
    if node.has("tail_total"):
        raise Unclear("are these told of for the first time?", verb)


def _each_of(owners: tuple[str, ...], node: Node, verb: Word) -> tuple[str, ...]:
    if (len(owners) > 1) != node.has("tail_each"):
        raise Unclear("does each of them do this, or do they do it together?", verb)
    return owners


def gain_packed(world: World, owner: str, amount: Node, verb: Word) -> None:
    """Gets `6 packs of 8 cards`: the packs, and the cards in them."""
    totals: dict[Item, list[Term]] = {}
    packed(world, owner, amount, totals)
    for item, terms in totals.items():
        world.item = item
        number = world.named(f"{item.name}_{verb.base}", total_of(terms)) if world.has(owner, item) else total_of(terms)
        _gained(world, owner, item, number, verb, is_more=False)


def _gained(world: World, owner: str, item: Item, number: Term, verb: Word, *, is_more: bool) -> None:
    record(world, owner, verb, item, number)
    if world.common(item) and owner in world.people:
        raise Unclear(f"do these {item.name} come from those of which the text spoke before?", verb)
    if is_more or world.has(owner, item):
        world.gains(owner, item, number)
    else:
        # Who finds 5 shells in a story in which no shells were before has these 5.
        value = world.now(owner, item)
        world.said.add(value)
        world.say(value, number)


def _lost(world: World, owners: tuple[str, ...], item: Item, number: Term, verb: Word) -> Holding:
    holding = held_by(world, owners, item, verb)
    world.loses(holding.owner, holding.item, number)
    return holding


def lose(world: World, node: Node) -> None:
    """`He eats 2`, `She gives away half of her marbles`."""
    verb = node.word("LOSE", "DONATE", "THROW", "GIVE")
    owners = subject_of(world, node)
    refuse_total(node, verb)
    for owner in _each_of(owners, node, verb):
        for amount in amounts_of(world, node):
            item, number = change(world, (owner,), amount, verb)
            is_loose = not world.holdings(None, item) or Holding(owner, item) in world.gifts
            held = _lost(world, (owner,), item, number, verb)
            if is_loose:
                world.gifts.setdefault(held, []).append(world.hypotheses[-1])
            record(world, owner, verb, item, number)


def give(world: World, node: Node) -> None:
    """`Tom gives 3 apples to Ann`, `Tom gives each of them` is not read."""
    verb = node.word("GIVE")
    giver = one_subject(world, node)
    receiver = only_one(who_of(world, node.one("receiver").one("who"), verb), verb)
    if giver == receiver:
        raise Unclear("somebody gives to themselves", verb)
    for amount in amounts_of(world, node):
        item, number = change(world, (giver,), amount, verb)
        item = _given(world, giver, item, number, verb)
        record(world, giver, verb, item, number)
        world.gift(receiver, item, number, gives=False)


def _given(world: World, giver: str, item: Item, number: Term, verb: Word) -> Item:
    """The giver has so many fewer: of what they have, of what lies there for all, or of an unknown number."""
    world.derive((giver,), item)
    common = any(held.owner not in world.people for held in world.holdings(None, item))
    if common or (world.holdings((giver,), item) and Holding(giver, item) not in world.gifts):
        return _lost(world, (giver,), item, number, verb).item
    world.gift(giver, item, number, gives=True)
    return item


def give_several(world: World, node: Node) -> None:
    """`Tom gives 3 apples to Ann and 2 apples to Bob`."""
    verb = node.word("GIVE")
    giver = one_subject(world, node)
    for gift in node.all("gift"):
        receiver = only_one(who_of(world, gift.one("receiver").one("who"), verb), verb)
        if giver == receiver:
            raise Unclear("somebody gives to themselves", verb)
        item, number = change(world, (giver,), next(part for part in gift.parts if isinstance(part, Node)), verb)
        item = _given(world, giver, item, number, verb)
        record(world, giver, verb, item, number)
        world.gift(receiver, item, number, gives=False)


def give_each(world: World, node: Node) -> None:
    """`Tom gives 2 apples to each of his 3 friends`: 3 * 2 apples go."""
    verb = node.word("GIVE")
    giver = one_subject(world, node)
    known = node.one("known")
    friends = item_of(known.one("item"))
    amount = next(part for part in node.parts if isinstance(part, Node) and part.rule not in {"known", "who"})
    if amount.rule != "exactly" or world.holdings(None, friends):
        raise Unclear("how many are given in all?", verb)
    item, number = change(world, (giver,), amount, verb)
    total = times(Number(known.numbers()[0]), number)
    item = _given(world, giver, item, total, verb)
    record(world, giver, verb, item, total)


def put(world: World, node: Node) -> None:
    """`Tom puts 3 apples in the basket`: more there, and fewer with him if he had some."""
    verb = node.word("PUT")
    owner = one_subject(world, node)
    place = place_of(node.one("item"))
    for amount in amounts_of(world, node):
        item, number = change(world, (owner,), amount, verb)
        if world.has(owner, item):
            world.loses(owner, item, number)
        world.gains(place, item, number)


def take(world: World, node: Node) -> None:
    """`Tom takes 3 apples out of the basket`."""
    verb = node.word("TAKE")
    owner = one_subject(world, node)
    place = place_of(node.one("item"))
    for amount in amounts_of(world, node):
        item, number = change(world, (place,), amount, verb)
        world.loses(place, item, number)
        if world.has(owner, item):
            world.gains(owner, item, number)


def come(world: World, node: Node) -> None:
    """`3 more birds come`."""
    _move(world, node, comes=True)


def go(world: World, node: Node) -> None:
    """`2 of them fly away`."""
    _move(world, node, comes=False)


def _move(world: World, node: Node, *, comes: bool) -> None:
    amount = next(part for part in node.parts if isinstance(part, Node))
    near = first_word(amount)
    place = node.find("place")
    owners = (place_of(place.one("item")),) if place is not None else ()
    named = item_named(world, amount) if amount.find("item") is not None else None
    item = named or _left_out_there(world, owners, near)
    choices = world.holdings(owners or None, item)
    if len(choices) != 1:
        raise Unclear(f"how many {item.name} there were before is not stated, or there are several kinds", near)
    holding = choices[0]
    if node.has("leaves") and (len(world.past[holding]) > 1 or holding.owner in world.people):
        raise Unclear("did they leave, or are they what is left?", near)
    number = _moved(world, holding, amount, near)
    if comes:
        world.gains(holding.owner, holding.item, number)
    else:
        world.loses(holding.owner, holding.item, number)


def _left_out_there(world: World, owners: tuple[str, ...], near: Word) -> Item:
    """The one kind of thing that is there and belongs to nobody, or else the one kind that there is."""
    kinds = {held.item for held in world.common_holdings() if not owners or held.owner in owners}
    return kinds.pop() if len(kinds) == 1 else item_left_out(world, owners, near)


def _moved(world: World, holding: Holding, amount: Node, near: Word) -> Term:
    match amount.rule:
        case "exactly" | "extra" | "exactly_of":
            return count_of(amount)
        case "some":
            return world.new(f"{holding.item.name}_moved")
        case "part_of":
            _check_base(world, holding, amount, near)
            return part_of(world, amount, world.now(holding.owner, holding.item), f"{holding.item.name}_moved")
        case _:
            raise Unclear("this amount is not read here", near)
