"""Buying, selling, spending and prices; and what is done at a rate (20 pages a day, 60 kilometers per hour).

Owns what a purchase does: the things come, the money goes if it was counted, and what they cost is number times price.
"""

from __future__ import annotations

from prover.fragment.meaning import Number, Term, Variable
from prover.fragment.stories import words
from prover.fragment.stories.changes import amounts_of, change, deed_of, gain_packed, record, refuse_total
from prover.fragment.stories.having import container_like
from prover.fragment.stories.phrases import (
    RELATIVE,
    check_whose,
    count_of,
    factor_of,
    first_word,
    held_by,
    item_named,
    item_of,
    multiple,
    one_subject,
    only_one,
    part_of,
    reference,
    relate,
    subject_of,
)
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import Holding, Item, Rate, Trade, Unclear, World, add, times


def money_of(node: Node) -> tuple[Item, Term]:
    """The unit and the number of an amount of money. Raises Unclear for what is no money."""
    item = item_of(node.one("item"))
    if item.noun not in words.CURRENCIES or item.before or item.content:
        raise Unclear(f"{item.name} are not known as money", first_word(node.one("item")))
    return item, Number(node.numbers()[0])


# --- Buying and selling ---


def buy(world: World, node: Node) -> None:
    """`Tom buys 4 pens for $3 each and 2 books for $5 each`."""
    _trade(world, node, node.word("BUY"), buys=True)


def sell(world: World, node: Node) -> None:
    """`Ann sells 5 cakes for $4 each`."""
    _trade(world, node, node.word("SELL"), buys=False)


def _trade(world: World, node: Node, verb: Word, *, buys: bool) -> None:
    owner = one_subject(world, node)
    if len({purchase.find("price_each", "price_total") is None for purchase in node.all("purchase")}) > 1:
        raise Unclear("is the price that of all of them?", verb)
    day = world.day
    for purchase in node.all("purchase"):
        if day and purchase.words("DAYNAME"):
            raise Unclear("on which day?", purchase.word("DAYNAME"))
        world.day = next((word.base for word in purchase.words("DAYNAME")), day)
        amount = next(part for part in purchase.parts if isinstance(part, Node) and not part.rule.startswith("price"))
        price = purchase.find("price_each", "price_total")
        if price is not None and price.rule == "price_each" and amount.all("dozen", "dozens"):
            raise Unclear("the price of one, or of a dozen?", verb)
        if price is not None and price.rule == "price_each" and amount.rule == "packed" and not price.has("item"):
            raise Unclear("the price of each of what?", verb)
        if amount.rule == "packed" and buys:
            gain_packed(world, owner, amount, verb)
            if price is not None:
                outer = item_of(amount.all("item")[0])
                _paid_for(world, owner, outer, world.now(owner, outer), price, verb, buys=True)
            continue
        if amount.rule not in {"exactly", "extra", "some", "rest_of", "part_of"}:
            raise Unclear("this amount is not read in a purchase", verb)
        item, number = change(world, (owner,), amount, verb)
        number = _moved_goods(world, owner, item, number, verb, buys=buys, is_more=amount.rule == "extra")
        _paid_for(world, owner, item, number, price, verb, buys=buys)


def _paid_for(world: World, owner: str, item: Item, number: Term, price: Node | None, verb: Word, *, buys: bool) -> None:
    cost = _cost(world, item, number, price, owner, verb)
    if cost is None:
        return
    money, value = cost
    world.spent_in.add(money)
    if any(trade.verb == "spend" and trade.owner == owner and trade.item in {item, money} for trade in world.trades) and buys:
        raise Unclear("is this paid with the money of which the text spoke before?", verb)
    world.trades.append(Trade(owner, verb.base, item, value))
    if world.has(owner, money):
        if buys:
            world.loses(owner, money, value)
        else:
            world.gains(owner, money, value)


