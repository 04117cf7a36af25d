"""Numbers and doses of a text, in one normal form: "two tablets" is "2 tablets", "0.5 g" is "500mg".

What a text *states* and what it can *support* differ. "the first one" supports an outline that writes "1", but an
outline without it has lost nothing; so each reading has two sets. Not covered: times of day ("at night"), dates as
dates (their numbers are compared), which drug an amount belongs to, arithmetic ("two weeks" against "14 days"), Roman
numerals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from outline.mentions import Mention

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_VALUES = {word: value for value, word in enumerate((_ONES + " seventeen eighteen nineteen").split())}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}

# Words that can stand behind a number without stating one themselves.
_SUPPORT = {
    "once": 1, "single": 1, "first": 1, "a": 1, "an": 1, "per": 1, "every": 1, "each": 1,
    "twice": 2, "double": 2, "couple": 2, "pair": 2, "both": 2, "second": 2, "half": Decimal("0.5"),
    "thrice": 3, "triple": 3, "third": 3, "quarter": Decimal("0.25"), "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "dozen": 12,
}  # fmt: skip

# Unit as written → (its name in the normal form, how many of that it is).
_UNITS: dict[str, tuple[str, Decimal]] = {}
for _name, _factor, _spellings in (
    ("mg", "1", "mg mgs milligram milligrams milligramme milligrammes"),
    ("mg", "1000", "g gm gms gram grams gramme grammes"),
    ("mg", "1000000", "kg kgs kilo kilos kilogram kilograms"),
    ("mg", "0.001", "mcg ug µg μg microgram micrograms"),
    ("ml", "1", "ml mls cc millilitre millilitres milliliter milliliters"),
    ("ml", "1000", "l litre litres liter liters"),
    ("mm", "1", "mm millimetre millimetres millimeter millimeters"),
    ("mm", "10", "cm cms centimetre centimetres centimeter centimeters"),
    ("iu", "1", "iu units unit"),
    ("%", "1", "% percent"),
    ("mmhg", "1", "mmhg"),
    ("°c", "1", "°c celsius"),
    ("°f", "1", "°f fahrenheit"),
    ("tablet", "1", "tablet tablets tab tabs pill pills capsule capsules cap caps"),
    ("drop", "1", "drop drops"),
    ("puff", "1", "puff puffs"),
    ("teaspoon", "1", "teaspoon teaspoons tsp"),
    ("tablespoon", "1", "tablespoon tablespoons tbsp"),
    ("glass", "1", "glass glasses cup cups"),
    ("dose", "1", "dose doses"),
    ("time", "1", "time times"),
    ("second", "1", "second seconds sec secs"),
    ("minute", "1", "minute minutes min mins"),
    ("hour", "1", "hour hours hr hrs hourly"),
    ("day", "1", "day days"),
    ("week", "1", "week weeks wk wks"),
    ("month", "1", "month months"),
    ("year", "1", "year years yr yrs"),
):
    _UNITS.update({spelling: (_name, Decimal(_factor)) for spelling in _spellings.split()})
_FACTORS = {name: {factor for other, factor in _UNITS.values() if other == name} for name, _ in _UNITS.values()}

# "2nd" and "500mg" are a number and what follows it; "b12" is a name; "1,000" and "0.25" are one number each.
_TOKEN = re.compile(
    r"(?P<name>[^\W\d_]+\d[\w]*)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<word>[°µμ]?[^\W\d_]+|%)"
    r"|(?P<mark>[-–—/,.;:!?\n+()])"
)
_ORDINAL = ("st", "nd", "rd", "th")
_RANGE = ("to", "or", "till", "-", "–", "—", "/")
# How often: "twice daily", "2 times a day" and "two per day" are one rate, "2/day"; "15 mg daily" is "1/day".
_HOW_OFTEN = ("once", "twice", "thrice")
_RATES = {"daily": "day", "nightly": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_PERIODS = ("hour", "day", "week", "month", "year")
_BEFORE_PERIOD = ("time", "times", "a", "an", "per", "in", "each", "every", "the")


@dataclass(frozen=True)
class Quantities:
    """Numbers ("2.5") and doses ("500mg", "2tablet") that a text states, and those that it can support."""

    numbers: frozenset[str] = frozenset()
    doses: frozenset[str] = frozenset()
    supported_numbers: frozenset[str] = frozenset()
    supported_doses: frozenset[str] = frozenset()

    def __or__(self, other: "Quantities") -> "Quantities":
        """Return what two texts say together."""
        return Quantities(
            self.numbers | other.numbers,
            self.doses | other.doses,
            self.supported_numbers | other.supported_numbers,
            self.supported_doses | other.supported_doses,
        )


class _Item(NamedTuple):
    kind: str  # number (stated), support, name, word, mark
    text: str
    start: int
    end: int
    value: Decimal | None = None


@dataclass
class _Reading:
    """What one number, or a "daily" behind an amount, says, and where."""

    start: int
    end: int
    numbers: set[str] = field(default_factory=set)
    doses: set[str] = field(default_factory=set)
    also_numbers: set[str] = field(default_factory=set)
    also_doses: set[str] = field(default_factory=set)


def find_quantities(text: str) -> Quantities:
    """Return the quantities of `text`; the order and number of mentions do not count."""
    readings = list(_readings(text))
    numbers = frozenset().union(*(reading.numbers for reading in readings))
    doses = frozenset().union(*(reading.doses for reading in readings))
    return Quantities(
        numbers,
        doses,
        numbers.union(*(reading.also_numbers for reading in readings)),
        doses.union(*(reading.also_doses for reading in readings)),
    )


def quantity_mentions(text: str) -> list[Mention]:
    """Return where `text` states a quantity, in text order; a span reaches from the number to its unit or period."""
    return [
        Mention(reading.start, reading.end, frozenset(reading.numbers | reading.doses))
        for reading in _readings(text)
        if reading.numbers or reading.doses
    ]


def _readings(text: str) -> Iterator[_Reading]:
    items = _items(text)
    for at, item in enumerate(items):
        if item.value is not None:
            yield _reading(items, at)
        elif item.text in _RATES and _is_dosed(items, at):
            yield _Reading(item.start, item.end, doses={f"1/{_RATES[item.text]}"})


def _reading(items: list[_Item], at: int) -> _Reading:
    """What the number at `at` says with the unit and the period behind it."""
    item, value = items[at], items[at].value or Decimal(0)
    unit, period = _unit_after(items, at), _period_after(items, at)
    # A bare "one" states nothing ("one of these"), "one tablet" does.
    stated = item.kind == "number" or (item.text == "one" and unit is not None)
    found = _Reading(item.start, item.end, also_numbers={_plain(value)})
    if stated:
        found.numbers.add(_plain(value))
    if item.text in _HOW_OFTEN:
        found.also_doses.add(_plain(value) + "time")
    if period:
        last, name = period
        found.end = last.end
        rates = found.doses if item.kind == "number" or item.text in _HOW_OFTEN else found.also_doses
        rates.add(f"{_plain(value)}/{name}")
    if unit:
        last, (name, factor) = unit
        found.end = max(found.end, last.end)
        # 500 mg may be written as 0.5 g: the number in each unit of the same family is supported.
        found.also_numbers.update(_plain(value * factor / other) for other in _FACTORS[name])
        (found.doses if stated else found.also_doses).add(_plain(value * factor) + name)
    return found


def _items(text: str) -> list[_Item]:
    matches = list(_TOKEN.finditer(text))
    words = [match.group().lower() for match in matches]
    items: list[_Item] = []
    at = 0
    while at < len(words):
        kind, word, (start, end) = matches[at].lastgroup or "", words[at], matches[at].span()
        if kind == "number":
            items.append(_Item("number", word, start, end, Decimal(word.replace(",", ""))))
        elif kind == "name":
            items.extend(_Item("support", digits, start, end, Decimal(digits)) for digits in re.findall(r"\d+", word))
        elif word in _SUPPORT:
            items.append(_Item("support", word, start, end, Decimal(_SUPPORT[word])))
        elif word in _VALUES or word in _TENS:
            value, length = _spelled_number(words, at)
            # "one" alone is no statement; "twenty one" is.
            kind = "support" if word == "one" and length == 1 else "number"
            items.append(_Item(kind, word, start, matches[at + length - 1].end(), Decimal(value)))
            at += length - 1
        else:
            items.append(_Item(kind, word, start, end))
        at += 1
    return items


def _spelled_number(words: list[str], first: int) -> tuple[int, int]:
    """The value of the number that begins at `first` ("two hundred and fifty") and how many words it takes."""
    total, part, length = 0, None, 0
    for at in range(first, len(words)):
        word = words[at]
        if word in _VALUES and (part is None or part % 100 == 0 or (part % 10 == 0 and 0 < _VALUES[word] < 10)):
            part = (part or 0) + _VALUES[word]
        elif word in _TENS and (part is None or part % 100 == 0):
            part = (part or 0) + _TENS[word]
        elif word in _SCALES and part is not None:
            total, part = (total, part * 100) if word == "hundred" else (total + part * _SCALES[word], 0)
        elif word in ("and", "-") and part is not None and _continues(words, at, part):
            continue
        else:
            break
        length = at + 1 - first
    return total + (part or 0), length


def _continues(words: list[str], at: int, part: int) -> bool:
    """Whether "and" or "-" joins two parts of one number: "hundred and ten", "twenty-five"; not "five and six"."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if words[at] == "and":
        return part >= 100 and part % 100 == 0 and (following in _VALUES or following in _TENS)
    return part in _TENS.values() and 0 < _VALUES.get(following, 0) < 10


