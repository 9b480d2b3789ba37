"""Ages, rectangles, averages, and what is left over in rows: stories with rules of their own.

Owns the variables of each kind: `age_tom` is always the age now, `length` and `width` are those of the one rectangle.
"""

from __future__ import annotations

from prover.fragment.meaning import Number, Term, Variable
from prover.fragment.stories.phrases import factor_of, first_word, item_of, multiple, only_one, who_of
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import NOBODY, Unclear, World, add, combine, times, total_of

# --- Ages ---


def _age(world: World, name: str, time: Node | None) -> Term:
    """Somebody's age now, or so many years later or ago; an age of long ago is a new variable, so that nothing is subtracted."""
    if name not in world.ages:
        world.ages[name] = world.new(f"age_{name}")
    now = world.ages[name]
    if time is None or time.rule == "time_now":
        return now
    years = time.numbers()[0]
    if time.rule == "time_in":
        return add(now, Number(years))
    if (name, years) not in world.young:
        world.young[name, years] = world.new(f"age_{name}_then")
        world.say(add(world.young[name, years], Number(years)), now)
    return world.young[name, years]


def _time_of(node: Node) -> Node | None:
    return node.find("time_in", "time_ago", "time_now")


def _check_tense(node: Node, near: Word) -> None:
    """`was` goes with the past, and with nothing else: without a time it would leave open when."""
    time = _time_of(node)
    past = any(word.text.lower() in {"was", "were"} for word in node.words("BE"))
    future = not node.words("BE") or any(word.text.lower() == "be" for word in node.words("BE"))
    if past != (time is not None and time.rule == "time_ago") or future != (time is not None and time.rule == "time_in"):
        raise Unclear("at which time?", near)


def age(world: World, node: Node) -> None:
    """`Tom is 5 years old`, `In 3 years Ann will be twice as old as Ben`."""
    near = first_word(node)
    _check_tense(node, near)
    time = _time_of(node)
    for name in who_of(world, node.one("who"), near):
        said = node.one("age_is", "age_more", "age_less", "age_times")
        own = _age(world, name, time)
        if said.rule == "age_is":
            world.say(own, Number(said.numbers()[0]))
            continue
        other = _age(world, _older_than(world, said, name, near), time)
        match said.rule:
            case "age_more":
                world.say(own, add(other, Number(said.numbers()[0])))
            case "age_less":
                world.say(add(own, Number(said.numbers()[0])), other)
            case _:
                above, below = factor_of(said, near)
                world.say(multiple(below, own), multiple(above, other))


def _older_than(world: World, said: Node, name: str, near: Word) -> str:
    """With whom an age compares; the only other one whose age is told if nobody is named."""
    who = said.find("who")
    if who is not None:
        return only_one(who_of(world, who, near), near)
    others = [other for other in world.ages if other != name]
    if len(others) != 1:
        raise Unclear("as old as who?", near)
    return others[0]


def age_sum(world: World, node: Node) -> None:
    """`The sum of their ages is 30`."""
    near = first_word(node)
    who = node.find("who")
    names = who_of(world, who, near) if who is not None else tuple(world.ages)
    if len(names) < 2 or (who is None and set(names) != set(world.people) and set(world.people) - set(names)):
        raise Unclear("whose ages?", near)
    world.say(total_of([_age(world, name, None) for name in names]), Number(node.numbers()[0]))


def ask_age_sum(world: World, node: Node) -> Term:
    """Answers `What will be the sum of their ages in 10 years?`."""
    near = first_word(node)
    time = _time_of(node)
    if (
        set(world.ages) != set(world.people)
        or len(world.ages) < 2
        or any(word.text.lower() in {"was", "were"} for word in node.words("BE"))
    ):
        raise Unclear("whose ages, and when?", near)
    if time is not None and time.rule != "time_in" and not node.words("BE"):
        raise Unclear("at which time?", near)
    return total_of([_age(world, name, time) for name in world.ages])


def ask_age(world: World, node: Node) -> Term:
    """Answers `How old will Tom be in 5 years?`."""
    near = first_word(node)
    _check_tense(node, near)
    return _age(world, only_one(who_of(world, node.one("who"), near), near), _time_of(node))


# --- Rectangles and squares ---


def _side(world: World, name: str, near: Word) -> Variable:
    if name == "side" and not {"length", "width"}.isdisjoint(world.sides):
        raise Unclear("which side?", near)
    if name != "side" and "side" in world.sides:
        raise Unclear("a square has no length and width of its own here", near)
    if name not in world.sides:
        world.sides[name] = world.new(name)
    return world.sides[name]


def _check_shape(world: World, node: Node) -> None:
    """One shape per text, and one that is said to be a rectangle."""
    shape = node.find("shape")
    if shape is None:
        return
    nouns = [part.words()[0].base for part in shape.all("noun")]
    name = " ".join(noun for noun in nouns if noun != "rectangular")
    if "rectangle" not in nouns and "rectangular" not in nouns and name != world.shape:
        raise Unclear(f"is the {name} a rectangle?", first_word(shape))
    if world.shape not in {"", name}:
        raise Unclear("only one rectangle is read", first_word(shape))
    world.shape = name


def _check_unit(world: World, unit: str, near: Word) -> None:
    if world.unit not in {"", unit}:
        raise Unclear(f"{world.unit} or {unit}?", near)
    world.unit = unit


def _units_of(node: Node) -> list[Word]:
    return [part.words()[0] for part in node.all("noun")]