def _moved_goods(world: World, owner: str, item: Item, number: Term, verb: Word, *, buys: bool, is_more: bool) -> Term:
    """The goods come or go; the number is the variable of the goods where they had none before."""
    record(world, owner, verb, item, number)
    if not buys:
        if world.holdings((owner,), item):
            held = held_by(world, (owner,), item, verb)
            world.loses(owner, held.item, number)
            return number
        return world.named(f"{item.name}_{verb.base}", number) if isinstance(number, Number) else number
    if world.common(item) and owner in world.people:
        raise Unclear(f"do these {item.name} come from those of which the text spoke before?", verb)
    if world.has(owner, item) or is_more:
        world.gains(owner, item, number)
        return number
    value = world.now(owner, item)
    world.said.add(value)
    world.say(value, number)
    return value


def _cost(world: World, item: Item, number: Term, price: Node | None, owner: str, verb: Word) -> tuple[Item, Variable] | None:
    """The unit of money and what the goods cost together; None while no unit of money is known."""
    name = "_".join(("cost" if verb.base != "sell" else "pay", item.name))
    if price is not None:
        money, said = money_of(price.one("money"))
        if price.rule == "price_total":
            return money, world.named(name, said)
        per = price.find("item")
        if per is not None and not item.is_a(item_of(per)):
            raise Unclear("the price is of something else", first_word(per))
        rate = world.rate(money, item) if verb.base != "sell" else Rate(owner, money, item, world.new(f"sale_price_{item.noun}"))
        if rate.value in world.said:
            raise Unclear(f"what a {item.noun} costs is said twice", verb)
        world.said.add(rate.value)
        world.say(rate.value, said)
        rate.used = True
        return money, world.named(name, times(number, rate.value))
    known = [rate for rate in world.rates if rate.item.noun in words.CURRENCIES and item.is_a(rate.per)]
    if {trade.verb == "sell" for trade in world.trades if trade.item == item} - {verb.base == "sell"}:
        raise Unclear("are they bought and sold at one price?", verb)
    own = [held.item for held in world.past if held.owner == owner and held.item.noun in words.CURRENCIES]
    if not known and not own:
        world.unpriced.append((owner, verb, item, number))
        return None
    money = known[0].item if known else own[0]
    rate = known[0] if known else world.rate(money, item)
    return money, world.named(name, times(number, rate.value))


def settle(world: World) -> None:
    """What was bought before a price was known, now that one is."""
    waiting, world.unpriced = world.unpriced, []
    for owner, verb, item, number in waiting:
        cost = _cost(world, item, number, None, owner, verb)
        if cost is not None:
            world.trades.append(Trade(owner, verb.base, item, cost[1]))


def spend(world: World, node: Node) -> None:
    """`She spends $7 on a book`, `He spends half of his money`."""
    verb = node.word("SPEND")
    owner = one_subject(world, node)
    for spending in node.all("spending"):
        money, number = money_of(spending.one("money"))
        _spent(world, owner, money, number, item_of(spending.one("item")) if spending.has("item") else money, verb)
    if not node.has("spending"):
        money = world.currency(verb)
        whole = node.one("whole")
        check_whose((owner,), whole, verb)
        named = item_of(whole.one("item")) if whole.has("item") else None
        if named is not None and named.noun not in {"money", money.noun}:
            raise Unclear(f"{named.name} are not known as money", verb)
        if Holding(owner, money) in world.divided or world.changed_in.get(Holding(owner, money)) == world.sentence:
            raise Unclear("a part of all the money that there was, or of what is left?", verb)
        world.divided.add(Holding(owner, money))
        _spent(world, owner, money, part_of(world, node, world.now(owner, money), f"{money.name}_spent"), money, verb)


def _spent(world: World, owner: str, money: Item, number: Term, goods: Item, verb: Word) -> None:
    bought = {trade.item for trade in world.trades if trade.owner == owner and trade.verb in {"buy", "order"}}
    if goods in bought or (goods == money and bought):
        raise Unclear("is this money besides what was paid before?", verb)
    world.spent_in.add(money)
    if world.has(owner, money):
        world.loses(owner, money, number)
    world.trades.append(Trade(owner, "spend", goods, number))


