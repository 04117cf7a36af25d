"""What a number says with what stands beside it: "5 to 7 days", "2 tablets", "3 times a day", "7 in 10", "-2.25"."""

from decimal import Decimal

from outline.quantities import rates
from outline.quantities.amounts import amount, plain
from outline.quantities.attached import (
    CROSSES,
    Attached,
    currency_before,
    range_end,
    range_start,
    unit_after,
    unit_before,
)
from outline.quantities.clocks import clock
from outline.quantities.items import Item, Line
from outline.quantities.numerals import DECIMAL_COMMA
from outline.quantities.quantity import Quantity
from outline.quantities.ranks import RANKED
from outline.quantities.shares import percents, share_end
from outline.quantities.units import GARBLED, UNITS, Unit
from outline.words import FUNCTION_WORDS

ONE = rates.ONE
Found = tuple[list[Quantity], int]
"""What was read, and the place behind it."""

# "two reasons" counts what the text then lists; it is no finding of the patient's.
_LISTED = frozenset(
    "reasons possibilities things types options ways causes factors points questions steps scenarios approaches kinds"
    " methods choices aspects categories jobs tips rules items issues problems concerns parts ideas".split()
)
_LABELS = frozenset("step steps scenario option part section point phase question reason item those these".split())
_PLURALS = frozenset("people children women men teeth feet".split())
_NO_NOUNS = FUNCTION_WORDS | rates.WORDS | set("onwards afterwards always sometimes unless besides perhaps".split())
_BEFORE_CLOCK = frozenset("at before by after until till from to past around about between than - –".split())
_WHOLE = frozenset("of the as your that these those".split())
_ORDERED = ("other", "last", "better", "upper", "lower")
_BEFORE_ONE = frozenset("and or for by at in to then than only just about after within till until from".split())
_HALVES = ("half", "quarter")
_SPACED = ("apart", "interval", "intervals", "gap", "between")
_SIGNS = {"-": "-", "−": "-", "–": "-", "+": "+", "minus": "-", "plus": "+"}


def read_number(line: Line, at: int) -> Found:
    """Return what the number at `at` says; of a range each number is read for itself, with the unit of the whole."""
    item, words, value = line.items[at], line.words, line.value(at)
    last = range_end(line, at)
    after = at + 1
    if item.kind == "number" and (end := share_end(line, last)) is not None:
        # In "20 to 30 in 100" both are shares.
        return [_share(line, at, end)], end + 1 if last == at else after
    rate = rates.interval_rate(line, range_start(line, at), value, last + 1)
    rate = rate or rates.count_rate(line, value, last + 1, often=False)
    if rate:
        found = rated(line, at, rate)
        if words[rate.end] in rates.COUNTED and (often := rates.rate(value, ONE, rate.period)):
            # "14 weekly" may also be 14 a week.
            found.keys.add(often.key)
            found.supports |= {plain(value), per_key(ONE, rate.period)}
        return [found], rate.end + 1 if last == at else after
    attached = unit_after(line, last) or currency_before(line, range_start(line, at), last)
    placed = unit_before(line, at) if item.kind == "number" else None
    if placed and (attached is None or attached.unit.form):
        return [_placed(line, at, placed)], after
    crossed = any(cross in words[at:last] for cross in CROSSES)
    if attached is None or (crossed and attached.unit.family not in ("length", "distance")):
        return [_bare(line, at, last)], after
    found = _with_unit(line, at, attached)
    inner = attached.unit.form and any(line.kind(place) == "number" for place in range(after, attached.end))
    return [found], after if inner or last > at else max(attached.end + 1, _end(line, attached) + 1)


def simple(item: Item, value: Decimal, unit: Unit | None = None) -> Quantity:
    """Return a count at an item: of things that a form names, or of any."""
    shown = plain(value)
    form = shown + (unit.name if unit else "")
    found = Quantity(item.start, item.end, form, {shown}, number=shown, numbers={shown}, value=value, of=unit)
    found.counts = unit is not None
    found.bare = unit is not None and unit.name in ("time", "dose")
    return found


