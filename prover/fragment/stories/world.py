"""What a story has said so far: people, things and how many there are of them at each time, rates, and the equations.

Owns the variables' names and the one way a quantity changes: a new variable, tied to the old one by an addition
(`apples_left + 2 = apples`), so that nothing is ever cut off at 0. What the text counts has its own variable, with the equation
that the text says; an amount that only changes another one stands in that one's equation. Raises `Unclear` where the text leaves
something open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from prover.fragment.lean.writing import is_name
from prover.fragment.meaning import Apply, Compare, Declared, Formula, Operation, Relation, Sort, Term, Variable
from prover.fragment.stories import words
from prover.fragment.stories.tokens import Word

NOBODY = ""


class Unclear(Exception):
    """What the text leaves open or says twice; `word` is the word at which that shows."""

    def __init__(self, message: str, word: Word) -> None:
        super().__init__(message)
        self.message = message
        self.word = word


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of thing: its noun, the words before it (`red`, `chocolate`), and what stands after its `of`."""

    noun: str
    before: tuple[str, ...] = ()
    content: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What several are called, as in the names of variables."""
        return "_".join((*self.before, words.plural(self.noun), *(("of", *self.content) if self.content else ())))

    def is_a(self, wider: Item) -> bool:
        """Whether these are among what `wider` speaks of: red marbles are marbles, boxes of pens are boxes."""
        return self.noun == wider.noun and set(wider.before) <= set(self.before) and wider.content in {(), self.content}


@dataclass(frozen=True, slots=True)
class Holding:
    """How many of an item somebody (or a place, or NOBODY) has."""

    owner: str
    item: Item


@dataclass(slots=True)
class Rate:
    """So many of `item` for each one of `per`.

    `used` once a total was made of it; `is_deed` if somebody does so many in such a time, by the `verb`.
    """

    owner: str
    item: Item
    per: Item
    value: Variable
    used: bool = False
    is_deed: bool = False
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """How many of `item` somebody ate, read, bought …, and on which day if one is said."""

    owner: str
    verb: str
    item: Item
    amount: Term
    day: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """Things bought or sold, and the variable of what they cost together."""

    owner: str
    verb: str
    item: Item
    cost: Term


@dataclass(frozen=True, slots=True)
class Kind:
    """How many of a whole are of one kind (`12 of them are girls`)."""

    whole: Holding
    label: Item
    value: Variable
    sentence: int


@dataclass(frozen=True, slots=True)
class Shared:
    """All of `item`, divided equally among `parts` of `per`."""

    item: Item
    per: Item
    whole: Term
    parts: Variable


def add(left: Term, right: Term) -> Term:
    """Their sum."""
    return Apply("+", left, right)


def times(left: Term, right: Term) -> Term:
    """Their product."""
    return Apply("*", left, right)


def total_of(terms: list[Term]) -> Term:
    """The sum of one or more terms."""
    result = terms[0]
    for term in terms[1:]:
        result = add(result, term)
    return result


def combine(operation: Operation, left: Term, right: Term) -> Term:
    """The two terms with this operation between them."""
    return Apply(operation, left, right)


@dataclass(slots=True)
class World:
    """What is known at one place of the story. `sort` is ℤ for riddles, whose numbers may be negative."""

    sort: Sort = "ℕ"
    declared: list[Declared] = field(default_factory=list[Declared])
    hypotheses: list[Formula] = field(default_factory=list[Formula])
    people: list[str] = field(default_factory=list[str])
    things: list[str] = field(default_factory=list[str])
    last_group: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    item: Item | None = None
    day: str = ""
    past: dict[Holding, list[Variable]] = field(default_factory=dict[Holding, list[Variable]])
    said: set[Variable] = field(default_factory=set[Variable])
    rates: list[Rate] = field(default_factory=list[Rate])
    deeds: list[Deed] = field(default_factory=list[Deed])
    trades: list[Trade] = field(default_factory=list[Trade])
    marks: dict[tuple[str, str, Item], Variable] = field(default_factory=dict[tuple[str, str, Item], Variable])
    gone: set[Holding] = field(default_factory=set[Holding])
    # Holdings of which a part was taken, and the sentence in which each changed last.
    divided: set[Holding] = field(default_factory=set[Holding])
    changed_in: dict[Holding, int] = field(default_factory=dict[Holding, int])
    # Containers whose contents were counted, and how many there were then.
    emptied: dict[Holding, Variable] = field(default_factory=dict[Holding, Variable])
    compared: set[tuple[str, str, Item]] = field(default_factory=set[tuple[str, str, Item]])
    needs: dict[tuple[str, Item], Variable] = field(default_factory=dict[tuple[str, Item], Variable])
    paid: dict[str, Variable] = field(default_factory=dict[str, Variable])
    spent_in: set[Item] = field(default_factory=set[Item])
    unpriced: list[tuple[str, Word, Item, Term]] = field(default_factory=list[tuple[str, Word, Item, Term]])
    owners_of: dict[str, str] = field(default_factory=dict[str, str])
    kinds: list[Kind] = field(default_factory=list[Kind])
    shared: Shared | None = None
    # Ages now and ages of long ago; the sides of the one rectangle, what it is called and in what it is measured.
    ages: dict[str, Variable] = field(default_factory=dict[str, Variable])
    young: dict[tuple[str, int], Variable] = field(default_factory=dict[tuple[str, int], Variable])
    sides: dict[str, Variable] = field(default_factory=dict[str, Variable])
    shape: str = ""
    unit: str = ""
    # Riddles: the number thought of and what became of it, the larger and the smaller, a run of consecutive numbers.
    number: Variable | None = None
    thought: Term | None = None
    favorite: Variable | None = None
    # Rows of seats: who is seated, how many rows there are, and how many seats in each.
    seats: dict[str, Variable] = field(default_factory=dict[str, Variable])
    seated: tuple[str, str] = ("", "")
    seat_items: tuple[Item, Item] | None = None
    lined_up: Variable | None = None
    pair: dict[str, Variable] = field(default_factory=dict[str, Variable])
    run: list[Term] = field(default_factory=list[Term])
    sentence: int = 0
    together: bool = False
    is_now: bool = False
    gifts: dict[Holding, list[Formula]] = field(default_factory=dict[Holding, list[Formula]])

    # --- Variables and equations ---

    def new(self, name: str) -> Variable:
        """A new variable, under this name or the next free one."""
        base = name if is_name(name) else f"{name}_"
        names = {declared.name for declared in self.declared}
        free = base
        count = 2
        while free in names:
            free = f"{base}_{count}"
            count += 1
        self.declared.append(Declared(free, self.sort))
        return Variable(free)

    def say(self, left: Term, right: Term, relation: Relation = "=") -> None:
        """One more hypothesis."""
        self.hypotheses.append(Compare(relation, left, right))

    def named(self, name: str, value: Term) -> Variable:
        """A new variable with its value."""
        variable = self.new(name)
        self.say(variable, value)
        return variable

    # --- How many somebody has ---

    def has(self, owner: str, item: Item) -> bool:
        """Whether this very holding was spoken of."""
        return Holding(owner, item) in self.past

    def now(self, owner: str, item: Item) -> Variable:
        """How many there are now; a new unknown if nothing was said."""
        holding = Holding(owner, item)
        if holding not in self.past:
            self.past[holding] = [self.new(f"{item.name}_{owner}" if owner else item.name)]
        return self.past[holding][-1]

    def becomes(self, owner: str, item: Item, suffix: str) -> tuple[Variable, Variable]:
        """The number before and the number after a change."""
        before = self.now(owner, item)
        after = self.new(f"{item.name}_{owner}_{suffix}" if owner else f"{item.name}_{suffix}")
        self.past[Holding(owner, item)].append(after)
        self.changed_in[Holding(owner, item)] = self.sentence
        return before, after

    def gains(self, owner: str, item: Item, amount: Term) -> None:
        """`after = before + amount`."""
        before, after = self.becomes(owner, item, "now")
        self.say(after, add(before, amount))

    def loses(self, owner: str, item: Item, amount: Term) -> None:
        """`after + amount = before`: a story in which more is taken than there is has no solution."""
        before, after = self.becomes(owner, item, "left")
        self.say(add(after, amount), before)

    def gift(self, owner: str, item: Item, amount: Term, *, gives: bool) -> None:
        """The change of one side of a gift; remembered apart while nothing else is said of what that side has."""
        holding = Holding(owner, item)
        is_loose = holding not in self.past or holding in self.gifts
        (self.loses if gives else self.gains)(owner, item, amount)
        if is_loose:
            self.gifts.setdefault(holding, []).append(self.hypotheses[-1])

    def holdings(self, owners: tuple[str, ...] | None, item: Item) -> list[Holding]:
        """The holdings of these owners (None: of all) whose items are of this kind."""
        return [held for held in self.past if held.item.is_a(item) and (owners is None or held.owner in owners)]

    # --- Rates ---

    def rate(self, item: Item, per: Item, owner: str = NOBODY) -> Rate:
        """How many of `item` for each `per`; a new unknown if nothing was said."""
        for rate in self.rates:
            if rate.item == item and rate.per == per and rate.owner in {owner, NOBODY}:
                return rate
        name = f"price_{per.noun}" if item.noun in words.CURRENCIES else f"{item.name}_per_{per.noun}"
        rate = Rate(owner, item, per, self.new(name))
        self.rates.append(rate)
        return rate

    def rate_of(self, owner: str, item: Item, per: Item) -> Rate:
        """How many of `item` somebody does for each `per` (pages a day); a new unknown if nothing was said."""
        for rate in self.rates:
            if (rate.owner, rate.item, rate.per) == (owner, item, per):
                return rate
        rate = Rate(owner, item, per, self.new(f"{item.name}_per_{per.noun}_{owner}"), is_deed=True)
        self.rates.append(rate)
        return rate

    def derive(self, owners: tuple[str, ...] | None, item: Item) -> None:
        """Makes a holding of what is only known by its containers: 3 boxes, 12 apples in each box. Does nothing where none is."""
        for rate in [rate for rate in self.rates if not rate.used and rate.owner == NOBODY and rate.item.is_a(item)]:
            if rate.item.noun in words.CURRENCIES:
                continue
            self.derive(owners, rate.per)
            outer = self.holdings(owners, rate.per) or self.holdings((NOBODY,), rate.per)
            if len(outer) != 1 or self.holdings((outer[0].owner,), rate.item) or self._has_own_things(outer[0]):
                continue
            rate.used = True
            self.emptied[outer[0]] = self.past[outer[0]][-1]
            total = self.now(outer[0].owner, rate.item)
            self.said.add(total)
            self.say(total, times(self.now(outer[0].owner, outer[0].item), rate.value))

    def _has_own_things(self, outer: Holding) -> bool:
        """Whether what these containers have is their own: Peter's brothers have cars, and Peter has not; who left took theirs."""
        return outer.item.noun in words.PEOPLE and (outer.owner in self.people or len(self.past[outer]) > 1)

    def common(self, item: Item) -> list[Holding]:
        """The holdings of this kind that belong to a place or to nobody."""
        return [held for held in self.common_holdings() if held.item.is_a(item)]

    def common_holdings(self) -> list[Holding]:
        """All that belongs to a place or to nobody."""
        return [held for held in self.past if held.owner not in self.people]

    def check_whole(self, word: Word) -> None:
        """Raises Unclear for what makes a whole story open: containers that came or went after a count, two units of money."""
        for holding, counted in self.emptied.items():
            if self.past[holding][-1] != counted:
                raise Unclear(f"what is in the {holding.item.name} changed with them", word)
        units = (
            {held.item.noun for held in self.past} | {rate.item.noun for rate in self.rates} | {item.noun for item in self.spent_in}
        )
        if len(units & words.CURRENCIES) > 1:
            raise Unclear("the text counts in more than one unit of money", word)

    def refuse_steady(self, item: Item, word: Word) -> None:
        """Raises Unclear if somebody gains or loses the item day by day: how many there are then depends on when."""
        if any(rate.is_deed and (rate.item.is_a(item) or item.is_a(rate.item)) for rate in self.rates):
            raise Unclear(f"the {item.name} change steadily: how many there are, and when, is not read together", word)

    def currency(self, word: Word) -> Item:
        """The one currency that the story counts in."""
        units = {held.item for held in self.past if held.item.noun in words.CURRENCIES}
        units |= {rate.item for rate in self.rates if rate.item.noun in words.CURRENCIES}
        if len(units) > 1:
            raise Unclear("the text counts in more than one unit of money", word)
        if not units:
            raise Unclear("no amount of money is stated", word)
        return units.pop()