def pay(world: World, node: Node) -> None:
    """`He pays with $20`, `with a 20 dollar bill`."""
    owner = one_subject(world, node)
    said = node.find("money")
    if said is not None:
        money, number = money_of(said)
    else:
        item = item_of(node.one("item"))
        if len(item.before) != 1 or item.before[0] not in words.CURRENCIES or item.noun not in {"bill", "note", "coin"}:
            raise Unclear(f"{item.name} are not known as money", first_word(node.one("item")))
        money, number = Item(item.before[0]), Number(node.numbers()[0])
    if owner in world.paid:
        raise Unclear("it is paid twice", node.word("PAY"))
    world.spent_in.add(money)
    world.paid[owner] = world.named(f"{money.name}_paid", number)


def cost(world: World, node: Node) -> None:
    """`Each pen costs $3`, `A book costs $2 more than a pen`, `5 pens cost $15`."""
    near = first_word(node)
    item = container_like(world, item_of(node.one("item")))
    if node.rule == "cost_of_several":
        money, number = money_of(node.one("money"))
        total = world.named(f"cost_{item.name}", number)
        world.say(times(Number(node.numbers()[0]), world.rate(money, item).value), total)
        return
    said = node.one("price_is", "price_more", "price_less", "price_times")
    if said.rule == "price_times":
        money = world.currency(near) if _has_currency(world) else Item("dollar")
        other = world.rate(money, container_like(world, item_of(said.one("item")))).value
        above, below = factor_of(said, near)
        world.say(multiple(below, world.rate(money, item).value), multiple(above, other))
        return
    money, number = money_of(said.one("money"))
    value = world.rate(money, item).value
    if value in world.said:
        raise Unclear(f"what a {item.noun} costs is said twice", near)
    if said.rule == "price_is":
        world.said.add(value)
        world.say(value, number)
        return
    other = world.rate(money, container_like(world, item_of(said.one("item")))).value
    if said.rule == "price_more":
        world.say(value, add(other, number))
    else:
        world.say(add(value, number), other)


def _has_currency(world: World) -> bool:
    return any(rate.item.noun in words.CURRENCIES for rate in world.rates) or any(
        held.item.noun in words.CURRENCIES for held in world.past
    )


# --- Rates of doing, and what is done ---


def rate(world: World, node: Node) -> None:
    """`Tom reads 20 pages each day`, `She drives at 60 km per hour for 3 hours`."""
    verb = node.word("DO", "MOVE", "GAIN", "GET", "LOSE", "SPEND")
    owner = one_subject(world, node)
    amount = next(part for part in node.parts if isinstance(part, Node) and part.rule in {"exactly", *RELATIVE})
    per = item_of(node.one("every").one("item"))
    item = item_named(world, amount)
    if item is None:
        raise Unclear("of what?", verb)
    if world.holdings(None, item):
        raise Unclear(f"the {item.name} change steadily: how many there are, and when, is not read together", verb)
    if amount.rule != "exactly":
        other = reference(world, amount, lambda who, kind: world.rate_of(who, kind, per).value, item)
        relate(world, world.rate_of(owner, item, per).value, amount, other)
        return
    found = world.rate_of(owner, item, per)
    found.verb = verb.base
    if found.value in world.said:
        raise Unclear("the rate is said twice", verb)
    world.said.add(found.value)
    world.say(found.value, count_of(amount))
    during = node.find("during")
    if during is not None:
        unit = item_of(during.one("item"))
        count = count_of(during)
        done_for(world, owner, verb, item, per, unit, world.named(unit.name, count) if unit == per else count)


