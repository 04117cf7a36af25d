"""Numbers and doses of a text, in one normal form: "two tablets" is "2 tablets", "0.5 g" is "500mg".

What a text *states* and what it can *support* differ. "the first one" supports an outline that writes "1", but an
outline without it has lost nothing; so each reading has two sets. Not covered: which drug an amount belongs to, and
months against weeks.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from outline import rates
from outline.mentions import Mention
from outline.numerals import Item, find_items
from outline.units import GARBLED, UNITS, Unit, amount, plain
from outline.words import FUNCTION_WORDS

_RANGE = ("to", "or", "till", "-", "–", "—", "/")
# Words between a number and its unit that say nothing about how much it is.
_FILLERS = frozenset(
    "- a an of or full more further extra additional consecutive whole small large heaped level".split()
)
# A bare "one" states nothing ("one of these"), "one tablet" does.
_COUNTS = ("one", "half", "quarter", "couple", "dozen")
_SHARES = ("half", "quarter", "third")
_FORMS = ("tablet", "capsule", "pill", "sachet", "injection", "ampoule")
_PER = {"dl": "dl", "l": "l", "ml": "ml", "kg": "kg", "m2": "m2", "min": "min", "minute": "min", "litre": "l"}
# A bare letter is a unit only behind such a number as the body's temperature.
_LETTERS = {"f": ("°f", Decimal(90), Decimal(112)), "c": ("°c", Decimal(30), Decimal(45))}
_NEAR = 5
_AGE = frozenset("age ages aged".split())
_BEFORE_AGE = frozenset("of is at about around over under above below between : = the from".split())
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


@dataclass(frozen=True)
class Quantities:
    """How often a text states each number ("2.5") and dose ("500mg", "2tablet"), and how often it can support each."""

    numbers: Counter[str] = field(default_factory=Counter)
    doses: Counter[str] = field(default_factory=Counter)
    supported_numbers: Counter[str] = field(default_factory=Counter)
    supported_doses: Counter[str] = field(default_factory=Counter)

    def __or__(self, other: "Quantities") -> "Quantities":
        """Return what two texts say together."""
        return Quantities(
            self.numbers + other.numbers,
            self.doses + other.doses,
            self.supported_numbers + other.supported_numbers,
            self.supported_doses + other.supported_doses,
        )


@dataclass
class _Reading:
    """What one number, date or word such as "daily" says, and where."""

    start: int
    end: int
    at: int
    """The place of its first item."""
    numbers: set[str] = field(default_factory=set)
    doses: set[str] = field(default_factory=set)
    also_numbers: set[str] = field(default_factory=set)
    also_doses: set[str] = field(default_factory=set)


def find_quantities(text: str) -> Quantities:
    """Return the quantities of `text`; their order does not count."""
    found = Quantities()
    items = find_items(text)
    near: dict[str, list[set[str]]] = {}
    for reading in _readings(items):
        found.supported_numbers.update(reading.numbers | reading.also_numbers)
        found.supported_doses.update(reading.doses | reading.also_doses)
        around = _around(items, reading) if reading.numbers or reading.doses else set()
        for counts, forms in ((found.numbers, reading.numbers), (found.doses, reading.doses)):
            for form in forms:
                # The same figure beside the same word is one statement made twice.
                if not any(around & other for other in near.get(form, [])):
                    counts[form] += 1
                near.setdefault(form, []).append(around)
    return found


def _around(items: list[Item], reading: _Reading) -> set[str]:
    """The words next to a number that tell what it is about."""
    words = [item.text for item in items[max(0, reading.at - _NEAR) : reading.at + _NEAR + 1] if item.kind == "word"]
    return {word for word in words if word not in UNITS and word not in FUNCTION_WORDS and word not in rates.WORDS}


def quantity_mentions(text: str) -> list[Mention]:
    """Return where `text` states a quantity, in text order; a span reaches from the number to its unit or period."""
    return [
        Mention(reading.start, reading.end, frozenset(reading.numbers | reading.doses))
        for reading in _readings(find_items(text))
        if reading.numbers or reading.doses
    ]


def _readings(items: list[Item]) -> Iterator[_Reading]:
    months = {item.moment.form.split()[1] for item in items if item.moment and item.moment.form[-1].isalpha()}
    for at, item in enumerate(items):
        found = None
        if item.moment:
            moment = item.moment
            found = _Reading(item.start, item.end, at, set(moment.numbers), {moment.form})
            found.also_numbers.update(moment.also_numbers)
            found.also_doses.update(moment.others)
        elif item.text in rates.ALTERNATING and (alternate := rates.alternate_rate(items, at)):
            found = _Reading(item.start, items[alternate[1]].end, at, doses={alternate[0]})
        elif item.value is not None:
            found = _number(items, at)
            # "on the 1st of June, the 4th and the 8th"
            found.also_doses.update(f"{plain(item.value)} {month}" for month in months if item.text == "rank")
        elif item.text in rates.WORDS:
            found = _frequency_word(items, at)
        if found:
            yield found


def _frequency_word(items: list[Item], at: int) -> _Reading | None:
    """The rate of "daily", "weekly", "b.i.d." or "at night", where no number is beside it."""
    item = items[at]
    found = _Reading(item.start, item.end, at)
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


def _number(items: list[Item], at: int) -> _Reading:
    """What the number at `at` says with the unit and the period behind it."""
    item, value = items[at], items[at].value or Decimal(0)
    last = _range_end(items, at)
    found = _Reading(item.start, item.end, at, also_numbers={plain(value)})
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


def _add_once_a(items: list[Item], at: int, found: _Reading) -> None:
    """The rate of "a day", "per week", "each morning"; behind an amount it is stated."""
    if not _is_counted(items, at) and (rate := rates.count_rate(items, at)):
        found.end = items[rate[1]].end
        (found.doses if _is_dosed(items, at) else found.also_doses).add(f"1/{rate[0]}")


def _add_unit(items: list[Item], at: int, last: int, found: _Reading) -> None:
    item, value = items[at], items[at].value or Decimal(0)
    unit_at = _unit_after(items, last)
    if unit_at is None:
        if unit := _unit_before(items, at):
            found.also_doses.add(amount(value, unit).form)
            found.also_doses.update({f"{plain(value)}{unit.name}"})
        return
    word = items[unit_at].text
    found.end = items[unit_at].end
    if word in GARBLED:
        for unit in GARBLED[word]:
            found.also_doses.add(amount(value, unit).form)
        return
    unit = _unit(items, unit_at)
    if _is_interval(items, at) and (rate := rates.interval_rate(value, word)):
        found.doses.add(rate)
        found.also_doses.add(amount(value, unit).form)
        found.also_numbers.add(rate.partition("/")[0])
        return
    if " ".join(other.text for other in items[unit_at + 1 : unit_at + 4]) == "and a half":
        value += Decimal("0.5")
    said = amount(value, unit)
    rank = item.text == "rank" or (item.kind == "vague" and item.text not in _COUNTS)
    (found.also_doses if rank else found.doses).add(said.form)
    if item.text in _COUNTS:
        found.numbers.add(plain(value))
    found.also_numbers.update(said.numbers)
    found.also_doses.update(said.others)
    if per := _per(items, unit_at):
        found.doses.discard(said.form)
        found.also_doses.add(said.form)
        found.doses.add(f"{said.form}/{per}")


def _range_end(items: list[Item], at: int) -> int:
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


def _unit_after(items: list[Item], last: int) -> int | None:
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


def _unit(items: list[Item], at: int) -> Unit:
    following = items[at + 1].text if at + 1 < len(items) else ""
    if UNITS.get(items[at].text, Unit("")).name == "degree" and following in ("c", "f", "celsius", "fahrenheit"):
        return UNITS[f"°{following[0]}"]
    if items[at].text in _LETTERS:
        return UNITS[_LETTERS[items[at].text][0]]
    return UNITS["sec"] if items[at].text == "second" else UNITS[items[at].text]


def _unit_before(items: list[Item], at: int) -> Unit | None:
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


def _is_interval(items: list[Item], at: int) -> bool:
    """Whether the number at `at` says how far apart: "every 4 to 6 hours", "8 hourly"."""
    if at + 1 < len(items) and items[_range_end(items, at) + 1 :][:1] and items[at].kind == "number":
        behind = [other.text for other in items[_range_end(items, at) + 1 :][:2]]
        if "hourly" in behind or "hrly" in behind:
            return True
    before = at - 1
    while before >= 0 and (items[before].text in _RANGE or items[before].kind == "number"):
        before -= 1
    if before > 0 and items[before].text == "in":
        return items[before - 1].text in rates.HOW_OFTEN
    return before >= 0 and items[before].text in ("every", "each", "q")


def _per(items: list[Item], at: int) -> str | None:
    """What the unit at `at` is counted by: "dl" in "100 mg/dl"."""
    if at + 2 < len(items) and items[at + 1].text in ("/", "per"):
        return _PER.get(items[at + 2].text)
    return None


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
