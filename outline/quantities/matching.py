"""Which quantity of an outline stands for which of the source: a bipartite matching (Kuhn's algorithm).

Each statement of the source needs a place of its own in the outline; what says the same comes before what only implies
or supports it. Where there are too few places, two statements may have become one ("A and B: 5 mg"): one is lost when
the outline speaks of its subject without it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from outline.quantities.places import Places, around
from outline.quantities.quantity import Quantity

Index = dict[str, list[Quantity]]
"""Quantities by what they may mean, imply or support."""

_APART = 150
"""Characters within which the numbers of a share ("of ten people, nine") still make it."""
_SHARING = re.compile(r"\b(?:each|both|all|every|same|respectively|either|also|as well|too)\b", re.IGNORECASE)
"""Words by which one amount is said of several things."""
_MANY = 9
_KNOWN, _CLOSE = 1.0, 0.6
"""How much a line must share with the words beside a number to speak of the same: at least, and of the best line's."""


@dataclass(frozen=True)
class Text:
    """A text with its quantities; `children` counts the points under each line of an outline."""

    text: str
    quantities: Sequence[Quantity]
    children: Sequence[int] = ()


Place = tuple[int, str]
"""What of a quantity is taken: the number and the period of "3 times a day" are two places, as are those of a share."""


class Edge(NamedTuple):
    """A quantity of the outline that may stand for one of the source."""

    other: Quantity
    exact: bool
    """Whether both say so in themselves, without what is implied by their neighbours."""
    said: bool
    """Whether the other says so at all and does not only support it."""
    place: Place


def index(quantities: Iterable[Quantity], source: bool = False) -> Index:
    """Return the quantities by all keys under which another may find them; those of a source allow some more."""
    found: Index = defaultdict(list)
    for quantity in quantities:
        keys = quantity.keys | quantity.implied | quantity.supports
        for key in keys | quantity.allows if source else keys:
            found[key].append(quantity)
    return found


def agreeing(quantity: Quantity, known: Index) -> list[Quantity]:
    """Return those of `known` that say or may stand for the same."""
    keys = quantity.keys | quantity.implied
    return [other for key in keys for other in known.get(key, ()) if quantity.agrees(other, key)]


def stands_apart(quantity: Quantity, known: Index) -> bool:
    """Whether the parts of a share or of an amount in two units stand near each other, each for itself."""
    if not quantity.parts:
        return False
    first, second = ([other for other in agreeing(part, known) if _is_part(part, other)] for part in quantity.parts)
    return any(abs(one.start - other.start) <= _APART for one in first for other in second)


def _is_part(part: Quantity, other: Quantity) -> bool:
    return other.bare or (other.stated and other.of is not None and (other.of.form or part.of is not None))


class Matching:
    """The quantities of a source matched with those of its outline."""

    def __init__(self, given: Text, stated: Text) -> None:
        self.given, self.stated = given, stated
        self.places = Places(stated.text, stated.children)
        self._known = index(stated.quantities)
        self._edges = {id(quantity): self._edges_of(quantity) for quantity in given.quantities}
        self._taken: dict[Place, list[Quantity]] = defaultdict(list)
        self._unplaced = self._match()

    def losses(self) -> list[Quantity]:
        """Return the quantities of the source that the outline has lost."""
        lost = [self._lost_one(quantity) for quantity in self._unplaced]
        return list({id(quantity): quantity for quantity in lost if quantity}.values())

    def pairs(self) -> list[tuple[Quantity, Quantity]]:
        """Return the quantities that stand once in each text, of the source and of the outline."""
        exact = {
            id(quantity): {id(edge.other): edge.other for edge in self._edges[id(quantity)] if edge.exact}
            for quantity in self.given.quantities
            if quantity.stated
        }
        times = defaultdict(int)
        for others in exact.values():
            for other in others:
                times[other] += 1
        pairs = []
        for quantity in self.given.quantities:
            others = exact.get(id(quantity), {})
            if len(others) == 1 and times[next(iter(others))] == 1:
                pairs.append((quantity, next(iter(others.values()))))
        return pairs

    def _match(self) -> list[Quantity]:
        """Place what the source states, and return what has no place."""
        for quantity in self.given.quantities:
            if not quantity.stated:
                # A "both" or "at night" that both texts have stands for itself in both.
                edges = self._edges[id(quantity)]
                same = [edge for edge in edges if not edge.other.stated and edge.other.form == quantity.form]
                self._edges[id(quantity)] = same
                self._settle(quantity, set(), exact=False)
        wanted = [quantity for quantity in self.given.quantities if quantity.stated and not quantity.name]
        # What can stand in fewest places comes first.
        wanted.sort(key=lambda quantity: quantity.bare)
        for exact in (True, False):
            wanted = [quantity for quantity in wanted if not self._settle(quantity, set(), exact)]
        return wanted

    def _edges_of(self, quantity: Quantity) -> list[Edge]:
        found = []
        for key in quantity.keys | quantity.implied:
            for other in self._known.get(key, ()):
                if not quantity.agrees(other, key):
                    continue
                own = key in other.keys
                said = own or key in other.implied
                shared = "period" if key.startswith("per ") else key if other.parts and not own else ""
                found.append(Edge(other, own and key in quantity.keys, said, (id(other), shared)))
        return sorted(found, key=lambda edge: (not edge.exact, edge.other.start))

    def _settle(self, quantity: Quantity, seen: set[Place], exact: bool) -> bool:
        """Find a place for `quantity`, moving others where that helps."""
        for edge in self._edges[id(quantity)]:
            if edge.place in seen or (exact and not edge.exact):
                continue
            seen.add(edge.place)
            there = self._taken[edge.place]
            if len(there) < (self._capacity(edge.other) if edge.exact else 1):
                there.append(quantity)
                return True
            for at, moved in enumerate(there):
                if self._settle(moved, seen, exact):
                    there[at] = quantity
                    return True
        return False

    def _capacity(self, quantity: Quantity) -> int:
        """How many things a quantity is said of: those under a heading, and those that "each" or "both" names."""
        line = self.places.line_of(quantity)
        return _MANY if _SHARING.search(self.places.lines[line]) else max(1, self.places.children[line])

    def _lost_one(self, quantity: Quantity) -> Quantity | None:
        """Which of the quantities that compete for too few places is lost, None where two have become one."""
        edges = self._edges[id(quantity)]
        if not edges:
            return None if stands_apart(quantity, self._known) else quantity
        rivals = [other for edge in edges for other in self._taken[edge.place]]
        if any(self._restates(quantity, other) for other in rivals):
            return None
        return next((other for other in (quantity, *rivals) if other.stated and not self._has_room(other)), None)

    def _restates(self, quantity: Quantity, other: Quantity) -> bool:
        """Whether the source says the same twice: elsewhere, beside a word that stands here too."""
        if abs(quantity.start - other.start) < _APART / 2 or not quantity.keys & other.keys:
            return False
        here, there = (around(self.given.text, each) for each in (quantity, other))
        return any(here[word] == there.get(word) == 1 for word in here)

    def _has_room(self, quantity: Quantity) -> bool:
        """Whether the outline says it where it speaks of the same, or speaks of that nowhere in the same words."""
        shares = self.places.shares(around(self.given.text, quantity))
        least = max(_KNOWN, _CLOSE * max(shares))
        lines = [line for line, share in enumerate(shares) if share >= least]
        block = {near for line in lines for near in self.places.block(line)}
        return not lines or any(
            edge.said and edge.other.stated and self.places.line_of(edge.other) in block
            for edge in self._edges[id(quantity)]
        )
