"""Shares of a whole: "7 in 10", "seven out of ten" and "70%" say the same, a third is 33%."""

from decimal import Decimal

from outline.quantities.amounts import plain
from outline.quantities.attached import unit_after
from outline.quantities.items import Line
from outline.quantities.units import UNITS

_OF = ("in", "of", "from", "per")
_PER = (100, 1000, 10_000, 100_000)
_COUNTED = ("time", "calendar")
_SKIPPED = frozenset("every the these those all your a".split())
_ROUNDED = Decimal("0.12")
_YEARS = range(1900, 2100)


def percents(share: Decimal) -> set[str]:
    """Return a share between 0 and 1 as keys of percents, rounded as people do: two thirds are 66%, 66.7% and 67%."""
    percent = share * 100
    if percent == int(percent):
        return {f"{plain(percent)}%"}
    near = {percent, Decimal(int(percent)), Decimal(int(percent) + 1), *(round(percent, places) for places in range(4))}
    return {f"{plain(value)}%" for value in near if abs(value - percent) <= _ROUNDED * percent}


def share_end(line: Line, at: int) -> int | None:
    """Return the place of the second number of "1 in 10", "9 out of ten", "one woman in eight", "5 per 100", or None.

    "2 in 24 hours", "3 of 5 mg" and "grade 2 in 2019" are no shares, "3 of 7 days" is one.
    """
    words, before = line.words, at + 1
    if words[before] == ":" and line.value(at) == 1 and line.kind(at + 2) == "number" and line.value(at + 2) > 1:
        # a dilution of 1:10
        return at + 2 if line.items[at].end + 1 == line.items[at + 2].start else None
    if len(words[at - 1]) == 1 and words[at - 1].isalpha() and words[at - 1] != "a":
        # "vitamin b 12 of 150"
        return None
    if words[before] == "times" and words[before + 1] == "out":
        # "nine times out of ten"
        before += 1
    if words[before] not in (*_OF, "out") and words[before].isalpha():
        # "one woman in eight", "seven nights out of ten"
        before += 1
        if words[before] != "out" and (words[before] != "in" or words[before - 1] in UNITS):
            return None
    before += words[before] == "out"
    last = before + 1 + (line.kind(before + 1) == "word" and words[before + 1] in _SKIPPED)
    if words[before] not in _OF or line.kind(last) != "number":
        return None
    some, whole = line.value(at), line.value(last)
    if not 0 < some < whole or some != int(some):
        return None
    attached = unit_after(line, last)
    if attached and not (words[before] == "of" and (attached.unit.form or attached.unit.family in _COUNTED)):
        return None
    if words[before] == "per" and whole not in _PER:
        return None
    if whole in _YEARS and (some > 1 or whole % 100) and "," not in words[last]:
        return None
    return last
