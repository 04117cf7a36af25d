"""What stands beside a number: the range that it belongs to, its unit, "every" before it."""

from decimal import Decimal

from outline import rates
from outline.numerals import Item
from outline.units import GARBLED, UNITS, Unit

_RANGE = ("to", "or", "till", "-", "–", "—", "/")
# Words between a number and its unit that say nothing about how much it is.
_FILLERS = frozenset(
    "- a an of or full more further extra additional consecutive whole small large heaped level".split()
)
_FORMS = ("tablet", "capsule", "pill", "sachet", "injection", "ampoule")
_PER = {"dl": "dl", "l": "l", "ml": "ml", "kg": "kg", "m2": "m2", "min": "min", "minute": "min", "litre": "l"}
# A bare letter is a unit only behind such a number as the body's temperature.
_LETTERS = {"f": ("°f", Decimal(90), Decimal(112)), "c": ("°c", Decimal(30), Decimal(45))}
_AGE = frozenset("age ages aged".split())
_BEFORE_AGE = frozenset("of is at about around over under above below between : = the from".split())


def range_end(items: list[Item], at: int) -> int:
    """The place of the last number of the range that the one at `at` belongs to: "5 to 7 or 8", "between 5 and 7"."""
    joins = (*_RANGE, "and") if at and items[at - 1].text == "between" else _RANGE
    while at + 1 < len(items):
        step = 2 if items[at + 1].text in joins else 1
        following = items[at + step] if at + step < len(items) else None
        if (
            following is None
            or following.value is None
            or (following.kind == "vague" and following.text in ("a", "an"))
        ):
            break
        # "13 15 years" is a range that lost its hyphen.
        if step == 1 and not (following.text.isdigit() and items[at].text.isdigit()):
            break
        at += step
    return at


def unit_after(items: list[Item], last: int) -> int | None:
    """The place of the unit behind the number at `last`: "5 mg", "5-day", "half an hour", "two 500 mg tablets"."""
    at = last + 1
    while at < len(items) and items[at].text in _FILLERS and at <= last + 3:
        at += 1
    if at == len(items):
        return None
    word = items[at].text
    # "second" is both a rank and a unit; behind a number it is the unit.
    if word in ("more", "so", "less", "fewer") and items[at - 1].text == "or":
        at, word = at + 1, items[at + 1].text if at + 1 < len(items) else ""
    if word in _LETTERS:
        value, (_, lowest, highest) = items[last].value, _LETTERS[word]
        return at if value is not None and lowest <= value <= highest else None
    if items[at].kind == "number" and at + 2 < len(items) and items[at + 2].text in UNITS:
        # "two 500 mg tablets"
        return at + 2 if UNITS[items[at + 2].text].name in _FORMS and items[at + 1].text in UNITS else None
    if word in UNITS or word == "second" or (word in GARBLED and items[last].text[0].isdigit()):
        return at
    return None


def unit_at(items: list[Item], at: int) -> Unit:
    following = items[at + 1].text if at + 1 < len(items) else ""
    if UNITS.get(items[at].text, Unit("")).name == "degree" and following in ("c", "f", "celsius", "fahrenheit"):
        return UNITS[f"°{following[0]}"]
    if items[at].text in _LETTERS:
        return UNITS[_LETTERS[items[at].text][0]]
    return UNITS["sec"] if items[at].text == "second" else UNITS[items[at].text]


def unit_before(items: list[Item], at: int) -> Unit | None:
    """The unit of a number that stands behind its unit: "aged 45", "ages 13 to 15", "day 5", "weeks 6-8"."""
    before = at - 1
    while before >= 0 and at - before < 6:
        other = items[before]
        if other.text not in _RANGE and other.text not in _BEFORE_AGE and other.value is None and other.text != "and":
            break
        before -= 1
    word = items[before].text if before >= 0 else ""
    if word in _AGE:
        return UNITS["year"]
    return UNITS[word] if word in ("day", "days", "week", "weeks", "month", "year") and before == at - 1 else None


def is_interval(items: list[Item], at: int) -> bool:
    """Whether the number at `at` says how far apart: "every 4 to 6 hours", "8 hourly"."""
    if at + 1 < len(items) and items[range_end(items, at) + 1 :][:1] and items[at].kind == "number":
        behind = [other.text for other in items[range_end(items, at) + 1 :][:2]]
        if "hourly" in behind or "hrly" in behind:
            return True
    before = at - 1
    while before >= 0 and (items[before].text in _RANGE or items[before].kind == "number"):
        before -= 1
    if before > 0 and items[before].text == "in":
        return items[before - 1].text in rates.HOW_OFTEN
    return before >= 0 and items[before].text in ("every", "each", "q")


def per_unit(items: list[Item], at: int) -> str | None:
    """What the unit at `at` is counted by: "dl" in "100 mg/dl"."""
    if at + 2 < len(items) and items[at + 1].text in ("/", "per"):
        return _PER.get(items[at + 2].text)
    return None
