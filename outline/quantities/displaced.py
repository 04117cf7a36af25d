"""Quantities that an outline has at the wrong place: swapped with another, or behind the opposite limit.

Both are only reported where little speaks against it. Two amounts of a unit are swapped when the words beside each
stand, in the outline, beside the other and not beside its own. A limit has turned when "at least" became "at most" with
no negation near either; "no more than" is "at most". Not covered: amounts that stand more than once, swaps within a
line, limits that a negation turns from further away, and everything whose words were replaced.
"""

import re
from collections.abc import Sequence
from itertools import chain, combinations
from typing import NamedTuple

from outline.quantities.matching import Matching
from outline.quantities.places import Places, content
from outline.quantities.quantity import Quantity
from outline.quantities.rates import PARTS_OF_DAY
from outline.words import WORD, lower

Pair = tuple[Quantity, Quantity]
"""A quantity of the source and the one of the outline that says the same."""

Sides = tuple[set[str], set[str]]
"""The words before and behind a number."""

_BESIDE = 60
_SENTENCE = re.compile(r"[.;!?]\s|\n")
_JOIN = re.compile(rf"{_SENTENCE.pattern}|,\s|\b(?:and|but|so|because)\b")
# Stems that say nothing of what an amount is of.
_EMPTY = frozenset(
    "no not below abov under over less more least most max maximum minimum never without high low normal next last"
    " first second today now".split()
)
_MORE = r"(?:more|greater|higher|older|longer|bigger|larger|later)"
_LESS = r"(?:less|fewer|lower|younger|shorter|smaller|sooner)"
_UP = re.compile(
    r"(?:\b(?:at least|minimum(?: of)?|min\.?|over|above|exceed\w*|beyond|past"
    rf"|{_MORE} than)|[≥>])\s*(?:about |around |the |an? )?$"
)
_DOWN = re.compile(
    r"(?:\b(?:at most|maximum(?: of)?|max\.?|up ?to|under|below|within"
    rf"|{_LESS} than)|[≤<])\s*(?:about |around |the |an? )?$"
)
_UP_BEHIND = re.compile(r"\s*(?:(?:or|and) (?:more|above|over|older|up|higher|longer|beyond)\b|at least|minimum)|\+")
_DOWN_BEHIND = re.compile(r"\s*(?:(?:or|and) (?:less|below|under|fewer|younger|lower)\b|at most|max\b|maximum)")
_DENIED_UP = re.compile(rf"\b(?:no|not|never) (?:{_MORE} than|(?:to )?(?:be )?(?:exceed\w*|above|over|beyond))\b")
_DENIED_DOWN = re.compile(rf"\b(?:no|not|never) (?:{_LESS} than|(?:to )?(?:be )?(?:below|under))\b")
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|nor|neither|without|avoid\w*|unless|except|until|till|only|stop|can ?not|rather"
    r"|instead|limit\w*|forbid\w*|skip|leave|out|off|dont|cant|wont|isnt|doesnt|shouldnt|un\w+|in\w+able)\b|n['’]t\b"
)


class _Placed(NamedTuple):
    """A pair with the words beside its quantity in the source, and what its quantity is of in the outline."""

    pair: Pair
    line: int
    sides: Sides
    around: set[str]
    subject: set[str]


def find_displaced(matching: Matching) -> list[Pair]:
    """Return the pairs of which the outline has the quantity at the wrong place."""
    pairs = matching.pairs()
    turned = [pair for pair in pairs if _has_turned(matching, *pair)]
    return turned + _swapped(matching, [pair for pair in pairs if _kind(pair[0])])


def _kind(quantity: Quantity) -> str:
    """What can be swapped: amounts of one unit, or bare numbers."""
    if quantity.parts or quantity.period or quantity.ranks or quantity.name:
        return ""
    return quantity.of.name if quantity.of else "number" if quantity.bare else ""


