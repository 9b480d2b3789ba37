"""Word lists of stories, all closed: verbs by what they do to a quantity, plurals, first names, numbers, units.

Data and lookups only. A verb that is not here is not understood: what a verb does to a quantity cannot be guessed from its form.
Nouns are open, but for their irregular plurals. The lists of names say which pronouns a name can stand behind; a name that is not
in them can stand behind any.
"""

from __future__ import annotations

from functools import cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One verb per line: class, then base form, past, participle where it differs, other forms where they are irregular.
_VERBS = """
HAVE have had has having
HAVE own owned
HAVE hold held
HAVE contain contained
GET get got gotten getting
GAIN find found
GAIN receive received
GAIN collect collected
GAIN pick picked
GAIN win won
GAIN catch caught
GAIN earn earned
GAIN save saved
GAIN gather gathered
GAIN bake baked
GAIN make made
GAIN harvest harvested
BUY buy bought
BUY order ordered
SELL sell sold
LOSE eat ate eaten
LOSE lose lost
LOSE use used
LOSE break broke broken
LOSE drink drank drunk
LOSE drop dropped dropping
SPEND spend spent
PAY pay paid
GIVE give gave given
GIVE lend lent
GIVE send sent
GIVE hand handed
GIVE pass passed
DONATE donate donated
THROW throw threw thrown
PUT put put puts putting
PUT add added
TAKE take took taken
TAKE remove removed
COME come came
COME arrive arrived
COME join joined
COME enter entered
GO leave
GO escape escaped
MOVE fly flew flown flies
MOVE swim swam swum swimming
MOVE run ran running
MOVE walk walked
MOVE drive drove driven
MOVE ride rode ridden
MOVE cycle cycled
MOVE travel traveled travelled traveling travelling
MOVE jog jogged jogging
MOVE hike hiked
DO read read
DO write wrote written
DO paint painted
DO plant planted
DO draw drew drawn
DO solve solved
DO sew sewed sewn
DO knit knitted knitting
DO build built
DO print printed
DO type typed
DO wash washed
DO fold folded
DO lay laid
DO produce produced
DO learn learned learnt
DO work worked
COST cost cost
SHARE share shared
SHARE divide divided
SHARE split split splitting
NEED need needed
THINK think thought
MULTIPLY multiply multiplied multiplies
DOUBLE double doubled
TRIPLE triple tripled
SUBTRACT subtract subtracted
"""

# Verb forms that are nouns as well: after a number, an article or `many` they are nouns.
VERBS_AND_NOUNS = _set("""
    drink drinks plant plants catch catches walk walks run runs use uses cost costs share shares paint paints hand hands
    pass passes ride rides drive drives cycle cycles build builds print prints type types fold folds break breaks need needs
    order orders find finds drop drops pick picks save saves win wins split splits hold holds add adds hike hikes
""")

_IRREGULAR_PLURALS = {
    "children": "child", "people": "person", "persons": "person", "men": "man", "women": "woman", "feet": "foot",
    "mice": "mouse", "teeth": "tooth", "geese": "goose", "knives": "knife", "shelves": "shelf", "loaves": "loaf",
    "leaves": "leaf", "halves": "half", "wolves": "wolf", "calves": "calf", "scarves": "scarf", "cookies": "cookie",
    "movies": "movie", "pies": "pie", "ties": "tie", "brownies": "brownie", "shoes": "shoe", "toes": "toe",
    "canoes": "canoe", "horses": "horse", "houses": "house", "roses": "rose", "vases": "vase", "nurses": "nurse",
    "purses": "purse", "cases": "case", "pieces": "piece", "boxes": "box", "buses": "bus", "glasses": "glass",
    "classes": "class", "axes": "axe", "games": "game", "quizzes": "quiz", "policewomen": "policewoman",
    "policemen": "policeman", "firemen": "fireman", "blouses": "blouse", "cheeses": "cheese", "suitcases": "suitcase",
    "bookcases": "bookcase", "caches": "cache", "aches": "ache", "zombies": "zombie", "selfies": "selfie", "oxen": "ox",
    "potatoes": "potato", "tomatoes": "tomato", "bases": "base", "mooses": "moose", "courses": "course",
    "mongooses": "mongoose", "prizes": "prize", "sizes": "size", "mazes": "maze",
}  # fmt: skip

# Words whose plural is the same word.
_UNCHANGED = _set("""
    fish sheep deer series moose rice water milk juice flour sugar money bread paper kg km cm mm m g
""")

# Short forms and second spellings of units, and their unit.
_UNIT_NAMES = {
    "kg": "kilogram", "kilo": "kilogram", "km": "kilometer", "kilometre": "kilometer", "cm": "centimeter",
    "centimetre": "centimeter", "m": "meter", "metre": "meter", "g": "gram", "ft": "foot", "litre": "liter", "l": "liter",
}  # fmt: skip

CURRENCIES = frozenset({"dollar", "cent", "euro"})

# How many of the first there are in one of the second.
CONVERSIONS: dict[tuple[str, str], int] = {
    ("day", "week"): 7,
    ("hour", "day"): 24,
    ("minute", "hour"): 60,
    ("second", "minute"): 60,
    ("month", "year"): 12,
    ("minute", "day"): 1440,
    ("second", "hour"): 3600,
    ("hour", "week"): 168,
    ("meter", "kilometer"): 1000,
    ("centimeter", "meter"): 100,
    ("gram", "kilogram"): 1000,
}


