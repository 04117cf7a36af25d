"""What doctors note in figures: "1-0-1" for a tablet's times of day, "6/12" for six months, "36+4 weeks"."""

from outline.quantities import rates
from outline.quantities.amounts import plain
from outline.quantities.attached import Attached
from outline.quantities.counted import Found, measured, rated, simple
from outline.quantities.items import Line
from outline.quantities.units import UNITS

_FRACTIONS = {"7": "day", "52": "week", "12": "month"}
_BEFORE_TIME = frozenset("for in x × after since over within every next past last".split())
_AFTER_TIME = ("course", "history", "hx", "ago", "later")


def read_notation(line: Line, at: int) -> Found | None:
    """Return what the notation that begins with the number at `at` says, None where none does."""
    if line.value(at) == 0 and "-" in (line.words[at - 1], line.words[at + 1]):
        # "insulin 10-0-8 units"
        return [], at + 1
    return _times(line, at) or _length(line, at) or _gestation(line, at) or _even(line, at)


def _times(line: Line, at: int) -> Found | None:
    """The doses of a day's parts: "1-0-1" is twice a day."""
    places = range(at, at + 5, 2)
    if line.words[at + 1 : at + 5 : 2] != ["-", "-"] or line.words[at + 5] == "-":
        return None
    if any(line.kind(place) not in ("number", "part") or line.value(place) > 2 for place in places):
        return None
    doses = [line.value(place) for place in places if line.value(place)]
    if not doses or line.items[at + 4].end - line.items[at].start > 9:
        return None
    found = rated(line, at, rates.regular("day", len(doses), at + 4))
    found.supports |= {plain(dose) for dose in doses}
    return [found], at + 5


def _length(line: Line, at: int) -> Found | None:
    """A length of time: "3/7" for days, "2/52" for weeks, "6/12" for months."""
    words = line.words
    if words[at + 1] != "/" or words[at + 2] not in _FRACTIONS:
        return None
    if words[at - 1] not in _BEFORE_TIME and words[at + 3] not in _AFTER_TIME:
        return None
    found = measured(line, at, Attached(UNITS[_FRACTIONS[words[at + 2]]], at + 2), line.value(at))
    found.parts = tuple(simple(line.items[place], line.value(place)) for place in (at, at + 2))
    return [found], at + 3


def _even(line: Line, at: int) -> Found | None:
    """An even chance: "50-50", "fifty-fifty"."""
    end = at + 1 + (line.words[at + 1] in ("-", "–", ":", "/"))
    if line.value(at) != 50 or line.kind(end) != "number" or line.value(end) != 50:
        return None
    found = measured(line, at, Attached(UNITS["%"], end), line.value(at))
    found.parts = tuple(simple(line.items[place], line.value(place)) for place in (at, end))
    return [found], end + 1


def _gestation(line: Line, at: int) -> Found | None:
    """The weeks and days of a pregnancy: "36+4 weeks"."""
    words = line.words
    unit = UNITS.get(words[at + 3])
    if words[at + 1] != "+" or not words[at + 2].isdigit() or line.value(at + 2) > 6 or unit != UNITS["week"]:
        return None
    weeks = measured(line, at, Attached(UNITS["week"], at), line.value(at))
    days = measured(line, at + 2, Attached(UNITS["day"], at + 2), line.value(at + 2))
    found = measured(line, at, Attached(UNITS["day"], at + 3), line.value(at) * 7 + line.value(at + 2))
    found.form, found.number, found.parts = f"{weeks.number}+{days.number}week", weeks.number, (weeks, days)
    return [found], at + 4
