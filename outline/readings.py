"""What each number, date and word such as "daily" says: readings, from which `outline.quantities` counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from outline import rates
from outline.attached import is_interval, per_unit, range_end, unit_after, unit_at, unit_before
from outline.numerals import Item
from outline.units import GARBLED, UNITS, amount, plain
from outline.words import FUNCTION_WORDS

# A bare "one" states nothing ("one of these"), "one tablet" does.
_COUNTS = ("one", "half", "quarter", "couple", "dozen")
_SHARES = ("half", "quarter", "third")
# "two reasons" counts what the text then lists; it is no finding of the patient's.
_LISTED = frozenset(
    "reasons possibilities things types options ways causes factors points questions steps scenarios approaches"
    " kinds methods choices aspects categories".split()
)
_RANK_WORDS = frozenset("second third fourth fifth sixth seventh eighth ninth tenth".split())
_RANKED = frozenset("trimester dose degree finger toe rib molar metatarsal booster injection vaccine".split())
_UNRANKED = frozenset(
    "reason possibility thing type option way cause factor point question step scenario approach kind method choice"
    " aspect category opinion line time".split()
)
_LABELS = frozenset("step scenario option part section point phase question".split())


@dataclass
class Reading:
    """What one number, date or word such as "daily" says, and where."""

    start: int
    end: int
    at: int
    """The place of its first item."""
    numbers: set[str] = field(default_factory=set)
    doses: set[str] = field(default_factory=set)
    also_numbers: set[str] = field(default_factory=set)
    also_doses: set[str] = field(default_factory=set)


def find_readings(items: list[Item]) -> Iterator[Reading]:
    """Yield what each number, date, rate and word of frequency among `items` says, in text order."""
    months = {item.moment.form.split()[1] for item in items if item.moment and item.moment.form[-1].isalpha()}
    for at, item in enumerate(items):
        found = None
        if item.moment:
            moment = item.moment
            found = Reading(item.start, item.end, at, set(moment.numbers), {moment.form})
            found.also_numbers.update(moment.also_numbers)
            found.also_doses.update(moment.others)
        elif item.text in rates.ALTERNATING and (alternate := rates.alternate_rate(items, at)):
            found = Reading(item.start, items[alternate[1]].end, at, doses={alternate[0]})
        elif item.value is not None:
            found = _number(items, at)
            # "on the 1st of June, the 4th and the 8th"
            found.also_doses.update(f"{plain(item.value)} {month}" for month in months if item.text == "rank")
        elif item.text in rates.WORDS:
            found = _frequency_word(items, at)
        if found:
            yield found


def _frequency_word(items: list[Item], at: int) -> Reading | None:
    """The rate of "daily", "weekly", "b.i.d." or "at night", where no number is beside it."""
    item = items[at]
    found = Reading(item.start, item.end, at)
    if times := rates.latin_rate(item.text):
        found.doses.add(f"{times}/day")
        found.also_numbers.add(str(times))
    elif item.text in rates.PARTS_OF_DAY:
        if any(other.text in UNITS for other in items[max(0, at - 4) : at]):
            found.also_doses.add("1/day")
        if at > 1 and items[at - 1].text in ("and", "&", "/") and items[at - 2].text in rates.PARTS_OF_DAY:
            found.also_doses.add("2/day")
            found.also_numbers.add("2")
    elif not _is_counted(items, at) and item.text not in rates.PARTS_OF_DAY and (period := rates.period_at(items, at)):
        (found.doses if _is_dosed(items, at) else found.also_doses).add(f"1/{period}")
    else:
        return None
    return found


def _is_counted(items: list[Item], at: int) -> bool:
    """Whether the "daily" or "a" at `at` belongs to a count before it: "twice daily", "3 times a day"."""
    at -= at > 1 and items[at - 1].text == "in"
    before = items[at - 1] if at else None
    return before is not None and (before.text in ("time", "times", "x", *rates.HOW_OFTEN) or before.kind == "number")


def _is_dosed(items: list[Item], at: int) -> bool:
    """Whether the "daily" at `at` says how often an amount is taken ("15 mg daily"); not in "daily care"."""
    before = items[at - 1].text if at else ""
    return before in UNITS and UNITS[before].name != "time" and UNITS[before].family != "calendar"


def _number(items: list[Item], at: int) -> Reading:
    """What the number at `at` says with the unit and the period behind it."""
    item, value = items[at], items[at].value or Decimal(0)
    last = range_end(items, at)
    found = Reading(item.start, item.end, at, also_numbers={plain(value)})
    if (item.kind == "number" and not _is_label(items, at, last)) or _is_counted_rank(items, at):
        found.numbers.add(plain(value))
    if item.text in rates.HOW_OFTEN:
        found.also_doses.add(plain(value) + "time")
    if item.text in ("a", "an", "per", "every", "each"):
        _add_once_a(items, at, found)
    elif item.text not in _SHARES and (rate := rates.count_rate(items, last)):
        period, end = rate
        found.end = items[end].end
        found.also_doses.add(plain(value) + "time")
        rated = found.doses if item.kind == "number" or item.text in rates.HOW_OFTEN else found.also_doses
        rated.add(f"{plain(value)}/{period}")
        if period == "day" and value and 24 % value == 0:
            found.also_numbers.add(plain(24 / value))
        return found
    _add_unit(items, at, last, found)
    if period := rates.shared_period(items, last):
        found.also_doses.add(f"{plain(value)}/{period}")
    return found


def _add_once_a(items: list[Item], at: int, found: Reading) -> None:
    """The rate of "a day", "per week", "each morning"; behind an amount it is stated."""
    if not _is_counted(items, at) and (rate := rates.count_rate(items, at)):
        found.end = items[rate[1]].end
        (found.doses if _is_dosed(items, at) else found.also_doses).add(f"1/{rate[0]}")


def _add_unit(items: list[Item], at: int, last: int, found: Reading) -> None:
    item, value = items[at], items[at].value or Decimal(0)
    place = unit_after(items, last)
    if place is None:
        if unit := unit_before(items, at):
            found.also_doses.add(amount(value, unit).form)
            found.also_doses.update({f"{plain(value)}{unit.name}"})
        return
    word = items[place].text
    found.end = items[place].end
    if word in GARBLED:
        for unit in GARBLED[word]:
            found.also_doses.add(amount(value, unit).form)
        return
    unit = unit_at(items, place)
    if is_interval(items, at) and (rate := rates.interval_rate(value, word)):
        found.doses.add(rate)
        found.also_doses.add(amount(value, unit).form)
        found.also_numbers.add(rate.partition("/")[0])
        return
    if " ".join(other.text for other in items[place + 1 : place + 4]) == "and a half":
        value += Decimal("0.5")
    said = amount(value, unit)
    rank = item.text == "rank" or (item.kind == "vague" and item.text not in _COUNTS)
    (found.also_doses if rank else found.doses).add(said.form)
    if item.text in _COUNTS:
        found.numbers.add(plain(value))
    found.also_numbers.update(said.numbers)
    found.also_doses.update(said.others)
    if per := per_unit(items, place):
        found.doses.discard(said.form)
        found.also_doses.add(said.form)
        found.doses.add(f"{said.form}/{per}")


def _is_counted_rank(items: list[Item], at: int) -> bool:
    """Whether "second" or "fifth" says which one: "the second dose", not "the second reason" or "second opinion"."""
    word, following = items[at].text, items[at + 1].text if at + 1 < len(items) else ""
    if word == "first":
        return following in _RANKED
    return (
        word in _RANK_WORDS
        and following.isalpha()
        and following.rstrip("s") not in _UNRANKED
        and following not in FUNCTION_WORDS
    )


def _is_label(items: list[Item], at: int, last: int) -> bool:
    """Whether a number only counts or names parts of the text: "two reasons", "Step 2"."""
    if items[at].text[0].isdigit():
        return at > 0 and items[at - 1].text in _LABELS
    return last + 1 < len(items) and items[last + 1].text in _LISTED
