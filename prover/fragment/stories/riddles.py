"""Riddles about numbers: a number somebody thinks of, two numbers with their sum and difference, consecutive numbers.

Owns their variables, all over ℤ: a number of a riddle may be negative. Division is exact (`7 * quotient = number`).
"""

from __future__ import annotations

from prover.fragment.meaning import Number, Term, Variable
from prover.fragment.stories.phrases import factor_of, first_word, multiple, only_one, who_of
from prover.fragment.stories.reading import Node
from prover.fragment.stories.tokens import Word
from prover.fragment.stories.world import Unclear, World, add, combine, times, total_of


def riddle(world: World, node: Node) -> None:
    """One sentence of a riddle, by the name of its rule."""
    near = first_word(node)
    match node.rule:
        case "thinks":
            only_one(who_of(world, node.one("who"), near), near)
            if world.thought is not None:
                raise Unclear("there are two numbers that somebody thinks of", near)
            world.number = world.new("number")
            world.thought = world.number
        case "steps":
            _steps(world, node, near)
        case "sum_of_two" | "difference_of_two":
            _of_two(world, node, near)
        case "one_number_is":
            _one_number(world, node, near)
        case _:
            _consecutive(world, node, near)


def _steps(world: World, node: Node, near: Word) -> None:
    if world.thought is None:
        raise Unclear("of which number?", near)
    if node.has("who"):
        only_one(who_of(world, node.one("who"), near), near)
    term = after_steps(world, world.thought, node)
    result = node.find("result")
    if result is not None:
        world.say(term, Number(result.numbers()[0]))
    world.thought = term


def after_steps(world: World, term: Term, node: Node, *, last_is_remainder: bool = False) -> Term:
    """What comes of a number by the steps of a node; with `last_is_remainder`, the last step divides and the remainder counts."""
    steps = node.all("step_times", "step_double", "step_triple", "step_plus", "step_minus", "step_over")
    for index, step in enumerate(steps):
        word = step.words()[0]
        number = Number(step.numbers()[0]) if step.numbers() else Number(2)
        match step.rule:
            case "step_times":
                term = times(number, term)
            case "step_double":
                term = times(Number(2), term)
            case "step_triple":
                term = times(Number(3), term)
            case "step_plus" if word.base == "add":
                term = add(term, number)
            case "step_minus":
                if world.sort != "ℤ":
                    raise Unclear("subtraction is read only where numbers may be negative", word)
                term = combine("-", term, number)
            case "step_over" if word.base == "divide" and last_is_remainder and index == len(steps) - 1:
                return combine("%", term, number)
            case "step_over" if word.base == "divide":
                quotient = world.new("quotient")
                world.say(times(number, quotient), term)
                term = quotient
            case _:
                raise Unclear("this step is not read", word)
    if last_is_remainder:
        raise Unclear("the remainder of which division?", first_word(node))
    return term


def _pair(world: World) -> tuple[Variable, Variable]:
    if "larger" not in world.pair:
        world.pair["larger"], world.pair["smaller"] = world.new("larger"), world.new("smaller")
        world.say(world.pair["smaller"], world.pair["larger"], "≤")
    return world.pair["larger"], world.pair["smaller"]


def _of_two(world: World, node: Node, near: Word) -> None:
    numbers = node.numbers()
    if len(numbers) > 1 and numbers[0] != 2:
        raise Unclear("only two numbers are read", near)
    if len(numbers) == 1 and not world.pair:
        raise Unclear("of which numbers?", near)
    larger, smaller = _pair(world)
    operation = "+" if node.rule == "sum_of_two" else "-"
    if operation == "-":
        world.pair["difference"] = larger
        _refuse_times(world, near)
    world.say(combine(operation, larger, smaller), Number(numbers[-1]))


