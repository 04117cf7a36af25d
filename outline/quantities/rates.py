"""How often: "twice daily", "2 times a day", "every 12 hours", "b.i.d." and "1-0-1" are one rate, "2/day".

A rate is compared by the time from one to the next. Not covered: "as needed", how a day's amount is divided, and rates
that only come near each other, such as twice a month and every two weeks.
"""

from decimal import Decimal
from typing import NamedTuple

from outline.quantities.amounts import amount, plain
from outline.quantities.items import Line
from outline.quantities.units import UNITS, Unit

PARTS_OF_DAY = {
    **dict.fromkeys("morning mornings mane breakfast qam dawn".split(), "morning"),
    **dict.fromkeys("noon midday lunch lunchtime afternoon afternoons".split(), "noon"),
    **dict.fromkeys("evening evenings dinner supper teatime qpm".split(), "evening"),
    **dict.fromkeys("night nights nighttime bedtime nocte tonight hs qhs".split(), "night"),
}
"""Words for a part of the day → which."""
DAY_WORDS = frozenset([*PARTS_OF_DAY, "bed", "waking", "rising"])
MEALS = ("meal", "meals")
HOW_OFTEN = {"once": 1, "twice": 2, "thrice": 3}
TIMES = ("time", "times", "x", "×", "*")
EACH = ("every", "each")
# Adverb → the period, as so many of a unit, and how often in it.
_ADVERBS = {
    "hourly": (1, "hour", 1), "hrly": (1, "hour", 1), "daily": (1, "day", 1), "everyday": (1, "day", 1),
    "nightly": (1, "day", 1), "weekly": (1, "week", 1), "wkly": (1, "week", 1), "fortnightly": (2, "week", 1),
    "biweekly": (2, "week", 1), "monthly": (1, "month", 1), "bimonthly": (2, "month", 1), "quarterly": (3, "month", 1),
    "yearly": (1, "year", 1), "annually": (1, "year", 1), "annual": (1, "year", 1), "biannual": (1, "year", 2),
    "biannually": (1, "year", 2), "semiannual": (1, "year", 2), "semiannually": (1, "year", 2),
    "od": (1, "day", 1), "qd": (1, "day", 1), "bd": (1, "day", 2), "bid": (1, "day", 2), "bds": (1, "day", 2),
    "tds": (1, "day", 3), "tid": (1, "day", 3), "qid": (1, "day", 4), "qds": (1, "day", 4), "qod": (2, "day", 1),
    "eod": (2, "day", 1), "biw": (1, "week", 2), "tiw": (1, "week", 3), "qw": (1, "week", 1),
}  # fmt: skip
# Only of these can a number say how many: "6-hourly", not "6 daily".
COUNTED = ("hourly", "hrly", "weekly", "wkly", "monthly", "yearly")
_ARTICLES = ("a", "an", "per", "/", "one", "the", *EACH)
_INSIDE = ("in", "within", "over", "during")
_OTHER = ("other", "alternate", "second")
_FAMILIES = ("time", "calendar")
_DAYS = ("days", "nights", "mornings", "evenings")
_MOST = 48
"""Hours, weeks or months between two times that are still one rate."""
_DAY = 86_400
ONE = Decimal(1)

WORDS = frozenset({*PARTS_OF_DAY, *_ADVERBS, *EACH, "per", "/", "a", "an", "alternate", "q", "half"})
"""Words and marks at which a rate without a number may begin."""


class Rate(NamedTuple):
    """So many times in a period: its normal form ("2/day"), its key (the time from one to the next), and its end."""

    form: str
    key: str
    end: int
    """The place of its last item."""
    count: Decimal
    length: Decimal
    period: Unit


def rate(count: Decimal, length: Decimal, period: Unit, end: int = 0) -> Rate | None:
    """Return the rate of `count` times in `length` of a `period`; None for none."""
    if not count or not length:
        return None
    size = length * period.size / count
    key = f"every {period.family} {float(size):.10g}"
    if period.family == "time" and 3600 <= size <= _DAY and _DAY % size == 0:
        return Rate(f"{plain(_DAY / size)}/day", key, end, count, length, period)
    form = amount(length, period).form if length != 1 or period.name == "fortnight" else period.name
    return Rate(f"{plain(count)}/{form}", key, end, count, length, period)


def regular(period: str, times: int = 1, end: int = 0) -> Rate:
    """Return the rate of so many `times` in a period: "day", "week", "year"."""
    found = rate(Decimal(times), ONE, UNITS[period], end)
    assert found
    return found


