"""The phrases of stories: who is meant, which item, how many.

Owns what pronouns stand for: the only one whom they fit, or nobody, and then the text is unclear. Owns how `3 more than`, `twice as
many as`, `half of` become equations without division and without subtraction.
"""

from __future__ import annotations

from collections.abc import Callable

from prover.fragment.meaning import Number, Term, Variable
from prover.fragment.stories import words
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import NOBODY, Holding, Item, Unclear, World, add, times

# Somebody's measure of an item: what they have, what they read, ...
Measure = Callable[[str, Item], Term]

RELATIVE = frozenset({"more_than", "fewer_than", "times_as", "more_than_times", "fewer_than_times", "same_as"})


def first_word(node: Node) -> Word:
    """The first word that a node read, or one of its sentence if all its words are the grammar's."""
    return node.near


# --- Who ---


def who_of(world: World, node: Node, near: Word) -> tuple[str, ...]:
    """The people whom a `who` means; they become the subject that later clauses leave out."""
    found: list[str] = []
    for part in node.all("named", "he", "her", "they", "it", "i", "relation", "relation_of", "person"):
        for name in _one(world, part, near):
            if name in found:
                raise Unclear(f"{name} stands twice in one group", near)
            found.append(name)
    if len(found) > 1:
        world.last_group = tuple(found)
    return tuple(found)


def subject_of(world: World, node: Node) -> tuple[str, ...]:
    """The people of whom a fact speaks: those it names, or else those of the clause before."""
    near = first_word(node)
    who = node.find("who")
    if who is not None:
        world.subject = who_of(world, who, near)
    if not world.subject:
        raise Unclear("who does this?", near)
    return world.subject


def one_subject(world: World, node: Node) -> str:
    """The one person of whom a fact speaks."""
    return only_one(subject_of(world, node), first_word(node))


def only_one(owners: tuple[str, ...], near: Word) -> str:
    """The one person of a group of one."""
    if len(owners) != 1:
        raise Unclear(f"does each of {' and '.join(owners)} do this, or do they do it together?", near)
    return owners[0]


def _one(world: World, part: Node, near: Word) -> tuple[str, ...]:
    match part.rule:
        case "named":
            return (_known(world, part.word("NAME").base),)
        case "i":
            return (_known(world, "me"),)
        case "he":
            return (_him(world, part.word("HE")),)
        case "her":
            return (_him(world, Word("her", "HE", "her", near.start)),)
        case "they":
            return _them(world, near)
        case "person":
            return (_person(world, part, near),)
        case "relation":
            return (_relation(world, part, near),)
        case "relation_of":
            return (_relative(world, _known(world, part.word("NAME").base), part, near),)
        case _:
            if len(world.things) != 1 or world.subject != tuple(world.things):
                raise Unclear("what is “it”?", near)
            return world.subject


def _person(world: World, part: Node, near: Word) -> str:
    """The name under which `the baker`, `a pet shop` is known; what is no person can be `it` later."""
    nouns = [each.words()[0].base for each in part.all("noun")]
    name = "_".join(nouns)
    known = {*world.people, *world.things, *(held.owner for held in world.past)}
    if any(other != name and (other.endswith(f"_{name}") or name.endswith(f"_{other}")) for other in known if other):
        raise Unclear(f"which {nouns[-1]}?", near)
    if nouns[-1] in words.PEOPLE:
        return _known(world, name)
    if name not in world.things:
        world.things.append(name)
    return name


def _known(world: World, name: str) -> str:
    if name not in world.people:
        world.people.append(name)
    return name


def _him(world: World, pronoun: Word) -> str:
    text = pronoun.text.lower()
    # Who gives something to him gives it to somebody else.
    others = world.subject if text in {"him", "her"} else ()
    fitting = [name for name in world.people if name not in {"me", *others} and words.fits(name, text)]
    if len(fitting) != 1:
        choice = f": {' or '.join(fitting)}" if fitting else ""
        raise Unclear(f"who is “{pronoun.text}”{choice}?", pronoun)
    return fitting[0]


def _them(world: World, near: Word) -> tuple[str, ...]:
    everybody = tuple(world.people)
    if len(everybody) < 2 or (world.last_group and set(world.last_group) != set(everybody)):
        raise Unclear("who is “they”?", near)
    return everybody


def _relation(world: World, part: Node, near: Word) -> str:
    noun = part.one("noun").words()[0].base
    his = part.words("HIS")
    fitting = [name for name in world.people if name != noun and words.fits(name, "his" if his else "her")]
    if len(fitting) != 1:
        raise Unclear(f"whose {noun}?", near)
    if world.owners_of.setdefault(noun, fitting[0]) != fitting[0]:
        raise Unclear(f"there is more than one {noun}", near)
    return _known(world, noun) if noun in words.PEOPLE else noun


def _relative(world: World, owner: str, part: Node, near: Word) -> str:
    """The one whom `Tom's sister` means: one sister in the whole story."""
    noun = part.one("noun").words()[0]
    if noun.base not in words.PEOPLE or noun.text.lower() != noun.base:
        raise Unclear(f"{owner}'s {noun.text} is no one person", near)
    if world.owners_of.setdefault(noun.base, owner) != owner or (noun.base in world.people and noun.base not in world.owners_of):
        raise Unclear(f"there is more than one {noun.base}", near)
    return _known(world, noun.base)


# --- What ---


def item_of(node: Node) -> Item:
    """The kind of thing that an `item` names."""
    nouns = [part.words()[0].base for part in node.all("noun")]
    content = node.find("content")
    inside = tuple(part.words()[0].base for part in content.all("noun")) if content is not None else ()
    return Item(nouns[-1], tuple(nouns[:-1]), inside)


