"""The quantities that an outline invents and those that it loses, in normal forms."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from outline.quantities.displaced import find_displaced
from outline.quantities.matching import Index, Matching, Text, agreeing, index, stands_apart
from outline.quantities.quantity import Quantity


class Differences(NamedTuple):
    """Normal forms of numbers, and of amounts with a unit, rates and dates."""

    invented_numbers: frozenset[str]
    invented_doses: frozenset[str]
    lost_numbers: frozenset[str]
    lost_doses: frozenset[str]


def compare(given: Text, stated: Text, read_context: Callable[[], Sequence[Quantity]] = tuple) -> Differences:
    """Return what `stated` invents against `given` and the context, and what it loses of `given`.

    The context is only read where something is not in `given`.
    """
    known: Sequence[Quantity] = given.quantities
    invented = _lacking(stated.quantities, index(known, source=True))
    if invented:
        known = [*known, *read_context()]
        invented = _lacking(invented, index(known, source=True))
    names = _strange_names([quantity for quantity in invented if quantity.name], known, given.text)
    matching = Matching(given, stated)
    displaced = find_displaced(matching)
    lost = [*matching.losses(), *(quantity for quantity, _ in displaced)]
    invented = [*(quantity for quantity in invented if not quantity.name), *(other for _, other in displaced)]
    numbers, doses = _forms(invented, known)
    return Differences(numbers | names, doses, *_forms(lost, stated.quantities))


def unsupported(stated: Sequence[Quantity], known: Sequence[Quantity]) -> frozenset[str]:
    """Return the numbers of `stated` that `known` does not hold in any form."""
    lacking = _lacking(stated, index(known, source=True))
    return _forms([quantity for quantity in lacking if not quantity.name], known)[0]


def _lacking(quantities: Iterable[Quantity], known: Index) -> list[Quantity]:
    return [
        quantity
        for quantity in quantities
        if quantity.stated
        and not agreeing(quantity, known)
        and not stands_apart(quantity, known)
        # "First night" as a heading tells no order that matters.
        and not (quantity.ranks and quantity.value == 1)
    ]


def _forms(quantities: Iterable[Quantity], others: Sequence[Quantity]) -> tuple[frozenset[str], frozenset[str]]:
    """The forms of numbers and those of doses; the number of a dose only where the other text has it nowhere."""
    held = {number for other in others for number in other.numbers}
    numbers, doses = set(), set()
    for quantity in quantities:
        if quantity.is_number:
            numbers.add(quantity.form)
            continue
        doses.add(quantity.form)
        if quantity.number and quantity.number not in held:
            numbers.add(quantity.number)
    return frozenset(numbers), frozenset(doses)


def _strange_names(names: Iterable[Quantity], known: Sequence[Quantity], text: str) -> frozenset[str]:
    """The names such as "S1" that neither text holds, however it is spaced, nor together with its other names."""
    squeezed = "".join(filter(str.isalnum, text.lower()))
    letters = {_letters(quantity) for quantity in known if quantity.name}
    held = {number for quantity in known if quantity.name or quantity.bare for number in quantity.numbers}
    return frozenset(
        name.form
        for name in names
        if name.form not in squeezed and not (_letters(name) in letters and name.numbers <= held)
    )


def _letters(name: Quantity) -> str:
    return name.form.rstrip("0123456789")
