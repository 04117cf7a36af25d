"""Ordinals: "the second dose", "2nd degree", "the twelfth week"; what only orders the text states nothing."""

from outline.quantities.amounts import amount, plain
from outline.quantities.items import Item, Line
from outline.quantities.quantity import Quantity
from outline.quantities.rates import period_unit
from outline.quantities.shares import percents
from outline.words import FUNCTION_WORDS

RANKED = frozenset(
    "trimester degree grade stage dose booster injection vaccine shot jab day week month year night visit session cycle"
    " course pregnancy baby child birthday episode attack seizure fit stroke infection relapse recurrence finger toe"
    " rib molar premolar metatarsal metacarpal nerve sound stool period scan".split()
)
"""What is numbered: only of these is even the first one a statement."""
_ARTICLES = frozenset("the a this that your his her their our my every each and or to by in till until no any".split())
_UNRANKED = frozenset(
    "reason possibility thing type option way cause factor point question step scenario approach kind method choice"
    " aspect category opinion line time hand thought place party look world rate".split()
)


def rank_form(value: str) -> str:
    """Return an ordinal as it is shown: "2nd"."""
    suffix = "th" if value[-2:] in ("11", "12", "13") else {"1": "st", "2": "nd", "3": "rd"}.get(value[-1], "th")
    return value + suffix


def read_rank(line: Line, at: int) -> Quantity:
    """Return what the ordinal at `at` says; beside a unit of time it is a place in time, as in "week 12"."""
    item, value, noun = line.items[at], line.value(at), line.words[at + 1]
    shown = plain(value)
    found = Quantity(item.start, item.end, rank_form(shown), {f"#{shown}"}, {shown}, shown, {shown}, value=value)
    found.ranks = True
    found.stated = _is_stated(item, noun, int(value)) and not _orders(line, at)
    if unit := period_unit(noun):
        found.keys.add(shown + unit.name)
        found.implied |= amount(value, unit).keys
        found.of, found.end = unit, line.items[at + 1].end
    else:
        # "the twentieth" may be a week or a day of a month that stands nearby
        found.bare = True
    if (value > 2 and line.words[at - 1] == "a") or line.words[at - 1] == "every":
        # "a third relapse", "every tenth child"
        found.keys |= percents(1 / value)
    return found


def _orders(line: Line, at: int) -> bool:
    """Whether ordinals without an article count up through the line: "first rest, second drink, third sleep"."""
    words = line.words
    before = [place for place in range(at) if line.kind(place) == "rank" and line.value(place) == line.value(at) - 1]
    bare = all(words[place - 1] not in _ARTICLES and words[place + 1] not in RANKED for place in (*before, at))
    return bool(before) and bare and not words[at][0].isdigit()


def _is_stated(item: Item, noun: str, value: int) -> bool:
    """Whether an ordinal says which one: "the second dose", not "the second reason", "the first thing" or "second,"."""
    single = noun.removesuffix("s")
    if noun in RANKED or (single in RANKED and value > 1) or (item.text[0].isdigit() and value > 1):
        return True
    if value == 1 or single in _UNRANKED or noun.removesuffix("ies") + "y" in _UNRANKED:
        return False
    return value > 3 or noun == "one" or (noun.isalpha() and noun not in FUNCTION_WORDS)