def item_named(world: World, node: Node) -> Item | None:
    """The item that an amount names, which later clauses may leave out; None if it leaves it out."""
    found = node.find("item")
    if found is None:
        return None
    world.item = item_of(found)
    last = found.all("noun")[-1].words()[0]
    if node.has("single") and last.text.lower() != last.base:
        raise Unclear("how many is that?", last)
    return world.item


def item_left_out(world: World, owners: tuple[str, ...], near: Word) -> Item:
    """The item that a clause leaves out: the only kind that was spoken of, or the only kind that they have."""
    kinds = {held.item for held in world.past} | {deed.item for deed in world.deeds}
    if len(kinds) > 1:
        kinds = {held.item for held in world.past if held.owner in owners} or kinds
    if len(kinds) > 1:
        kinds = {kind for kind in kinds if kind.noun not in words.CURRENCIES}
    # Of 3 boxes with 6 eggs in each, `2` may be boxes or eggs.
    kinds |= {rate.item for rate in world.rates if not rate.is_deed and rate.per in kinds}
    if len(kinds) != 1:
        raise Unclear("of what?", near)
    return kinds.pop()


# --- How many ---


def count_of(node: Node) -> Term:
    """The number that a `count` says."""
    for part in node.parts:
        if isinstance(part, Node):
            match part.rule:
                case "number":
                    return Number(part.numbers()[0])
                case "single":
                    return Number(1)
                case "dozens":
                    return times(Number(part.numbers()[0]), Number(12))
                case "dozen":
                    return Number(12)
                case _:
                    continue
    return Number(node.numbers()[0])


def factor_of(node: Node, near: Word) -> tuple[int, int]:
    """`three times` as (3, 1), `half` as (1, 2), `20%` as (20, 100). Raises Unclear for a part of zero."""
    for part in node.all("twice", "times", "half", "one_part", "parts", "percent"):
        match part.rule:
            case "twice":
                found = (2, 1)
            case "half":
                found = (1, 2)
            case "times":
                found = (part.numbers()[0], 1)
            case "one_part":
                found = (1, part.word("FRACTION").number)
            case "percent":
                found = (part.numbers()[0], 100)
            case _:
                numbers = [word.number for word in part.words("NUM", "FRACTION")]
                found = (numbers[0], numbers[1])
        if found[1] == 0:
            raise Unclear("a part of zero", near)
        return found
    raise Unclear("how many times?", near)


def multiple(factor: int, term: Term) -> Term:
    """Factor * term, and the term itself for 1."""
    return term if factor == 1 else times(Number(factor), term)


def relate(world: World, value: Variable, node: Node, other: Term) -> None:
    """The equation that says how many `value` is, compared to `other`: a rule of RELATIVE."""
    near = first_word(node)
    number = Number(node.numbers()[0]) if node.numbers() else Number(0)
    above, below = factor_of(node, near) if node.all("twice", "times", "half", "one_part", "parts", "percent") else (1, 1)
    if below != 1 and node.rule in {"more_than_times", "fewer_than_times"}:
        raise Unclear("a sum of a part and a number is read only with whole multiples", near)
    match node.rule:
        case "more_than" | "more_than_times":
            world.say(value, add(multiple(above, other), number))
        case "fewer_than" | "fewer_than_times":
            world.say(add(value, number), multiple(above, other))
        case _:
            world.say(multiple(below, value), multiple(above, other))


def reference(world: World, node: Node, measure: Measure, item: Item) -> Term:
    """The measure of the one with whom a RELATIVE amount compares."""
    near = first_word(node)
    ref = node.find("ref")
    if ref is None:
        others = [held for held in world.holdings(None, item) if held.owner not in world.subject]
        if len(others) != 1 or others[0].item != item or len(world.past[others[0]]) != 1:
            raise Unclear("as many as who?", near)
        return measure(others[0].owner, item)
    return measure(only_one(who_of(world, ref.one("who"), near), near), item)


def check_whose(owners: tuple[str, ...], whole: Node | None, near: Word) -> None:
    """Raises Unclear where somebody takes of what is said to be another's: `Tom eats 2 of her apples`."""
    whose = whole.find("whose_his", "whose_her", "whose_their") if whole is not None else None
    if whose is None:
        return
    pronoun = whose.rule.removeprefix("whose_")
    is_own = len(owners) > 1 if pronoun == "their" else len(owners) == 1 and words.fits(owners[0], pronoun)
    if not is_own:
        raise Unclear(f"whose are they, if they are “{pronoun}”?", near)


def part_of(world: World, node: Node, whole: Term, name: str) -> Variable:
    """A new variable for `half of`, `a third of`, ... a whole: 2 * part = whole, so that nothing is rounded."""
    above, below = factor_of(node, first_word(node))
    part = world.new(name)
    world.say(multiple(below, part), multiple(above, whole))
    return part


def held_by(world: World, owners: tuple[str, ...], item: Item, near: Word) -> Holding:
    """The one holding from which these people take: their own, or that of nobody or of a place if they have none."""
    world.derive(owners, item)
    own = world.holdings(owners, item)
    common = [held for held in world.common(item) if held not in own]
    if own and common and set(owners) & set(world.people):
        raise Unclear(f"their own {item.name}, or others?", near)
    if not own:
        own = common
        if not own and world.holdings(None, item):
            raise Unclear(f"whose {item.name}?", near)
    if len(own) > 1:
        raise Unclear(f"which {item.name}: {' or '.join(f'{held.item.name} of {held.owner}' for held in own)}?", near)
    if own and own[0] in world.gone:
        raise Unclear(f"the {item.name} were divided before", near)
    return own[0] if own else Holding(only_one(owners, near) if owners else NOBODY, item)
