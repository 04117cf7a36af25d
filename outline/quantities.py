"""Numbers and doses of a text, in one normal form: "two tablets" is "2 tablets", "0.5 g" is "500mg".

What a text *states* and what it can *support* differ. "the first one" supports an outline that writes "1", but an
outline without it has lost nothing; so each reading has two sets. A figure that stands twice beside the same word is
counted once. Not covered: which drug an amount belongs to, so that two doses which change places are not seen; months
against weeks, Celsius against Fahrenheit; arithmetic; Roman numerals; "a year" that is gone or became "last year".
"""

import re
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
    """How often a text states each number ("2.5") and dose ("500mg", "2tablet"), and how often it can support each.

    What only the words of another form support ("first" for 1) is vague.
    """

    numbers: Counter[str] = field(default_factory=Counter)
    doses: Counter[str] = field(default_factory=Counter)
    supported_numbers: Counter[str] = field(default_factory=Counter)
    supported_doses: Counter[str] = field(default_factory=Counter)
    vague_numbers: Counter[str] = field(default_factory=Counter)
    vague_doses: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    """Names with a number: "b12", "l4"."""

    def __or__(self, other: "Quantities") -> "Quantities":
        """Return what two texts say together."""
        return Quantities(
            self.numbers + other.numbers,
            self.doses + other.doses,
            self.supported_numbers + other.supported_numbers,
            self.supported_doses + other.supported_doses,
            self.vague_numbers + other.vague_numbers,
            self.vague_doses + other.vague_doses,
            self.names | other.names,
        )


def find_quantities(text: str) -> Quantities:
    """Return the quantities of `text`; their order does not count."""
    found = Quantities()
    items = find_items(text)
    found.names.update(item.text.replace("-", "") for item in items if item.kind == "vague" and item.text[-1].isdigit())
    near: dict[str, list[tuple[int, set[str]]]] = {}
    for reading in find_readings(items):
        found.supported_numbers.update(reading.numbers | reading.also_numbers)
        found.supported_doses.update(reading.doses | reading.also_doses)
        if items[reading.at].text not in ("a", "an"):
            found.vague_numbers.update(reading.also_numbers - reading.numbers)
            found.vague_doses.update(reading.also_doses - reading.doses)
        around = _around(items, reading) if reading.numbers or reading.doses else set()
        for counts, forms in ((found.numbers, reading.numbers), (found.doses, reading.doses)):
            for form in forms:
                # The same figure beside the same word is one statement made twice.
                said = any(around & other and reading.at - at > 2 * _NEAR for at, other in near.get(form, []))
                counts[form] += not said
                near.setdefault(form, []).append((reading.at, around))
    return found


def lost_from(given: Quantities, stated: Quantities) -> tuple[set[str], set[str]]:
    """Return the numbers and doses that `stated` supports less often than `given` states them.

    One of two equal doses can be gone. A vague word that both have stands for itself in both: the "twice" of "twice
    daily" is no trace of another 2.
    """
    return (
        _fewer(given.numbers, given.vague_numbers, stated.supported_numbers, stated.vague_numbers),
        _fewer(given.doses, given.vague_doses, stated.supported_doses, stated.vague_doses),
    )


def strange_names(stated: Quantities, known: Quantities, text: str) -> set[str]:
    """Return the numbers of names such as "S1" that neither `text` holds, however it is spaced, nor its other names."""
    if stated.names <= known.names:
        return set()
    letters = {name.rstrip("0123456789") for name in known.names}
    whole = "".join(filter(str.isalnum, text.lower()))
    return {
        name
        for name in stated.names - known.names
        if name not in whole
        and (name.rstrip("0123456789") not in letters or not _digits(name) <= known.supported_numbers.keys())
    }


def _digits(name: str) -> set[str]:
    return {str(int(digits)) for digits in re.findall(r"\d+", name)}


def _fewer(given: Counter[str], vague: Counter[str], supported: Counter[str], vaguely: Counter[str]) -> set[str]:
    return {form for form, times in given.items() if supported[form] - min(vague[form], vaguely[form]) < times}


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
