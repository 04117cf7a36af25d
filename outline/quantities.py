"""Numbers and doses of a text, in one normal form: "two tablets" is "2 tablets", "0.5 g" is "500mg".

What a text *states* and what it can *support* differ. "the first one" supports an outline that writes "1", but an
outline without it has lost nothing; so each reading has two sets. A figure that stands twice beside the same word is
counted once. Not covered: which drug an amount belongs to, so that two doses which change places are not seen; months
against weeks, Celsius against Fahrenheit; arithmetic; Roman numerals; "a year" that is gone or became "last year".
"""

from collections import Counter
from dataclasses import dataclass, field

from outline import rates
from outline.mentions import Mention
from outline.numerals import Item, find_items
from outline.readings import Reading, find_readings
from outline.units import UNITS
from outline.words import FUNCTION_WORDS

_NEAR = 5


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


def find_quantities(text: str) -> Quantities:
    """Return the quantities of `text`; their order does not count."""
    found = Quantities()
    items = find_items(text)
    near: dict[str, list[set[str]]] = {}
    for reading in find_readings(items):
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


def _around(items: list[Item], reading: Reading) -> set[str]:
    """The words next to a number that tell what it is about."""
    words = [item.text for item in items[max(0, reading.at - _NEAR) : reading.at + _NEAR + 1] if item.kind == "word"]
    return {word for word in words if word not in UNITS and word not in FUNCTION_WORDS and word not in rates.WORDS}


def quantity_mentions(text: str) -> list[Mention]:
    """Return where `text` states a quantity, in text order; a span reaches from the number to its unit or period."""
    return [
        Mention(reading.start, reading.end, frozenset(reading.numbers | reading.doses))
        for reading in find_readings(find_items(text))
        if reading.numbers or reading.doses
    ]
