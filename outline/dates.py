"""Dates and times of day: "5th March 2024", "March 5, 2024" and "2024-03-05" are one date, "8 pm" is "20:00"."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_MONTHS = "january february march april may june july august september october november december".split()
_NUMBERS = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH = "|".join([*_MONTHS, "sept", *_NUMBERS])
# A "may" in lower case is a verb unless a rank ("5th") or a year is beside it.
_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?P<rank>st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?(?:,?\s+(?P<year>\d{{4}})\b)?"
    rf"|\b(?P<month2>{_MONTH})\b\.?\s+(?P<day2>\d{{1,2}})(?P<rank2>st|nd|rd|th)?\b(?![./:%]?\d)(?:,?\s+(?P<year2>\d{{4}})\b)?"
    rf"|\b(?P<month3>{_MONTH})\b\.?,?\s+(?P<year3>(?:19|20)\d{{2}})\b"
    r"|\b(?P<year4>(?:19|20)\d{2})-(?P<month4>\d{2})-(?P<day4>\d{2})\b"
    r"|\b(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year5>(?:19|20)\d{2}|(?<=/)\d{2})\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap])(?:m\b|\.\s?m\b\.?)"
    r"|\b(?P<hour2>[01]?\d|2[0-3]):(?P<minute2>[0-5]\d)\b(?!:)",
    re.IGNORECASE,
)


class Moment(NamedTuple):
    """A date or a time of day: its place, its normal form, other forms that it supports, and its numbers."""

    start: int
    end: int
    form: str
    others: tuple[str, ...]
    numbers: tuple[str, ...]
    also_numbers: tuple[str, ...]


def find_moments(text: str, start: int, end: int) -> list[Moment]:
    """Return the dates and times of day of `text` between two places, in text order."""
    return sorted([*_dates(text, start, end), *_clocks(text, start, end)])


def _dates(text: str, start: int, end: int) -> Iterator[Moment]:
    for match in _DATE.finditer(text, start, end):
        found = {name.rstrip("2345"): value for name, value in match.groupdict().items() if value}
        if "first" in found:
            moment = _numeric(int(found["first"]), int(found["second"]), found["year"])
        elif found["month"].isdigit():
            moment = _named(int(found["day"]), int(found["month"]), found["year"])
        elif _is_verb(found):
            continue
        else:
            month = found["month"].lower()
            number = _NUMBERS[month[:3]]
            moment = _named(int(found["day"]) if "day" in found else 0, number, found.get("year", ""))
        if moment:
            yield Moment(*match.span(), *moment)


def _is_verb(found: dict[str, str]) -> bool:
    return found["month"] == "may" and "rank" not in found and "year" not in found


_Forms = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _named(day: int, month: int, year: str) -> _Forms | None:
    if not 1 <= month <= 12 or day > 31:
        return None
    name = _MONTHS[month - 1]
    years = (year,) if year else ()
    if not day:
        return f"{name} {year}", (), years, (str(month),)
    others = (f"{day}/{month}", f"{month}/{day}", *(f"{name} {value}" for value in years))
    return f"{day} {name}", others, (str(day), *years), (str(month),)


def _numeric(first: int, second: int, year: str) -> _Forms | None:
    """Day first or month first cannot be told apart unless one of them is above 12."""
    year = year if len(year) == 4 else f"20{year}"
    if first > 12 or second > 12:
        return _named(max(first, second), min(first, second), year)
    if not first or not second:
        return None
    others = tuple(f"{day} {_MONTHS[month - 1]}" for day, month in ((first, second), (second, first)))
    return f"{first}/{second}", others, (year,), (str(first), str(second))


def _clocks(text: str, start: int, end: int) -> Iterator[Moment]:
    for match in _CLOCK.finditer(text, start, end):
        hour, minute = int(match["hour"] or match["hour2"]), match["minute"] or match["minute2"] or "00"
        half = (match["half"] or "").lower()
        if half and not 1 <= hour <= 12:
            continue
        whole = hour % 12 + 12 * (half == "p") if half else hour
        others = () if half else (f"{(hour + 12) % 24}:{minute}",)
        numbers = (str(hour), *([str(int(minute))] if int(minute) else []))
        also = (str(whole), str(whole % 12 or 12), str(int(minute)))
        yield Moment(*match.span(), f"{whole}:{minute}", others, numbers, also)