_MEN = _set("""
    tom tim bob ben john jack dan adam paul peter mark james david carl karl mike michael george henry oscar leo luke noah
    liam oliver ethan lucas daniel thomas william harry robert richard joe joseph eric frank fred greg ian kevin larry matt
    nick otto omar ahmed juan carlos pedro luis miguel ivan hans felix simon steve steven tony victor walter aaron
    andrew anthony brian josh
""")
_WOMEN = _set("""
    amy ann anna anne betty beth mary lisa lucy sara sarah emma olivia sophia mia ella eva eve jane julia julie kate katie
    karen laura linda maria maya nina nora nancy paula rachel rosa rose ruth sally sandra sofia susan tina wendy zoe alice
    carol carla clara diana dora ellen emily fiona grace hannah helen ida irene ivy jenny jill lena lily lina madeline marta
    megan molly natalie olga penny petra rita sue
""")
_MALE_NOUNS = _set("""
    boy man father brother uncle grandfather son king dad grandpa
""")
_FEMALE_NOUNS = _set("""
    girl woman mother sister aunt grandmother daughter queen mom grandma
""")
PEOPLE = (
    _MALE_NOUNS
    | _FEMALE_NOUNS
    | _set("""
    friend cousin neighbor neighbour teacher classmate farmer baker shopkeeper gardener driver painter student child person
    nurse doctor cook chef waiter pupil worker builder carpenter librarian coach player runner reader writer postman tailor
    hiker cyclist
""")
)

# Nouns for which the grammar has rules of its own, by their class; everywhere else they are nouns like any other.
NOUNS_OF_RULES = {
    "year": "YEAR", "row": "ROW", "line": "ROW", "group": "ROW", "number": "NUMBER", "integer": "NUMBER", "age": "AGE",
    "price": "PRICE", "cost": "PRICE", "length": "SIDE", "width": "SIDE", "side": "SIDE", "area": "AREA",
    "perimeter": "AREA", "speed": "SPEED", "sum": "SUM", "difference": "DIFFERENCE", "remainder": "REMAINDER",
    "result": "RESULT", "average": "AVERAGE", "money": "MONEY", "mean": "AVERAGE", "page": "PAGE",
}  # fmt: skip

FRACTIONS = {
    "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5, "sixth": 6,
    "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip

# Words that are no nouns although the grammar does not know them: where one stands, the sentence is not understood.
NO_NOUNS = _set("""
    few several many most about nearly almost just exactly except without before until while because although though not
    never no none neither nor either both any those these who whose which where why or too very equal my your our we you us
    me myself himself herself themselves itself would should must may might been being tomorrow yesterday again already
    alone soon early late back down under within ever always often sometimes once thrice here anything something nothing
    everything everyone someone nobody somebody instead rather quite around above below between through against per via upto
    least enough extra additional remaining else whether unless since respectively approximately roughly less plus minus
    same different previous such own he she it they them him let its
""")
# What is said of things to which something happened: no kinds of them (`-ed` goes by its ending).
HAPPENED = _set("""
    gone stolen torn worn hidden dead hurt cut shot blown grown ripe spent lent dug burnt bent hit set shut missing sick absent
    done ready away bitten forgotten frozen shaken known new
""")
_NOUNS_IN_LY = _set("""
    family fly jelly lily bully belly butterfly dragonfly holly ally reply supply monopoly assembly
""")

WEEKDAYS = _set("""
    monday tuesday wednesday thursday friday saturday sunday
""")


@cache
def verb_forms() -> dict[str, tuple[str, str]]:
    """Every form of every verb, with its class and its base form."""
    forms: dict[str, tuple[str, str]] = {}
    for line in _VERBS.strip().splitlines():
        group, base, *others = line.split()
        regular = [f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{base}s"]
        regular.append(f"{base[:-1]}ing" if base.endswith("e") else f"{base}ing")
        for form in (base, *others, *regular):
            forms.setdefault(form, (group, base))
    # The three verbs whose third person is not regular.
    del forms["haves"], forms["flys"], forms["multiplys"]
    return forms


def singular(noun: str) -> str:
    """The form under which a noun is known: `boxes` and `box` are one noun."""
    if noun in _UNIT_NAMES:
        return _UNIT_NAMES[noun]
    if noun in _UNCHANGED:
        return noun
    if noun in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses", "oes", "zzes")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and len(noun) > 2:
        return _UNIT_NAMES.get(noun[:-1], noun[:-1])
    return noun


def plural(noun: str) -> str:
    """What several are called, for the names of variables."""
    if noun in _UNCHANGED:
        return noun
    for many, one in _IRREGULAR_PLURALS.items():
        if one == noun:
            return many
    if noun.endswith("y") and noun[-2:-1] not in set("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("ch", "sh", "x", "ss", "s", "z")) else f"{noun}s"


def is_first_name(word: str) -> bool:
    """Whether it is one of the first names listed here."""
    return word in _MEN or word in _WOMEN


def can_be_noun(word: str) -> bool:
    """Whether a word that the grammar does not know may be a noun: nouns are open, but for little words and adverbs."""
    return word not in NO_NOUNS and not (singular(word).endswith("ly") and singular(word) not in _NOUNS_IN_LY)


def fits(name: str, pronoun: str) -> bool:
    """Whether `he`, `she` (and their other forms) can stand for somebody of this name; unknown names fit both."""
    last = name.rsplit("_", maxsplit=1)[-1]
    if pronoun in {"he", "his", "him"}:
        return last not in _WOMEN and last not in _FEMALE_NOUNS
    return last not in _MEN and last not in _MALE_NOUNS