def rectangle(world: World, node: Node) -> None:
    """`A rectangle is 5 meters long and 3 meters wide`, `Its width is half its length`, `Its area is 24 square meters`."""
    near = first_word(node)
    _check_shape(world, node)
    for word in _units_of(node):
        _check_unit(world, word.base, word)
    match node.rule:
        case "both_sides":
            length, width = node.numbers()
            world.say(_side(world, "length", near), Number(length))
            world.say(_side(world, "width", near), Number(width))
        case "square_is":
            world.say(_side(world, "side", near), Number(node.numbers()[0]))
        case "measure_is":
            word = node.word("AREA")
            world.say(_measure(world, word.base, word), Number(node.numbers()[0]))
        case _:
            _one_side(world, node)


def _one_side(world: World, node: Node) -> None:
    word = node.word("SIDE")
    own = _side(world, word.base, word)
    said = node.one("side_is", "side_more", "side_less", "side_times")
    for unit in _units_of(said):
        _check_unit(world, unit.base, unit)
    if said.rule == "side_is":
        world.say(own, Number(said.numbers()[0]))
        return
    other = _side(world, said.word("SIDE").base, word)
    if other == own:
        raise Unclear("a side is compared with itself", word)
    match said.rule:
        case "side_more":
            world.say(own, add(other, Number(said.numbers()[0])))
        case "side_less":
            world.say(add(own, Number(said.numbers()[0])), other)
        case _:
            above, below = factor_of(said, word)
            world.say(multiple(below, own), multiple(above, other))


def _measure(world: World, name: str, near: Word) -> Term:
    if "side" in world.sides:
        side = world.sides["side"]
        return times(side, side) if name == "area" else times(Number(4), side)
    length, width = _side(world, "length", near), _side(world, "width", near)
    return times(length, width) if name == "area" else times(Number(2), add(length, width))


def ask_measure(world: World, node: Node) -> Term:
    """Answers `What is its perimeter?`, `What is the width of the rectangle?`."""
    _check_shape(world, node)
    word = node.word("AREA", "SIDE")
    if not world.sides:
        raise Unclear("of what?", word)
    return _measure(world, word.base, word) if word.group == "AREA" else _side(world, word.base, word)


# --- Averages and remainders ---


def ask_average(world: World, node: Node) -> Term:
    """`What is the average of 3, 5 and 10?`: 3 * average = 3 + 5 + 10, so that nothing is rounded."""
    numbers = node.one("numbers").numbers()
    average = world.new("average")
    world.say(times(Number(len(numbers)), average), total_of([Number(number) for number in numbers]))
    return average


def line_up(world: World, node: Node) -> None:
    """`When the girls line up in rows of eight, there are seven left over`."""
    rows, rest = node.numbers()
    world.say(combine("%", _lined_up(world, node), Number(rows)), Number(rest))


def _lined_up(world: World, node: Node) -> Variable:
    near = node.word("ROW")
    named = node.find("these_line_up")
    if named is not None:
        item = item_of(named.one("item"))
        known = world.holdings(None, item)
        if len(known) > 1:
            raise Unclear(f"which {item.name}?", near)
        value = world.now(known[0].owner, known[0].item) if known else world.now(NOBODY, item)
        world.lined_up = value
    if world.lined_up is None:
        raise Unclear("who lines up?", near)
    return world.lined_up


def ask_line_up(world: World, node: Node) -> Term:
    """Answers `If they line up in rows of four, how many are left over?`."""
    return combine("%", _lined_up(world, node), Number(node.numbers()[0]))


# --- Rows of seats ---


def audience(world: World, node: Node) -> None:
    """`An audience of 450 people is seated in an auditorium`."""
    near = node.word("BE")
    people = item_of(node.one("item"))
    if world.seats:
        raise Unclear("only one audience is read", near)
    group, hall = (part.words()[0].base for part in node.all("noun"))
    world.seats["people"] = world.named(people.name, Number(node.numbers()[0]))
    world.seated = (group, hall)


def equal_rows(world: World, node: Node) -> None:
    """`Each row contains the same number of seats and each seat is occupied`: rows * seats = people."""
    near = node.word("HAVE")
    row, seat = (item_of(part) for part in node.all("item"))
    occupied = [part.words()[0].base for part in node.all("noun")]
    if "people" not in world.seats or occupied != [seat.noun, world.seated[1]]:
        raise Unclear("that all of them are taken is not stated", near)
    rows = world.now(world.seated[1], row)
    seats = world.rate(seat, row)
    seats.used = True
    world.seats |= {"rows": rows, "seats": seats.value}
    world.seat_items = (row, seat)
    world.say(times(rows, seats.value), world.seats["people"])


def rearranged(world: World, node: Node) -> None:
    """`With three fewer seats per row, and five extra rows, the same audience could still be seated, occupying all seats`."""
    near = node.word("AUX")
    per, group = (part.words()[0].base for part in node.all("noun"))
    seats, rows = node.one("other_seats"), node.one("other_rows")
    items = (item_of(rows.one("item")), item_of(seats.one("item")))
    all_of = node.all("item")
    if "rows" not in world.seats or items != world.seat_items or per != items[0].noun or group != world.seated[0]:
        raise Unclear("which rows and seats?", near)
    if [item_of(part) for part in all_of] != [items[1]]:
        raise Unclear("are all of them taken?", near)
    world.say(times(_other(world, rows, "rows"), _other(world, seats, "seats")), world.seats["people"])


def _other(world: World, node: Node, name: str) -> Term:
    number = Number(node.numbers()[0])
    if node.has("more_of"):
        return add(world.seats[name], number)
    fewer = world.new(f"{name}_fewer")
    world.say(add(fewer, number), world.seats[name])
    return fewer
