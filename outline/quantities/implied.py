"""What a text leaves unsaid because it stands nearby: units, periods, months, the years of an age.

In "you have waited 7 weeks, the list stands at nineteen" the nineteen are weeks; in "a girl of nine" they are years.
Such a number means both itself and the amount. Only what stands within a few lines is taken.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from outline.quantities import rates
from outline.quantities.amounts import plain
from outline.quantities.dates import MONTHS
from outline.quantities.quantity import Quantity

_NEAR = 200
"""Characters, about two sentences or five points."""
_AHEAD, _BACK = 40, 100
"""How far a period may stand behind its number ("2 fits in one day") and before it ("nine a week instead of seven")."""
_SENTENCE_END = re.compile(r"[.;!?](?:\s|$)|\n")
_AGES = re.compile(
    r"(?:\b(?:at|ages?|aged|of|is|are|was|being|i['’]?m|am|['’](?:s|re)|turn\w*|under|over|below|above|before|after|until"
    r"|till|untill|by|from|past|beyond|since|around|about|now|you|her|his|mum|dad|mother|father|son|daughter|wife"
    r"|husband|boy|girl|than|in|into|to|at least)|[-–:,(])\W*$",
    re.IGNORECASE,
)
_PERCENTS = re.compile(
    r"\b(?:spo2|sao2|saturations?|oxygen|o2|sats?|hba1c|a1c|ejection|fraction|lvef|ef|ha?ematocrit|hct|pcv|motility"
    r"|morphology|humidity|chances?|risks?|rate|success|odds|probability|effective\w*|accura\w+)\b(?:(?![.;]\s)[^\n])*$",
    re.IGNORECASE,
)


def imply(text: str, found: Sequence[Quantity]) -> None:
    """Add to bare numbers what they may mean beside what stands near them."""
    lenders = [quantity for quantity in found if _lends(quantity)]
    for quantity in found:
        if not quantity.bare or quantity.value is None:
            continue
        for other in lenders:
            if other is not quantity and _distance(quantity, other) <= _NEAR:
                _borrow(text, quantity, quantity.value, other)
        if not quantity.ranks:
            _by_subject(text, quantity, quantity.value)


def _lends(quantity: Quantity) -> bool:
    if quantity.of and not quantity.of.form:
        return True
    return not quantity.bare and (quantity.period is not None or _is_dated(quantity))


def _is_dated(quantity: Quantity) -> bool:
    return any(key.rpartition(" ")[2] in MONTHS or ":" in key for key in quantity.keys)


def _distance(one: Quantity, other: Quantity) -> int:
    return max(one.start, other.start) - min(one.end, other.end)


def _borrow(text: str, quantity: Quantity, value: Decimal, lender: Quantity) -> None:
    # "weekly x 8" is for 8 weeks.
    unit = lender.of or (lender.period[1] if lender.period and lender.end <= quantity.start else None)
    if unit and not unit.form and not quantity.counts and (not quantity.ranks or unit.family in ("time", "calendar")):
        quantity.implied.add(plain(value) + unit.name)
    if 1 < value < 100 and not quantity.ranks:
        quantity.implied |= _rate(text, quantity, value, lender)
    if 1 <= value <= 31 and value == int(value) and _is_dated(lender):
        for key in lender.keys:
            month = key.rpartition(" ")[2]
            if month in MONTHS:
                quantity.implied.add(f"{plain(value)} {month}")
            elif ":" in key and value <= 24 and not quantity.ranks:
                quantity.implied |= {f"{plain(value)}:00", f"{plain((value + 12) % 24)}:00"}


def _rate(text: str, quantity: Quantity, value: Decimal, lender: Quantity) -> set[str]:
    """The rate of a number whose period stands behind it ("10 colds a year") or before it ("nine, not seven")."""
    period = lender.period
    behind = lender.start >= quantity.end
    if behind and not period and lender.of and lender.of.family in ("time", "calendar"):
        # "two fits in one day"
        period = lender.value or Decimal(1), lender.of
    between = text[quantity.end : lender.start] if behind else text[lender.end : quantity.start]
    if not period or len(between) > (_AHEAD if behind else _BACK):
        return set()
    if not behind and between == " or ":
        # "every day or two"
        interval = rates.rate(Decimal(1), value * period[0], period[1])
        return {interval.key} if interval else set()
    times = quantity.of is not None and quantity.of.name == "time"
    if _SENTENCE_END.search(between) and (behind or not times):
        return set()
    rate = rates.rate(value, *period)
    return {rate.key} if rate else set()


def _by_subject(text: str, quantity: Quantity, value: Decimal) -> None:
    """The years of an age and the percent of a saturation go without saying."""
    before = text[max(0, quantity.start - 60) : quantity.start].rpartition("\n")[2]
    if value <= 110 and _AGES.search(before):
        quantity.implied.add(f"{plain(value)}year")
    if value <= 100 and _PERCENTS.search(before):
        quantity.implied.add(f"{plain(value)}%")
