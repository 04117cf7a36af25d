"""Quantities: the numbers, doses, rates and dates that an outline invents or loses.

`finding` reads a text line by line (`items`, then `readings`), `matching` holds two texts against each other.
"""

from outline.quantities.differences import Differences, compare, unsupported
from outline.quantities.finding import find_quantities, quantity_mentions
from outline.quantities.markers import blank_markers, list_markers, point_lines
from outline.quantities.matching import Text
from outline.tree import Outline

__all__ = [
    "blank_markers",
    "compare_quantities",
    "find_quantities",
    "list_markers",
    "quantity_mentions",
    "unsupported_quantities",
]


def compare_quantities(source: str, outline: Outline, context: str = "") -> Differences:
    """Return what an outline invents or loses of a source; `context` can support a number but is owed none."""
    lines, children = point_lines(outline)
    points = "\n".join(lines)
    stated = Text(points, find_quantities(points), children)
    return compare(Text(source, find_quantities(source)), stated, lambda: find_quantities(context))


def unsupported_quantities(outline: Outline, support: str) -> frozenset[str]:
    """Return the numbers of an outline that a plain text does not hold in any form."""
    return unsupported(find_quantities("\n".join(point_lines(outline)[0])), find_quantities(support))
