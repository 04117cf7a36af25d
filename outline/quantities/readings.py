"""What each number, date and word such as "daily" of a line says, read from left to right."""

import re
from collections.abc import Iterator
from decimal import Decimal

from outline.quantities import rates
from outline.quantities.amounts import amount, plain
from outline.quantities.attached import NOT_OFTEN, unit_after
from outline.quantities.counted import ONE, Found, is_rest, rated, read_number, simple
from outline.quantities.items import Item, Line
from outline.quantities.notations import read_notation
from outline.quantities.quantity import Quantity
from outline.quantities.ranks import read_rank
from outline.quantities.units import UNITS

# Words that can stand behind a number in the other text without stating one themselves.
_VAGUE = {
    "no": 0, "none": 0, "nil": 0, "single": 1, "another": 1, "both": 2, "either": 2, "bilateral": 2, "couple": 2,
    "pair": 2, "twins": 2, "overnight": 1, "dual": 2, "double": 2, "doubled": 2, "doubling": 2, "triple": 3,
    "tripled": 3,
}  # fmt: skip
_WITH_UNIT = ("couple", "pair", "another", "single")
_HALVED = ("halve", "halved", "halves", "halving")
_AGAIN = ("repeat", "repeated", "again", "recheck", "recur", "recurs")
# "a week" says how long, "a unit", "a foot" and "a second" hardly ever how much.
_STATED_ONCE = ("mass", "volume", "length", "time", "calendar", "weight")
_UNSTATED_ONCE = ("second", "minute", "foot")
# "a day case" lasts as long as it lasts.
_COMPOUND = frozenset("case unit surgery hospital centre center patient nursery job trip bag out off".split())
_POINTING = frozenset("the this next last all whole full entire following coming past each every per".split())
# "daily care" names no rate.
_GENERIC = frozenset(
    "care life living lives routine routines activities activity habits habit plan practice basis schedule chores"
    " period periods cycle cycles bleed bleeding wear".split()
)
# Their figures are part of a symbol.
_SYMBOLS = frozenset("o2 spo2 sao2 po2 pao2 co2 pco2 h2o hba1c a1c".split())


STARTS = frozenset(
    [*rates.HOW_OFTEN, *_VAGUE, *rates.DAY_WORDS, *rates.WORDS, *_POINTING, *_HALVED, *_AGAIN, *rates.MEALS, *UNITS]
)
"""Words at which a quantity without a number may begin."""


def read_line(line: Line) -> Iterator[Quantity]:
    """Yield what the items of a line say, in text order."""
    at, items = 0, line.items
    while at < len(items):
        kind, word, *_ = items[at]
        if word not in STARTS and kind in ("word", "mark"):
            at += 1
            continue
        found, after = _read(line, at)
        yield from found
        at = max(after, at + 1)


def _read(line: Line, at: int) -> Found:
    """What begins at `at`, and the place behind it."""
    item = line.items[at]
    if item.kind in ("word", "mark"):
        return _word(line, at)
    if item.moment:
        return list(_moment(item, line.words[at - 1])), at + 1
    if item.kind == "name":
        return _name(item), at + 1
    if item.kind == "decade":
        shown = f"{plain(line.value(at))}s"
        return [Quantity(item.start, item.end, shown, {shown}, number=shown, numbers={shown, shown[:-1]})], at + 1
    if item.kind == "rank":
        if hourly := rates.interval_rate(line, at - 1, line.value(at), at + 1):
            # "8th hourly"
            return [rated(line, at, hourly)], hourly.end + 1
        return [read_rank(line, at)], at + 1
    return read_notation(line, at) or read_number(line, at)


def _word(line: Line, at: int) -> Found:
    words, word = line.words, line.words[at]
    if word in rates.HOW_OFTEN:
        return _how_often(line, at)
    if word in _VAGUE:
        return _vague(line, at)
    if rates.day_part(words, at) or (word in rates.EACH and words[at + 1] in rates.PARTS_OF_DAY):
        return _parts_of_day(line, at)
    if word in rates.WORDS and (rate := rates.plain_rate(line, at)):
        found = rated(line, at, rate)
        eye = word == "od" and (words[at + 1] in rates.WORDS or "eye" in words[at - 3 : at + 3])
        found.stated = words[rate.end + 1] not in _GENERIC and not eye
        return [found], rate.end + 1
    if word in ("a", "an") or word in _POINTING:
        return _once(line, at)
    if word in _HALVED or word in _AGAIN or word in rates.MEALS:
        return [_hint(line.items[at])], at + 1
    unit = UNITS.get(word)
    if unit and words[at + 1] == "long":
        # "a week-long course"
        said = amount(ONE, unit)
        return [Quantity(line.items[at].start, line.items[at].end, said.form, set(said.keys), of=unit)], at + 2
    if unit and unit.form and (not word.endswith("s") or word == "glass"):
        # "apply the patch" is one patch
        return [_unstated(simple(line.items[at], ONE, unit))], at + 1
    if unit and len(word) > 1:
        # A unit without a number can be that of another: "in three, at most four, days".
        return [Quantity(line.items[at].start, line.items[at].end, "", set(), of=unit, stated=False)], at + 1
    return [], at + 1


def _unstated(found: Quantity) -> Quantity:
    found.stated = found.bare = False
    return found