def rated(line: Line, at: int, rate: rates.Rate) -> Quantity:
    """Return a rate that begins at `at`; it can stand for its count and for its period."""
    found = Quantity(line.items[at].start, line.items[rate.end].end, rate.form, {rate.key}, value=rate.count)
    found.period = rate.length, rate.period
    found.allows |= amount(rate.length, rate.period).keys
    if rate.count != 1:
        # for the "a day" of "3 doses a day"
        found.supports.add(per_key(rate.length, rate.period))
    elif _follows_count(line, at):
        found.keys.add(per_key(rate.length, rate.period))
    numbers = [plain(number) for number in (rate.count, rate.length) if number != 1]
    found.number = numbers[0] if numbers else ""
    found.numbers |= {*numbers, rate.form.partition("/")[0]}
    if rate.count != 1 or line.kind(at) == "number" or line.words[at] == "once":
        found.supports.add(plain(rate.count))
    if rate.count > 1 and line.words[rate.end - 2] in ("days", "nights"):
        found.keys.add(f"{plain(rate.count)}day")
    return found


def per_key(length: Decimal, period: Unit) -> str:
    """Return the key by which a period is that of a count of times."""
    return f"per {period.family} {plain(length * period.size)}"


def _follows_count(line: Line, at: int) -> bool:
    """Whether a count stands before the period at `at`: "3 a day", "2 cups of tea daily"; not "5 mg daily"."""
    for place in range(at - 1, max(-1, at - 5), -1):
        if line.kind(place) == "number":
            return True
        unit = UNITS.get(line.words[place])
        if line.kind(place) != "word" or (unit and not unit.form):
            return False
    return False


def measured(line: Line, at: int, attached: Attached, value: Decimal) -> Quantity:
    """Return the amount of a unit that begins at `at`."""
    unit, said = attached.unit, amount(value, attached.unit)
    end = line.items[max(at, attached.end)].end
    found = Quantity(line.items[at].start, end, said.form, set(said.keys), value=value, of=unit)
    found.number, found.numbers = plain(value), set(said.numbers)
    found.bare = found.counts = unit.name in ("time", "dose")
    if value == 1 and unit.family in ("time", "calendar") and line.words[at - 1] in ("in", "per"):
        # "two fits in one day"
        found.keys.add(per_key(value, unit))
    if unit.name == "%":
        found.supports.add(plain(value / 100))
    elif 0 < value < 1:
        found.supports |= percents(value)
    return found


def _share(line: Line, at: int, end: int) -> Quantity:
    some, whole = (line.value(place) for place in (at, end))
    keys = percents(some / whole)
    found = Quantity(line.items[at].start, line.items[end].end, f"{plain(some)} in {plain(whole)}", keys)
    found.shares, found.value = True, some / whole
    attached = unit_after(line, end)
    last = measured(line, end, attached, whole) if attached else simple(line.items[end], whole)
    found.parts = simple(line.items[at], some), last
    found.supports |= {plain(some), *last.keys}
    found.numbers |= {plain(some), plain(whole), *(key.rstrip("%") for key in keys)}
    return found


def _placed(line: Line, at: int, unit: Unit) -> Quantity:
    """A number behind its unit: an age, or a place in time ("day 5"), which is no length of time."""
    found = measured(line, at, Attached(unit, at), line.value(at))
    if unit.name != "year" or line.words[at - 1] in ("year", "years", "yr"):
        found.implied, found.keys = found.keys, {f"#{found.number}", found.number + unit.name}
    return found


def _end(line: Line, attached: Attached) -> int:
    """The place of the last item of an amount: "and a half" may follow its unit."""
    end = attached.end + 2
    return end if line.words[end - 1] == "and" and is_rest(line, end) else attached.end


def is_rest(line: Line, at: int) -> bool:
    """Whether the part of "an hour and a half" is at `at`; not so in "90 percent, and a fifth of them"."""
    half = line.value(at) == Decimal("0.5") and line.words[at - 2] != "%"
    return line.kind(at) == "part" and line.words[at] in ("a", "half") and (half or line.words[at + 1] != "of")


