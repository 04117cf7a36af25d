"""Amounts in one normal form: 0.5 g is "500mg", 14 days are "2week"; and what converts to the same.

Not converted: months and weeks, kilograms and pounds, mmol and mg, percent of a solution and mg per ml.
"""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from outline.quantities.units import FAMILIES, UNITS, Unit

# Not every size has a name of its own in the normal form: 10 ml are not written as 2 teaspoons.
_WRITTEN = {
    "mass": ("kg", "g", "mg", "mcg"),
    "volume": ("l", "ml"),
    "length": ("cm", "mm", "micron"),
    "time": ("week", "day", "hour", "minute", "second"),
    "calendar": ("year", "month"),
}
_LARGEST = 20
# A model that loops writes a dose of forty digits, of which Decimal's 28 do not hold a conversion.
_CONVERTED = 10
# A duration is written in the largest unit that makes it whole, a mass in the largest that makes it at least 1.
_WHOLE = ("time", "calendar")
# A "pill" is a tablet or a capsule, and anything is a "dose".
_ALIKE = {"pill": ("tablet", "capsule")}


class Amount(NamedTuple):
    """A value with its unit: the normal form, the keys that it shares with what is equal, its number in other units."""

    form: str
    keys: frozenset[str]
    numbers: frozenset[str]


def plain(value: Decimal) -> str:
    """Return a number in its normal form, to four places: "2.50" is "2.5", "1E+1" is "10", two thirds "0.6667"."""
    if value.adjusted() > _LARGEST:
        return f"{value:.10e}"
    return format(round(value, 4).normalize(), "f")


@lru_cache(maxsize=10_000)
def amount(value: Decimal, unit: Unit) -> Amount:
    """Return what `value` of `unit` says."""
    shown = plain(value)
    if unit.form:
        return Amount(shown + unit.name, frozenset({shown}), frozenset({shown}))
    if value.adjusted() > _CONVERTED:
        return Amount(shown + unit.name, frozenset({shown + unit.name}), frozenset({shown}))
    if not unit.family:
        keys = _temperatures(value, unit.name)
        keys |= {shown + unit.name, *({shown} if unit.soft else ())}
        if unit.name == "sterling":
            # "£5" are "5 pounds", as five of a weight are.
            keys |= amount(value, UNITS["pound"]).keys
        return Amount(shown + unit.name, frozenset(keys), frozenset({shown}))
    base = value * unit.size
    sizes = {name: Decimal(size) for name, (size, _) in FAMILIES.get(unit.family, {}).items()}
    numbers = {plain(base / size) for size in sizes.values() if base / size == round(base / size, 3)}
    keys = frozenset({_key(unit.family, base), shown + unit.name})
    return Amount(_written(value, unit, sizes), keys, frozenset({shown, *numbers}))


def _key(family: str, base: Decimal) -> str:
    return f"{family} {float(base):.10g}"


def _written(value: Decimal, unit: Unit, sizes: dict[str, Decimal]) -> str:
    names = _WRITTEN.get(unit.family, ())
    base = value * unit.size
    if not names or not base or unit.size < sizes[names[-1]]:
        return plain(value) + unit.name
    whole = unit.family in _WHOLE
    fits = (name for name in names if (base % sizes[name] == 0 if whole else base >= sizes[name]))
    name = next(fits, names[-1])
    return plain(base / sizes[name]) + name


def _temperatures(value: Decimal, name: str) -> set[str]:
    """A temperature in tenths of a degree Celsius; bare degrees may be either."""
    if name not in ("°c", "°f", "degree"):
        return set()
    found = {value} if name != "°f" else set()
    if name != "°c":
        found.add((value - 32) * 5 / 9)
    return {f"temperature {round(value, 1).normalize():f}" for value in found}


def per(unit: Unit, count: Decimal, below: Unit) -> Unit:
    """Return the unit of a strength, a concentration or a speed: "mg" per 5 "ml"."""
    name = f"{unit.name}/{'' if count == 1 else plain(count)}{below.name}"
    if not unit.family or not below.family:
        return Unit(name)
    return Unit(name, f"{unit.family}/{below.family}", unit.size / (count * below.size))


def alike(one: str, other: str) -> bool:
    """Whether two names of units or forms may mean the same: equal, a pill and a tablet, one of them not written."""
    if not one or not other or one == other or "dose" in (one, other):
        return True
    return other in _ALIKE.get(one, ()) or one in _ALIKE.get(other, ())
