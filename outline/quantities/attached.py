"""What stands beside a number: the range or list that it belongs to, and its unit."""

from decimal import Decimal
from typing import NamedTuple

from outline.quantities.amounts import per
from outline.quantities.items import Line
from outline.quantities.units import GARBLED, UNITS, Unit

NOT_OFTEN = frozenset("later after afterwards ahead before beforehand prior ago earlier apart old".split())
"""Behind "an hour" they make it a length of time, not a rate."""
CROSSES = ("x", "×", "*", "by", "over")
"""Between two measures: "4 x 6 cm", "120 over 80"; a unit behind the second is that of both only if it is a length."""
# Between the numbers of a range, of two measures and of dimensions: one unit serves all.
_JOINS = frozenset(["to", "or", "till", "until", "upto", "-", "–", "—", "/", "and", *CROSSES])
_WITHIN_RANGE = frozenset("as much many up to even max maximum about around the".split())
# Words between a number and its unit that say nothing about how much it is.
_FILLERS = frozenset(
    "- of or full more further extra additional other consecutive successive whole complete completed entire straight"
    " solid good long small large heaped level plus odd + ( fl".split()
)
_OF_PART = ("a", "an", "the")
# "three dry nights"; "a seizure-free year" needs no list.
_QUALITIES = frozenset("dry clear clean good bad free sober working school business quiet safe quick painful".split())
_FREE = ("free", "less", "only")
# "in week 12 second dose"
_NUMBERED = frozenset(
    "dose visit scan line opinion test time baby child trimester degree injection jab day week".split()
)
_LETTERS = {"f": ("°f", Decimal(90), Decimal(112)), "c": ("°c", Decimal(30), Decimal(45))}
"""A bare letter is a unit only behind such a number as the body's temperature has."""
_SINGLE = frozenset("g l m h d s y u".split())
_BELOW = {"m2": UNITS["m2"], "mm": UNITS["µl"], "cu": UNITS["µl"], "hpf": Unit("hpf"), "ul": UNITS["µl"]}
_BODY_MASS = Unit("kg/m2", soft=True)
_COUNTED_BY = ("ml", "l", "dl", "kg", "g", "hpf", "mm3", "cumm", "ul", "µl")
_PERIODS = ("day", "week", "month", "year", "fortnight", "decade")
_PREFIXES = frozenset("day days week weeks wk month months year years yr".split())
# "the next day one tablet" numbers no day
_ORDERING = frozenset("a next same following previous other first last that this another per every each / one".split())
_MOST = 24
"""Numbers of a range at most: a model that loops writes "1/1/1/1" without an end."""
_LONGEST = 12
"""Words of a list that a unit may begin: "days 3, 7, 14 and 28"."""
_CURRENCIES = frozenset("$ £ € ₹ usd eur gbp rs".split())
"""As they are written before an amount; "INR 2.5" is a blood test."""
_OF_GALLBLADDER = frozenset("polyp polyps stone stones calculus calculi wall sludge".split())
"""Behind "GB", which is then no unit of data."""
_AGE = frozenset("age ages aged".split())
_BEFORE_AGE = frozenset(
    "of is at about around over under above below between : = the from was and - – to or , &".split()
)


class Attached(NamedTuple):
    """A unit and the place of its last item."""

    unit: Unit
    end: int


def range_end(line: Line, at: int) -> int:
    """The place of the last number of the range that the one at `at` begins: "5 to 7 or 8", "4 to as much as 6"."""
    words, last = line.words, at
    for _ in range(_MOST):
        step = last + 1
        joined = words[step] in _JOINS and (words[step] != "and" or words[at - 1] in ("between", "from"))
        if joined:
            step += 1
            while words[step] in _WITHIN_RANGE:
                step += 1
        elif not (words[step].isdigit() and words[last].isdigit()):
            # "13 15 years" is a range that lost its hyphen.
            return last
        if line.kind(step) not in ("number", "part"):
            return last
        last = step
    return last


def range_start(line: Line, at: int) -> int:
    """The place before the range that the number at `at` ends: that of "every" in "every 4 to 6 hours"."""
    before, first = at - 1, at - 2 * _MOST
    while before > max(0, first) and line.words[before] in _JOINS and line.kind(before - 1) == "number":
        before -= 2
    return before


def unit_after(line: Line, last: int) -> Attached | None:
    """The unit behind the number at `last`: "5 mg", "5-day", "half an hour", "two 500 mg tablets", "mg per 5 ml"."""
    words, at = line.words, last + 1
    part = line.kind(last) == "part"
    while at <= last + 3 and (words[at] in _FILLERS or (part and words[at] in _OF_PART)):
        at += 1
    if words[at] in ("more", "so", "less", "fewer") and words[at - 1] == "or":
        at += 1
    if words[at] in ("/", "per", "a") and words[at + 1] in ("min", "minute"):
        return Attached(UNITS["bpm"], at + 1)
    if words[at] in ("/", "per") and words[at + 1] in _COUNTED_BY:
        # "9 million per ml"
        return Attached(Unit(f"/{words[at + 1]}", soft=True), at + 1)
    if line.kind(at) == "number" and line.items[at].start > line.items[last].end:
        form = UNITS.get(words[at + 2], Unit("")) if words[at + 1] in UNITS else Unit("")
        return Attached(form, at + 2) if form.form else None
    found = _unit(line, at, last)
    return _with_denominator(line, found) if found else None


