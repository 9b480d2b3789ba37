"""What is there: what somebody or a place has, what is in each container, what is needed.

Owns what such a sentence says about the present, or about the time before all changes. Never changes a quantity: that is
`changes.py`.
"""

from __future__ import annotations

from prover.fragment.meaning import Number, Term, Variable
from prover.fragment.stories.phrases import (
    RELATIVE,
    count_of,
    first_word,
    item_left_out,
    item_named,
    item_of,
    one_subject,
    reference,
    relate,
    subject_of,
)
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import NOBODY, Holding, Item, Rate, Unclear, World, times, total_of


def have(world: World, node: Node) -> None:
    """`Tom has 5 apples`, `Amy and Betty have 20 apples together`, `Ann has 3 fewer than Tom now`."""
    owners = subject_of(world, node)
    for tail in node.all("tail_day"):
        raise Unclear("what somebody has is not read day by day", first_word(tail))
    amounts = list(node.one("amounts").parts)
    together = node.has("tail_total") or world.together
    if not together and (len(owners) > 1) != node.has("tail_each"):
        raise Unclear("does each of them have that, or do they have it together?", node.word("HAVE"))
    if together:
        _have_together(world, node, owners, amounts)
        return
    for owner in owners:
        state_amounts(world, owner, amounts, node)


def _have_together(world: World, node: Node, owners: tuple[str, ...], amounts: list[Node | Word]) -> None:
    for amount in amounts:
        if not isinstance(amount, Node) or amount.rule != "exactly" or len(owners) < 2:
            raise Unclear("only a number can be said of what several have together", node.word("HAVE"))
        item = item_named(world, amount) or item_left_out(world, owners, node.word("HAVE"))
        world.say(total_of([world.now(owner, item) for owner in owners]), count_of(amount))


def state_amounts(world: World, owner: str, amounts: list[Node | Word], node: Node) -> None:
    """What one owner (or nobody, or a place) has: one equation for each amount."""
    totals: dict[Item, list[Term]] = {}
    for amount in amounts:
        if not isinstance(amount, Node):
            continue
        if amount.rule == "dated":
            raise Unclear("what somebody has is not read day by day", first_word(amount))
        if amount.rule == "packed":
            packed(world, owner, amount, totals)
            continue
        item = item_named(world, amount) or item_left_out(world, (owner,), first_word(node))
        if item in totals:
            raise Unclear(f"the {item.name} are counted twice", first_word(amount))
        world.item = item
        state(world, owner, item, amount, node)
    for item, terms in totals.items():
        world.item = item
        _first_said(world, Holding(owner, item), first_word(node))
        world.say(world.now(owner, item), total_of(terms))


def packed(world: World, owner: str, amount: Node, totals: dict[Item, list[Term]]) -> None:
    """`3 boxes with 12 apples each`: the boxes, how many are in each, and the product as one term of the total."""
    outer, inner = (item_of(found) for found in amount.all("item")[:2])
    third = amount.all("item")[2:]
    if third and item_of(third[0]).noun != outer.noun:
        raise Unclear(f"{item_of(third[0]).name} or {outer.name}?", first_word(third[0]))
    near = first_word(amount)
    if world.has(owner, outer):
        raise Unclear(f"there are two kinds of {outer.name}", near)
    boxes = world.now(owner, outer)
    world.said.add(boxes)
    counts = [part for part in amount.parts if not (isinstance(part, Node) and part.rule in {"item"})]
    values = [count_of(part) if isinstance(part, Node) else Number(part.number) for part in counts if _is_count(part)]
    world.say(boxes, values[0])
    if any(rate.per == outer and rate.item == inner for rate in world.rates):
        raise Unclear(f"there are two kinds of {outer.name}", near)
    world.emptied[Holding(owner, outer)] = boxes
    rate = Rate(NOBODY, inner, outer, world.new(f"{inner.name}_per_{outer.noun}"), used=True)
    world.rates.append(rate)
    world.say(rate.value, values[1])
    totals.setdefault(inner, []).append(times(boxes, rate.value))


def _is_count(part: Node | Word) -> bool:
    return part.group == "NUM" if isinstance(part, Word) else part.rule in {"number", "single", "dozens", "dozen"}


