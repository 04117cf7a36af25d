"""A point in time that a text names: what `outline.quantities.dates` and `outline.quantities.clocks` find."""

from typing import NamedTuple


class Moment(NamedTuple):
    """A date or a time of day: its place, its normal form, the keys that it shares with equal ones, what it supports.

    `stated` is false for "noon", which only supports; the year of a date stands apart, since it may be left out.
    """

    start: int
    end: int
    form: str
    keys: frozenset[str]
    supports: frozenset[str] = frozenset()
    number: str = ""
    year: str = ""
    stated: bool = True
    plural: bool = False
    """Whether it is "Mondays", which says how often too."""