def _unit_after(items: list[_Item], at: int) -> tuple[_Item, tuple[str, Decimal]] | None:
    """The unit of the number at `at`, with its item: "5 mg", "5-day", or at the end of its range ("5 to 10 mg")."""
    joins = (*_RANGE, "and") if at and items[at - 1].text == "between" else _RANGE
    for ahead in range(at + 1, min(at + 5, len(items))):
        item = items[ahead]
        if item.text in _UNITS and item.value is None:
            return item, _UNITS[item.text]
        # "second" is both a rank and a unit; behind a number it is the unit.
        if item.text == "second" and items[ahead - 1].kind == "number":
            return item, _UNITS["second"]
        if item.text not in joins and item.text not in _ORDINAL and item.kind not in ("number", "support"):
            return None
        if item.kind in ("number", "support") and items[ahead - 1].text not in joins:
            return None
    return None


def _period_after(items: list[_Item], at: int) -> tuple[_Item, str] | None:
    """The period of a rate whose number is at `at`, with its item: "2 times a day", "twice daily", "every week"."""
    after = at + 1
    while after < len(items) and items[after].text in _BEFORE_PERIOD:
        after += 1
    if after == len(items):
        return None
    item = items[after]
    if item.text in _RATES:
        return item, _RATES[item.text]
    name = _UNITS[item.text][0] if item.text in _UNITS else ""
    joined = after > at + 1 or items[at].text in ("every", "each", "per", "a")
    return (item, name) if joined and name in _PERIODS else None


def _is_dosed(items: list[_Item], at: int) -> bool:
    """Whether the "daily" at `at` says how often an amount is taken ("15 mg daily"); not in "daily care"."""
    return at > 0 and items[at - 1].text in _UNITS and items[at - 1].text not in _BEFORE_PERIOD


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
