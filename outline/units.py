"""Units and their normal forms: 0.5 g is "500mg", 14 days are "2week", 2 pills may be 2 tablets."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit's name in the normal form, and what converts it: its family and how many base units it is."""

    name: str
    family: str = ""
    size: Decimal = Decimal(1)


class Amount(NamedTuple):
    """The normal form of a number with a unit, the other forms it supports, and the number in every unit that fits."""

    form: str
    others: frozenset[str]
    numbers: frozenset[str]


# Family → unit → (how many base units it is, spellings). Units of one family are converted.
_FAMILIES = {
    "mass": {
        "mcg": ("0.001", "mcg mcgs ug µg μg microgram micrograms"),
        "mg": ("1", "mg mgs milligram milligrams milligramme milligrammes"),
        "g": ("1000", "g gm gms gram grams gramme grammes"),
        "kg": ("1000000", "kg kgs kilo kilos kilogram kilograms"),
    },
    "volume": {
        "ml": ("1", "ml mls cc millilitre millilitres milliliter milliliters"),
        "teaspoon": ("5", "teaspoon teaspoons teaspoonful teaspoonfuls tsp tsps"),
        "tablespoon": ("15", "tablespoon tablespoons tablespoonful tablespoonfuls tbsp tbsps"),
        "l": ("1000", "l litre litres liter liters"),
    },
    "length": {
        "mm": ("1", "mm millimetre millimetres millimeter millimeters"),
        "cm": ("10", "cm cms centimetre centimetres centimeter centimeters"),
        "metre": ("1000", "metre metres meter meters m"),
        "km": ("1000000", "km kms kilometre kilometres kilometer kilometers"),
    },
    "time": {
        "second": ("1", "seconds sec secs"),
        "minute": ("60", "minute minutes min mins"),
        "hour": ("3600", "hour hours hr hrs h hourly hrly"),
        "day": ("86400", "day days d"),
        "week": ("604800", "week weeks wk wks"),
        "fortnight": ("1209600", "fortnight fortnights"),
    },
    "calendar": {
        "month": ("1", "month months mth mths"),
        "year": ("12", "year years yr yrs yo y"),
    },
}
_ALONE = (
    "iu:iu units unit u",
    "%:% percent",
    "mmhg:mmhg",
    "mmol:mmol millimole millimoles",
    "meq:meq",
    "bpm:bpm beats beat",
    "breath:breath breaths",
    "kcal:kcal kcals calories calorie",
    "°c:°c celsius",
    "°f:°f fahrenheit",
    "degree:degree degrees deg °",
    "pound:pound pounds lb lbs",
    "inch:inch inches",
    "foot:foot feet ft",
    "tablet:tablet tablets tab tabs",
    "capsule:capsule capsules cap caps",
    "pill:pill pills",
    "drop:drop drops",
    "puff:puff puffs spray sprays inhalation inhalations actuation actuations",
    "sachet:sachet sachets",
    "patch:patch patches",
    "injection:injection injections shot shots",
    "ampoule:ampoule ampoules vial vials",
    "lozenge:lozenge lozenges",
    "suppository:suppository suppositories pessary pessaries",
    "glass:glass glasses cup cups",
    "dose:dose doses",
    "time:time times",
)
# Not every size has a name of its own in the normal form: 10 ml are not written as 2 teaspoons.
_WRITTEN = {"mass": ("kg", "g", "mg", "mcg"), "volume": ("l", "ml"), "length": ("cm", "mm")}
_WHOLE = {"time": ("week", "day", "hour", "minute", "second"), "calendar": ("year", "month")}
# A "pill" is either; a tablet is no capsule.
_SAME = {"tablet": ("pill",), "capsule": ("pill",), "pill": ("tablet", "capsule")}

UNITS: dict[str, Unit] = {}
"""Spelling → unit."""
for _family, _units in _FAMILIES.items():
    for _name, (_size, _spellings) in _units.items():
        UNITS.update({spelling: Unit(_name, _family, Decimal(_size)) for spelling in _spellings.split()})
for _line in _ALONE:
    _name, _, _spellings = _line.partition(":")
    UNITS.update({spelling: Unit(_name) for spelling in _spellings.split()})

# What an autocorrection makes of a unit behind digits: "500 my" is 500 mg or 500 ml, "25 mug" is 25 mcg.
GARBLED = {"my": (UNITS["mg"], UNITS["ml"]), "mug": (UNITS["mcg"],)}


def plain(value: Decimal) -> str:
    """Return a number in its normal form, to four places: "2.50" is "2.5", "1E+1" is "10", two thirds "0.6667"."""
    return format(round(value, 4).normalize(), "f")


@lru_cache(maxsize=10_000)
def amount(value: Decimal, unit: Unit) -> Amount:
    """Return what `value` of `unit` says."""
    if not unit.family:
        return Amount(
            plain(value) + unit.name,
            frozenset(plain(value) + name for name in _SAME.get(unit.name, ())),
            frozenset({plain(value)}),
        )
    base = value * unit.size
    sizes = {name: Decimal(size) for name, (size, _) in _FAMILIES[unit.family].items()}
    numbers = frozenset(plain(base / size) for size in sizes.values() if _is_short(base / size))
    return Amount(_written(base, unit.family, sizes), frozenset(), numbers)


def _written(base: Decimal, family: str, sizes: dict[str, Decimal]) -> str:
    """In the largest unit that makes it at least 1 (mass) or a whole number (time), else in the smallest."""
    names = _WRITTEN.get(family) or _WHOLE[family]
    whole = family in _WHOLE
    fits = (name for name in names if (base % sizes[name] == 0 if whole else base >= sizes[name]))
    name = next(fits, names[-1]) if base else names[-1]
    return plain(base / sizes[name]) + name


def _is_short(value: Decimal) -> bool:
    return value == round(value, 3)