def _swapped(matching: Matching, pairs: Sequence[Pair]) -> list[Pair]:
    given = [quantity for quantity in matching.given.quantities if quantity.stated]
    stated = [quantity for quantity in matching.stated.quantities if quantity.stated]
    kinds: dict[str, list[_Placed]] = {}
    for pair in pairs:
        sides = _beside(matching.given.text, pair[0], given)
        subject = _subject(matching.places, pair[1], stated)
        placed = _Placed(pair, matching.places.line_of(pair[1]), sides, sides[0] | sides[1], subject)
        kinds.setdefault(_kind(pair[0]), []).append(placed)
    found: list[Pair] = []
    for one, other in chain.from_iterable(combinations(alike, 2) for alike in kinds.values()):
        if one.line == other.line or one.around.isdisjoint(other.subject) or other.around.isdisjoint(one.subject):
            continue
        if one.pair[0].keys & other.pair[0].keys:
            continue
        if _is_crossed(one.sides, other.sides, one.subject - other.subject, other.subject - one.subject):
            found += [one.pair, other.pair]
    return found


def _is_crossed(one: Sides, other: Sides, first: set[str], second: set[str]) -> bool:
    """Whether the words of each number stand beside the other in the outline, and nothing says that they stand right.

    A number's name may stand before it ("A 5 mg, B 10 mg") or behind it ("5 mg of A, 10 mg of B"): either will do.
    """
    crossed = False
    for mine, theirs in ((one[0], other[0]), (one[1], other[1]), (one[0] | one[1], other[0] | other[1])):
        mine, theirs = mine - theirs, theirs - mine
        if mine & first and theirs & second:
            return False
        crossed |= bool(mine & second and theirs & first) and not (mine & first or theirs & second)
    return crossed


def _beside(text: str, quantity: Quantity, others: Sequence[Quantity]) -> Sides:
    """The words before and behind a number of the source, up to the next number and within its sentence."""
    start = max((other.end for other in others if other.end <= quantity.start), default=0)
    end = min((other.start for other in others if other.start >= quantity.end), default=len(text))
    before = text[max(start, quantity.start - _BESIDE) : quantity.start]
    behind = text[quantity.end : min(end, quantity.end + _BESIDE)]
    return _words(_SENTENCE.split(before)[-1]), _words(_SENTENCE.split(behind)[0])


def _subject(places: Places, quantity: Quantity, others: Sequence[Quantity]) -> set[str]:
    """The words of an outline that say what a number is of: its line's up to the next number, and those above it."""
    line = places.line_of(quantity)
    start, end = places.span(line)
    start = max((other.end for other in others if start <= other.end <= quantity.start), default=start)
    end = min((other.start for other in others if quantity.end <= other.start <= end), default=end)
    words = _words(places.text[start : quantity.start]) | _words(places.text[quantity.end : end])
    return words.union(*(_words(places.lines[above]) for above in places.above(line)))


def _words(text: str) -> set[str]:
    parts = {PARTS_OF_DAY[word] for word in map(lower, WORD.findall(text)) if word in PARTS_OF_DAY}
    return content(text) - _EMPTY | parts


def _has_turned(matching: Matching, quantity: Quantity, other: Quantity) -> bool:
    limit, stated = limit_of(matching.given.text, quantity), limit_of(matching.stated.text, other)
    if not limit or not stated or limit == stated:
        return False
    line = matching.places.line_of(other)
    around = [matching.places.lines[place] for place in (line, *matching.places.above(line))]
    text = matching.given.text
    around += [_SENTENCE.split(text[: quantity.start])[-1][-80:], _JOIN.split(text[quantity.end :])[0][:60]]
    return not any(_NEGATION.search(_without_denied_limits(part.lower())) for part in around)


def limit_of(text: str, quantity: Quantity) -> str:
    """Return whether a quantity is said to be the least (≥) or the most (≤), "" for neither."""
    before = text[max(0, quantity.start - 40) : quantity.start].lower()
    before = _without_denied_limits(_SENTENCE.split(before)[-1])
    behind = text[quantity.end : quantity.end + 15].lower()
    # "It heals over two weeks" is within them.
    lasts = quantity.of is not None and quantity.of.family == "time" and before.rstrip().endswith("over")
    up = not lasts and bool(_UP.search(before) or _UP_BEHIND.match(behind))
    down = bool(_DOWN.search(before) or _DOWN_BEHIND.match(behind))
    return "" if up == down else "≥" if up else "≤"


def _without_denied_limits(text: str) -> str:
    """The text with "at most" for "no more than", "at least" for "not below"."""
    return _DENIED_DOWN.sub("at least", _DENIED_UP.sub("at most", text))
