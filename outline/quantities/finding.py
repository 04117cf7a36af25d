"""The quantities of a text: numbers, amounts, rates, ranks, shares, dates and names with a figure.

Not covered: Roman numerals but for grades, words for no definite number ("a few"), arithmetic, chemical formulas.
"""

import re
from collections.abc import Iterator

from outline.mentions import Mention
from outline.quantities import rates
from outline.quantities.amounts import amount
from outline.quantities.dates import MOMENT_WORDS, WEEKDAYS
from outline.quantities.implied import imply
from outline.quantities.items import DIGITS, find_items, words_of
from outline.quantities.markers import blank_markers
from outline.quantities.numerals import BEFORE_ROMAN, NUMBER_WORDS
from outline.quantities.quantity import Quantity
from outline.quantities.readings import STARTS, read_line
from outline.words import UNSPACED, narrow

_LINE = re.compile(r"[^\n]+")
_NO_WORD = "|"
"""A sign that says nothing."""
_TOGETHER = 120
"""Characters within which "in the morning" and "at night" make twice a day, and two weekdays twice a week."""
_WORDS = DIGITS | NUMBER_WORDS | BEFORE_ROMAN | MOMENT_WORDS | STARTS
_TRIGGERS = _WORDS - {"a", "an", "i", "the", "this", "m", "x", "v", "no"}
"""A line without any of these states no quantity; most points have none."""


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of `text` in text order."""
    text = blank_markers(narrow(text))
    if not text.isascii():
        # Next to a digit they would make a name of it, as the letter of "b12" does.
        text = UNSPACED.sub(_NO_WORD, text)
    found = list(_composed(text, _readings(text)))
    imply(text, found)
    _add_parts_of_day(found)
    return found


def quantity_mentions(text: str) -> list[Mention]:
    """Return where `text` states a quantity, in text order; a span reaches from the number to its unit or period."""
    return [
        Mention(quantity.start, quantity.end, quantity.forms) for quantity in find_quantities(text) if quantity.stated
    ]


def _readings(text: str) -> Iterator[Quantity]:
    lowered = _lower(text)
    for line in _LINE.finditer(text):
        words = words_of(lowered[line.start() : line.end()])
        if not words.isdisjoint(_TRIGGERS):
            yield from read_line(find_items(text, lowered, *line.span(), words))


def _lower(text: str) -> str:
    """The text in lower case, every character in its place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(min(char.lower(), char, key=len) for char in text)


def _composed(text: str, found: Iterator[Quantity]) -> Iterator[Quantity]:
    """Join amounts in two units: "2 pounds 8 ounces", "1 year and 3 months"."""
    last: Quantity | None = None
    for quantity in found:
        if last and _continues(text, last, quantity):
            last = _joined(last, quantity)
            continue
        if last:
            yield last
        last = quantity
    if last:
        yield last


def _continues(text: str, one: Quantity, other: Quantity) -> bool:
    if not (one.of and other.of and one.value and other.value and one.of.family and one.of.family == other.of.family):
        return False
    return (
        one.of.size > other.of.size > 0
        and other.value * other.of.size < one.of.size
        and text[one.end : other.start].strip(" ") in ("", "and", "-", "+")
        and not one.parts
    )


def _joined(one: Quantity, other: Quantity) -> Quantity:
    total = (one.value or 0) + (other.value or 0) * other.of.size / one.of.size  # type: ignore[union-attr]
    said = amount(total, one.of)  # type: ignore[arg-type]
    found = Quantity(one.start, other.end, said.form, set(said.keys), number=one.number, numbers=set(said.numbers))
    found.parts, found.value, found.of = (one, other), total, one.of
    found.supports = one.keys | other.keys
    found.numbers |= one.numbers | other.numbers
    return found


def _add_parts_of_day(found: list[Quantity]) -> None:
    """Let "in the morning" with "at night" nearby stand for twice a day, "Monday" with "Friday" for twice a week."""
    for period, forms in (("day", frozenset(rates.PARTS_OF_DAY.values())), ("week", WEEKDAYS)):
        parts = [quantity for quantity in found if quantity.form in forms]
        for at, quantity in enumerate(parts):
            near = {other.form for other in parts[at:] if other.start - quantity.end <= _TOGETHER}
            for times in range(2, len(near) + 1):
                quantity.supports.add(rates.regular(period, times).key)
                quantity.supports.update({str(times), rates.regular(period).key} if period == "week" else ())