def _refuse_times(world: World, near: Word) -> None:
    """Of -2 and -6 the smaller is three times the larger, so that `three times the other` and a difference say two things."""
    if "times" in world.pair and "difference" in world.pair:
        raise Unclear("which of the two numbers is the larger is not stated", near)


def _one_number(world: World, node: Node, near: Word) -> None:
    left = node.one("any_number", "larger_number", "smaller_number")
    if left.rule == "any_number" and left.numbers() != [1]:
        raise Unclear("only `one number` is read here", near)
    larger, smaller = _pair(world)
    said = node.one("number_more", "number_less", "number_times")
    right = said.one("other_number", "larger_number", "smaller_number")
    if left.rule == right.rule or (left.rule == "any_number") != (right.rule == "other_number"):
        raise Unclear("which number?", near)
    below_is_first = left.rule == "smaller_number" or (left.rule == "any_number" and said.rule == "number_less")
    first, second = (smaller, larger) if below_is_first else (larger, smaller)
    match said.rule:
        case "number_more":
            world.say(first, add(second, Number(said.numbers()[0])))
        case "number_less":
            world.say(first, combine("-", second, Number(said.numbers()[0])))
        case _:
            above, below = factor_of(said, near)
            if left.rule == "any_number":
                world.pair["times"] = larger
                _refuse_times(world, near)
                first, second = (larger, smaller) if above >= below else (smaller, larger)
            world.say(multiple(below, first), multiple(above, second))


def _consecutive(world: World, node: Node, near: Word) -> None:
    count, total = node.numbers()
    parity = node.find("even", "odd")
    if world.run or not 2 <= count <= 20:
        raise Unclear("only one run of 2 to 20 consecutive numbers is read", near)
    first = world.new("first")
    step = 1 if parity is None else 2
    if parity is not None:
        world.say(combine("%", first, Number(2)), Number(0 if parity.rule == "even" else 1))
    world.run = [first if index == 0 else add(first, Number(step * index)) for index in range(count)]
    world.say(total_of(world.run), Number(total))


def ask_number(world: World, node: Node) -> Term:
    """Answers `What is the larger number?`, `What is the first page?`."""
    which = node.one("larger_one", "smaller_one", "first_one", "last_one", "middle_one")
    near = first_word(node)
    if world.pair and which.rule in {"larger_one", "smaller_one"} and not world.run:
        return world.pair["larger" if which.rule == "larger_one" else "smaller"]
    if not world.run or world.pair:
        raise Unclear("of which numbers?", near)
    match which.rule:
        case "first_one":
            return world.run[0]
        case "last_one":
            return world.run[-1]
        case "smaller_one" if len(world.run) == 2:
            return world.run[0]
        case "larger_one" if len(world.run) == 2:
            return world.run[1]
        case "middle_one" if len(world.run) % 2:
            return world.run[len(world.run) // 2]
        case _:
            raise Unclear("which of the numbers?", near)


def ask_the_number(world: World, node: Node) -> Term:
    """Answers `What is the number?`."""
    if world.number is None:
        raise Unclear("which number?", first_word(node))
    return world.number


def divides(world: World, node: Node) -> None:
    """`When Rachel divides her favorite number by 7, she gets a remainder of 5`."""
    near = first_word(node)
    owners = [only_one(who_of(world, who, near), near) for who in node.all("who")]
    if len(set(owners)) != 1 or node.word("SHARE").base != "divide":
        raise Unclear("who divides?", near)
    if world.favorite is None:
        world.favorite = world.new("number")
    by, remainder = node.numbers()
    world.say(combine("%", world.favorite, Number(by)), Number(remainder))


def ask_remainder(world: World, node: Node) -> Term:
    """Answers `What will the remainder be if she multiplies her favorite number by 5 and then divides by 7?`."""
    near = first_word(node)
    if world.favorite is None:
        raise Unclear("the remainder of which number?", near)
    only_one(who_of(world, node.one("who"), near), near)
    return after_steps(world, world.favorite, node, last_is_remainder=True)
