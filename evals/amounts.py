"""Amounts of the same thing that differ between a reference and an answer: "losartan 50 mg", "losartan 100 mg".

Only what leaves little doubt is told. Not covered: rates, shares, counts and ranges; limits ("at least 2 litres"); an
amount whose thing is named neither right beside it nor in the point above, or that has several of its kind there.
"""

from collections.abc import Sequence
from itertools import product

from outline import Outline
from outline.quantities import find_quantities, point_lines
from outline.quantities.displaced import limit_of
from outline.quantities.matching import agreeing, index
from outline.quantities.places import Places, around, content
from outline.quantities.quantity import Quantity
from outline.words import WORD, lower, stem

# Beside an amount they do not say what it is of.
_NO_THING = frozenset(
    stem(word)
    for word in """
    take use apply give drink eat start begin continue keep try repeat add reduce increase change need get go do see
    dose dosage total daily maximum minimum most least exactly usual usually initial tablet capsule strength level once
    twice thrice
    """.split()
)
_NEAR, _RANGE = 40, 6
"""Characters before an amount in which its thing is named, and between two amounts that make a range."""
_ALIKE = 2
"""Words that two durations must have in common beside them; a dose needs but its thing."""


def amounts_at_odds(reference: str, outline: Outline, context: str) -> set[str]:
    """Return the amounts of a reference for which an answer has another of the same thing, each with both.

    An amount that the context (the patient's message) holds is at odds with nothing.
    """
    lines, children = point_lines(outline)
    text = "\n".join(lines)
    given, told = find_quantities(reference), find_quantities(text)
    known, stated = index([*given, *find_quantities(context)], source=True), index(told)
    lost = [amount for amount in _amounts(reference, given) if not agreeing(amount, stated)]
    strange = [amount for amount in _amounts(text, told) if not agreeing(amount, known)]
    places = Places(text, children)
    found = set()
    for one, other in product(lost, strange):
        things = _things(reference, one) & (_things(text, other) or _things_above(places, other))
        if things and _kind(one) == _kind(other) and _is_comparable(reference, one, text, other):
            found.add(f"{min(things)}: {one.form} in the reference, {other.form} in the answer")
    return found


def _amounts(text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
    """The amounts with a unit, neither rates nor limits nor in a range, that are the only one of their thing."""
    stated = [quantity for quantity in quantities if quantity.stated]
    plain = [one for one in stated if one.of and one.value and not (one.period or one.parts)]
    return [
        one
        for one in plain
        if not limit_of(text, one)
        and not any(_are_near(one, other) for other in stated if other is not one)
        and not any(_are_of_one(text, one, other) for other in plain if other is not one)
    ]


def _are_near(one: Quantity, other: Quantity) -> bool:
    """Whether two may be the ends of a range: "5 to 7 days"."""
    gap = max(one.start - other.end, other.start - one.end)
    return gap <= _RANGE and (other.bare or _kind(one) == _kind(other))


def _are_of_one(text: str, one: Quantity, other: Quantity) -> bool:
    return _kind(one) == _kind(other) and not _things(text, one).isdisjoint(_things(text, other))


def _kind(amount: Quantity) -> str:
    """What a unit measures; for times the unit itself, since "20 minutes" and "2 days" are not said of the same."""
    if amount.of is None:
        return ""
    return amount.of.name if amount.of.family in ("", "time", "calendar") else amount.of.family


def _things(text: str, amount: Quantity) -> set[str]:
    """The stem that says what an amount is of: of the nearest word before it in its sentence, or right behind it."""
    before = text[max(0, amount.start - _NEAR) : amount.start]
    for stop in (". ", "; ", "\n"):
        before = before.rpartition(stop)[2]
    behind = WORD.findall(text[amount.end :].partition("\n")[0][:_NEAR])[:2]
    behind = behind[1:] if behind[:1] == ["of"] else behind[:1]
    named = [stems for word in reversed(WORD.findall(before)) if (stems := content(word) - _NO_THING)][:1]
    return set().union(*named, content(" ".join(behind)) - _NO_THING)


def _things_above(places: Places, amount: Quantity) -> set[str]:
    """The last word of the point above, for an amount that names nothing itself."""
    above = places.above(places.line_of(amount))
    words = [lower(word) for word in WORD.findall(places.lines[above[0]])] if above else []
    return next((stems for word in reversed(words) if (stems := content(word) - _NO_THING)), set())


def _is_comparable(reference: str, one: Quantity, text: str, other: Quantity) -> bool:
    if one.of is None or one.of.family not in ("time", "calendar"):
        return True
    return len(around(reference, one).keys() & around(text, other).keys() - _NO_THING) >= _ALIKE
