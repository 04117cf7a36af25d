"""Numbers and doses of a text, in one normal form: "two tablets" is "2 tablets", "0.5 g" is "500mg".

What a text *states* and what it can *support* differ. "the first one" supports an outline that writes "1", but an
outline without it has lost nothing; so each reading has two sets. Not covered: times of day ("at night"), dates as
dates (their numbers are compared), which drug an amount belongs to, arithmetic ("two weeks" against "14 days"), Roman
numerals.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_VALUES = {word: value for value, word in enumerate((_ONES + " seventeen eighteen nineteen").split())}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}

# Words that can stand behind a number without stating one themselves.
_SUPPORT = {
    "one": 1, "once": 1, "single": 1, "first": 1, "a": 1, "an": 1, "per": 1, "every": 1, "each": 1,
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

    numbers: frozenset[str]
    doses: frozenset[str]
    supported_numbers: frozenset[str]
    supported_doses: frozenset[str]


@dataclass(frozen=True)
class _Item:
    kind: str  # number (stated), support, name, word, mark
    text: str
    value: Decimal | None = None


def find_quantities(text: str) -> Quantities:
    """Return the quantities of `text`; the order and number of mentions do not count."""
    items = _items(text)
    numbers, doses, also_numbers, also_doses = set(), set(), set(), set()
    for at, item in enumerate(items):
        if item.value is None:
            if item.text in _RATES and _is_dosed(items, at):
                doses.add(f"1/{_RATES[item.text]}")
            continue
        unit = _unit_after(items, at)
        # A bare "one" states nothing ("one of these"), "one tablet" does.
        stated = item.kind == "number" or (item.text == "one" and unit is not None)
        also_numbers.add(_plain(item.value))
        if item.text in _HOW_OFTEN:
            also_doses.add(_plain(item.value) + "time")
        if period := _period_after(items, at):
            (doses if item.kind == "number" or item.text in _HOW_OFTEN else also_doses).add(
                f"{_plain(item.value)}/{period}"
            )
        if stated:
            numbers.add(_plain(item.value))
        if unit:
            name, factor = unit
            # 500 mg may be written as 0.5 g: the number in each unit of the same family is supported.
            also_numbers.update(_plain(item.value * factor / other) for other in _FACTORS[name])
            also_doses.add(_plain(item.value * factor) + name)
            if stated:
                doses.add(_plain(item.value * factor) + name)
    return Quantities(
        frozenset(numbers), frozenset(doses), frozenset(numbers | also_numbers), frozenset(doses | also_doses)
    )


def _items(text: str) -> list[_Item]:
    raw = [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(text.lower())]
    items: list[_Item] = []
    at = 0
    while at < len(raw):
        kind, word = raw[at]
        if kind == "number":
            items.append(_Item("number", word, Decimal(word.replace(",", ""))))
        elif kind == "name":
            items.extend(_Item("support", digits, Decimal(digits)) for digits in re.findall(r"\d+", word))
        elif kind == "word" and (spelled := _spelled_number([text for _, text in raw[at:]])):
            value, length = spelled
            # "one" alone is no statement; "twenty one" is.
            items.append(_Item("support" if word == "one" and length == 1 else "number", word, Decimal(value)))
            at += length - 1
        elif kind == "word" and word in _SUPPORT:
            items.append(_Item("support", word, Decimal(_SUPPORT[word])))
        else:
            items.append(_Item(kind, word))
        at += 1
    return items


def _spelled_number(words: list[str]) -> tuple[int, int] | None:
    """The value of the number that `words` begin with ("two hundred and fifty") and how many words it takes."""
    total, part, length = 0, None, 0
    for at, word in enumerate(words):
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
        length = at + 1
    return (total + part, length) if part is not None else None


def _continues(words: list[str], at: int, part: int) -> bool:
    """Whether "and" or "-" joins two parts of one number: "hundred and ten", "twenty-five"; not "five and six"."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if words[at] == "and":
        return part >= 100 and part % 100 == 0 and (following in _VALUES or following in _TENS)
    return part in _TENS.values() and 0 < _VALUES.get(following, 0) < 10


def _unit_after(items: list[_Item], at: int) -> tuple[str, Decimal] | None:
    """The unit of the number at `at`: right behind it ("5 mg", "5-day"), or at the end of its range ("5 to 10 mg")."""
    joins = (*_RANGE, "and") if at and items[at - 1].text == "between" else _RANGE
    for ahead in range(at + 1, min(at + 5, len(items))):
        item = items[ahead]
        if item.text in _UNITS and item.value is None:
            return _UNITS[item.text]
        # "second" is both a rank and a unit; behind a number it is the unit.
        if item.text == "second" and items[ahead - 1].kind == "number":
            return _UNITS["second"]
        if item.text not in joins and item.text not in _ORDINAL and item.kind not in ("number", "support"):
            return None
        if item.kind in ("number", "support") and items[ahead - 1].text not in joins:
            return None
    return None


def _period_after(items: list[_Item], at: int) -> str | None:
    """The period of a rate whose number is at `at`: "2 times a day", "twice daily", "every week"."""
    after = at + 1
    while after < len(items) and items[after].text in _BEFORE_PERIOD:
        after += 1
    word = items[after].text if after < len(items) else ""
    if word in _RATES:
        return _RATES[word]
    name = _UNITS[word][0] if word in _UNITS else ""
    joined = after > at + 1 or items[at].text in ("every", "each", "per", "a")
    return name if joined and name in _PERIODS else None


def _is_dosed(items: list[_Item], at: int) -> bool:
    """Whether the "daily" at `at` says how often an amount is taken ("15 mg daily"); not in "daily care"."""
    return at > 0 and items[at - 1].text in _UNITS and items[at - 1].text not in _BEFORE_PERIOD


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