def _unit(line: Line, at: int, last: int) -> Attached | None:
    words, value = line.words, line.value(last)
    word, following = words[at], words[at + 1]
    if place := _past_quality(words, at):
        return Attached(UNITS[words[place]], place)
    if word in _LETTERS:
        name, lowest, highest = _LETTERS[word]
        return Attached(UNITS[name], at) if lowest <= value <= highest else None
    if word in ("international", "calendar", "fluid") and following in UNITS:
        return Attached(UNITS[following], at + 1)
    if word in ("square", "sq", "cubic", "cu") and following in UNITS:
        power = "2" if word.startswith("sq") else "3"
        return Attached(UNITS.get(UNITS[following].name + power, Unit(UNITS[following].name + power)), at + 1)
    if word == "second" and at == last + 1 and following not in _NUMBERED:
        return Attached(UNITS["sec"], at)
    if word in GARBLED and at == last + 1 and words[last][0].isdigit():
        return Attached(GARBLED[word][0], at)
    if word == "gb" and following in _OF_GALLBLADDER:
        return None
    if word not in UNITS or (word in _SINGLE and not words[last][-1:].isdigit()):
        return None
    if UNITS[word].name == "degree" and following in ("c", "f", "celsius", "fahrenheit", "centigrade", "farenheit"):
        return Attached(UNITS["°f" if following[0] == "f" else "°c"], at + 1)
    return Attached(UNITS[word], at)


def _past_quality(words: list[str], at: int) -> int | None:
    """The place of a unit of time behind what the time is like: "seizure-free year", "dry nights"."""
    place = at + 2 if words[at].isalpha() and words[at + 1] in _FREE else at + 1 if words[at] in _QUALITIES else 0
    unit = UNITS.get(words[place]) if place else None
    return place if unit and (unit.family in ("time", "calendar") or unit.name == "night") else None


def _with_denominator(line: Line, found: Attached) -> Attached:
    """A strength, a concentration or a speed: "100 mg/dl", "120 mg per 5 ml", "5 mg/kg", "80 beats a minute"."""
    unit, end = found
    words = line.words
    joined, at = words[end + 1], end + 2
    if unit.form or unit.family in ("time", "calendar") or joined not in ("/", "per", "in", "a", "an", "for"):
        return found
    every = joined == "for" and words[at] in ("every", "each")
    at += every
    counted = line.kind(at) == "number"
    count = line.value(at) if counted else Decimal(1)
    at += counted
    below = _BELOW.get(words[at]) or UNITS.get(words[at])
    if not count or below is None or below.form or below.name in _PERIODS:
        return found
    measured = below.family in ("volume", "mass")
    if (joined == "in" and not (measured and counted)) or (joined == "for" and not (measured and every)):
        return found
    if (joined in ("a", "an") or unit.name == "/min") and below.name not in ("minute", "hour"):
        return found
    if joined in ("a", "an") and words[at + 1] in NOT_OFTEN:
        return found
    at += words[at] in ("cu", "mm") and words[at + 1] == "mm"
    if unit.name == "/min":
        return Attached(unit, at)
    return Attached(_BODY_MASS if (unit.name, below.name) == ("kg", "m2") else per(unit, count, below), at)


def currency_before(line: Line, at: int, last: int) -> Attached | None:
    """The currency of the amount behind the place `at`, which ends at `last`: "$300", "Rs. 500", "EUR 20 to 30"."""
    word = line.words[at - 1 if at > 0 and line.words[at] == "." else at] if at >= 0 else ""
    return Attached(UNITS[word], last) if word in _CURRENCIES else None


def unit_before(line: Line, at: int) -> Unit | None:
    """The unit of a number that stands behind its unit: "aged 45", "ages 13 to 15", "day 5", "weeks 27 and 36"."""
    words, before = line.words, at - 1
    while before >= 0 and at - before < _LONGEST:
        if line.kind(before) not in ("number", "rank") and words[before] not in _BEFORE_AGE:
            break
        before -= 1
    if before < 0:
        return None
    word = words[before]
    if word in _AGE:
        return UNITS["year"]
    if word not in _PREFIXES or line.kind(before + 1) not in ("number", "rank") or line.value(at) > 1900:
        return None
    ahead, following = words[before - 1], words[at + 1]
    # "a day-2 scan", not "twice a day 2 tablets"
    named = ahead == "a" and following.isalpha() and following not in UNITS
    if before and (line.kind(before - 1) == "number" or (ahead in _ORDERING and not named)):
        return None
    return UNITS[word]