def _moment(item: Item, before: str) -> Iterator[Quantity]:
    moment = item.moment
    assert moment
    found = Quantity(item.start, item.end, moment.form, set(moment.keys), set(moment.supports), moment.number)
    found.numbers = set(filter(str.isdigit, moment.supports))
    found.stated = moment.stated
    often = before in rates.EACH or moment.plural
    if often or before in ("on", "once"):
        period = "week" if moment.form.endswith("day") else "year"
        found.supports.add(rates.regular(period).key)
        # "every Monday" says how often as well as when.
        found.period = (ONE, UNITS[period]) if often else None
    yield found
    if moment.year:
        yield Quantity(item.start, item.end, moment.year, {moment.year}, number=moment.year, numbers={moment.year})


def _name(item: Item) -> list[Quantity]:
    """A name with a figure, "b12": never lost, but the figure can stand apart from the letters in the other text."""
    digits = {str(int(found)) for found in re.findall(r"\d+", item.text)}
    name = item.text.replace("-", "")
    supports = digits | {f"#{found}" for found in digits}
    found = Quantity(item.start, item.end, name, {f"name {name}"}, supports, name, digits, name=True)
    if day := re.fullmatch(r"d(\d{1,2})", name):
        # "d21" may be a day.
        found.keys |= {f"#{day[1]}", f"{day[1]}day"}
    found.stated = item.text not in _SYMBOLS
    return [found]


def _how_often(line: Line, at: int) -> Found:
    count = Decimal(rates.HOW_OFTEN[line.words[at]])
    if rate := rates.count_rate(line, count, at + 1, often=True):
        return [rated(line, at, rate)], rate.end + 1
    found = simple(line.items[at], count, UNITS["time"])
    found.stated = count > 1
    return [found], at + 1


def _hint(item: Item) -> Quantity:
    """What "halved", "repeat" and "meals" can stand for: a half, a second one, three times a day."""
    key = "0.5" if item.text in _HALVED else "#2" if item.text in _AGAIN else rates.regular("day", 3).key
    return Quantity(item.start, item.end, item.text, {item.text}, {key}, stated=False)


def _vague(line: Line, at: int) -> Found:
    word = line.words[at]
    found = _unstated(simple(line.items[at], Decimal(_VAGUE[word])))
    if word == "another":
        found.keys.add("#2")
    if word == "overnight":
        found.of = UNITS["night"]
    if word in _WITH_UNIT and (attached := unit_after(line, at)):
        found.keys |= amount(found.value or ONE, attached.unit).keys
        # "a single 3 g dose"
        inner = any(line.kind(place) == "number" for place in range(at, attached.end))
        return [found], at + 1 if inner else attached.end + 1
    return [found], at + 1


def _parts_of_day(line: Line, at: int) -> Found:
    """A "morning" or "bedtime" can stand for once a day, "each morning" says so, "morning and evening" say twice."""
    each = line.words[at] in rates.EACH
    parts, after = rates.day_parts(line, at + each)
    if len(parts) > 1 or each:
        found = rated(line, at, rates.regular("day", len(parts), after - 1))
        found.keys |= {f"part {part}" for part in parts} if len(parts) == 1 else set()
        return [found], after
    part = min(parts)
    keys, supports = {f"part {part}"}, {rates.regular("day").key}
    return [Quantity(line.items[at].start, line.items[at].end, part, keys, supports, stated=False)], at + 1


def _once(line: Line, at: int) -> Found:
    """One of a unit: "a week" (how long, or how often), "a litre and a half", "the tablet"."""
    words, item = line.words, line.items[at]
    article = words[at] in ("a", "an")
    place = at + 1 + (words[at + 1] in ("single", "full", "whole"))
    unit = UNITS.get(words[place])
    if unit is None or len(words[place]) == 1 or line.kind(place) != "word":
        if not article or not words[at + 1].isalpha():
            return [], at + 1
        # "a stone" can stand for "1 stone".
        return [Quantity(item.start, line.items[at + 1].end, "1", {f"1 {words[at + 1]}"}, stated=False)], at + 1
    value, end = ONE, place
    if words[place + 1] == "and" and is_rest(line, place + 2):
        value, end = ONE + line.value(place + 2), place + 2
    said = amount(value, unit)
    found = Quantity(item.start, line.items[end].end, said.form, set(said.keys), value=value, of=unit)
    found.number, found.numbers = plain(value) if value != 1 else "", set(said.numbers)
    found.stated = article and unit.family in _STATED_ONCE and unit.name not in _UNSTATED_ONCE
    found.stated &= words[end + 1] not in _COMPOUND
    if value == 1:
        _add_rate(line, at, end, found)
    return [found], end + 1


def _add_rate(line: Line, at: int, end: int, found: Quantity) -> None:
    """Let "a day" and "a night" also say how often; "an hour later" does not."""
    unit = UNITS["day"] if found.of == UNITS["night"] else found.of
    words = line.words
    if unit is None or unit.family not in ("time", "calendar") or words[end + 1] in NOT_OFTEN:
        return
    rate = rates.rate(ONE, ONE, unit)
    if rate and words[at] in ("a", "an"):
        found.keys |= {rate.key, *(rated(line, at, rate).keys if at else ())}
        found.period = ONE, unit
        found.form = rate.form if words[at - 1] in UNITS or words[at - 1] in rates.TIMES else found.form
    elif rate and (words[at] == "all" or words[at - 1] in ("of", "in")):
        # "all day", "of the month", "in the week"
        found.supports.add(rate.key)
