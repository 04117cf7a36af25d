"""Dates, months and weekdays: "5th March 2024", "March 5, 2024" and "2024-03-05" are one date.

Figures such as 5/2/2019 may name the day or the month first, so they are both dates. No dates here: seasons, holidays,
"tomorrow", "last year".
"""

import re
from collections.abc import Iterator

from outline.quantities.clocks import WORDS as CLOCK_WORDS
from outline.quantities.clocks import find_clocks
from outline.quantities.moments import Moment

MONTHS = "january february march april may june july august september october november december".split()
_NUMBERS = {name[:3]: number for number, name in enumerate(MONTHS, start=1)}
_MONTH_WORDS = frozenset([*MONTHS, *_NUMBERS, "sept"])
_MONTH = "|".join(sorted(_MONTH_WORDS, key=len, reverse=True))
_YEAR = r"(?:(?:19|20)\d{2}|['’]\d\d)\b"
_NAMED = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?P<rank>st|nd|rd|th)?(?:\s+of|\s*-)?\s*(?P<month>{_MONTH})\b\.?"
    rf"(?:,?(?:\s+of)?[\s-]+(?P<year>{_YEAR}))?"
    rf"|\b(?P<month2>{_MONTH})\b\.?\s+(?:the\s+)?(?P<day2>\d{{1,2}})(?P<rank2>st|nd|rd|th)?\b(?![./:%]?\d)"
    rf"(?:,?\s+(?P<year2>{_YEAR}))?"
    rf"|\b(?P<month3>{_MONTH})\b\.?,?\s+(?:of\s+)?(?P<year3>{_YEAR})",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"\b(?P<year>(?:19|20)\d\d)[-/](?P<month>\d{2})[-/](?P<day>\d{2})\b"
    r"|\b(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year2>(?:19|20)\d{2}|(?<=/)\d{2})\b"
    r"|\b(?P<month3>0?[1-9]|1[0-2])/(?P<year3>(?:19|20)\d\d)\b"
    r"|\b(?P<first4>0?[1-9]|[12]\d|3[01])/(?P<second4>0[1-9])\b(?![/.]?\d)"
)
# A "may" or "march" without a day may be a verb, and a short form a word of its own.
_ALONE = re.compile(
    rf"\b(?:{'|'.join(name for name in MONTHS if name not in ('march', 'may'))})\b"
    rf"|(?<=\bin )(?:{_MONTH})\b|(?<=\b(?:by|of) )(?:{_MONTH})\b|(?<=\b(?:since|until|every) )(?:{_MONTH})\b",
    re.IGNORECASE,
)
# In short only before a date or another day.
_SHORT_DAY = "Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun"
_WEEKDAY = re.compile(
    r"\b(?i:(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:s|['’]s)?)\b"
    rf"|\b(?:{_SHORT_DAY})\b\.?(?=,?\s+(?:\d|(?i:{_MONTH})\b)|[\s,/&–-]+(?:and\s+)?(?:{_SHORT_DAY}))"
    rf"|(?:(?<=/)|(?<=, )|(?<=and )|(?<=& )|(?<=[–-]))(?:{_SHORT_DAY})\b"
)
_DAYS = {name[:3]: f"{name}day" for name in "mon tues wednes thurs fri satur sun".split()}
WEEKDAYS = frozenset(_DAYS.values())
_DAY_WORDS = WEEKDAYS | {f"{day}s" for day in WEEKDAYS} | set("mon tue tues wed thu thur thurs fri sat sun".split())
MOMENT_WORDS = _MONTH_WORDS | _DAY_WORDS | CLOCK_WORDS
"""Words of a date or a time of day; a line without one, and without a digit, names none."""


def find_moments(text: str, start: int, end: int, words: set[str]) -> list[Moment]:
    """Return the dates and times of day of a line of `text`, in text order, of those that overlap the longest first.

    `words` are those of the line, in lower case.
    """
    found: list[Moment] = []
    if not words.isdisjoint(_MONTH_WORDS):
        found += _dates(_NAMED, text, start, end)
        found += _months(text, start, end)
    if "/" in text or "-" in text or "." in text:
        found += _dates(_NUMERIC, text, start, end)
    if not words.isdisjoint(_DAY_WORDS):
        found += _weekdays(text, start, end)
    if ":" in text or not words.isdisjoint(CLOCK_WORDS):
        found += find_clocks(text, start, end)
    return sorted(found, key=lambda moment: (moment.start, -moment.end))


def _dates(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Moment]:
    for match in pattern.finditer(text, start, end):
        found = {name.rstrip("234"): value for name, value in match.groupdict().items() if value}
        year = found.get("year", "").strip("'’")
        year = f"20{year}" if len(year) == 2 else year
        if "first" in found:
            first, second = int(found["first"]), int(found["second"])
            pairs = {(first, second), (second, first)}
        elif _is_verb(found):
            continue
        else:
            month = found["month"].lower()
            pairs = {(int(found.get("day", 0)), int(month) if month.isdigit() else _NUMBERS[month[:3]])}
        dates = [(day, MONTHS[month - 1]) for day, month in sorted(pairs) if day <= 31 and 1 <= month <= 12]
        if dates:
            yield _date(match.span(), dates, year)


def _is_verb(found: dict[str, str]) -> bool:
    """Whether a "may" is one: "7 may be enough"."""
    return found["month"] == "may" and "rank" not in found and "year" not in found


def _date(span: tuple[int, int], dates: list[tuple[int, str]], year: str) -> Moment:
    keys = frozenset(f"{day} {month}" if day else month for day, month in dates)
    supports = {month for _, month in dates} | {form for day, _ in dates if day for form in (str(day), f"#{day}")}
    day = str(dates[0][0] or "") if len(dates) == 1 else ""
    return Moment(*span, " or ".join(sorted(keys)), keys, frozenset(supports), day, year)


def _months(text: str, start: int, end: int) -> Iterator[Moment]:
    for match in _ALONE.finditer(text, start, end):
        name = MONTHS[_NUMBERS[match.group()[:3].lower()] - 1]
        yield Moment(*match.span(), name, frozenset({name}))


def _weekdays(text: str, start: int, end: int) -> Iterator[Moment]:
    for match in _WEEKDAY.finditer(text, start, end):
        name = _DAYS[match.group()[:3].lower()]
        yield Moment(*match.span(), name, frozenset({name}), plural=match.group().endswith("days"))