def period_unit(word: str) -> Unit | None:
    """The unit of time that `word` names: "day" for "days", "night" and "morning"."""
    if word in PARTS_OF_DAY:
        return UNITS["day"]
    unit = UNITS["sec"] if word == "second" else UNITS.get(word)
    return unit if unit and unit.family in _FAMILIES and len(word) > 1 else None


def count_rate(line: Line, count: Decimal, after: int, often: bool) -> Rate | None:
    """Return the rate of a count that ends before `after`: "3 times a day", "twice daily", "once in 3 days".

    Only a count of times has one rate: `often` says that it is one in itself ("twice"), and so are "5 days a week". In
    "2 tablets a day" and "2 a day" the number and the rate are told apart.
    """
    words, at = line.words, after
    while words[at] in TIMES or (at > after and words[at] == "only"):
        at, often = at + 1, True
    if not often and words[at] in _DAYS and words[at + 1] in _ARTICLES[:4] and period_unit(words[at + 2]):
        at, often = at + 1, True
    if not often:
        return None
    if adverb := _ADVERBS.get(words[at]):
        return rate(count * adverb[2], Decimal(adverb[0]), UNITS[adverb[1]], at)
    at += words[at] in _INSIDE
    if found := _alternate(line, at, count):
        return found
    if words[at] in _ARTICLES:
        at += 1
    elif words[at - 1] not in _INSIDE:
        return None
    length = ONE
    if line.kind(at) == "number":
        length, at = line.value(at), at + 1
    unit = period_unit(words[at])
    return rate(count, length, unit, at) if unit else None


def _alternate(line: Line, at: int, count: Decimal = ONE) -> Rate | None:
    """The rate of "every other day", "alternate days", "on alternate nights", "every third month" at `at`."""
    words, end = line.words, at + 1
    length = Decimal(2)
    if (words[at] in EACH and words[end] in _OTHER) or (words[at] in ("on", "an") and words[end] == "alternate"):
        end += 1
    elif words[at] in EACH and line.kind(end) == "rank":
        length, end = line.value(end), end + 1
    elif words[at] != "alternate":
        return None
    unit = period_unit(words[end])
    return rate(count, length, unit, end) if unit else None


def interval_rate(line: Line, before: int, value: Decimal, after: int) -> Rate | None:
    """Return the rate of an interval: "every 8 hours", "8-hourly", "six-monthly", "q12h", "once in 3 days".

    `before` is the place before the number (or its range), `after` the one behind it.
    """
    words = line.words
    after += words[after] == "-"
    if words[after] in COUNTED and 0 < value <= _MOST and value != 1:
        return rate(ONE, value, UNITS[_ADVERBS[words[after]][1]], after)
    unit = period_unit(words[after]) or (UNITS["hour"] if words[after] == "h" else None)
    once = words[before] in ("in", "per") and words[before - 1] in ("once", "one", "1")
    if unit is None or not (words[before] in (*EACH, "q") or once):
        return None
    return rate(ONE, value, unit, after)


def plain_rate(line: Line, at: int) -> Rate | None:
    """Return the rate of a word or two without a number: "daily", "b.i.d.", "every week", "per month", "each night"."""
    words, word = line.words, line.words[at]
    if adverb := _ADVERBS.get(word):
        return rate(Decimal(adverb[2]), Decimal(adverb[0]), UNITS[adverb[1]], at)
    if found := _alternate(line, at):
        return found
    if word in (*EACH, "per", "/"):
        unit = UNITS["day"] if word == "/" and words[at + 1] == "d" else period_unit(words[at + 1])
        return rate(ONE, ONE, unit, at + 1) if unit and unit.name != "second" else None
    return None


def day_part(words: list[str], at: int) -> str:
    """Return the part of the day that the word at `at` names, "" for none; so do "before bed" and "on waking"."""
    if words[at] == "bed" and words[at - 1] in ("before", "to"):
        return "night"
    if words[at] in ("waking", "rising") and words[at - 1] in ("on", "upon"):
        return "morning"
    return PARTS_OF_DAY.get(words[at], "")


def day_parts(line: Line, at: int) -> tuple[set[str], int]:
    """The parts of a day that a row names from `at`, "morning, noon and night", and the place behind the row."""
    words = line.words
    found, after, place = set(), at, at
    while part := day_part(words, place):
        found.add(part)
        after = place + 1
        if words[after] not in (",", "and", "&", "+", "/"):
            break
        place = after
        while words[place] in (",", "and", "&", "+", "/", "in", "at", "the", "before", "after", "with", *EACH):
            place += 1
    return found, after