def done_for(world: World, owner: str, verb: Word, item: Item, per: Item, unit: Item, time: Term) -> Variable:
    """What is done at a rate in a time: number of periods times rate."""
    found = world.rate_of(owner, item, per)
    found.used = True
    busy = _time_spent(world, owner, found, unit, verb)
    total = world.new(f"{item.name}_{owner}")
    if busy is not None:
        busy.used = True
        world.say(total, times(times(periods(world, busy.per, unit, time, verb), busy.value), found.value))
    else:
        world.say(total, times(periods(world, per, unit, time, verb), found.value))
    record(world, owner, verb, item, total)
    return total


_LONG = frozenset({"day", "week", "month", "year"})


def _time_spent(world: World, owner: str, rate: Rate, unit: Item, verb: Word) -> Rate | None:
    """How much of each day (or week) somebody does that, if it is said: `works 8 hours a day`; None if a time is a time.

    Raises Unclear where it is needed and not said (nobody reads 24 hours a day), or may be meant and does not fit.
    """
    own = [other for other in world.rates if other.is_deed and other.owner == owner and other.item == rate.per]
    if not own:
        if rate.per.noun not in _LONG and unit.noun in _LONG and (owner in world.people or rate.item.noun in words.CURRENCIES):
            raise Unclear(f"how many {rate.per.name} of a {unit.noun} is not stated", verb)
        return None
    verbs = {rate.verb, "work"} if rate.item.noun in words.CURRENCIES else {rate.verb}
    if len(own) != 1 or own[0].verb not in verbs:
        raise Unclear("in how much time?", verb)
    if own[0].verb == "work" and unit != own[0].per:
        raise Unclear(f"on how many {own[0].per.name} of a {unit.noun}?", verb)
    if unit == rate.per:
        raise Unclear(f"all {unit.name}, or those on which that is done?", verb)
    return own[0]


def periods(world: World, per: Item, unit: Item, time: Term, near: Word) -> Term:
    """How many `per` (days) there are in a time counted in `unit` (weeks)."""
    if per == unit:
        return time
    if (per.noun, unit.noun) in words.CONVERSIONS:
        return times(time, Number(words.CONVERSIONS[per.noun, unit.noun]))
    if (unit.noun, per.noun) in words.CONVERSIONS:
        factor = words.CONVERSIONS[unit.noun, per.noun]
        if isinstance(time, Number) and time.value % factor:
            raise Unclear(f"that is no whole number of {per.name}", near)
        whole = world.new(per.name)
        world.say(times(Number(factor), whole), time)
        return whole
    raise Unclear(f"how many {per.name} are there in a {unit.noun}?", near)


def work(world: World, node: Node) -> None:
    """`Tom reads 12 pages`, `Ann works 3 hours`: something done that changes no number of things."""
    verb = node.word("DO", "MOVE")
    owners = subject_of(world, node)
    refuse_total(node, verb)
    if node.has("item"):
        owner = only_one(owners, verb)
        unit = item_of(node.one("item"))
        record(world, owner, verb, unit, world.named(f"{unit.name}_{owner}", count_of(node)))
        return
    if (len(owners) > 1) != node.has("tail_each"):
        raise Unclear("does each of them do this, or do they do it together?", verb)
    for owner in owners:
        for amount in amounts_of(world, node):
            _done(world, owner, amount, verb)


def _done(world: World, owner: str, amount: Node, verb: Word) -> None:
    item = item_named(world, amount) or (world.deeds[-1].item if world.deeds else None)
    if item is None:
        raise Unclear("of what?", verb)
    if world.holdings(None, item):
        raise Unclear(f"does this change how many {item.name} there are?", verb)
    value = world.new(f"{item.name}_{verb.base}_{owner}")
    if amount.rule in RELATIVE:
        relate(world, value, amount, reference(world, amount, lambda who, kind: deed_of(world, who, verb, kind), item))
    elif amount.rule in {"exactly", "extra"}:
        world.say(value, count_of(amount))
    else:
        raise Unclear("this amount is not read here", verb)
    record(world, owner, verb, item, value)