def state(world: World, owner: str, item: Item, amount: Node, node: Node) -> None:
    """One amount that somebody has, now or at first."""
    holding = Holding(owner, item)
    near = first_word(amount) if list(amount.every_word()) else first_word(node)
    changed = len(world.past.get(holding, [])) > 1
    later = node.all("tail_left", "tail_now") or world.is_now
    if holding in world.gone:
        raise Unclear(f"the {item.name} were divided before", near)
    if node.has("tail_first"):
        value = world.past[holding][0] if holding in world.past else world.now(owner, item)
    elif changed and not later:
        raise Unclear(f"is this before or after the change of the {item.name}?", near)
    elif later and not changed and (holding in world.past or node.has("tail_left")):
        raise Unclear(f"nothing is said to have changed the {item.name}", near)
    else:
        value = world.now(owner, item)
    _say_amount(world, value, holding, amount, node)


def _say_amount(world: World, value: Variable, holding: Holding, amount: Node, node: Node) -> None:
    match amount.rule:
        case "exactly":
            if value in world.said:
                raise Unclear(f"how many {holding.item.name} is said twice", first_word(amount))
            world.said.add(value)
            world.say(value, count_of(amount))
        case "some":
            if holding in world.past and value in world.said:
                raise Unclear(f"how many {holding.item.name} is already said", first_word(node))
        case rule if rule in RELATIVE:
            other = reference(world, amount, world.now, holding.item)
            if other == value:
                raise Unclear("a number is compared with itself", first_word(amount))
            told_before = any(variables[-1] == other and len(variables) > 1 for variables in world.past.values())
            if told_before and any(word.text.lower() == "had" for word in node.words("HAVE")):
                raise Unclear("had when: before or after the change?", first_word(amount))
            relate(world, value, amount, other)
        case _:
            raise Unclear("this says what changes, and not what somebody has", first_word(amount))


def _first_said(world: World, holding: Holding, near: Word) -> None:
    if holding in world.past:
        raise Unclear(f"how many {holding.item.name} is said twice", near)


def there(world: World, node: Node) -> None:
    """`There are 5 birds on a tree`."""
    places = [*node.all("place"), *(tail.one("place") for tail in node.all("tail_place"))]
    if len(places) > 1:
        raise Unclear("two places", first_word(node))
    owner = place_of(places[0].one("item")) if places else NOBODY
    world.subject = ()
    state_amounts(world, owner, amounts_of_list(node), node)


def amounts_of_list(node: Node) -> list[Node | Word]:
    """The amounts of a fact, as `state_amounts` takes them."""
    return list(node.one("amounts").parts)


def each_has(world: World, node: Node) -> None:
    """`Each box contains 12 apples`, `Each of the 4 children gets 3 apples`."""
    amounts = node.find("amounts")
    said = amounts.parts if amounts is not None else node.parts
    known = node.find("known")
    per = item_of((known or node).one("item"))
    if known is not None:
        count_known(world, per, known.numbers()[0])
    per = container_like(world, per)
    for amount in [part for part in said if isinstance(part, Node) and part.rule not in {"item", "known"}]:
        near = first_word(amount)
        item = item_named(world, amount)
        if amount.rule != "exactly" or item is None:
            raise Unclear("only a number of things can be in each", near)
        if any(rate.item == item and rate.per == per for rate in world.rates):
            raise Unclear(f"how many {item.name} there are for each {per.noun} is said twice", near)
        world.say(world.rate(item, per).value, count_of(amount))


def container_like(world: World, per: Item) -> Item:
    """The item already counted that `each box` speaks of: 3 boxes of pencils are boxes."""
    kinds = {held.item for held in world.past if held.item.is_a(per)} | {rate.item for rate in world.rates if rate.item.is_a(per)}
    return kinds.pop() if len(kinds) == 1 else per


def count_known(world: World, item: Item, number: int) -> Variable:
    """How many there are of what a sentence counts on the way (`among 4 friends`): a new thing, or the same number again."""
    known = world.holdings(None, item)
    if known:
        value = world.now(known[0].owner, known[0].item)
        if len(known) > 1:
            value = world.new(item.name)
    else:
        value = world.now(NOBODY, item)
        world.said.add(value)
    world.say(value, Number(number))
    return value


def need(world: World, node: Node) -> None:
    """`He needs 20 apples`."""
    verb = node.word("NEED")
    owner = one_subject(world, node)
    amount = next(part for part in node.parts if isinstance(part, Node) and part.rule != "who")
    item = item_named(world, amount) or item_left_out(world, (owner,), verb)
    if amount.rule != "exactly":
        raise Unclear("only a number can be needed", verb)
    if (owner, item) in world.needs:
        raise Unclear("what is needed is said twice", verb)
    world.needs[owner, item] = world.named(f"{item.name}_needed_{owner}", count_of(amount))


def place_of(item: Node) -> str:
    """The owner's name under which a place holds things."""
    found = item_of(item)
    return "_".join((*found.before, found.noun))
