"""The questions of stories about money: prices, what was spent and earned, what is left, the change.

Owns which purchases and sales a question adds up. What somebody bought without a price is `Unclear`, and so is a total of nobody.
"""

from __future__ import annotations

from collections.abc import Callable

from prover.fragment.meaning import Number, Term
from prover.fragment.stories import words
from prover.fragment.stories.phrases import count_of, item_of, only_one
from prover.fragment.stories.questions import amount_of, deeds_of, differ, in_time, owners_of
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.trade import done_for, settle
from prover.fragment.stories.world import Item, Unclear, World, add, times, total_of


def _trades(world: World, owner: str, verbs: frozenset[str], near: Word) -> Term:
    settle(world)
    found = [trade.cost for trade in world.trades if trade.owner == owner and trade.verb in verbs]
    if not found or any(waiting[0] == owner for waiting in world.unpriced):
        raise Unclear("what that costs is not stated", near)
    return total_of(found)


def ask_cost(world: World, node: Node) -> Term:
    """Answers `How much does each pen cost?`, `How much do 4 pens cost?`, `What is the total cost?`."""
    near = node.words()[0]
    settle(world)
    if node.has("mixed_things"):
        sold = node.one("mixed_things").all("sold")
        return total_of([times(count_of(each), _price(world, item_of(each.one("item")), near)) for each in sold])
    if node.has("one_thing") or node.has("several_things"):
        sold = node.one("one_thing", "several_things")
        price = _price(world, item_of(sold.one("item")), near)
        numbers = sold.numbers()
        return times(Number(numbers[0]), price) if numbers else price
    buyers = {trade.owner for trade in world.trades}
    if len(buyers) != 1 or len({trade.verb for trade in world.trades}) != 1:
        raise Unclear("the cost of what?", near)
    return _trades(world, buyers.pop(), frozenset({"buy", "order", "sell", "spend"}), near)


def _price(world: World, item: Item, near: Word) -> Term:
    prices = [rate for rate in world.rates if rate.item.noun in words.CURRENCIES and rate.per == item]
    if len(prices) != 1:
        raise Unclear(f"what one {item.noun} costs is not stated", near)
    return prices[0].value


def ask_dearer(world: World, node: Node) -> Term:
    """Answers `How much more does a book cost than a pen?`."""
    more, less = (_price(world, item_of(item), node.word("AUX")) for item in node.all("item"))
    return differ(world, more, less)


def ask_money(world: World, node: Node) -> Term:
    """Answers `How much money does he have left?`."""
    near = node.word("AUX") if node.words("AUX") else node.word("HAVE")
    owners = owners_of(world, node, near)
    if any(waiting[0] in owners for waiting in world.unpriced):
        raise Unclear("what that costs is not stated", near)
    return total_of([amount_of(world, node, owner, world.currency(near), near) for owner in owners])


def ask_spent(world: World, node: Node) -> Term:
    """Answers `How much does she spend in total?`."""
    verb = node.word("PAY", "SPEND")
    return total_of([_trades(world, owner, frozenset({"buy", "order", "spend"}), verb) for owner in owners_of(world, node, verb)])


def ask_earned(world: World, node: Node) -> Term:
    """Answers `How much does he earn in 3 weeks?`, `How much money does she get?`."""
    verb = node.word("GAIN", "GET", "DO")
    owner = only_one(owners_of(world, node, verb), verb)
    during = node.find("during")
    if any(trade.owner == owner and trade.verb == "sell" for trade in world.trades) and during is None:
        return _trades(world, owner, frozenset({"sell"}), verb)
    money = world.currency(verb)
    if during is not None:
        return in_time(world, owner, money, during, verb)
    pays = [rate for rate in world.rates if rate.owner == owner and rate.item == money and not rate.used]
    time = [deed for deed in world.deeds if (deed.owner, deed.verb) == (owner, "work") and pays and deed.item == pays[0].per]
    if len(pays) == 1 and time:
        if any(deed.owner == owner and deed.item == money for deed in world.deeds):
            raise Unclear("does the other money count as well?", verb)
        return done_for(world, owner, verb, money, pays[0].per, pays[0].per, total_of([deed.amount for deed in time]))
    return total_of(deeds_of(world, owner, verb, money, ""))


def ask_change(world: World, node: Node) -> Term:
    """Answers `How much change does he get?`."""
    near = node.word("AUX") if node.words("AUX") else node.word("GAIN", "GET")
    owner = only_one(owners_of(world, node, near), near)
    if owner not in world.paid:
        raise Unclear("how much was paid is not stated", near)
    change = world.new("change")
    world.say(add(change, _trades(world, owner, frozenset({"buy", "order", "spend"}), near)), world.paid[owner])
    return change


MONEY_QUESTIONS: dict[str, Callable[[World, Node], Term]] = {
    "ask_cost": ask_cost,
    "ask_dearer": ask_dearer,
    "ask_money": ask_money,
    "ask_spent": ask_spent,
    "ask_earned": ask_earned,
    "ask_change": ask_change,
}