def _with_unit(line: Line, at: int, attached: Attached) -> Quantity:
    words, value = line.words, line.value(at)
    end = _end(line, attached)
    if end > attached.end:
        value += line.value(end)
    found = measured(line, at, Attached(attached.unit, end), value)
    if words[attached.end] in GARBLED:
        # It may also be the next sentence's "my".
        found.keys.add(found.number)
        found.keys.update(*(amount(value, unit).keys for unit in GARBLED[words[attached.end]]))
    if words[end + 1] in _SPACED and (every := rates.rate(ONE, value, attached.unit)):
        found.supports.add(every.key)
    return found


def _bare(line: Line, at: int, last: int) -> Quantity:
    """A number without a unit of its own."""
    item, value, words = line.items[at], line.value(at), line.words
    before, following = words[at - 1], words[last + 1]
    found = simple(item, value)
    found.bare = item.kind == "number"
    # "the left one" has no unit, "two weeks on and one off" has.
    found.counts = item.text == "one" and before.isalpha() and before not in _BEFORE_ONE
    found.stated = _is_stated(line, at, following)
    found.supports.add(f"#{found.number}")
    if 0 < value < 1:
        (found.keys if item.kind == "part" else found.supports).update(percents(value))
    if before.removesuffix("s") in RANKED:
        found.keys.add(f"#{found.number}")
    if value == 1 and following.isalpha():
        found.keys.add(f"1 {following}")
    # "4 steps" has no unit; the next word of "squeeze for five relax for ten seconds" is no plural.
    plural = len(following) > 3 and following.endswith("s") and not following.endswith(("ss", "is", "us"))
    noun = following.isalpha() and following not in _NO_NOUNS
    found.counts |= following in _PLURALS or (noun and (plural or value == 1))
    found.keys |= _hours(item, before, words[at + 1 : at + 4])
    if DECIMAL_COMMA.fullmatch(item.text):
        # "2,6", or a 2 and a 6
        found.parts = tuple(simple(item, Decimal(part)) for part in item.text.split(","))
    _sign(line, at, found)
    return found


def _is_stated(line: Line, at: int, following: str) -> bool:
    """Whether a bare number tells something of the patient; not so "one of them", "two reasons", "Step 2"."""
    item, before, value = line.items[at], line.words[at - 1], line.value(at)
    if item.kind == "part":
        if at and (line.kind(at - 1) == "rank" or before in _ORDERED):
            return False
        return following in _WHOLE or item.text not in (*_HALVES, "a") or before in ("by", "to")
    if before == "the" and not following.endswith("s"):
        # "the two together" are things named before
        return False
    pronoun = item.text == "one" and value == 1
    return not (pronoun or before in _LABELS or (following in _LISTED and value <= 12))


def _hours(item: Item, before: str, behind: list[str]) -> set[str]:
    """The times of day that a number may be: "before nine", "9.30 to 12", "nine at night"."""
    hour, _, minutes = item.text.replace(",", ".").partition(".")
    value = item.value or Decimal(0)
    if not 0 < value < 25 or item.kind != "number":
        return set()
    if item.text[0].isdigit() and len(minutes) == 2 and int(minutes) < 60 and hour:
        return set(clock(int(hour), int(minutes)))
    part = rates.PARTS_OF_DAY.get(behind[1] if behind[0] == "at" else behind[2] if behind[0] == "in" else "")
    return set(clock(int(value), 0)) if (before in _BEFORE_CLOCK or part) and value == int(value) else set()


def _sign(line: Line, at: int, found: Quantity) -> None:
    """Give a number its sign: "-2.25", "minus 2.25"; a dash before a whole number or behind a word joins or parts."""
    before = line.words[at - 1] if at else ""
    sign = _SIGNS.get(before, "")
    if not before.isalpha() and sign:
        glued = line.items[at - 1].end == line.items[at].start
        joined = at > 1 and (line.items[at - 2].end == line.items[at - 1].start or line.items[at - 2].value is not None)
        if not glued or joined or found.value == int(found.value or 0):
            return
    if sign:
        found.sign, found.form = sign, sign + found.form
