"""How often: "twice daily", "2 times a day", "every 12 hours" and "b.i.d." are one rate, "2/day"."""

from collections.abc import Sequence
from decimal import Decimal

from outline.numerals import Item
from outline.units import UNITS, amount, plain

HOW_OFTEN = ("once", "twice", "thrice")
PARTS_OF_DAY = frozenset("morning mornings evening evenings night nights bedtime breakfast dinner daytime".split())
_PERIODS = ("hour", "day", "week", "month", "year")
_ADVERBS = {
    "daily": "day", "everyday": "day", "nightly": "day", "weekly": "week", "fortnightly": "2week",
    "monthly": "month", "quarterly": "3month", "yearly": "year", "annually": "year",
}  # fmt: skip
_LATIN = {
    "od": 1, "bd": 2, "bid": 2, "bds": 2, "tds": 3, "tid": 3, "qid": 4, "qds": 4,
}  # fmt: skip
_EACH = ("every", "each")
ALTERNATING = (*_EACH, "alternate")
WORDS = PARTS_OF_DAY | _ADVERBS.keys() | _LATIN.keys()
"""Words that say how often without a number."""
_BEFORE_PERIOD = ("time", "times", "x", "a", "an", "per", "in", "each", "every", "the", "/")
_ALTERNATE = ("other", "second", "alternate")
_DAY = 86_400


def period_at(items: Sequence[Item], at: int) -> str | None:
    """Return the period that the word at `at` names: "day" for "daily", "day" and "morning"."""
    if at >= len(items):
        return None
    word = items[at].text
    if word in PARTS_OF_DAY:
        return "day"
    name = UNITS[word].name if word in UNITS else ""
    if name == "fortnight":
        return "2week"
    return _ADVERBS.get(word) or (name if name in _PERIODS else None)


def count_rate(items: Sequence[Item], at: int) -> tuple[str, int] | None:
    """Return the period of the count at `at` and the place of its last word: "2 times a day", "twice daily".

    "every day" counts as once a day; "2 days" is no rate.
    """
    after = at + 1
    while after < len(items) and items[after].text in _BEFORE_PERIOD:
        after += 1
    period = period_at(items, after)
    adverb = after < len(items) and items[after].text in _ADVERBS
    joined = adverb or after > at + 1 or items[at].text in (*_EACH, "per", "a")
    return (period, after) if period and joined else None


def shared_period(items: Sequence[Item], last: int) -> str | None:
    """Return the period of a count whose noun comes first: "10 colds a year", "2 tablets per day"."""
    if (
        last + 3 >= len(items)
        or items[last + 1].kind != "word"
        or items[last + 2].text not in ("a", "per", "each", "every")
    ):
        return None
    return period_at(items, last + 3)


def alternate_rate(items: Sequence[Item], at: int) -> tuple[str, int] | None:
    """Return the rate "1/2day" for "every other day" and "alternate days" at `at`, and the place of its last word."""
    if at + 1 < len(items) and items[at].text in _EACH and items[at + 1].text in _ALTERNATE:
        at += 1
    elif items[at].text != "alternate":
        return None
    unit = UNITS.get(items[at + 1].text) if at + 1 < len(items) else None
    return (f"1/{amount(Decimal(2), unit).form}", at + 1) if unit and unit.name in _PERIODS else None


def interval_rate(value: Decimal, word: str) -> str | None:
    """Return the rate of "every `value` `word`": every 8 hours is "3/day", every 3 days "1/3day"."""
    unit = UNITS[word]
    if unit.family not in ("time", "calendar") or not value:
        return None
    seconds = value * unit.size
    if unit.family == "time" and 3600 <= seconds <= _DAY and _DAY % seconds == 0:
        return f"{plain(_DAY / seconds)}/day"
    form = amount(value, unit).form
    return f"1/{form.removeprefix('1') if form.removeprefix('1').isalpha() else form}"


def latin_rate(word: str) -> int | None:
    """Return how often a day a prescription's abbreviation means: 2 for "bid"."""
    return _LATIN.get(word)
